//! When an association's data were last read: the customer may know who has looked, and when.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use domain::claim::Instant;
use domain::ids::AssociationId;

use crate::table::attributes::{Reader, instant, key};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;

const LAST: &str = "r";

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
            .table_name(self.table())
            .set_key(Some(key(keys::claim(&association.claim), keys::reading(association.item))))
            .update_expression("SET r = :r")
            .condition_expression("attribute_not_exists(r) OR r < :r")
            .expression_attribute_values(":r", instant(at))
            .send()
            .await;
        match noted {
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(())
            }
            noted => noted.map(|_| ()).map_err(StoreError::of_call),
        }
    }

    /// When the data of these associations were last read; those that never were are left out.
    pub async fn last_readings(
        &self,
        associations: &[AssociationId],
    ) -> Result<BTreeMap<AssociationId, Instant>, StoreError> {
        let place = |id: &AssociationId| key(keys::claim(&id.claim), keys::reading(id.item));
        let (items, _) = self.get_items(associations.iter().map(place).collect()).await?;
        let mut last = BTreeMap::new();
        for item in &items {
            let item = Reader::new("reading", item);
            let number = |sk: &str| keys::item_read(sk).ok_or(());
            let id = AssociationId {
                claim: keys::claim_of(item.text("pk")?)?,
                item: item.parsed("sk", number)?,
            };
            last.insert(id, item.instant(LAST)?);
        }
        Ok(last)
    }
}
