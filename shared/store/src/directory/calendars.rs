//! The operator's holidays, by country (`docs/domain.md §4`, 2 and 5). Every revision is kept, so that a
//! deadline counted by an old one can be counted again by anyone.

use std::collections::{BTreeSet, HashMap};

use chrono::{Duration, NaiveDate};
use domain::calendar::{
    AddedDays, BusinessCalendar, CalendarError, CalendarId, CountryCode, Exception, SkipReason,
    SkippedDay, Subdivision, UnknownSubdivision, Window,
};
use domain::claim::{Claim, Instant};
use domain::directory::CountryCalendar;
use domain::outage::Outage;
use domain::rejection::Rejection;

use super::entry::{DryRun, EntryWrite, NextEntry, Permits, RevisedEntry, read_body, write_body};
use super::outages::read_outages;
use super::recounts::Recount;
use super::revision::{Author, EntryKind};
use crate::table::attributes::{Reader, item_key, number_value, put_value, text_value};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey};
use crate::table::index::{Cursor, ListPage};
use crate::table::keys;
use crate::table::transaction::{Condition, TransactionAction};

const REVISION: &str = "v";
/// Which days were added, each since which revision.
const DAYS: &str = "d";

/// What a writer makes of the days that are added to a calendar: all of them.
pub type DaysWish<'a> =
    &'a (dyn Fn(&BTreeSet<Exception>) -> Result<BTreeSet<Exception>, Rejection> + Send + Sync);

/// By what windows are counted now, as far as it changes while they are open: the added days of each country that has
/// some, and the outages for which windows get a day.
#[derive(Debug, Default)]
pub(crate) struct Revisions {
    countries: HashMap<CountryCode, AddedDays>,
    outages: Vec<Outage>,
}

/// No place on earth is further ahead of UTC.
const FURTHEST_AHEAD: Duration = Duration::hours(14);

/// The latest date that it is anywhere when a window ends then.
pub(crate) fn last_date(closes_at: Instant) -> NaiveDate {
    (closes_at + FURTHEST_AHEAD).date_naive()
}

impl Revisions {
    /// Whether a window that was counted by this calendar and ends then would be counted the same way now, and is given
    /// no day.
    pub(crate) fn keeps_count(&self, calendar: &CalendarId, closes_at: Instant) -> bool {
        let Some(country) = calendar.country() else { return false };
        let untouched = AddedDays { revision: 0, days: Some(Vec::new()) };
        let added = self.countries.get(&country).unwrap_or(&untouched);
        let has_outage = self.outages.iter().any(|outage| outage.covers_end(closes_at));
        !added.may_change_count(calendar, last_date(closes_at)) && !has_outage
    }
}

impl Store {
    /// What the operator has added to the calendar of a country.
    pub async fn country_calendar(
        &self,
        country: CountryCode,
    ) -> Result<CountryCalendar, StoreError> {
        let stored = self.load_entry(keys::calendar_pk(country)).await?;
        Ok(stored.map_or_else(|| CountryCalendar::without_days(country), |stored| stored.entry))
    }

    /// Puts the days that are added to the calendar of a country, all of them, in a new revision: the entry, the
    /// list of revisions that is read before windows are closed, the revision itself, and what asks for the recount
    /// of open windows, in one transaction. The
    /// same days again change nothing. A calendar to which nothing was ever added is at revision 0.
    ///
    /// # Errors
    /// The wish's refusal; where others put the same calendar all the time, and of the table.
    pub async fn put_country_calendar(
        &self,
        country: CountryCode,
        wish: DaysWish<'_>,
        author: &Author,
        permits: Permits<'_, CountryCalendar>,
    ) -> Result<EntryWrite<CountryCalendar>, StoreError> {
        let untouched = RevisedEntry { entry: CountryCalendar::without_days(country), revision: 0 };
        let permits = |present: Option<&RevisedEntry<CountryCalendar>>, repeats| {
            permits(Some(present.unwrap_or(&untouched)), repeats)
        };
        let adds_nothing = wish(&untouched.entry.added).is_ok_and(|added| added.is_empty());
        if adds_nothing
            && permits(None, true)
            && self.country_calendar(country).await?.revision == 0
        {
            return Ok(EntryWrite::Stored(untouched));
        }
        let next = |before: Option<&CountryCalendar>, revision| {
            let before = before.unwrap_or(&untouched.entry);
            let added = wish(&before.added)?;
            next_calendar(before.replace_days(added, revision, author.staff.as_ref(), author.at))
        };
        let written = self.change_entry(keys::calendar_pk(country), author, &permits, next).await?;
        // Every country has a calendar, whether or not anything was ever added to it.
        Ok(match written {
            EntryWrite::Stale(None) => EntryWrite::Stale(Some(untouched)),
            EntryWrite::Created(stored) => EntryWrite::Stored(stored),
            known @ (EntryWrite::Stored(_) | EntryWrite::Stale(Some(_))) => known,
        })
    }

