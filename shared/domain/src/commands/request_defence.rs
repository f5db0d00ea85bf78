//! `request_defence`: the holder of an item is asked to defend it.

use crate::claim::{Claim, Defence, Instant};
use crate::context::Context;
use crate::decision::new_event;
use crate::event::{Event, EventBody};
use crate::rule::{EXCLUSIVITY, Rule};

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(EXCLUSIVITY, "exclusivity");

/// The holder of an item is asked to defend it (`docs/domain.md §3`, *Exclusivity*). Who has used an
/// earlier defence is asked anew.
pub(crate) fn decide(claim: &Claim, until: Instant, context: &Context) -> Option<Event> {
    let asked = claim.defence.is_some_and(|asked| !asked.used && asked.until >= until);
    let holds = claim.active_items().next().is_some();
    (holds && !asked).then(|| new_event(claim, context, EventBody::DefenceRequested { until }))
}

/// The holder may defend until then.
pub(crate) fn apply(claim: &mut Claim, until: Instant) {
    claim.defence = Some(Defence { until, used: false });
}
