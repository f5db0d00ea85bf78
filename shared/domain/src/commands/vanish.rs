//! `vanish`: what a claim stands on is gone (`docs/domain.md §3`, *vanish*). Running associations end,
//! undecided items are rejected, a claim of a partner that lost the right to claim is held or, where silence
//! came first, ends, and a contact that is not verified any more is off the list. One event at a time: repeated
//! until nothing is left to do.

use crate::claim::{Basis, Claim, HoldReason, Instant, Item, ItemStatus, RejectionRecord, State};
use crate::command::DirectoryLoss;
use crate::commands::undo::undo_is_open;
use crate::context::Context;
use crate::decision::notice::{failure_event, reconsider_notice};
use crate::decision::recipient::{is_verified, with_recipient_standing};
use crate::decision::selection::items_with_status;
use crate::decision::standing::is_enrolled;
use crate::decision::tenant_item::has_item;
use crate::decision::term::term_end;
use crate::decision::{Decision, new_event};
use crate::directory::{Partner, PartnerStatus, Tenant, TenantItemState, TenantStatus};
use crate::event::{EventBody, NoticeChange};
use crate::ids::ItemNo;
use crate::program::ItemRef;
use crate::reason::{EndReason, Reason, ReasonCode};
use crate::recipient::{Recipient, RecipientStanding, Recipients};
use crate::rejection::Rejection;

pub(crate) fn decide(claim: &Claim, what: &DirectoryLoss, context: &Context) -> Decision {
    let body = match what {
        DirectoryLoss::Items(items) => {
            lose_items(claim, |no| items.contains(&no), EndReason::ItemGone, context)
        }
        DirectoryLoss::Tenant => lose_items(claim, |_| true, EndReason::TenantGone, context),
        DirectoryLoss::Enrolment => lose_partner(claim, HoldReason::NotEnrolled, context),
        DirectoryLoss::Partner => lose_partner(claim, HoldReason::PartnerSuspended, context),
        DirectoryLoss::Contacts => return lose_contacts(claim, context),
    };
    Ok(body.map(|body| new_event(claim, context, body)))
}

fn lose_items(
    claim: &Claim,
    is_gone: impl Fn(ItemNo) -> bool,
    reason: EndReason,
    context: &Context,
) -> Option<EventBody> {
    let numbers = |items: &mut dyn Iterator<Item = &Item>| -> Vec<ItemNo> {
        items.map(|item| item.no).filter(|no| is_gone(*no)).collect()
    };
    let ended = numbers(&mut claim.active_items());
    if !ended.is_empty() {
        return Some(EventBody::AssociationEnded { items: ended, reason, at: context.at });
    }
    let rejected = numbers(&mut claim.undecided_items());
    let ends_at = term_end(claim, context);
    (claim.state.is_open() && !rejected.is_empty()).then(|| rejection_body(rejected, ends_at))
}

fn rejection_body(items: Vec<ItemNo>, ends_at: Option<Instant>) -> EventBody {
    let reason = |no: &ItemNo| Reason { code: ReasonCode::ItemNotClaimable, item_no: Some(*no) };
    let rejection = RejectionRecord { by: None, reasons: items.iter().map(reason).collect() };
    EventBody::Rejected { items, rejection, disputable_until: None, ends_at }
}

/// What waits for the customer is held. What silence made active after the partner had lost the right to claim
/// ends, if the partner still has none.
fn lose_partner(claim: &Claim, reason: HoldReason, context: &Context) -> Option<EventBody> {
    if is_with_customer(claim) {
        let held = EventBody::Held { reason: Some(reason) };
        return (!awaits_close(claim, context.at)).then_some(held);
    }
    let items = active_without_right(claim, context.facts.partner.as_ref()?);
    let (reason, at) = (EndReason::NotEnrolled, context.at);
    (!items.is_empty()).then_some(EventBody::AssociationEnded { items, reason, at })
}

