//! A calendar or its data have changed, or an outage was announced: the open windows that it concerns are found by their
//! timers and counted again (`docs/domain.md §4`, 5, and §4.4). A window that is not found here is counted again before
//! it is closed.
//!
//! The work may take many runs. Each begins where the one before it stopped.

use std::collections::BTreeSet;

use chrono::Days;
use domain::actor::Actor;
use domain::calendar::AddedDays;
use domain::claim::Instant;
use domain::command::Command;
use domain::directory::CountryCalendar;
use futures_util::future::{join_all, try_join_all};
use tracing::{error, warn};

use super::window_ends::{AHEAD, ends_in_country, ends_of_days};
use crate::claims::run::Effect;
use crate::directory::calendars::last_date;
use crate::directory::recounts::{Recount, RecountCause, RecountScope, WindowBucket};
use crate::table::attributes::{instant_value, item_key, text_value};
use crate::table::clock::RequestTime;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::transaction::is_refused;
use crate::table::write_id::WriteId;
use crate::timers::dead_letter::is_given_up;
use crate::timers::page::{PAGE, TimerPage};
use crate::timers::timer::{self, TimerItem, TimerKind};

/// How many buckets are read at a time.
pub(super) const BUCKETS_AT_A_TIME: usize = 16;
/// How many windows are counted at a time. Then the time is looked at again.
const WINDOWS_AT_A_TIME: usize = 25;
/// How often a window is counted again in a row: more is left to its close.
const MOST_CHANGES: u8 = 8;

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

/// A run over windows.
struct RecountRun {
    /// Of a country, its calendar as it is now, and since when it has which day.
    calendar: Option<(CountryCalendar, AddedDays)>,
    owner: WriteId,
    until: Instant,
    recount: Recount,
    report: RecountReport,
    /// The first failure of the run that may pass.
    failure: Option<StoreError>,
}

impl Store {
    /// Counts open windows again, or as many as there is time for until the real clock shows `until`.
    /// The rest is for the next run, which begins behind the last window that is done.
    ///
    /// # Errors
    /// Where a window could not be counted; the others are, and the next run begins anew for that one.
    pub async fn recount_windows(
        &self,
        cause: impl Into<RecountCause> + Send,
        until: Instant,
    ) -> Result<RecountReport, StoreError> {
        let (cause, owner) = (cause.into(), WriteId::new());
        let Some(recount) = self.lease_recount(cause, until, owner).await? else {
            return Ok(RecountReport::default());
        };
        if let RecountScope::CountingData { data, .. } = &recount.scope
            && *data != self.config.counting_data
        {
            // Of a function that was deployed before or after this one: by its data, it counts itself.
            self.put_recount(&recount, owner, None).await?;
            return Ok(RecountReport::default());
        }
        let calendar = match cause {
            RecountCause::Country(country) => {
                let calendar = self.country_calendar(country).await?;
                let added = calendar.added_days();
                Some((calendar, added))
            }
            RecountCause::CountingData | RecountCause::Outage(_) => None,
        };
        let report = RecountReport { leased: true, ..RecountReport::default() };
        let mut run = RecountRun { calendar, owner, until, recount, report, failure: None };
        let result = Box::pin(self.recount_buckets(&mut run)).await;
        if run.report.finished {
            self.finish_recount(&run.recount, owner).await?;
        } else {
            self.put_recount(&run.recount, owner, None).await?;
        }
        result.map(|()| run.report)
    }

    async fn recount_buckets(&self, run: &mut RecountRun) -> Result<(), StoreError> {
        let now = self.request_time(self.system_time()).await?.at;
        for buckets in self.window_buckets(run, now).chunks(BUCKETS_AT_A_TIME) {
            if self.system_time() >= run.until {
                return Ok(());
            }
            let pages =
                buckets.iter().map(|bucket| self.query_bucket(*bucket, run.last_done(*bucket)));
            for (bucket, page) in buckets.iter().zip(try_join_all(pages).await?) {
                if !self.recount_bucket(run, *bucket, page).await? {
                    return Ok(());
                }
            }
        }
        if run.recount.has_failed {
            // Whoever is done is passed quickly.
            let failures = run.recount.failures.saturating_add(1);
            run.recount =
                Recount { next: None, failures, has_failed: false, ..run.recount.clone() };
            let failure = run.failure.take();
            return Err(
                failure.unwrap_or_else(|| StoreError::Unavailable("a window failed".to_owned()))
            );
        }
        run.report.finished = true;
        Ok(())
    }

