//! A final claim does not change (`docs/domain.md §4.5`, I8): whatever the world does around it, and whoever gives
//! whichever command.

use chrono::Duration;
use domain::actor::Actor;
use domain::calendar::Exception;
use domain::claim::{Mark, Scan, State, Status};
use domain::command::{Command, CommandKind, DirectoryLoss};
use domain::context::Context;
use domain::decide::{
    contacts_loss, enrolment_loss, refusable_items, reports_are_pending, tenant_loss,
    undoable_items,
};
use domain::directory::{PartnerStatus, TenantStatus};
use domain::event::FailureCause;
use domain::ids::ItemNo;
use domain::recipient::Decliners;
use domain::rules::{ExplicitYes, StandingRules};

use crate::given::*;
use crate::table::of_kind;

const TWO: [&str; 2] = ["it@contoso.example", "ciso@contoso.example"];

/// Years after everything.
fn much_later() -> Instant {
    at("2029-03-01T09:00:00Z")
}

/// A document of the claim waits for its scan.
fn with_scan(mut given: Given) -> Given {
    for own in &mut given.claim.details.evidence {
        own.scan = Scan::Pending;
    }
    given
}

/// Every way in which a claim is final, each with its window where it had one.
pub(crate) fn finals() -> Vec<(&'static str, Given)> {
    let minute = delivered_at() + Duration::minutes(1);
    let awaiting = || Given::awaiting_of(&TWO).delivered(SECOND, delivered_at());
    let dispute = Command::Dispute { comment: comment() };
    let upheld = Given::in_review().then(&reject(), reviewer(), submitted_at());
    let upheld = upheld.then(&dispute, alpine(), submitted_at());
    let upheld = upheld.then(&Command::Uphold { comment: comment() }, operator(), submitted_at());
    let on_hold = awaiting().then(&hold(), operator(), minute);
    let gone = Command::Vanish(DirectoryLoss::Tenant);
    let term = Given::associated().then(&gone, Actor::System, after_grace());
    let finals = vec![
        ("withdrawn in review", Given::in_review().then(&withdraw(), alpine(), submitted_at())),
        ("withdrawn in the window", awaiting().then(&withdraw(), alpine(), minute)),
        ("discarded", given_in(Status::Discarded)),
        ("declined in the window", awaiting().then(&decline(&[]), link(), minute)),
        ("declined outside", Given::notifying().then(&decline(&[]), link(), minute)),
        ("rejected for good", upheld),
        ("rejected, and nobody disputed", on_hold.then(&reject(), reviewer(), minute)),
        ("rejected since it vanished", awaiting().then(&gone, Actor::System, minute)),
        ("ended by the customer", Given::associated().then(&decline(&[]), link(), after_grace())),
        ("ended with the tenant", term),
    ];
    finals.into_iter().map(|(told, given)| (told, with_scan(given))).collect()
}

/// The world in which everything has changed: the partner suspended, the tenant deleted and without contacts, a
/// day of the window announced as a holiday, and every mail come back.
fn turned_over(given: &Given, actor: Actor) -> Context {
    let mut context = given.context(actor, much_later());
    if let Some(partner) = &mut context.facts.partner {
        partner.status = PartnerStatus::Suspended;
        partner.suspended_since = Some(delivered_at());
    }
    if let Some(tenant) = &mut context.facts.tenant {
        tenant.status = TenantStatus::Deleted;
        tenant.contacts.clear();
        tenant.items.clear();
    }
    if let Some(place) = &mut context.places.customer {
        let date = "2026-12-31".parse().unwrap();
        let added = Exception { date, name: "Day of mourning".to_owned(), subdivision: None };
        place.calendar = place.calendar.clone().with_exceptions(1, [added]);
    }
    context.facts.recipients = failed_everywhere(given).recipients;
    context
}

/// The mails of the claim's notice have all come back, before the end of the window.
fn failed_everywhere(given: &Given) -> Given {
    let Some(recipients) = &given.recipients else { return given.clone() };
    let numbers: Vec<_> = recipients.list.recipients.iter().map(|own| own.no).collect();
    let moment = delivered_at() + Duration::seconds(30);
    let failed = |given: Given, no| given.noted_failure(no, moment, FailureCause::Bounce);
    numbers.into_iter().fold(given.clone(), failed)
}

#[test]
fn every_one_of_them_is_final() {
    for (told, given) in finals() {
        assert!(given.claim.is_final(much_later()), "{told}");
    }
}

#[test]
fn a_changed_calendar_counts_no_final_claim_again() {
    for (told, given) in finals() {
        let world = turned_over(&given, Actor::System);
        assert_eq!(given.decided(&Command::Recount, &world), Ok(None), "{told}");
    }
}

#[test]
fn nothing_that_vanishes_moves_a_final_claim() {
    for (told, given) in finals() {
        let all = given.claim.items.iter().map(|item| item.no).collect();
        let world = turned_over(&given, Actor::System);
        for what in [
            DirectoryLoss::Items(all),
            DirectoryLoss::Tenant,
            DirectoryLoss::Enrolment,
            DirectoryLoss::Partner,
            DirectoryLoss::Contacts,
        ] {
            let vanish = Command::Vanish(what);
            assert_eq!(given.decided(&vanish, &world), Ok(None), "{told}: {vanish:?}");
        }
        let (partner, tenant) = (world.facts.partner.unwrap(), world.facts.tenant.unwrap());
        assert_eq!(enrolment_loss(&given.claim, &partner), None, "{told}");
        assert_eq!(tenant_loss(&given.claim, &tenant), None, "{told}");
        assert_eq!(contacts_loss(&given.claim, much_later()), None, "{told}");
    }
}

