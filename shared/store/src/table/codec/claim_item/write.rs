//! From the claim to its record.

use domain::calendar::Window;
use domain::claim::{Claim, Instant, RejectionRecord, State};
use domain::reason::Reason;
use domain::turn::Who;

use super::flags::Flags;
use super::{ClaimItem, event, is_submitted, name, queue_of};
use crate::table::attributes::{
    Attributes, bytes_value, flag_value, instant_value, item_key, number_value, put_value,
    text_value,
};
use crate::table::codec::packing;
use crate::table::error::StoreError;
use crate::table::keys;

impl ClaimItem {
    /// The record. Every attribute that says nothing is left out.
    ///
    /// # Errors
    /// `Corrupt` for a claim that has no stored form: items not numbered from 1 on.
    pub(crate) fn to_attributes(&self) -> Result<Attributes, StoreError> {
        let claim = &self.claim;
        let mut item = item_key(keys::claim_pk(&claim.id), keys::RECORD);
        put_value(&mut item, name::VERSION, Some(number_value(claim.version.0)));
        put_value(&mut item, name::STATUS, Some(text_value(claim.status().as_str())));
        put_value(&mut item, name::SLOW, flag_value(self.stamp.slow));
        put_value(&mut item, name::OPENED_BY, claim.opened_by.map(|no| number_value(no.0)));
        put_value(&mut item, name::FLAGS, Some(number_value(Flags::of(claim).pack())));
        put_value(&mut item, name::DETAILS_HASH, Some(bytes_value(self.stamp.details_hash.0)));
        put_value(
            &mut item,
            name::EVENT,
            Some(event::pack_event(&claim.last_event, self.stamp.write)),
        );
        put_value(
            &mut item,
            name::ANNOTATION,
            self.stamp.annotation.map(|write| bytes_value(write.0)),
        );
        write_indexes(self, &mut item);
        write_subject(claim, &mut item);
        write_items(claim, &mut item)?;
        write_history(claim, &mut item);
        write_state(&claim.state, &mut item);
        Ok(item)
    }
}

fn write_indexes(stored: &ClaimItem, item: &mut Attributes) {
    let claim = &stored.claim;
    let (id, partner, created_at) = (&claim.id, &claim.subject.partner, claim.created_at);
    let tenant = text_value(claim.subject.tenant.as_str());
    put_value(item, name::PARTNER, Some(text_value(partner.as_str())));
    put_value(item, name::PARTNER_SORT, Some(text_value(partner_sort(claim))));
    if is_submitted(claim.status()) {
        put_value(item, name::TENANT, Some(tenant));
        put_value(
            item,
            name::TENANT_SORT,
            Some(text_value(keys::by_partner(partner, created_at, id))),
        );
    } else {
        put_value(item, name::TENANT_OF_DRAFT, Some(tenant));
    }
    if let (Some(queue), Some(since)) = (queue_of(claim.status()), stored.stamp.waiting_since) {
        put_value(item, name::QUEUE, Some(text_value(queue)));
        put_value(item, name::QUEUE_SORT, Some(text_value(keys::by_time(since, id))));
    }
    if waits_for_partner(claim) {
        put_value(
            item,
            name::TURN_SORT,
            Some(text_value(keys::by_end_of_turn(claim.state.runs_until(), id))),
        );
    }
}

/// Whether it is the partner's turn, or was until a moment that has passed meanwhile: a rejection becomes final without
/// a write. Whoever asks the index asks for turns that have not ended.
fn waits_for_partner(claim: &Claim) -> bool {
    let is_final = matches!(claim.state, State::Rejected { disputable_until: None, .. });
    claim.state.whose_turn() == Who::Partner && !is_final && !claim.erased
}

/// Where the claim stands in its partner's index: by its submission, or apart by its creation.
fn partner_sort(claim: &Claim) -> String {
    let (id, created_at) = (&claim.id, claim.created_at);
    if is_submitted(claim.status()) {
        return keys::by_time(claim.submitted_at.unwrap_or(created_at), id);
    }
    let is_discarded = matches!(claim.state, State::Discarded);
    keys::unsubmitted_sk(if is_discarded { keys::DISCARDED } else { keys::DRAFTS }, created_at, id)
}

