//! Events: what happened to a claim, one for each version (`docs/domain.md §3`, I7).

mod between;

use crate::actor::{Actor, ActorId, ActorKind};
use crate::calendar::Window;
use crate::claim::{
    Details, ExtensionCause, HoldReason, Instant, Item, LastEvent, RejectionRecord, Subject,
};
use crate::codes::coded;
use crate::deadline::Deadline;
use crate::ids::{ClaimId, ItemNo, NoticeNo, Sha256Hash, Version};
use crate::reason::{EndReason, Reason};
use crate::recipient::{Decliners, RecipientList, RecipientNo};
use crate::remark::Remark;

pub use crate::event_type::{EventType, Fingerprint};
pub use crate::recipient::FailureCause;

/// An event: the claim's next version and what changes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The version the claim has after it.
    pub version: Version,
    /// When.
    pub at: Instant,
    /// Whose doing it was.
    pub actor: ActorKind,
    /// Who exactly.
    pub actor_id: Option<ActorId>,
    /// Whether a deadline that passed unanswered did it.
    pub by_silence: bool,
    /// Of the command and its party.
    pub fingerprint: Option<Fingerprint>,
    /// What happened.
    pub body: EventBody,
    /// The details, where they changed.
    pub details: Option<Box<Details>>,
    /// The list of recipients, where it changed.
    pub recipients: Option<Box<RecipientList>>,
    /// What was said with it.
    pub remarks: Vec<Remark>,
}

/// What a first event fixes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The claim's id.
    pub id: ClaimId,
    /// Who claims, of whom, in which program.
    pub subject: Subject,
    /// What is claimed.
    pub items: Vec<Item>,
}

