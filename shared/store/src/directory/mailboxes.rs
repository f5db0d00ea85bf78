//! Whose verified contact a mailbox is: an item for each tenant, stored with the tenant's entry; and how many links to an
//! overview went to it.
//!
//! What does not fit into the transaction of the entry, and what is from before, the sweep of the tenant writes.

use std::collections::BTreeSet;

use domain::claim::Instant;
use domain::directory::Tenant;
use domain::ids::TenantId;
use domain::overview::{MOST_LINKS_A_DAY, MOST_LINKS_AN_HOUR};

use crate::table::attributes::{Attributes, Reader, item_key};
use crate::table::config::Store;
use crate::table::counter::Counter;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey};
use crate::table::keys;
use crate::table::mailbox_keys::MailboxKeys;
use crate::table::transaction::{Condition, TransactionAction};

/// The number of an item that counts.
const COUNT: &str = "n";

/// Whether a link may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkAllowance {
    /// The link was counted and may be mailed.
    Granted,
    /// As many as a day may have went to the address.
    DayUsedUp,
    /// As many as an hour may have went out.
    HourUsedUp,
}

/// What the items of a tenant's mailboxes lack, and what they have too much.
#[derive(Debug, Default)]
struct MailboxDifference {
    missing: Vec<ItemKey>,
    idle: Vec<ItemKey>,
}

impl Store {
    /// What a tenant's put writes of its mailboxes, at most so many; the rest is the sweep's.
    pub(super) async fn mailbox_changes(
        &self,
        before: Option<&Tenant>,
        next: &Tenant,
        most: usize,
    ) -> Result<Vec<TransactionAction>, StoreError> {
        let former = before.map(Tenant::verified_mailboxes).unwrap_or_default();
        let MailboxDifference { missing, idle } = self.mailbox_difference(next, former).await?;
        let puts = missing.into_iter().map(|key| TransactionAction::Put(to_item(key), None));
        let deletes = idle.into_iter().map(|key| {
            TransactionAction::Delete(to_item(key), Condition::new("attribute_exists(pk)"))
        });
        Ok(puts.chain(deletes).take(most).collect())
    }

    /// Writes what the items of a tenant's mailboxes lack, by the entry as it is now, and deletes those of whoever is no
    /// verified contact any more.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub(crate) async fn complete_mailboxes(&self, tenant: &Tenant) -> Result<(), StoreError> {
        let left = tenant.former_contacts.iter().map(|former| &former.contact);
        let own = tenant.contacts.iter().chain(left).map(|own| own.email.mailbox());
        let difference = self.mailbox_difference(tenant, own.collect()).await?;
        for key in difference.missing {
            self.put_item(to_item(key)).await?;
        }
        self.delete_items(difference.idle.into_iter().map(to_item).collect()).await
    }

    /// `former` are mailboxes that may have items and may be nobody's now.
    async fn mailbox_difference(
        &self,
        tenant: &Tenant,
        former: Vec<String>,
    ) -> Result<MailboxDifference, StoreError> {
        let Some(names) = &self.mailboxes else { return Ok(MailboxDifference::default()) };
        let wanted: BTreeSet<String> = tenant.verified_mailboxes().into_iter().collect();
        let left: BTreeSet<String> =
            former.into_iter().filter(|own| !wanted.contains(own)).collect();
        let keys_of = |mailbox: &String| -> Vec<ItemKey> {
            names.digests(mailbox).iter().map(|digest| tenant_key(digest, &tenant.id)).collect()
        };
        let mut fetched = FetchedItems::default();
        let all = wanted.iter().chain(&left).flat_map(keys_of).collect();
        self.fetch_items(&mut fetched, all).await?;
        let mut difference = MailboxDifference::default();
        for mailbox in &wanted {
            let keys = keys_of(mailbox);
            let mut is_there = false;
            for key in &keys {
                is_there |= fetched.get(key)?.is_some();
            }
            difference.missing.extend(keys.into_iter().take(usize::from(!is_there)));
        }
        for key in left.iter().flat_map(keys_of) {
            if fetched.get(&key)?.is_some() {
                difference.idle.push(key);
            }
        }
        Ok(difference)
    }

    /// The tenants whose verified contact the mailbox is or was, an address in lower case, by their ids. The entry says
    /// whether it is one.
    ///
    /// # Errors
    /// Where the table does not answer, or an item cannot be read.
    pub async fn tenants_of_mailbox(
        &self,
        names: &MailboxKeys,
        mailbox: &str,
    ) -> Result<BTreeSet<TenantId>, StoreError> {
        let mut tenants = BTreeSet::new();
        for digest in names.digests(mailbox) {
            for item in self.query_partition(&keys::mailbox_pk(&digest)).await? {
                let sort = Reader::new("mailbox", &item).read_text("sk")?;
                tenants.extend(keys::parse_mailbox_tenant_sk(sort));
            }
        }
        Ok(tenants)
    }

    /// Counts a link to an overview for the mailbox's day, and for the hour of all of them.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn count_overview_link(
        &self,
        names: &MailboxKeys,
        mailbox: &str,
        at: Instant,
    ) -> Result<LinkAllowance, StoreError> {
        let partition = keys::mailbox_pk(&names.current_digest(mailbox));
        let day = item_key(partition, keys::links_of_day_sk(at));
        if !self.count_up(day, &[link_counter(MOST_LINKS_A_DAY)]).await? {
            return Ok(LinkAllowance::DayUsedUp);
        }
        let hour = item_key(keys::LINKS, keys::links_of_hour_sk(at));
        let is_counted = self.count_up(hour, &[link_counter(MOST_LINKS_AN_HOUR)]).await?;
        Ok(if is_counted { LinkAllowance::Granted } else { LinkAllowance::HourUsedUp })
    }
}

fn link_counter(most: u32) -> Counter {
    Counter { name: COUNT.to_owned(), step: 1, most: Some(most) }
}

fn tenant_key(digest: &str, tenant: &TenantId) -> ItemKey {
    (keys::mailbox_pk(digest), keys::mailbox_tenant_sk(tenant))
}

/// The item of a key: that it is there is all that it says.
fn to_item((pk, sk): ItemKey) -> Attributes {
    item_key(pk, sk)
}
