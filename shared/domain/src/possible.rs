//! What somebody can do with a claim now: the table of commands with what the claim itself tells of the moment. What
//! stands elsewhere (another claim, the directory, a quota) may still refuse it.

use crate::actor::Actor;
use crate::claim::{Claim, Instant, State};
use crate::command::CommandKind;
use crate::commands::has_effect;
use crate::commands::table::is_allowed_in;
use crate::decide::is_closed;

/// The commands that `actor` can give to the claim at `at`, in the order of the table. Whether the claim is the actor's
/// to see is not asked.
pub fn possible_commands(claim: &Claim, actor: &Actor, at: Instant) -> Vec<CommandKind> {
    let can = |kind: &&CommandKind| {
        kind.table_row().who.iter().any(|party| party.includes(actor))
            && is_allowed_in(**kind, claim.status())
            && !is_closed(claim, **kind, actor)
            && has_effect(claim, **kind, actor, at)
    };
    CommandKind::ALL.iter().filter(can).copied().collect()
}

/// Whether the claim is unreachable and its operator's turn.
pub(crate) fn waits_for_operator(claim: &Claim) -> bool {
    matches!(claim.state, State::Unreachable { with_operator: true, .. })
}

/// Whether it is the actor's own rejection that is disputed.
pub(crate) fn is_own_rejection(claim: &Claim, actor: &Actor) -> bool {
    let State::Disputed { rejection, .. } = &claim.state else { return false };
    rejection.by.is_some() && rejection.by.as_ref() == actor.staff_id()
}