coded! {
    of
    /// What happened, with exactly what `evolve` needs.
    #[derive(Debug, Clone, PartialEq, Eq)]
    EventBody {
        /// [`EventType::Drafted`].
        Drafted {
            /// What is fixed.
            opening: Box<Opening>,
            /// When idleness discards it.
            discard_at: Instant,
        },
        /// [`EventType::Submitted`], at once or from a draft.
        Submitted {
            /// The content as submitted.
            opening: Box<Opening>,
            /// When the review should have begun.
            due_at: Deadline,
            /// The date that ranks rivals.
            priority_at: Instant,
        },
        /// [`EventType::Edited`].
        Edited {
            /// The content after it, where the claim is a draft.
            opening: Option<Box<Opening>>,
            /// Items removed under a request for information.
            removed: Vec<ItemNo>,
            /// A draft's new idle deadline.
            discard_at: Option<Instant>,
        },
        /// [`EventType::Recalled`].
        Recalled {
            /// When idleness discards the draft.
            discard_at: Instant,
            /// Until when a resubmit keeps the priority date.
            keeps_priority_until: Deadline,
        },
        /// [`EventType::Discarded`].
        Discarded,
        /// [`EventType::ReviewBegun`].
        ReviewBegun {
            /// When it should be decided.
            due_at: Deadline,
            /// Whether somebody else holds or claims an item.
            contested: bool,
            /// Until when the holder may defend.
            defence_until: Option<Instant>,
        },
        /// [`EventType::ReviewOverdue`].
        ReviewOverdue,
        /// [`EventType::DefenceRequested`], of the holder's claim.
        DefenceRequested {
            /// Until when.
            until: Instant,
        },
        /// [`EventType::InformationRequested`].
        InformationRequested {
            /// What is asked.
            reasons: Vec<Reason>,
            /// Until when.
            answer_by: Deadline,
        },
        /// [`EventType::InformationAnswered`].
        InformationAnswered {
            /// When the review should be done.
            due_at: Deadline,
        },
        /// [`EventType::Rejected`].
        Rejected {
            /// Which undecided items; empty: all of them.
            items: Vec<ItemNo>,
            /// Who and why.
            rejection: RejectionRecord,
            /// Until when it can be disputed.
            disputable_until: Option<Instant>,
            /// When the policy's term runs out, where nothing but associations is left.
            ends_at: Option<Instant>,
        },
        /// [`EventType::Validated`].
        Validated {
            /// Whether the customer's rules ask for a yes by now.
            explicit_yes: bool,
            /// Items the reviewer dropped.
            dropped: Vec<ItemNo>,
            /// Whether an item is held by another partner.
            contested: bool,
            /// The notice that is due.
            notice: NoticeNo,
            /// What the notice will say.
            content_hash: Sha256Hash,
            /// Until when a proof of delivery must come.
            deliver_by: Deadline,
        },
        /// [`EventType::WindowOpened`].
        WindowOpened {
            /// The deadline, explained.
            window: Window,
            /// Whose delivery it is counted from.
            opened_by: RecipientNo,
        },
        /// [`EventType::NoticeFailed`]: nobody can be reached.
        NoticeFailed {
            /// Until when the contact must be corrected.
            correct_by: Deadline,
            /// Whether that is the operator's turn.
            with_operator: bool,
        },
        /// [`EventType::RecipientFailed`].
        RecipientFailed {
            /// What becomes of the notice.
            change: NoticeChange,
        },
        /// [`EventType::ContactVouched`].
        ContactVouched,
        /// [`EventType::ContactProposed`].
        ContactProposed {
            /// When the operator should have answered.
            due_at: Deadline,
        },
        /// [`EventType::ContactProposalRefused`].
        ContactProposalRefused {
            /// Until when the contact must be corrected.
            correct_by: Deadline,
        },
        /// [`EventType::LinkRetired`].
        LinkRetired {
            /// What becomes of the notice.
            change: NoticeChange,
        },
        /// [`EventType::ConsentChanged`]: silence is a "no" from now on.
        ConsentChanged,
        /// [`EventType::ContactCorrected`].
        ContactCorrected {
            /// The new notice.
            notice: NoticeNo,
            /// Until when a proof of delivery must come.
            deliver_by: Deadline,
        },
        /// [`EventType::ContactRefused`].
        ContactRefused {
            /// What becomes of the notice.
            change: NoticeChange,
        },
        /// [`EventType::ItemsDeclined`].
        ItemsDeclined {
            /// Items that were undecided.
            declined: Vec<ItemNo>,
            /// Items that were active: their associations end.
            ended: Vec<ItemNo>,
            /// Items that somebody else had declined before.
            joined: Vec<ItemNo>,
            /// Who says no.
            by: Decliners,
            /// Whether the no arrived in time.
            in_time: bool,
            /// When the policy's term runs out, where nothing but associations is left.
            ends_at: Option<Instant>,
        },
        /// [`EventType::DeclineUndone`].
        DeclineUndone {
            /// The items of which a no is taken back.
            items: Vec<ItemNo>,
            /// Whose.
            by: Decliners,
            /// Whether it was by a link.
            by_link: bool,
            /// What becomes of the notice: no delivery may stand any more, or the window becomes longer.
            change: NoticeChange,
        },
        /// [`EventType::ItemsAccepted`].
        ItemsAccepted {
            /// The items that are active now.
            items: Vec<ItemNo>,
            /// When the policy's term runs out, where nothing but associations is left.
            ends_at: Option<Instant>,
        },
        /// [`EventType::WindowExtended`].
        WindowExtended {
            /// The longer window.
            window: Window,
            /// Why.
            cause: ExtensionCause,
            /// Whose delivery it is counted from now, where that has changed.
            opened_by: Option<RecipientNo>,
        },
        /// [`EventType::Held`].
        Held {
            /// Why the system holds it; `None`: the operator does.
            reason: Option<HoldReason>,
        },
        /// [`EventType::Resumed`].
        Resumed {
            /// The new notice.
            notice: NoticeNo,
            /// Until when a proof of delivery must come.
            deliver_by: Deadline,
        },
        /// [`EventType::WindowClosed`].
        WindowClosed {
            /// What silence did to the undecided items.
            outcome: Silence,
            /// When the policy's term runs out.
            ends_at: Option<Instant>,
        },
        /// [`EventType::Withdrawn`].
        Withdrawn {
            /// When the policy's term runs out, where nothing but associations is left.
            ends_at: Option<Instant>,
        },
        /// [`EventType::Disputed`].
        Disputed {
            /// When it should be judged.
            due_at: Deadline,
        },
        /// [`EventType::DisputeUpheld`].
        DisputeUpheld,
        /// [`EventType::DisputeOverturned`].
        DisputeOverturned {
            /// When the new review should be done.
            due_at: Deadline,
        },
        /// [`EventType::AssociationEnded`].
        AssociationEnded {
            /// Whose associations.
            items: Vec<ItemNo>,
            /// Why.
            reason: EndReason,
            /// Since when they run no more: where another partner took over, since that partner's began.
            at: Instant,
        },
        /// [`EventType::EvidenceAdded`]: an entry, a document, or what its scan said.
        EvidenceAdded {
            /// When a draft that it was added to is discarded; it idles anew.
            discard_at: Option<Instant>,
            /// Whether the partner brought it, which uses the defence that was asked for.
            by_partner: bool,
        },
        /// [`EventType::Erased`]: the details are those that are left.
        Erased,
    }
    event_type: EventType
}

