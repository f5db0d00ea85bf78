use domain::actor::Actor;
use domain::claim::{Mark, Status};
use domain::command::{Command, DirectoryLoss};
use domain::consequence::{Consequence, foresee_loss};
use domain::decide::{enrolment_loss, is_due, refusable_items, takes_from_claims, tenant_loss};
use domain::directory::{Partner, PartnerStatus, Tenant, TenantItemState, TenantStatus};
use domain::effects::{lock_changes, newly_blocked};
use domain::event::FailureCause;
use domain::ids::ItemNo;
use domain::program::{Consent, Policy};
use domain::reason::{EndReason, ReasonCode};
use domain::rules::{ExplicitYes, ItemBlock, StandingRules};

use crate::given::*;

fn an_hour_later() -> Instant {
    delivered_at() + chrono::Duration::hours(1)
}

fn items(numbers: &[u8]) -> Command {
    Command::Vanish(DirectoryLoss::Items(numbers.iter().map(|no| ItemNo(*no)).collect()))
}

#[test]
fn an_ended_subscription_ends_its_association_and_no_other() {
    let given = Given::associated().then(&items(&[2]), Actor::System, after_grace());
    assert_eq!(given.items(), ["active", "ended", "active"]);
    let Some(Mark::Ended { reason, .. }) = given.claim.items.get(1).unwrap().mark else { panic!() };
    assert_eq!(reason, EndReason::ItemGone);
    assert_eq!(given.when(&items(&[2]), Actor::System, after_grace()), Ok(None));
}

#[test]
fn an_undecided_item_that_is_gone_is_rejected_and_the_rest_waits_on() {
    let given = Given::awaiting().then(&items(&[1]), Actor::System, delivered_at());
    assert_eq!(given.items(), ["rejected", "pending", "pending"]);
    assert_eq!(given.status(), Status::AwaitingCustomer);
    let given = given.then(&items(&[2, 3]), Actor::System, delivered_at());
    assert_eq!(given.status(), Status::Rejected);
    let codes: Vec<_> = given.claim.state.reasons().iter().map(|reason| reason.code).collect();
    assert_eq!(codes, [ReasonCode::ItemNotClaimable; 2]);
}

/// A window in which the second item has vanished.
fn without_the_second() -> Given {
    Given::awaiting().then(&items(&[2]), Actor::System, delivered_at())
}

#[test]
fn a_no_to_all_that_is_left_beside_a_vanished_item_declines_the_claim() {
    let given = without_the_second().then(&decline(&[1]), link(), delivered_at());
    assert_eq!(given.status(), Status::AwaitingCustomer);
    let given = given.then(&decline(&[3]), link(), delivered_at());
    assert_eq!(given.items(), ["declined", "rejected", "declined"]);
    assert_eq!(given.status(), Status::Declined);
    let given = given.then(&undo(&[]), link(), an_hour_later());
    assert_eq!(given.items(), ["pending", "rejected", "pending"]);
    assert_eq!(given.status(), Status::AwaitingCustomer);
}

#[test]
fn what_vanishes_beside_a_no_leaves_the_claim_rejected() {
    let given = Given::awaiting().then(&decline(&[1, 3]), link(), delivered_at());
    let given = given.then(&items(&[2]), Actor::System, delivered_at());
    assert_eq!(given.items(), ["declined", "rejected", "declined"]);
    assert_eq!(given.status(), Status::Rejected, "the last command says so");
}

#[test]
fn silence_beside_a_vanished_item_is_executed_once_whatever_it_means() {
    for (consent, status) in
        [(Consent::OptOut, Status::Associated), (Consent::OptIn, Status::Declined)]
    {
        let policy = Policy { consent, ..Policy::default() };
        let context = context(Actor::System, after_grace());
        let context = domain::context::Context { policy: policy.clone(), ..context };
        let given = without_the_second();
        let event = domain::decide(Some(&given.claim), &Command::DeadlinePassed, &context);
        let given = given.evolved(event.unwrap().unwrap());
        assert_eq!((given.status(), given.items()[1]), (status, "rejected"));
        assert!(!is_due(&given.claim, &policy, after_grace()), "{consent:?}");
    }
}

