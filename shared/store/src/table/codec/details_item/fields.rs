//! The details as they are stored. What is absent is left out, so that a field added later leaves
//! the digest of what is stored as it was.

use chrono::NaiveDate;
use domain::claim::{
    CustomerContact, Details, EarlierRemark, Evidence, PartnerContact, Renewal, Scan,
};
use domain::ids::{EvidenceId, Sha256Hash, StaffId, Version};
use domain::text::{Comment, Domain, Email, Name};
use serde::{Deserialize, Serialize};

/// The stored form of [`Details`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct DetailsFields {
    #[serde(rename = "p")]
    partner_name: Name,
    #[serde(rename = "t")]
    tenant_name: Name,
    #[serde(rename = "td")]
    tenant_domain: Domain,
    #[serde(rename = "cc", default, skip_serializing_if = "Option::is_none")]
    customer_contact: Option<ContactFields>,
    #[serde(rename = "tc", default, skip_serializing_if = "Option::is_none")]
    technical_contact: Option<ContactFields>,
    #[serde(rename = "pc", default, skip_serializing_if = "Option::is_none")]
    partner_contact: Option<PartnerContactFields>,
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    label: Option<Name>,
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    external_ref: Option<Name>,
    #[serde(rename = "rn", default, skip_serializing_if = "Option::is_none")]
    renews: Option<Renewal>,
    #[serde(rename = "e", default, skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<EvidenceFields>,
    #[serde(rename = "rc", default, skip_serializing_if = "Vec::is_empty")]
    reason_comments: Vec<Option<Comment>>,
    #[serde(rename = "r", default, skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<RemarkFields>,
    #[serde(rename = "cp", default, skip_serializing_if = "Option::is_none")]
    proposed_contact: Option<ContactFields>,
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    vouched_for: Option<Email>,
    #[serde(rename = "vb", default, skip_serializing_if = "Vec::is_empty")]
    vouched_by: Vec<StaffId>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct ContactFields {
    n: Name,
    t: Name,
    e: Email,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct PartnerContactFields {
    n: Name,
    e: Email,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct EvidenceFields {
    i: EvidenceId,
    n: Name,
    h: Sha256Hash,
    a: NaiveDate,
    s: Scan,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct RemarkFields {
    v: Version,
    t: Comment,
}

impl DetailsFields {
    pub(super) fn of(details: &Details) -> Self {
        let remark = |own: &EarlierRemark| RemarkFields { v: own.version, t: own.text.clone() };
        Self {
            partner_name: details.partner_name.clone(),
            tenant_name: details.tenant_name.clone(),
            tenant_domain: details.tenant_domain.clone(),
            customer_contact: details.customer_contact.as_ref().map(ContactFields::of),
            technical_contact: details.technical_contact.as_ref().map(ContactFields::of),
            partner_contact: details.partner_contact.as_ref().map(PartnerContactFields::of),
            label: details.label.clone(),
            external_ref: details.external_ref.clone(),
            renews: details.renews.clone(),
            evidence: details.evidence.iter().map(EvidenceFields::of).collect(),
            reason_comments: details.reason_comments.clone(),
            remarks: details.remarks.iter().map(remark).collect(),
            proposed_contact: details.proposed_contact.as_ref().map(ContactFields::of),
            vouched_for: details.vouched_for.clone(),
            vouched_by: details.vouched_by.clone(),
        }
    }

    /// The details again. Every field was parsed on the way in.
    pub(super) fn to_details(&self) -> Details {
        let remark = |own: &RemarkFields| EarlierRemark { version: own.v, text: own.t.clone() };
        Details {
            partner_name: self.partner_name.clone(),
            tenant_name: self.tenant_name.clone(),
            tenant_domain: self.tenant_domain.clone(),
            customer_contact: self.customer_contact.as_ref().map(ContactFields::to_contact),
            technical_contact: self.technical_contact.as_ref().map(ContactFields::to_contact),
            partner_contact: self.partner_contact.as_ref().map(PartnerContactFields::to_contact),
            label: self.label.clone(),
            external_ref: self.external_ref.clone(),
            renews: self.renews.clone(),
            evidence: self.evidence.iter().map(EvidenceFields::to_evidence).collect(),
            reason_comments: self.reason_comments.clone(),
            remarks: self.remarks.iter().map(remark).collect(),
            proposed_contact: self.proposed_contact.as_ref().map(ContactFields::to_contact),
            vouched_for: self.vouched_for.clone(),
            vouched_by: self.vouched_by.clone(),
        }
    }
}

impl ContactFields {
    fn of(contact: &CustomerContact) -> Self {
        Self { n: contact.name.clone(), t: contact.title.clone(), e: contact.email.clone() }
    }

    fn to_contact(&self) -> CustomerContact {
        CustomerContact { name: self.n.clone(), title: self.t.clone(), email: self.e.clone() }
    }
}

impl PartnerContactFields {
    fn of(contact: &PartnerContact) -> Self {
        Self { n: contact.name.clone(), e: contact.email.clone() }
    }

    fn to_contact(&self) -> PartnerContact {
        PartnerContact { name: self.n.clone(), email: self.e.clone() }
    }
}

impl EvidenceFields {
    fn of(evidence: &Evidence) -> Self {
        Self {
            i: evidence.id.clone(),
            n: evidence.name.clone(),
            h: evidence.sha256,
            a: evidence.acknowledged_on,
            s: evidence.scan,
        }
    }

    fn to_evidence(&self) -> Evidence {
        Evidence {
            id: self.i.clone(),
            name: self.n.clone(),
            sha256: self.h,
            acknowledged_on: self.a,
            scan: self.s,
        }
    }
}
