//! `request_information`: the reviewer asks the partner.

use crate::claim::{Claim, Instant, State};
use crate::command::GivenReason;
use crate::context::Context;
use crate::decision::deadlines::partner_deadline;
use crate::decision::rejection::{check_reasons, with_reason_comments};
use crate::decision::remark::with_reasons;
use crate::decision::{Decision, new_event};
use crate::event::{Event, EventBody};
use crate::reason::Reason;
use crate::rule::{COMMANDS, Rule};

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(COMMANDS, "request information");

/// A reviewer asks the partner.
pub(crate) fn decide(claim: &Claim, given: &[GivenReason], context: &Context) -> Decision {
    check_reasons(claim, given)?;
    let days = context.policy.answer_business_days;
    let body = EventBody::InformationRequested {
        reasons: given.iter().map(|given| given.reason).collect(),
        answer_by: partner_deadline(context, days)?,
    };
    let details = with_reason_comments(claim, given);
    Ok(Some(with_reasons(given, Event { details, ..new_event(claim, context, body) })))
}

/// The claim waits for the partner's answer.
pub(crate) fn apply(claim: &mut Claim, reasons: &[Reason], answer_by: Instant) {
    let overturned = matches!(claim.state, State::InReview { overturned: true, .. });
    claim.state = State::ActionRequired { reasons: reasons.to_vec(), answer_by, overturned };
}