fn write_subject(claim: &Claim, item: &mut Attributes) {
    let subject = &claim.subject;
    let family = subject.family.as_str();
    let other_family = (family != subject.program.as_str()).then(|| text_value(family));
    put_value(item, name::LOCATION, subject.location.as_ref().map(|id| text_value(id.as_str())));
    put_value(item, name::PROGRAM, Some(text_value(subject.program.as_str())));
    put_value(item, name::POLICY, Some(number_value(subject.policy_version)));
    put_value(item, name::FAMILY, other_family);
    put_value(item, name::ACTIVITY, subject.activity.as_ref().map(|id| text_value(id.as_str())));
}

fn write_items(claim: &Claim, item: &mut Attributes) -> Result<(), StoreError> {
    let unstorable = |name| move || StoreError::unreadable_attribute("claim", name);
    let ids = packing::pack_items(&claim.items).ok_or_else(unstorable(name::ITEMS))?;
    let marks = packing::pack_marks(&claim.items, claim.created_at);
    let marks = marks.ok_or_else(unstorable(name::MARKS))?;
    put_value(item, name::ITEMS, Some(bytes_value(ids)));
    put_value(item, name::MARKS, (!marks.is_empty()).then(|| bytes_value(marks)));
    Ok(())
}

fn write_history(claim: &Claim, item: &mut Attributes) {
    let notice = (claim.notice.0 > 0).then(|| number_value(claim.notice.0));
    // Else the index key of the partner has it.
    let submitted_at = claim.submitted_at.filter(|_| !is_submitted(claim.status()));
    let priority_at = claim.priority_at.filter(|at| Some(*at) != claim.submitted_at);
    put_value(item, name::DEFENCE_UNTIL, claim.defence_until.map(instant_value));
    put_value(item, name::DEFENCE, claim.defence.map(|defence| instant_value(defence.until)));
    put_value(item, name::NOTICE, notice);
    put_value(
        item,
        name::LAST_OUTAGE,
        (claim.last_outage > 0).then(|| number_value(claim.last_outage)),
    );
    put_value(
        item,
        name::CALENDAR,
        claim.deadline_calendar.as_ref().map(|own| text_value(own.to_string())),
    );
    put_value(item, name::CONTENT_HASH, claim.content_hash.map(|hash| bytes_value(hash.0)));
    put_value(item, name::SUBMITTED_AT, submitted_at.map(instant_value));
    put_value(item, name::PRIORITY_AT, priority_at.map(instant_value));
}

fn write_state(state: &State, item: &mut Attributes) {
    match state {
        State::Draft { discard_at, keeps_priority_until } => {
            write_until(Some(*discard_at), item);
            put_value(item, name::KEEPS_PRIORITY_UNTIL, keeps_priority_until.map(instant_value));
        }
        State::Submitted { due_at }
        | State::InReview { due_at, .. }
        | State::Unreachable { due_at, .. } => write_until(*due_at, item),
        State::ActionRequired { reasons, answer_by, .. } => {
            write_until(Some(*answer_by), item);
            put_reasons(reasons, item);
        }
        State::Disputed { rejection, due_at } => {
            write_until(*due_at, item);
            put_rejection(rejection, item);
        }
        State::Rejected { rejection, disputable_until } => {
            write_until(*disputable_until, item);
            put_rejection(rejection, item);
        }
        State::Notifying { deliver_by } => write_until(Some(*deliver_by), item),
        State::AwaitingCustomer { window } => put_window(Some(window), item),
        State::Associated { window, ends_at } | State::Ended { window, ends_at } => {
            write_until(*ends_at, item);
            put_window(window.as_ref(), item);
        }
        State::Declined { window } => put_window(window.as_ref(), item),
        State::OnHold { .. } | State::Withdrawn | State::Discarded => {}
    }
}

fn write_until(at: Option<Instant>, item: &mut Attributes) {
    put_value(item, name::UNTIL, at.map(instant_value));
}

fn put_window(window: Option<&Window>, item: &mut Attributes) {
    let Some(window) = window else { return };
    put_value(item, name::WINDOW, Some(text_value(window.pack().as_str())));
    put_value(item, name::DELIVERED_AT, Some(instant_value(window.delivered_at)));
    put_value(item, name::CLOSES_AT, Some(instant_value(window.closes_at)));
}

fn put_rejection(rejection: &RejectionRecord, item: &mut Attributes) {
    put_value(
        item,
        name::REJECTED_BY,
        rejection.by.as_ref().map(|id| bytes_value(packing::packed_id(id.as_str()))),
    );
    put_reasons(&rejection.reasons, item);
}

fn put_reasons(reasons: &[Reason], item: &mut Attributes) {
    put_value(item, name::REASONS, Some(bytes_value(packing::pack_reasons(reasons))));
}
