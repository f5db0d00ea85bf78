//! What somebody can do with a claim now: the table of commands with what the claim itself tells of the moment. What
//! stands elsewhere (another claim, the directory, a quota) may still refuse it.

use crate::actor::Actor;
use crate::claim::{Claim, Instant, ItemStatus, State, UsedChances};
use crate::command::CommandKind;
use crate::commands::decline::refusable_items;
use crate::commands::table::is_allowed_in;
use crate::commands::undo::undoable_items;
use crate::commands::{edit, erase};
use crate::decide::is_closed;
use crate::decision::dispute::is_finally_rejected;
use crate::decision::window::open_window;
use crate::ids::NoticeNo;
use crate::recipient::Decliners;

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

/// Whether the command, in a state that takes it, would do something at that moment.
fn has_effect(claim: &Claim, kind: CommandKind, actor: &Actor, at: Instant) -> bool {
    let is_staff = matches!(actor, Actor::Staff { .. });
    let is_open = open_window(claim, at).is_some();
    let has =
        |fits: fn(ItemStatus) -> bool| claim.items.iter().any(|item| fits(claim.item_status(item)));
    let was_notified = claim.notice != NoticeNo::default();
    match kind {
        CommandKind::Draft => false,
        CommandKind::Withdraw => is_open || !matches!(claim.state, State::AwaitingCustomer { .. }),
        CommandKind::Hold => is_open || !matches!(claim.state, State::AwaitingCustomer { .. }),
        CommandKind::Dispute | CommandKind::AddEvidence => !is_finally_rejected(claim, at),
        CommandKind::Edit => {
            !is_finally_rejected(claim, at) && !edit::is_edited_too_soon(claim, at)
        }
        CommandKind::Respond => {
            matches!(claim.state, State::ActionRequired { answer_by, .. } if at < answer_by)
        }
        CommandKind::CorrectContact => is_staff || !waits_for_operator(claim),
        CommandKind::RefuseContact => {
            waits_for_operator(claim)
                && claim.details.proposed_contact.is_some()
                && claim.used.refused_proposals < UsedChances::MOST_REFUSED_PROPOSALS
        }
        CommandKind::Vouch => waits_for_operator(claim) || !claim.details.has_vouched_contact(),
        CommandKind::Extend => is_open && (is_staff || !claim.extended),
        CommandKind::Accept => is_open && has(|status| status == ItemStatus::Pending),
        CommandKind::Undo => !undoable_items(claim, Decliners::ALL, at).is_empty(),
        CommandKind::Decline => {
            // One more "no" to what is declined is kept beside the first.
            let is_declined = has(|status| matches!(status, ItemStatus::Declined { .. }));
            was_notified && (is_declined || !refusable_items(claim, at).is_empty())
        }
        CommandKind::RetireLink => was_notified,
        CommandKind::End => has(|status| matches!(status, ItemStatus::Active { .. })),
        CommandKind::BeginReview => matches!(claim.state, State::Submitted { .. }),
        CommandKind::Erase => erase::is_over_under_any_policy(claim, at),
        CommandKind::Uphold | CommandKind::Overturn => !is_own_rejection(claim, actor),
        CommandKind::Submit
        | CommandKind::Recall
        | CommandKind::Discard
        | CommandKind::RequestInformation
        | CommandKind::Reject
        | CommandKind::Validate
        | CommandKind::Resume
        | CommandKind::WrongContact
        | CommandKind::ChangeConsent
        | CommandKind::ApplyReports
        | CommandKind::RecordScan
        | CommandKind::Recount
        | CommandKind::RequestDefence
        | CommandKind::Supersede
        | CommandKind::Vanish
        | CommandKind::DeadlinePassed => true,
    }
}

/// Whether the claim is unreachable and its operator's turn.
fn waits_for_operator(claim: &Claim) -> bool {
    matches!(claim.state, State::Unreachable { with_operator: true, .. })
}

/// Whether it is the actor's own rejection that is disputed.
fn is_own_rejection(claim: &Claim, actor: &Actor) -> bool {
    let State::Disputed { rejection, .. } = &claim.state else { return false };
    rejection.by.is_some() && rejection.by.as_ref() == actor.staff_id()
}
