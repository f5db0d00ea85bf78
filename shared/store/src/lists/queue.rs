//! The operator's queues: a sparse index by state and time of waiting.

use domain::claim::Claim;
use domain::queue::Queue;

use crate::table::clock::Moment;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::index::{Cursor, ListPage};
use crate::table::schema;

impl Store {
    /// A queue of the operator's, longest waiting first.
    pub async fn queue(
        &self,
        queue: Queue,
        from: Option<&Cursor>,
        limit: u16,
        moment: Moment,
    ) -> Result<ListPage<Claim>, StoreError> {
        let statuses = queue.statuses();
        let begun = from.and_then(|from| from.part);
        let first = statuses.iter().position(|status| Some(*status) == begun).unwrap_or(0);
        let mut rest = statuses.iter().skip(first);
        let Some(status) = rest.next() else {
            return Ok(ListPage { items: Vec::new(), next: None });
        };
        let from = from.filter(|from| !from.sort.is_empty());
        let query = self.query_index(schema::QUEUE, status.as_str(), None, from);
        let (ids, next) = self.query_page(query, schema::QUEUE, i32::from(limit)).await?;
        let mut items = self.load_all_up_to_date(&ids, moment).await?;
        items.retain(|claim| queue.takes(claim, moment.at));
        let queue = |cursor: Cursor| Cursor { part: Some(*status), ..cursor };
        let following = rest.next().map(|next| Cursor { part: Some(*next), sort: String::new() });
        Ok(ListPage { items, next: next.map(queue).or(following) })
    }
}
