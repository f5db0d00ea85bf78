//! `vanish`: what a claim stands on is gone (`docs/domain.md §3`, *vanish*). Running associations end,
//! undecided items are rejected, and a window whose partner lost the enrolment is held. One event at a
//! time: repeated until nothing is left to do.

use crate::claim::{Claim, HoldReason, Instant, Item, RejectionRecord, State};
use crate::command::Vanished;
use crate::context::Context;
use crate::decision::new_event;
use crate::decision::tenant_item::has_item;
use crate::decision::term::term_end;
use crate::directory::{Partner, PartnerStatus, Tenant, TenantStatus};
use crate::event::{Event, EventBody};
use crate::ids::ItemNo;
use crate::reason::{EndReason, Reason, ReasonCode};

pub(crate) fn decide(claim: &Claim, what: &Vanished, context: &Context) -> Option<Event> {
    let body = match what {
        Vanished::Items(items) => {
            gone(claim, |no| items.contains(&no), EndReason::ItemGone, context)
        }
        Vanished::Tenant => gone(claim, |_| true, EndReason::TenantGone, context),
        Vanished::Enrolment => held(claim, HoldReason::NotEnrolled),
        Vanished::Partner => held(claim, HoldReason::PartnerSuspended),
    };
    body.map(|body| new_event(claim, context, body))
}

fn gone(
    claim: &Claim,
    is_gone: impl Fn(ItemNo) -> bool,
    reason: EndReason,
    context: &Context,
) -> Option<EventBody> {
    let numbers = |items: &mut dyn Iterator<Item = &Item>| -> Vec<ItemNo> {
        items.map(|item| item.no).filter(|no| is_gone(*no)).collect()
    };
    let ended = numbers(&mut claim.active());
    if !ended.is_empty() {
        return Some(EventBody::AssociationEnded { items: ended, reason, at: context.at });
    }
    let rejected = numbers(&mut claim.undecided());
    let ends_at = term_end(claim, context);
    (claim.state.is_open() && !rejected.is_empty()).then(|| rejection(rejected, ends_at))
}

fn rejection(items: Vec<ItemNo>, ends_at: Option<Instant>) -> EventBody {
    let reason = |no: &ItemNo| Reason { code: ReasonCode::ItemNotClaimable, item_no: Some(*no) };
    let rejection = RejectionRecord { by: None, reasons: items.iter().map(reason).collect() };
    EventBody::Rejected { items, rejection, disputable_until: None, ends_at }
}

fn held(claim: &Claim, reason: HoldReason) -> Option<EventBody> {
    is_with_customer(claim).then_some(EventBody::Held { reason: Some(reason) })
}

/// The claim waits for the customer, or for somebody who can be asked.
fn is_with_customer(claim: &Claim) -> bool {
    matches!(
        claim.state,
        State::AwaitingCustomer { .. } | State::Notifying { .. } | State::Unreachable { .. }
    )
}

/// What a partner's entry takes from one of its claims: the enrolment, if the partner is suspended or the
/// claim's location is not enrolled in its program any more.
pub fn unenrolled(claim: &Claim, partner: &Partner) -> Option<Vanished> {
    let subject = &claim.subject;
    let location = subject.location.as_ref();
    let enrolled = location.is_some_and(|own| partner.is_enrolled(own, &subject.program));
    let gone = match partner.status {
        PartnerStatus::Suspended => Some(Vanished::Partner),
        PartnerStatus::Active => (!enrolled).then_some(Vanished::Enrolment),
    };
    gone.filter(|_| is_with_customer(claim))
}

/// What a tenant's entry takes from a claim at it: everything if it is deleted, else the items that
/// it has no more or that have ended. An item in grace is still there.
pub fn gone_at(claim: &Claim, tenant: &Tenant) -> Option<Vanished> {
    let touched = || claim.active().chain(claim.undecided());
    if !claim.state.is_open() && claim.active().next().is_none() {
        return None;
    }
    if tenant.status == TenantStatus::Deleted {
        return touched().next().map(|_| Vanished::Tenant);
    }
    let is_gone = |item: &&Item| !has_item(claim, item, tenant);
    let gone: Vec<_> = touched().filter(is_gone).map(|item| item.no).collect();
    (!gone.is_empty()).then_some(Vanished::Items(gone))
}
