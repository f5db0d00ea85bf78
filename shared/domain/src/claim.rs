//! The claim: the envelope that is one record, one version and one pending deadline
//! (`domain.md §3`).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::actor::ActorKind;
use crate::calendar::Window;
use crate::event::{EventType, Fingerprint};
use crate::ids::{
    Activity, AssociationId, ClaimId, EvidenceId, FamilyId, ItemId, ItemNo, LocationId, NoticeNo,
    PartnerId, ProgramId, Sha256Hash, StaffId, TenantId, Version,
};
use crate::program::{ItemKind, ItemRef};
use crate::reason::{EndReason, Reason};
use crate::text::{Comment, Domain, Email, Name};

/// A moment in UTC.
pub type Instant = DateTime<Utc>;

/// A claim as stored: who claims what of whom, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Its id.
    pub id: ClaimId,
    /// Raised by one with every event.
    pub version: Version,
    /// Who claims, of whom, in which program: fixed from the draft on.
    pub subject: Subject,
    /// What is claimed. Numbers never change after submit.
    pub items: Vec<Item>,
    /// Where the claim stands.
    pub state: State,
    /// Whether another partner held or claimed an item when the review began or was decided.
    pub contested: bool,
    /// Until when the holder of a contested item may defend.
    pub defence_until: Option<Instant>,
    /// The number of the last notice.
    pub notice: NoticeNo,
    /// What the customer was shown, from validate on (`domain.md §4`, I6).
    pub content_hash: Option<Sha256Hash>,
    /// Whether the one dispute has been used.
    pub disputed: bool,
    /// How often a customer's contact said he was the wrong one.
    pub refused_contacts: u8,
    /// Whether the customer's one extension has been used.
    pub extended: bool,
    /// When the claim was first stored.
    pub created_at: Instant,
    /// When it was last submitted.
    pub submitted_at: Option<Instant>,
    /// The date that ranks rivals: set once, kept through a short recall.
    pub priority_at: Option<Instant>,
    /// Names, contacts, label and evidence: stored apart from the rest.
    pub details: Details,
    /// The last event.
    pub last_event: LastEvent,
}

/// What is fixed when a claim is first stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The claiming partner.
    pub partner: PartnerId,
    /// The partner's location; absent in a draft that does not name it yet.
    pub location: Option<LocationId>,
    /// The program.
    pub program: ProgramId,
    /// The version of the policy the claim is pinned to.
    pub policy_version: u32,
    /// The program's family.
    pub family: FamilyId,
    /// What the program's items are.
    pub kind: ItemKind,
    /// What the partner does; absent in a draft that does not name it yet.
    pub activity: Option<Activity>,
    /// The customer's tenant.
    pub tenant: TenantId,
}

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
    /// Required for subscriptions.
    pub technical_contact: Option<CustomerContact>,
    /// Whom the customer may ask at the partner.
    pub partner_contact: Option<PartnerContact>,
    /// The partner's own label.
    pub label: Option<Name>,
    /// The partner's own reference.
    pub external_ref: Option<Name>,
    /// Declared or uploaded evidence, at most [`MAX_EVIDENCE`] entries.
    pub evidence: Vec<Evidence>,
    /// Comments beside the state's reasons, in their order.
    pub reason_comments: Vec<Option<Comment>>,
    /// What operator and partner remarked on their commands, the last [`MAX_REMARKS`].
    pub remarks: Vec<Remark>,
}

/// The most items of a claim.
pub const MAX_ITEMS: usize = 25;
/// The most evidence entries of a claim.
pub const MAX_EVIDENCE: usize = 20;
/// The most remarks that are kept.
pub const MAX_REMARKS: usize = 20;

/// A remark made with a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// The version the command led to.
    pub version: Version,
    /// What was said.
    pub text: Comment,
}

/// A contact at the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerContact {
    /// Who.
    pub name: Name,
    /// In which function.
    pub title: Name,
    /// Where to write.
    pub email: Email,
}

/// A contact at the partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerContact {
    /// Who.
    pub name: Name,
    /// Where to write.
    pub email: Email,
}

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// `e1`, `e2`, …
    pub id: EvidenceId,
    /// The document's name.
    pub name: Name,
    /// The digest of its content.
    pub sha256: Sha256Hash,
    /// When the customer acknowledged it.
    pub acknowledged_on: NaiveDate,
    /// What the malware scan said.
    pub scan: Scan,
}

