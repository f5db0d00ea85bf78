//! Partners: who may claim.

use domain::directory::Partner;
use domain::ids::PartnerId;

use super::entry::{Author, Entry, EntryWrite, Permits, Revised, body_of, with_body};
use crate::table::attributes::key;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey};
use crate::table::keys;

impl Store {
    /// The partner of that id.
    pub async fn partner(&self, id: &PartnerId) -> Result<Option<Partner>, StoreError> {
        Ok(self.partner_entry(id).await?.map(|partner| partner.entry))
    }

    /// The same with the number of its revision.
    pub async fn partner_entry(
        &self,
        id: &PartnerId,
    ) -> Result<Option<Revised<Partner>>, StoreError> {
        self.load_entry(keys::partner(id)).await
    }

    /// Stores a partner as the author writes it, and gives it as it is stored: what it loses by this bears the
    /// moment (`docs/domain.md §3`, *vanish*).
    ///
    /// # Errors
    /// Where others put the same partner all the time, and of the table.
    pub async fn change_partner(
        &self,
        partner: &Partner,
        author: &Author,
        permits: Permits<'_, Partner>,
    ) -> Result<EntryWrite<Partner>, StoreError> {
        let next =
            |before: Option<&Partner>, _| Ok(partner.clone().stamped(before, author.at).into());
        self.change_entry(keys::partner(&partner.id), author, permits, next).await
    }

    /// Stores a partner as it stands, without a revision: of imports and tests.
    pub async fn put_partner(&self, partner: &Partner) -> Result<(), StoreError> {
        let key = key(keys::partner(&partner.id), keys::RECORD);
        self.put_item(with_body(key, partner)?).await
    }
}

impl Entry for Partner {}

impl FetchedItems {
    /// The partner of that id, if its key was fetched.
    pub(crate) fn partner(&self, id: &PartnerId) -> Result<Option<Partner>, StoreError> {
        self.get(&partner_key(id))?.cloned().map(body_of).transpose()
    }
}

/// Where a partner stands.
pub(crate) fn partner_key(id: &PartnerId) -> ItemKey {
    (keys::partner(id), keys::RECORD.to_owned())
}