/// Whether what the partner lost came when the claim's window had ended already, so that it says nothing about
/// the claim.
fn has_ended_before(claim: &Claim, partner: &Partner) -> bool {
    let State::AwaitingCustomer { window } = &claim.state else { return false };
    right_lost_at(claim, partner).is_some_and(|lost| window.closes_at <= lost)
}

/// Since when the partner may not claim what it claims here, where that is known.
fn right_lost_at(claim: &Claim, partner: &Partner) -> Option<Instant> {
    partner.excluded_since(claim.subject.location.as_ref()?, &claim.subject.program)
}

/// Whether the partner has lost the right to claim what it claims here, and has not got it back, before that moment:
/// what begins then begins without right.
pub fn is_lost_before(claim: &Claim, partner: &Partner, at: Instant) -> bool {
    right_lost_at(claim, partner).is_some_and(|lost| lost < at)
}

/// The items that silence made active at an end of the window that came after the partner's loss.
fn active_without_right(claim: &Claim, partner: &Partner) -> Vec<ItemNo> {
    let State::Associated { window: Some(window), .. } = &claim.state else { return Vec::new() };
    if !is_lost_before(claim, partner, window.closes_at) {
        return Vec::new();
    }
    items_with_status(
        claim,
        |status| matches!(status, ItemStatus::Active { basis: Basis::Deemed, effective_at } if effective_at == window.closes_at),
    )
}

/// Whether the claim's window has ended and silence is not executed yet: then only a "no" and the close act on
/// it, and whoever has something to do to the claim does it after the close.
pub fn awaits_close(claim: &Claim, at: Instant) -> bool {
    matches!(&claim.state, State::AwaitingCustomer { window } if at >= window.closes_at)
}

/// Recipients that are not verified any more are off the list of the notice. While the claim waits for the
/// customer, what follows for the notice is what follows a failure; where everything is declined, that shows
/// when the customer takes a "no" back.
fn lose_contacts(claim: &Claim, context: &Context) -> Decision {
    let Some(recipients) = &context.facts.recipients else { return Ok(None) };
    if !asks_contacts(claim, context.at) {
        return Ok(None);
    }
    let after = still_verified(claim, recipients, context)?;
    // Or its recipient has refused before anybody saw that its address is not verified any more.
    let is_lost = matches!(claim.state, State::AwaitingCustomer { .. })
        && claim.opened_by.is_some_and(|no| !after.delivery_stands(no));
    if after == *recipients && !is_lost {
        return Ok(None);
    }
    let outcome = reconsider_notice(claim, &after, context)?;
    let unchanged = || EventBody::RecipientFailed { change: NoticeChange::None };
    let event = failure_event(claim, outcome.clone(), context)
        .unwrap_or_else(|| new_event(claim, context, unchanged()));
    Ok(Some(outcome.record_in(event, Some(after.list))))
}

/// The recipients with those off the list who could open a window by it and are not verified now.
pub(crate) fn still_verified(
    claim: &Claim,
    recipients: &Recipients,
    context: &Context,
) -> Result<Recipients, Rejection> {
    let mut after = recipients.clone();
    for own in recipients.list.recipients.iter().filter(|own| Recipient::may_open(own)) {
        if !is_verified(claim, own, context)? {
            after = with_recipient_standing(&after, own.no, RecipientStanding::Past);
        }
    }
    Ok(after)
}

/// Whether a delivery to a contact decides something about the claim, now or when a "no" is taken back.
fn asks_contacts(claim: &Claim, at: Instant) -> bool {
    match &claim.state {
        State::Notifying { .. } => true,
        State::AwaitingCustomer { window } | State::Declined { window: Some(window) } => {
            at < window.closes_at
        }
        State::Draft { .. }
        | State::Submitted { .. }
        | State::InReview { .. }
        | State::ActionRequired { .. }
        | State::Disputed { .. }
        | State::Unreachable { .. }
        | State::OnHold { .. }
        | State::Associated { .. }
        | State::Rejected { .. }
        | State::Declined { window: None }
        | State::Withdrawn
        | State::Discarded
        | State::Ended { .. } => false,
    }
}