/// The result of an evidence scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scan {
    /// Declared only: there is no document to scan.
    None,
    /// Uploaded, not yet scanned.
    Pending,
    /// Scanned, nothing found.
    Clean,
    /// Scanned, something found: unusable.
    Infected,
}

/// An item of a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its number.
    pub no: ItemNo,
    /// Its id; the kind is the claim's.
    pub id: ItemId,
    /// Set where the item does not simply follow the claim's status.
    pub mark: Option<Mark>,
}

/// How an item departs from its claim's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Removed by the partner or the reviewer.
    Dropped,
    /// The partner withdrew while other items were decided.
    Withdrawn,
    /// Rejected while other items were decided.
    Rejected,
    /// The customer said no.
    Declined {
        /// When the no arrived.
        at: Instant,
        /// Whether it arrived within the window, or before any.
        in_time: bool,
        /// Whether it was silence under an opt-in policy (reason `no_answer`).
        no_answer: bool,
    },
    /// The association runs.
    Active {
        /// Silence or an explicit yes.
        basis: Basis,
        /// Since when.
        effective_at: Instant,
    },
    /// The association has ended.
    Ended {
        /// Why.
        reason: EndReason,
        /// When.
        at: Instant,
        /// The basis it had.
        basis: Basis,
        /// Since when it ran.
        effective_at: Instant,
    },
}

/// Why an item is active.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The customer did not say no in time.
    Deemed,
    /// The customer said yes.
    Explicit,
}

/// The state of a claim, with what only that state has. A new state breaks every place that must
/// think about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// The partner is still writing.
    Draft {
        /// First instant after 90 idle days.
        discard_at: Instant,
        /// The priority date of a recalled claim, and until when a resubmit keeps it.
        keeps_priority_until: Option<Instant>,
    },
    /// Waits for a reviewer. No deadline once its passing has been recorded.
    Submitted {
        /// When the review should have begun.
        due_at: Option<Instant>,
    },
    /// A reviewer reads it.
    InReview {
        /// When it should be decided.
        due_at: Option<Instant>,
        /// Who rejected it before it was overturned.
        overturned: bool,
    },
    /// The partner must answer.
    ActionRequired {
        /// What is asked.
        reasons: Vec<Reason>,
        /// Until when.
        answer_by: Instant,
        /// Whether the review follows an overturned rejection.
        overturned: bool,
    },
    /// Another reviewer judges the rejection.
    Disputed {
        /// The rejection.
        rejection: RejectionRecord,
        /// When it should be judged.
        due_at: Option<Instant>,
    },
    /// Validated; the notice is on its way.
    Notifying {
        /// Until when a proof of delivery must come.
        deliver_by: Instant,
    },
    /// Nobody could be reached.
    Unreachable {
        /// Until when the contact must be corrected.
        correct_by: Instant,
    },
    /// The customer's window is open.
    AwaitingCustomer {
        /// The deadline, explained.
        window: Window,
    },
    /// The operator holds it.
    OnHold,
    /// At least one association runs.
    Associated {
        /// The window that led here; `None` when the last undecided item went outside any.
        window: Option<Window>,
        /// When the policy's term runs out.
        ends_at: Option<Instant>,
    },
    /// Refused by the operator or by silence.
    Rejected {
        /// Who and why.
        rejection: RejectionRecord,
        /// First instant at which it can no longer be disputed; `None` when it is final.
        disputable_until: Option<Instant>,
    },
    /// The customer declined everything.
    Declined {
        /// The window in which it happened: until it closes the customer may undo.
        window: Option<Window>,
    },
    /// Taken back by the partner.
    Withdrawn,
    /// A draft that was dropped.
    Discarded,
    /// The last association ended.
    Ended {
        /// The window that had led to it.
        window: Option<Window>,
    },
}

