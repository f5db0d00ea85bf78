//! Renewals (`docs/domain.md §3.13`): what may be renewed and when, and that nothing else of a claim is another one's.

use chrono::{Duration, NaiveDate};
use domain::claim::{Claim, Renewal, State, Status};
use domain::command::{ClaimInput, Command};
use domain::context::{Context, Rival, RivalStatus};
use domain::effects::needs_single_close;
use domain::event::{Event, EventBody};
use domain::ids::{ClaimId, FamilyId, ItemNo, PartnerId};
use domain::program::{ItemKind, ItemRef, Policy};
use domain::reason::EndReason;
use domain::rejection::{FieldCode, FieldError, Rejection};
use domain::{check_submit, decide, evolve};

use crate::given::*;

fn yearly() -> Policy {
    Policy { term_months: Some(12), ..Policy::default() }
}

/// When the term of what is renewed ends.
fn ends_at() -> Instant {
    at("2027-12-31T23:00:00Z")
}

/// Sixty days before.
fn now() -> Instant {
    ends_at() - Duration::days(60)
}

/// The association that is renewed: three items.
fn old() -> Claim {
    let associated = Given { policy: yearly(), ..Given::awaiting() }.closed();
    let old = ClaimId::of(&PartnerId::parse("p-alpine").unwrap(), "old");
    Claim { id: old, ..associated.claim }
}

fn renewal(claim: &Claim) -> Renewal {
    Renewal { claim: claim.id.clone(), item: None }
}

/// A claim on these items that renews.
fn renewing(old: &Claim, items: &[&str]) -> ClaimInput {
    let mut input = ClaimInput {
        items: items.iter().map(|id| item(id)).collect(),
        renews: Some(renewal(old)),
        ..input()
    };
    for entry in input.evidence.iter_mut().flatten() {
        entry.acknowledged_on = NaiveDate::from_ymd_opt(2027, 9, 1).unwrap();
    }
    input
}

/// What the partner holds stands against the same items of another claim.
fn world(old: &Claim, at: Instant) -> Context {
    let mut context = context(alpine(), at);
    context.policy = yearly();
    context.facts.renewed = Some(old.clone());
    let held = old.active_items().map(|item| (old.item_ref(item), old.id.clone()));
    context.facts.own_claims = held.collect();
    context
}

fn submitted(input: &ClaimInput, context: &Context) -> Result<Event, Rejection> {
    created(&submit(input, &[]), context)
}

fn refusal(pointer: &str, code: FieldCode) -> Result<Event, Rejection> {
    Err(Rejection::Fields(vec![FieldError::new(pointer, code)]))
}

#[test]
fn the_same_items_or_fewer_are_renewed_in_the_last_ninety_days_of_the_term() {
    let old = old();
    for items in [&["teams"][..], &["exchange-online", "teams", "sharepoint-online"]] {
        let event = submitted(&renewing(&old, items), &world(&old, now())).unwrap();
        assert_eq!(event.details.unwrap().renews, Some(renewal(&old)));
    }
    let first = ends_at() - Duration::days(90);
    let moments = [
        (first - Duration::milliseconds(1), false),
        (first, true),
        (ends_at() - Duration::milliseconds(1), true),
        (ends_at(), false),
    ];
    for (at, is_taken) in moments {
        let taken = submitted(&renewing(&old, &["teams"]), &world(&old, at));
        let expected =
            if is_taken { taken.clone() } else { refusal("/renews", FieldCode::NotRenewable) };
        assert_eq!(taken, expected, "{at}");
        assert_eq!(taken.is_ok(), is_taken, "{at}");
    }
}

