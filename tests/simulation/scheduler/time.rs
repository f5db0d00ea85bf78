//! How time passes, and how everything comes to rest.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, DurationRound as _, Utc};
use domain::claim::{Claim, Status};
use domain::ids::{ClaimId, ItemId};
use serde_json::{Value, json};
use support::engine::key;

use super::{Made, Sim, checks};
use crate::simulation::actions::{Action, straight_on};

/// How long after a deadline whatever it does is done.
const SETTLED: Duration = Duration::seconds(125);
/// How many windows end in an act with somebody answering.
const WINDOWS: usize = 2;
/// For how many days nothing may happen at once: a term ends later than anything else that waits.
const QUIET_DAYS: i64 = 31;
/// How often things arrive and deadlines pass until nothing is left.
const ROUNDS: usize = 60;

/// A timer in the table.
struct Timer {
    bucket: DateTime<Utc>,
    shard: u16,
    sort: String,
    deadline: i64,
}

impl Timer {
    fn read(item: &Value) -> Option<Self> {
        let (pk, sort) = key(item);
        let (quarter, shard) = pk.strip_prefix("T#")?.rsplit_once('#')?;
        let bucket = format!("{quarter}:00Z").parse().ok()?;
        let deadline = item["d"]["N"].as_str()?.parse().ok()?;
        Some(Self { bucket, shard: shard.parse().ok()?, sort, deadline })
    }

    fn is_of(&self, claim: &ClaimId, deadline: DateTime<Utc>) -> bool {
        self.sort == claim.as_str() && self.deadline == deadline.timestamp_millis()
    }

    /// Whether its shard has still to come to it.
    fn is_ahead(&self, positions: &Positions) -> bool {
        let (bucket, after, _) = &positions[&self.shard];
        let own = self.bucket.timestamp_millis();
        own > *bucket || (own == *bucket && self.sort > *after)
    }
}

/// By shard: the bucket, the last timer of it that is done, and the item.
type Positions = BTreeMap<u16, (i64, String, Value)>;

impl Sim {
    fn timers(&self) -> Vec<Timer> {
        let items = self.stack.env.engine.items("T#");
        items.iter().map(|item| Timer::read(item).expect("a timer")).collect()
    }

    fn positions(&self) -> Positions {
        let items = self.stack.env.engine.partition("S").into_iter();
        items
            .filter_map(|item| {
                let shard = key(&item).1.parse().ok()?;
                let bucket = item["b"]["N"].as_str()?.parse().ok()?;
                let after = item["x"]["S"].as_str().unwrap_or_default().to_owned();
                Some((shard, (bucket, after, item)))
            })
            .collect()
    }

    /// The stream stands still for a day.
    pub(super) fn stand_still(&mut self) {
        self.still_until = Some(self.stack.env.clock.now() + Duration::days(1));
        self.note("the stream stands still");
    }

    /// Minutes or hours pass, or everything up to about the next timer; never much more than that at once,
    /// for no more than hours of ticks are missed. Where they were, the ticks go on first.
    pub(super) async fn wait(&mut self) {
        let now = self.stack.env.clock.now();
        let timers = self.timers();
        if self.oldest_due(&timers).is_some_and(|due| due + Duration::hours(6) < now) {
            Box::pin(self.tick()).await;
            Box::pin(self.work()).await;
            return;
        }
        self.keep_lists().await;
        let next = next_bucket(&timers, now).unwrap_or(now + Duration::days(3));
        let next = next.min(now + Duration::days(QUIET_DAYS));
        // Mail takes minutes, deadlines are days away.
        let briefly = self.books.is_under_way() && self.rng.u8(0..4) > 0;
        let until = match if briefly { 0 } else { self.rng.u8(0..6) } {
            0..3 => now + Duration::minutes(self.rng.i64(1..90)),
            3 => (now + Duration::hours(self.rng.i64(1..40))).min(next + Duration::hours(4)),
            _ => {
                let after = *self.rng.choice(&[-1, 0, 15, 60, 118, 125, 7200]).unwrap();
                (next + Duration::seconds(after)).max(now)
            }
        };
        self.stack.env.clock.set(until);
        let lag = match self.rng.u8(0..6) {
            0 => Duration::hours(self.rng.i64(1..6)),
            _ => Duration::minutes(self.rng.i64(0..=30)),
        };
        self.pass_empty_buckets(&timers, lag);
        self.note("wait");
    }

