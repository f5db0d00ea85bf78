//! Events: what happened to a claim, one for each version (`docs/domain.md §3`, I7).

mod between;
pub(crate) mod forms;
mod origin;
mod row;
mod table;

use crate::actor::{Actor, ActorId, ActorKind};
use crate::calendar::Window;
use crate::claim::chances::ExtensionCause;
use crate::claim::details::Details;
use crate::claim::item::Item;
use crate::claim::state::HoldReason;
use crate::claim::subject::Subject;
use crate::deadline::Deadline;
use crate::ids::{ClaimId, NoticeNo, Version};
use crate::motive::Motive;
use crate::recipient::{RecipientList, RecipientNo};
use crate::remark::Remark;
use crate::time::Instant;

pub use crate::recipient::FailureCause;
pub use origin::Origin;
pub use row::{CountedDeadline, EventMail, EventRow};
pub use table::{EventBody, EventType};

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
    /// Why the party did it, where that was said.
    pub motive: Option<Motive>,
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

impl NoticeChange {
    /// The deadline that the change sets.
    fn deadline(&self) -> Option<&Deadline> {
        match self {
            Self::Renewed { deliver_by, .. } => Some(deliver_by),
            Self::Unreachable { correct_by, .. } => Some(correct_by),
            Self::None | Self::Window { .. } | Self::Held { .. } => None,
        }
    }
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
            motive: None,
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

/// The last event of a claim, in brief.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastEvent {
    /// What happened to the claim.
    pub event_type: EventType,
    /// The moment of the command that led to it.
    pub at: Instant,
    /// Whose doing it was.
    pub actor: ActorKind,
    /// Who exactly acted; `None` of the system, and where the token or the link does not tell.
    pub actor_id: Option<ActorId>,
    /// Whether a deadline that passed unanswered did it.
    pub by_silence: bool,
    /// Of the command and the party that gave it, so that a repeat is known as one.
    pub fingerprint: Option<Fingerprint>,
}

/// 16 bytes of SHA-256 over a command, its arguments and the party that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 16]);
