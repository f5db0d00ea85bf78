//! Wrong codes, by recipient and decision (`docs/domain.md §5`). A right code for a no is never refused; for
//! anything else, ten wrong ones lock that decision for a while.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use chrono::Duration;
use domain::claim::Instant;
use domain::ids::{ClaimId, NoticeNo};
use domain::recipient::RecipientNo;

use crate::table::attributes::{Attributes, Reader, instant_value, item_key, number_value};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey};
use crate::table::keys;

/// The wrong codes of the hour, and when it began.
const OF_HOUR: &str = "c";
const HOUR: &str = "h";
/// All wrong codes for an undo.
const OF_UNDO: &str = "t";
const MOST: u8 = 10;
const LOCK: Duration = Duration::minutes(15);
const ATTACK_IN_AN_HOUR: u32 = 50;
const ATTACK_FOR_AN_UNDO: u32 = 20;
/// How often a count is tried while the lock or the hour changes under it.
const ATTEMPTS: u8 = 8;
/// Kept well beyond the lock: the time to live runs on the real clock, the lock on the test clock.
const KEPT: Duration = Duration::days(90);

/// For what a code is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeUse {
    /// A "no", which wrong codes never lock.
    No,
    /// Taking a no back.
    Undo,
    /// The customer's one extension of the window.
    Extend,
    /// "I am not the right person".
    WrongContact,
}

impl CodeUse {
    /// The attributes of its wrong codes: their number and the moment of the last; `None` where they lock
    /// nothing.
    fn attribute_names(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::No => None,
            Self::Undo => Some(("nu", "lu")),
            Self::Extend => Some(("ne", "le")),
            Self::WrongContact => Some(("nw", "lw")),
        }
    }
}

/// The wrong codes that a recipient's link was given with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WrongCodes {
    undo: WrongCodeSeries,
    extend: WrongCodeSeries,
    wrong_contact: WrongCodeSeries,
    hour: Option<Instant>,
    of_hour: u32,
    of_undo: u32,
}

/// Wrong codes for one decision since its last lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct WrongCodeSeries {
    number: u8,
    last_at: Option<Instant>,
}

/// A wrong code that was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeCount {
    /// How many more may be wrong before the decision is locked, of ten; always ten for a no.
    pub left: u8,
    /// Whether this one makes it an attack: the fiftieth of an hour, or the twentieth for an undo.
    pub attack: bool,
}

/// How the next wrong code is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct NextCount {
    /// Whether the decision's numbers begin anew, after its lock.
    anew: bool,
    /// Whether an hour begins with it.
    new_hour: bool,
}

impl WrongCodes {
    /// Until when no code is taken for that use, right or wrong; `None`: one is. For a no one always is.
    pub fn locked_until(&self, used: CodeUse, at: Instant) -> Option<Instant> {
        let series = self.series_of(used)?;
        let until = series.last_at? + LOCK;
        (series.number >= MOST && at < until).then_some(until)
    }

    fn series_of(&self, used: CodeUse) -> Option<WrongCodeSeries> {
        match used {
            CodeUse::No => None,
            CodeUse::Undo => Some(self.undo),
            CodeUse::Extend => Some(self.extend),
            CodeUse::WrongContact => Some(self.wrong_contact),
        }
    }

    /// How one more is counted; `None`: not at all, since the decision is locked.
    fn next_count(&self, used: CodeUse, at: Instant) -> Option<NextCount> {
        if self.locked_until(used, at).is_some() {
            return None;
        }
        Some(NextCount {
            anew: self.series_of(used).is_some_and(|series| series.number >= MOST),
            new_hour: self.hour.is_none_or(|hour| hour <= at - Duration::hours(1)),
        })
    }

    /// What the count says that led to these.
    fn count_for(&self, used: CodeUse) -> CodeCount {
        let number = self.series_of(used).map_or(0, |series| series.number);
        let undo = used == CodeUse::Undo && self.of_undo == ATTACK_FOR_AN_UNDO;
        let attack = undo || self.of_hour == ATTACK_IN_AN_HOUR;
        CodeCount { left: MOST.saturating_sub(number), attack }
    }