/// The claim waits for the customer, or for somebody who can be asked.
fn is_with_customer(claim: &Claim) -> bool {
    matches!(
        claim.state,
        State::AwaitingCustomer { .. } | State::Notifying { .. } | State::Unreachable { .. }
    )
}

/// What a partner's entry takes from one of its claims: the enrolment, if the partner is suspended or the
/// claim's location is not enrolled in its program any more. What had ended before that stays.
pub fn enrolment_loss(claim: &Claim, partner: &Partner) -> Option<DirectoryLoss> {
    let gone = match partner.status {
        PartnerStatus::Suspended => Some(DirectoryLoss::Partner),
        PartnerStatus::Active => (!is_enrolled(claim, partner)).then_some(DirectoryLoss::Enrolment),
    };
    let waits = is_with_customer(claim) && !has_ended_before(claim, partner);
    gone.filter(|_| waits || !active_without_right(claim, partner).is_empty())
}

/// What a tenant's entry takes from a claim at it: everything if it is deleted, else the items that
/// it has no more or that have ended. An item in grace is still there.
pub fn tenant_loss(claim: &Claim, tenant: &Tenant) -> Option<DirectoryLoss> {
    let touched = || claim.active_items().chain(claim.undecided_items());
    if !claim.state.is_open() && claim.active_items().next().is_none() {
        return None;
    }
    if tenant.status == TenantStatus::Deleted {
        return touched().next().map(|_| DirectoryLoss::Tenant);
    }
    let is_gone = |item: &&Item| !has_item(claim, item, tenant);
    let gone: Vec<_> = touched().filter(is_gone).map(|item| item.no).collect();
    (!gone.is_empty()).then_some(DirectoryLoss::Items(gone))
}

/// Whether an undo that read the partner's entry before it changed, and is written later, would let the claim wait for
/// silence again although the partner may not claim any more: all is declined, so nothing is held.
pub fn undo_escapes_partner(claim: &Claim, partner: &Partner, at: Instant) -> bool {
    let is_suspended = partner.status == PartnerStatus::Suspended;
    let is_lost = is_suspended || !is_enrolled(claim, partner);
    is_lost && matches!(claim.state, State::Declined { .. }) && undo_is_open(claim, at)
}

/// Whether an undo that read the tenant's entry before it changed, and is written later, would let an item wait for silence
/// again that is gone: it is declined, so nothing is rejected.
pub fn undo_escapes_tenant(claim: &Claim, tenant: &Tenant, at: Instant) -> bool {
    let is_deleted = tenant.status == TenantStatus::Deleted;
    let is_lost = |item: &Item| {
        let is_declined = matches!(claim.item_status(item), ItemStatus::Declined { .. });
        is_declined && (is_deleted || !has_item(claim, item, tenant))
    };
    undo_is_open(claim, at) && claim.items.iter().any(is_lost)
}

/// Whether a tenant's entry takes something from claims at it that `before` did not: the tenant, or one of its items.
pub fn takes_from_claims(before: &Tenant, next: &Tenant) -> bool {
    let had = |tenant: &Tenant, item: &ItemRef| {
        let runs = tenant.find_item(item).is_some_and(|own| own.state != TenantItemState::Ended);
        tenant.status != TenantStatus::Deleted && runs
    };
    let items = before.items.iter().map(|own| ItemRef { kind: own.kind, id: own.id.clone() });
    let is_deleted = |tenant: &Tenant| tenant.status == TenantStatus::Deleted;
    (is_deleted(next) && !is_deleted(before))
        || items.into_iter().any(|item| had(before, &item) && !had(next, &item))
}

/// Whether a tenant's entry may take recipients off the list of a claim at it: the list says whom.
pub fn contacts_loss(claim: &Claim, at: Instant) -> Option<DirectoryLoss> {
    asks_contacts(claim, at).then_some(DirectoryLoss::Contacts)
}
