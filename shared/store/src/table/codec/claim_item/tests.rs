//! The record: what is written is read again, and it stays within a kilobyte.

use chrono::{DateTime, Duration};
use domain::actor::{ActorId, ActorKind};
use domain::calendar::{
    BusinessCalendar, CountryCode, Subdivision, Tz, UnknownSubdivision, Window, Zone, count_window,
};
use domain::claim::{
    Basis, Claim, ExtensionCauses, HoldReason, Instant, Item, LastEvent, Mark, RejectionRecord,
    State, Status, Subject, UsedChances,
};
use domain::event::{EventType, Fingerprint};
use domain::ids::{
    Activity, ClaimId, FamilyId, ItemId, ItemNo, LocationId, NoticeNo, PartnerId, ProgramId,
    Sha256Hash, StaffId, TenantId, Version,
};
use domain::program::ItemKind;
use domain::reason::{EndReason, Reason, ReasonCode};
use domain::recipient::{Decliners, RecipientNo};
use proptest::prelude::*;

use super::{ClaimItem, Stamp, name, queue_of};
use crate::table::attributes::{Attributes, bytes_value, flag_value, number_value, text_value};
use crate::table::codec::details_item::withheld_placeholder;
use crate::table::error::StoreError;
use crate::table::write_id::WriteId;
use aws_sdk_dynamodb::types::AttributeValue;

fn at(millis: i64) -> Instant {
    DateTime::from_timestamp_millis(1_790_000_000_000 + millis).unwrap()
}

/// A window with a long way to its end: a week of closures in a subdivision with a long name.
pub(crate) fn long_window() -> Window {
    let argentina: CountryCode = "AR".parse().unwrap();
    let subdivision = Subdivision::parse(argentina, "X").ok();
    let zone: Tz = "America/Argentina/ComodRivadavia".parse().unwrap();
    let calendar = BusinessCalendar::new(argentina, subdivision, UnknownSubdivision::Any).unwrap();
    let delivered_at = DateTime::parse_from_rfc3339("2026-12-22T15:00:00Z").unwrap().to_utc();
    let first = delivered_at.date_naive();
    let closures = (1..=7).map(|days| first + Duration::days(days));
    count_window(delivered_at, 10, &calendar.with_closures(closures), &Zone::Known(zone)).unwrap()
}

/// A claim in which everything is there that a claim can have, with ten items of 36 characters.
pub(crate) fn largest(state: State, mark: Option<Mark>) -> Claim {
    with_items(state, mark, |no| format!("{no:x>36}"))
}

