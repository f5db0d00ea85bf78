//! Numbers that are counted up under a condition, of a day or a month: one write unit, and no two counts are in each
//! other's way.

use chrono::Duration;

use super::attributes::{Attributes, Reader, number_value};
use super::config::Store;
use super::error::StoreError;
use super::transaction::is_refused;

/// How long a number is kept: the time to live runs on the real clock.
const KEPT: Duration = Duration::days(90);

/// A number of an item.
#[derive(Debug, Clone)]
pub(crate) struct Counter {
    /// The name of the attribute.
    pub(crate) name: String,
    /// By how much it goes up.
    pub(crate) step: u32,
    /// Up to where it is counted: the step that reaches it is the last. `None`: without end.
    pub(crate) most: Option<u32>,
}

impl Store {
    /// How far a number of an item has been counted; 0 where nothing was.
    pub(crate) async fn read_counter(
        &self,
        key: Attributes,
        name: &str,
    ) -> Result<u32, StoreError> {
        let item = self.get_item(key).await?;
        let number = item.as_ref().map(|item| Reader::new("counter", item).opt_number(name));
        Ok(number.transpose()?.flatten().unwrap_or(0))
    }

    /// Counts each of these numbers of an item up by its step; `false`, with nothing counted, where one of them has come to
    /// its end. An answer that is lost may count once too often, never too seldom.
    pub(crate) async fn count_up(
        &self,
        key: Attributes,
        counters: &[Counter],
    ) -> Result<bool, StoreError> {
        if counters.iter().any(|counter| counter.most == Some(0)) {
            return Ok(false);
        }
        let call = self.client.update_item().table_name(self.table_name()).set_key(Some(key));
        let mut call = call.expression_attribute_values(
            ":x",
            number_value((self.system_time() + KEPT).timestamp()),
        );
        let (mut sums, mut conditions) = (Vec::new(), Vec::new());
        for (at, counter) in counters.iter().enumerate() {
            call = call.expression_attribute_names(format!("#n{at}"), &counter.name);
            call =
                call.expression_attribute_values(format!(":step{at}"), number_value(counter.step));
            sums.push(format!("#n{at} :step{at}"));
            if let Some(most) = counter.most {
                call = call.expression_attribute_values(format!(":most{at}"), number_value(most));
                conditions.push(format!("(attribute_not_exists(#n{at}) OR #n{at} < :most{at})"));
            }
        }
        let call = call
            .update_expression(format!("SET expires = :x ADD {}", sums.join(", ")))
            .set_condition_expression((!conditions.is_empty()).then(|| conditions.join(" AND ")));
        match call.send().await {
            Ok(_) => Ok(true),
            Err(error) if is_refused(&error) => Ok(false),
            Err(error) => Err(StoreError::from(error)),
        }
    }
}
