//! `correct_contact`: another contact gets a new notice.

use crate::claim::{Claim, CustomerContact, Details, Instant};
use crate::command::CommandKind;
use crate::context::Context;
use crate::decision::deadlines::{deliver_by, window_can_be_counted};
use crate::decision::{Decision, new_event};
use crate::eligibility;
use crate::event::{Event, EventBody};
use crate::ids::NoticeNo;
use crate::rejection::{FieldCode, FieldError, Rejection};
use crate::rule::{COMMANDS, Rule};
use crate::transition::start_notice;

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule =
    Rule::new(COMMANDS, "correct contact", "a new contact gets a new notice");

/// Another contact gets a new notice.
pub(crate) fn decide(claim: &Claim, contact: &CustomerContact, context: &Context) -> Decision {
    let tenant = context.facts.tenant.as_ref().ok_or(Rejection::MissingFact("tenant"))?;
    if !eligibility::recipients(contact, tenant, 0).iter().any(|one| one.qualifying) {
        let error = FieldError::new("/customer_contact/email", FieldCode::CustomerUnreachable);
        return Err(Rejection::Fields(vec![error]));
    }
    window_can_be_counted(claim, CommandKind::CorrectContact, context)?;
    let notice = claim.notice.next();
    let body = EventBody::ContactCorrected { notice, deliver_by: deliver_by(context) };
    let details = Details { customer_contact: Some(contact.clone()), ..claim.details.clone() };
    Ok(Some(Event { details: Some(Box::new(details)), ..new_event(claim, context, body) }))
}

/// The next notice is due, and refused contacts are counted anew.
pub(crate) fn apply(claim: &mut Claim, notice: NoticeNo, deliver_by: Instant) {
    claim.refused_contacts = 0;
    start_notice(claim, notice, deliver_by);
}
