//! `refuse_contact`: the operator refuses the contact that the partner proposes.

use crate::claim::{Claim, Details, Instant, State, UsedChances};
use crate::command::CommandKind;
use crate::context::Context;
use crate::decision::deadlines::correction_deadline;
use crate::decision::remark::with_remark;
use crate::decision::{Decision, invalid_state, new_event};
use crate::event::{Event, EventBody};
use crate::rule::{COMMANDS, Rule};
use crate::text::Comment;

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(COMMANDS, "refuse contact");

/// The proposed contact is refused, twice at most: the partner has the full time for another.
pub(crate) fn decide(claim: &Claim, comment: Option<&Comment>, context: &Context) -> Decision {
    let is_turn = matches!(claim.state, State::Unreachable { with_operator: true, .. });
    let is_proposed = is_turn && claim.details.proposed_contact.is_some();
    let chance_left = claim.used.refused_proposals < UsedChances::MOST_REFUSED_PROPOSALS;
    if !(is_proposed && chance_left) {
        return Err(invalid_state(claim, CommandKind::RefuseContact));
    }
    let body = EventBody::ContactProposalRefused { correct_by: correction_deadline(context)? };
    let event = with_remark(comment, new_event(claim, context, body));
    let details = Details { proposed_contact: None, ..claim.details.clone() };
    Ok(Some(Event { details: Some(Box::new(details)), ..event }))
}

/// It is the partner's turn again.
pub(crate) fn apply(claim: &mut Claim, correct_by: Instant) {
    claim.used.refused_proposals = claim.used.refused_proposals.saturating_add(1);
    claim.state = State::Unreachable { due_at: Some(correct_by), with_operator: false };
}