/// A rejection that stands or is disputed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectionRecord {
    /// The reviewer; `None`: silence or the system did it.
    pub by: Option<StaffId>,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// The name of a claim's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// See [`State::Draft`].
    Draft,
    /// See [`State::Submitted`].
    Submitted,
    /// See [`State::InReview`].
    InReview,
    /// See [`State::ActionRequired`].
    ActionRequired,
    /// See [`State::Disputed`].
    Disputed,
    /// See [`State::Notifying`].
    Notifying,
    /// See [`State::Unreachable`].
    Unreachable,
    /// See [`State::AwaitingCustomer`].
    AwaitingCustomer,
    /// See [`State::OnHold`].
    OnHold,
    /// See [`State::Associated`].
    Associated,
    /// See [`State::Rejected`].
    Rejected,
    /// See [`State::Declined`].
    Declined,
    /// See [`State::Withdrawn`].
    Withdrawn,
    /// See [`State::Discarded`].
    Discarded,
    /// See [`State::Ended`].
    Ended,
}

impl Status {
    /// Every status, in the order of `domain.md §3`.
    pub const ALL: [Self; 15] = [
        Self::Draft,
        Self::Submitted,
        Self::InReview,
        Self::ActionRequired,
        Self::Disputed,
        Self::Notifying,
        Self::Unreachable,
        Self::AwaitingCustomer,
        Self::OnHold,
        Self::Associated,
        Self::Rejected,
        Self::Declined,
        Self::Withdrawn,
        Self::Discarded,
        Self::Ended,
    ];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::InReview => "in_review",
            Self::ActionRequired => "action_required",
            Self::Disputed => "disputed",
            Self::Notifying => "notifying",
            Self::Unreachable => "unreachable",
            Self::AwaitingCustomer => "awaiting_customer",
            Self::OnHold => "on_hold",
            Self::Associated => "associated",
            Self::Rejected => "rejected",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
            Self::Discarded => "discarded",
            Self::Ended => "ended",
        }
    }

    /// The status of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// The status of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemStatus {
    /// Not validated yet.
    Proposed,
    /// Validated, undecided.
    Pending,
    /// The association runs.
    Active {
        /// Silence or an explicit yes.
        basis: Basis,
        /// Since when.
        effective_at: Instant,
    },
    /// The customer said no.
    Declined {
        /// When.
        at: Instant,
        /// Whether in time.
        in_time: bool,
        /// Whether it was silence under an opt-in policy.
        no_answer: bool,
    },
    /// The association has ended.
    Ended {
        /// Why.
        reason: EndReason,
        /// When.
        at: Instant,
        /// The basis it had.
        basis: Basis,
        /// Since when it ran.
        effective_at: Instant,
    },
    /// Removed before it was decided.
    Dropped,
    /// Taken back.
    Withdrawn,
    /// Rejected.
    Rejected,
}

impl ItemStatus {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Pending => "pending",
            Self::Active { .. } => "active",
            Self::Declined { .. } => "declined",
            Self::Ended { .. } => "ended",
            Self::Dropped => "dropped",
            Self::Withdrawn => "withdrawn",
            Self::Rejected => "rejected",
        }
    }
}

/// The last event of a claim, in brief.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastEvent {
    /// Its type.
    pub event_type: EventType,
    /// When.
    pub at: Instant,
    /// Whose doing it was.
    pub actor: ActorKind,
    /// Operator staff by name.
    pub actor_id: Option<StaffId>,
    /// Whether a deadline that passed unanswered did it.
    pub by_silence: bool,
    /// Of the command and the party that gave it, so that a repeat is known as one.
    pub fingerprint: Option<Fingerprint>,
}

impl Claim {
    /// The name of its state.
    pub fn status(&self) -> Status {
        self.state.status()
    }

    /// The item of that number.
    pub fn item(&self, no: ItemNo) -> Option<&Item> {
        self.items.iter().find(|item| item.no == no)
    }

    /// An item as claims and tenants name it.
    pub fn item_ref(&self, item: &Item) -> ItemRef {
        ItemRef { kind: self.subject.kind, id: item.id.clone() }
    }

    /// Sets the mark of these items.
    pub(crate) fn mark(&mut self, numbers: &[ItemNo], mark: Option<Mark>) {
        for item in self.items.iter_mut().filter(|item| numbers.contains(&item.no)) {
            item.mark = mark;
        }
    }

    /// The association id of an item.
    pub fn association_id(&self, no: ItemNo) -> AssociationId {
        AssociationId { claim: self.id.clone(), item: no }
    }

