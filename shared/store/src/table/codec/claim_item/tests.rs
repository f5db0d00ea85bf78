//! The record: what is written is read again, and it stays within a kilobyte.

use chrono::{DateTime, Duration};
use domain::actor::ActorKind;
use domain::calendar::{
    BusinessCalendar, CountryCode, Subdivision, Tz, UnknownSubdivision, Window, Zone, window,
};
use domain::claim::{
    Basis, Claim, Instant, Item, LastEvent, Mark, RejectionRecord, State, Status, Subject,
};
use domain::event::{EventType, Fingerprint};
use domain::ids::{
    Activity, ClaimId, FamilyId, ItemId, ItemNo, LocationId, NoticeNo, PartnerId, ProgramId,
    Sha256Hash, StaffId, TenantId, Version,
};
use domain::program::ItemKind;
use domain::reason::{EndReason, Reason, ReasonCode};
use proptest::prelude::*;

use super::{ClaimItem, Stamp, name, queue_of};
use crate::table::attributes::{Attributes, text};
use crate::table::codec::details_item::withheld;
use crate::table::error::StoreError;
use crate::table::write_id::WriteId;
use aws_sdk_dynamodb::types::AttributeValue;

fn at(millis: i64) -> Instant {
    DateTime::from_timestamp_millis(1_790_000_000_000 + millis).unwrap()
}

/// A window with a long way to its end: a week of closures in a subdivision with a long name.
fn long_window() -> Window {
    let argentina: CountryCode = "AR".parse().unwrap();
    let subdivision = Subdivision::parse(argentina, "X").ok();
    let zone: Tz = "America/Argentina/ComodRivadavia".parse().unwrap();
    let calendar = BusinessCalendar::new(argentina, subdivision, UnknownSubdivision::Any).unwrap();
    let delivered_at = DateTime::parse_from_rfc3339("2026-12-22T15:00:00Z").unwrap().to_utc();
    let first = delivered_at.date_naive();
    let closures = (1..=7).map(|days| first + Duration::days(days));
    window(delivered_at, 10, &calendar.with_closures(closures), &Zone::Known(zone)).unwrap()
}

/// A claim in which everything is there that a claim can have, with ten items of 36 characters.
pub(crate) fn largest(state: State, mark: Option<Mark>) -> Claim {
    with_items(state, mark, |no| format!("{no:x>36}"))
}

fn with_items(state: State, mark: Option<Mark>, id: impl Fn(u8) -> String) -> Claim {
    let items =
        (1..=10).map(|no| Item { no: ItemNo(no), id: ItemId::parse(&id(no)).unwrap(), mark });
    Claim {
        id: ClaimId::of(&PartnerId::parse("p").unwrap(), "k"),
        version: Version(123_456),
        subject: Subject {
            partner: PartnerId::parse("p-borealis").unwrap(),
            location: Some(LocationId::parse("4712").unwrap()),
            program: ProgramId::parse("osu-business-apps").unwrap(),
            policy_version: 12,
            family: FamilyId::parse("osu-business-apps").unwrap(),
            kind: ItemKind::Subscription,
            activity: Some(Activity::parse("presales").unwrap()),
            tenant: TenantId::parse("6f3c0a50-0f6a-4c7e-9b1c-2f0a1f3e5d77").unwrap(),
            explicit_yes: true,
        },
        items: items.collect(),
        state,
        contested: true,
        defence_until: Some(at(1)),
        defence: Some(domain::claim::Defence { until: at(2), used: true }),
        notice: NoticeNo(12),
        content_hash: Some(Sha256Hash([7; 32])),
        disputed: true,
        refused_contacts: 2,
        extended: true,
        created_at: at(2),
        submitted_at: Some(at(3)),
        priority_at: Some(at(4)),
        details: withheld().unwrap(),
        last_event: LastEvent {
            event_type: EventType::AssociationEnded,
            at: at(5),
            actor: ActorKind::Operator,
            actor_id: Some(StaffId::parse("6f3c0a50-0f6a-4c7e-9b1c-2f0a1f3e5d77").unwrap()),
            by_silence: false,
            fingerprint: Some(Fingerprint([9; 16])),
        },
    }
}

