//! What moves a claim that is with the customer: hold, resume, a corrected contact, more time.

use chrono::NaiveDate;

use crate::actor::Actor;
use crate::calendar::{self, Window};
use crate::claim::{Claim, CustomerContact, Details, Instant, State};
use crate::command::CommandKind;
use crate::context::Context;
use crate::decide::ending::with_remark;
use crate::decide::{Decision, invalid_state, new_event};
use crate::eligibility;
use crate::event::{Event, EventBody};
use crate::rejection::{FieldCode, FieldError, Rejection};
use crate::text::Comment;

/// The operator holds the claim: whatever window there is is void.
pub(super) fn hold(claim: &Claim, comment: &Comment, context: &Context) -> Decision {
    let with_customer =
        matches!(claim.state, State::Notifying { .. }) || open_window(claim, context.at).is_some();
    if !with_customer {
        return Err(invalid_state(claim, CommandKind::Hold));
    }
    Ok(Some(with_remark(claim, Some(comment), new_event(claim, context, EventBody::Held))))
}

/// The hold is over: a new notice, and a full new window.
pub(super) fn resume(claim: &Claim, context: &Context) -> Decision {
    let State::OnHold = claim.state else {
        return Err(invalid_state(claim, CommandKind::Resume));
    };
    let notice = claim.notice.next();
    let body = EventBody::Resumed { notice, deliver_by: deliver_by(context)? };
    Ok(Some(new_event(claim, context, body)))
}

/// Another contact gets a new notice.
pub(super) fn correct_contact(
    claim: &Claim,
    contact: &CustomerContact,
    context: &Context,
) -> Decision {
    let State::Unreachable { .. } = claim.state else {
        return Err(invalid_state(claim, CommandKind::CorrectContact));
    };
    let tenant = context.facts.tenant.as_ref().ok_or(Rejection::MissingFact("tenant"))?;
    if !eligibility::recipients(contact, tenant, 0).iter().any(|one| one.qualifying) {
        let error = FieldError::new("/customer_contact/email", FieldCode::CustomerUnreachable);
        return Err(Rejection::Fields(vec![error]));
    }
    let notice = claim.notice.next();
    let body = EventBody::ContactCorrected { notice, deliver_by: deliver_by(context)? };
    let details = Details { customer_contact: Some(contact.clone()), ..claim.details.clone() };
    Ok(Some(Event { details: Some(Box::new(details)), ..new_event(claim, context, body) }))
}

fn deliver_by(context: &Context) -> Result<Instant, Rejection> {
    context.places.operator.deadline(context.at, context.policy.delivery_business_days)
}

/// More time: once by the customer, to any later date by the operator. Never earlier (I4).
pub(super) fn extend(claim: &Claim, closes_on: Option<NaiveDate>, context: &Context) -> Decision {
    let window =
        open_window(claim, context.at).ok_or_else(|| invalid_state(claim, CommandKind::Extend))?;
    let by_customer = !matches!(context.actor, Actor::Staff { .. });
    if by_customer && claim.extended {
        return Err(invalid_state(claim, CommandKind::Extend));
    }
    let place = context.customer_place()?;
    let window = match (by_customer, closes_on) {
        (true, _) => {
            calendar::extend_by(window, context.policy.extension_business_days, &place.calendar)
                .map_err(|_| Rejection::OutsideCalendar)?
        }
        (false, Some(date)) => extended_to(window, date, &place.calendar)?,
        (false, None) => return Err(wrong_date(FieldCode::Required)),
    };
    Ok(Some(new_event(claim, context, EventBody::WindowExtended { window, by_customer })))
}

/// The calendar has changed: the window is counted again, and takes the later end (`docs/domain.md §4`,
/// 5). One that leaves the years of the calendar data is void, and the claim on hold (7).
pub(super) fn recount(claim: &Claim, context: &Context) -> Decision {
    let undecided = matches!(claim.state, State::AwaitingCustomer { .. });
    let undoable = |window: &&Window| {
        matches!(claim.state, State::Declined { .. }) && context.at < window.closes_at
    };
    let window = claim.state.window().filter(|window| undecided || undoable(window));
    let Some(window) = window else { return Ok(None) };
    let calendar = context.customer_place()?.calendar.clone();
    let body = match calendar::recount(window, &calendar.with_closures_only(window.closures())) {
        Ok(Some(window)) => EventBody::WindowExtended { window, by_customer: false },
        Err(_) if undecided => EventBody::Held,
        Ok(None) | Err(_) => return Ok(None),
    };
    Ok(Some(new_event(claim, context, body)))
}

fn extended_to(
    window: &Window,
    date: NaiveDate,
    calendar: &calendar::BusinessCalendar,
) -> Result<Window, Rejection> {
    calendar::extend(window, date, calendar).map_err(|error| match error {
        calendar::ExtendError::NotLater(_) | calendar::ExtendError::NotBusiness { .. } => {
            wrong_date(FieldCode::Malformed)
        }
        calendar::ExtendError::Outside(_) => Rejection::OutsideCalendar,
    })
}

fn wrong_date(code: FieldCode) -> Rejection {
    Rejection::Fields(vec![FieldError::new("/closes_on", code)])
}

/// The window, where it is open at `at`.
fn open_window(claim: &Claim, at: Instant) -> Option<&Window> {
    let State::AwaitingCustomer { window } = &claim.state else { return None };
    (at < window.closes_at).then_some(window)
}
