//! What a submit would meet, as it is answered.

use domain::claim::Instant;
use domain::directory::{Partner, Tenant, TenantItem};
use domain::eligibility::Claimability;
use domain::program::{ItemKind, Program};
use domain::recipient::Authority;
use domain::rejection::{FieldError, Rejection};
use domain::text::Email;
use domain::time::format_rfc3339;
use serde::Serialize;
use utoipa::ToSchema;

use crate::failure::RequestError;
use crate::problem::Problem;
use crate::texts::problem_text;
use crate::words::{CheckCodeWord, ClaimabilityWord, ItemKindWord, WarningWord, Word};
use language::Language;

/// What a submit of the same body would meet now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CheckView {
    /// Whether a submit would be accepted now.
    pub ok: bool,
    /// Every problem at once: those of fields first, then what stands in the way elsewhere.
    pub errors: Vec<CheckErrorView>,
    /// Whether somebody else holds an item or is next for it: told of a claim that could be submitted as it is; `null`
    /// where `ok` is false.
    #[schema(required)]
    pub contested: Option<bool>,
    /// When the window would close if its notice were delivered now; `null` where that cannot be counted.
    #[schema(format = DateTime, required)]
    pub earliest_closes_at: Option<String>,
    /// What would not hinder a submit, and is worth knowing before it.
    pub warnings: Vec<CheckWarningView>,
    /// What the partner can claim at the tenant: the items of the program's kind that have not ended. There where the
    /// body leaves `items` out, and tenant and program are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<Vec<ClaimableItemView>>,
}

/// An item of a tenant, and whether the partner can claim it. Who else claims it is not told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClaimableItemView {
    /// Whether the item is a workload or a subscription.
    pub kind: ItemKindWord,
    /// The item's id at the tenant.
    #[schema(example = "exchange-online")]
    pub id: String,
    /// What was bought: a workload's own id, or the product of a subscription.
    #[schema(example = "exchange-online")]
    pub product: String,
    /// What people call it in the caller's language; `null`: nobody has named it.
    #[schema(example = "Exchange Online", required)]
    pub name: Option<String>,
    /// Whether this partner can claim it now.
    pub claimability: ClaimabilityWord,
}

impl ClaimableItemView {
    /// The view of an item of a tenant, named as the program names it.
    pub fn of(
        program: &Program,
        item: &TenantItem,
        claimability: Claimability,
        language: Language,
    ) -> Self {
        let thing = match item.kind {
            ItemKind::Workload => item.id.as_str(),
            ItemKind::Subscription => item.product.as_str(),
        };
        let name = program.names_of(thing).of(language.tag());
        Self {
            kind: Word(item.kind),
            id: item.id.to_string(),
            product: item.product.to_string(),
            name: name.map(|name| name.as_str().to_owned()),
            claimability: Word(claimability),
        }
    }
}

/// What is worth knowing before a submit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckWarning {
    /// The domain of the contact is not the tenant's, and nobody has verified the contact: it gets no link.
    ContactOutside,
    /// The address is at one of the tenant's domains, and nobody has verified it: others are asked with it.
    ContactUnverified,
    /// The address is at one of the partner's own domains.
    ContactOwn,
    /// The partner's contact has an address at none of the partner's own domains.
    PartnerContactElsewhere,
    /// Nobody of the tenant is verified: the operator has to vouch for the contact.
    VouchingNeeded,
    /// The claim declares no evidence: it cannot be validated without.
    EvidenceMissing,
    /// The program asks for documents, and those of the evidence are not brought yet: it cannot be validated without.
    EvidenceDocumentMissing,
}

/// A warning, as it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CheckWarningView {
    /// JSON Pointer into the request's body.
    #[schema(example = "/customer_contact/email")]
    pub pointer: String,
    /// The stable code of the warning.
    pub code: WarningWord,
    /// What is worth knowing, in the caller's language.
    #[schema(
        example = "The tenant has no verified contact: the operator has to vouch for this one."
    )]
    pub detail: String,
}

