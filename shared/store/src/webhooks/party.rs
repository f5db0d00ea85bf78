//! What is counted for a party, whichever of its webhooks it deletes.

use std::ops::ControlFlow;

use chrono::NaiveDate;
use domain::claim::Instant;
use domain::webhook::{MAX_DISABLED_MAILS, WebhookOwner, seconds_to_test};

use crate::table::attributes::{
    Attributes, Reader, instant_value, item_key, number_value, put_value, text_value,
};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::transaction::{Condition, WriteOutcome};

use super::attempts::{ATTEMPTS, pause_between, too_busy};

/// Which of the writes of this item the last one was.
const WRITES: &str = "n";
const TESTED_AT: &str = "t";
const MAILED_ON: &str = "m";
const MAILS: &str = "mn";

/// The item of a party. Whoever creates a webhook writes it too, so that two at once are not one too many.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct PartyRecord {
    writes: Option<u32>,
    /// When the last test of a webhook of the party was sent.
    tested_at: Option<Instant>,
    /// The last day, by UTC, on which it was told that a webhook was disabled, and of how many on that day.
    mailed_on: Option<NaiveDate>,
    mails: u32,
}

impl PartyRecord {
    fn from_item(item: &Attributes) -> Result<Self, StoreError> {
        let reader = Reader::new("webhooks of a party", item);
        Ok(Self {
            writes: reader.opt_number(WRITES)?,
            tested_at: reader.opt_instant(TESTED_AT)?,
            mailed_on: reader.opt_parsed(MAILED_ON, str::parse)?,
            mails: reader.opt_number(MAILS)?.unwrap_or_default(),
        })
    }

    /// The item of the next write, and the condition that there was none meanwhile.
    pub(super) fn to_write(&self, owner: &WebhookOwner) -> (Attributes, Condition) {
        let unchanged = match self.writes {
            Some(writes) => {
                Condition::new(format!("{WRITES} = :n")).with_value(":n", number_value(writes))
            }
            None => Condition::absent(),
        };
        let mut item = record_key(owner);
        let writes = self.writes.unwrap_or_default().wrapping_add(1);
        put_value(&mut item, WRITES, Some(number_value(writes)));
        put_value(&mut item, TESTED_AT, self.tested_at.map(instant_value));
        if let Some(day) = self.mailed_on {
            put_value(&mut item, MAILED_ON, Some(text_value(day.to_string())));
            put_value(&mut item, MAILS, Some(number_value(self.mails)));
        }
        (item, unchanged)
    }
}

impl Store {
    /// Notes that a party tests one of its webhooks at `now`. Where it has just tested one: in how many seconds it may
    /// again, and nothing is noted.
    ///
    /// # Errors
    /// Where the table does not answer, or the item cannot be read.
    pub async fn count_webhook_test(
        &self,
        owner: &WebhookOwner,
        now: Instant,
    ) -> Result<Option<u32>, StoreError> {
        let test = |record: PartyRecord| match seconds_to_test(record.tested_at, now) {
            Some(seconds) => ControlFlow::Break(seconds),
            None => ControlFlow::Continue(PartyRecord { tested_at: Some(now), ..record }),
        };
        self.change_party_record(owner, test).await
    }

    /// Counts that a party is told by mail on that day, by UTC, of a webhook that was disabled; `false`, with nothing
    /// counted: it was told of as many as a day may have.
    ///
    /// # Errors
    /// Where the table does not answer, or the item cannot be read.
    pub async fn count_disabled_mail(
        &self,
        owner: &WebhookOwner,
        day: NaiveDate,
    ) -> Result<bool, StoreError> {
        let tell = |record: PartyRecord| {
            let mails = if record.mailed_on == Some(day) { record.mails } else { 0 };
            if mails >= MAX_DISABLED_MAILS {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(PartyRecord { mailed_on: Some(day), mails: mails + 1, ..record })
        };
        Ok(self.change_party_record(owner, tell).await?.is_none())
    }

    /// Writes a change of the party's record, decided anew where somebody else was ahead. Where there is nothing to change:
    /// why, and nothing is written.
    async fn change_party_record<T>(
        &self,
        owner: &WebhookOwner,
        change: impl Fn(PartyRecord) -> ControlFlow<T, PartyRecord>,
    ) -> Result<Option<T>, StoreError> {
        for attempt in 0..ATTEMPTS {
            pause_between(attempt).await;
            let changed = match change(self.party_record(owner).await?) {
                ControlFlow::Continue(changed) => changed,
                ControlFlow::Break(why) => return Ok(Some(why)),
            };
            let (item, unchanged) = changed.to_write(owner);
            if self.put_item_if(item, unchanged).await? == WriteOutcome::Done {
                return Ok(None);
            }
        }
        Err(too_busy())
    }

    pub(super) async fn party_record(
        &self,
        owner: &WebhookOwner,
    ) -> Result<PartyRecord, StoreError> {
        let item = self.get_item(record_key(owner)).await?;
        item.as_ref().map_or_else(|| Ok(PartyRecord::default()), PartyRecord::from_item)
    }
}

fn record_key(owner: &WebhookOwner) -> Attributes {
    item_key(keys::webhooks_pk(owner), keys::webhook_owner_sk(owner))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn what_is_counted_for_a_party_is_read_as_it_was_written() {
        let mut read = PartyRecord::default();
        for no in 1..3_u32 {
            let written = PartyRecord {
                tested_at: DateTime::from_timestamp(1_795_000_000 + i64::from(no), 0),
                mailed_on: NaiveDate::from_ymd_opt(2026, 12, no),
                mails: no,
                ..read
            };
            let (item, _) = written.to_write(&WebhookOwner::Staff);
            read = PartyRecord::from_item(&item).unwrap();
            assert_eq!(read, PartyRecord { writes: Some(no), ..written });
        }
    }
}
