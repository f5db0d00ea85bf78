//! Remarks: what the parties and the operator's staff say with a command, and who reads it (`docs/domain.md §3.12`).

use serde::{Deserialize, Serialize};

use crate::actor::ActorKind;
use crate::claim::Instant;
use crate::codes::codes;
use crate::event::EventType;
use crate::history::Audience;
use crate::ids::Version;
use crate::text::Comment;

codes! {
    /// What a remark is.
    RemarkKind {
        /// What somebody says with a command: to the other side, as far as it reads it.
        Comment => "comment",
        /// What the operator's staff write down for themselves.
        Note => "note",
    }
}

/// A text that goes with a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// Whether it is a comment or a note.
    pub kind: RemarkKind,
    /// The text, 1–2,000 characters.
    pub text: Comment,
}

/// A remark with the event it was made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenRemark {
    /// The version that the event led to.
    pub version: Version,
    /// The moment of the event.
    pub at: Instant,
    /// The party that said it.
    pub side: ActorKind,
    /// Who exactly, as the history names people.
    pub actor_id: Option<String>,
    /// What happened with it.
    pub event: EventType,
    /// The text with its kind.
    pub remark: Remark,
}

impl Remark {
    /// A comment, which the other side reads as far as [`remark_readers`] says.
    pub fn comment(text: Comment) -> Self {
        Self { kind: RemarkKind::Comment, text }
    }

    /// A note of the operator's staff.
    pub fn note(text: Comment) -> Self {
        Self { kind: RemarkKind::Note, text }
    }
}

impl GivenRemark {
    /// Whether that audience reads it.
    pub fn is_read_by(&self, audience: Audience) -> bool {
        remark_readers(self.event, self.side, self.remark.kind).contains(&audience)
    }
}

/// Who reads a remark that `side` made with an event. The operator's staff read each. What is not known to be meant for
/// a party is not the party's: grounds name rivals, and a vouching tells how somebody was found.
pub fn remark_readers(event: EventType, side: ActorKind, kind: RemarkKind) -> &'static [Audience] {
    const STAFF: &[Audience] = &[Audience::Staff];
    const CUSTOMER: &[Audience] = &[Audience::Customer, Audience::Staff];
    match (kind, side) {
        (RemarkKind::Note, _) => return STAFF,
        (RemarkKind::Comment, ActorKind::Customer) => return CUSTOMER,
        (RemarkKind::Comment, ActorKind::Partner | ActorKind::Operator | ActorKind::System) => {}
    }
    event.table_row().comment_readers
}