    /// It is later, and the ticks in between have found nothing.
    fn jump(&self, to: DateTime<Utc>) {
        let timers = self.timers();
        self.stack.env.clock.set(to);
        self.pass_empty_buckets(&timers, Duration::minutes(30));
    }

    /// It is two minutes after that moment, and everything due before it is done.
    pub(in super::super) async fn pass_to(&mut self, to: DateTime<Utc>) {
        Box::pin(self.do_what_is_due_before(to)).await;
        self.jump(to + SETTLED);
    }

    async fn do_what_is_due_before(&mut self, to: DateTime<Utc>) {
        loop {
            let next = next_bucket(&self.timers(), self.stack.env.clock.now());
            let Some(next) = next.filter(|next| *next < to) else { return };
            self.jump(next + SETTLED);
            Box::pin(self.tick()).await;
            Box::pin(self.work_all()).await;
        }
    }

    /// The next windows end, and about then the customer answers: a second before, or in the minutes until
    /// the close.
    pub(super) async fn end_windows(&mut self) {
        self.repair();
        self.still_until = None;
        for _ in 0..WINDOWS {
            Box::pin(self.arrive()).await;
            let open = |claim: &Claim| claim.status() == Status::AwaitingCustomer;
            let claims = self.made.iter().map(|made| self.peek(&made.id)).filter(open);
            let Some(claim) = claims.min_by_key(Claim::deadline) else { return };
            let Some(end) = claim.deadline().filter(|end| *end > self.stack.env.clock.now()) else {
                continue;
            };
            Box::pin(self.do_what_is_due_before(end)).await;
            if self.rng.u8(0..4) == 0 && Box::pin(self.close_suspended(&claim.id, end)).await {
                continue;
            }
            let after = *self.rng.choice(&[-1, 0, 60, 118, 125]).unwrap();
            self.jump(end + Duration::seconds(after));
            self.note(format!("{after} s after the window's end"));
            match self.renewed_by(&claim.id).filter(|_| self.rng.bool()) {
                Some(old) => Box::pin(self.refuse_old(&old)).await,
                None => Box::pin(self.customer_of(&claim.id)).await,
            }
            self.hear();
            if self.peek(&claim.id).status() == Status::Declined {
                self.jump(end + SETTLED);
                Box::pin(self.overtake(&claim)).await;
            }
        }
    }

    /// The partner of a claim is suspended a second before the window's end, and silence closes the window before anybody
    /// sweeps; whether it is so.
    async fn close_suspended(&mut self, claim: &ClaimId, end: DateTime<Utc>) -> bool {
        let partner = self.made.iter().find(|made| made.id == *claim).map(|made| made.wish.partner);
        self.jump(end - Duration::seconds(1));
        if !self.suspend_partner(partner.expect("who made it")).await {
            return false;
        }
        self.jump(end + SETTLED);
        Box::pin(self.tick()).await;
        Box::pin(self.work_all()).await;
        true
    }

    /// Before the timer of a decline gives its locks back, its rivals are reviewed and validated.
    async fn overtake(&mut self, claim: &Claim) {
        let has = |id: &ItemId| claim.items.iter().any(|own| own.id == *id);
        let shares = |made: &&Made| {
            made.id != claim.id && self.peek(&made.id).items.iter().any(|item| has(&item.id))
        };
        let rivals: Vec<Made> = self.lively().filter(shares).cloned().collect();
        for made in rivals {
            for _ in 0..2 {
                let rival = self.peek(&made.id);
                let next = straight_on(&rival);
                let Some(action) =
                    next.filter(|own| matches!(own, Action::Begin | Action::Validate))
                else {
                    break;
                };
                self.give(&made, action).await;
            }
        }
    }

    /// The earliest bucket with a timer that is not done.
    fn oldest_due(&self, timers: &[Timer]) -> Option<DateTime<Utc>> {
        let positions = self.positions();
        let ahead = timers.iter().filter(|timer| timer.is_ahead(&positions));
        ahead.map(|timer| timer.bucket).min()
    }

