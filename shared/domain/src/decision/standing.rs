//! Whether the partner may still claim: looked at again before anything goes on that would make it partner of
//! record (`docs/domain.md §3`, *Looking again*).

use crate::claim::{Claim, HoldReason};
use crate::command::CommandKind;
use crate::context::Context;
use crate::decision::invalid_state;
use crate::directory::{Partner, PartnerStatus};
use crate::ids::ItemNo;
use crate::program::ItemRef;
use crate::rejection::{FieldCode, FieldError, Rejection};

/// What stands against a claim by the directory and the customer's rules as they are now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Objections {
    suspended: bool,
    not_enrolled: bool,
    blocked: bool,
}

impl Objections {
    /// What stands against these items of the claim.
    fn find(claim: &Claim, items: &[ItemNo], context: &Context) -> Self {
        let partner = context.facts.partner.as_ref();
        Self {
            suspended: partner.is_none_or(|own| own.status == PartnerStatus::Suspended),
            not_enrolled: !partner.is_some_and(|own| is_enrolled(claim, own)),
            blocked: !blocked_of(claim, items, &context.facts.blocked).is_empty(),
        }
    }

    fn has_any(self) -> bool {
        self.suspended || self.not_enrolled || self.blocked
    }
}

/// Whether the claim's location is enrolled in its program.
pub(crate) fn is_enrolled(claim: &Claim, partner: &Partner) -> bool {
    let (location, program) = (claim.subject.location.as_ref(), &claim.subject.program);
    location.is_some_and(|own| partner.is_enrolled(own, program))
}

/// Those of the items that are blocked.
fn blocked_of(claim: &Claim, items: &[ItemNo], blocked: &[ItemRef]) -> Vec<ItemNo> {
    let is_blocked = |no: &ItemNo| {
        claim.find_item(*no).is_some_and(|item| blocked.contains(&claim.item_ref(item)))
    };
    items.iter().copied().filter(is_blocked).collect()
}

fn undecided_numbers(claim: &Claim) -> Vec<ItemNo> {
    claim.undecided_items().map(|item| item.no).collect()
}

/// For staff and partner: the refusals of a submit, for what is undecided.
///
/// # Errors
/// [`Rejection::Fields`] for a suspended partner and a location that is not enrolled, else
/// [`Rejection::BlockedByCustomer`].
pub(crate) fn check_entitled(claim: &Claim, context: &Context) -> Result<(), Rejection> {
    let errors = entitlement_errors(claim, context);
    if errors.is_empty() { refuse_blocked(claim, context) } else { Err(Rejection::Fields(errors)) }
}

/// The fields for which a submit would refuse the partner now.
pub(crate) fn entitlement_errors(claim: &Claim, context: &Context) -> Vec<FieldError> {
    let found = Objections::find(claim, &undecided_numbers(claim), context);
    let fields = [
        (found.suspended, "", FieldCode::PartnerSuspended),
        (found.not_enrolled, "/location_id", FieldCode::LocationNotEnrolled),
    ];
    fields
        .into_iter()
        .filter(|(is_so, ..)| *is_so)
        .map(|(_, pointer, code)| FieldError::new(pointer, code).of_claim())
        .collect()
}

/// Refuses where the customer blocks the partner for something undecided.
///
/// # Errors
/// [`Rejection::BlockedByCustomer`].
pub(crate) fn refuse_blocked(claim: &Claim, context: &Context) -> Result<(), Rejection> {
    let items = blocked_of(claim, &undecided_numbers(claim), &context.facts.blocked);
    if items.is_empty() { Ok(()) } else { Err(Rejection::BlockedByCustomer { items }) }
}

/// For the customer, who is told nothing of the partner's standing: the command does not fit now.
///
/// # Errors
/// [`Rejection::InvalidState`] where anything stands against one of these items.
pub(crate) fn check_claimable(
    claim: &Claim,
    items: &[ItemNo],
    command: CommandKind,
    context: &Context,
) -> Result<(), Rejection> {
    let found = Objections::find(claim, items, context);
    if found.has_any() { Err(invalid_state(claim, command)) } else { Ok(()) }
}

/// For the system: why no window may open now. A customer's block takes the right to claim there as a lost
/// enrolment does, so the claim is held for the same reason: silence decides nothing, the customer's own "no"
/// still counts, and whoever resumes it is told of the block.
pub(crate) fn reason_to_hold(claim: &Claim, context: &Context) -> Option<HoldReason> {
    let found = Objections::find(claim, &undecided_numbers(claim), context);
    match found {
        Objections { suspended: true, .. } => Some(HoldReason::PartnerSuspended),
        Objections { not_enrolled: true, .. } | Objections { blocked: true, .. } => {
            Some(HoldReason::NotEnrolled)
        }
        Objections { suspended: false, not_enrolled: false, blocked: false } => None,
    }
}