    /// What [`Store::put_country_calendar`] would do with the calendar as it is now.
    ///
    /// # Errors
    /// As those of [`Store::put_country_calendar`].
    pub async fn foresee_country_calendar(
        &self,
        country: CountryCode,
        wish: DaysWish<'_>,
        permits: Permits<'_, CountryCalendar>,
    ) -> Result<DryRun<CountryCalendar>, StoreError> {
        let present = self.country_calendar(country).await?;
        let present = RevisedEntry { revision: present.revision, entry: present };
        let added = wish(&present.entry.added);
        let repeats = added.as_ref().is_ok_and(|added| *added == present.entry.added);
        if !permits(Some(&present), repeats) {
            return Ok(DryRun::Stale(Some(present)));
        }
        let next = CountryCalendar { added: added?, ..present.entry.clone() };
        Ok(DryRun::Next { present: Some(present), next })
    }

    /// A page of the calendars that something was ever added to, by country.
    ///
    /// # Errors
    /// Where an entry cannot be read.
    pub async fn country_calendars(
        &self,
        from: Option<&Cursor>,
        limit: u16,
    ) -> Result<ListPage<CountryCalendar>, StoreError> {
        let start = from.map(|from| item_key(keys::REVISIONS, from.sort.clone()));
        let query = self.client.query().table_name(self.table_name()).consistent_read(true);
        let query = query.key_condition_expression("pk = :pk");
        let query = query.expression_attribute_values(":pk", text_value(keys::REVISIONS));
        let query = query.set_exclusive_start_key(start).limit(i32::from(limit));
        let answer = query.send().await?;
        let (mut countries, mut fetched) = (Vec::new(), FetchedItems::default());
        for item in answer.items.unwrap_or_default() {
            let item = Reader::new("revision", &item);
            if item.read_text("sk")? != keys::LISTED_OUTAGES {
                countries.push(item.read_parsed("sk", str::parse::<CountryCode>)?);
            }
        }
        self.fetch_items(&mut fetched, countries.iter().copied().map(calendar_key).collect())
            .await?;
        let mut items = Vec::new();
        for country in countries {
            let stored = fetched.get(&calendar_key(country))?.cloned();
            items.extend(stored.map(read_body::<CountryCalendar>).transpose()?);
        }
        let last = answer.last_evaluated_key.as_ref();
        let next = last.map(|last| Reader::new("revision", last).read_text("sk")).transpose()?;
        Ok(ListPage { items, next: next.map(|sort| Cursor { part: None, sort: sort.to_owned() }) })
    }

    /// The revisions of all countries, and the outages, in one query.
    pub(crate) async fn load_revisions(&self) -> Result<Revisions, StoreError> {
        let mut revisions = Revisions::default();
        for item in self.query_partition(keys::REVISIONS).await? {
            let item = Reader::new("revision", &item);
            if item.read_text("sk")? == keys::LISTED_OUTAGES {
                revisions.outages = read_outages(item)?;
                continue;
            }
            let country = item.read_parsed("sk", str::parse::<CountryCode>)?;
            let revision = item.read_number(REVISION)?;
            let added = match item.opt_text(DAYS)? {
                Some(text) => AddedDays::of_text(country, revision, text)
                    .ok_or_else(|| item.attribute_error(DAYS))?,
                None => AddedDays { revision, days: None },
            };
            revisions.countries.insert(country, added);
        }
        Ok(revisions)
    }

    /// The business calendar of a place as it is now.
    ///
    /// # Errors
    /// `Corrupt` for a subdivision that the calendar data does not know.
    pub async fn load_calendar(
        &self,
        country: CountryCode,
        subdivision: Option<Subdivision>,
        unknown: UnknownSubdivision,
    ) -> Result<BusinessCalendar, StoreError> {
        let mut fetched = FetchedItems::default();
        self.fetch_items(&mut fetched, vec![calendar_key(country)]).await?;
        fetched.calendar(country, subdivision, unknown)
    }

    /// Gives the added days that the claim's window skipped their names: its record keeps the days,
    /// and the revision of the calendar that names them.
    ///
    /// # Errors
    /// Where the revision cannot be read.
    pub async fn name_added_days(&self, claim: &mut Claim) -> Result<(), StoreError> {
        let mut fetched = FetchedItems::default();
        self.fetch_items(&mut fetched, named_revision_key(claim).into_iter().collect()).await?;
        fetched.name_added_days(claim)
    }
}

