//! Who the caller is.

use domain::directory::{Partner, Tenant};
use serde::Serialize;
use utoipa::ToSchema;

use super::claim::PartnerContactView;
use super::directory::LocationView;
use crate::caller::Caller;
use crate::words::{PartnerTopicWord, PartyStatusWord, RoleWord, Word};

/// Who the caller is, and what the caller may use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MeView {
    /// The role that the token gives the caller.
    pub role: RoleWord,
    /// Of the operator's staff: the name under which the history knows the member; `null` for others.
    #[schema(required)]
    pub actor_id: Option<String>,
    /// The partner or the tenant; `null` for staff.
    #[schema(required)]
    pub party: Option<PartyView>,
    /// The partner's locations with the programs that each is enrolled in, and what each is called in the language of the
    /// answer; `null` for others.
    #[schema(required)]
    pub locations: Option<Vec<LocationView>>,
    /// The partner's quotas; `null` for others.
    #[schema(required)]
    pub quotas: Option<QuotasView>,
    /// The mails about the partner's claims; `null` for others.
    #[schema(required)]
    pub mails: Option<PartnerMailsView>,
    /// The language: of a customer that of its mails, else that of the texts in answers to this request.
    pub language: String,
}

/// What a partner is told by mail, and who is. The operator's staff writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PartnerMailsView {
    /// What is told; none of a partner without contacts, and of one that is suspended.
    pub notify: Vec<PartnerTopicWord>,
    /// The language of the mails; `null`: English.
    #[schema(required)]
    pub locale: Option<String>,
    /// Who is told, each at a domain of the partner's.
    pub contacts: Vec<PartnerContactView>,
}

impl PartnerMailsView {
    fn of(partner: &Partner) -> Self {
        Self {
            notify: partner.mail_topics().into_iter().map(Word).collect(),
            locale: partner.locale.as_ref().map(|locale| locale.as_str().to_owned()),
            contacts: partner.contacts.iter().map(PartnerContactView::of).collect(),
        }
    }
}

/// A partner or a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PartyView {
    /// The id of the partner or tenant.
    pub id: String,
    /// Its name; `null` where the directory does not know it.
    #[schema(required)]
    pub name: Option<String>,
    /// Whether it may act; `null` where the directory does not know it.
    #[schema(value_type = Option<PartyStatusWord>, required)]
    pub status: Option<String>,
}

/// How much of each thing is left to a partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotasLeft {
    /// Claims that it may submit today.
    pub daily_claims: u32,
    /// Claims that may be open.
    pub open_claims: u32,
    /// Drafts that it may still store.
    pub open_drafts: u32,
    /// Tenants that it may check today.
    pub daily_checks: u32,
}

/// What a partner may do, and what is left of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct QuotasView {
    /// How many claims it may submit in a local day.
    pub daily_claim_quota: u32,
    /// How many of them are left today.
    pub daily_claims_left: u32,
    /// How many open claims it may have.
    pub open_claim_quota: u32,
    /// How many more may be open, some seconds late.
    pub open_claims_left: u32,
    /// How many drafts it may have.
    pub open_draft_quota: u32,
    /// How many more drafts it may have, some seconds late.
    pub open_drafts_left: u32,
    /// At how many tenants at which it claims nothing it may check in a local day what can be claimed.
    pub daily_check_quota: u32,
    /// How many of them are left today.
    pub daily_checks_left: u32,
}

impl MeView {
    fn of(caller: &Caller, language: &str) -> Self {
        Self {
            role: Word(caller.role()),
            actor_id: caller.actor().staff_id().map(ToString::to_string),
            party: None,
            locations: None,
            quotas: None,
            mails: None,
            language: language.to_owned(),
        }
    }

    /// The view of a member of the staff.
    pub fn of_staff(caller: &Caller, language: &str) -> Self {
        Self::of(caller, language)
    }

    /// The view of a partner's user.
    pub fn of_partner(
        caller: &Caller,
        partner: Option<(&Partner, QuotasLeft)>,
        language: &str,
    ) -> Self {
        let id = caller.partner_id().map(ToString::to_string).unwrap_or_default();
        let locations = partner.map(|(partner, _)| {
            let locations = partner.locations.iter();
            locations.map(|own| LocationView::named_in_language(own, language)).collect()
        });
        let quotas = partner.map(|(partner, left)| QuotasView {
            daily_claim_quota: partner.daily_claim_quota,
            daily_claims_left: left.daily_claims,
            open_claim_quota: partner.open_claim_quota,
            open_claims_left: left.open_claims,
            open_draft_quota: partner.open_draft_quota,
            open_drafts_left: left.open_drafts,
            daily_check_quota: partner.daily_check_quota,
            daily_checks_left: left.daily_checks,
        });
        let name = partner.map(|(partner, _)| partner.name.as_str().to_owned());
        let status = partner.map(|(partner, _)| partner.status.as_str().to_owned());
        Self {
            party: Some(PartyView { id, name, status }),
            locations,
            quotas,
            mails: partner.map(|(partner, _)| PartnerMailsView::of(partner)),
            ..Self::of(caller, language)
        }
    }

    /// The view of a customer's administrator.
    pub fn of_customer(caller: &Caller, tenant: Option<&Tenant>, language: &str) -> Self {
        let id = caller.tenant_id().map(ToString::to_string).unwrap_or_default();
        let name = tenant.map(|tenant| tenant.name.as_str().to_owned());
        let status = tenant.map(|tenant| tenant.status.as_str().to_owned());
        let language = tenant.map_or(language, |tenant| tenant.customer_language().as_str());
        Self { party: Some(PartyView { id, name, status }), ..Self::of(caller, language) }
    }
}
