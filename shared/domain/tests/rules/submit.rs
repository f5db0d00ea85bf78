use chrono::Duration;
use domain::claim::Status;
use domain::command::ClaimInput;
use domain::context::Facts;
use domain::directory::{PartnerStatus, TenantItemState, TenantStatus};
use domain::evolve;
use domain::program::{ItemKind, ProgramStatus};
use domain::rejection::{FieldCode, FieldError, Rejection};
use domain::text::{Domain, Email};

use crate::given::*;

/// The errors of a submit, as `pointer code`.
fn errors(input: &ClaimInput, change: impl FnOnce(&mut Facts)) -> Vec<String> {
    let mut context = context(alpine(), submitted_at());
    change(&mut context.facts);
    match created(&submit(input, &[]), &context) {
        Err(Rejection::Fields(errors)) => errors
            .iter()
            .map(|error| format!("{} {}", error.pointer, error.code.as_str()))
            .collect(),
        Ok(_) => Vec::new(),
        Err(other) => panic!("expected field errors, got {other:?}"),
    }
}

#[test]
fn a_complete_claim_is_submitted_and_waits_five_of_the_operators_business_days() {
    let claim = evolve(None, &opened(&input()).unwrap()).unwrap();
    assert_eq!(claim.status(), Status::Submitted);
    assert_eq!(claim.version.0, 1);
    assert_eq!(claim.priority_at, Some(submitted_at()));
    // In Dublin Monday the 21st is day 0, 25 and 26 December are holidays: 22, 23, 24, 28, 29.
    assert_eq!(claim.deadline(), Some(at("2026-12-30T00:00:00Z")));
}

#[test]
fn an_empty_request_names_every_field_that_is_missing() {
    let missing = errors(&ClaimInput::default(), |facts| facts.program = None);
    assert_eq!(
        missing,
        [
            "/activity required",
            "/customer_contact required",
            "/items required",
            "/location_id required",
            "/partner_contact required",
            "/program required",
            "/tenant/domain required",
            "/tenant/id required",
        ]
    );
}

#[test]
fn what_could_not_be_read_is_reported_with_what_is_not_eligible_and_not_as_missing_too() {
    let input = ClaimInput {
        customer_contact: None,
        tenant_domain: Some(Domain::parse("fabrikam.example").unwrap()),
        ..input()
    };
    let malformed = [FieldError::new("/customer_contact/email", FieldCode::Malformed)];
    let refused = created(&submit(&input, &malformed), &context(alpine(), submitted_at()));
    let expected = vec![
        FieldError::new("/customer_contact/email", FieldCode::Malformed),
        FieldError::new("/tenant", FieldCode::TenantUnknown),
    ];
    assert_eq!(refused, Err(Rejection::Fields(expected)));
}

#[test]
fn every_problem_is_reported_at_once() {
    let late = submitted_at().date_naive() + Duration::days(1);
    let mut bad = input();
    bad.items = vec![
        item("teams"),
        item("teams"),
        item("yammer"),
        Some((ItemKind::Subscription, domain::ids::ItemId::parse("s-1").unwrap())),
    ];
    bad.evidence.iter_mut().flatten().for_each(|entry| entry.acknowledged_on = late);
    let found = errors(&bad, |facts| {
        facts.partner.as_mut().unwrap().status = PartnerStatus::Suspended;
        facts.partner.as_mut().unwrap().locations.clear();
        facts.program.as_mut().unwrap().status = ProgramStatus::Closed;
        facts.program.as_mut().unwrap().activities.clear();
    });
    assert_eq!(
        found,
        [
            " partner-suspended",
            "/activity activity-not-allowed",
            "/evidence/0/acknowledged_on in-the-future",
            "/items/1 duplicate",
            "/items/2/id item-not-in-tenant",
            "/items/3/kind item-kind-wrong",
            "/location_id location-not-enrolled",
            "/program program-closed",
        ]
    );
}

#[test]
fn an_unknown_or_deleted_tenant_and_a_domain_that_is_not_its_own_are_one_answer() {
    // Nothing of the rest would fit the tenant.
    let mut unfit = input();
    unfit.items = vec![item("teams"), item("yammer")];
    let contact = unfit.customer_contact.as_mut().unwrap();
    contact.email = Email::parse("jana@elsewhere.example").unwrap();
    let without_contacts = |facts: &mut Facts| facts.tenant.as_mut().unwrap().contacts.clear();
    let known = errors(&unfit, without_contacts);
    let judged = ["/customer_contact/email customer-unreachable", "/items/1/id item-not-in-tenant"];
    assert_eq!(known, judged);
    let elsewhere = Some(Domain::parse("fabrikam.example").unwrap());
    let foreign = ClaimInput { tenant_domain: elsewhere, ..unfit.clone() };
    let deleted = |facts: &mut Facts| {
        without_contacts(facts);
        facts.tenant.as_mut().unwrap().status = TenantStatus::Deleted;
    };
    let answers = [
        errors(&unfit, |facts| facts.tenant = None),
        errors(&unfit, deleted),
        errors(&foreign, without_contacts),
        errors(&foreign, |facts| facts.tenant = None),
    ];
    for answer in answers {
        assert_eq!(answer, ["/tenant tenant-unknown"]);
    }
}