    fn from_item(item: &Attributes) -> Result<Self, StoreError> {
        let item = Reader::new("tries", item);
        let series = |used: CodeUse| {
            let Some((number, last_at)) = used.attribute_names() else {
                return Ok(WrongCodeSeries::default());
            };
            let number = item.opt_number(number)?.unwrap_or(0);
            Ok::<_, StoreError>(WrongCodeSeries { number, last_at: item.opt_instant(last_at)? })
        };
        Ok(Self {
            undo: series(CodeUse::Undo)?,
            extend: series(CodeUse::Extend)?,
            wrong_contact: series(CodeUse::WrongContact)?,
            hour: item.opt_instant(HOUR)?,
            of_hour: item.opt_number(OF_HOUR)?.unwrap_or(0),
            of_undo: item.opt_number(OF_UNDO)?.unwrap_or(0),
        })
    }
}

/// A count as one conditional update: what it changes, and what must still be so.
#[derive(Debug, Default)]
struct CountUpdate {
    set: Vec<String>,
    add: Vec<String>,
    condition: Vec<String>,
    values: Attributes,
}

impl CountUpdate {
    fn of(used: CodeUse, next: NextCount, at: Instant) -> Self {
        let mut update = Self::default();
        update.bind_value(":one", number_value(1));
        update.bind_value(":hour_ago", instant_value(at - Duration::hours(1)));
        update.set.push("expires = :x".to_owned());
        if let Some((number_name, last_at)) = used.attribute_names() {
            update.bind_value(":at", instant_value(at));
            update.bind_value(":most", number_value(MOST));
            update.set.push(format!("{last_at} = :at"));
            if next.anew {
                update.bind_value(":unlocked", instant_value(at - LOCK));
                update.set.push(format!("{number_name} = :one"));
                let unlocked = format!("{number_name} >= :most AND {last_at} <= :unlocked");
                update.condition.push(unlocked);
            } else {
                update.add.push(format!("{number_name} :one"));
                let below =
                    format!("(attribute_not_exists({number_name}) OR {number_name} < :most)");
                update.condition.push(below);
            }
        }
        if used == CodeUse::Undo {
            update.add.push(format!("{OF_UNDO} :one"));
        }
        if next.new_hour {
            update.bind_value(":at", instant_value(at));
            update.set.push(format!("{HOUR} = :at"));
            update.set.push(format!("{OF_HOUR} = :one"));
            update.condition.push(format!("(attribute_not_exists({HOUR}) OR {HOUR} <= :hour_ago)"));
        } else {
            update.add.push(format!("{OF_HOUR} :one"));
            update.condition.push(format!("{HOUR} > :hour_ago"));
        }
        update
    }

    fn bind_value(&mut self, name: &str, value: AttributeValue) {
        self.values.insert(name.to_owned(), value);
    }

    fn update_expression(&self) -> String {
        let set = format!("SET {}", self.set.join(", "));
        if self.add.is_empty() { set } else { format!("{set} ADD {}", self.add.join(", ")) }
    }
}

impl Store {
    /// Counts a wrong code, before it is answered; `known` are those before it, as they were read for the same
    /// request. One for a decision that is locked by now is not counted.
    ///
    /// # Errors
    /// Where the table does not answer, or the item cannot be read.
    pub async fn count_wrong_code(
        &self,
        claim: &ClaimId,
        notice: NoticeNo,
        recipient: Option<RecipientNo>,
        used: CodeUse,
        at: Instant,
        known: WrongCodes,
    ) -> Result<CodeCount, StoreError> {
        let key = item_key(keys::claim_pk(claim), keys::tries_sk(notice, recipient));
        let mut wrong = known;
        for _ in 0..ATTEMPTS {
            let Some(next) = wrong.next_count(used, at) else {
                return Ok(CodeCount { left: 0, attack: false });
            };
            match self.update_count(&key, CountUpdate::of(used, next, at)).await? {
                Ok(counted) => return Ok(counted.count_for(used)),
                Err(found) => wrong = found,
            }
        }
        Err(StoreError::Unavailable("others count all the time".to_owned()))
    }

