//! Deadlines that several commands set.

use crate::claim::Instant;
use crate::context::Context;
use crate::rejection::Rejection;

pub(crate) fn idle_until(context: &Context) -> Result<Instant, Rejection> {
    Ok(context.partner_place()?.days_after(context.at, context.policy.draft_idle_days))
}

pub(crate) fn review_due(context: &Context) -> Result<Instant, Rejection> {
    context.places.operator.deadline(context.at, context.policy.review_business_days)
}

pub(crate) fn deliver_by(context: &Context) -> Result<Instant, Rejection> {
    context.places.operator.deadline(context.at, context.policy.delivery_business_days)
}

pub(crate) fn contact_due(context: &Context) -> Result<Instant, Rejection> {
    context.partner_place()?.deadline(context.at, context.policy.contact_business_days)
}