    /// The partitions of the timers of windows that the run is about, as far as they are not done. An added day makes
    /// longer what ends at a midnight of the country behind it.
    fn window_buckets(&self, run: &RecountRun, now: Instant) -> Vec<WindowBucket> {
        let ends = match (&run.recount.scope, &run.calendar) {
            (RecountScope::Country { .. }, None) => BTreeSet::new(),
            (RecountScope::Country { .. }, Some((calendar, _))) => ends_in_country(calendar, now),
            (RecountScope::CountingData { .. }, _) => ends_of_days(now, now + Days::new(AHEAD)),
            (RecountScope::Outage { from, until, .. }, _) => ends_of_days((*from).max(now), *until),
        };
        let buckets = self.buckets_of(ends);
        let next = run.recount.next.as_ref().map(|(bucket, _)| *bucket);
        buckets.filter(|bucket| next.is_none_or(|next| *bucket >= next)).collect()
    }

    /// The partitions of the timers of windows that end then, in all shards.
    pub(super) fn buckets_of(&self, ends: BTreeSet<Instant>) -> impl Iterator<Item = WindowBucket> {
        let shards = 0..self.config.shards;
        ends.into_iter()
            .flat_map(move |end| shards.clone().map(move |shard| WindowBucket { end, shard }))
    }

    pub(super) async fn query_bucket(
        &self,
        bucket: WindowBucket,
        after: Option<String>,
    ) -> Result<TimerPage, StoreError> {
        let pk = keys::timers_pk(bucket.end, bucket.shard);
        let start = after.map(|after| item_key(pk.clone(), after));
        self.query_timers(pk, start, PAGE).await
    }

    /// Counts the windows of a bucket again, from a page of it on; says whether to go on with the next one.
    async fn recount_bucket(
        &self,
        run: &mut RecountRun,
        bucket: WindowBucket,
        mut page: TimerPage,
    ) -> Result<bool, StoreError> {
        loop {
            let last = page.last.take();
            let timers = page.timers.into_iter();
            let stale: Vec<_> = timers.filter(|timer| run.is_about(timer)).collect();
            for some in stale.chunks(WINDOWS_AT_A_TIME) {
                if self.system_time() >= run.until {
                    return Ok(false);
                }
                self.recount_timers(run, bucket, some).await;
                run.recount.next = Some((bucket, some.last().map(TimerItem::sort_key)));
            }
            let Some(after) = last.filter(|_| page.more) else { break };
            run.recount.next = Some((bucket, Some(after.clone())));
            if !self.renew_lease(run).await? {
                return Ok(false);
            }
            page = self.query_bucket(bucket, Some(after)).await?;
        }
        run.recount.next = Some((WindowBucket { shard: bucket.shard + 1, ..bucket }, None));
        Ok(true)
    }

    /// Writes how far the run is; says whether it still has the lease.
    async fn renew_lease(&self, run: &RecountRun) -> Result<bool, StoreError> {
        self.put_recount(&run.recount, run.owner, Some(run.until)).await
    }

    /// Counts windows again, side by side. One that fails keeps no other waiting: it is tried again once all are done, and
    /// one that fails for good is left to its close, which counts it again.
    async fn recount_timers(
        &self,
        run: &mut RecountRun,
        bucket: WindowBucket,
        timers: &[TimerItem],
    ) {
        let counted = timers.iter().map(|timer| self.recount_window(run, bucket, timer));
        let counted = join_all(counted).await;
        let failures = run.recount.failures.saturating_add(1);
        for (timer, counted) in timers.iter().zip(counted) {
            match counted {
                Ok(changed) => {
                    run.report.seen += 1;
                    run.report.changed += u32::from(changed);
                }
                Err(failure) if is_given_up(failures, &failure) => {
                    error!(claim.id = %timer.claim, error.chain = %failure, "A window is left to its close");
                    run.report.passed += 1;
                }
                Err(failure) => {
                    warn!(claim.id = %timer.claim, error.chain = %failure, "A window could not be counted again yet");
                    run.recount.has_failed = true;
                    run.failure.get_or_insert(failure);
                }
            }
        }
    }

