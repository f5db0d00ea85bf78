//! What asks for open windows to be counted again: one item for each country whose calendar has changed, for each
//! outage, and for new data of zones and holidays. The first two are written in the transaction that announces them, and
//! deleted when the last window is done; the last by a tick, and it is kept by what data all windows were counted.

use std::fmt;

use aws_sdk_dynamodb::types::ReturnValue;
use chrono::Duration;
use domain::calendar::CountryCode;
use domain::claim::Instant;
use domain::outage::Outage;
use serde::{Deserialize, Serialize};

use crate::table::attributes::{
    Attributes, Reader, bytes_value, flag_value, instant_value, item_key, number_value, put_value,
    text_value,
};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::transaction::{Condition, WriteOutcome, is_refused};
use crate::table::write_id::WriteId;

const REVISION: &str = "r";
const DATA: &str = "q";
const DONE: &str = "dn";
const FROM: &str = "f";
const UNTIL: &str = "u";
const END: &str = "e";
const SHARD: &str = "s";
const AFTER: &str = "x";
const FAILURES: &str = "n";
const HAS_FAILED: &str = "h";
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

/// Why open windows are counted again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum RecountCause {
    /// The calendar of a country has changed.
    Country(CountryCode),
    /// The data of zones and holidays has changed.
    CountingData,
    /// An outage of that number was announced.
    Outage(u32),
}

/// The name of [`RecountCause::CountingData`].
const OF_DATA: &str = "data";
/// What the name of an outage begins with.
const OF_OUTAGE: &str = "outage-";

impl fmt::Display for RecountCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Country(country) => f.write_str(country.as_str()),
            Self::CountingData => f.write_str(OF_DATA),
            Self::Outage(number) => write!(f, "{OF_OUTAGE}{number}"),
        }
    }
}

impl TryFrom<String> for RecountCause {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let outage = name.strip_prefix(OF_OUTAGE).and_then(|number| number.parse().ok());
        match (name.as_str(), outage) {
            (OF_DATA, _) => Ok(Self::CountingData),
            (_, Some(number)) => Ok(Self::Outage(number)),
            (country, None) => country.parse().map(Self::Country).map_err(|_| name),
        }
    }
}

impl From<RecountCause> for String {
    fn from(cause: RecountCause) -> Self {
        cause.to_string()
    }
}

impl From<CountryCode> for RecountCause {
    fn from(country: CountryCode) -> Self {
        Self::Country(country)
    }
}

/// Which windows are counted again, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RecountScope {
    /// Those of a country, for that revision of its calendar. A newer one begins anew.
    Country { country: CountryCode, revision: u32 },
    /// All, by that data.
    CountingData { data: String, done: bool },
    /// Those that end within the interval of that outage.
    Outage { number: u32, from: Instant, until: Instant },
}

/// How far windows are counted again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recount {
    pub(crate) scope: RecountScope,
    /// The bucket that is next, and the last timer of it that is done; all buckets before it are done.
    pub(crate) next: Option<(WindowBucket, Option<String>)>,
    /// Whether a window failed on the way there: then the work begins anew behind the last one.
    pub(crate) has_failed: bool,
    /// How often it began anew.
    pub(crate) failures: u32,
}

impl Recount {
    fn of(scope: RecountScope) -> Self {
        Self { scope, next: None, has_failed: false, failures: 0 }
    }

    /// The work that a new revision of a calendar asks for, none of it done.
    pub(super) fn of_revision(country: CountryCode, revision: u32) -> Self {
        Self::of(RecountScope::Country { country, revision })
    }

    /// The work that an outage asks for, none of it done.
    pub(super) fn of_outage(outage: &Outage) -> Self {
        let Outage { number, closing_from, closing_until, .. } = *outage;
        Self::of(RecountScope::Outage { number, from: closing_from, until: closing_until })
    }

    /// What asks for it.
    pub(crate) fn cause(&self) -> RecountCause {
        match &self.scope {
            RecountScope::Country { country, .. } => RecountCause::Country(*country),
            RecountScope::CountingData { .. } => RecountCause::CountingData,
            RecountScope::Outage { number, .. } => RecountCause::Outage(*number),
        }
    }

    fn is_pending(&self) -> bool {
        !matches!(self.scope, RecountScope::CountingData { done: true, .. })
    }

    /// The item without its lease.
    pub(super) fn to_attributes(&self) -> Attributes {
        let mut item = item_key(keys::RECOUNTS, self.cause().to_string());
        match &self.scope {
            RecountScope::Country { revision, .. } => {
                put_value(&mut item, REVISION, Some(number_value(*revision)));
            }
            RecountScope::CountingData { data, done } => {
                put_value(&mut item, DATA, Some(text_value(data)));
                put_value(&mut item, DONE, flag_value(*done));
            }
            RecountScope::Outage { from, until, .. } => {
                put_value(&mut item, FROM, Some(instant_value(*from)));
                put_value(&mut item, UNTIL, Some(instant_value(*until)));
            }
        }
        put_value(&mut item, FAILURES, Some(number_value(self.failures)));
        put_value(&mut item, HAS_FAILED, flag_value(self.has_failed));
        if let Some((bucket, after)) = &self.next {
            put_value(&mut item, END, Some(instant_value(bucket.end)));
            put_value(&mut item, SHARD, Some(number_value(bucket.shard)));
            put_value(&mut item, AFTER, after.as_ref().map(text_value));
        }
        item
    }

