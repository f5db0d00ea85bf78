//! When the associations of a claim were last read: the customer may know who has looked, and when. One item a
//! claim, with an attribute for each association.

use std::collections::BTreeMap;

use domain::claim::{Claim, Instant};
use domain::ids::{AssociationId, ClaimId, ItemNo};

use crate::table::attributes::{Reader, instant_value, item_key};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey};
use crate::table::keys;
use crate::table::transaction::is_refused;

/// When the data of each of a claim's associations were last read; those that never were are left out.
pub type Readings = BTreeMap<ItemNo, Instant>;

impl Store {
    /// Notes that the data of an association were read at `at`; an earlier read changes nothing.
    pub async fn note_reading(
        &self,
        association: &AssociationId,
        at: Instant,
    ) -> Result<(), StoreError> {
        let noted = self
            .client
            .update_item()
            .table_name(self.table_name())
            .set_key(Some(item_key(keys::claim_pk(&association.claim), keys::READINGS)))
            .update_expression("SET #last = :at")
            .condition_expression("attribute_not_exists(#last) OR #last < :at")
            .expression_attribute_names("#last", item_attribute(association.item))
            .expression_attribute_values(":at", instant_value(at))
            .send()
            .await;
        match noted {
            Err(error) if is_refused(&error) => Ok(()),
            noted => noted.map(|_| ()).map_err(StoreError::from),
        }
    }
}

impl FetchedItems {
    /// The readings of a claim, if their key was fetched.
    pub(crate) fn readings(&self, claim: &Claim) -> Result<Readings, StoreError> {
        let Some(item) = self.get(&readings_key(&claim.id))? else { return Ok(Readings::new()) };
        let item = Reader::new("readings", item);
        let mut readings = Readings::new();
        for no in claim.items.iter().map(|item| item.no) {
            readings.extend(item.opt_instant(&item_attribute(no))?.map(|at| (no, at)));
        }
        Ok(readings)
    }
}

/// Where the readings of a claim stand.
pub(crate) fn readings_key(claim: &ClaimId) -> ItemKey {
    (keys::claim_pk(claim), keys::READINGS.to_owned())
}

fn item_attribute(item: ItemNo) -> String {
    format!("r{}", item.0)
}
