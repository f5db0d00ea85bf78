//! `bench scale`: very many windows that end in one quarter of an hour, beside as many that do not, closed
//! by the real worker in processes of its own; and what a close costs the worker alone.

mod population;
mod recount;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use support::engine::Engine;
use support::event_functions::message;
use support::wire::{Spent, Units};

use crate::cloud::Cloud;
use crate::figures::{as_f64, digits, grouped, megabytes};
use crate::fixture::{Fixture, floor_quarter, last_drainable, position};
use crate::null_table;
use crate::pace::release;
use crate::platform::now as instant;
use crate::process::{Function, Program, SHARDS};
use crate::report::{Table, machine, publish};
use population::Population;
use recount::Recount;

/// How many workers there are at a time.
const WORKERS: usize = 2;
/// How many windows are counted again.
const RECOUNTED: usize = 100_000;
/// How many closes the null table is asked for.
const STUBBED: u32 = 200_000;

/// What closing so many windows took.
struct Outcome {
    due: usize,
    wall: Duration,
    cpu: Duration,
    memory: u64,
    spent: Spent,
    calls: u64,
    messages: usize,
    idle: Spent,
    idle_calls: u64,
}

/// Closes so many, and tells; then a worker on a table that answers at once.
pub async fn run(counts: &[usize], whole: bool, now: fn() -> DateTime<Utc>) {
    let mut table = Table::new(&[
        "windows due in one quarter hour, beside as many open claims",
        "all closed in, s",
        "closes per second",
        "worker's CPU per close, µs",
        "worker's memory, MB",
        "write units per close",
        "read units per close",
        "calls per close",
        "an idle tick: calls, read units",
    ]);
    for count in counts {
        let outcome = Box::pin(close(*count, now)).await;
        table.row(&outcome.cells());
    }
    let cost = null_table::cost_of_close(STUBBED, now);
    let machine = machine(now());
    let note = format!(
        "{WORKERS} worker processes and the table on the same {machine}. One timer in a hundred is stale; afterwards \
         every claim in the table is looked at: each that was due is closed once and not before its deadline, and no \
         other has changed. The worker alone, on a table that answers at once in its own process: **{} µs of CPU per \
         close, {} closes per second and core**. `make bench-scale`.",
        digits(cost.as_secs_f64() * 1e6),
        grouped(1.0 / cost.as_secs_f64()),
    );
    let recounted = counts.iter().copied().max().unwrap_or(RECOUNTED).min(RECOUNTED);
    let recounted = Box::pin(recount::recount(recounted, now)).await.sentence();
    let text = format!("{}\n\n{note}\n\n{recounted}", table.text());
    println!("{text}");
    if whole {
        publish("bench:scale", &text);
    }
}

async fn close(count: usize, now: fn() -> DateTime<Utc>) -> Outcome {
    let started = instant();
    let fixture = Box::pin(Fixture::set(now())).await;
    let began = now();
    let bucket = last_drainable(began);
    let engine = &fixture.env.engine;
    let later = floor_quarter(began + chrono::Duration::days(5));
    let population = Population::gather(&fixture, count, bucket, later);
    tell(count, "timers are due, and as many are not", started);
    let cloud = Cloud::start(engine.database().clone(), fixture.env.documents.clone(), None).await;
    cloud.meter();
    let program = Program::binary(&release().join("finalize"));
    let mut workers = Vec::new();
    for _ in 0..WORKERS {
        workers.push(Function::start(&program, &cloud, None).await);
    }
    let (idle, idle_calls) = idle_tick(engine, &cloud, &mut workers, now).await;
    (0..SHARDS).for_each(|shard| engine.put(&position(bucket, shard)));
    let before: Duration = workers.iter().map(Function::cpu).sum();
    cloud.spent();
    let started = instant();
    let messages = Box::pin(work_off(&cloud, &mut workers)).await;
    let wall = started.elapsed();
    let (spent, calls) = cloud.spent();
    tell(population.due(), "claims are closed", started);
    let cpu = workers.iter().map(Function::cpu).sum::<Duration>().saturating_sub(before);
    let memory = workers.iter().map(Function::peak_memory).max().unwrap_or(0);
    let started = instant();
    population.verify(engine.database());
    tell(2 * count, "claims were looked at", started);
    Outcome { due: population.due(), wall, cpu, memory, spent, calls, messages, idle, idle_calls }
}

