//! Partners: who may claim.

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

    /// Stores a partner, new or changed.
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
