//! What a partner is told that it could claim at a tenant (`docs/domain.md §3.6`).

use domain::context::Facts;
use domain::directory::{Tenant, TenantItem, TenantItemState};
use domain::eligibility::{Claimability, list_claimable};
use domain::ids::ItemId;
use domain::program::{ItemKind, ItemRef};

use crate::given::*;

/// What is listed at the tenant, as `item claimability`.
fn listed(tenant: &Tenant, facts: &Facts) -> Vec<String> {
    let told = |(item, claimability): (&TenantItem, Claimability)| {
        format!("{} {}", item.id.as_str(), claimability.as_str())
    };
    list_claimable(tenant, &program(), facts).into_iter().map(told).collect()
}

fn reference(id: &str) -> ItemRef {
    ItemRef { kind: ItemKind::Workload, id: ItemId::parse(id).unwrap() }
}

#[test]
fn every_item_of_the_programs_kind_is_listed_with_what_keeps_the_partner_from_it() {
    let mut tenant = tenant();
    let like = tenant.items[0].clone();
    tenant.items.push(TenantItem { id: reference("viva").id, claimable: false, ..like });
    let facts = Facts {
        own_claims: vec![(reference("exchange-online"), id())],
        blocked: vec![reference("teams"), reference("exchange-online")],
        ..facts()
    };
    assert_eq!(
        listed(&tenant, &facts),
        [
            "exchange-online mine",
            "teams blocked",
            "sharepoint-online claimable",
            "viva not_claimable"
        ]
    );
}

#[test]
fn an_item_that_has_ended_or_is_of_another_kind_is_not_listed_and_one_in_grace_is() {
    let mut tenant = tenant();
    tenant.items[0].state = TenantItemState::Ended;
    tenant.items[1].state = TenantItemState::Grace;
    tenant.items[2].kind = ItemKind::Subscription;
    let [listed] = &listed(&tenant, &facts())[..] else { panic!() };
    assert!(listed.starts_with("teams "), "{listed}");
}
