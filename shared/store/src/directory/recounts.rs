//! Countries whose calendar has changed, and whose open windows are still to be counted again: one item for each,
//! written in the transaction that changes the calendar, and deleted when the last window is done.

use aws_sdk_dynamodb::types::ReturnValue;
use chrono::Duration;
use domain::calendar::CountryCode;
use domain::claim::Instant;

use crate::table::attributes::{Attributes, Reader, bytes, instant, key, number, put, text};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::transaction::{Condition, Written, is_refused};
use crate::table::write_id::WriteId;

const REVISION: &str = "r";
const END: &str = "e";
const SHARD: &str = "s";
const AFTER: &str = "x";
const FAILURES: &str = "n";
const LEASE_UNTIL: &str = "lu";
const LEASE_OWNER: &str = "lw";
/// How long a lease outlives the work it is for.
const LEASE_MARGIN: Duration = Duration::seconds(15);

/// The timers of the windows that end at an instant, in one shard. They are worked on in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WindowBucket {
    pub(crate) end: Instant,
    pub(crate) shard: u16,
}

/// How far the windows of a country are counted again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recount {
    pub(crate) country: CountryCode,
    /// The revision of the calendar for which it was begun. A newer one begins anew.
    pub(crate) revision: u32,
    /// The bucket that is next, and the last timer of it that is done; all buckets before it are done.
    pub(crate) next: Option<(WindowBucket, Option<String>)>,
    /// How often the work behind that timer has failed.
    pub(crate) failures: u32,
}

impl Recount {
    /// The work that a new revision of a calendar asks for, none of it done.
    pub(super) fn of_revision(country: CountryCode, revision: u32) -> Self {
        Self { country, revision, next: None, failures: 0 }
    }

    /// The item without its lease.
    pub(super) fn attributes(&self) -> Attributes {
        let mut item = key(keys::RECOUNTS, self.country.as_str());
        put(&mut item, REVISION, Some(number(self.revision)));
        put(&mut item, FAILURES, Some(number(self.failures)));
        if let Some((bucket, after)) = &self.next {
            put(&mut item, END, Some(instant(bucket.end)));
            put(&mut item, SHARD, Some(number(bucket.shard)));
            put(&mut item, AFTER, after.as_ref().map(text));
        }
        item
    }

    fn read(item: &Attributes) -> Result<Self, StoreError> {
        let item = Reader::new("recount", item);
        let after = item.opt_text(AFTER)?.map(str::to_owned);
        let next = match item.opt_instant(END)? {
            Some(end) => Some((WindowBucket { end, shard: item.number(SHARD)? }, after)),
            None => None,
        };
        Ok(Self {
            country: item.parsed("sk", str::parse)?,
            revision: item.number(REVISION)?,
            next,
            failures: item.number(FAILURES)?,
        })
    }
}

impl Store {
    /// The countries whose windows are still to be counted again, in one query.
    ///
    /// # Errors
    /// Of the table, and for an item that cannot be read.
    pub async fn pending_recounts(&self) -> Result<Vec<CountryCode>, StoreError> {
        let items = self.query_partition(keys::RECOUNTS).await?;
        items.iter().map(|item| Recount::read(item).map(|recount| recount.country)).collect()
    }

    /// Takes the lease of a recount until a little after `until`; `None` while another worker has it, and where
    /// nothing is left to do. An economy: safety never depends on it.
    pub(crate) async fn lease_recount(
        &self,
        country: CountryCode,
        until: Instant,
        owner: WriteId,
    ) -> Result<Option<Recount>, StoreError> {
        let free = "attribute_not_exists(lu) OR lu < :now OR lw = :owner";
        let call = self
            .client
            .update_item()
            .table_name(self.table())
            .set_key(Some(key(keys::RECOUNTS, country.as_str())))
            .update_expression("SET lu = :until, lw = :owner")
            .condition_expression(format!("attribute_exists(pk) AND ({free})"))
            .expression_attribute_values(":until", instant(until + LEASE_MARGIN))
            .expression_attribute_values(":owner", bytes(owner.0))
            .expression_attribute_values(":now", instant(self.raw_now()))
            .return_values(ReturnValue::AllNew);
        match call.send().await {
            Ok(answer) => Recount::read(&answer.attributes.unwrap_or_default()).map(Some),
            Err(error) if is_refused(&error) => Ok(None),
            Err(error) => Err(StoreError::of_call(error)),
        }
    }

    /// Writes how far a recount is, if the lease is still this worker's; says whether it was. `lease` is until when
    /// the worker goes on; without it the lease is given back.
    pub(crate) async fn put_recount(
        &self,
        recount: &Recount,
        owner: WriteId,
        lease: Option<Instant>,
    ) -> Result<bool, StoreError> {
        let mut item = recount.attributes();
        put(&mut item, LEASE_UNTIL, lease.map(|until| instant(until + LEASE_MARGIN)));
        put(&mut item, LEASE_OWNER, lease.map(|_| bytes(owner.0)));
        let own = Condition::new("lw = :owner").with(":owner", bytes(owner.0));
        Ok(self.put_item_if(item, own).await? == Written::Done)
    }

    /// Deletes a recount that is done. One that was begun anew meanwhile stays.
    pub(crate) async fn delete_recount(
        &self,
        country: CountryCode,
        owner: WriteId,
    ) -> Result<(), StoreError> {
        let call = self
            .client
            .delete_item()
            .table_name(self.table())
            .set_key(Some(key(keys::RECOUNTS, country.as_str())))
            .condition_expression("lw = :owner")
            .expression_attribute_values(":owner", bytes(owner.0));
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) if is_refused(&error) => Ok(()),
            Err(error) => Err(StoreError::of_call(error)),
        }
    }
}
