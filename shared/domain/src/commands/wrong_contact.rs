//! `wrong_contact`: the recipient is not the right person.

use crate::actor::Actor;
use crate::claim::{Claim, Instant, State};
use crate::command::CommandKind;
use crate::context::Context;
use crate::decision::deadlines::{correct_by, deliver_by};
use crate::decision::{Decision, invalid_state, new_event};
use crate::eligibility;
use crate::event::EventBody;
use crate::ids::NoticeNo;
use crate::rejection::Rejection;
use crate::rule::{PAGE, Rule};
use crate::transition::start_notice;

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(PAGE, "notice", "a contact said that he is the wrong one");

/// The recipient is not the right person: another verified contact gets a new notice; where none is
/// left, the partner has to name one.
pub(crate) fn decide(claim: &Claim, context: &Context) -> Decision {
    let Actor::CustomerLink { notice } = context.actor else {
        return Err(Rejection::RoleNotAllowed);
    };
    if !can_pass_on(claim, notice, context.at) {
        return Err(invalid_state(claim, CommandKind::WrongContact));
    }
    let (tenant, contact) = (&context.facts.tenant, &claim.details.customer_contact);
    let (Some(tenant), Some(contact)) = (tenant, contact) else {
        return Err(Rejection::MissingFact("tenant"));
    };
    let refused = claim.refused_contacts.saturating_add(1);
    let body = if eligibility::recipients(contact, tenant, refused).is_empty() {
        EventBody::ContactRefused { next: None, correct_by: Some(correct_by(context)?) }
    } else {
        let asked = Some((claim.notice.next(), deliver_by(context)));
        EventBody::ContactRefused { next: asked, correct_by: None }
    };
    Ok(Some(new_event(claim, context, body)))
}

/// The next notice is due; where no contact is left, the partner has to name one. `None` where the event
/// has neither.
pub(crate) fn apply(
    claim: &mut Claim,
    next: Option<(NoticeNo, Instant)>,
    correct_by: Option<Instant>,
) -> Option<()> {
    claim.refused_contacts = claim.refused_contacts.saturating_add(1);
    if let Some((notice, deliver_by)) = next {
        start_notice(claim, notice, deliver_by);
    } else {
        claim.state = State::Unreachable { correct_by: correct_by? };
    }
    Some(())
}

/// How many contacts may say that they are not the right people.
const MOST_REFUSALS: u8 = 2;

/// Whether the recipients of that notice can still say that they are not the right people.
pub fn can_pass_on(claim: &Claim, notice: NoticeNo, at: Instant) -> bool {
    let State::AwaitingCustomer { window } = &claim.state else { return false };
    at < window.closes_at && notice == claim.notice && claim.refused_contacts < MOST_REFUSALS
}
