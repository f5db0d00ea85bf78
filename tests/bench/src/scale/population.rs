//! The claims of a run: put into the table in chunks, and each of them looked at again when all is done.

use std::collections::BTreeMap;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use chrono::{DateTime, Utc};
use domain::ids::ClaimId;
use dynoxide::{AttributeValue, Database, ImportOptions, Item};
use serde_json::json;
use support::engine::TABLE;
use support::test_env::partner_id;

use crate::fixture::{Fixture, Pattern, Template, shard_of, timers};
use crate::process::SHARDS;

/// How many items are put into the table at a time.
const CHUNK: usize = 20_000;
/// One timer in so many is stale: its claim's window was extended since.
const STALE: usize = 100;
/// How many items are read at a time: the engine reads the rest of the table for a page without a limit.
const PAGE: usize = 1000;

/// Claims that all look alike but for their ids.
#[derive(Debug)]
struct Lot {
    /// What closes a window is its record alone.
    record: Pattern,
    timer: Pattern,
    /// The bucket of their timers.
    bucket: DateTime<Utc>,
    /// Whether they are to be closed.
    due: bool,
}

/// So many claims that are due or whose timers are stale, and as many that are open.
#[derive(Debug)]
pub struct Population {
    lots: [Lot; 3],
    /// Who is in which lot, in the order of the table.
    members: Vec<(ClaimId, usize)>,
    /// What was in the table before.
    others: BTreeMap<(String, String), Item>,
}

const DUE: usize = 0;
const OLD: usize = 1;
const OPEN: usize = 2;

impl Population {
    /// Makes one, and puts it into the table: of so many timers in the bucket one in a hundred is stale,
    /// and as many are in the later one.
    pub fn gather(
        fixture: &Fixture,
        count: usize,
        bucket: DateTime<Utc>,
        later: DateTime<Utc>,
    ) -> Self {
        let deadline = fixture.open.claim.deadline().expect("a window").timestamp_millis();
        let extended = fixture.due.clone().with("cl", json!({"N": deadline.to_string()}));
        let lot = |(template, bucket, due): (&Template, _, _)| {
            let (record, timer) = template.patterns();
            Lot { record, timer, bucket, due }
        };
        let lots = [
            (&fixture.due, bucket, true),
            (&extended, bucket, false),
            (&fixture.open, later, false),
        ];
        let database = fixture.env.engine.database();
        let population =
            Self { lots: lots.map(lot), members: members(count), others: claims(database) };
        population.enter(database);
        population
    }

    /// How many of them are to be closed.
    pub fn due(&self) -> usize {
        self.members.iter().filter(|(_, lot)| self.lots[*lot].due).count()
    }

    /// Writes the next chunk while the engine takes one.
    fn enter(&self, database: &Database) {
        thread::scope(|scope| {
            let (sender, receiver) = sync_channel(1);
            scope.spawn(move || self.write(&sender));
            for items in receiver {
                let imported = database.import_items(TABLE, items, ImportOptions::default());
                imported.expect("imported items");
            }
        });
    }

    fn write(&self, sender: &SyncSender<Vec<Item>>) {
        for members in self.members.chunks(CHUNK / 2) {
            let items = members.iter().flat_map(|(id, lot)| self.lots[*lot].items(id));
            sender.send(items.collect()).expect("an engine that takes them");
        }
    }

    /// Looks at the whole table: everything due is closed once and not before its deadline, and nothing else
    /// has changed, neither the claims whose windows go on, nor those whose timers are stale, nor any other.
    pub fn verify(&self, database: &Database) {
        let mut seen = [0; 3];
        let mut others = BTreeMap::new();
        each_claim(database, |key, item| match self.lot_of(&key) {
            Some((id, lot)) => {
                let before = self.lots[lot].record.item(id);
                let well =
                    if self.lots[lot].due { is_closed(item, before) } else { item == before };
                assert!(well, "{id} of lot {lot} is not as it should be");
                seen[lot] += 1;
            }
            None => drop(others.insert(key, item)),
        });
        let mut expected = [0; 3];
        self.members.iter().for_each(|(_, lot)| expected[*lot] += 1);
        assert_eq!(seen, expected, "due, stale and open claims");
        assert_eq!(others, self.others, "the claims that were there before");
    }