fn next_calendar(new: CountryCalendar) -> Result<NextEntry<CountryCalendar>, StoreError> {
    let kept =
        write_body(item_key(keys::calendar_pk(new.country), keys::policy_sk(new.revision)), &new)?;
    let mut listed = item_key(keys::REVISIONS, new.country.as_str());
    put_value(&mut listed, REVISION, Some(number_value(new.revision)));
    put_value(&mut listed, DAYS, new.added_days().to_text().map(text_value));
    let recount = Recount::of_revision(new.country, new.revision).to_attributes();
    let beside = vec![
        TransactionAction::Put(kept, Some(Condition::absent())),
        TransactionAction::Put(listed, None),
        TransactionAction::Put(recount, None),
    ];
    Ok(NextEntry { entry: new, attributes: Vec::new(), beside })
}

impl EntryKind for CountryCalendar {
    fn has_same_content(&self, other: &Self) -> bool {
        self.added == other.added
    }
}

impl FetchedItems {
    /// The business calendar of a place as it is now, if its country's entry was fetched.
    ///
    /// # Errors
    /// `Corrupt` for a subdivision that the calendar data does not know.
    pub(crate) fn calendar(
        &self,
        country: CountryCode,
        subdivision: Option<Subdivision>,
        unknown: UnknownSubdivision,
    ) -> Result<BusinessCalendar, StoreError> {
        self.calendar_before(country, subdivision, unknown, None)
    }

    /// The same with those days alone that were added before `end`, if there is one.
    pub(crate) fn calendar_before(
        &self,
        country: CountryCode,
        subdivision: Option<Subdivision>,
        unknown: UnknownSubdivision,
        end: Option<Instant>,
    ) -> Result<BusinessCalendar, StoreError> {
        let calendar = BusinessCalendar::new(country, subdivision, unknown)
            .map_err(|error: CalendarError| StoreError::Corrupt(error.to_string()))?;
        let stored = self.added_days(country)?;
        let added = end.map_or_else(|| stored.added.clone(), |end| stored.added_before(end));
        Ok(calendar.with_exceptions(stored.revision, added))
    }

    /// The calendar with what was added to its country, if its entry was fetched.
    pub(crate) fn with_added_days(
        &self,
        calendar: BusinessCalendar,
    ) -> Result<BusinessCalendar, StoreError> {
        let CountryCalendar { revision, added, .. } = self.added_days(calendar.country())?;
        Ok(calendar.with_exceptions(revision, added))
    }

    fn added_days(&self, country: CountryCode) -> Result<CountryCalendar, StoreError> {
        let stored = self.get(&calendar_key(country))?.cloned();
        let stored = stored.map(read_body::<CountryCalendar>).transpose()?;
        Ok(stored.unwrap_or_else(|| CountryCalendar::without_days(country)))
    }

    /// Gives the added days that the claim's window skipped their names, if the revision that names them was
    /// fetched.
    pub(crate) fn name_added_days(&self, claim: &mut Claim) -> Result<(), StoreError> {
        let Some(key) = named_revision_key(claim) else { return Ok(()) };
        let Some(stored) = self.get(&key)?.cloned() else { return Ok(()) };
        let stored: CountryCalendar = read_body(stored)?;
        if let Some(window) = claim.state.window_mut()
            && let Ok(calendar) = window.calendar.embedded_calendar()
        {
            let calendar = calendar.with_exceptions(stored.revision, stored.added);
            *window = window.clone().with_names_of(&calendar);
        }
        Ok(())
    }
}

/// Where the revision stands that names the added days which a claim's window skipped; `None` where there
/// are no such days.
pub(crate) fn named_revision_key(claim: &Claim) -> Option<ItemKey> {
    let window = claim.state.window().filter(|window| has_unnamed(window))?;
    let calendar = window.calendar.embedded_calendar().ok()?;
    Some((keys::calendar_pk(calendar.country()), keys::policy_sk(window.calendar.revision())))
}

/// Where the calendar of a country stands.
pub(crate) fn calendar_key(country: CountryCode) -> ItemKey {
    (keys::calendar_pk(country), keys::RECORD.to_owned())
}

/// Whether a day was skipped that only the operator's calendar can name.
fn has_unnamed(window: &Window) -> bool {
    let unnamed = |day: &SkippedDay| day.reason == SkipReason::Exception && day.name.is_none();
    window.skipped.iter().any(unnamed)
}
