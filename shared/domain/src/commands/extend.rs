//! `extend`: the window becomes longer.

use chrono::NaiveDate;

use crate::actor::Actor;
use crate::calendar;
use crate::calendar::Window;
use crate::claim::{Claim, ExtensionCause, State};
use crate::command::CommandKind;
use crate::context::Context;
use crate::decision::recipient::{acting_verified, with_acting_staff};
use crate::decision::window::open_window;
use crate::decision::{Decision, invalid_state, new_event};
use crate::event::EventBody;
use crate::recipient::RecipientNo;
use crate::rejection::{FieldCode, FieldError, Rejection};
use crate::rule::{LONGER, Rule};

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(LONGER, "window");

/// How many business days a window may have that the operator extends, or an outage: no more than the longest policy and its
/// extension give together.
pub(crate) const MOST_BUSINESS_DAYS: usize = 60;

/// More time: once by the customer, to a later date by the operator. Never earlier (I4).
pub(crate) fn decide(claim: &Claim, closes_on: Option<NaiveDate>, context: &Context) -> Decision {
    let window =
        open_window(claim, context.at).ok_or_else(|| invalid_state(claim, CommandKind::Extend))?;
    let by_customer = !matches!(context.actor, Actor::Staff { .. });
    if by_customer && claim.extended {
        return Err(invalid_state(claim, CommandKind::Extend));
    }
    if matches!(context.actor, Actor::CustomerLink { .. }) {
        acting_verified(claim, CommandKind::Extend, context)?;
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
    let cause = if by_customer { ExtensionCause::Customer } else { ExtensionCause::Operator };
    let body = EventBody::WindowExtended { window, cause, opened_by: None, outage: None };
    let event = new_event(claim, context, body);
    Ok(Some(with_acting_staff(event, context)))
}

/// The window is the longer one; a claim that was declined in it stays so.
pub(crate) fn apply(
    claim: &mut Claim,
    window: &Window,
    cause: ExtensionCause,
    opened_by: Option<RecipientNo>,
) {
    claim.opened_by = opened_by.or(claim.opened_by);
    claim.extended_by = claim.extended_by.with(cause);
    let declined = matches!(claim.state, State::Declined { .. });
    claim.state = if declined {
        State::Declined { window: Some(window.clone()) }
    } else {
        State::AwaitingCustomer { window: window.clone() }
    };
    claim.extended |= cause == ExtensionCause::Customer;
}

fn extended_to(
    window: &Window,
    date: NaiveDate,
    calendar: &calendar::BusinessCalendar,
) -> Result<Window, Rejection> {
    let longer = calendar::extend_window(window, date, calendar).map_err(|error| match error {
        calendar::ExtendError::NotLater(_) => wrong_date(FieldCode::NotLater),
        calendar::ExtendError::NotBusiness { .. } => wrong_date(FieldCode::NotABusinessDay),
        calendar::ExtendError::Outside(_) => Rejection::OutsideCalendar,
    })?;
    if longer.counted.len() > MOST_BUSINESS_DAYS {
        return Err(wrong_date(FieldCode::TooLong));
    }
    Ok(longer)
}

fn wrong_date(code: FieldCode) -> Rejection {
    Rejection::Fields(vec![FieldError::new("/closes_on", code)])
}