#[test]
fn nobody_is_asked_about_a_vanished_item_but_a_no_to_it_is_kept() {
    let given = without_the_second();
    assert_eq!(refusable_items(&given.claim, delivered_at()), [ItemNo(1), ItemNo(3)]);
    let before = given.claim.clone();
    let alone = given.clone().then(&decline(&[2]), link(), delivered_at());
    assert_eq!(alone.items(), ["pending", "declined", "pending"]);
    assert_eq!(alone.status(), Status::AwaitingCustomer);
    assert_eq!(lock_changes(Some(&before), &alone.claim), [], "nobody waits for it");
    assert_eq!(newly_blocked(Some(&before), &alone.claim), [ItemNo(2)]);
    let all = given.then(&decline(&[]), link(), delivered_at());
    assert_eq!(all.items(), ["declined", "declined", "declined"]);
    let undone = all.then(&undo(&[]), link(), an_hour_later());
    assert_eq!(undone.items(), ["pending", "declined", "pending"], "it waits for no silence");
    assert_eq!(undone.closed().items(), ["active", "declined", "active"]);
}

#[test]
fn b3_a_no_to_an_item_that_vanished_survives_an_overturned_rejection() {
    let given = without_the_second().then(&decline(&[2]), link(), delivered_at());
    let given = given.then(&hold(), operator(), an_hour_later());
    let given = given.then(&reject(), reviewer(), an_hour_later());
    assert_eq!(given.items(), ["rejected", "declined", "rejected"]);
    let dispute = Command::Dispute { comment: comment() };
    let given = given.then(&dispute, alpine(), an_hour_later());
    let overturn = Command::Overturn { comment: comment() };
    let given = given.then(&overturn, operator(), an_hour_later());
    assert_eq!(given.items(), ["proposed", "declined", "proposed"], "it is not proposed again");
    let validate = Command::Validate { drop: vec![], comment: None };
    let given = given.then(&validate, reviewer(), an_hour_later());
    assert_eq!(given.items(), ["pending", "declined", "pending"]);
    assert_eq!(given.when(&undo(&[2]), link_of(2, FIRST), an_hour_later()).ok(), None);
}

#[test]
fn a_no_to_an_item_that_has_vanished_since_cannot_be_taken_back() {
    let given = Given::awaiting().then(&decline(&[]), link(), delivered_at());
    let mut context = given.context(link(), an_hour_later());
    let tenant = context.facts.tenant.as_mut().unwrap();
    tenant.items.get_mut(1).unwrap().state = TenantItemState::Ended;
    let event = domain::decide(Some(&given.claim), &undo(&[]), &context).unwrap().unwrap();
    let given = given.evolved(event);
    assert_eq!(given.items(), ["pending", "declined", "pending"]);
}

#[test]
fn a_deleted_tenant_ends_everything_in_the_window_and_after() {
    let gone = Command::Vanish(DirectoryLoss::Tenant);
    let given = Given::associated().then(&gone, Actor::System, after_grace());
    assert_eq!((given.status(), given.items()), (Status::Ended, vec!["ended"; 3]));
    let given = Given::awaiting().then(&gone, Actor::System, delivered_at());
    assert_eq!((given.status(), given.items()), (Status::Rejected, vec!["rejected"; 3]));
}

#[test]
fn a_lost_enrolment_holds_a_window_open_or_on_its_way_and_nothing_else() {
    let lost = Command::Vanish(DirectoryLoss::Enrolment);
    let given = Given::awaiting().then(&lost, Actor::System, delivered_at());
    assert_eq!(given.status(), Status::OnHold);
    assert_eq!(given.when(&lost, Actor::System, delivered_at()), Ok(None));
    let given = Given::notifying().then(&lost, Actor::System, delivered_at());
    assert_eq!(given.status(), Status::OnHold);
    assert_eq!(Given::in_review().when(&lost, Actor::System, delivered_at()), Ok(None));
    assert_eq!(Given::associated().when(&lost, Actor::System, after_grace()), Ok(None));
}

