//! The operator's holidays, by country (`docs/domain.md §4`, 2 and 5). Every revision is kept, so that a
//! deadline counted by an old one can be counted again by anyone.

use std::collections::{BTreeSet, HashMap};

use domain::calendar::{
    BusinessCalendar, CalendarError, CalendarId, CountryCode, Exception, SkipReason, SkippedDay,
    Subdivision, UnknownSubdivision, Window,
};
use domain::claim::Claim;
use domain::directory::CountryCalendar;

use super::entry::{ATTEMPTS, body_of, with_body};
use crate::table::attributes::{Reader, key, number, put};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey};
use crate::table::keys;
use crate::table::retry::pause;
use crate::table::transaction::{Action, Condition, Written};
use crate::table::write_id::WriteId;

const REVISION: &str = "v";

/// By which revisions windows are counted now: that of each country that has one.
#[derive(Debug, Default)]
pub(crate) struct Revisions(HashMap<CountryCode, u32>);

impl Revisions {
    /// Whether a window that was counted by this calendar would be counted the same way now.
    pub(crate) fn are_those_of(&self, calendar: &CalendarId) -> bool {
        let revision = |country| self.0.get(&country).copied().unwrap_or(0);
        calendar.country().is_some_and(|country| calendar.is_current(revision(country)))
    }
}

impl Store {
    /// What the operator has added to the calendar of a country.
    pub async fn country_calendar(
        &self,
        country: CountryCode,
    ) -> Result<CountryCalendar, StoreError> {
        let stored = self.load_entry(key(keys::calendar(country), keys::RECORD)).await?;
        Ok(stored.unwrap_or_else(|| CountryCalendar::untouched(country)))
    }

    /// Puts the days that are added to the calendar of a country, all of them, in a new revision;
    /// the calendar as it is then. The same days again change nothing.
    pub async fn put_country_calendar(
        &self,
        country: CountryCode,
        added: &BTreeSet<Exception>,
    ) -> Result<CountryCalendar, StoreError> {
        for attempt in 0..ATTEMPTS {
            let old = self.country_calendar(country).await?;
            if old.added == *added {
                return Ok(old);
            }
            let revision = old.revision.saturating_add(1);
            let new = CountryCalendar { country, revision, added: added.clone() };
            if self.replace_calendar(&old, &new).await? == Written::Done {
                return Ok(new);
            }
            pause(attempt).await;
        }
        Err(StoreError::Unavailable("others put the same calendar all the time".to_owned()))
    }

    /// The entry, the list of revisions that is read before windows are closed, and the revision
    /// itself, in one transaction.
    async fn replace_calendar(
        &self,
        old: &CountryCalendar,
        new: &CountryCalendar,
    ) -> Result<Written, StoreError> {
        let pk = || keys::calendar(new.country);
        let unchanged = match old.revision {
            0 => Condition::absent(),
            revision => Condition::new("v = :v").with(":v", number(revision)),
        };
        let mut entry = with_body(key(pk(), keys::RECORD), new)?;
        put(&mut entry, REVISION, Some(number(new.revision)));
        let kept = with_body(key(pk(), keys::policy(new.revision)), new)?;
        let mut listed = key(keys::REVISIONS, new.country.as_str());
        put(&mut listed, REVISION, Some(number(new.revision)));
        let actions = vec![
            Action::Put(entry, Some(unchanged)),
            Action::Put(kept, Some(Condition::absent())),
            Action::Put(listed, None),
        ];
        self.transact(actions, WriteId::new()).await
    }

    /// The revisions of all countries, in one query.
    pub(crate) async fn load_revisions(&self) -> Result<Revisions, StoreError> {
        let mut revisions = HashMap::new();
        for item in self.query_partition(keys::REVISIONS).await? {
            let item = Reader::new("revision", &item);
            let country = item.parsed("sk", str::parse::<CountryCode>)?;
            revisions.insert(country, item.number(REVISION)?);
        }
        Ok(Revisions(revisions))
    }

    /// The business calendar of a place as it is now.
    ///
    /// # Errors
    /// `Corrupt` for a subdivision that the calendar data does not know.
    pub async fn calendar(
        &self,
        country: CountryCode,
        subdivision: Option<Subdivision>,
        unknown: UnknownSubdivision,
    ) -> Result<BusinessCalendar, StoreError> {
        let mut fetched = FetchedItems::default();
        self.fetch(&mut fetched, vec![calendar_key(country)]).await?;
        fetched.calendar(country, subdivision, unknown)
    }

    /// Gives the added days that the claim's window skipped their names: its record keeps the days,
    /// and the revision of the calendar that names them.
    ///
    /// # Errors
    /// Where the revision cannot be read.
    pub async fn name_added_days(&self, claim: &mut Claim) -> Result<(), StoreError> {
        let mut fetched = FetchedItems::default();
        self.fetch(&mut fetched, named_revision_key(claim).into_iter().collect()).await?;
        fetched.name_added_days(claim)
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
        let calendar = BusinessCalendar::new(country, subdivision, unknown)
            .map_err(|error: CalendarError| StoreError::Corrupt(error.to_string()))?;
        self.with_added_days(calendar)
    }

    /// The calendar with what was added to its country, if its entry was fetched.
    pub(crate) fn with_added_days(
        &self,
        calendar: BusinessCalendar,
    ) -> Result<BusinessCalendar, StoreError> {
        let stored = self.get(&calendar_key(calendar.country()))?.cloned();
        let stored = stored.map(body_of::<CountryCalendar>).transpose()?;
        let CountryCalendar { revision, added, .. } =
            stored.unwrap_or_else(|| CountryCalendar::untouched(calendar.country()));
        Ok(calendar.with_exceptions(revision, added))
    }

    /// Gives the added days that the claim's window skipped their names, if the revision that names them was
    /// fetched.
    pub(crate) fn name_added_days(&self, claim: &mut Claim) -> Result<(), StoreError> {
        let Some(key) = named_revision_key(claim) else { return Ok(()) };
        let Some(stored) = self.get(&key)?.cloned() else { return Ok(()) };
        let stored: CountryCalendar = body_of(stored)?;
        if let Some(window) = claim.state.window_mut()
            && let Ok(calendar) = window.calendar.embedded()
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
    let calendar = window.calendar.embedded().ok()?;
    Some((keys::calendar(calendar.country()), keys::policy(window.calendar.revision())))
}

/// Where the calendar of a country stands.
pub(crate) fn calendar_key(country: CountryCode) -> ItemKey {
    (keys::calendar(country), keys::RECORD.to_owned())
}

/// Whether a day was skipped that only the operator's calendar can name.
fn has_unnamed(window: &Window) -> bool {
    let unnamed = |day: &SkippedDay| day.reason == SkipReason::Exception && day.name.is_none();
    window.skipped.iter().any(unnamed)
}
