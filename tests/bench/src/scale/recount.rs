//! An announced outage: very many windows that end in its interval are counted again, by the real worker in processes
//! of its own.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::actor::{Actor, StaffRole};
use domain::ids::{ClaimId, StaffId};
use domain::outage::OutageWish;
use domain::text::Comment;
use dynoxide::{AttributeValue, Database, ImportOptions, Item};
use store::{Author, EntryWrite};
use support::engine::TABLE;
use support::test_env::partner_id;
use support::wire::Spent;

use super::{WORKERS, tell, work_off};
use crate::cloud::Cloud;
use crate::fixture::{Fixture, floor_quarter, shard_of, timers};
use crate::pace::release;
use crate::platform::now as instant;
use crate::process::{Function, Program, SHARDS};

/// How many claims are put into the table at a time.
const CHUNK: usize = 10_000;

/// What counting so many windows again took.
pub(super) struct Recount {
    pub(super) windows: usize,
    pub(super) wall: Duration,
    pub(super) cpu: Duration,
    pub(super) messages: usize,
    pub(super) spent: Spent,
    pub(super) calls: u64,
}

/// Announces an outage in whose interval so many windows end, and counts each of them again; then looks at all of them.
pub(super) async fn recount(count: usize, now: fn() -> DateTime<Utc>) -> Recount {
    let started = instant();
    let fixture = Box::pin(Fixture::set(now())).await;
    let partner = partner_id("p-alpine");
    let mut claims: Vec<_> =
        (0..count).map(|no| ClaimId::of(&partner, &format!("recounted-{no}"))).collect();
    claims.sort_unstable();
    let database = fixture.env.engine.database();
    enter(&fixture, &claims, database);
    tell(count, "windows are open", started);
    announce(&fixture, now()).await;
    let cloud = Cloud::start(database.clone(), fixture.env.documents.clone(), None).await;
    cloud.meter();
    let program = Program::binary(&release().join("finalize"));
    let mut workers = Vec::new();
    for _ in 0..WORKERS {
        workers.push(Function::start(&program, &cloud, None).await);
    }
    cloud.spent();
    let started = instant();
    let messages = Box::pin(work_off(&cloud, &mut workers)).await;
    let wall = started.elapsed();
    let (spent, calls) = cloud.spent();
    tell(count, "windows are counted again", started);
    let cpu = workers.iter().map(Function::cpu).sum();
    verify(&fixture, &claims);
    Recount { windows: count, wall, cpu, messages, spent, calls }
}

/// Puts copies of the open claim into the table, each with its timer.
fn enter(fixture: &Fixture, claims: &[ClaimId], database: &Database) {
    let (record, timer) = fixture.open.patterns();
    let details = fixture.open.details();
    let bucket = floor_quarter(fixture.open.claim.deadline().expect("a window"));
    for chunk in claims.chunks(CHUNK) {
        let items = chunk.iter().flat_map(|id| {
            let mut timer = timer.item(id);
            let partition = timers(bucket, shard_of(id, SHARDS));
            timer.insert("pk".to_owned(), AttributeValue::S(partition));
            [record.item(id), details.item(id), timer]
        });
        let imported = database.import_items(TABLE, items.collect(), ImportOptions::default());
        imported.expect("imported items");
    }
}

/// In its interval every window of the open claim's copies ends.
async fn announce(fixture: &Fixture, now: DateTime<Utc>) {
    let end = fixture.open.claim.deadline().expect("a window");
    let hour = chrono::Duration::hours(1);
    let wish = OutageWish {
        closing_from: end - hour,
        closing_until: end + hour,
        comment: Comment::parse("The decision page could not be reached.").expect("a comment"),
    };
    let operator = Actor::Staff {
        id: StaffId::parse("operator-1").expect("an id"),
        role: StaffRole::Operator,
    };
    let author = Author::of(&operator, now);
    let announced = fixture.env.store.announce_outage(&wish, &author, &|_, _| true).await;
    assert!(matches!(
        announced.expect("an outage"),
        EntryWrite::Stored(_) | EntryWrite::Created(_)
    ));
}

/// Each claim has a later end and one more version.
fn verify(fixture: &Fixture, claims: &[ClaimId]) {
    let number = |item: &Item, name: &str| match item.get(name) {
        Some(AttributeValue::N(number)) => number.parse::<i64>().expect("a number"),
        _ => panic!("a record without {name}"),
    };
    let (record, _) = fixture.open.patterns();
    for id in claims {
        let now = fixture.env.engine.item(&format!("C#{id}"), "A").expect("a claim");
        let now: Item = serde_json::from_value(now).expect("an item");
        let before = record.item(id);
        assert!(number(&now, "cl") > number(&before, "cl"), "{id} ends as before");
        assert_eq!(number(&now, "v"), number(&before, "v") + 1, "{id}");
    }
}
