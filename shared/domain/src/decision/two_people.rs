//! Two people: who gave an address its authority does not also bring a claim to it
//! (`docs/domain.md §3`, *Two people*).

use crate::claim::Claim;
use crate::context::Context;
use crate::decision::notice::{candidate_list, known_tenant, next_list};
use crate::decision::recipient_selection::is_recent_grant;
use crate::ids::StaffId;
use crate::recipient::{
    Authority, Recipient, RecipientList, RecipientNo, RecipientStanding, Recipients,
};
use crate::rejection::Rejection;

/// The list of the next notice, made by somebody who gave none of its recipients what it may do: who vouched
/// for one, or made one verified or added its domain within the last seven days, does not make it. `None` as
/// for every list.
///
/// # Errors
/// [`Rejection::AnotherReviewerRequired`].
pub(crate) fn reviewed_list(
    claim: &Claim,
    before: Option<&Recipients>,
    context: &Context,
) -> Result<Option<RecipientList>, Rejection> {
    if let Some(reached) = candidate_list(claim, before, context)? {
        refuse_own_work(claim, &reached, None, context)?;
    }
    next_list(claim, before, context)
}

/// Refuses an act of a member of staff on a claim whose list asks somebody that this person gave what it may do;
/// `but` is a recipient whom the act takes off the list.
///
/// # Errors
/// [`Rejection::AnotherReviewerRequired`].
pub(crate) fn refuse_own_work(
    claim: &Claim,
    list: &RecipientList,
    but: Option<RecipientNo>,
    context: &Context,
) -> Result<(), Rejection> {
    let Some(staff) = context.actor.staff_id() else { return Ok(()) };
    for own in list.recipients.iter().filter(|own| gets_notice(own) && Some(own.no) != but) {
        if is_own_work(claim, own, staff, context)? {
            return Err(Rejection::AnotherReviewerRequired);
        }
    }
    Ok(())
}

/// Whether the notice of the list goes to the recipient, at once or at half time.
fn gets_notice(own: &Recipient) -> bool {
    matches!(own.standing, RecipientStanding::Asked | RecipientStanding::Reserve)
}

/// Whether the recipient may act for the tenant since that member of staff said so.
fn is_own_work(
    claim: &Claim,
    own: &Recipient,
    staff: &StaffId,
    context: &Context,
) -> Result<bool, Rejection> {
    let tenant = known_tenant(context)?;
    let vouched = tenant.authority_of(&own.email) == Authority::Domain
        && claim.details.is_vouched_for(&own.email)
        && claim.details.vouched_by.last() == Some(staff);
    let grant = tenant.authority_grant(&own.email).filter(|grant| grant.by == *staff);
    Ok(vouched || grant.is_some_and(|grant| is_recent_grant(&grant, context.at)))
}
