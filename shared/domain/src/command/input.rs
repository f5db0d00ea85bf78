//! The content of a claim as its partner gives it.

use chrono::NaiveDate;
use serde::Serialize;

use crate::claim::{Claim, CustomerContact, Evidence, PartnerContact, Renewal};
use crate::ids::{Activity, ItemId, LocationId, ProgramId, Sha256Hash, TenantId};
use crate::program::ItemKind;
use crate::text::{Domain, Name};

/// The content of a claim as a partner gives it. Everything is optional here: a draft needs only
/// program and tenant; what submit needs is checked by [`crate::eligibility`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ClaimInput {
    /// The program to claim in; fixed from the draft on.
    pub program: Option<ProgramId>,
    /// What the partner does for the customer: one of the program's activities.
    pub activity: Option<Activity>,
    /// The location of the partner that claims; it has to be enrolled in the program.
    pub location: Option<LocationId>,
    /// The customer's tenant; fixed from the draft on.
    pub tenant: Option<TenantId>,
    /// A domain of the tenant, by which the partner shows that it knows the customer; fixed from the draft on.
    pub tenant_domain: Option<Domain>,
    /// The items; `None` where an entry was malformed, so that places keep their numbers.
    pub items: Vec<Option<(ItemKind, ItemId)>>,
    /// Who gets the notice.
    pub customer_contact: Option<CustomerContact>,
    /// Whom to ask about technical matters; required where the program's items are subscriptions.
    pub technical_contact: Option<CustomerContact>,
    /// Whom the customer may ask at the partner.
    pub partner_contact: Option<PartnerContact>,
    /// The partner's own label.
    pub label: Option<Name>,
    /// The partner's own reference.
    pub external_ref: Option<Name>,
    /// What the claim renews.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renews: Option<Renewal>,
    /// Declared evidence; `None` where an entry was malformed.
    pub evidence: Vec<Option<DeclaredEvidence>>,
}

/// An entry of evidence as the partner declares it, before it has an id or a scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeclaredEvidence {
    /// The name of the document, which ends as its type does where one is uploaded.
    pub name: Name,
    /// The digest of its content.
    pub sha256: Sha256Hash,
    /// When the customer acknowledged it.
    pub acknowledged_on: NaiveDate,
}

impl ClaimInput {
    /// The content of a claim, as its partner gave it; dropped items are left out.
    pub fn of(claim: &Claim) -> Self {
        let details = &claim.details;
        Self {
            program: Some(claim.subject.program.clone()),
            activity: claim.subject.activity.clone(),
            location: claim.subject.location.clone(),
            tenant: Some(claim.subject.tenant.clone()),
            tenant_domain: Some(details.tenant_domain.clone()),
            items: claim
                .kept_items()
                .map(|item| Some((claim.subject.kind, item.id.clone())))
                .collect(),
            customer_contact: details.customer_contact.clone(),
            technical_contact: details.technical_contact.clone(),
            partner_contact: details.partner_contact.clone(),
            label: details.label.clone(),
            external_ref: details.external_ref.clone(),
            renews: details.renews.clone(),
            evidence: details.evidence.iter().map(|entry| Some(entry.as_declared())).collect(),
        }
    }
}

impl Evidence {
    /// The entry as it was declared, without its id and scan.
    pub fn as_declared(&self) -> DeclaredEvidence {
        DeclaredEvidence {
            name: self.name.clone(),
            sha256: self.sha256,
            acknowledged_on: self.acknowledged_on,
        }
    }
}
