//! A calendar has changed: the open windows that it counted are found by their timers and counted
//! again (`docs/domain.md §4`, 5). A window that is not found here, for its tenant's zone is none of its
//! country's, is counted again before it is closed.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use domain::actor::Actor;
use domain::calendar::CountryCode;
use domain::claim::Instant;
use domain::command::Command;
use domain::directory::CountryCalendar;
use domain::ids::ClaimId;
use futures_util::future::try_join_all;

use super::directory::ReconcileReport;
use crate::claims::run::Effect;
use crate::table::attributes::key;
use crate::table::clock::Moment;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::timers::page::PAGE;
use crate::timers::timer::{TimerItem, TimerKind};

/// How many days ahead windows end that are looked for.
const AHEAD: u64 = 130;
/// How many buckets are read at a time.
const AT_A_TIME: usize = 16;

impl Store {
    /// Counts the country's open windows again.
    pub(crate) async fn recount_windows(
        &self,
        country: CountryCode,
    ) -> Result<ReconcileReport, StoreError> {
        let calendar = self.country_calendar(country).await?;
        let mut report = ReconcileReport::default();
        let moment: Moment = self.moment_of(self.raw_now()).await?;
        for buckets in self.buckets(&calendar, moment.at).chunks(AT_A_TIME) {
            let found = buckets.iter().map(|bucket| self.find_counted_before(bucket, &calendar));
            for claim in try_join_all(found).await?.into_iter().flatten() {
                report.seen += 1;
                let moment: Moment = self.moment_of(self.raw_now()).await?;
                let (actor, command) = (Actor::System, Command::Recount);
                let done = Box::pin(self.execute(&claim, &actor, &command, moment, None)).await?;
                report.changed += u32::from(done.effect == Effect::Changed);
            }
        }
        Ok(report)
    }

    /// The partitions of the timers of windows that an added day can make longer: they end at a
    /// midnight of the country after the first such day.
    fn buckets(&self, calendar: &CountryCalendar, now: Instant) -> Vec<String> {
        let first = calendar.added.iter().map(|added| added.date).min();
        let Some(first) = first.map(|first| first.max(now.date_naive())) else { return Vec::new() };
        let ends: BTreeSet<Instant> =
            (0..=AHEAD).flat_map(|days| midnights(calendar.country, first, days)).collect();
        let shards = 0..self.config.shards;
        let ends = ends.into_iter().filter(|end| *end > now);
        ends.flat_map(|end| shards.clone().map(move |shard| keys::timers(end, shard))).collect()
    }

    /// The claims of a bucket whose windows another revision of the calendar counted.
    async fn find_counted_before(
        &self,
        bucket: &str,
        calendar: &CountryCalendar,
    ) -> Result<Vec<ClaimId>, StoreError> {
        let mut claims = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let start = after.map(|after| key(bucket, after));
            let page = self.query_timers(bucket.to_owned(), start, PAGE).await?;
            after = page.timers.last().map(TimerItem::sort).filter(|_| page.more);
            let stale = page.timers.into_iter().filter(|timer| was_counted_before(timer, calendar));
            claims.extend(stale.map(|timer| timer.claim));
            if after.is_none() {
                return Ok(claims);
            }
        }
    }
}

/// The ends of a local day, some days after the first, in the zones of the country.
fn midnights(country: CountryCode, first: NaiveDate, days: u64) -> Vec<Instant> {
    let date = first.checked_add_days(Days::new(days));
    let date = date.and_then(|date| date.succ_opt());
    let zones = country.zones().into_iter();
    date.map(|date| zones.filter_map(|zone| zone.first_instant(date)).collect()).unwrap_or_default()
}

fn was_counted_before(timer: &TimerItem, calendar: &CountryCalendar) -> bool {
    let Some(counted) = &timer.calendar else { return false };
    timer.kind == TimerKind::Window
        && counted.country() == Some(calendar.country)
        && !counted.is_current(calendar.revision)
}
