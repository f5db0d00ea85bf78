//! By whom and of a claim in which states each event can come: a golden table, and what would be a forgery.

use std::fmt::Write;

use domain::actor::{Actor, ActorId, ActorKind, Party};
use domain::claim::Status;
use domain::command::CommandKind;
use domain::event::{Event, EventBody, EventType, Origin};
use domain::ids::{ItemNo, PersonId, StaffId, Version};
use domain::reason::EndReason;
use domain::recipient::RecipientNo;

use crate::given::*;
use crate::table::{of_kind, prepared};

fn origin(status: Option<Status>, actor: ActorKind) -> Origin<'static> {
    Origin { status, actor, actor_id: None, by_silence: false }
}

/// Who may have made the event of a claim in that state, and whether silence may.
fn parties(made: EventType, status: Option<Status>) -> Vec<String> {
    let mut found = Vec::new();
    for actor in ActorKind::ALL.iter().copied() {
        let by_silence = Origin { by_silence: true, ..origin(status, actor) };
        let mut name = actor.as_str().to_owned();
        if made.comes_of(by_silence) {
            name.push_str(" by silence");
            assert!(made.comes_of(origin(status, actor)), "{made:?} in {status:?}");
        }
        if made.comes_of(origin(status, actor)) {
            found.push(name);
        }
    }
    found
}

#[test]
fn each_event_comes_by_whom_and_of_what_the_table_says() {
    let mut table = String::from("event: the state before, and by whom (left out: by nobody)\n");
    let all = || [None].into_iter().chain(Status::ALL.iter().copied().map(Some));
    for made in EventType::ALL.iter().copied() {
        writeln!(table, "\n{}", made.as_str()).unwrap();
        let before = table.len();
        for status in all() {
            let parties = parties(made, status).join(", ");
            if !parties.is_empty() {
                let name = status.map_or("(no claim yet)", Status::as_str);
                writeln!(table, "  {name:<18} {parties}").unwrap();
            }
        }
        assert!(table.len() > before, "{made:?} comes of nothing");
    }
    insta::assert_snapshot!("event_origin_table", table);
}

/// Every command in every state, as its party gives it: each event that comes of it follows by its actor, and by that of no
/// party which may not give the command.
#[test]
fn an_event_follows_by_its_actor_and_by_nobody_who_may_not_give_a_command_that_makes_it() {
    let mut refused = 0;
    for status in Status::ALL.iter().copied() {
        for kind in CommandKind::ALL.iter().copied() {
            let Some((command, actor)) = of_kind(kind) else { continue };
            let given = prepared(given_in(status), kind);
            let at = after_grace();
            let Ok(Some(event)) = given.when(&command, actor, at) else { continue };
            assert!(event.follows(Some(status)), "{status:?}: {event:?}");
            let made = event.body.event_type();
            for side in ActorKind::ALL.iter().copied() {
                let other = Event { actor: side, actor_id: None, ..event.clone() };
                let may_make = |own: &CommandKind| {
                    let row = own.table_row();
                    let may = row.who.iter().any(|party| party.may_be(side, None));
                    may && row.makes.contains(&made)
                };
                if !CommandKind::ALL.iter().any(may_make) {
                    assert!(!other.follows(Some(status)), "{status:?}: {other:?}");
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 100, "{refused}");
}

#[test]
fn a_yes_is_the_signed_in_customer_s_and_a_refusal_of_the_contact_a_link_s() {
    let of = |status, actor_id| Origin { actor_id, ..origin(Some(status), ActorKind::Customer) };
    let recipient = ActorId::Recipient(RecipientNo(2));
    let person = ActorId::Person(PersonId([1; 10]));
    let contact = ActorId::Contact(PersonId([1; 10]));
    let waits = Status::AwaitingCustomer;
    let yes = EventType::ItemsAccepted;
    assert!(yes.comes_of(of(waits, Some(&person))) && yes.comes_of(of(waits, None)));
    assert!(!yes.comes_of(of(waits, Some(&recipient))) && !yes.comes_of(of(waits, Some(&contact))));
    let refusal = EventType::ContactRefused;
    assert!(refusal.comes_of(of(waits, Some(&recipient))));
    assert!(!refusal.comes_of(of(waits, Some(&person))));
    let end = EventType::AssociationEnded;
    for own in [&person, &contact, &recipient] {
        assert!(end.comes_of(of(Status::Associated, Some(own))), "{own:?}");
    }
    let staff = ActorId::Staff(StaffId::parse("operator-1").unwrap());
    assert!(!end.comes_of(of(Status::Associated, Some(&staff))), "staff are not the customer");
}

#[test]
fn silence_acts_where_a_deadline_is_the_systems_and_in_no_other_state() {
    let by_silence =
        |status| Origin { by_silence: true, ..origin(Some(status), ActorKind::System) };
    assert!(EventType::WindowClosed.comes_of(by_silence(Status::AwaitingCustomer)));
    assert!(EventType::Rejected.comes_of(by_silence(Status::ActionRequired)));
    assert!(!EventType::Rejected.comes_of(by_silence(Status::OnHold)));
    assert!(!EventType::ItemsDeclined.comes_of(by_silence(Status::AwaitingCustomer)));
    let by_operator = Origin { actor: ActorKind::Operator, ..by_silence(Status::AwaitingCustomer) };
    assert!(!EventType::WindowClosed.comes_of(by_operator));
}

#[test]
fn an_association_ends_for_a_reason_of_its_actor_s_own() {
    let end = |actor, reason| {
        let (items, at) = (vec![ItemNo(1)], after_grace());
        let body = EventBody::AssociationEnded { items, reason, at };
        Event { actor, ..Event::new(Version(9), at, &Actor::System, body) }
    };
    let follows = |actor, reason| end(actor, reason).follows(Some(Status::Associated));
    assert!(follows(ActorKind::Customer, EndReason::CustomerRevoked));
    assert!(!follows(ActorKind::Partner, EndReason::CustomerRevoked));
    assert!(!follows(ActorKind::Customer, EndReason::PartnerLeft));
    assert!(follows(ActorKind::System, EndReason::Superseded));
    assert!(!follows(ActorKind::Operator, EndReason::Superseded));
}

#[test]
fn whoever_is_of_a_party_may_be_the_actor_of_its_events() {
    let link = link();
    for actor in [alpine(), reviewer(), operator(), administrator(), link, Actor::System] {
        let (side, id) = (actor.kind(), actor.id());
        for party in [
            Party::Partner,
            Party::PartnerAdmin,
            Party::Reviewer,
            Party::Operator,
            Party::Customer,
            Party::CustomerAdmin,
            Party::CustomerContact,
            Party::CustomerLink,
            Party::System,
        ] {
            let may_be = party.may_be(side, id.as_ref());
            assert!(may_be || !party.includes(&actor), "{party:?} {actor:?}");
            assert!(!may_be || party.may_be(side, None), "{party:?} {actor:?}");
        }
    }
}
