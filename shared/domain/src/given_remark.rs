//! Remarks with the events that they were made with, and who reads them (`docs/domain.md §3.12`).

use crate::actor::ActorKind;
use crate::claim::Instant;
use crate::event::EventType;
use crate::history::Audience;
use crate::ids::Version;
use crate::remark::{Remark, RemarkKind};

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
