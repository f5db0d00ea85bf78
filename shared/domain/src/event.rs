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
    /// The moment of the command that led to it: the gateway's arrival stamp, or the system's checked clock.
    pub at: Instant,
    /// Whose doing it was.
    pub actor: ActorKind,
    /// Who exactly acted; `None` of the system, and where the token or the link does not tell.
    pub actor_id: Option<ActorId>,
    /// Whether a deadline that passed unanswered did it.
    pub by_silence: bool,
    /// Of the command and its party.
    pub fingerprint: Option<Fingerprint>,
    /// What happened to the claim, with its type.
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
    /// The id that the claim keeps for good.
    pub id: ClaimId,
    /// Who claims, of whom, in which program.
    pub subject: Subject,
    /// The items that are claimed; a draft may have none yet.
    pub items: Vec<Item>,
}

coded! {
    of
    /// What happened, with exactly what `evolve` needs.
    #[derive(Debug, Clone, PartialEq, Eq)]
    EventBody {
        /// [`EventType::Drafted`]: a draft is stored, and its program and tenant are fixed.
        Drafted {
            /// The content of the draft, as far as it is given.
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
        /// [`EventType::Edited`]: the partner changed the content, or removed items that it was asked about.
        Edited {
            /// The content after it, where the claim is a draft.
            opening: Option<Box<Opening>>,
            /// Items removed under a request for information.
            removed: Vec<ItemNo>,
            /// A draft's new idle deadline.
            discard_at: Option<Instant>,
        },
        /// [`EventType::Recalled`]: the claim is a draft again.
        Recalled {
            /// When idleness discards the draft.
            discard_at: Instant,
            /// Until when a resubmit keeps the priority date.
            keeps_priority_until: Deadline,
        },
        /// [`EventType::Discarded`]: the draft is over, by the partner or by silence.
        Discarded,
        /// [`EventType::ReviewBegun`]: a reviewer begins, or asks holders who came in meanwhile.
        ReviewBegun {
            /// When it should be decided.
            due_at: Deadline,
            /// Whether somebody else holds or claims an item.
            contested: bool,
            /// Until when the holder may defend.
            defence_until: Option<Instant>,
        },
        /// [`EventType::ReviewOverdue`]: the deadline of a review passed, which is recorded once.
        ReviewOverdue,
        /// [`EventType::DefenceRequested`], of the holder's claim.
        DefenceRequested {
            /// The end of the time to defend, exclusive (`docs/domain.md §3.4`).
            until: Instant,
        },
        /// [`EventType::InformationRequested`]: it is the partner's turn to answer.
        InformationRequested {
            /// What is asked, at least one reason; their comments stand in the details.
            reasons: Vec<Reason>,
            /// The end of the time to answer, exclusive: silence rejects the claim.
            answer_by: Deadline,
        },
        /// [`EventType::InformationAnswered`]: the claim is in review again.
        InformationAnswered {
            /// When the review should be done.
            due_at: Deadline,
        },
        /// [`EventType::Rejected`]: undecided items are refused, by staff, by silence, or because they are gone.
        Rejected {
            /// Which undecided items; empty: all of them.
            items: Vec<ItemNo>,
            /// The reasons, and the reviewer; no reviewer where silence or the system did it.
            rejection: RejectionRecord,
            /// Until when it can be disputed.
            disputable_until: Option<Instant>,
            /// When the policy's term runs out, where nothing but associations is left.
            ends_at: Option<Instant>,
        },
        /// [`EventType::Validated`]: the content is frozen, and a notice is due.
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
        /// [`EventType::WindowOpened`]: a notice was delivered to a verified recipient.
        WindowOpened {
            /// The customer's window, with the days that it counts and those that it skips.
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
        /// [`EventType::RecipientFailed`]: the delivery that counted failed, or no proof of it came in time.
        RecipientFailed {
            /// What becomes of the notice.
            change: NoticeChange,
        },
        /// [`EventType::ContactVouched`]: the details name the address and who vouched.
        ContactVouched,
        /// [`EventType::ContactProposed`]: the operator has to answer, and nothing is mailed.
        ContactProposed {
            /// When the operator should have answered.
            due_at: Deadline,
        },
        /// [`EventType::ContactProposalRefused`]: it is the partner's turn again, with the full time.
        ContactProposalRefused {
            /// Until when the contact must be corrected.
            correct_by: Deadline,
        },
        /// [`EventType::LinkRetired`]: the link takes a "no" and nothing else, for ever.
        LinkRetired {
            /// What becomes of the notice.
            change: NoticeChange,
        },
        /// [`EventType::ConsentChanged`]: silence is a "no" from now on.
        ConsentChanged,
        /// [`EventType::ContactCorrected`]: another contact gets the next notice.
        ContactCorrected {
            /// The number of the notice that is due.
            notice: NoticeNo,
            /// Until when a proof of delivery must come.
            deliver_by: Deadline,
        },
        /// [`EventType::ContactRefused`]: a recipient says that it is not the right person.
        ContactRefused {
            /// What becomes of the notice.
            change: NoticeChange,
        },
        /// [`EventType::ItemsDeclined`]: a "no" of the customer to items that were undecided, active or declined.
        ItemsDeclined {
            /// Items that were undecided.
            declined: Vec<ItemNo>,
            /// Items that were active: their associations end.
            ended: Vec<ItemNo>,
            /// Since when those run no more, where another partner's had begun before the "no"; `None`: since the "no".
            ended_at: Option<Instant>,
            /// Items that somebody else had declined before.
            joined: Vec<ItemNo>,
            /// The parties whose "no" it is.
            by: Decliners,
            /// Whether the no arrived in time.
            in_time: bool,
            /// When the policy's term runs out, where nothing but associations is left.
            ends_at: Option<Instant>,
        },
        /// [`EventType::DeclineUndone`]: the "no" of some parties is taken back; an item without any other waits again.
        DeclineUndone {
            /// The items of which a no is taken back.
            items: Vec<ItemNo>,
            /// The parties whose "no" is taken back.
            by: Decliners,
            /// Whether it was by a link.
            by_link: bool,
            /// What becomes of the notice: no delivery may stand any more, or the window becomes longer.
            change: NoticeChange,
        },
        /// [`EventType::ItemsAccepted`]: a yes of the customer's administrator.
        ItemsAccepted {
            /// The items that are active now.
            items: Vec<ItemNo>,
            /// When the policy's term runs out, where nothing but associations is left.
            ends_at: Option<Instant>,
        },
        /// [`EventType::WindowExtended`]: the window ends later, never earlier.
        WindowExtended {
            /// The window that replaces the one before.
            window: Window,
            /// Why it ends later, as `window.extended_by` lists it (`docs/domain.md §4.4`).
            cause: ExtensionCause,
            /// Whose delivery it is counted from now, where that has changed.
            opened_by: Option<RecipientNo>,
            /// The last outage for which a day was given, by its number.
            outage: Option<u32>,
        },
        /// [`EventType::Held`]: no window runs until the claim is resumed.
        Held {
            /// Why the system holds it; `None`: the operator does.
            reason: Option<HoldReason>,
        },
        /// [`EventType::Resumed`]: the hold is over, and a full new window will follow.
        Resumed {
            /// The number of the notice that is due.
            notice: NoticeNo,
            /// Until when a proof of delivery must come.
            deliver_by: Deadline,
        },
        /// [`EventType::WindowClosed`]: silence decides the items that nobody has decided (`docs/domain.md §4.3`).
        WindowClosed {
            /// What silence did to the undecided items.
            outcome: Silence,
            /// When the policy's term runs out.
            ends_at: Option<Instant>,
        },
        /// [`EventType::Withdrawn`]: the partner takes the undecided items back.
        Withdrawn {
            /// When the policy's term runs out, where nothing but associations is left.
            ends_at: Option<Instant>,
        },
        /// [`EventType::Disputed`]: the partner objects to the rejection, once in the life of a claim.
        Disputed {
            /// When it should be judged.
            due_at: Deadline,
        },
        /// [`EventType::DisputeUpheld`]: the rejection stands, and is final.
        DisputeUpheld,
        /// [`EventType::DisputeOverturned`]: the rejected items are proposed again.
        DisputeOverturned {
            /// When the new review should be done.
            due_at: Deadline,
        },
        /// [`EventType::AssociationEnded`]: active items are over.
        AssociationEnded {
            /// The items that are no associations any more.
            items: Vec<ItemNo>,
            /// Why they ended, the same for all of them.
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
    /// The notice and its window stay as they are.
    #[default]
    None,
    /// The window is counted from another delivery, or it ends later.
    Window {
        /// The window that takes the place of the one before.
        window: Window,
        /// Whose delivery it is counted from.
        opened_by: Option<RecipientNo>,
        /// Why it is longer, where it is.
        cause: Option<ExtensionCause>,
    },
    /// A new notice is due; a window is void.
    Renewed {
        /// The number of the notice that is due.
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
        /// Why the system holds the claim.
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
    pub fn as_last_event(&self) -> LastEvent {
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
