//! From the claim to its record.

use domain::calendar::Window;
use domain::claim::{Claim, Instant, RejectionRecord, State};
use domain::reason::Reason;
use domain::turn::Who;

use super::flags::Flags;
use super::{ClaimItem, event, is_submitted, name, queue_of};
use crate::table::attributes::{Attributes, bytes, flag, instant, key, number, put, text};
use crate::table::codec::packing;
use crate::table::error::StoreError;
use crate::table::keys;

impl ClaimItem {
    /// The record. Every attribute that says nothing is left out.
    ///
    /// # Errors
    /// `Corrupt` for a claim that has no stored form: items not numbered from 1 on.
    pub(crate) fn attributes(&self) -> Result<Attributes, StoreError> {
        let claim = &self.claim;
        let mut item = key(keys::claim(&claim.id), keys::RECORD);
        put(&mut item, name::VERSION, Some(number(claim.version.0)));
        put(&mut item, name::STATUS, Some(text(claim.status().as_str())));
        put(&mut item, name::SLOW, flag(self.stamp.slow));
        put(&mut item, name::OPENED_BY, claim.opened_by.map(|no| number(no.0)));
        put(&mut item, name::FLAGS, Some(number(Flags::of(claim).pack())));
        put(&mut item, name::DETAILS_HASH, Some(bytes(self.stamp.details_hash.0)));
        put(&mut item, name::EVENT, Some(event::attribute(&claim.last_event, self.stamp.write)));
        put(&mut item, name::ANNOTATION, self.stamp.annotation.map(|write| bytes(write.0)));
        indexes(self, &mut item);
        subject(claim, &mut item);
        items(claim, &mut item)?;
        history(claim, &mut item);
        state(&claim.state, &mut item);
        Ok(item)
    }
}

fn indexes(stored: &ClaimItem, item: &mut Attributes) {
    let claim = &stored.claim;
    let (id, partner, created_at) = (&claim.id, &claim.subject.partner, claim.created_at);
    let tenant = text(claim.subject.tenant.as_str());
    put(item, name::PARTNER, Some(text(partner.as_str())));
    put(item, name::PARTNER_SORT, Some(text(partner_sort(claim))));
    if is_submitted(claim.status()) {
        put(item, name::TENANT, Some(tenant));
        put(item, name::TENANT_SORT, Some(text(keys::by_partner(partner, created_at, id))));
    } else {
        put(item, name::TENANT_OF_DRAFT, Some(tenant));
    }
    if let (Some(queue), Some(since)) = (queue_of(claim.status()), stored.stamp.waiting_since) {
        put(item, name::QUEUE, Some(text(queue)));
        put(item, name::QUEUE_SORT, Some(text(keys::by_time(since, id))));
    }
    if waits_for_partner(claim) {
        put(item, name::TURN_SORT, Some(text(keys::by_end_of_turn(claim.state.until(), id))));
    }
}

/// Whether it is the partner's turn, or was until a moment that has passed meanwhile: a rejection becomes final without
/// a write. Whoever asks the index asks for turns that have not ended.
fn waits_for_partner(claim: &Claim) -> bool {
    let is_final = matches!(claim.state, State::Rejected { disputable_until: None, .. });
    claim.state.turn() == Who::Partner && !is_final && !claim.erased
}

/// Where the claim stands in its partner's index: by its submission, or apart by its creation.
fn partner_sort(claim: &Claim) -> String {
    let (id, created_at) = (&claim.id, claim.created_at);
    if is_submitted(claim.status()) {
        return keys::by_time(claim.submitted_at.unwrap_or(created_at), id);
    }
    let is_discarded = matches!(claim.state, State::Discarded);
    keys::unsubmitted(if is_discarded { keys::DISCARDED } else { keys::DRAFTS }, created_at, id)
}

fn subject(claim: &Claim, item: &mut Attributes) {
    let subject = &claim.subject;
    let family = subject.family.as_str();
    let other_family = (family != subject.program.as_str()).then(|| text(family));
    put(item, name::LOCATION, subject.location.as_ref().map(|id| text(id.as_str())));
    put(item, name::PROGRAM, Some(text(subject.program.as_str())));
    put(item, name::POLICY, Some(number(subject.policy_version)));
    put(item, name::FAMILY, other_family);
    put(item, name::ACTIVITY, subject.activity.as_ref().map(|id| text(id.as_str())));
}