#[test]
fn a_superseded_association_ends_for_that_reason_and_one_that_has_left_stays_as_it_is() {
    let take_over =
        Command::Supersede { items: vec![ItemNo(1)], since: closes_at(), renewed: false };
    let given = Given::associated().then(&take_over, Actor::System, after_grace());
    let Some(Mark::Ended { reason, at, .. }) = given.claim.items.first().unwrap().mark else {
        panic!()
    };
    assert_eq!((reason, at), (EndReason::Superseded, closes_at()), "when the newcomer's begins");
    assert_eq!(given.when(&take_over, Actor::System, after_grace()), Ok(None));
}

#[test]
fn contacts_that_are_all_verified_still_change_nothing() {
    let swept = Command::Vanish(DirectoryLoss::Contacts);
    let declined = Given::awaiting().then(&decline(&[]), link(), delivered_at());
    for given in [Given::notifying(), Given::awaiting(), declined.clone()] {
        assert_eq!(given.when(&swept, Actor::System, an_hour_later()), Ok(None), "{given:?}");
    }
    // Where everything is declined, a delivery that failed shows when the "no" is taken back.
    let failed = declined.noted_failure(FIRST, delivered_at(), FailureCause::Bounce);
    assert_eq!(failed.when(&swept, Actor::System, an_hour_later()), Ok(None));
}

#[test]
fn a_tenants_entry_takes_from_a_claim_what_it_has_no_more() {
    let ended = |numbers: &[usize]| {
        let mut tenant = tenant();
        for no in numbers {
            tenant.items.get_mut(*no).unwrap().state = TenantItemState::Ended;
        }
        tenant
    };
    let deleted = Tenant { status: TenantStatus::Deleted, ..tenant() };
    for given in [Given::in_review(), Given::awaiting(), Given::associated()] {
        assert_eq!(tenant_loss(&given.claim, &tenant()), None);
        let second = DirectoryLoss::Items(vec![ItemNo(2)]);
        assert_eq!(tenant_loss(&given.claim, &ended(&[1])), Some(second));
        assert_eq!(tenant_loss(&given.claim, &deleted), Some(DirectoryLoss::Tenant));
        let mut lost = tenant();
        lost.items.remove(0);
        assert_eq!(tenant_loss(&given.claim, &lost), Some(DirectoryLoss::Items(vec![ItemNo(1)])));
    }
    let mut grace = tenant();
    grace.items.get_mut(0).unwrap().state = TenantItemState::Grace;
    assert_eq!(tenant_loss(&Given::awaiting().claim, &grace), None, "it is still there");
    // Beside what is decided only the rest is touched.
    let given = Given::awaiting().then(&decline(&[2]), link(), delivered_at());
    assert_eq!(tenant_loss(&given.claim, &ended(&[1])), None);
    let drafted = in_status(Status::Draft);
    assert_eq!(tenant_loss(&drafted, &deleted), None, "a draft is judged when it is submitted");
}

/// A claim in every state in which it waits for somebody, or is official.
fn every_state() -> [Given; 5] {
    [
        Given::submitted(),
        Given::in_review(),
        Given::notifying(),
        Given::awaiting(),
        Given::associated(),
    ]
}

#[test]
fn what_a_partner_loses_now_holds_what_waits_for_the_customer_and_ends_nothing() {
    for given in every_state() {
        let now = given.claim.last_event.at;
        let suspended = Partner { status: PartnerStatus::Suspended, ..partner() };
        let left = Partner { locations: Vec::new(), ..partner() };
        for next in [suspended, left] {
            let next = next.stamp_changes(Some(&partner()), now);
            let mut context = given.context(Actor::System, now);
            context.facts.partner = Some(next.clone());
            let waits = matches!(given.status(), Status::Notifying | Status::AwaitingCustomer);
            let what = enrolment_loss(&given.claim, &next);
            assert_eq!(what.is_some(), waits, "{:?}", given.status());
            let Some(what) = what else { continue };
            let foreseen = foresee_loss(&given.claim, &what, &context).unwrap();
            assert_eq!((foreseen.is_final(), foreseen.held), (false, true), "{:?}", given.status());
        }
    }
}