    fn from_item(item: &Attributes) -> Result<Self, StoreError> {
        let item = Reader::new("recount", item);
        let after = item.opt_text(AFTER)?.map(str::to_owned);
        let next = match item.opt_instant(END)? {
            Some(end) => Some((WindowBucket { end, shard: item.read_number(SHARD)? }, after)),
            None => None,
        };
        let scope = match item.read_parsed("sk", |name| RecountCause::try_from(name.to_owned()))? {
            RecountCause::Country(country) => {
                RecountScope::Country { country, revision: item.read_number(REVISION)? }
            }
            RecountCause::CountingData => RecountScope::CountingData {
                data: item.read_text(DATA)?.to_owned(),
                done: item.read_flag(DONE)?,
            },
            RecountCause::Outage(number) => RecountScope::Outage {
                number,
                from: item.read_instant(FROM)?,
                until: item.read_instant(UNTIL)?,
            },
        };
        let (has_failed, failures) = (item.read_flag(HAS_FAILED)?, item.read_number(FAILURES)?);
        Ok(Self { scope, next, has_failed, failures })
    }
}

impl Store {
    /// Why windows are still to be counted again, in one query. Where this function counts by later data than all
    /// windows were counted by, that is asked for first; a table that no function has ticked yet has no windows.
    ///
    /// # Errors
    /// Of the table, and for an item that cannot be read.
    pub async fn pending_recounts(&self) -> Result<Vec<RecountCause>, StoreError> {
        let items = self.query_partition(keys::RECOUNTS).await?;
        let mut recounts: Vec<_> =
            items.iter().map(Recount::from_item).collect::<Result<_, _>>()?;
        let counted_by = recounts.iter().find_map(|recount| match &recount.scope {
            RecountScope::CountingData { data, .. } => Some(data.clone()),
            RecountScope::Country { .. } | RecountScope::Outage { .. } => None,
        });
        let is_older = counted_by.as_ref().is_none_or(|data| *data < self.config.counting_data);
        if is_older {
            let (data, done) = (self.config.counting_data.clone(), counted_by.is_none());
            let asked = Recount::of(RecountScope::CountingData { data, done });
            let older = Condition::new("attribute_not_exists(pk) OR q < :data")
                .with_value(":data", text_value(&self.config.counting_data));
            self.put_item_if(asked.to_attributes(), older).await?;
            recounts.retain(|recount| recount.cause() != RecountCause::CountingData);
            recounts.push(asked);
        }
        Ok(recounts.iter().filter(|own| own.is_pending()).map(Recount::cause).collect())
    }

    /// Takes the lease of a recount until a little after `until`; `None` while another worker has it, and where
    /// nothing is left to do. An economy: safety never depends on it.
    pub(crate) async fn lease_recount(
        &self,
        cause: RecountCause,
        until: Instant,
        owner: WriteId,
    ) -> Result<Option<Recount>, StoreError> {
        let free = "attribute_not_exists(lu) OR lu < :now OR lw = :owner";
        let call = self
            .client
            .update_item()
            .table_name(self.table_name())
            .set_key(Some(item_key(keys::RECOUNTS, cause.to_string())))
            .update_expression("SET lu = :until, lw = :owner")
            .condition_expression(format!(
                "attribute_exists(pk) AND attribute_not_exists(dn) AND ({free})"
            ))
            .expression_attribute_values(":until", instant_value(until + LEASE_MARGIN))
            .expression_attribute_values(":owner", bytes_value(owner.0))
            .expression_attribute_values(":now", instant_value(self.system_time()))
            .return_values(ReturnValue::AllNew);
        match call.send().await {
            Ok(answer) => Recount::from_item(&answer.attributes.unwrap_or_default()).map(Some),
            Err(error) if is_refused(&error) => Ok(None),
            Err(error) => Err(StoreError::from(error)),
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
        let mut item = recount.to_attributes();
        put_value(&mut item, LEASE_UNTIL, lease.map(|until| instant_value(until + LEASE_MARGIN)));
        put_value(&mut item, LEASE_OWNER, lease.map(|_| bytes_value(owner.0)));
        let own = Condition::new("lw = :owner").with_value(":owner", bytes_value(owner.0));
        Ok(self.put_item_if(item, own).await? == WriteOutcome::Done)
    }

    /// Deletes a recount that is done; of the data it is kept which it was. One that was begun anew meanwhile stays.
    pub(crate) async fn finish_recount(
        &self,
        recount: &Recount,
        owner: WriteId,
    ) -> Result<(), StoreError> {
        let own = "lw = :owner";
        if let RecountScope::CountingData { data, .. } = &recount.scope {
            let done = RecountScope::CountingData { data: data.clone(), done: true };
            let own = Condition::new(own).with_value(":owner", bytes_value(owner.0));
            self.put_item_if(Recount::of(done).to_attributes(), own).await?;
            return Ok(());
        }
        let call = self
            .client
            .delete_item()
            .table_name(self.table_name())
            .set_key(Some(item_key(keys::RECOUNTS, recount.cause().to_string())))
            .condition_expression(own)
            .expression_attribute_values(":owner", bytes_value(owner.0));
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) if is_refused(&error) => Ok(()),
            Err(error) => Err(StoreError::from(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_asks_for_a_recount_is_read_from_its_name() {
        let country = RecountCause::Country("CZ".parse().unwrap());
        for (cause, name) in [
            (country, "CZ"),
            (RecountCause::CountingData, "data"),
            (RecountCause::Outage(12), "outage-12"),
        ] {
            assert_eq!(cause.to_string(), name);
            assert_eq!(RecountCause::try_from(name.to_owned()), Ok(cause));
        }
        for unknown in ["", "ZZ", "outage-", "outage--1", "data2"] {
            assert!(RecountCause::try_from(unknown.to_owned()).is_err(), "{unknown}");
        }
    }
}
