//! The personal and descriptive part of a claim, stored apart from the rest.

use super::renewal::Renewal;
use crate::codes::codes;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::ids::{EvidenceId, Sha256Hash, StaffId, Version};
use crate::text::{Comment, Domain, Email, Name};

/// The personal and descriptive part of a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// The partner's name at submit.
    pub partner_name: Name,
    /// The customer's name at submit.
    pub tenant_name: Name,
    /// The domain by which the partner named the tenant.
    pub tenant_domain: Domain,
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renews: Option<Renewal>,
    /// Declared or uploaded evidence, at most [`MAX_EVIDENCE`] entries.
    pub evidence: Vec<Evidence>,
    /// Comments beside the state's reasons, in their order.
    pub reason_comments: Vec<Option<Comment>>,
    /// What operator and partner said with commands, of claims from before that was kept beside them.
    pub remarks: Vec<EarlierRemark>,
    /// The contact that the partner proposes, while the operator has not answered.
    pub proposed_contact: Option<CustomerContact>,
    /// The address of the tenant's domain that the operator vouches for.
    pub vouched_for: Option<Email>,
    /// Who has vouched in this claim; the last of them for that address.
    pub vouched_by: Vec<StaffId>,
}

/// The most items of a claim.
pub const MAX_ITEMS: usize = 25;

/// The most evidence entries of a claim.
pub const MAX_EVIDENCE: usize = 20;

/// A comment given with a command, as it was kept among the details. Nothing adds one any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierRemark {
    /// The version the command led to.
    pub version: Version,
    /// The comment as it was given.
    pub text: Comment,
}

/// A contact at the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerContact {
    /// The name of the person.
    pub name: Name,
    /// What the person does at the customer.
    pub title: Name,
    /// The person's e-mail address.
    pub email: Email,
}

/// A contact at the partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerContact {
    /// The name of the person.
    pub name: Name,
    /// The person's e-mail address.
    pub email: Email,
}

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The id of the entry, never used twice in a claim: `e1`, `e2`, …
    pub id: EvidenceId,
    /// The name of the document, as the partner declared it.
    pub name: Name,
    /// The digest of its content.
    pub sha256: Sha256Hash,
    /// When the customer acknowledged it.
    pub acknowledged_on: NaiveDate,
    /// What the malware scan said.
    pub scan: Scan,
}

codes! {
    /// The result of an evidence scan.
    Scan {
        /// Declared only: there is no document to scan.
        None => "none",
        /// Uploaded, not yet scanned.
        Pending => "pending",
        /// Scanned, and nothing was found: the document can be fetched.
        Clean => "clean",
        /// Scanned, something found: unusable.
        Infected => "infected",
    }
}

impl Details {
    /// Whether the operator vouches for an address.
    pub fn is_vouched_for(&self, address: &Email) -> bool {
        self.vouched_for.as_ref().is_some_and(|own| own.same_mailbox(address.as_str()))
    }

    /// Whether the operator vouches for the contact that gets the notice.
    pub fn has_vouched_contact(&self) -> bool {
        self.customer_contact.as_ref().is_some_and(|contact| self.is_vouched_for(&contact.email))
    }

    /// What is left when the personal data are erased: the names of the two companies, and the domain.
    pub(crate) fn without_personal_data(&self) -> Self {
        let (partner, tenant) = (self.partner_name.clone(), self.tenant_name.clone());
        let companies = Self::of_companies(partner, tenant, self.tenant_domain.clone());
        Self { renews: self.renews.clone(), ..companies }
    }

    /// The names of the two companies and the customer's domain, and nothing of people.
    pub fn of_companies(partner_name: Name, tenant_name: Name, tenant_domain: Domain) -> Self {
        Self {
            partner_name,
            tenant_name,
            tenant_domain,
            customer_contact: None,
            technical_contact: None,
            partner_contact: None,
            label: None,
            external_ref: None,
            renews: None,
            evidence: Vec::new(),
            reason_comments: Vec::new(),
            remarks: Vec::new(),
            proposed_contact: None,
            vouched_for: None,
            vouched_by: Vec::new(),
        }
    }
}
