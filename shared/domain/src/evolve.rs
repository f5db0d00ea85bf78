//! The claim after an event: the record is the fold of its events (`docs/domain.md §3`, I7).

use crate::calendar::CalendarId;
use crate::claim::{Claim, Details};
use crate::commands::decline::DeclineEffect;
use crate::commands::{
    accept, add_evidence, apply_reports, begin_review, change_consent, correct_contact,
    deadline_passed, decline, discard, dispute, draft, edit, end, erase, extend, overturn, recall,
    refuse_contact, reject, request_defence, request_information, respond, resume, submit, undo,
    uphold, validate, withdraw,
};
use crate::event::{Event, EventBody};
use crate::ids::Version;
use crate::transition::{change_notice, hold_claim, wait_for_contact};

/// An event that cannot follow: not the claim's next version, or not of its state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event {event} does not follow version {version}")]
pub struct EvolveError {
    /// The name of the event's type, as the history has it.
    pub event: &'static str,
    /// The claim's version; 0 where there is no claim.
    pub version: u32,
}

/// The claim after `event`. `claim` is `None` before the first.
///
/// # Errors
/// [`EvolveError`] where the event cannot follow: never for an event that `decide` made of this claim.
pub fn evolve(claim: Option<Claim>, event: &Event) -> Result<Claim, EvolveError> {
    let version = claim.as_ref().map_or(Version(0), |claim| claim.version);
    let unfit = || EvolveError { event: event.body.event_type().as_str(), version: version.0 };
    if event.version != version.next() {
        return Err(unfit());
    }
    let mut next = match claim {
        Some(claim) => next_claim(claim, event).ok_or_else(unfit)?,
        None => first_claim(event).ok_or_else(unfit)?,
    };
    next.version = event.version;
    next.last_event = event.as_last_event();
    next.deadline_calendar = deadline_calendar(&next, event);
    if let Some(details) = &event.details {
        next.details = Details::clone(details);
    }
    Ok(next)
}

/// By which calendar the deadline of the claim's new state was counted, where not by the party's own: as
/// the event says, or as before where the deadline still runs.
fn deadline_calendar(next: &Claim, event: &Event) -> Option<CalendarId> {
    match event.body.deadline() {
        Some(deadline) => deadline.stand_in.clone(),
        None if next.state.counted_until().is_some() => next.deadline_calendar.clone(),
        None => None,
    }
}

/// The claim that a first event makes; `None` for an event that cannot be the first.
fn first_claim(event: &Event) -> Option<Claim> {
    if let EventBody::Drafted { opening, discard_at } = &event.body {
        return draft::create_claim(event, opening, *discard_at);
    }
    let EventBody::Submitted { opening, due_at, priority_at } = &event.body else { return None };
    submit::create_claim(event, opening, due_at.at, *priority_at)
}

/// The claim that a later event leads to, by the command that the event is named after; `None` where the
/// event does not fit the state.
fn next_claim(mut claim: Claim, event: &Event) -> Option<Claim> {
    let (it, at) = (&mut claim, event.at);
    match &event.body {
        EventBody::Drafted { .. } => return None,
        EventBody::Submitted { opening, due_at, priority_at } => {
            submit::apply(it, at, opening, due_at.at, *priority_at);
        }
        EventBody::Edited { opening, removed, discard_at } => {
            edit::apply(it, opening.as_deref(), removed, *discard_at);
        }
        EventBody::Recalled { discard_at, keeps_priority_until } => {
            recall::apply(it, *discard_at, keeps_priority_until.at);
        }
        EventBody::Discarded => discard::apply(it),
        EventBody::ReviewBegun { due_at, contested, defence_until } => {
            begin_review::apply(it, due_at.at, *contested, *defence_until);
        }
        EventBody::ReviewOverdue => deadline_passed::apply_overdue(it)?,
        EventBody::DefenceRequested { until } => request_defence::apply(it, *until),
        EventBody::InformationRequested { reasons, answer_by } => {
            request_information::apply(it, reasons, answer_by.at);
        }
        EventBody::InformationAnswered { due_at } => respond::apply(it, due_at.at),
        EventBody::Rejected { items, rejection, disputable_until, ends_at } => {
            reject::apply(it, items, rejection, *disputable_until, *ends_at);
        }
        EventBody::Validated {
            explicit_yes,
            dropped,
            contested,
            notice,
            content_hash,
            deliver_by,
        } => {
            it.subject.explicit_yes |= *explicit_yes;
            validate::apply(it, dropped, *contested, *notice, *content_hash, deliver_by.at);
        }
        EventBody::WindowOpened { window, opened_by } => {
            apply_reports::apply_opening(it, window, *opened_by);
        }
        EventBody::NoticeFailed { correct_by, with_operator } => {
            wait_for_contact(it, correct_by.at, *with_operator);
        }
        EventBody::RecipientFailed { change }
        | EventBody::ContactRefused { change }
        | EventBody::LinkRetired { change } => change_notice(it, change),
        EventBody::ContactVouched => {}
        EventBody::ContactProposed { due_at } => correct_contact::apply_proposal(it, due_at.at),
        EventBody::ContactProposalRefused { correct_by } => {
            refuse_contact::apply(it, correct_by.at);
        }
        EventBody::ConsentChanged => change_consent::apply(it),
        EventBody::ContactCorrected { notice, deliver_by } => {
            correct_contact::apply(it, *notice, deliver_by.at);
        }
        EventBody::ItemsDeclined { declined, ended, ended_at, joined, by, in_time, ends_at } => {
            let refusal = DeclineEffect {
                undecided: declined,
                active: ended,
                ended_at: ended_at.unwrap_or(at),
                declined: joined,
                by: *by,
            };
            decline::apply(it, at, &refusal, *in_time, *ends_at);
        }
        EventBody::DeclineUndone { items, by, by_link, change } => {
            undo::apply(it, items, *by, *by_link, change)?;
        }
        EventBody::ItemsAccepted { items, ends_at } => accept::apply(it, at, items, *ends_at),
        EventBody::WindowExtended { window, cause, opened_by, outage } => {
            extend::apply(it, window, *cause, *opened_by);
            it.last_outage = outage.unwrap_or(it.last_outage);
        }
        EventBody::Held { reason } => hold_claim(it, *reason),
        EventBody::Resumed { notice, deliver_by } => resume::apply(it, *notice, deliver_by.at),
        EventBody::WindowClosed { outcome, ends_at } => {
            deadline_passed::apply_close(it, *outcome, *ends_at)?;
        }
        EventBody::Withdrawn { ends_at } => withdraw::apply(it, *ends_at),
        EventBody::Disputed { due_at } => dispute::apply(it, due_at.at)?,
        EventBody::DisputeUpheld => uphold::apply(it)?,
        EventBody::DisputeOverturned { due_at } => overturn::apply(it, due_at.at),
        EventBody::AssociationEnded { items, reason, at } => end::apply(it, items, *reason, *at),
        EventBody::EvidenceAdded { by_partner, discard_at } => {
            add_evidence::apply(it, *by_partner, *discard_at);
        }
        EventBody::Erased => erase::apply(it),
    }
    Some(claim)
}