#[test]
fn of_a_short_term_the_last_third_can_be_renewed() {
    let given =
        Given { policy: Policy { term_months: Some(3), ..Policy::default() }, ..Given::awaiting() };
    let associated = given.closed().claim;
    let State::Associated { ends_at: Some(ends_at), .. } = associated.state else { panic!() };
    let begins = associated.active_items().map(|item| associated.item_status(item).active_since());
    let term = ends_at - begins.flatten().min().unwrap();
    assert!((89..=92).contains(&term.num_days()), "{term}");
    let old = Claim { id: old().id, ..associated };
    let mut input = renewing(&old, &["teams"]);
    for entry in input.evidence.iter_mut().flatten() {
        entry.acknowledged_on = NaiveDate::from_ymd_opt(2026, 12, 1).unwrap();
    }
    let first = ends_at - term / 3;
    for (at, is_taken) in [(first - Duration::milliseconds(1), false), (first, true)] {
        let taken = submitted(&input, &world(&old, at));
        assert_eq!(taken.is_ok(), is_taken, "{at}: {taken:?}");
    }
}

#[test]
fn without_renews_the_same_claim_is_a_duplicate() {
    let old = old();
    let input = ClaimInput { renews: None, ..renewing(&old, &["teams"]) };
    let refused = submitted(&input, &world(&old, now()));
    assert_eq!(refused, Err(Rejection::DuplicateClaim { claim: old.id.clone() }));
    // Nor does a renewal excuse another claim on the item.
    let mut context = world(&old, now());
    let another = ClaimId::of(&PartnerId::parse("p-alpine").unwrap(), "another");
    let teams = ItemRef { kind: ItemKind::Workload, id: item("teams").unwrap().1 };
    context.facts.own_claims.push((teams, another.clone()));
    let refused = submitted(&renewing(&old, &["teams"]), &context);
    assert_eq!(refused, Err(Rejection::DuplicateClaim { claim: another }));
}

#[test]
fn an_item_that_is_not_renewed_is_refused_at_its_place() {
    let mut old = old();
    let given = Given { policy: yearly(), ..Given::awaiting() }.closed();
    let ended = given.then(&end(2), administrator(), now() - Duration::days(1)).claim;
    old.items.clone_from(&ended.items);
    let refused = submitted(&renewing(&old, &["exchange-online", "teams"]), &world(&old, now()));
    assert_eq!(refused, refusal("/items/1/id", FieldCode::NotRenewable), "the customer ended it");
    let one = Renewal { item: Some(ItemNo(1)), ..renewal(&old) };
    let input = ClaimInput { renews: Some(one), ..renewing(&old, &["sharepoint-online"]) };
    let refused = submitted(&input, &world(&old, now()));
    assert_eq!(refused, refusal("/items/0/id", FieldCode::NotRenewable), "another association");
}

#[test]
fn what_has_ended_has_no_term_or_is_somebody_elses_cannot_be_renewed() {
    let old = old();
    let input = renewing(&old, &["teams"]);
    let associated = Given { policy: yearly(), ..Given::awaiting() }.closed();
    let ended = associated.then(&decline(&[]), administrator(), now() - Duration::days(1)).claim;
    assert_eq!(ended.status(), Status::Ended);
    let ended = Claim { id: old.id.clone(), ..ended };
    let mut unlimited = old.clone();
    let State::Associated { ends_at, .. } = &mut unlimited.state else { panic!() };
    *ends_at = None;
    for other in [ended, unlimited] {
        let refused = submitted(&input, &world(&other, now()));
        assert_eq!(refused, refusal("/renews", FieldCode::NotRenewable));
    }
    let unknown = refusal("/renews", FieldCode::AssociationUnknown);
    let mut nobodys = world(&old, now());
    (nobodys.facts.renewed, nobodys.facts.own_claims) = (None, Vec::new());
    assert_eq!(submitted(&input, &nobodys), unknown);
    let mut foreign = old.clone();
    foreign.subject.family = FamilyId::parse("another-family").unwrap();
    let mut context = world(&foreign, now());
    context.facts.own_claims.clear();
    assert_eq!(submitted(&input, &context), unknown);
}

#[test]
fn of_a_tenant_that_is_not_known_nothing_is_told() {
    let old = old();
    let mut context = world(&old, now());
    context.facts.tenant = None;
    let errors = check_submit(&renewing(&old, &["teams"]), &[], &context);
    let codes: Vec<_> = errors.iter().map(|error| error.code).collect();
    assert_eq!(codes, [FieldCode::TenantUnknown]);
}

