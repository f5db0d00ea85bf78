//! The customer's ledger: who sees the data, who asks to, and what the customer has answered.

use chrono::NaiveDate;
use domain::actor::{ActorId, ActorKind, CONTACT, RECIPIENT};
use domain::claim::{Claim, Instant, ItemStatus};
use domain::history::ReadableEntry;
use domain::ids::{ItemNo, PartnerId, PersonId};
use domain::overview::OverviewAct;
use domain::program::Policy;
use domain::text::Name;
use domain::time::format_rfc3339;
use serde::Serialize;
use utoipa::ToSchema;

use crate::views::claim::partner_view;
use crate::views::{AssociationView, CustomerClaimView, NamedView};
use crate::words::{OverviewActWord, ToldEventWord, UsageHistoryWord, Word};

/// What stands between the customer and one partner. A partner whose claims do not fit on a page comes
/// again on the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LedgerView {
    /// The partner that this entry is about.
    pub partner: NamedView,
    /// What the partner is or was partner of record for, running or ended.
    pub associations: Vec<LedgerAssociationView>,
    /// The claims that wait for an answer.
    pub pending: Vec<CustomerClaimView>,
    /// What the customer has answered, oldest first.
    pub receipts: Vec<ReceiptView>,
    /// When the partner has looked at what it could claim here without a claim of its own, the newest first; kept for
    /// 400 days.
    pub checks: Vec<CheckOfTenantView>,
    /// What contacts did to the standing rules by the overview, the newest first; kept for 400 days. What concerns every
    /// partner stands in each entry.
    pub acts: Vec<OverviewActView>,
}

/// What a contact did to the standing rules by the overview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OverviewActView {
    /// What the contact did to the rules; it only ever takes away.
    pub act: OverviewActWord,
    /// When the form arrived.
    #[schema(format = DateTime)]
    pub at: String,
    /// Which contact it was: `contact:<pseudonym>`, as in histories.
    pub actor_id: String,
}

impl OverviewActView {
    /// The view of what that contact did.
    pub fn of(act: OverviewAct, by: PersonId, at: Instant) -> Self {
        let actor_id = ActorId::Contact(by).to_string();
        Self { act: Word(act), at: format_rfc3339(at), actor_id }
    }
}

/// A partner has looked at what it could claim at a tenant, on a day on which it claimed nothing there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CheckOfTenantView {
    /// The partner's local day; further looks on it are not noted.
    #[schema(format = Date)]
    pub date: String,
    /// When it looked first on that day.
    #[schema(format = DateTime)]
    pub at: String,
}

/// A look at a tenant without a claim there, as staff read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TenantCheckView {
    /// The partner that has looked.
    pub partner: NamedView,
    /// When it has looked.
    #[serde(flatten)]
    pub check: CheckOfTenantView,
}

impl TenantCheckView {
    /// The view of a partner's check.
    pub fn of(partner: &PartnerId, name: &Name, date: NaiveDate, at: Instant) -> Self {
        Self {
            partner: NamedView::of_partner(partner, name),
            check: CheckOfTenantView::of(date, at),
        }
    }
}

impl CheckOfTenantView {
    /// The view of a check.
    pub fn of(date: NaiveDate, at: Instant) -> Self {
        Self { date: date.to_string(), at: format_rfc3339(at) }
    }
}

/// An association, with what its customer wants to know of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LedgerAssociationView {
    /// The association; it is ended by its id.
    #[serde(flatten)]
    pub association: AssociationView,
    /// Until when it runs, if it has a term; of an ended one, when it ended.
    #[schema(format = DateTime, required)]
    pub until: Option<String>,
    /// When the partner last read its data; `null`: never.
    #[schema(format = DateTime, required)]
    pub last_read_at: Option<String>,
    /// Which days of usage the partner may read.
    pub usage_history: UsageHistoryWord,
}

/// An answer of the customer's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceiptView {
    /// The receipt id, as it was mailed and shown.
    pub id: String,
    /// The claim that was answered.
    pub claim_id: String,
    /// What the answer was.
    #[serde(rename = "type")]
    #[schema(value_type = ToldEventWord)]
    pub event_type: String,
    /// When the answer arrived.
    #[schema(format = DateTime)]
    pub at: String,
    /// The items that it changed, by number.
    pub items: Vec<u8>,
    /// How the customer answered; of an answer from before that was kept: `null`.
    #[schema(required)]
    pub by: Option<AnsweredBy>,
    /// Who answered: `recipient:<no>`, `contact:<pseudonym>`, or the pseudonym of an administrator.
    #[schema(required)]
    pub actor_id: Option<String>,
}

/// How a customer answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnsweredBy {
    /// A recipient of the notice, by its link.
    Link,
    /// An administrator who had signed in.
    Administrator,
    /// A verified contact, by the overview.
    Contact,
}

impl LedgerView {
    /// An entry of the claim's partner, with nothing in it yet.
    pub fn of_claim(claim: &Claim) -> Self {
        Self::empty_for(partner_view(claim))
    }

    /// An entry of a partner that claims nothing, with nothing in it yet.
    pub fn of_partner(id: &PartnerId, name: &Name) -> Self {
        Self::empty_for(NamedView::of_partner(id, name))
    }

    fn empty_for(partner: NamedView) -> Self {
        let (associations, pending, receipts) = (Vec::new(), Vec::new(), Vec::new());
        let (checks, acts) = (Vec::new(), Vec::new());
        Self { partner, associations, pending, receipts, checks, acts }
    }

    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.associations.is_empty()
            && self.pending.is_empty()
            && self.receipts.is_empty()
            && self.checks.is_empty()
            && self.acts.is_empty()
    }
}

impl LedgerAssociationView {
    /// The associations of a claim; `last_read` tells when an item's data were last read.
    pub fn of(
        claim: &Claim,
        policy: &Policy,
        last_read: impl Fn(ItemNo) -> Option<Instant>,
    ) -> Vec<Self> {
        let views = claim.items.iter().filter_map(|item| {
            let association = AssociationView::of(claim, item.no, policy)?;
            let active = matches!(claim.item_status(item), ItemStatus::Active { .. });
            let until =
                if active { &association.term_ends_at } else { &association.ended_at }.clone();
            let last_read_at = last_read(item.no).map(format_rfc3339);
            let usage_history = Word(policy.usage_history);
            Some(Self { association, until, last_read_at, usage_history })
        });
        views.collect()
    }
}

impl ReceiptView {
    /// The receipt of a history entry, if the customer made it.
    pub fn of(claim: &Claim, told: &ReadableEntry) -> Option<Self> {
        let ReadableEntry::Event(entry) = told else { return None };
        if entry.actor != ActorKind::Customer {
            return None;
        }
        Some(Self {
            id: format!("{}-{}", claim.id, entry.version),
            claim_id: claim.id.to_string(),
            event_type: entry.event_type.as_str().to_owned(),
            at: format_rfc3339(entry.at),
            items: entry.items.iter().flat_map(|change| &change.no).map(|no| no.0).collect(),
            by: entry.actor_id.as_deref().map(AnsweredBy::of),
            actor_id: entry.actor_id.clone(),
        })
    }
}

impl AnsweredBy {
    fn of(actor_id: &str) -> Self {
        if actor_id.starts_with(RECIPIENT) {
            Self::Link
        } else if actor_id.starts_with(CONTACT) {
            Self::Contact
        } else {
            Self::Administrator
        }
    }
}
