//! `bench scale`: very many windows that end in one quarter of an hour, beside as many that do not, closed
//! by the real worker in processes of its own; and what a close costs the worker alone.

use std::collections::VecDeque;
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::ids::ClaimId;
use dynoxide::Database;
use integration::backstage::message;
use integration::engine::{Engine, TABLE};
use integration::wire::{Spent, Units};
use integration::world::partner_id;
use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::figures::{as_f64, digits, grouped, megabytes};
use crate::pace::release;
use crate::platform::now as instant;
use crate::process::{Function, Program, SHARDS};
use crate::report::{Table, machine, publish};
use crate::scene::{Scene, Template, floor_quarter, last_drainable, position, shard_of, timers};
use crate::stub;

/// How many items are put into the table at a time.
const CHUNK: usize = 20_000;
/// How many workers there are at a time.
const WORKERS: usize = 2;
/// One timer in so many is stale: its claim's window was extended since.
const STALE: usize = 100;
/// How many closes the stub is asked for.
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
    for due in counts {
        let outcome = Box::pin(close(*due, now)).await;
        table.row(&outcome.cells());
    }
    let cost = stub::cost_of_close(STUBBED, now).await;
    let machine = machine(now());
    let note = format!(
        "{WORKERS} worker processes and the table on the same {machine}. The worker alone, on a table that answers at \
         once in its own process: **{} µs of CPU per close, {} closes per second and core**. `make bench-scale`.",
        digits(cost.as_secs_f64() * 1e6),
        grouped(1.0 / cost.as_secs_f64()),
    );
    println!("{}\n\n{note}", table.text());
    if whole {
        publish("bench:scale", &format!("{}\n\n{note}", table.text()));
    }
}

async fn close(due: usize, now: fn() -> DateTime<Utc>) -> Outcome {
    let scene = Box::pin(Scene::set(now())).await;
    let began = now();
    let bucket = last_drainable(began);
    let engine = &scene.world.engine;
    let later = floor_quarter(began + chrono::Duration::days(5));
    let seeded = instant();
    fill(engine, &scene.open, "open", due, later);
    let cloud = Cloud::start(engine.database().clone(), scene.world.documents.clone(), None).await;
    cloud.meter();
    let program = Program::binary(&release().join("finalize"));
    let mut workers = Vec::new();
    for _ in 0..WORKERS {
        workers.push(Function::start(&program, &cloud, None).await);
    }
    let (idle, idle_calls) = idle_tick(engine, &cloud, &mut workers, now).await;
    fill(engine, &scene.due, "due", due, bucket);
    let stale = age(engine, &scene, due);
    eprintln!("{} claims stand, after {:.0?}", grouped(as_f64(2 * due)), seeded.elapsed());
    (0..SHARDS).for_each(|shard| engine.put(&position(bucket, shard)));
    cloud.spent();
    let before: Duration = workers.iter().map(Function::cpu).sum();
    let started = instant();
    let messages = Box::pin(work_off(&cloud, &mut workers)).await;
    let wall = started.elapsed();
    let (spent, calls) = cloud.spent();
    let cpu = workers.iter().map(Function::cpu).sum::<Duration>().saturating_sub(before);
    let memory = workers.iter().map(Function::peak_memory).max().unwrap_or(0);
    verify(engine.database(), due, stale);
    Outcome { due: due - stale, wall, cpu, memory, spent, calls, messages, idle, idle_calls }
}

/// Puts copies of a claim into the table, all with their timers in one bucket.
fn fill(engine: &Engine, template: &Template, name: &str, count: usize, bucket: DateTime<Utc>) {
    let partner = partner_id("p-alpine");
    let ids = (0..count).map(|number| ClaimId::of(&partner, &format!("{name}-{number}")));
    let mut items: Vec<Value> = Vec::with_capacity(CHUNK + 2);
    for id in ids {
        // What closes a window is its record alone.
        items.extend(template.items_of(&id).into_iter().take(1));
        items.push(template.timer_of(&id, &timers(bucket, shard_of(&id, SHARDS))));
        if items.len() >= CHUNK {
            engine.import(std::mem::take(&mut items));
        }
    }
    engine.import(items);
}

/// Extends some of the windows by the length of the quarter: their timers are stale from now on.
fn age(engine: &Engine, scene: &Scene, due: usize) -> usize {
    let partner = partner_id("p-alpine");
    let later = scene.open.claim.deadline().expect("a window").timestamp_millis().to_string();
    let stale = (0..due).step_by(STALE);
    let items = stale.map(|number| {
        let id = ClaimId::of(&partner, &format!("due-{number}"));
        let mut record = scene.due.items_of(&id).swap_remove(0);
        record["cl"] = json!({"N": later});
        record
    });
    let items: Vec<Value> = items.collect();
    let count = items.len();
    engine.import(items);
    count
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

/// Everything due is closed, and nothing else: not the claims whose windows go on, nor those whose timers
/// are stale, nor the scene's own.
fn verify(database: &Database, due: usize, stale: usize) {
    let (closed, open) = (count(database, "associated"), count(database, "awaiting_customer"));
    assert_eq!((closed, open), (due - stale + 1, due + stale + 3), "closed and open claims");
}

/// How many claims have that status.
fn count(database: &Database, status: &str) -> usize {
    let mut total = 0;
    let mut start = Value::Null;
    loop {
        let mut request = json!({
            "TableName": TABLE, "Select": "COUNT", "ConsistentRead": true,
            "FilterExpression": "st = :st AND sk = :sk",
            "ExpressionAttributeValues": {":st": {"S": status}, ":sk": {"S": "A"}},
        });
        if !start.is_null() {
            request["ExclusiveStartKey"] = start;
        }
        let request = serde_json::from_value(request).expect("a scan");
        let page = database.scan(request).expect("an answer");
        let page = serde_json::to_value(page).expect("a page in JSON");
        total += page["Count"].as_u64().and_then(|count| usize::try_from(count).ok()).unwrap_or(0);
        start = page["LastEvaluatedKey"].clone();
        if start.is_null() {
            return total;
        }
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