#[test]
fn a_block_of_the_customers_holds_for_a_renewal_as_for_any_claim() {
    let old = old();
    let mut context = world(&old, now());
    let teams = ItemRef { kind: ItemKind::Workload, id: item("teams").unwrap().1 };
    context.facts.blocked = vec![teams];
    let refused = submitted(&renewing(&old, &["teams"]), &context);
    assert_eq!(refused, Err(Rejection::BlockedByCustomer { items: vec![ItemNo(1)] }));
}

/// A renewal in review, and what stands around it.
fn in_review(old: &Claim) -> (Claim, Context) {
    let mut context = world(old, now());
    let event = submitted(&renewing(old, &["teams"]), &context).unwrap();
    let claim = evolve(None, &event).unwrap();
    let own = Rival {
        item: ItemNo(1),
        claim: old.id.clone(),
        rival_item: ItemNo(2),
        standing: RivalStatus::Active,
        defence: None,
        held_since: None,
        place: None,
    };
    context.facts.rivals = vec![own];
    context.actor = reviewer();
    context.at = now() + Duration::hours(1);
    let event = decide(Some(&claim), &Command::BeginReview, &context).unwrap().unwrap();
    let body = &event.body;
    assert!(
        matches!(body, EventBody::ReviewBegun { contested: false, defence_until: None, .. }),
        "{body:?}"
    );
    (evolve(Some(claim), &event).unwrap(), context)
}

#[test]
fn the_partners_own_association_is_no_rival_so_that_a_reviewer_validates_and_nobody_defends() {
    let old = old();
    let (claim, mut context) = in_review(&old);
    context.at = now() + Duration::hours(2);
    let validate = Command::Validate { drop: vec![], comment: None };
    let event = decide(Some(&claim), &validate, &context).unwrap().unwrap();
    let EventBody::Validated { contested, .. } = event.body else { panic!() };
    assert!(!contested);
    let validated = evolve(Some(claim), &event).unwrap();
    assert!(needs_single_close(&validated, &Policy::default()), "the old one ends with the close");
}

#[test]
fn what_another_partner_is_next_for_is_busy_for_a_renewal_too() {
    let old = old();
    let (claim, mut context) = in_review(&old);
    let another = ClaimId::of(&PartnerId::parse("p-borealis").unwrap(), "k");
    let mut next = context.facts.rivals[0].clone();
    (next.claim, next.standing) = (another, RivalStatus::Next);
    context.facts.rivals.push(next);
    context.at = now() + Duration::hours(2);
    let validate = Command::Validate { drop: vec![], comment: None };
    let refused = decide(Some(&claim), &validate, &context);
    assert_eq!(refused, Err(Rejection::ItemBusy { items: vec![ItemNo(1)] }));
}

#[test]
fn what_is_renewed_ends_for_that_reason() {
    let given = Given { policy: yearly(), ..Given::awaiting() }.closed();
    let (items, since) = (vec![ItemNo(2)], now());
    let renewed = Command::Supersede { items, since, renewed: true };
    let event = given.when(&renewed, domain::actor::Actor::System, now()).unwrap().unwrap();
    let EventBody::AssociationEnded { reason, at, .. } = event.body else { panic!() };
    assert_eq!((reason, at), (EndReason::Renewed, now()));
}

#[test]
fn only_a_draft_can_be_given_another_association_to_renew() {
    let given = given_in(Status::Draft);
    let mut input = ClaimInput::of(&given.claim);
    input.renews = Some(renewal(&old()));
    let edit = Command::Edit(Box::new(input.clone()));
    let edited = given.then(&edit, alpine(), delivered_at());
    assert_eq!(edited.claim.details.renews, input.renews);
    for status in [Status::ActionRequired, Status::Submitted] {
        let given = given_in(status);
        let mut input = ClaimInput::of(&given.claim);
        input.renews = Some(renewal(&old()));
        let refused = given.when(&Command::Edit(Box::new(input)), alpine(), delivered_at());
        let error = FieldError::new("/renews", FieldCode::NotEditable);
        assert_eq!(refused, Err(Rejection::Fields(vec![error])), "{status:?}");
    }
}