impl EventBody {
    /// The deadline in business days of partner or operator that the event sets.
    pub fn deadline(&self) -> Option<&Deadline> {
        if let Self::Submitted { due_at: deadline, .. }
        | Self::Recalled { keeps_priority_until: deadline, .. }
        | Self::ReviewBegun { due_at: deadline, .. }
        | Self::InformationRequested { answer_by: deadline, .. }
        | Self::InformationAnswered { due_at: deadline }
        | Self::Validated { deliver_by: deadline, .. }
        | Self::NoticeFailed { correct_by: deadline, .. }
        | Self::ContactCorrected { deliver_by: deadline, .. }
        | Self::ContactProposed { due_at: deadline }
        | Self::ContactProposalRefused { correct_by: deadline }
        | Self::Resumed { deliver_by: deadline, .. }
        | Self::Disputed { due_at: deadline }
        | Self::DisputeOverturned { due_at: deadline } = self
        {
            return Some(deadline);
        }
        let (Self::RecipientFailed { change }
        | Self::ContactRefused { change }
        | Self::LinkRetired { change }
        | Self::DeclineUndone { change, .. }) = self
        else {
            return None;
        };
        match change {
            NoticeChange::Renewed { deliver_by, .. } => Some(deliver_by),
            NoticeChange::Unreachable { correct_by, .. } => Some(correct_by),
            NoticeChange::None | NoticeChange::Window { .. } | NoticeChange::Held { .. } => None,
        }
    }
}

/// What becomes of a notice and its window.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum NoticeChange {
    /// Nothing.
    #[default]
    None,
    /// The window is counted from another delivery, or it ends later.
    Window {
        /// The window.
        window: Window,
        /// Whose delivery it is counted from.
        opened_by: Option<RecipientNo>,
        /// Why it is longer, where it is.
        cause: Option<ExtensionCause>,
    },
    /// A new notice is due; a window is void.
    Renewed {
        /// Its number.
        notice: NoticeNo,
        /// Until when a proof of delivery must come.
        deliver_by: Deadline,
    },
    /// Nobody is left who could be asked.
    Unreachable {
        /// Until when the contact must be corrected.
        correct_by: Deadline,
        /// Whether that is the operator's turn.
        with_operator: bool,
    },
    /// The window cannot be counted any more.
    Held {
        /// Why.
        reason: HoldReason,
    },
}

/// What silence in a window does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// Undecided items become active, basis `deemed`.
    Associate,
    /// Undecided items become declined, reason `no_answer`.
    Decline,
}

impl Event {
    /// An event of `actor`'s, as a claim's version `version`.
    pub fn new(version: Version, at: Instant, actor: &Actor, body: EventBody) -> Self {
        Self {
            version,
            at,
            actor: actor.kind(),
            actor_id: actor.id(),
            by_silence: false,
            fingerprint: None,
            body,
            details: None,
            recipients: None,
            remarks: Vec::new(),
        }
    }

    /// The event in brief, as the claim keeps it.
    pub fn brief(&self) -> LastEvent {
        LastEvent {
            event_type: self.body.event_type(),
            at: self.at,
            actor: self.actor,
            actor_id: self.actor_id.clone(),
            by_silence: self.by_silence,
            fingerprint: self.fingerprint,
        }
    }
}