fn stored(claim: Claim) -> ClaimItem {
    let waiting_since = queue_of(claim.status()).map(|_| at(6));
    let slow = claim.status() == Status::AwaitingCustomer;
    let write = WriteId([3; 8]);
    let details_hash = Sha256Hash([5; 32]);
    ClaimItem { claim, stamp: Stamp { details_hash, waiting_since, slow, write } }
}

/// The size by DynamoDB's rules.
fn size(item: &Attributes) -> usize {
    item.iter().map(|(name, value)| name.len() + value_size(value)).sum()
}

fn value_size(value: &AttributeValue) -> usize {
    #[expect(clippy::wildcard_enum_match_arm, reason = "no other kind stands in a record")]
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(digits) => digits.len().div_ceil(2) + 1,
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::Bool(_) => 1,
        other => panic!("not used in a claim: {other:?}"),
    }
}

/// One state of every kind, with as much in it as it can have.
fn every_state() -> Vec<State> {
    let reasons: Vec<_> = (1..=10)
        .map(|no| Reason {
            code: ReasonCode::EvidenceNoCustomerAcknowledgement,
            item_no: Some(ItemNo(no)),
        })
        .collect();
    let by = Some(StaffId::parse("6f3c0a50-0f6a-4c7e-9b1c-2f0a1f3e5d77").unwrap());
    let rejection = RejectionRecord { by, reasons: reasons.clone() };
    let window = Some(long_window());
    vec![
        State::Draft { discard_at: at(10), keeps_priority_until: Some(at(11)) },
        State::Submitted { due_at: Some(at(10)) },
        State::InReview { due_at: Some(at(10)), overturned: true },
        State::ActionRequired { reasons, answer_by: at(10), overturned: true },
        State::Disputed { rejection: rejection.clone(), due_at: None },
        State::Notifying { deliver_by: at(10) },
        State::Unreachable { correct_by: at(10) },
        State::AwaitingCustomer { window: long_window() },
        State::OnHold,
        State::Associated { window: window.clone(), ends_at: Some(at(10)) },
        State::Rejected { rejection, disputable_until: Some(at(10)) },
        State::Declined { window: window.clone() },
        State::Withdrawn,
        State::Discarded,
        State::Ended { window },
    ]
}

fn ended() -> Mark {
    Mark::Ended {
        reason: EndReason::OperatorRevoked,
        at: at(20),
        basis: Basis::Explicit,
        effective_at: at(21),
    }
}

#[test]
fn ten_items_of_36_characters_fit_in_a_kilobyte_in_every_state() {
    for state in every_state() {
        let claim = largest(state, Some(ended()));
        let status = claim.status();
        let size = size(&stored(claim).attributes().unwrap());
        println!("{}: {size} bytes", status.as_str());
        assert!(size <= 1024, "{}: {size} bytes", status.as_str());
    }
}

#[test]
fn with_uuids_for_items_every_other_id_may_have_36_characters_too() {
    let long = |text: &str| format!("{text:x>36}");
    for state in every_state() {
        let uuid = |no| format!("{no:0>8}-0000-4000-8000-000000000000");
        let mut claim = with_items(state, Some(ended()), uuid);
        claim.subject.partner = PartnerId::parse(&long("partner")).unwrap();
        claim.subject.location = LocationId::parse(&long("location")).ok();
        claim.subject.program = ProgramId::parse(&long("program")).unwrap();
        claim.subject.family = FamilyId::parse(&long("family")).unwrap();
        claim.subject.activity = Activity::parse(&long("activity")).ok();
        let size = size(&stored(claim).attributes().unwrap());
        assert!(size <= 1024, "{size} bytes");
    }
}

#[test]
fn what_is_stored_in_any_state_is_read_again() {
    for state in every_state() {
        for mark in [None, Some(Mark::Dropped), Some(ended())] {
            let item = stored(largest(state.clone(), mark));
            assert_eq!(ClaimItem::read(&item.attributes().unwrap()).unwrap(), item);
        }
    }
}