impl CheckWarning {
    /// Every warning that a check can give.
    pub const ALL: &'static [Self] = &[
        Self::ContactOutside,
        Self::ContactUnverified,
        Self::ContactOwn,
        Self::PartnerContactElsewhere,
        Self::VouchingNeeded,
        Self::EvidenceMissing,
        Self::EvidenceDocumentMissing,
    ];

    /// What it means, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::ContactOutside => {
                "The domain of the address is not the tenant's, and nobody has verified it: it gets no link."
            }
            Self::ContactUnverified => {
                "Nobody has verified the address: the tenant's verified contacts are asked, and its answer may only be no."
            }
            Self::ContactOwn => "The address is at one of the partner's own domains.",
            Self::PartnerContactElsewhere => {
                "The address is at none of the partner's own domains: the customer reads it as the partner's."
            }
            Self::VouchingNeeded => {
                "The tenant has no verified contact: the operator has to vouch for this one."
            }
            Self::EvidenceMissing => {
                "The claim declares no evidence: it cannot be validated without."
            }
            Self::EvidenceDocumentMissing => {
                "The program asks for documents, and the claim declares evidence alone: it cannot be validated without one."
            }
        }
    }

    /// The warning that a contact with that address deserves at its tenant, if any.
    pub fn of_contact(tenant: &Tenant, address: &Email) -> Option<Self> {
        match tenant.authority_of(address) {
            Authority::Outside => Some(Self::ContactOutside),
            Authority::Domain if !tenant.has_verified_contact() => Some(Self::VouchingNeeded),
            Authority::Domain => Some(Self::ContactUnverified),
            Authority::Verified => None,
        }
    }

    /// The warning that a customer's contact at one of the partner's own domains deserves.
    pub fn of_own_domain(partner: &Partner, address: &Email) -> Option<Self> {
        partner.has_domain_of(address).then_some(Self::ContactOwn)
    }

    /// The warning that a partner's contact deserves at none of the partner's own domains, where any are known.
    pub fn of_partner_contact(partner: &Partner, address: &Email) -> Option<Self> {
        let is_elsewhere = !partner.domains.is_empty() && !partner.has_domain_of(address);
        is_elsewhere.then_some(Self::PartnerContactElsewhere)
    }

    /// The warning that the evidence of a claim deserves which is not submitted yet: one without an entry, whatever its
    /// program asks for, and one without documents where the program asks for them.
    pub fn of_evidence(has_entries: bool, needs_documents: bool) -> Option<Self> {
        match (has_entries, needs_documents) {
            (false, _) => Some(Self::EvidenceMissing),
            (true, true) => Some(Self::EvidenceDocumentMissing),
            (true, false) => None,
        }
    }

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ContactOutside => "contact-outside",
            Self::ContactUnverified => "contact-unverified",
            Self::ContactOwn => "contact-own",
            Self::PartnerContactElsewhere => "partner-contact-elsewhere",
            Self::VouchingNeeded => "vouching-needed",
            Self::EvidenceMissing => "evidence-missing",
            Self::EvidenceDocumentMissing => "evidence-document-missing",
        }
    }

    fn to_view(self, language: Language) -> CheckWarningView {
        CheckWarningView {
            pointer: match self {
                Self::EvidenceMissing | Self::EvidenceDocumentMissing => "/evidence",
                Self::PartnerContactElsewhere => "/partner_contact/email",
                Self::ContactOutside
                | Self::ContactUnverified
                | Self::ContactOwn
                | Self::VouchingNeeded => "/customer_contact/email",
            }
            .to_owned(),
            code: Word(self),
            detail: problem_text(language, &format!("warning-{}", self.as_str()), &[]),
        }
    }
}

/// A problem that a submit would meet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CheckErrorView {
    /// JSON Pointer into the request's body; empty for the whole body.
    #[schema(example = "/items/0/id")]
    pub pointer: String,
    /// The code of a field, or `duplicate-claim`, `blocked-by-customer` or `quota-exceeded`.
    #[schema(value_type = CheckCodeWord)]
    pub code: String,
    /// What is wrong and what would be right, in the caller's language.
    #[schema(example = "The tenant has no such item.")]
    pub detail: String,
    /// With `duplicate-claim`: the partner's own claim that is in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "cbplyjelfz5a5xwmpnah5uzxk4")]
    pub claim_id: Option<String>,
    /// With `unknown-code`: what is known here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(["workload", "subscription"]))]
    pub allowed: Option<Vec<String>>,
}

