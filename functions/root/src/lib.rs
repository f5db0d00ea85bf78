//! The function `root`: closes each day by UTC with a root over all versions that were archived on it
//! (`docs/architecture.md §2.9`).
//!
//! It runs every hour, so that a day that failed is made up for within the hour. Days are closed in their order. For each
//! of them it keeps what the root stands for, then the root, and then tells the bus. Whatever breaks between, the next run
//! goes on from what is in the bucket; two runs at once close a day with one root.

use chrono::{DateTime, Days, Duration, NaiveDate, NaiveTime, Utc};
use domain::root::{DailyRoot, DayLeaves};
use domain::time::format_rfc3339;
use runtime::fields::{self, metric};
use runtime::{Bus, BusEvent, Clock, Invocation, InvocationError, RootBucket, telemetry};
use serde::Serialize;
use serde_json::{Value, json};
use store::Store;
use tracing::{info, warn};

/// The type of the event that tells of a root.
const EVENT: &str = "day_closed";
/// How many days back the last root is looked for first: a feed is not kept for longer.
const LOOK_BACK: Days = Days::new(100);
/// No day is begun with less time than this.
const RESERVE: Duration = Duration::seconds(60);

/// What the function needs.
pub struct App {
    store: Store,
    roots: RootBucket,
    bus: Bus,
    clock: Clock,
}

impl App {
    /// The function over a store, the bucket of the roots, the bus and the system's clock.
    pub fn new(store: Store, roots: RootBucket, bus: Bus, clock: Clock) -> Self {
        Self { store, roots, bus, clock }
    }
}

/// What a run has done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunReport {
    /// The days that have a root since.
    pub closed: Vec<NaiveDate>,
}

/// Closes every day that is over, as many as there is time for. Whatever event wakes it, it does the same.
///
/// # Errors
/// Where the table, the bucket or the bus does not answer; the next run goes on.
pub async fn handle_event(
    app: &App,
    _event: Value,
    invocation: Invocation,
) -> Result<RunReport, InvocationError> {
    let now = (app.clock)();
    let mut last = find_last(app, now).await?;
    let mut closed = Vec::new();
    // The chain begins with the day on which something was archived first.
    let mut due = match &last {
        Some(last) => last.date.succ_opt(),
        None => app.store.first_archived_day().await?,
    };
    while let Some(date) = due.filter(|date| *date < now.date_naive()) {
        if invocation.time_left((app.clock)()) < RESERVE {
            break;
        }
        let Some(hashes) = app.store.load_archived_day(date).await? else { break };
        let leaves = DayLeaves::of(hashes);
        if last.is_none() {
            // That is so once in the life of a stack. Whoever empties the bucket, or puts another one in its place, begins the
            // chain anew: whoever keeps roots finds that, and here it is said.
            warn!(root.date = %date, "The chain of daily roots begins");
        }
        let root = DailyRoot::of(date, &leaves, last.map(|last| last.chain));
        let root = app.roots.keep_root(&root, &leaves).await?;
        announce_root(app, &root).await?;
        closed.push(date);
        due = date.succ_opt();
        last = Some(root);
    }
    let late = due.map_or(0.0, |date| seconds_late(date, now));
    telemetry::raise_metric(metric::ROOT_LATE_SECONDS, late);
    Ok(RunReport { closed })
}

/// The newest root there is. If the run before ended between the root and the bus, the bus is told now.
async fn find_last(app: &App, now: DateTime<Utc>) -> Result<Option<DailyRoot>, InvocationError> {
    let lately = now.date_naive().checked_sub_days(LOOK_BACK).unwrap_or_default();
    let mut days = app.roots.list_days(lately).await?;
    if days.closed.is_empty() {
        days = app.roots.list_days(NaiveDate::default()).await?;
    }
    let Some(newest) = days.closed.last() else { return Ok(None) };
    let root = app.roots.read_root(*newest).await?;
    if !days.told.contains(newest) {
        announce_root(app, &root).await?;
    }
    Ok(Some(root))
}

/// Puts a root on the bus, and notes that it is there.
async fn announce_root(app: &App, root: &DailyRoot) -> Result<(), InvocationError> {
    let event = (root.date.to_string(), root_event(root));
    if !app.bus.put_events(&[event]).await.is_empty() {
        return Err(InvocationError::new("the bus did not take the root of a day"));
    }
    app.roots.note_told(root.date).await?;
    info!({ fields::COUNT } = root.size, { fields::EVENT_TYPE } = EVENT, "A day has its root");
    Ok(())
}

fn root_event(root: &DailyRoot) -> BusEvent {
    let at = end_of(root.date);
    let detail = json!({
        "id": format!("root-{}", root.date),
        "type": EVENT,
        "at": format_rfc3339(at),
        "date": root.date,
        "size": root.size,
        "root": root.root,
        "previous": root.previous,
        "chain": root.chain,
    });
    BusEvent { event_type: EVENT, detail, at }
}

/// The first instant behind a day.
fn end_of(date: NaiveDate) -> DateTime<Utc> {
    date.and_time(NaiveTime::MIN).and_utc() + Duration::days(1)
}

/// For how long a day has been over; 0 while it is not.
fn seconds_late(date: NaiveDate, now: DateTime<Utc>) -> f64 {
    let late = (now - end_of(date)).num_seconds().max(0);
    f64::from(i32::try_from(late).unwrap_or(i32::MAX))
}