    /// Counts a window again; whether it became longer. One that stays as it is is closed by the batch as before: its
    /// timer says what left it so.
    async fn recount_window(
        &self,
        run: &RecountRun,
        bucket: WindowBucket,
        timer: &TimerItem,
    ) -> Result<bool, StoreError> {
        let (actor, command) = (Actor::System, Command::Recount);
        let is_outage = matches!(run.recount.scope, RecountScope::Outage { .. });
        let mut changes = 0;
        let at = loop {
            let moment: RequestTime = self.request_time(self.system_time()).await?;
            let given = self.execute_command(&timer.claim, &actor, &command, moment, None);
            match Box::pin(given).await?.effect {
                // A day that was announced comes first, and is an event of its own.
                Effect::Changed if is_outage && changes < MOST_CHANGES => changes += 1,
                Effect::Changed => return Ok(true),
                Effect::Repeated | Effect::Unchanged if changes > 0 => return Ok(true),
                Effect::Repeated | Effect::Unchanged => break moment.at,
            }
        };
        // A window that had ended was not counted: its close does it.
        if at < timer.deadline {
            self.mark_unchanged_window(run, bucket, timer).await?;
        }
        Ok(false)
    }

    /// Notes with the timer of a window that what the run is about leaves it as it is.
    async fn mark_unchanged_window(
        &self,
        run: &RecountRun,
        bucket: WindowBucket,
        timer: &TimerItem,
    ) -> Result<(), StoreError> {
        let (name, value) = match (&run.recount.scope, &run.calendar) {
            (RecountScope::Country { .. }, Some((calendar, _))) => {
                let Some(counted) = &timer.calendar else { return Ok(()) };
                (timer::CALENDAR, counted.with_revision(calendar.revision).as_str().to_owned())
            }
            (RecountScope::CountingData { data, .. }, _) => (timer::COUNTING_DATA, data.clone()),
            (RecountScope::Country { .. } | RecountScope::Outage { .. }, _) => return Ok(()),
        };
        let call = self
            .client
            .update_item()
            .table_name(self.table_name())
            .set_key(Some(item_key(keys::timers_pk(bucket.end, bucket.shard), timer.sort_key())))
            .update_expression("SET #name = :value")
            .condition_expression("#deadline = :deadline")
            .expression_attribute_names("#name", name)
            .expression_attribute_names("#deadline", timer::DEADLINE)
            .expression_attribute_values(":value", text_value(value))
            .expression_attribute_values(":deadline", instant_value(timer.deadline));
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) if is_refused(&error) => Ok(()),
            Err(error) => Err(StoreError::from(error)),
        }
    }
}

impl RecountRun {
    /// Whether a timer is of a window that the run is about, and that nobody has counted for it yet.
    fn is_about(&self, timer: &TimerItem) -> bool {
        let is_concerned = match (&self.recount.scope, &self.calendar) {
            (RecountScope::Country { .. }, None) => false,
            (RecountScope::Country { country, .. }, Some((_, added))) => {
                timer.calendar.as_ref().is_some_and(|counted| {
                    counted.country() == Some(*country)
                        && added.may_change_count(counted, last_date(timer.deadline))
                })
            }
            (RecountScope::CountingData { data, .. }, _) => {
                timer.counting_data.as_ref() != Some(data)
            }
            (RecountScope::Outage { from, until, .. }, _) => {
                (*from..*until).contains(&timer.deadline)
            }
        };
        timer.kind == TimerKind::Window && is_concerned
    }

    /// The last timer of the bucket that is done.
    fn last_done(&self, bucket: WindowBucket) -> Option<String> {
        let next = self.recount.next.as_ref().filter(|(next, _)| *next == bucket);
        next.and_then(|(_, after)| after.clone())
    }
}