impl CheckView {
    /// The view of a check.
    pub fn of(
        fields: Vec<FieldError>,
        hindrances: Vec<Rejection>,
        contested: Option<bool>,
        earliest_closes_at: Option<Instant>,
        warnings: Vec<CheckWarning>,
        language: Language,
    ) -> Self {
        let fields = Problem::of(&RequestError::Fields(fields), language, "").errors;
        let fields = fields.into_iter().map(|field| CheckErrorView {
            pointer: field.pointer,
            code: field.code.0.as_str().to_owned(),
            detail: field.detail,
            claim_id: None,
            allowed: field.allowed,
        });
        let hindrances =
            hindrances.into_iter().flat_map(|hindrance| conflict_views(hindrance, language));
        let errors: Vec<_> = fields.chain(hindrances).collect();
        Self {
            ok: errors.is_empty(),
            errors,
            contested,
            earliest_closes_at: earliest_closes_at.map(format_rfc3339),
            warnings: warnings.into_iter().map(|warning| warning.to_view(language)).collect(),
            items: None,
        }
    }

    /// The same with what the partner can claim at the tenant, if that was asked for.
    #[must_use]
    pub fn with_items(self, items: Option<Vec<ClaimableItemView>>) -> Self {
        Self { items, ..self }
    }
}

/// A refusal that is no fault of a field; a block at each of the items that it names.
fn conflict_views(hindrance: Rejection, language: Language) -> Vec<CheckErrorView> {
    let mut pointers = Vec::new();
    if let Rejection::BlockedByCustomer { items } = &hindrance {
        let places = items.iter().map(|no| no.0.saturating_sub(1));
        pointers.extend(places.map(|at| format!("/items/{at}")));
    }
    if pointers.is_empty() {
        pointers.push(String::new());
    }
    let problem = Problem::of(&RequestError::from(hindrance), language, "");
    let error = |pointer| CheckErrorView {
        pointer,
        claim_id: problem.claim_id.clone(),
        code: problem.code.0.as_str().to_owned(),
        detail: problem.detail.clone(),
        allowed: None,
    };
    pointers.into_iter().map(error).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tenant(verified: bool) -> Tenant {
        serde_json::from_value(json!({
            "id": "6f3c0000-0000-4000-8000-000000000001", "name": "Contoso", "status": "active",
            "domains": ["contoso.example"], "country": "CZ", "subdivision": null, "time_zone": null,
            "locale": "cs", "closures": [], "items": [],
            "contacts": [{"name": "IT", "email": "it@contoso.example", "verified": verified}],
        }))
        .unwrap()
    }

    fn warning(tenant: &Tenant, address: &str) -> Option<CheckWarning> {
        CheckWarning::of_contact(tenant, &Email::parse(address).unwrap())
    }

    #[test]
    fn a_contact_outside_the_tenant_is_warned_of_and_one_to_vouch_for_too() {
        let (known, unknown) = (tenant(true), tenant(false));
        let outside = Some(CheckWarning::ContactOutside);
        assert_eq!(warning(&known, "jana@alpine.example"), outside);
        assert_eq!(warning(&unknown, "jana@alpine.example"), outside);
        let needed = Some(CheckWarning::VouchingNeeded);
        assert_eq!(warning(&unknown, "jana@contoso.example"), needed);
        let unverified = Some(CheckWarning::ContactUnverified);
        assert_eq!(warning(&known, "jana@contoso.example"), unverified);
        assert_eq!(warning(&known, "it@contoso.example"), None);
    }

    #[test]
    fn a_warning_hinders_nothing_and_is_told_in_the_callers_language() {
        let view = |language| {
            let warnings = vec![CheckWarning::VouchingNeeded];
            let view = CheckView::of(vec![], vec![], Some(false), None, warnings, language);
            serde_json::to_value(view).unwrap()
        };
        let (english, czech) = (view(Language::En), view(Language::Cs));
        assert_eq!(english["ok"], true);
        assert_eq!(english["warnings"][0]["code"], "vouching-needed");
        assert_eq!(english["warnings"][0]["pointer"], "/customer_contact/email");
        assert_ne!(english["warnings"][0]["detail"], czech["warnings"][0]["detail"]);
        assert_ne!(english["warnings"][0]["detail"], "warning-vouching-needed");
    }
}