    /// The items that nobody has decided yet.
    pub fn undecided(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| {
            matches!(self.item_status(item), ItemStatus::Proposed | ItemStatus::Pending)
        })
    }

    /// The items whose association runs.
    pub fn active(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| matches!(self.item_status(item), ItemStatus::Active { .. }))
    }

    /// The items that were not removed.
    pub fn kept(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| item.mark != Some(Mark::Dropped))
    }

    /// The status of one of the claim's items: its mark, or what follows from the claim's state.
    pub fn item_status(&self, item: &Item) -> ItemStatus {
        match item.mark {
            Some(mark) => mark.status(),
            None => self.state.unmarked(),
        }
    }
}

impl Mark {
    fn status(self) -> ItemStatus {
        match self {
            Self::Dropped => ItemStatus::Dropped,
            Self::Withdrawn => ItemStatus::Withdrawn,
            Self::Rejected => ItemStatus::Rejected,
            Self::Declined { at, in_time, no_answer } => {
                ItemStatus::Declined { at, in_time, no_answer }
            }
            Self::Active { basis, effective_at } => ItemStatus::Active { basis, effective_at },
            Self::Ended { reason, at, basis, effective_at } => {
                ItemStatus::Ended { reason, at, basis, effective_at }
            }
        }
    }
}

impl State {
    /// The name of the state.
    pub fn status(&self) -> Status {
        match self {
            Self::Draft { .. } => Status::Draft,
            Self::Submitted { .. } => Status::Submitted,
            Self::InReview { .. } => Status::InReview,
            Self::ActionRequired { .. } => Status::ActionRequired,
            Self::Disputed { .. } => Status::Disputed,
            Self::Notifying { .. } => Status::Notifying,
            Self::Unreachable { .. } => Status::Unreachable,
            Self::AwaitingCustomer { .. } => Status::AwaitingCustomer,
            Self::OnHold => Status::OnHold,
            Self::Associated { .. } => Status::Associated,
            Self::Rejected { .. } => Status::Rejected,
            Self::Declined { .. } => Status::Declined,
            Self::Withdrawn => Status::Withdrawn,
            Self::Discarded => Status::Discarded,
            Self::Ended { .. } => Status::Ended,
        }
    }

    /// The window that is open, or that led here.
    pub fn window(&self) -> Option<&Window> {
        match self {
            Self::AwaitingCustomer { window } => Some(window),
            Self::Associated { window, .. }
            | Self::Declined { window }
            | Self::Ended { window } => window.as_ref(),
            Self::Draft { .. }
            | Self::Submitted { .. }
            | Self::InReview { .. }
            | Self::ActionRequired { .. }
            | Self::Disputed { .. }
            | Self::Notifying { .. }
            | Self::Unreachable { .. }
            | Self::OnHold
            | Self::Rejected { .. }
            | Self::Withdrawn
            | Self::Discarded => None,
        }
    }

    /// The reasons that stand beside the state.
    pub fn reasons(&self) -> &[Reason] {
        match self {
            Self::ActionRequired { reasons, .. } => reasons,
            Self::Disputed { rejection, .. } | Self::Rejected { rejection, .. } => {
                &rejection.reasons
            }
            Self::Draft { .. }
            | Self::Submitted { .. }
            | Self::InReview { .. }
            | Self::Notifying { .. }
            | Self::Unreachable { .. }
            | Self::AwaitingCustomer { .. }
            | Self::OnHold
            | Self::Associated { .. }
            | Self::Declined { .. }
            | Self::Withdrawn
            | Self::Discarded
            | Self::Ended { .. } => &[],
        }
    }

    /// What an item without a mark of its own is in this state.
    fn unmarked(&self) -> ItemStatus {
        match self {
            Self::Draft { .. }
            | Self::Submitted { .. }
            | Self::InReview { .. }
            | Self::ActionRequired { .. }
            | Self::Disputed { .. }
            | Self::Discarded => ItemStatus::Proposed,
            Self::Notifying { .. }
            | Self::Unreachable { .. }
            | Self::AwaitingCustomer { .. }
            | Self::OnHold
            // The states below are reached only when every item has a mark.
            | Self::Associated { window: None, .. }
            | Self::Declined { .. }
            | Self::Ended { .. } => ItemStatus::Pending,
            Self::Associated { window: Some(window), .. } => {
                ItemStatus::Active { basis: Basis::Deemed, effective_at: window.closes_at }
            }
            Self::Rejected { .. } => ItemStatus::Rejected,
            Self::Withdrawn => ItemStatus::Withdrawn,
        }
    }
}
