//! `record_failure`: a notice bounced or was complained about, which voids it (`docs/domain.md §5`).

use crate::calendar::Window;
use crate::claim::{Basis, Claim, Instant, Mark, State};
use crate::context::Context;
use crate::decision::Decision;
use crate::decision::contact::unreachable;
use crate::decision::window::open_window;
use crate::event::FailureCause;
use crate::ids::NoticeNo;
use crate::reason::EndReason;
use crate::rule::{DELIVERY, Rule};

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule =
    Rule::new(DELIVERY, "notice", "no notice could be proved delivered, so no window runs");

/// A bounce or complaint. It voids the window unless somebody else who speaks for the tenant has
/// the notice, or a decision came through it; for an older notice it changes nothing.
pub(crate) fn decide(
    claim: &Claim,
    notice: NoticeNo,
    cause: FailureCause,
    others_left: bool,
    context: &Context,
) -> Decision {
    let notifying = matches!(claim.state, State::Notifying { .. });
    let unanswered = open_window(claim, context.at).is_some_and(|window| !answered(claim, window));
    if !(notifying || unanswered) || others_left || notice != claim.notice {
        return Ok(None);
    }
    unreachable(claim, cause, context).map(Some)
}

/// The claim waits for a contact who can be reached.
pub(crate) fn apply(claim: &mut Claim, correct_by: Instant) {
    claim.state = State::Unreachable { correct_by };
}

/// Whether somebody has answered the notice of this window: what the customer decided since is proof that
/// it was read. An answer to an earlier notice, or what others did to an item, proves nothing.
fn answered(claim: &Claim, window: &Window) -> bool {
    let first = claim.notice == NoticeNo::default().next();
    let mut answers = claim.kept().filter_map(|item| answered_at(item.mark?));
    answers.any(|at| first || at >= window.delivered_at)
}

/// When the customer made that mark; `None` where somebody else did, or silence.
fn answered_at(mark: Mark) -> Option<Instant> {
    match mark {
        Mark::Declined { at, no_answer: false, .. }
        | Mark::Ended { reason: EndReason::CustomerRevoked, at, .. } => Some(at),
        Mark::Active { basis: Basis::Explicit, effective_at }
        | Mark::Ended { basis: Basis::Explicit, effective_at, .. } => Some(effective_at),
        Mark::Declined { .. }
        | Mark::Active { .. }
        | Mark::Ended { .. }
        | Mark::Dropped
        | Mark::Withdrawn
        | Mark::Rejected => None,
    }
}