#[test]
fn no_report_moves_a_final_claim() {
    for (told, given) in finals() {
        let world = turned_over(&given, Actor::System);
        for notice in 0..=given.claim.notice.0 {
            assert_eq!(given.decided(&reports(notice), &world), Ok(None), "{told}: {notice}");
        }
        if let Some(recipients) = &world.facts.recipients {
            assert!(!reports_are_pending(&given.claim, recipients), "{told}");
        }
    }
}

#[test]
fn no_scan_no_silence_and_no_rival_moves_a_final_claim() {
    for (told, given) in finals() {
        let world = turned_over(&given, Actor::System);
        let items = given.claim.items.iter().map(|item| item.no).collect();
        let (scan, _) = of_kind(CommandKind::RecordScan).unwrap();
        for command in [
            scan,
            Command::DeadlinePassed,
            Command::RequestDefence { until: much_later() },
            Command::Supersede { items, since: closes_at(), renewed: false },
        ] {
            assert_eq!(given.decided(&command, &world), Ok(None), "{told}: {command:?}");
        }
    }
}

#[test]
fn no_command_of_a_party_moves_a_final_claim_but_a_retired_link_an_erasure_and_one_more_no() {
    for (told, given) in finals() {
        let worlds =
            [given.context(Actor::System, much_later()), turned_over(&given, Actor::System)];
        for kind in CommandKind::ALL {
            let (command, actor) = of_kind(*kind).unwrap();
            // A link is retired in every state after the first notice, so that its page says so.
            let retires = *kind == CommandKind::RetireLink && given.claim.notice.0 > 0;
            for world in &worlds {
                let context = Context { actor: actor.clone(), ..world.clone() };
                let event = given.decided(&command, &context).ok().flatten();
                let joins = *kind == CommandKind::Decline && told == "declined in the window";
                let erases = *kind == CommandKind::Erase;
                assert_eq!(event.is_some(), retires || joins || erases, "{told}: {kind:?}");
            }
        }
    }
}

#[test]
fn a_retired_link_changes_nothing_of_a_final_claim_but_the_list() {
    for (told, given) in finals() {
        if given.claim.notice.0 == 0 {
            assert!(
                is_invalid_state(&given.when(&retire(FIRST), operator(), much_later())),
                "{told}"
            );
            continue;
        }
        let retired = given.clone().then(&retire(FIRST), operator(), much_later());
        let before = &given.claim;
        assert_eq!((&retired.claim.state, &retired.claim.items), (&before.state, &before.items));
        assert_eq!(retired.claim.notice, before.notice, "{told}");
        assert_eq!(retired.when(&retire(FIRST), operator(), much_later()), Ok(None), "{told}");
    }
}

#[test]
fn nobody_is_asked_about_a_final_claim_and_nothing_of_it_is_taken_back() {
    let yes = StandingRules { explicit_yes: ExplicitYes::All, ..StandingRules::default() };
    for (told, given) in finals() {
        assert_eq!(refusable_items(&given.claim, much_later()), [], "{told}");
        assert_eq!(undoable_items(&given.claim, Decliners::ALL, much_later()), [], "{told}");
        for command in domain::decide::commands_demanded_by(&yes, &given.claim, much_later()) {
            let decided = given.when(&command, administrator(), much_later());
            assert_eq!(decided.ok().flatten(), None, "{told}: {command:?}");
        }
    }
}

#[test]
fn an_item_that_is_decided_stays_so_when_it_vanishes_while_others_wait() {
    let given = Given::awaiting().then(&decline(&[2]), link(), delivered_at());
    let gone = Command::Vanish(DirectoryLoss::Items(vec![ItemNo(2)]));
    assert_eq!(given.when(&gone, Actor::System, delivered_at()), Ok(None));
    let dropped = Command::Validate {
        drop: vec![(ItemNo(1), domain::reason::ReasonCode::EvidenceItemMissing)],
        comment: None,
    };
    let given = Given::in_review().then(&dropped, reviewer(), submitted_at());
    let gone = Command::Vanish(DirectoryLoss::Items(vec![ItemNo(1)]));
    assert_eq!(given.when(&gone, Actor::System, delivered_at()), Ok(None));
    assert_eq!(given.claim.find_item(ItemNo(1)).unwrap().mark, Some(Mark::Dropped));
}

#[test]
fn a_rejection_that_can_be_disputed_still_is_not_rejected_once_more_by_what_vanishes() {
    let given = Given::in_review().then(&reject(), reviewer(), submitted_at());
    let State::Rejected { disputable_until: Some(end), .. } = given.claim.state else { panic!() };
    assert!(!given.claim.is_final(end - Duration::milliseconds(1)));
    assert!(given.claim.is_final(end));
    let gone = Command::Vanish(DirectoryLoss::Tenant);
    assert_eq!(given.when(&gone, Actor::System, delivered_at()), Ok(None));
}
