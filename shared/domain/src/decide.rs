//! What a command does to a claim (`docs/domain.md §3`, *Commands*): its row in the table says who may give it
//! and when, its file what comes of it.

use crate::actor::Actor;
use crate::claim::{Claim, Instant};
use crate::command::{Command, CommandKind};
use crate::commands::{self, draft, submit};
use crate::context::Context;
use crate::decision::invalid_state;
use crate::decision::recipient::with_announced_end;
use crate::event::Event;
use crate::possible::{is_closed, possible_commands};
use crate::rejection::Rejection;

pub use crate::commands::apply_reports::reports_are_pending;
pub use crate::commands::change_consent::commands_demanded_by;
pub use crate::commands::deadline_passed::is_due;
pub use crate::commands::decline::is_kept_as_repeated;
pub use crate::commands::decline::refusable_items;
pub use crate::commands::draft::missing_for_draft;
pub use crate::commands::erase::erasure_due_at;
pub use crate::commands::submit::{check_submit, find_conflicts};
pub use crate::commands::table::{AllowedStates, CommandRow, is_allowed_in};
pub use crate::commands::undo::{undo_is_open, undoable_items};
pub use crate::commands::vanish::{
    awaits_close, contacts_loss, enrolment_loss, is_lost_before, takes_from_claims, tenant_loss,
    undo_escapes_partner, undo_escapes_tenant,
};
pub use crate::commands::wrong_contact::can_refuse;
pub use crate::decision::Decision;
pub use crate::decision::recipient_selection::select_first_list;

/// Decides a command on a claim; `None` where it is to create one.
///
/// # Errors
/// The [`Rejection`] says what the caller can do about it; nothing changes.
pub fn decide(claim: Option<&Claim>, command: &Command, context: &Context) -> Decision {
    match claim {
        Some(claim) => decide_change(claim, command, context).map_err(|refusal| {
            refusal.with_possible(|| possible_commands(claim, &context.actor, context.at))
        }),
        None => decide_creation(command, context).map(Some),
    }
}

/// Decides a claim's first event.
fn decide_creation(command: &Command, context: &Context) -> Result<Event, Rejection> {
    if !is_permitted(command.kind(), &context.actor) {
        return Err(Rejection::RoleNotAllowed);
    }
    if let Command::Draft(creation) = command {
        return draft::create_draft(creation, context);
    }
    let Command::Submit(Some(creation)) = command else { return Err(Rejection::NotFound) };
    submit::create_submitted(creation, context)
}

/// Decides a later event.
fn decide_change(claim: &Claim, command: &Command, context: &Context) -> Decision {
    authorize_command(claim, command.kind(), &context.actor)?;
    let takes = is_allowed_in(command.kind(), claim.status());
    if !takes || is_closed(claim, command.kind(), &context.actor) {
        return Err(invalid_state(claim, command.kind()));
    }
    let event = commands::decide_change(claim, command, context)?;
    Ok(event.map(|event| {
        let event = with_announced_end(claim, event, context);
        Event { fingerprint: command.fingerprint(&context.actor), ..event }
    }))
}

/// Whether the state of the claim takes the command, whatever its arguments are: whoever cannot read them asks this
/// before saying so.
///
/// # Errors
/// [`Rejection::InvalidState`] with what else the actor can do at `at`.
pub fn refuse_by_state(
    claim: &Claim,
    command: CommandKind,
    actor: &Actor,
    at: Instant,
) -> Result<(), Rejection> {
    if is_allowed_in(command, claim.status()) {
        return Ok(());
    }
    let refusal = invalid_state(claim, command);
    Err(refusal.with_possible(|| possible_commands(claim, actor, at)))
}

/// Whether this actor may give this command at all, and whether the claim is the actor's to see: another
/// party's claim is answered as if it did not exist (`docs/api.md §1.1`). [`decide`] asks it first;
/// whoever compares versions before deciding asks it before that.
///
/// # Errors
/// [`Rejection::RoleNotAllowed`] or [`Rejection::NotFound`].
pub fn authorize_command(
    claim: &Claim,
    command: CommandKind,
    actor: &Actor,
) -> Result<(), Rejection> {
    if !is_permitted(command, actor) {
        return Err(Rejection::RoleNotAllowed);
    }
    let own = match actor {
        Actor::Partner { id, .. } => claim.subject.partner == *id,
        Actor::CustomerAdmin { tenant, .. } | Actor::CustomerContact { tenant, .. } => {
            claim.subject.tenant == *tenant
        }
        Actor::CustomerLink { notice, .. } => *notice <= claim.notice,
        Actor::Staff { .. } | Actor::System => true,
    };
    if own { Ok(()) } else { Err(Rejection::NotFound) }
}

/// Whether the table's column *who* names the actor.
fn is_permitted(command: CommandKind, actor: &Actor) -> bool {
    command.table_row().who.iter().any(|party| party.includes(actor))
}
