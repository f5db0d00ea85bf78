//! A calendar has changed: the open windows that it counted are found by their timers and counted
//! again (`docs/domain.md §4`, 5). A window that is not found here, for its tenant's zone is none of its
//! country's, is counted again before it is closed.
//!
//! The work may take many runs. Each begins where the one before it stopped.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use domain::actor::Actor;
use domain::calendar::CountryCode;
use domain::claim::Instant;
use domain::command::Command;
use domain::directory::CountryCalendar;
use domain::ids::ClaimId;
use futures_util::future::{join_all, try_join_all};
use tracing::error;

use crate::claims::run::Effect;
use crate::directory::recounts::{Recount, WindowBucket};
use crate::table::attributes::key;
use crate::table::clock::Moment;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::write_id::WriteId;
use crate::timers::dead_letter::is_hopeless;
use crate::timers::page::{PAGE, TimerPage};
use crate::timers::timer::{TimerItem, TimerKind};

/// How many days ahead windows end that are looked for.
const AHEAD: u64 = 130;
/// How many buckets are read at a time.
const BUCKETS_AT_A_TIME: usize = 16;
/// How many windows are counted at a time. Then the time is looked at again.
const WINDOWS_AT_A_TIME: usize = 25;

/// What one run over a country's windows did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RecountReport {
    /// How many windows were counted again.
    pub seen: u32,
    /// How many of them changed.
    pub changed: u32,
    /// How many could not be counted and are left to their close.
    pub passed: u32,
    /// Whether no window is left.
    pub finished: bool,
    /// Whether this worker had the lease; without it nothing was done.
    pub leased: bool,
}

/// A run over the windows of a country.
struct Run {
    calendar: CountryCalendar,
    owner: WriteId,
    until: Instant,
    recount: Recount,
    report: RecountReport,
}

impl Store {
    /// Counts the country's open windows again, or as many as there is time for until the real clock shows `until`.
    /// The rest is for the next run, which begins behind the last window that is done.
    ///
    /// # Errors
    /// Where a window could not be counted; those before it are done, and the item of the recount says so.
    pub async fn recount_windows(
        &self,
        country: CountryCode,
        until: Instant,
    ) -> Result<RecountReport, StoreError> {
        let owner = WriteId::new();
        let Some(recount) = self.lease_recount(country, until, owner).await? else {
            return Ok(RecountReport::default());
        };
        let calendar = self.country_calendar(country).await?;
        let report = RecountReport { leased: true, ..RecountReport::default() };
        let mut run = Run { calendar, owner, until, recount, report };
        let result = Box::pin(self.recount_buckets(&mut run)).await;
        if run.report.finished {
            self.delete_recount(country, owner).await?;
        } else {
            self.put_recount(&run.recount, owner, None).await?;
        }
        result.map(|()| run.report)
    }

    async fn recount_buckets(&self, run: &mut Run) -> Result<(), StoreError> {
        let now = self.moment_of(self.raw_now()).await?.at;
        for buckets in self.buckets(run, now).chunks(BUCKETS_AT_A_TIME) {
            if self.raw_now() >= run.until {
                return Ok(());
            }
            let pages = buckets.iter().map(|bucket| self.query_bucket(*bucket, run.after(*bucket)));
            for (bucket, page) in buckets.iter().zip(try_join_all(pages).await?) {
                if !self.recount_bucket(run, *bucket, page).await? {
                    return Ok(());
                }
            }
        }
        run.report.finished = true;
        Ok(())
    }