#[test]
fn what_is_foreseen_of_a_deleted_tenant_is_what_comes_of_it() {
    let deleted = Tenant { status: TenantStatus::Deleted, ..tenant() };
    for given in every_state() {
        let now = given.claim.last_event.at;
        let what = tenant_loss(&given.claim, &deleted).unwrap();
        let foreseen =
            foresee_loss(&given.claim, &what, &given.context(Actor::System, now)).unwrap();
        let command = Command::Vanish(what);
        let mut after = given.clone();
        while let Some(event) = after.when(&command, Actor::System, now).unwrap() {
            after = after.evolved(event);
        }
        let became = |status: &str| -> Vec<_> {
            let items = after.items().into_iter().zip(1..);
            items.filter(|(own, _)| *own == status).map(|(_, no)| ItemNo(no)).collect()
        };
        assert_eq!((foreseen.ended, foreseen.rejected), (became("ended"), became("rejected")));
        assert_ne!(after.claim, given.claim, "{:?}", given.status());
    }
}

#[test]
fn what_is_foreseen_is_final_where_an_association_or_an_undecided_item_is_lost() {
    let nothing = Consequence {
        held: true,
        declined: vec![ItemNo(1)],
        needs_yes: true,
        ..Consequence::default()
    };
    assert!(!nothing.is_final());
    assert!(Consequence { ended: vec![ItemNo(1)], ..nothing.clone() }.is_final());
    assert!(Consequence { rejected: vec![ItemNo(1)], ..nothing }.is_final());
}

#[test]
fn rules_do_what_they_demand_and_the_rules_before_them_did_not() {
    let given = Given::awaiting();
    let item = given.claim.item_ref(&given.claim.items[1]);
    let until = closes_at() + chrono::Duration::days(9);
    let (partner, kind, id) = (given.claim.subject.partner.clone(), item.kind, item.id);
    let block = ItemBlock { partner, kind, id, until };
    let blocking = StandingRules { blocks: [block].into(), ..StandingRules::default() };
    let both = StandingRules { explicit_yes: ExplicitYes::All, ..blocking.clone() };
    let none = StandingRules::default();
    let of = |before, rules| Consequence::of_rules(&given.claim, before, rules, an_hour_later());
    let declined = vec![ItemNo(2)];
    let expected =
        Consequence { declined: declined.clone(), needs_yes: true, ..Consequence::default() };
    assert_eq!(of(&none, &both), expected);
    assert_eq!(of(&none, &blocking), Consequence { needs_yes: false, ..expected.clone() });
    assert_eq!(of(&blocking, &both), Consequence { declined: vec![], ..expected });
    assert_eq!(of(&both, &both), Consequence::default());
}

#[test]
fn a_tenants_entry_takes_something_from_claims_where_an_item_or_the_tenant_is_gone() {
    let changed = |change: fn(&mut Tenant)| {
        let mut next = tenant();
        change(&mut next);
        takes_from_claims(&tenant(), &next)
    };
    assert!(changed(|next| next.status = TenantStatus::Deleted));
    assert!(changed(|next| drop(next.items.remove(0))));
    assert!(changed(|next| next.items[0].state = TenantItemState::Ended));
    assert!(!changed(|next| next.items[0].state = TenantItemState::Grace));
    assert!(!changed(|next| next.items[0].claimable = false));
    assert!(!changed(|next| next.contacts.clear()));
    let deleted = Tenant { status: TenantStatus::Deleted, ..tenant() };
    assert!(!takes_from_claims(&deleted, &Tenant { items: Vec::new(), ..deleted.clone() }));
    assert!(!takes_from_claims(&deleted, &tenant()));
}
