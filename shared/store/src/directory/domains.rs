//! Whose a domain is: one item for each, stored with the tenant that has it, so that no domain is two tenants'.

use std::collections::BTreeSet;

use domain::directory::{Tenant, TenantStatus};
use domain::ids::TenantId;
use domain::rejection::{FieldCode, FieldError, Rejection};
use domain::text::Domain;

use crate::table::attributes::{Attributes, Reader, item_key, put_value, text_value};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey};
use crate::table::keys;
use crate::table::transaction::{Condition, TransactionAction};

/// The tenant that has the domain.
const TENANT: &str = "tn";
/// How many domains may come or go with one put: a transaction has at most 100 items, and the entry with its
/// revisions is three of them.
const MOST_CHANGES: usize = 90;

/// The domains that an entry keeps from other tenants; none where the tenant is deleted.
fn held_domains(tenant: &Tenant) -> BTreeSet<&Domain> {
    match tenant.status {
        TenantStatus::Active => tenant.domains.iter().collect(),
        TenantStatus::Deleted => BTreeSet::new(),
    }
}

fn domain_key(domain: &Domain) -> ItemKey {
    (keys::domain_pk(domain), keys::RECORD.to_owned())
}

/// The item that says whose the domain is.
pub(super) fn domain_item(domain: &Domain, tenant: &TenantId) -> Attributes {
    let (pk, sk) = domain_key(domain);
    let mut item = item_key(pk, sk);
    put_value(&mut item, TENANT, Some(text_value(tenant.as_str())));
    item
}

fn read_owner(item: &Attributes) -> Result<TenantId, StoreError> {
    Reader::new("domain", item).read_parsed(TENANT, TenantId::parse)
}

impl Store {
    /// The tenant that has the domain.
    pub async fn tenant_of_domain(&self, domain: &Domain) -> Result<Option<TenantId>, StoreError> {
        let (pk, sk) = domain_key(domain);
        self.get_item(item_key(pk, sk)).await?.as_ref().map(read_owner).transpose()
    }

    /// What a tenant's put writes of its domains: those that come and those that go.
    ///
    /// # Errors
    /// [`StoreError::DomainsTaken`] for the domains of other tenants; `too-long` where more come and go than one
    /// transaction takes.
    pub(super) async fn domain_changes(
        &self,
        before: Option<&Tenant>,
        next: &Tenant,
    ) -> Result<Vec<TransactionAction>, StoreError> {
        let (held, had) = (held_domains(next), before.map(held_domains).unwrap_or_default());
        let left = had.difference(&held).copied().collect::<Vec<_>>();
        let mut fetched = FetchedItems::default();
        let wanted = held.iter().chain(&left).map(|domain| domain_key(domain)).collect();
        self.fetch_items(&mut fetched, wanted).await?;
        let owner = |domain: &Domain| fetched.get(&domain_key(domain))?.map(read_owner).transpose();
        let (mut actions, mut taken) = (Vec::new(), BTreeSet::new());
        for domain in held {
            match owner(domain)? {
                None => {
                    let item = domain_item(domain, &next.id);
                    actions.push(TransactionAction::Put(item, Some(Condition::absent())));
                }
                Some(owner) if owner == next.id => {}
                Some(_) => {
                    taken.insert(domain.clone());
                }
            }
        }
        if !taken.is_empty() {
            return Err(StoreError::DomainsTaken(taken));
        }
        for domain in left {
            if owner(domain)?.is_some_and(|owner| owner == next.id) {
                let (pk, sk) = domain_key(domain);
                let own = Condition::new(format!("{TENANT} = :own"));
                let own = own.with_value(":own", text_value(next.id.as_str()));
                actions.push(TransactionAction::Delete(item_key(pk, sk), own));
            }
        }
        if actions.len() > MOST_CHANGES {
            let many = FieldError::new("/domains", FieldCode::TooLong);
            return Err(Rejection::Fields(vec![many]).into());
        }
        Ok(actions)
    }
}