#[test]
fn nobody_of_the_customers_is_the_partners_contact_unless_the_domain_is_the_partners_too() {
    let with = |address: &str| {
        let mut input = input();
        input.partner_contact.as_mut().unwrap().email = Email::parse(address).unwrap();
        input
    };
    let refused = ["/partner_contact/email domain-not-own"];
    assert_eq!(errors(&with("jana@contoso.example"), |_| {}), refused);
    let verified_elsewhere = |facts: &mut Facts| {
        facts.tenant.as_mut().unwrap().contacts[0].email =
            Email::parse("it@office.example").unwrap();
    };
    assert_eq!(errors(&with("IT@office.example"), verified_elsewhere), refused);
    assert_eq!(errors(&with("petr@elsewhere.example"), verified_elsewhere), [""; 0]);
    let shared = |facts: &mut Facts| {
        facts.partner.as_mut().unwrap().domains =
            [Domain::parse("contoso.example").unwrap()].into();
    };
    assert_eq!(errors(&with("petr@contoso.example"), shared), [""; 0]);
}

#[test]
fn a_tenant_that_is_named_without_a_domain_is_not_looked_at() {
    let mut unfit = ClaimInput { tenant_domain: None, ..input() };
    unfit.items = vec![item("yammer")];
    let known = errors(&unfit, |_| {});
    assert_eq!(known, ["/tenant/domain required"]);
    assert_eq!(errors(&unfit, |facts| facts.tenant = None), known);
}

#[test]
fn a_partner_has_as_many_open_claims_at_a_tenant_as_the_policy_says() {
    for (open, limit, fits) in [(9, 10, true), (10, 10, false), (10, 11, true), (0, 1, true)] {
        let mut context = context(alpine(), submitted_at());
        context.facts.open_at_tenant = open;
        context.policy.open_claims_at_tenant = limit;
        let answer = created(&submit(&input(), &[]), &context);
        let full = Rejection::QuotaExceeded { retry_after_s: None };
        assert_eq!(answer.err(), (!fits).then_some(full), "{open} of {limit}");
    }
}

#[test]
fn an_ended_or_excluded_item_cannot_be_claimed() {
    let found = errors(&input(), |facts| {
        let items = &mut facts.tenant.as_mut().unwrap().items;
        items.first_mut().unwrap().state = TenantItemState::Ended;
        items.last_mut().unwrap().claimable = false;
    });
    assert_eq!(found, ["/items/0/id item-not-in-tenant", "/items/2/id item-not-claimable"]);
}

#[test]
fn an_item_outside_the_programs_catalogue_cannot_be_claimed() {
    let found = errors(&input(), |facts| {
        facts.program.as_mut().unwrap().catalogue.pop();
    });
    assert_eq!(found, ["/items/2/id item-not-claimable"]);
}

#[test]
fn evidence_of_exactly_twelve_months_is_young_enough_and_a_day_more_is_not() {
    let today = submitted_at().date_naive();
    let year = today.checked_sub_months(chrono::Months::new(12)).unwrap();
    let with = |date| {
        let mut input = input();
        input.evidence.iter_mut().flatten().for_each(|entry| entry.acknowledged_on = date);
        input
    };
    assert!(opened(&with(year)).is_ok());
    let found = errors(&with(year - Duration::days(1)), |_| {});
    assert_eq!(found, ["/evidence/0/acknowledged_on evidence-too-old"]);
}

#[test]
fn a_foreign_contact_is_enough_only_where_a_verified_contact_stands_beside_it() {
    let foreign = ClaimInput { customer_contact: Some(contact("ceo@holding.example")), ..input() };
    assert!(opened(&foreign).is_ok());
    let found = errors(&foreign, |facts| {
        facts.tenant.as_mut().unwrap().contacts.first_mut().unwrap().verified = false;
    });
    assert_eq!(found, ["/customer_contact/email customer-unreachable"]);
}

#[test]
fn subscriptions_need_a_technical_contact() {
    let found = errors(&input(), |facts| {
        facts.program.as_mut().unwrap().item_kind = ItemKind::Subscription;
    });
    assert!(found.contains(&"/technical_contact required".to_owned()), "{found:?}");
}

