//! Partners: who may claim.

use domain::claim::Instant;
use domain::directory::Partner;
use domain::ids::PartnerId;

use super::entry::{body_of, with_body};
use crate::table::attributes::key;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey};
use crate::table::keys;

impl Store {
    /// The partner of that id.
    pub async fn partner(&self, id: &PartnerId) -> Result<Option<Partner>, StoreError> {
        self.load_entry(key(keys::partner(id), keys::RECORD)).await
    }

    /// Stores a partner as it is written at `at`, and gives it as it is stored: what it loses by this bears the
    /// moment (`docs/domain.md §3`, *vanish*).
    ///
    /// # Errors
    /// Where others put the same partner all the time, and of the table.
    pub async fn change_partner(
        &self,
        partner: &Partner,
        at: Instant,
    ) -> Result<Partner, StoreError> {
        let key = key(keys::partner(&partner.id), keys::RECORD);
        self.change_entry(&key, |before| partner.clone().stamped(before, at)).await
    }

    /// Stores a partner as it stands: of imports and tests.
    pub async fn put_partner(&self, partner: &Partner) -> Result<(), StoreError> {
        let key = key(keys::partner(&partner.id), keys::RECORD);
        self.put_item(with_body(key, partner)?).await
    }
}

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
