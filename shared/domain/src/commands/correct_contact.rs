//! `correct_contact`: another contact gets a new notice, or is proposed for one.

use crate::actor::Actor;
use crate::claim::{Claim, CustomerContact, Details, Instant, State};
use crate::command::CommandKind;
use crate::context::Context;
use crate::decision::deadlines::{delivery_deadline, review_deadline, window_can_be_counted};
use crate::decision::notice::known_tenant;
use crate::decision::remark::with_remark;
use crate::decision::standing::{entitlement_errors, refuse_blocked};
use crate::decision::two_people::reviewed_list;
use crate::decision::{Decision, invalid_state, new_event};
use crate::event::{Event, EventBody};
use crate::ids::NoticeNo;
use crate::recipient::{Authority, RecipientList, RecipientStanding};
use crate::rejection::{FieldCode, FieldError, Rejection};
use crate::rule::{COMMANDS, Rule};
use crate::text::Comment;
use crate::transition::start_notice;

/// The rule of a contact that is asked.
pub(crate) const RULE: Rule = Rule::new(COMMANDS, "correct contact");

/// The rule of a contact that the operator has to judge.
pub(crate) const PROPOSAL_RULE: Rule = Rule::new(COMMANDS, "correct contact");

/// Another contact. The partner's is asked at once only where the directory has it as verified and it has not
/// failed in this claim; else it is proposed, and it is the operator's turn. The operator's must be verified, or
/// vouched for. The comment goes with the event.
pub(crate) fn decide(
    claim: &Claim,
    contact: &CustomerContact,
    comment: Option<&Comment>,
    context: &Context,
) -> Decision {
    let State::Unreachable { with_operator, .. } = claim.state else {
        return Err(invalid_state(claim, CommandKind::CorrectContact));
    };
    let by_partner = matches!(context.actor, Actor::Partner { .. });
    if by_partner && with_operator {
        return Err(invalid_state(claim, CommandKind::CorrectContact));
    }
    window_can_be_counted(claim, CommandKind::CorrectContact, context)?;
    let authority = known_tenant(context)?.authority_of(&contact.email);
    let mut errors = entitlement_errors(claim, context);
    if authority == Authority::Outside {
        errors.push(unreachable_contact());
    }
    if !errors.is_empty() {
        return Err(Rejection::Fields(errors));
    }
    refuse_blocked(claim, context)?;
    let vouched = claim.details.is_vouched_for(&contact.email);
    let event = match authority {
        Authority::Verified if !by_partner || !has_failed(contact, context) => {
            replace_contact(claim, contact, context)
        }
        Authority::Domain if !by_partner && vouched => replace_contact(claim, contact, context),
        Authority::Verified | Authority::Domain if by_partner => {
            Ok(propose_contact(claim, contact, context))
        }
        Authority::Domain => Err(Rejection::ContactUnverified),
        Authority::Verified | Authority::Outside => {
            Err(Rejection::Fields(vec![unreachable_contact()]))
        }
    }?;
    Ok(Some(with_remark(comment, event)))
}

/// Whether the address failed, refused or was retired in this claim.
fn has_failed(contact: &CustomerContact, context: &Context) -> bool {
    let Some(recipients) = &context.facts.recipients else { return false };
    recipients.list.find_recipient(&contact.email).is_some_and(|own| {
        recipients.reports.of(own.no).failure.is_some() || !own.standing.may_be_asked()
    })
}

fn replace_contact(
    claim: &Claim,
    contact: &CustomerContact,
    context: &Context,
) -> Result<Event, Rejection> {
    let details = with_contact(claim, contact);
    let named = Claim { details: details.clone(), ..claim.clone() };
    let before = context.facts.recipients.as_ref();
    let before = before.map(|recipients| recipients.forgive_failures(&contact.email));
    let asked = |list: &RecipientList| {
        list.find_recipient(&contact.email)
            .is_some_and(|own| own.standing == RecipientStanding::Asked)
    };
    let list = reviewed_list(&named, before.as_ref(), context)?
        .filter(asked)
        .ok_or_else(|| Rejection::Fields(vec![unreachable_contact()]))?;
    let body =
        EventBody::ContactCorrected { notice: list.notice, deliver_by: delivery_deadline(context) };
    Ok(Event {
        details: Some(Box::new(details)),
        recipients: Some(Box::new(list)),
        ..new_event(claim, context, body)
    })
}

fn propose_contact(claim: &Claim, contact: &CustomerContact, context: &Context) -> Event {
    let details = Details { proposed_contact: Some(contact.clone()), ..claim.details.clone() };
    let body = EventBody::ContactProposed { due_at: review_deadline(context) };
    let event = new_event(claim, context, body);
    Event { details: Some(Box::new(details)), ..event }
}

fn with_contact(claim: &Claim, contact: &CustomerContact) -> Details {
    let customer_contact = Some(contact.clone());
    Details { customer_contact, proposed_contact: None, ..claim.details.clone() }
}

fn unreachable_contact() -> FieldError {
    FieldError::new("/customer_contact/email", FieldCode::CustomerUnreachable)
}

/// The next notice is due, and refused proposals are counted anew.
pub(crate) fn apply(claim: &mut Claim, notice: NoticeNo, deliver_by: Instant) {
    claim.used.refused_proposals = 0;
    start_notice(claim, notice, deliver_by);
}

/// It is the operator's turn to judge the contact.
pub(crate) fn apply_proposal(claim: &mut Claim, due_at: Instant) {
    claim.state = State::Unreachable { due_at: Some(due_at), with_operator: true };
}
