//! Partners: who may claim.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::claim::Instant;
use domain::directory::Partner;
use domain::ids::PartnerId;

use super::entry::{
    DryRun, EntryWrite, NextEntry, Permits, RevisedEntry, Wish, read_body, write_body,
};
use super::listing::EntryList;
use super::revision::{Author, EntryKind};
use crate::table::attributes::{item_key, put_value};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey};
use crate::table::keys;

impl Store {
    /// The partner of that id.
    pub async fn load_partner(&self, id: &PartnerId) -> Result<Option<Partner>, StoreError> {
        Ok(self.partner_entry(id).await?.map(|partner| partner.entry))
    }

    /// The same with the number of its revision.
    pub async fn partner_entry(
        &self,
        id: &PartnerId,
    ) -> Result<Option<RevisedEntry<Partner>>, StoreError> {
        self.load_entry(keys::partner_pk(id)).await
    }

    /// Stores a partner as the author writes it, and gives it as it is stored: what it loses by this bears the
    /// moment (`docs/domain.md §3`, *vanish*).
    ///
    /// # Errors
    /// The wish's refusal; where others put the same partner all the time, and of the table.
    pub async fn change_partner(
        &self,
        id: &PartnerId,
        wish: Wish<'_, Partner>,
        author: &Author,
        permits: Permits<'_, Partner>,
    ) -> Result<EntryWrite<Partner>, StoreError> {
        let next = |before: Option<&Partner>, _| {
            let entry = wish(before)?.stamp_changes(before, author.at);
            Ok(NextEntry { attributes: list_attributes(&entry), entry, beside: Vec::new() })
        };
        self.change_entry(keys::partner_pk(id), author, permits, next).await
    }

    /// What [`Store::change_partner`] would do with the partner as it is now.
    ///
    /// # Errors
    /// As those of [`Store::change_partner`].
    pub async fn foresee_partner(
        &self,
        id: &PartnerId,
        wish: Wish<'_, Partner>,
        at: Instant,
        permits: Permits<'_, Partner>,
    ) -> Result<DryRun<Partner>, StoreError> {
        let stamped = |before: Option<&Partner>| Ok(wish(before)?.stamp_changes(before, at));
        self.foresee_entry(keys::partner_pk(id), permits, &stamped).await
    }

    /// Those of the ids that no partner has.
    pub async fn unknown_partners(
        &self,
        ids: BTreeSet<&PartnerId>,
    ) -> Result<BTreeSet<PartnerId>, StoreError> {
        self.unknown_ids(ids, partner_key).await
    }

    /// Stores a partner as it stands, without a revision: of imports and tests.
    pub async fn put_partner(&self, partner: &Partner) -> Result<(), StoreError> {
        let key = item_key(keys::partner_pk(&partner.id), keys::RECORD);
        let mut item = write_body(key, partner)?;
        for (name, value) in list_attributes(partner) {
            put_value(&mut item, name, Some(value));
        }
        self.put_item(item).await
    }
}

fn list_attributes(partner: &Partner) -> Vec<(&'static str, AttributeValue)> {
    EntryList::Partners.list_attributes(partner.name.as_str(), partner.id.as_str())
}

impl EntryKind for Partner {}

impl FetchedItems {
    /// The partner of that id, if its key was fetched.
    pub(crate) fn partner(&self, id: &PartnerId) -> Result<Option<Partner>, StoreError> {
        self.get(&partner_key(id))?.cloned().map(read_body).transpose()
    }
}

/// Where a partner stands.
pub(crate) fn partner_key(id: &PartnerId) -> ItemKey {
    (keys::partner_pk(id), keys::RECORD.to_owned())
}