fn with_items(state: State, mark: Option<Mark>, id: impl Fn(u8) -> String) -> Claim {
    let items =
        (1..=10).map(|no| Item { no: ItemNo(no), id: ItemId::parse(&id(no)).unwrap(), mark });
    // Until when the holders may defend is no more of interest once the claim is validated.
    let is_before_a_notice = matches!(
        state.status(),
        Status::Draft
            | Status::Submitted
            | Status::InReview
            | Status::ActionRequired
            | Status::Disputed
            | Status::Rejected
            | Status::Withdrawn
            | Status::Discarded
    );
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
        defence_until: is_before_a_notice.then(|| at(1)),
        defence: Some(domain::claim::Defence { until: at(2), used: true }),
        notice: NoticeNo(12),
        content_hash: Some(Sha256Hash([7; 32])),
        deadline_calendar: None,
        disputed: true,
        extended: true,
        opened_by: Some(RecipientNo(23)),
        extended_by: ExtensionCauses::of_bits(0b11_1111).unwrap(),
        last_outage: 0,
        used: UsedChances { renewals: 5, refused_proposals: 2, undos: 3 },
        created_at: at(2),
        submitted_at: Some(at(3)),
        priority_at: Some(at(4)),
        details: withheld_placeholder().unwrap(),
        erased: false,
        last_event: LastEvent {
            event_type: EventType::AssociationEnded,
            at: at(5),
            actor: ActorKind::Operator,
            actor_id: Some(ActorId::Staff(
                StaffId::parse("6f3c0a50-0f6a-4c7e-9b1c-2f0a1f3e5d77").unwrap(),
            )),
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
    ClaimItem {
        claim,
        stamp: Stamp {
            details_hash,
            waiting_since,
            slow,
            write,
            annotation: Some(WriteId([4; 8])),
        },
    }
}

#[test]
fn an_erased_claim_is_read_as_one_and_takes_no_byte_more() {
    let kept = stored(largest(State::Withdrawn, None));
    let mut erased = kept.clone();
    erased.claim.erased = true;
    let (item, before) = (erased.to_attributes().unwrap(), kept.to_attributes().unwrap());
    assert_eq!(ClaimItem::from_item(&item).unwrap(), erased);
    assert_eq!(size(&item), size(&before));
}

/// The size by DynamoDB's rules.
pub(crate) fn size(item: &Attributes) -> usize {
    item.iter().map(|(name, value)| name.len() + value_size(value)).sum()
}

fn value_size(value: &AttributeValue) -> usize {
    let digits = |number: &String| number.len().div_ceil(2) + 1;
    #[expect(clippy::wildcard_enum_match_arm, reason = "no other kind is measured")]
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(number) => digits(number),
        AttributeValue::Ns(numbers) => numbers.iter().map(digits).sum(),
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::Bool(_) => 1,
        // A collection takes three bytes, and each of its members one.
        AttributeValue::L(list) => {
            3 + list.iter().map(|value| 1 + value_size(value)).sum::<usize>()
        }
        AttributeValue::M(map) => 3 + map.len() + size(map),
        other => panic!("not measured: {other:?}"),
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
        State::Unreachable { due_at: Some(at(10)), with_operator: true },
        State::Unreachable { due_at: None, with_operator: false },
        State::Unreachable { due_at: Some(at(10)), with_operator: false },
        State::AwaitingCustomer { window: long_window() },
        State::OnHold { reason: Some(HoldReason::CalendarEnds) },
        State::OnHold { reason: None },
        State::Associated { window: window.clone(), ends_at: Some(at(10)) },
        State::Rejected { rejection, disputable_until: Some(at(10)) },
        State::Declined { window: window.clone() },
        State::Withdrawn,
        State::Discarded,
        State::Ended { window, ends_at: Some(at(11)) },
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

/// Declined by several parties, at different times: the largest mark.
fn declined() -> Mark {
    let by = Decliners::ALL.without(Decliners::only_recipient(RecipientNo(3)));
    Mark::Declined {
        at: at(20),
        latest: at(4_000_000),
        by,
        in_time: true,
        no_answer: false,
        settled: true,
    }
}

#[test]
fn ten_items_of_36_characters_fit_in_a_kilobyte_in_every_state() {
    for mark in [ended(), declined()] {
        for state in every_state() {
            let claim = largest(state, Some(mark));
            let status = claim.status();
            let size = size(&stored(claim).to_attributes().unwrap());
            println!("{}: {size} bytes", status.as_str());
            assert!(size <= 1024, "{}: {size} bytes", status.as_str());
        }
    }
}

#[test]
fn with_uuids_for_items_every_other_id_may_have_36_characters_too() {
    let long = |text: &str| format!("{text:x>36}");
    for state in every_state() {
        let uuid = |no| format!("{no:0>8}-0000-4000-8000-000000000000");
        let mut claim = with_items(state, Some(declined()), uuid);
        claim.subject.partner = PartnerId::parse(&long("partner")).unwrap();
        claim.subject.location = LocationId::parse(&long("location")).ok();
        claim.subject.program = ProgramId::parse(&long("program")).unwrap();
        claim.subject.family = FamilyId::parse(&long("family")).unwrap();
        claim.subject.activity = Activity::parse(&long("activity")).ok();
        let size = size(&stored(claim).to_attributes().unwrap());
        assert!(size <= 1024, "{size} bytes");
    }
}

#[test]
fn what_is_stored_in_any_state_is_read_again() {
    for state in every_state() {
        for mark in [None, Some(Mark::Dropped), Some(ended()), Some(declined())] {
            let item = stored(largest(state.clone(), mark));
            assert_eq!(ClaimItem::from_item(&item.to_attributes().unwrap()).unwrap(), item);
        }
    }
}

#[test]
fn a_claim_submitted_at_once_keeps_one_instant_for_three() {
    let mut claim = largest(State::Submitted { due_at: None }, None);
    (claim.submitted_at, claim.priority_at) = (Some(claim.created_at), Some(claim.created_at));
    let item = stored(claim);
    let attributes = item.to_attributes().unwrap();
    assert!(!attributes.contains_key(name::SUBMITTED_AT));
    assert!(!attributes.contains_key(name::PRIORITY_AT));
    assert_eq!(ClaimItem::from_item(&attributes).unwrap(), item);
}

#[test]
fn a_claim_submitted_again_keeps_the_instant_in_its_index_key_and_one_taken_back_beside_it() {
    let states = [
        State::Submitted { due_at: None },
        State::Draft { discard_at: at(10), keeps_priority_until: Some(at(11)) },
        State::Discarded,
    ];
    for state in states {
        for submitted_at in [Some(at(9)), None] {
            let mut claim = largest(state.clone(), None);
            claim.submitted_at = submitted_at.or(claim.submitted_at);
            let item = stored(claim);
            let attributes = item.to_attributes().unwrap();
            let submitted = item.claim.status() == Status::Submitted;
            assert_eq!(attributes.contains_key(name::SUBMITTED_AT), !submitted);
            assert_eq!(ClaimItem::from_item(&attributes).unwrap(), item);
        }
    }
    let mut never = largest(State::Discarded, None);
    (never.submitted_at, never.priority_at) = (None, None);
    let item = stored(never);
    assert_eq!(ClaimItem::from_item(&item.to_attributes().unwrap()).unwrap(), item);
}

/// The record as it was before flags were one number, and declines had parties.
fn before(item: &ClaimItem, flags: &[&str]) -> Attributes {
    let mut attributes = item.to_attributes().unwrap();
    attributes.remove(name::FLAGS);
    attributes.insert(name::KIND.to_owned(), text_value("subscription"));
    for name in flags {
        attributes.insert((*name).to_owned(), flag_value(true).unwrap());
    }
    attributes
}

/// A claim with nothing that records from before do not have.
fn claim_from_before(state: State, mark: Option<Mark>) -> Claim {
    Claim {
        opened_by: None,
        extended_by: ExtensionCauses::default(),
        last_outage: 0,
        used: UsedChances::default(),
        ..largest(state, mark)
    }
}

#[test]
fn a_record_from_before_flags_were_one_number_is_read_as_it_was() {
    let all = [
        name::CONTESTED,
        name::DISPUTED,
        name::EXTENDED,
        name::EXPLICIT_YES,
        name::DEFENDED,
        name::OVERTURNED,
    ];
    let item = stored(claim_from_before(State::InReview { due_at: None, overturned: true }, None));
    let mut attributes = before(&item, &all);
    attributes.insert("rc".to_owned(), number_value(2));
    assert_eq!(ClaimItem::from_item(&attributes).unwrap(), item);
    for set in all {
        let read = ClaimItem::from_item(&before(&item, &[set])).unwrap().claim;
        let is_set = |name| name == set;
        assert_eq!(read.contested, is_set(name::CONTESTED));
        assert_eq!(read.disputed, is_set(name::DISPUTED));
        assert_eq!(read.extended, is_set(name::EXTENDED));
        assert_eq!(read.subject.explicit_yes, is_set(name::EXPLICIT_YES));
        assert_eq!(read.defence.unwrap().used, is_set(name::DEFENDED));
        let overturned = is_set(name::OVERTURNED);
        assert_eq!(read.state, State::InReview { due_at: None, overturned });
    }
}

#[test]
fn what_waits_or_is_held_in_a_record_from_before_is_the_partners_and_the_operators() {
    let unreachable = State::Unreachable { due_at: Some(at(10)), with_operator: false };
    for state in [unreachable, State::OnHold { reason: None }] {
        let item = stored(claim_from_before(state.clone(), None));
        assert_eq!(ClaimItem::from_item(&before(&item, &[])).unwrap().claim.state, state);
    }
}

#[test]
fn an_unknown_kind_or_flag_in_a_record_from_before_is_an_error() {
    let item = before(&stored(claim_from_before(State::Withdrawn, None)), &[]);
    let unknown =
        [(name::KIND, text_value("planet")), (name::CONTESTED, AttributeValue::Bool(false))];
    for (name, value) in unknown {
        let mut item = item.clone();
        item.insert(name.to_owned(), value);
        assert!(matches!(ClaimItem::from_item(&item), Err(StoreError::Corrupt(_))), "{name}");
    }
}

#[test]
fn who_rejected_is_read_from_text_as_from_bytes() {
    let rejection =
        |by: &str| RejectionRecord { by: Some(StaffId::parse(by).unwrap()), reasons: Vec::new() };
    for by in ["6f3c0a50-0f6a-4c7e-9b1c-2f0a1f3e5d77", "o.novak"] {
        let state = State::Rejected { rejection: rejection(by), disputable_until: None };
        let item = stored(largest(state, None));
        let mut attributes = item.to_attributes().unwrap();
        assert_eq!(ClaimItem::from_item(&attributes).unwrap(), item);
        attributes.insert(name::REJECTED_BY.to_owned(), text_value(by));
        assert_eq!(ClaimItem::from_item(&attributes).unwrap(), item);
        attributes.insert(name::REJECTED_BY.to_owned(), bytes_value([9, b'o']));
        assert!(matches!(ClaimItem::from_item(&attributes), Err(StoreError::Corrupt(_))));
    }
}

#[test]
fn a_no_from_before_parties_were_kept_is_the_administrators_and_silence_nobodys() {
    for (flags, by, no_answer) in
        [(0x41, Decliners::ADMINISTRATOR, false), (0x43, Decliners::NOBODY, true)]
    {
        let mut claim = largest(State::Declined { window: None }, None);
        claim.items.truncate(1);
        let mut attributes = stored(claim).to_attributes().unwrap();
        // One byte of kind and flags, and five of milliseconds since the creation.
        attributes.insert(name::MARKS.to_owned(), bytes_value([flags, 0, 0, 0, 0, 18]));
        let read = ClaimItem::from_item(&attributes).unwrap().claim;
        let (latest, in_time, settled) = (at(20), true, false);
        let mark = Mark::Declined { at: at(20), latest, by, in_time, no_answer, settled };
        assert_eq!(read.items.first().unwrap().mark, Some(mark));
    }
}

#[test]
fn a_no_of_one_party_takes_as_much_as_before_where_that_is_the_administrator() {
    let size_of = |by, latest| {
        let (in_time, no_answer, settled) = (true, false, false);
        let mark = Mark::Declined { at: at(20), latest, by, in_time, no_answer, settled };
        let item = stored(largest(State::OnHold { reason: None }, Some(mark))).to_attributes();
        item.unwrap()[name::MARKS].as_b().unwrap().as_ref().len()
    };
    assert_eq!(size_of(Decliners::ADMINISTRATOR, at(20)), 10 * 6);
    assert_eq!(size_of(Decliners::only_recipient(RecipientNo(1)), at(20)), 10 * 9);
    assert_eq!(size_of(Decliners::ADMINISTRATOR, at(21)), 10 * 14);
}

#[test]
fn index_keys_stand_only_where_the_operator_has_to_look() {
    for state in every_state() {
        let item = stored(largest(state, None));
        let queued = item.to_attributes().unwrap().contains_key(name::QUEUE);
        assert_eq!(queued, queue_of(item.claim.status()).is_some());
    }
}

#[test]
fn an_unknown_stored_value_is_an_error_and_never_a_default() {
    let item = stored(largest(State::OnHold { reason: None }, None)).to_attributes().unwrap();
    let unknown = [
        (name::STATUS, text_value("levitating")),
        (name::FLAGS, number_value(0)),
        (name::FLAGS, text_value("1")),
        (name::OPENED_BY, number_value(0)),
        (name::OPENED_BY, number_value(24)),
        (name::MARKS, crate::table::attributes::bytes_value([0xff; 10])),
        (name::ITEMS, crate::table::attributes::bytes_value([3, b'a', b'b'])),
        (name::EVENT, crate::table::attributes::bytes_value([0xee; 16])),
        (name::QUEUE, text_value("submitted")),
        (name::VERSION, text_value("7")),
        (name::DETAILS_HASH, crate::table::attributes::bytes_value([1, 2, 3])),
        (name::SLOW, AttributeValue::Bool(false)),
    ];
    for (name, value) in unknown {
        let mut item = item.clone();
        item.insert(name.to_owned(), value);
        assert!(matches!(ClaimItem::from_item(&item), Err(StoreError::Corrupt(_))), "{name}");
    }
}

#[test]
fn items_that_are_not_numbered_from_one_have_no_stored_form() {
    let mut claim = largest(State::OnHold { reason: None }, None);
    claim.items.remove(0);
    assert!(stored(claim).to_attributes().is_err());
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
        (time(), time(), 0..=Decliners::ALL.to_bits(), any::<[bool; 4]>()).prop_map(
            |(at, later, bits, [in_time, no_answer, settled, once])| {
                let latest = if once { at } else { later };
                let by = Decliners::of_bits(bits).unwrap();
                Some(Mark::Declined { at, latest, by, in_time, no_answer, settled })
            }
        ),
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
        let mut claim = largest(State::OnHold { reason: None }, None);
        for (item, mark) in claim.items.iter_mut().zip(marks) {
            item.mark = mark;
        }
        let item = stored(claim);
        prop_assert_eq!(ClaimItem::from_item(&item.to_attributes().unwrap()).unwrap(), item);
    }

    #[test]
    fn bytes_that_nobody_packed_are_refused_or_read_but_never_a_panic(bytes in any::<Vec<u8>>()) {
        let mut item = stored(largest(State::OnHold { reason: None }, None)).to_attributes().unwrap();
        item.insert(name::MARKS.to_owned(), crate::table::attributes::bytes_value(bytes));
        let _ = ClaimItem::from_item(&item);
    }
}
