//! Wrong codes of a recipient's link (`docs/domain.md §5.4`), by what they were for: ten lock a decision for a while, but
//! never a "no".

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use chrono::Duration;
use domain::claim::Instant;
use domain::ids::{ClaimId, NoticeNo};
use domain::recipient::RecipientNo;

use crate::table::attributes::{Attributes, Reader, instant, key, number};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey};
use crate::table::keys;

/// Wrong codes before a lock.
const MOST: u32 = 10;
const LOCK: Duration = Duration::minutes(15);
/// Wrong codes of an hour that count as an attack, and of an undo.
const ATTACK: u32 = 50;
const ATTACK_ON_UNDO: u32 = 20;
const HOUR: Duration = Duration::hours(1);
/// Kept well beyond the lock: the time to live runs on the real clock, the lock on the test clock.
const KEPT: Duration = Duration::days(90);

/// What a code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeUse {
    /// A "no": wrong codes lock nothing.
    No,
    /// An undo.
    Undo,
    /// More time.
    Extend,
    /// "I am not the right person."
    WrongContact,
}

impl CodeUse {
    /// The attributes that count wrong codes of the use, and say when the last came.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::No => ("n", "nl"),
            Self::Undo => ("u", "ul"),
            Self::Extend => ("e", "el"),
            Self::WrongContact => ("w", "wl"),
        }
    }
}

/// The wrong codes of a link, as they were counted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WrongCodes(Attributes);

/// What a wrong code led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeCount {
    /// How many more lock the decision.
    pub left: u8,
    /// Whether this one makes so many that it is an attack; said once.
    pub attack: bool,
}

impl WrongCodes {
    /// Until when a decision is locked at `at`; never a "no".
    ///
    /// # Errors
    /// `Corrupt` where the count cannot be read.
    pub fn locked_until(&self, used: CodeUse, at: Instant) -> Result<Option<Instant>, StoreError> {
        let (count, last) = used.names();
        let read = Reader::new("wrong codes", &self.0);
        let (count, last) = (read.opt_number::<u32>(count)?.unwrap_or(0), read.opt_instant(last)?);
        let until = last.map(|last| last + LOCK).filter(|until| at < *until);
        Ok(until.filter(|_| count >= MOST && used != CodeUse::No))
    }
}

impl Store {
    /// Counts a wrong code, before it is answered.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn count_wrong_code(
        &self,
        id: &ClaimId,
        notice: NoticeNo,
        recipient: Option<RecipientNo>,
        used: CodeUse,
        at: Instant,
    ) -> Result<CodeCount, StoreError> {
        let (count, last) = used.names();
        let place = key(keys::claim(id), keys::wrong_codes(notice, recipient));
        let known = self.get_item(place.clone()).await?.unwrap_or_default();
        let read = Reader::new("wrong codes", &known);
        // A lock that is over, and an hour that is over, begin anew.
        let old = read.opt_instant(last)?.is_some_and(|last| last + LOCK <= at)
            && read.opt_number::<u32>(count)?.unwrap_or(0) >= MOST;
        let stale = read.opt_instant("h")?.is_none_or(|begun| begun + HOUR <= at);
        let mut sets = vec![format!("{last} = :at"), "expires = :x".to_owned()];
        let mut adds = Vec::new();
        if old {
            sets.push(format!("{count} = :one"))
        } else {
            adds.push(format!("{count} :one"))
        }
        let hourly = if used == CodeUse::Undo { ["a", "b"].as_slice() } else { ["a"].as_slice() };
        if stale {
            sets.push("h = :at".to_owned());
            sets.extend(["a", "b"].map(|name| {
                format!("{name} = {}", if hourly.contains(&name) { ":one" } else { ":zero" })
            }));
        } else {
            adds.extend(hourly.iter().map(|name| format!("{name} :one")));
        }
        let adds =
            if adds.is_empty() { String::new() } else { format!(" ADD {}", adds.join(", ")) };
        let answer = self
            .client
            .update_item()
            .table_name(self.table())
            .set_key(Some(place))
            .update_expression(format!("SET {}{adds}", sets.join(", ")))
            .set_expression_attribute_values(Some(values(
                at,
                (self.raw_now() + KEPT).timestamp(),
                stale && used != CodeUse::Undo,
            )))
            .return_values(ReturnValue::AllNew)
            .send()
            .await
            .map_err(StoreError::of_call)?;
        let counted = answer.attributes.unwrap_or_default();
        let read = Reader::new("wrong codes", &counted);
        let (of_use, of_hour): (u32, u32) = (read.number(count)?, read.number("a")?);
        let undos = read.opt_number::<u32>("b")?.unwrap_or(0);
        let on_undo = used == CodeUse::Undo && undos == ATTACK_ON_UNDO;
        let left = u8::try_from(MOST.saturating_sub(of_use)).unwrap_or(0);
        Ok(CodeCount { left, attack: of_hour == ATTACK || on_undo })
    }
}

fn values(at: Instant, expires: i64, begins: bool) -> HashMap<String, AttributeValue> {
    let mut values = HashMap::from([
        (":at".to_owned(), instant(at)),
        (":x".to_owned(), number(expires)),
        (":one".to_owned(), number(1)),
    ]);
    if begins {
        values.insert(":zero".to_owned(), number(0));
    }
    values
}

impl FetchedItems {
    /// The wrong codes of a link, if their key was fetched.
    pub(crate) fn wrong_codes(
        &self,
        id: &ClaimId,
        notice: NoticeNo,
        recipient: Option<RecipientNo>,
    ) -> Result<WrongCodes, StoreError> {
        let found = self.get(&wrong_codes_key(id, notice, recipient))?;
        Ok(WrongCodes(found.cloned().unwrap_or_default()))
    }
}

/// Where the wrong codes of a link stand.
pub(crate) fn wrong_codes_key(
    id: &ClaimId,
    notice: NoticeNo,
    recipient: Option<RecipientNo>,
) -> ItemKey {
    (keys::claim(id), keys::wrong_codes(notice, recipient))
}