    /// Time in which the ticks found nothing: the positions stand before the first timer that is due, or
    /// that long ago, since that is how long ticks were missed.
    fn pass_empty_buckets(&self, timers: &[Timer], lag: Duration) {
        let quarter_ms = 15 * 60 * 1000;
        let now = self.stack.env.clock.now();
        let lag_ago = (now - lag).timestamp_millis() / quarter_ms * quarter_ms;
        let positions = self.positions();
        let ahead: Vec<&Timer> = timers.iter().filter(|timer| timer.is_ahead(&positions)).collect();
        for (shard, (at, _, mut position)) in positions {
            let of_shard = ahead.iter().filter(|timer| timer.shard == shard);
            let next = of_shard.map(|timer| timer.bucket.timestamp_millis()).min();
            let to = next.unwrap_or(lag_ago).min(lag_ago);
            if at < to {
                position["b"] = json!({"N": to.to_string()});
                for of_bucket in ["x", "fc", "fn"] {
                    position.as_object_mut().unwrap().remove(of_bucket);
                }
                self.stack.env.engine.put(&position);
            }
        }
    }

    /// Whatever waits for a deadline has a timer with it, and the timer's shard is not beyond it; unless the
    /// timer was given up, which an operator is told of.
    pub(super) fn no_timer_is_lost(&self) {
        let positions = self.positions();
        let now = self.stack.env.clock.now();
        for Made { id, .. } in &self.made {
            let Some(deadline) = checks::waits_until(&self.peek(id), now) else { continue };
            let leads = |timer: &Timer| timer.is_of(id, deadline) && timer.is_ahead(&positions);
            let kept = self.timers_in_time(id, deadline, &positions).iter().any(leads)
                || self.timers().iter().any(leads);
            assert!(kept || self.is_given_up(id), "no timer leads to {id} at {deadline}");
        }
    }

    /// A claim's timers in the bucket of its deadline, where they stand unless they were put too late for
    /// it: without a look at the whole table.
    fn timers_in_time(
        &self,
        id: &ClaimId,
        deadline: DateTime<Utc>,
        positions: &Positions,
    ) -> Vec<Timer> {
        let quarter = Duration::minutes(15);
        let bucket = deadline.duration_trunc(quarter).expect("a quarter of an hour");
        let bucket = if bucket < deadline { bucket + quarter } else { bucket };
        let bucket = bucket.format("%Y-%m-%dT%H:%M");
        let in_shard =
            |shard| self.stack.env.engine.item(&format!("T#{bucket}#{shard}"), id.as_str());
        let items = positions.keys().filter_map(in_shard);
        items.map(|item| Timer::read(&item).expect("a timer")).collect()
    }

    fn is_given_up(&self, id: &ClaimId) -> bool {
        self.stack.env.engine.items("X#").iter().any(|item| key(item).1 == id.as_str())
    }

    /// When what is left of erased claims is looked for once more.
    fn pending_erasures(&self) -> Vec<DateTime<Utc>> {
        let positions = self.positions();
        let of_erased = |timer: &Timer| {
            let id = timer.sort.strip_suffix("#erase").and_then(|id| ClaimId::parse(id).ok());
            id.is_some_and(|id| self.peek(&id).erased) && timer.is_ahead(&positions)
        };
        self.timers().iter().filter(|timer| of_erased(timer)).map(|timer| timer.bucket).collect()
    }

    /// Everything works from now on: what is on its way arrives, and every deadline but the end of a term passes with
    /// nobody looking but the timers.
    pub(in super::super) async fn rest(&mut self) {
        self.repair();
        self.still_until = None;
        self.forgive().await;
        for _ in 0..ROUNDS {
            self.keep_lists().await;
            let quiet = Box::pin(self.arrive()).await;
            if self.rng.u8(0..3) == 0 {
                Box::pin(self.send_all()).await;
            }
            let now = self.stack.env.clock.now();
            let until = |made: &Made| {
                let claim = self.peek(&made.id);
                checks::waits_until(&claim, now).filter(|_| claim.status() != Status::Associated)
            };
            let deadlines = self.made.iter().filter_map(until);
            let erasures = self.pending_erasures();
            match deadlines.chain(erasures).chain(self.books.speaks_at()).min() {
                None if quiet => return,
                None => {}
                Some(end) => {
                    let next = next_bucket(&self.timers(), now).map_or(end, |timer| timer.min(end));
                    self.jump(next.max(now) + SETTLED);
                }
            }
            self.repair();
        }
        panic!("the system does not come to rest");
    }
}

/// The next bucket with a timer in it.
fn next_bucket(timers: &[Timer], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    timers.iter().map(|timer| timer.bucket).filter(|bucket| *bucket > now).min()
}
