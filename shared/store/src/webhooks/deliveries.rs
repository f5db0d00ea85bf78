//! What became of the last deliveries of a webhook.

use domain::ids::WebhookId;
use domain::webhook::{DELIVERIES_KEPT, Delivery, DeliveryError, Webhook, WebhookOwner};

use crate::table::attributes::{
    Attributes, Reader, instant_value, item_key, number_value, put_value, text_value,
};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::write_id::WriteId;

/// How many are told.
const MOST_TOLD: i32 = 100;
const ITEM: &str = "delivery";
const AT: &str = "a";
const MESSAGE: &str = "m";
const TYPE: &str = "y";
const STATUS: &str = "st";
const DURATION: &str = "d";
const ERROR: &str = "e";
const EXPIRES: &str = "expires";

impl Store {
    /// Notes an attempt to deliver.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn note_delivery(
        &self,
        owner: &WebhookOwner,
        id: &WebhookId,
        delivery: &Delivery,
    ) -> Result<(), StoreError> {
        let apart = WriteId::new().client_token();
        let sort = format!("{}#{apart}", keys::sortable_instant(delivery.at));
        let mut item = item_key(keys::webhook_deliveries_pk(owner, id), sort);
        put_value(&mut item, AT, Some(instant_value(delivery.at)));
        put_value(&mut item, MESSAGE, Some(text_value(&delivery.message)));
        put_value(&mut item, TYPE, Some(text_value(&delivery.event_type)));
        put_value(&mut item, STATUS, delivery.status.map(number_value));
        put_value(&mut item, DURATION, Some(number_value(delivery.duration_ms)));
        put_value(&mut item, ERROR, delivery.error.map(|error| text_value(error.as_str())));
        let expires = (delivery.at + DELIVERIES_KEPT).timestamp();
        put_value(&mut item, EXPIRES, Some(number_value(expires)));
        self.put_item(item).await
    }

    /// The last 100 attempts of a webhook within seven days, the newest first. Those of an earlier one of that name are
    /// not told.
    ///
    /// # Errors
    /// Where the table does not answer, or an item cannot be read.
    pub async fn list_deliveries(&self, webhook: &Webhook) -> Result<Vec<Delivery>, StoreError> {
        let first = (self.system_time() - DELIVERIES_KEPT).max(webhook.created_at);
        let pk = keys::webhook_deliveries_pk(&webhook.owner, &webhook.id);
        let answer = self
            .client
            .query()
            .table_name(self.table_name())
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND sk >= :first")
            .expression_attribute_values(":pk", text_value(pk))
            .expression_attribute_values(":first", text_value(keys::sortable_instant(first)))
            .scan_index_forward(false)
            .limit(MOST_TOLD)
            .send()
            .await?;
        answer.items.unwrap_or_default().iter().map(delivery_of).collect()
    }
}

fn delivery_of(item: &Attributes) -> Result<Delivery, StoreError> {
    let reader = Reader::new(ITEM, item);
    Ok(Delivery {
        at: reader.read_instant(AT)?,
        message: reader.read_text(MESSAGE)?.to_owned(),
        event_type: reader.read_text(TYPE)?.to_owned(),
        status: reader.opt_number(STATUS)?,
        duration_ms: reader.read_number(DURATION)?,
        error: reader.opt_parsed(ERROR, |text| DeliveryError::parse(text).ok_or(()))?,
    })
}