    /// The wrong codes after the update; or those that there are, where it does not fit them.
    async fn update_count(
        &self,
        key: &Attributes,
        mut update: CountUpdate,
    ) -> Result<Result<WrongCodes, WrongCodes>, StoreError> {
        update.bind_value(":x", number_value((self.system_time() + KEPT).timestamp()));
        let call = self
            .client
            .update_item()
            .table_name(self.table_name())
            .set_key(Some(key.clone()))
            .update_expression(update.update_expression())
            .condition_expression(update.condition.join(" AND "))
            .set_expression_attribute_values(Some(update.values))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match call.send().await {
            Ok(answer) => WrongCodes::from_item(&answer.attributes.unwrap_or_default()).map(Ok),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    WrongCodes::from_item(failed.item().unwrap_or(&Attributes::new())).map(Err)
                }
                Some(_) | None => Err(StoreError::from(error)),
            },
        }
    }
}

impl FetchedItems {
    /// The wrong codes of a recipient, if the key was fetched.
    pub(crate) fn wrong_codes(
        &self,
        claim: &ClaimId,
        notice: NoticeNo,
        recipient: Option<RecipientNo>,
    ) -> Result<WrongCodes, StoreError> {
        let found = self.get(&tries_key(claim, notice, recipient))?;
        found.map_or(Ok(WrongCodes::default()), WrongCodes::from_item)
    }
}

