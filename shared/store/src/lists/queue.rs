//! The operator's queues: a sparse index by state and time of waiting. Several states are one list by that time.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::Select;
use domain::claim::Status;
use domain::queue::Queue;
use futures_util::future::try_join_all;

use crate::table::attributes::text_value;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::index::{Cursor, IndexEntry, Places};
use crate::table::schema;

/// The statuses of the claims in a queue, or in any.
pub(super) fn queue_statuses(queue: Option<Queue>) -> Vec<Status> {
    let waits = |status: &Status| status.table_row().queue.is_some();
    queue.map_or_else(|| Status::ALL.iter().copied().filter(waits).collect(), Queue::statuses)
}

impl Store {
    /// What waits in these states, longest first: the next of each state side by side, put into one order.
    pub(super) async fn read_queues(
        &self,
        statuses: &[Status],
        from: Option<&Cursor>,
        limit: u16,
    ) -> Result<Places, StoreError> {
        let queries = statuses.iter().map(|status| {
            let query = self.query_index(schema::QUEUE, status.as_str(), None, None);
            let query = match from {
                Some(from) => query
                    .key_condition_expression("iq = :p AND iw > :s")
                    .expression_attribute_values(":s", text_value(&from.sort)),
                None => query,
            };
            self.query_places(query, schema::QUEUE, None, limit.into())
        });
        let read = try_join_all(queries).await?;
        // Of a state that has more nothing is known behind its last entry, so the one order ends there for now.
        let known = read.iter().filter_map(|(_, next)| next.as_ref()).map(|next| &next.sort).min();
        let known = known.cloned();
        let mut places: Vec<IndexEntry> = read.into_iter().flat_map(|(places, _)| places).collect();
        places.sort_by(|one, other| one.behind.sort.cmp(&other.behind.sort));
        let is_known =
            |place: &IndexEntry| known.as_ref().is_none_or(|known| place.behind.sort <= *known);
        places.retain(is_known);
        let has_more = known.is_some() || places.len() > limit.into();
        places.truncate(limit.into());
        let next = places.last().filter(|_| has_more).map(|last| last.behind.clone());
        Ok((places, next))
    }

    /// How many claims wait in each state of the queue, whoever they are of.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn queue_totals(&self) -> Result<BTreeMap<Status, u32>, StoreError> {
        let count = |status: Status| async move {
            let query = self.query_index(schema::QUEUE, status.as_str(), None, None);
            Ok::<_, StoreError>((status, self.count_entries(query).await?))
        };
        Ok(try_join_all(queue_statuses(None).into_iter().map(count)).await?.into_iter().collect())
    }

    /// How many entries of an index a query has.
    pub(super) async fn count_entries(&self, query: QueryFluentBuilder) -> Result<u32, StoreError> {
        let query = query.select(Select::Count);
        let (mut counted, mut from) = (0_u32, None);
        loop {
            let page = query.clone().set_exclusive_start_key(from).send();
            let page = page.await?;
            counted = counted.saturating_add(u32::try_from(page.count).unwrap_or(0));
            from = page.last_evaluated_key;
            if from.is_none() {
                return Ok(counted);
            }
        }
    }
}
