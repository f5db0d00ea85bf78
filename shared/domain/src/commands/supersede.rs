//! `supersede`: another partner takes an association over.

use crate::claim::{Claim, Instant};
use crate::context::Context;
use crate::decision::new_event;
use crate::event::{Event, EventBody};
use crate::ids::ItemNo;
use crate::reason::EndReason;

/// Another partner takes over, or the same one by a renewal, `since` when nothing of it is the holder's any more; a
/// holder that ended first simply left.
pub(crate) fn decide(
    claim: &Claim,
    items: &[ItemNo],
    since: Instant,
    renewed: bool,
    context: &Context,
) -> Option<Event> {
    let running = |no: &&ItemNo| claim.active_items().any(|item| item.no == **no);
    let items: Vec<_> = items.iter().filter(running).copied().collect();
    let reason = if renewed { EndReason::Renewed } else { EndReason::Superseded };
    let taken = !items.is_empty();
    let body = EventBody::AssociationEnded { items, reason, at: since };
    taken.then(|| new_event(claim, context, body))
}
