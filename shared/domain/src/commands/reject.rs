//! `reject`: a reviewer refuses the claim.

use crate::claim::{Claim, Instant, Mark, RejectionRecord, State};
use crate::command::GivenReason;
use crate::context::Context;
use crate::decision::Decision;
use crate::decision::rejection::{check_reasons, reject_undecided, with_reason_comments};
use crate::decision::remark::with_reasons;
use crate::event::Event;
use crate::ids::ItemNo;
use crate::rule::{COMMANDS, Rule};
use crate::transition::finish_claim;

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(COMMANDS, "reject");

/// The same of a rejection that cannot be disputed: what was claimed is gone, or the one dispute was used before.
pub(crate) const FINAL_RULE: Rule = Rule::new(COMMANDS, "reject");

/// A reviewer refuses the claim.
pub(crate) fn decide(claim: &Claim, given: &[GivenReason], context: &Context) -> Decision {
    check_reasons(claim, given)?;
    let rejection = RejectionRecord {
        by: context.actor.staff_id().cloned(),
        reasons: given.iter().map(|given| given.reason).collect(),
    };
    let event = reject_undecided(claim, rejection, context)?;
    Ok(Some(with_reasons(given, Event { details: with_reason_comments(claim, given), ..event })))
}

/// Rejects these undecided items, or all; the claim is rejected once none is left.
pub(crate) fn apply(
    claim: &mut Claim,
    items: &[ItemNo],
    rejection: &RejectionRecord,
    disputable_until: Option<Instant>,
    ends_at: Option<Instant>,
) {
    let rest = claim.undecided_items().any(|item| !items.contains(&item.no));
    if items.is_empty() || !rest {
        let state = State::Rejected { rejection: rejection.clone(), disputable_until };
        finish_claim(claim, Mark::Rejected, state, ends_at);
    } else {
        claim.mark_items(items, Some(Mark::Rejected));
    }
}