/// How far a run is.
fn tell(count: usize, what: &str, started: Instant) {
    eprintln!("{} {what}, after {:.1?}", grouped(as_f64(count)), started.elapsed());
}

/// What a tick costs that finds nothing due.
async fn idle_tick(
    engine: &Engine,
    cloud: &Cloud,
    workers: &mut [Function],
    now: fn() -> DateTime<Utc>,
) -> (Spent, u64) {
    let next = last_drainable(now()) + chrono::Duration::minutes(15);
    (0..SHARDS).for_each(|shard| engine.put(&position(next, shard)));
    cloud.spent();
    let answer = workers[0].invoke(&json!({"detail-type": "Scheduled Event"})).await;
    assert!(answer.well, "a tick fails: {}", answer.body);
    assert!(cloud.taken("SendMessageBatch").is_empty(), "nothing is due yet");
    cloud.spent()
}

/// Ticks and drains until a tick finds nothing due; how many messages there were. Every worker has one
/// message at a time, as the platform gives them.
async fn work_off(cloud: &Cloud, workers: &mut [Function]) -> usize {
    let mut handed = 0;
    loop {
        let answer = workers[0].invoke(&json!({"detail-type": "Scheduled Event"})).await;
        assert!(answer.well, "a tick fails: {}", answer.body);
        let batches = cloud.taken("SendMessageBatch");
        let entries = batches
            .iter()
            .flat_map(|batch| batch["Entries"].as_array().cloned().unwrap_or_default());
        let bodies: VecDeque<Value> = entries.map(|entry| entry["MessageBody"].clone()).collect();
        if bodies.is_empty() {
            return handed;
        }
        handed += bodies.len();
        let waiting = std::sync::Mutex::new(bodies);
        let work = workers.iter_mut().map(|worker| async {
            while let Some(body) = { waiting.lock().expect("a queue").pop_front() } {
                let answer = worker.invoke(&json!({"Records": [message(&body)]})).await;
                let failures = answer.body["batchItemFailures"].as_array().map_or(1, Vec::len);
                assert_eq!(failures, 0, "a shard could not be drained: {}", answer.body);
            }
        });
        futures_util::future::join_all(work).await;
    }
}

impl Recount {
    /// What was found, as a paragraph.
    fn sentence(&self) -> String {
        let windows = as_f64(self.windows);
        let calls = as_f64(usize::try_from(self.calls).unwrap_or(usize::MAX));
        format!(
            "An outage in whose interval **{} windows** end: all of them counted again in {} s by {} messages, {} µs of the \
             worker's CPU, {:.4} write units of the table, {:.4} of its indexes, {:.4} read units and {:.4} calls for each. \
             Afterwards every one ends later, by one new version.",
            grouped(windows),
            digits(self.wall.as_secs_f64()),
            self.messages,
            digits(self.cpu.as_secs_f64() * 1e6 / windows),
            self.spent.written.table / windows,
            self.spent.written.indexes / windows,
            (self.spent.read.table + self.spent.read.indexes) / windows,
            calls / windows,
        )
    }
}

impl Outcome {
    fn cells(&self) -> [String; 9] {
        let each = |value: f64| digits(value / as_f64(self.due));
        let whole = |units: Units| units.table + units.indexes;
        let calls = as_f64(usize::try_from(self.calls).unwrap_or(usize::MAX));
        [
            grouped(as_f64(self.due)),
            format!("{} ({} messages)", digits(self.wall.as_secs_f64()), self.messages),
            grouped(as_f64(self.due) / self.wall.as_secs_f64()),
            each(self.cpu.as_secs_f64() * 1e6),
            digits(megabytes(self.memory)),
            format!("{:.4}", whole(self.spent.written) / as_f64(self.due)),
            format!("{:.4}", whole(self.spent.read) / as_f64(self.due)),
            format!("{:.4}", calls / as_f64(self.due)),
            format!("{}, {}", self.idle_calls, whole(self.idle.read)),
        ]
    }
}