fn items(claim: &Claim, item: &mut Attributes) -> Result<(), StoreError> {
    let unstorable = |name| move || StoreError::unreadable("claim", name);
    let ids = packing::pack_items(&claim.items).ok_or_else(unstorable(name::ITEMS))?;
    let marks = packing::pack_marks(&claim.items, claim.created_at);
    let marks = marks.ok_or_else(unstorable(name::MARKS))?;
    put(item, name::ITEMS, Some(bytes(ids)));
    put(item, name::MARKS, (!marks.is_empty()).then(|| bytes(marks)));
    Ok(())
}

fn history(claim: &Claim, item: &mut Attributes) {
    let notice = (claim.notice.0 > 0).then(|| number(claim.notice.0));
    // Else the index key of the partner has it.
    let submitted_at = claim.submitted_at.filter(|_| !is_submitted(claim.status()));
    let priority_at = claim.priority_at.filter(|at| Some(*at) != claim.submitted_at);
    put(item, name::DEFENCE_UNTIL, claim.defence_until.map(instant));
    put(item, name::DEFENCE, claim.defence.map(|defence| instant(defence.until)));
    put(item, name::NOTICE, notice);
    put(item, name::LAST_OUTAGE, (claim.last_outage > 0).then(|| number(claim.last_outage)));
    put(item, name::CALENDAR, claim.deadline_calendar.as_ref().map(|own| text(own.to_string())));
    put(item, name::CONTENT_HASH, claim.content_hash.map(|hash| bytes(hash.0)));
    put(item, name::SUBMITTED_AT, submitted_at.map(instant));
    put(item, name::PRIORITY_AT, priority_at.map(instant));
}

fn state(state: &State, item: &mut Attributes) {
    match state {
        State::Draft { discard_at, keeps_priority_until } => {
            until(Some(*discard_at), item);
            put(item, name::KEEPS_PRIORITY_UNTIL, keeps_priority_until.map(instant));
        }
        State::Submitted { due_at }
        | State::InReview { due_at, .. }
        | State::Unreachable { due_at, .. } => until(*due_at, item),
        State::ActionRequired { reasons, answer_by, .. } => {
            until(Some(*answer_by), item);
            put_reasons(reasons, item);
        }
        State::Disputed { rejection, due_at } => {
            until(*due_at, item);
            put_rejection(rejection, item);
        }
        State::Rejected { rejection, disputable_until } => {
            until(*disputable_until, item);
            put_rejection(rejection, item);
        }
        State::Notifying { deliver_by } => until(Some(*deliver_by), item),
        State::AwaitingCustomer { window } => put_window(Some(window), item),
        State::Associated { window, ends_at } | State::Ended { window, ends_at } => {
            until(*ends_at, item);
            put_window(window.as_ref(), item);
        }
        State::Declined { window } => put_window(window.as_ref(), item),
        State::OnHold { .. } | State::Withdrawn | State::Discarded => {}
    }
}

fn until(at: Option<Instant>, item: &mut Attributes) {
    put(item, name::UNTIL, at.map(instant));
}

fn put_window(window: Option<&Window>, item: &mut Attributes) {
    let Some(window) = window else { return };
    put(item, name::WINDOW, Some(text(window.pack().as_str())));
    put(item, name::DELIVERED_AT, Some(instant(window.delivered_at)));
    put(item, name::CLOSES_AT, Some(instant(window.closes_at)));
}

fn put_rejection(rejection: &RejectionRecord, item: &mut Attributes) {
    put(
        item,
        name::REJECTED_BY,
        rejection.by.as_ref().map(|id| bytes(packing::packed_id(id.as_str()))),
    );
    put_reasons(&rejection.reasons, item);
}

fn put_reasons(reasons: &[Reason], item: &mut Attributes) {
    put(item, name::REASONS, Some(bytes(packing::pack_reasons(reasons))));
}
