//! `begin_review`: a reviewer takes the claim up.

use crate::claim::{Claim, Instant, State};
use crate::command::CommandKind;
use crate::context::{Context, Rival, RivalStatus};
use crate::decision::deadlines::{holder_deadline, review_deadline};
use crate::decision::{Decision, invalid_state, new_event};
use crate::event::EventBody;
use crate::rejection::Rejection;
use crate::rule::{COMMANDS, Rule};

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(COMMANDS, "begin");

/// A reviewer takes the claim up. Where another partner holds an item, that partner is asked to defend it; a
/// holder who came in during the review is asked by beginning once more.
pub(crate) fn decide(claim: &Claim, context: &Context) -> Decision {
    let unasked =
        active_rivals(claim, context).any(|holder| holder.defence_of_item(context).is_none());
    let again = matches!(claim.state, State::InReview { .. }) && unasked;
    if !again && !matches!(claim.state, State::Submitted { .. }) {
        return Err(invalid_state(claim, CommandKind::BeginReview));
    }
    let defence_until = defence_until(claim, context)?;
    let due_at = review_deadline(context);
    let contested = context.rivals_of(claim).next().is_some();
    let body = EventBody::ReviewBegun { due_at, contested, defence_until };
    Ok(Some(new_event(claim, context, body)))
}

/// The claim is in review, for the first time or with newly asked holders.
pub(crate) fn apply(
    claim: &mut Claim,
    due_at: Instant,
    contested: bool,
    defence_until: Option<Instant>,
) {
    claim.state = State::InReview { due_at: Some(due_at), overturned: false };
    claim.contested = contested;
    claim.defence_until = defence_until;
}

/// Until when the holders of the claim's items may defend, each in the calendar of its own partner: the latest.
fn defence_until(claim: &Claim, context: &Context) -> Result<Option<Instant>, Rejection> {
    let days = context.policy.defence_business_days;
    let mut latest = claim.defence_until;
    for holder in active_rivals(claim, context) {
        let place = holder.place.as_ref().ok_or(Rejection::MissingFact("holder"))?;
        latest = latest.max(Some(holder_deadline(place, context, days).at));
    }
    Ok(latest)
}

/// The rivals whose association runs.
fn active_rivals<'a>(claim: &'a Claim, context: &'a Context) -> impl Iterator<Item = &'a Rival> {
    context.rivals_of(claim).filter(|rival| rival.standing == RivalStatus::Active)
}