/// Where the wrong codes of a recipient stand.
pub(crate) fn tries_key(
    claim: &ClaimId,
    notice: NoticeNo,
    recipient: Option<RecipientNo>,
) -> ItemKey {
    (keys::claim_pk(claim), keys::tries_sk(notice, recipient))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn at(seconds: i64) -> Instant {
        DateTime::from_timestamp(1_790_000_000 + seconds, 0).unwrap()
    }

    /// Counts a wrong code as the table carries the update out.
    fn counted(item: &mut Attributes, used: CodeUse, at: Instant) -> Option<CodeCount> {
        let next = WrongCodes::from_item(item).unwrap().next_count(used, at)?;
        let update = CountUpdate::of(used, next, at);
        for assignment in update.set.iter().filter(|set| *set != "expires = :x") {
            let (name, value) = assignment.split_once(" = ").unwrap();
            item.insert(name.to_owned(), update.values[value].clone());
        }
        for addition in &update.add {
            let (name, _) = addition.split_once(' ').unwrap();
            let sum = Reader::new("tries", item).opt_number::<u32>(name).unwrap().unwrap_or(0) + 1;
            item.insert(name.to_owned(), number_value(sum));
        }
        Some(WrongCodes::from_item(item).unwrap().count_for(used))
    }

    fn locked_until(item: &Attributes, used: CodeUse, at: Instant) -> Option<Instant> {
        WrongCodes::from_item(item).unwrap().locked_until(used, at)
    }

    const LOCKING: [CodeUse; 3] = [CodeUse::Undo, CodeUse::Extend, CodeUse::WrongContact];

    #[test]
    fn ten_wrong_codes_lock_that_decision_for_fifteen_minutes_and_no_other() {
        for used in LOCKING {
            let mut item = Attributes::new();
            for left in (0..10).rev() {
                assert_eq!(locked_until(&item, used, at(0)), None);
                assert_eq!(counted(&mut item, used, at(0)).unwrap().left, left);
            }
            assert_eq!(locked_until(&item, used, at(0)), Some(at(900)));
            assert_eq!(locked_until(&item, used, at(899)), Some(at(900)));
            assert_eq!(locked_until(&item, used, at(900)), None);
            for other in LOCKING.iter().filter(|other| **other != used) {
                assert_eq!(locked_until(&item, *other, at(0)), None);
            }
            assert_eq!(locked_until(&item, CodeUse::No, at(0)), None);
        }
    }

    #[test]
    fn a_wrong_code_for_a_locked_decision_is_not_counted_and_after_the_lock_ten_are_left() {
        let mut item = Attributes::new();
        for _ in 0..10 {
            counted(&mut item, CodeUse::Extend, at(0));
        }
        let before = item.clone();
        assert_eq!(counted(&mut item, CodeUse::Extend, at(899)), None);
        assert_eq!(item, before);
        assert_eq!(counted(&mut item, CodeUse::Extend, at(900)).unwrap().left, 9);
        assert_eq!(locked_until(&item, CodeUse::Extend, at(900)), None);
    }

    #[test]
    fn wrong_codes_for_a_no_lock_nothing_however_many() {
        let mut item = Attributes::new();
        for _ in 0..200 {
            let count = counted(&mut item, CodeUse::No, at(0)).unwrap();
            assert_eq!(count.left, 10);
        }
        for used in [CodeUse::No, CodeUse::Undo, CodeUse::Extend, CodeUse::WrongContact] {
            assert_eq!(locked_until(&item, used, at(0)), None);
        }
    }

    #[test]
    fn the_fiftieth_wrong_code_of_an_hour_is_an_attack_and_is_told_once() {
        let mut item = Attributes::new();
        let attacks = |item: &mut Attributes, from: i64| -> Vec<i64> {
            let nth = |no: &i64| counted(item, CodeUse::No, at(from + no)).unwrap().attack;
            (1..=120).filter(nth).collect()
        };
        assert_eq!(attacks(&mut item, 0), [50]);
        assert_eq!(attacks(&mut item, 3601), [50], "the next hour is counted anew");
    }

    #[test]
    fn forty_nine_wrong_codes_in_each_hour_are_no_attack() {
        let mut item = Attributes::new();
        for hour in 0..5 {
            for _ in 0..49 {
                assert!(!counted(&mut item, CodeUse::No, at(hour * 3600)).unwrap().attack);
            }
        }
    }

    #[test]
    fn the_twentieth_wrong_code_for_an_undo_is_an_attack_however_slow() {
        let mut item = Attributes::new();
        let nth = |no: &i64| counted(&mut item, CodeUse::Undo, at(no * 4000)).unwrap().attack;
        assert_eq!((1..=60).filter(nth).collect::<Vec<_>>(), [20]);
    }

    #[test]
    fn an_update_names_every_value_that_it_brings_and_no_other() {
        for used in [CodeUse::No, CodeUse::Undo, CodeUse::Extend, CodeUse::WrongContact] {
            for (anew, new_hour) in [(false, false), (false, true), (true, false), (true, true)] {
                let update = CountUpdate::of(used, NextCount { anew, new_hour }, at(0));
                let text =
                    format!("{} {}", update.update_expression(), update.condition.join(" AND "));
                let named: std::collections::BTreeSet<_> = text
                    .split([' ', ',', '(', ')'])
                    .filter(|word| word.starts_with(':') && *word != ":x")
                    .collect();
                let brought = update.values.keys().map(String::as_str).collect();
                assert_eq!(named, brought, "{text}");
            }
        }
    }

    #[test]
    fn a_count_that_fits_no_more_is_refused_by_its_condition() {
        let next = NextCount { anew: false, new_hour: false };
        let update = CountUpdate::of(CodeUse::Undo, next, at(0));
        let condition = ["(attribute_not_exists(nu) OR nu < :most)", "h > :hour_ago"];
        assert_eq!(update.condition, condition);
        let next = NextCount { anew: true, new_hour: true };
        let update = CountUpdate::of(CodeUse::Undo, next, at(0));
        let condition =
            ["nu >= :most AND lu <= :unlocked", "(attribute_not_exists(h) OR h <= :hour_ago)"];
        assert_eq!(update.condition, condition);
    }
}
