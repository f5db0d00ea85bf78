//! Outages (`docs/domain.md §4.4`): which windows one would make longer, and that it is announced only where whoever
//! announces it has confirmed their number.

use std::collections::{BTreeMap, HashSet};

use domain::claim::{Claim, Instant};
use domain::outage::{Outage, OutageWish, Outages};
use futures_util::future::try_join_all;

use super::recount::BUCKETS_AT_A_TIME;
use super::window_ends::ends_of_days;
use crate::directory::entry::{EntryWrite, Permits, RevisedEntry};
use crate::directory::outages::new_outage;
use crate::directory::revision::Author;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::timers::timer::{TimerItem, TimerKind};

/// How many windows are counted.
const MOST_COUNTED: usize = 1_000;
/// How many claims are read at a time.
const CLAIMS_AT_A_TIME: usize = 100;

/// The windows that an outage would make longer.
#[derive(Debug, Clone, PartialEq)]
pub struct ConcernedWindows {
    /// The claims whose windows they are, in the order of the ends.
    pub claims: Vec<Claim>,
    /// Whether these are all; else there are more.
    pub is_complete: bool,
}

/// What became of an outage that is announced only where the number of its windows is confirmed.
#[derive(Debug, Clone, PartialEq)]
pub enum OutageWrite {
    /// It is announced, or repeats the last; or whoever announces it does not know the present outages.
    Done(EntryWrite<Outages>),
    /// It is not: it would make these windows longer, and nobody has confirmed that.
    Unconfirmed {
        /// The outages that stay.
        present: RevisedEntry<Outages>,
        /// The windows that end in its interval.
        windows: ConcernedWindows,
    },
}

/// Whether somebody has confirmed the number of these windows.
pub type ConfirmsWindows<'a> = &'a (dyn Fn(&ConcernedWindows) -> bool + Send + Sync);

impl Store {
    /// The windows that an outage would make longer, if it were announced at `at` over the present ones.
    ///
    /// # Errors
    /// Where timers or claims cannot be read.
    pub async fn foresee_outage(
        &self,
        present: &RevisedEntry<Outages>,
        wish: &OutageWish,
        at: Instant,
    ) -> Result<ConcernedWindows, StoreError> {
        let outage = new_outage(wish, present.revision.saturating_add(1), at);
        let (claims, is_more) = self.find_windows(&outage, at, MOST_COUNTED).await?;
        Ok(ConcernedWindows { claims, is_complete: !is_more })
    }

    /// Announces an outage as [`Store::announce_outage`] does, if the number of windows that it makes longer is
    /// confirmed. A window that comes to end in the interval between the count and the write is in no number, and gets
    /// its day.
    ///
    /// # Errors
    /// As those of [`Store::announce_outage`] and [`Store::foresee_outage`].
    pub async fn announce_outage_confirmed(
        &self,
        wish: &OutageWish,
        author: &Author,
        permits: Permits<'_, Outages>,
        confirms: ConfirmsWindows<'_>,
    ) -> Result<OutageWrite, StoreError> {
        let present = self.load_outages().await?;
        if permits(Some(&present), false) {
            let windows = self.foresee_outage(&present, wish, author.at).await?;
            if !confirms(&windows) {
                return Ok(OutageWrite::Unconfirmed { present, windows });
            }
        }
        // Over those very outages and no others.
        let same = |now: Option<&RevisedEntry<Outages>>, repeats| {
            permits(now, repeats) && (repeats || now == Some(&present))
        };
        self.announce_outage(wish, author, &same).await.map(OutageWrite::Done)
    }

    /// The claims whose windows an outage would make longer, if it were announced at `at`: all of them, or `most` and
    /// whether there may be more.
    ///
    /// # Errors
    /// Where timers or claims cannot be read.
    pub(crate) async fn find_windows(
        &self,
        outage: &Outage,
        at: Instant,
        most: usize,
    ) -> Result<(Vec<Claim>, bool), StoreError> {
        let ends = ends_of_days(outage.closing_from.max(at), outage.closing_until);
        let buckets: Vec<_> = self.buckets_of(ends).collect();
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        for some in buckets.chunks(BUCKETS_AT_A_TIME) {
            let pages = some.iter().map(|bucket| self.query_bucket(*bucket, None));
            for (bucket, mut page) in some.iter().zip(try_join_all(pages).await?) {
                loop {
                    let last = page.last.take();
                    // A timer may have been put a second time, in a later bucket.
                    let concerned = self.concerned_claims(outage, &page.timers).await?;
                    found.extend(concerned.into_iter().filter(|own| seen.insert(own.id.clone())));
                    if found.len() > most {
                        found.truncate(most);
                        return Ok((found, true));
                    }
                    let Some(after) = last.filter(|_| page.more) else { break };
                    page = self.query_bucket(*bucket, Some(after)).await?;
                }
            }
        }
        Ok((found, false))
    }

    /// The claims of those of these timers that are of their windows as they are now, and that the outage concerns.
    async fn concerned_claims(
        &self,
        outage: &Outage,
        timers: &[TimerItem],
    ) -> Result<Vec<Claim>, StoreError> {
        let ends: BTreeMap<_, _> = timers
            .iter()
            .filter(|timer| timer.kind == TimerKind::Window && outage.covers_end(timer.deadline))
            .map(|timer| (timer.claim.clone(), timer.deadline))
            .collect();
        let ids: Vec<_> = ends.keys().cloned().collect();
        let mut concerned = Vec::new();
        for some in ids.chunks(CLAIMS_AT_A_TIME) {
            for record in self.load_claim_records(some).await? {
                let claim = record.claim;
                let is_concerned = claim.state.running_window().is_some_and(|window| {
                    ends.get(&claim.id) == Some(&window.closes_at) && outage.concerns_window(window)
                });
                if is_concerned {
                    concerned.push(claim);
                }
            }
        }
        Ok(concerned)
    }
}
