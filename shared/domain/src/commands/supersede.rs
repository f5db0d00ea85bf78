//! `supersede`: another partner takes an association over.

use crate::claim::{Claim, Instant};
use crate::context::Context;
use crate::decision::new_event;
use crate::event::{Event, EventBody};
use crate::ids::ItemNo;
use crate::reason::EndReason;

/// Another partner takes over, `since` when nothing of it is the holder's any more; a holder that ended
/// first simply left.
pub(crate) fn decide(
    claim: &Claim,
    items: &[ItemNo],
    since: Instant,
    context: &Context,
) -> Option<Event> {
    let running = |no: &&ItemNo| claim.active_items().any(|item| item.no == **no);
    let items: Vec<_> = items.iter().filter(running).copied().collect();
    let taken = !items.is_empty();
    let body = EventBody::AssociationEnded { items, reason: EndReason::Superseded, at: since };
    taken.then(|| new_event(claim, context, body))
}
