//! `vouch`: the operator says that a contact of the tenant's domain speaks for the tenant.

use crate::claim::{Claim, Details, State};
use crate::command::CommandKind;
use crate::context::Context;
use crate::decision::notice::known_tenant;
use crate::decision::remark::with_remark;
use crate::decision::{Decision, invalid_state, new_event};
use crate::event::{Event, EventBody};
use crate::program::Vouching;
use crate::recipient::Authority;
use crate::rejection::{FieldCode, FieldError, Rejection};
use crate::rule::{COMMANDS, Rule};
use crate::text::Comment;

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(COMMANDS, "vouch");

/// The operator vouches for the proposed contact, else for the claim's. It is bound to the address: another
/// contact needs another word. Of an address that is verified, or vouched for already: nothing.
pub(crate) fn decide(claim: &Claim, comment: Option<&Comment>, context: &Context) -> Decision {
    if context.policy.vouching == Vouching::Never {
        return Err(invalid_state(claim, CommandKind::Vouch));
    }
    let details = &claim.details;
    let is_proposed = matches!(claim.state, State::Unreachable { with_operator: true, .. });
    let proposed = details.proposed_contact.as_ref().filter(|_| is_proposed);
    let contact = proposed
        .or(details.customer_contact.as_ref())
        .ok_or_else(|| invalid_state(claim, CommandKind::Vouch))?;
    let authority = known_tenant(context)?.authority_of(&contact.email);
    let wrong = [
        (comment.is_none(), "/comment", FieldCode::Required),
        (
            authority == Authority::Outside,
            "/customer_contact/email",
            FieldCode::CustomerUnreachable,
        ),
    ];
    let errors: Vec<_> = wrong
        .into_iter()
        .filter(|(is_so, ..)| *is_so)
        .map(|(_, pointer, code)| FieldError::new(pointer, code))
        .map(|error| if error.pointer == "/comment" { error } else { error.of_claim() })
        .collect();
    let Some(comment) = comment.filter(|_| errors.is_empty()) else {
        return Err(Rejection::Fields(errors));
    };
    if authority == Authority::Verified || details.is_vouched_for(&contact.email) {
        return Ok(None);
    }
    let event = with_remark(Some(comment), new_event(claim, context, EventBody::ContactVouched));
    let details = Details {
        vouched_for: Some(contact.email.clone()),
        vouched_by: details.vouched_by.iter().chain(context.actor.staff_id()).cloned().collect(),
        ..details.clone()
    };
    let recipients = context.facts.recipients.as_ref();
    let acted = recipients.map(|own| own.list.clone().with_actor(context.actor.staff_id()));
    Ok(Some(Event { details: Some(Box::new(details)), recipients: acted.map(Box::new), ..event }))
}