#[test]
fn a_duplicate_names_the_partners_own_claim_and_comes_before_block_and_quota() {
    let mut context = context(alpine(), submitted_at());
    let own = context.facts.tenant.as_ref().unwrap().items.first().unwrap();
    let item = domain::program::ItemRef { kind: own.kind, id: own.id.clone() };
    context.facts.own_claims = vec![(item.clone(), id())];
    context.facts.blocked = vec![item];
    context.facts.over_quota = Some(Some(60));
    let refuse = |context: &_| created(&submit(&input(), &[]), context).unwrap_err();
    assert_eq!(refuse(&context), Rejection::DuplicateClaim { claim: id() });
    context.facts.own_claims.clear();
    let items = vec![domain::ids::ItemNo(1)];
    assert_eq!(refuse(&context), Rejection::BlockedByCustomer { items });
    context.facts.blocked.clear();
    assert_eq!(refuse(&context), Rejection::QuotaExceeded { retry_after_s: Some(60) });
}

#[test]
fn only_a_partner_admin_submits() {
    let user = domain::actor::Actor::Partner {
        id: domain::ids::PartnerId::parse("p-alpine").unwrap(),
        admin: false,
        person: None,
    };
    for actor in [user, reviewer(), operator(), administrator(), link()] {
        let refused = created(&submit(&input(), &[]), &context(actor, submitted_at()));
        assert_eq!(refused, Err(Rejection::RoleNotAllowed));
    }
}

#[test]
fn what_could_not_be_read_hides_only_what_is_missing_at_its_own_place_above_it_or_below_it() {
    let bare = ClaimInput { partner_contact: None, tenant: None, tenant_domain: None, ..input() };
    let found = |pointer: &str| {
        let malformed = [FieldError::new(pointer, FieldCode::Malformed)];
        let refused = created(&submit(&bare, &malformed), &context(alpine(), submitted_at()));
        let Err(Rejection::Fields(errors)) = refused else { panic!() };
        let required = errors.into_iter().filter(|error| error.code == FieldCode::Required);
        required.map(|error| error.pointer).collect::<Vec<_>>()
    };
    assert_eq!(found("/label"), ["/partner_contact", "/tenant/domain", "/tenant/id"]);
    assert_eq!(found("/partner_contact"), ["/tenant/domain", "/tenant/id"]);
    assert_eq!(found("/partner_contact/email"), ["/tenant/domain", "/tenant/id"]);
    assert_eq!(found("/tenant"), ["/partner_contact"]);
    assert_eq!(found("/tenant/id"), ["/partner_contact", "/tenant/domain"]);
    assert_eq!(found("/ten"), ["/partner_contact", "/tenant/domain", "/tenant/id"]);
}

#[test]
fn what_could_not_be_read_of_a_draft_is_not_missing_too() {
    let bare = ClaimInput { program: None, tenant: None, tenant_domain: None, ..input() };
    let missing = |pointer: &str| {
        let malformed = [FieldError::new(pointer, FieldCode::Malformed)];
        let missing = domain::decide::missing_for_draft(&bare, &malformed);
        missing.into_iter().map(|error| error.pointer).collect::<Vec<_>>()
    };
    assert_eq!(missing("/label"), ["/program", "/tenant/id", "/tenant/domain"]);
    assert_eq!(missing("/program"), ["/tenant/id", "/tenant/domain"]);
    assert_eq!(missing("/tenant/id"), ["/program", "/tenant/domain"]);
    assert_eq!(missing("/tenant"), ["/program"]);
    assert_eq!(domain::decide::missing_for_draft(&input(), &[]), []);
}

#[test]
fn a_subscription_is_claimable_by_its_product_and_a_workload_by_its_id() {
    let (sku, subscription) = ("sku-1", "sub-1");
    let found = |catalogue: &[&str], product: &str, claimable: bool| {
        let id = domain::ids::ItemId::parse(subscription).unwrap();
        let claim = ClaimInput {
            items: vec![Some((ItemKind::Subscription, id))],
            technical_contact: Some(contact("ops@contoso.example")),
            ..input()
        };
        let mut context = context(alpine(), submitted_at());
        let program = context.facts.program.as_mut().unwrap();
        program.item_kind = ItemKind::Subscription;
        program.catalogue = serde_json::from_value(serde_json::json!(catalogue)).unwrap();
        let item = serde_json::json!({"kind": "subscription", "id": subscription,
            "product": product, "claimable": claimable, "state": "active"});
        context.facts.tenant.as_mut().unwrap().items = vec![serde_json::from_value(item).unwrap()];
        domain::decide::check_submit(&claim, &[], &context)
    };
    assert_eq!(found(&[sku], sku, true), []);
    let refused = [FieldError::new("/items/0/id", FieldCode::ItemNotClaimable)];
    assert_eq!(found(&[subscription], sku, true), refused, "its id is in no catalogue");
    assert_eq!(found(&[], sku, true), refused);
    assert_eq!(found(&[sku], sku, false), refused, "the tenant keeps it out");
}