    /// The partitions of the timers of windows that an added day can make longer, as far as they are not done: they
    /// end at a midnight of the country after the first such day.
    fn buckets(&self, run: &Run, now: Instant) -> Vec<WindowBucket> {
        let calendar = &run.calendar;
        let first = calendar.added.iter().map(|added| added.date).min();
        let Some(first) = first.map(|first| first.max(now.date_naive())) else { return Vec::new() };
        let ends: BTreeSet<Instant> =
            (0..=AHEAD).flat_map(|days| midnights(calendar.country, first, days)).collect();
        let shards = 0..self.config.shards;
        let ends = ends.into_iter().filter(|end| *end > now);
        let buckets =
            ends.flat_map(|end| shards.clone().map(move |shard| WindowBucket { end, shard }));
        let next = run.recount.next.as_ref().map(|(bucket, _)| *bucket);
        buckets.filter(|bucket| next.is_none_or(|next| *bucket >= next)).collect()
    }

    async fn query_bucket(
        &self,
        bucket: WindowBucket,
        after: Option<String>,
    ) -> Result<TimerPage, StoreError> {
        let pk = keys::timers(bucket.end, bucket.shard);
        let start = after.map(|after| key(pk.clone(), after));
        self.query_timers(pk, start, PAGE).await
    }

    /// Counts the windows of a bucket again, from a page of it on; says whether to go on with the next one.
    async fn recount_bucket(
        &self,
        run: &mut Run,
        bucket: WindowBucket,
        mut page: TimerPage,
    ) -> Result<bool, StoreError> {
        loop {
            let last = page.timers.last().map(TimerItem::sort);
            let timers = page.timers.into_iter();
            let stale: Vec<_> =
                timers.filter(|timer| was_counted_before(timer, &run.calendar)).collect();
            for some in stale.chunks(WINDOWS_AT_A_TIME) {
                if self.raw_now() >= run.until {
                    return Ok(false);
                }
                self.recount_some(run, some).await?;
                run.recount.next = Some((bucket, some.last().map(TimerItem::sort)));
            }
            let Some(after) = last.filter(|_| page.more) else { break };
            run.recount.next = Some((bucket, Some(after.clone())));
            if !self.keep_lease(run).await? {
                return Ok(false);
            }
            page = self.query_bucket(bucket, Some(after)).await?;
        }
        run.recount.next = Some((WindowBucket { shard: bucket.shard + 1, ..bucket }, None));
        Ok(true)
    }

    /// Writes how far the run is; says whether it still has the lease.
    async fn keep_lease(&self, run: &Run) -> Result<bool, StoreError> {
        self.put_recount(&run.recount, run.owner, Some(run.until)).await
    }

    /// Counts windows again, side by side. One that fails is tried again by later runs; one that fails for good is
    /// left to its close, which counts it again.
    async fn recount_some(&self, run: &mut Run, timers: &[TimerItem]) -> Result<(), StoreError> {
        let counted = timers.iter().map(|timer| self.recount_window(&timer.claim));
        let mut failed = Vec::new();
        for (timer, counted) in timers.iter().zip(join_all(counted).await) {
            match counted {
                Ok(effect) => {
                    run.report.seen += 1;
                    run.report.changed += u32::from(effect == Effect::Changed);
                }
                Err(failure) => failed.push((&timer.claim, failure)),
            }
        }
        let failures = run.recount.failures.saturating_add(1);
        if let Some(at) = failed.iter().position(|(_, failure)| !is_hopeless(failures, failure)) {
            run.recount.failures = failures;
            return Err(failed.swap_remove(at).1);
        }
        for (claim, failure) in failed {
            error!(claim.id = %claim, error.chain = %failure, "A window is left to its close");
            run.report.passed += 1;
        }
        run.recount.failures = 0;
        Ok(())
    }

    async fn recount_window(&self, claim: &ClaimId) -> Result<Effect, StoreError> {
        let moment: Moment = self.moment_of(self.raw_now()).await?;
        let (actor, command) = (Actor::System, Command::Recount);
        let outcome = Box::pin(self.execute(claim, &actor, &command, moment, None)).await?;
        Ok(outcome.effect)
    }
}

impl Run {
    /// The last timer of the bucket that is done.
    fn after(&self, bucket: WindowBucket) -> Option<String> {
        let next = self.recount.next.as_ref().filter(|(next, _)| *next == bucket);
        next.and_then(|(_, after)| after.clone())
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
