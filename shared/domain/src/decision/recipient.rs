//! A recipient who acts by a link, and acts of others on a recipient.

use crate::actor::Actor;
use crate::claim::Claim;
use crate::command::CommandKind;
use crate::context::Context;
use crate::decision::invalid_state;
use crate::decision::notice::{known_tenant, void_window_end};
use crate::event::{Event, EventBody, NoticeChange};
use crate::recipient::{
    Authority, Recipient, RecipientList, RecipientNo, RecipientStanding, Recipients,
};
use crate::rejection::Rejection;

/// The recipient that acts by a link of the current notice, for everything but a "no": its link must not be
/// retired, and it must be asked by this notice.
///
/// # Errors
/// [`Rejection::LinkRetired`], or an invalid state for every other link.
pub(crate) fn acting_recipient<'a>(
    claim: &Claim,
    command: CommandKind,
    context: &'a Context,
) -> Result<(&'a Recipients, &'a Recipient), Rejection> {
    let refused = || invalid_state(claim, command);
    let Actor::CustomerLink { notice, recipient } = &context.actor else {
        return Err(Rejection::RoleNotAllowed);
    };
    let recipients = context.facts.recipients.as_ref().ok_or_else(refused)?;
    let own = recipient.and_then(|no| recipients.list.get(no)).ok_or_else(refused)?;
    if own.standing == RecipientStanding::Retired {
        return Err(Rejection::LinkRetired);
    }
    let asked = matches!(own.standing, RecipientStanding::Asked | RecipientStanding::Reserve);
    if *notice == claim.notice && asked { Ok((recipients, own)) } else { Err(refused()) }
}

/// The same of a link that may undo and ask for more time: the address is verified, by the notice's list and
/// now.
pub(crate) fn acting_verified<'a>(
    claim: &Claim,
    command: CommandKind,
    context: &'a Context,
) -> Result<(&'a Recipients, &'a Recipient), Rejection> {
    let (recipients, own) = acting_recipient(claim, command, context)?;
    if own.authority == Authority::Verified && is_verified(claim, own, context)? {
        Ok((recipients, own))
    } else {
        Err(invalid_state(claim, command))
    }
}

/// Whether the address is verified when the link is used.
pub(crate) fn is_verified(
    claim: &Claim,
    own: &Recipient,
    context: &Context,
) -> Result<bool, Rejection> {
    let now = match known_tenant(context)?.authority_of(&own.email) {
        Authority::Domain if claim.details.is_vouched_for(&own.email) => Authority::Verified,
        other @ (Authority::Domain | Authority::Verified | Authority::Outside) => other,
    };
    Ok(now == Authority::Verified)
}

/// The recipients with another standing of one of them.
pub(crate) fn with_recipient_standing(
    recipients: &Recipients,
    no: RecipientNo,
    standing: RecipientStanding,
) -> Recipients {
    Recipients {
        list: recipients.list.with_standing(no, standing),
        reports: recipients.reports.clone(),
    }
}

/// The event with the list that keeps the end of a window which the event makes void, since it was told: no
/// later window ends before it. Where a new notice is due at once, its own list keeps it.
pub(crate) fn with_announced_end(claim: &Claim, event: Event, context: &Context) -> Event {
    let Some(told) = void_window_end(claim).filter(|_| voids_window(&event.body)) else {
        return event;
    };
    let kept = context.facts.recipients.as_ref().map(|own| &own.list);
    let Some(list) = event.recipients.as_deref().or(kept) else { return event };
    let told_until = list.told_until.max(Some(told));
    let list = RecipientList { told_until, ..list.clone() };
    Event { recipients: Some(Box::new(list)), ..event }
}

/// Whether an event leaves the claim without a window and without a new notice.
fn voids_window(body: &EventBody) -> bool {
    if let EventBody::RecipientFailed { change }
    | EventBody::ContactRefused { change }
    | EventBody::LinkRetired { change }
    | EventBody::DeclineUndone { change, .. } = body
    {
        matches!(change, NoticeChange::Unreachable { .. } | NoticeChange::Held { .. })
    } else {
        matches!(body, EventBody::Held { .. } | EventBody::NoticeFailed { .. })
    }
}

/// The event with the list that says which member of staff acted on the claim, where there is one.
pub(crate) fn with_acting_staff(event: Event, context: &Context) -> Event {
    let Some(staff) = context.actor.staff_id() else { return event };
    let kept = context.facts.recipients.as_ref().map(|own| &own.list);
    match (&event.recipients, kept.filter(|list| !list.acted.contains(staff))) {
        (None, Some(list)) => {
            let list = list.clone().with_actor(Some(staff));
            Event { recipients: Some(Box::new(list)), ..event }
        }
        (Some(_), _) | (None, None) => event,
    }
}