    /// The member whose record has that key.
    fn lot_of(&self, (pk, sk): &(String, String)) -> Option<(&ClaimId, usize)> {
        let id = pk.strip_prefix("C#").filter(|_| sk == "A")?;
        let at = self.members.binary_search_by(|(member, _)| member.as_str().cmp(id)).ok()?;
        self.members.get(at).map(|(id, lot)| (id, *lot))
    }
}

impl Lot {
    fn items(&self, id: &ClaimId) -> [Item; 2] {
        let mut timer = self.timer.item(id);
        let partition = timers(self.bucket, shard_of(id, SHARDS));
        timer.insert("pk".to_owned(), AttributeValue::S(partition));
        [self.record.item(id), timer]
    }
}

/// In the order of the table, in which the engine takes them much more quickly.
fn members(count: usize) -> Vec<(ClaimId, usize)> {
    let partner = partner_id("p-alpine");
    let named = |name: String, lot| (ClaimId::of(&partner, &name), lot);
    let lot = |number| if number % STALE == 0 { OLD } else { DUE };
    let due = (0..count).map(|number| named(format!("due-{number}"), lot(number)));
    let open = (0..count).map(|number| named(format!("open-{number}"), OPEN));
    let mut members: Vec<_> = due.chain(open).collect();
    members.sort_unstable();
    members
}

/// Whether an item is what the close makes of a record: a status, a version and an event.
fn is_closed(mut item: Item, mut before: Item) -> bool {
    let version = |item: &mut Item| match item.remove("v") {
        Some(AttributeValue::N(version)) => version.parse::<u32>().ok(),
        _ => None,
    };
    let (now, then) = (version(&mut item), version(&mut before));
    let status = item.remove("st");
    let (event, old_event) = (item.remove("le"), before.remove("le"));
    before.remove("st");
    item == before
        && status == Some(AttributeValue::S("associated".to_owned()))
        && now == then.map(|version| version + 1)
        && event != old_event
        && event_at(event.as_ref()) >= deadline(&item)
}

/// When a packed event happened, in milliseconds.
fn event_at(event: Option<&AttributeValue>) -> Option<i64> {
    let Some(AttributeValue::B(packed)) = event else { return None };
    let [_, _, at @ ..] = packed.first_chunk::<8>()?;
    Some(at.iter().fold(0, |millis, byte| (millis << 8) | i64::from(*byte)))
}

fn deadline(item: &Item) -> Option<i64> {
    match item.get("cl") {
        Some(AttributeValue::N(deadline)) => deadline.parse().ok(),
        _ => None,
    }
}

/// All claims in the table: their records, and whatever else is theirs.
fn claims(database: &Database) -> BTreeMap<(String, String), Item> {
    let mut found = BTreeMap::new();
    each_claim(database, |key, item| drop(found.insert(key, item)));
    found
}

fn each_claim(database: &Database, mut see: impl FnMut((String, String), Item)) {
    let mut start = None;
    loop {
        let request = json!({"TableName": TABLE, "ConsistentRead": true, "Limit": PAGE, "ExclusiveStartKey": start});
        let request = serde_json::from_value(request).expect("a scan");
        let page = database.scan(request).expect("a page");
        for item in page.items.unwrap_or_default() {
            let key = (text(&item, "pk"), text(&item, "sk"));
            if key.0.starts_with("C#") {
                see(key, item);
            }
        }
        start = page.last_evaluated_key;
        if start.is_none() {
            return;
        }
    }
}

fn text(item: &Item, name: &str) -> String {
    match item.get(name) {
        Some(AttributeValue::S(text)) => text.clone(),
        _ => String::new(),
    }
}
