//! The rules: what a command does to a claim (`docs/domain.md §3`, *Commands*). Pure: no clock, no I/O.

mod allowed_states;
mod customer;
mod dispute;
mod draft;
mod ending;
mod evidence;
mod hold;
mod notice;
mod opening;
mod review;
mod silence;
mod vanish;

use crate::actor::{Actor, StaffRole};
use crate::claim::Claim;
use crate::command::{Command, CommandKind};
use crate::context::Context;
use crate::event::{Event, EventBody};
use crate::rejection::Rejection;

pub use allowed_states::is_allowed_in;
pub use customer::{refusable, undo_is_open, undoable};
pub use draft::{draft, missing_for_draft};
pub use notice::can_pass_on;
pub use opening::{check, conflicts, open};
pub use silence::is_due;
pub use vanish::{gone_at, unenrolled};

/// What a command does: an event, or nothing because what it asks for is so already.
pub type Decision = Result<Option<Event>, Rejection>;

/// Decides a command on an existing claim.
///
/// # Errors
/// The [`Rejection`] says what the caller can do about it; nothing changes.
pub fn decide(claim: &Claim, command: &Command, context: &Context) -> Decision {
    authorize(claim, command.kind(), &context.actor)?;
    let event = match command {
        Command::BeginReview => review::begin(claim, context),
        Command::Reject { reasons } => review::reject(claim, reasons, context),
        Command::Validate { drop, comment } => {
            review::validate(claim, drop, comment.as_ref(), context)
        }
        Command::RecordDelivery { notice, qualifying } => {
            notice::record_delivery(claim, *notice, *qualifying, context)
        }
        Command::RecordFailure { notice, cause, others_left } => {
            notice::record_failure(claim, *notice, *cause, *others_left, context)
        }
        Command::Decline { items } => customer::decline(claim, items, context),
        Command::Undo { items } => customer::undo(claim, items, context),
        Command::End { item, comment } => ending::end(claim, *item, comment.as_ref(), context),
        Command::Withdraw { comment } => ending::withdraw(claim, comment.as_ref(), context),
        Command::DeadlinePassed => silence::deadline_passed(claim, context),
        Command::Submit => draft::submit(claim, context),
        Command::Edit(input) => draft::edit(claim, input, context),
        Command::Recall => draft::recall(claim, context),
        Command::Discard => draft::discard(claim, context),
        Command::RequestInformation { reasons } => dispute::request(claim, reasons, context),
        Command::Respond { comment } => dispute::respond(claim, comment.as_ref(), context),
        Command::Dispute { comment } => dispute::dispute(claim, comment, context),
        Command::Uphold { comment } => dispute::uphold(claim, comment, context),
        Command::Overturn { comment } => dispute::overturn(claim, comment, context),
        Command::CorrectContact { contact } => hold::correct_contact(claim, contact, context),
        Command::Extend { closes_on } => hold::extend(claim, *closes_on, context),
        Command::Recount => hold::recount(claim, context),
        Command::Hold { comment } => hold::hold(claim, comment, context),
        Command::Resume => hold::resume(claim, context),
        Command::Accept { items } => customer::accept(claim, items, context),
        Command::AddEvidence(entry) => evidence::add(claim, entry, context),
        Command::RecordScan { id, sha256, scan } => {
            Ok(evidence::record_scan(claim, id, *sha256, *scan, context))
        }
        Command::RequestDefence { until } => Ok(review::request_defence(claim, *until, context)),
        Command::Supersede { items, since } => Ok(ending::supersede(claim, items, *since, context)),
        Command::Vanish(what) => Ok(vanish::vanish(claim, what, context)),
        Command::WrongContact => notice::wrong_contact(claim, context),
    }?;
    Ok(event.map(|event| Event { fingerprint: command.fingerprint(&context.actor), ..event }))
}

/// Whether this actor may give this command at all, and whether the claim is his to see: another
/// party's claim is answered as if it did not exist (`docs/api.md §1.1`). [`decide`] asks it first;
/// whoever compares versions before deciding asks it before that.
///
/// # Errors
/// [`Rejection::RoleNotAllowed`] or [`Rejection::NotFound`].
pub fn authorize(claim: &Claim, command: CommandKind, actor: &Actor) -> Result<(), Rejection> {
    if !is_permitted(command, actor) {
        return Err(Rejection::RoleNotAllowed);
    }
    let own = match actor {
        Actor::Partner { id, .. } => claim.subject.partner == *id,
        Actor::CustomerAdmin { tenant } => claim.subject.tenant == *tenant,
        Actor::CustomerLink { notice } => *notice <= claim.notice,
        Actor::Staff { .. } | Actor::System => true,
    };
    if own { Ok(()) } else { Err(Rejection::NotFound) }
}

/// The column *Who* of `docs/domain.md §3`.
fn is_permitted(command: CommandKind, actor: &Actor) -> bool {
    let partner = matches!(actor, Actor::Partner { .. });
    let admin = matches!(actor, Actor::Partner { admin: true, .. });
    let operator = matches!(actor, Actor::Staff { role: StaffRole::Operator, .. });
    let reviewer = operator || matches!(actor, Actor::Staff { role: StaffRole::Reviewer, .. });
    let signed_in = matches!(actor, Actor::CustomerAdmin { .. });
    let customer = signed_in || matches!(actor, Actor::CustomerLink { .. });
    match command {
        CommandKind::Draft
        | CommandKind::Edit
        | CommandKind::Recall
        | CommandKind::Discard
        | CommandKind::AddEvidence => partner,
        CommandKind::Submit
        | CommandKind::Respond
        | CommandKind::Withdraw
        | CommandKind::Dispute => admin,
        CommandKind::BeginReview
        | CommandKind::RequestInformation
        | CommandKind::Reject
        | CommandKind::Validate
        | CommandKind::Uphold
        | CommandKind::Overturn => reviewer,
        CommandKind::Hold | CommandKind::Resume => operator,
        CommandKind::CorrectContact => admin || operator,
        CommandKind::Decline | CommandKind::Undo => customer,
        CommandKind::Accept => signed_in,
        CommandKind::WrongContact => matches!(actor, Actor::CustomerLink { .. }),
        CommandKind::Extend => customer || operator,
        CommandKind::End => admin || operator || signed_in,
        CommandKind::RecordDelivery
        | CommandKind::RecordFailure
        | CommandKind::RequestDefence
        | CommandKind::Supersede
        | CommandKind::Vanish
        | CommandKind::Recount
        | CommandKind::RecordScan
        | CommandKind::DeadlinePassed => matches!(actor, Actor::System),
    }
}

/// The refusal of a command that does not fit the state or the moment.
fn invalid_state(claim: &Claim, command: CommandKind) -> Rejection {
    Rejection::InvalidState { status: claim.status(), command }
}

/// The next event of a claim.
fn new_event(claim: &Claim, context: &Context, body: EventBody) -> Event {
    Event::new(claim.version.next(), context.at, &context.actor, body)
}