#[test]
fn a_claim_submitted_at_once_keeps_one_instant_for_three() {
    let mut claim = largest(State::Submitted { due_at: None }, None);
    (claim.submitted_at, claim.priority_at) = (Some(claim.created_at), Some(claim.created_at));
    let item = stored(claim);
    let attributes = item.attributes().unwrap();
    assert!(!attributes.contains_key(name::SUBMITTED_AT));
    assert!(!attributes.contains_key(name::PRIORITY_AT));
    assert_eq!(ClaimItem::read(&attributes).unwrap(), item);
}

#[test]
fn index_keys_stand_only_where_the_operator_has_to_look() {
    for state in every_state() {
        let item = stored(largest(state, None));
        let queued = item.attributes().unwrap().contains_key(name::QUEUE);
        assert_eq!(queued, queue_of(item.claim.status()).is_some());
    }
}

#[test]
fn an_unknown_stored_value_is_an_error_and_never_a_default() {
    let item = stored(largest(State::OnHold, None)).attributes().unwrap();
    let unknown = [
        (name::STATUS, text("levitating")),
        (name::KIND, text("planet")),
        (name::MARKS, crate::table::attributes::bytes([0xff; 10])),
        (name::ITEMS, crate::table::attributes::bytes([3, b'a', b'b'])),
        (name::EVENT, crate::table::attributes::bytes([0xee; 16])),
        (name::QUEUE, text("submitted")),
        (name::VERSION, text("7")),
        (name::DETAILS_HASH, crate::table::attributes::bytes([1, 2, 3])),
        (name::CONTESTED, AttributeValue::Bool(false)),
    ];
    for (name, value) in unknown {
        let mut item = item.clone();
        item.insert(name.to_owned(), value);
        assert!(matches!(ClaimItem::read(&item), Err(StoreError::Corrupt(_))), "{name}");
    }
}

#[test]
fn items_that_are_not_numbered_from_one_have_no_stored_form() {
    let mut claim = largest(State::OnHold, None);
    claim.items.remove(0);
    assert!(stored(claim).attributes().is_err());
}

fn any_mark() -> impl Strategy<Value = Option<Mark>> {
    let time = || (0_i64..4_000_000_000).prop_map(at);
    let basis = || prop_oneof![Just(Basis::Deemed), Just(Basis::Explicit)];
    let reason = proptest::sample::select(EndReason::ALL);
    prop_oneof![
        Just(None),
        Just(Some(Mark::Dropped)),
        Just(Some(Mark::Withdrawn)),
        Just(Some(Mark::Rejected)),
        (time(), any::<[bool; 3]>()).prop_map(|(at, [in_time, no_answer, settled])| {
            Some(Mark::Declined { at, in_time, no_answer, settled })
        }),
        (time(), basis())
            .prop_map(|(effective_at, basis)| Some(Mark::Active { basis, effective_at })),
        (reason, time(), basis(), time()).prop_map(|(reason, at, basis, effective_at)| Some(
            Mark::Ended { reason, at, basis, effective_at }
        )),
    ]
}

proptest! {
    #[test]
    fn marks_survive_packing(marks in proptest::collection::vec(any_mark(), 10)) {
        let mut claim = largest(State::OnHold, None);
        for (item, mark) in claim.items.iter_mut().zip(marks) {
            item.mark = mark;
        }
        let item = stored(claim);
        prop_assert_eq!(ClaimItem::read(&item.attributes().unwrap()).unwrap(), item);
    }

    #[test]
    fn bytes_that_nobody_packed_are_refused_or_read_but_never_a_panic(bytes in any::<Vec<u8>>()) {
        let mut item = stored(largest(State::OnHold, None)).attributes().unwrap();
        item.insert(name::MARKS.to_owned(), crate::table::attributes::bytes(bytes));
        let _ = ClaimItem::read(&item);
    }
}
