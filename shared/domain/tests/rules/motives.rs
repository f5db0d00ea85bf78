//! Why a party says no, takes a claim back, or ends an association.

use domain::actor::{Actor, ActorKind};
use domain::command::{Command, ItemSelection};
use domain::event::{Event, EventType};
use domain::history::{Annotation, Audience, Entry, ReadableEntry, SealedEntry};
use domain::ids::ItemNo;
use domain::motive::Motive;
use domain::rejection::{FieldCode, FieldError, Hint, Rejection};

use crate::given::*;

fn refusal(names: &'static [&'static str]) -> Rejection {
    let error = FieldError::new("/reason_code", FieldCode::UnknownCode);
    Rejection::Fields(vec![error.with_hint(Hint::OneOf(names))])
}

fn ends(motive: Option<Motive>) -> Command {
    Command::End { item: ItemNo(1), comment: Some(comment()), motive }
}

#[test]
fn each_side_has_reasons_of_its_own() {
    let sides: [(Actor, &[Motive], &'static [&'static str]); 3] = [
        (administrator(), Motive::OF_CUSTOMER, Motive::CUSTOMER_NAMES),
        (alpine(), Motive::OF_PARTNER, Motive::PARTNER_NAMES),
        (operator(), Motive::OF_OPERATOR, Motive::OPERATOR_NAMES),
    ];
    for (actor, own, names) in sides {
        for motive in Motive::ALL {
            let ended =
                Given::associated().when(&ends(Some(*motive)), actor.clone(), after_grace());
            if own.contains(motive) {
                assert_eq!(ended.unwrap().unwrap().motive, Some(*motive), "{actor:?}");
            } else {
                assert_eq!(ended, Err(refusal(names)), "{actor:?} {motive:?}");
            }
        }
    }
}

#[test]
fn a_withdrawal_says_why_with_a_partners_reason() {
    for motive in Motive::ALL {
        let withdraw = Command::Withdraw { motive: *motive, comment: None };
        let withdrawn = Given::awaiting().when(&withdraw, alpine(), delivered_at());
        if Motive::OF_PARTNER.contains(motive) {
            assert_eq!(withdrawn.unwrap().unwrap().motive, Some(*motive));
        } else {
            assert_eq!(withdrawn, Err(refusal(Motive::PARTNER_NAMES)), "{motive:?}");
        }
    }
}

#[test]
fn a_no_need_not_say_why_and_one_that_changes_nothing_keeps_no_reason() {
    let no = |motive| Command::Decline { items: ItemSelection::All, motive };
    let given = Given::awaiting();
    for motive in [None, Some(Motive::NotOurPartner)] {
        for actor in [link(), administrator()] {
            let event = given.when(&no(motive), actor, delivered_at()).unwrap().unwrap();
            assert_eq!(event.motive, motive);
        }
    }
    let declined = given.then(&no(None), administrator(), delivered_at());
    let again = declined.when(&no(Some(Motive::Other)), administrator(), delivered_at());
    assert_eq!(again, Ok(None));
    let partners = Some(Motive::ClaimedInError);
    assert_eq!(
        Given::awaiting().when(&no(partners), link(), delivered_at()),
        Err(refusal(Motive::CUSTOMER_NAMES))
    );
}

#[test]
fn a_no_without_a_reason_is_the_same_command_as_before_there_were_reasons() {
    let text = serde_json::to_string(&decline(&[1])).unwrap();
    assert_eq!(text, r#"{"decline":{"items":{"these":[1]}}}"#);
}

/// Who reads the reason of an event that `command` leads to.
fn readers(
    given: Given,
    command: &Command,
    actor: Actor,
    at: domain::claim::Instant,
) -> Vec<Audience> {
    let event = given.when(command, actor.clone(), at).unwrap().unwrap();
    let old = given.claim.clone();
    let new = given.then(command, actor, at).claim;
    let annotation = Annotation::of(&old, &new, &event);
    let entry = Entry::of(Some(&old), &new, KEY).with_annotation(&annotation);
    assert_eq!(entry.members.reason_code, event.motive);
    let sealed = SealedEntry::of(&entry, KEY);
    let reads = |audience: &Audience| {
        let shown = sealed.with_readable_parts(audience.readable_parts());
        match shown.to_readable().unwrap() {
            ReadableEntry::Event(read) => read.members.reason_code == event.motive,
            ReadableEntry::Withheld(_) => false,
        }
    };
    Audience::ALL.iter().copied().filter(reads).collect()
}

#[test]
fn a_partner_never_reads_why_its_customer_says_no_and_a_customer_not_why_a_claim_is_withdrawn() {
    let customers = [Audience::Customer, Audience::Staff];
    let no = Command::Decline { items: ItemSelection::All, motive: Some(Motive::NotOurPartner) };
    assert_eq!(readers(Given::awaiting(), &no, link(), delivered_at()), customers);
    assert_eq!(readers(Given::associated(), &no, administrator(), after_grace()), customers);
    let end = ends(Some(Motive::WrongItems));
    assert_eq!(readers(Given::associated(), &end, administrator(), after_grace()), customers);
    let partners = [Audience::Partner, Audience::Staff];
    assert_eq!(readers(Given::awaiting(), &withdraw(), alpine(), delivered_at()), partners);
    let ended = ends(Some(Motive::CustomerRequest));
    for actor in [alpine(), operator()] {
        let all = readers(Given::associated(), &ended, actor, after_grace());
        assert_eq!(all, Audience::ALL);
    }
}

#[test]
fn an_entry_and_an_annotation_from_before_there_were_reasons_are_read() {
    let given = Given::awaiting();
    let new = given.clone().then(&withdraw(), alpine(), delivered_at()).claim;
    let entry = Entry::of(Some(&given.claim), &new, KEY);
    let text = serde_json::to_string(&entry).unwrap();
    assert!(!text.contains("reason_code"), "{text}");
    let read: Entry = serde_json::from_str(&text).unwrap();
    assert_eq!((read.members.reason_code, read.event_type), (None, EventType::Withdrawn));
    let event = read.event(Some(&given.claim)).unwrap();
    assert_eq!((event.actor, event.motive), (ActorKind::Partner, None));
    let annotation: Annotation = serde_json::from_str("{}").unwrap();
    assert_eq!(annotation, Annotation::default());
    let said = Event { motive: Some(Motive::Other), ..event };
    assert!(!Annotation::of(&given.claim, &new, &said).is_empty());
}
