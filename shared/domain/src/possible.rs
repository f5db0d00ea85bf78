//! What somebody can do with a claim now: the table of commands with what the claim itself tells of the moment. What
//! stands elsewhere (another claim, the directory, a quota) may still refuse it.

use crate::actor::Actor;
use crate::claim::{Claim, Instant};
use crate::command::CommandKind;
use crate::commands::has_effect;
use crate::commands::table::is_allowed_in;

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

/// Whether a party's command comes too late for an erased claim, which takes nothing but a "no": nobody knows any more
/// whose link is whose. Standing rules name every claim of a tenant; of an erased one they want nothing.
pub(crate) fn is_closed(claim: &Claim, command: CommandKind, actor: &Actor) -> bool {
    let is_taken =
        matches!(command, CommandKind::Decline | CommandKind::Erase | CommandKind::ChangeConsent);
    claim.erased && *actor != Actor::System && !is_taken
}
