//! A system with something to do for every function: claims in the states that the jobs begin with, of
//! which as many copies are put into the table as a run needs.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use domain::claim::Claim;
use domain::command::Command;
use domain::directory::Tenant;
use domain::ids::{ClaimId, PartnerId, Sha256Hash, TenantId};
use dynoxide::Item;
use serde_json::{Value, json};
use support::engine::{TABLE, key};
use support::event_functions::{directory_records, records};
use support::fixtures;
use support::test_env::{TestEnv, partner_id, reviewer, tenant_id, validate};

/// How long a bucket waits before it may be drained.
const SETTLING_SECONDS: i64 = 120;
const QUARTER_MS: i64 = 15 * 60 * 1000;

/// A claim in some state, to be copied: its items in the table.
#[derive(Debug, Clone)]
pub struct Template {
    /// The claim.
    pub claim: Claim,
    items: Vec<Value>,
    timer: Option<Value>,
}

/// An item as text, in which the ids of other claims are put.
#[derive(Debug)]
pub struct Pattern {
    text: String,
    id: ClaimId,
}

/// The system.
pub struct Fixture {
    /// The environment around the functions; its clock is the real one's when it was made.
    pub env: TestEnv,
    /// Its window is open for days to come.
    pub open: Template,
    /// Its window is over, and nobody has closed it.
    pub due: Template,
    /// Its notice is on its way.
    pub notifying: Template,
    /// Its items are associated.
    pub associated: Template,
    /// A tenant with one claim, of which there are no copies.
    pub quiet: TenantId,
    /// The archive's record of a claim's first version.
    pub record: Value,
    /// The stream's record of a tenant that is new.
    pub changed: Value,
    next: u32,
    /// The claims whose timers are in a bucket.
    fallen: BTreeMap<String, Vec<ClaimId>>,
}

impl Fixture {
    /// Makes one, now.
    pub async fn set(now: DateTime<Utc>) -> Self {
        let ago = now - Duration::days(30);
        let env = TestEnv::at(&ago.to_rfc3339()).await;
        let awaiting = claim_until(&env, 1, Stage::Delivered).await;
        env.let_pass(awaiting.deadline().expect("a window"));
        env.finalize().await;
        let associated = Template::of(&env, &awaiting.id).await;
        env.clock.set(now - Duration::days(14));
        let due = claim_until(&env, 2, Stage::Delivered).await;
        let due = Template::of(&env, &due.id).await;
        env.clock.set(now);
        let open = claim_until(&env, 3, Stage::Delivered).await;
        let open = Template::of(&env, &open.id).await;
        let sent = claim_until(&env, 4, Stage::Validated).await;
        let notifying = Template::of(&env, &sent.id).await;
        let quiet = claim_until(&env, 5, Stage::Delivered).await.subject.tenant;
        let first = |record: &Value| record["dynamodb"]["NewImage"]["v"]["N"] == "1";
        let record = records(&env).into_iter().find(first).expect("a first version");
        let of_quiet =
            |record: &Value| record["dynamodb"]["Keys"]["pk"]["S"] == format!("TN#{quiet}");
        let changed = directory_records(&env).into_iter().find(of_quiet).expect("a new tenant");
        without_stream(&env);
        Self {
            env,
            open,
            due,
            notifying,
            associated,
            quiet,
            record,
            changed,
            next: 100,
            fallen: BTreeMap::new(),
        }
    }

    /// A number that was not given before.
    pub fn number(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    /// Puts a copy of a claim into the table; its id.
    pub fn copy(&mut self, template: &Template) -> ClaimId {
        let id = ClaimId::of(&partner_id(fixtures::ALPINE), &format!("copy-{}", self.number()));
        self.env.engine.import(template.items_of(&id));
        id
    }

    /// Puts so many claims with windows that are over into the table, with their timers in the bucket
    /// that is drained next of that shard, and nothing else in it; their ids.
    pub fn fall_due(&mut self, count: usize, shard: u16, now: DateTime<Utc>) -> Vec<ClaimId> {
        let bucket = last_drainable(now);
        let partition = timers(bucket, shard);
        for old in self.fallen.remove(&partition).into_iter().flatten() {
            self.env.engine.delete(&partition, old.as_str());
        }
        let template = self.due.clone();
        let ids: Vec<_> = (0..count).map(|_| self.copy(&template)).collect();
        let timers = ids.iter().map(|id| template.timer_of(id, &partition)).collect();
        self.env.engine.import(timers);
        self.env.engine.put(&position(bucket, shard));
        self.fallen.insert(partition, ids.clone());
        ids
    }

    /// A tenant with the workloads of every tenant, and a partner: both new.
    pub fn newcomers(&mut self) -> (PartnerId, TenantId) {
        let number = self.number();
        let (partner, tenant) = (partner_id(&format!("p-new-{number}")), tenant_no(number));
        let item = |key: &str| self.env.engine.item(key, "A").expect("an entry of the directory");
        let known = item(&format!("PA#{}", fixtures::ALPINE));
        let mut entries = vec![replaced(&known, fixtures::ALPINE, partner.as_str())];
        let known = item(&format!("TN#{}", fixtures::CONTOSO));
        entries.push(replaced(&known, fixtures::CONTOSO, tenant.as_str()));
        self.env.engine.import(entries);
        (partner, tenant)
    }
}

impl Template {
    async fn of(env: &TestEnv, id: &ClaimId) -> Self {
        let claim = env.read(id).await;
        let mut items = env.engine.partition(&format!("C#{id}"));
        // Record, details, and whoever its notices go to.
        items.retain(|item| {
            matches!(key(item).1.as_str(), "A" | "D") || key(item).1.starts_with("P#")
        });
        let timers = env.engine.items("T#");
        let timer = timers
            .into_iter()
            .find(|timer| key(timer).1 == id.as_str() && timer["k"]["S"] == "window");
        Self { claim, items, timer }
    }

    /// The items of a copy.
    pub fn items_of(&self, id: &ClaimId) -> Vec<Value> {
        self.items.iter().map(|item| renamed(item, &self.claim.id, id)).collect()
    }

    /// The timer of a copy, in that bucket.
    pub fn timer_of(&self, id: &ClaimId, partition: &str) -> Value {
        let timer = self.timer.as_ref().expect("the timer of a window");
        let mut timer = renamed(timer, &self.claim.id, id);
        timer["pk"] = json!({"S": partition});
        timer
    }

    /// The same with another value of its record's attribute.
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.items.first_mut().expect("a record")[name] = value;
        self
    }

    /// Its record and its timer, for very many copies.
    pub fn patterns(&self) -> (Pattern, Pattern) {
        let pattern = |item: Option<&Value>| Pattern {
            text: item.expect("an item").to_string(),
            id: self.claim.id.clone(),
        };
        (pattern(self.items.first()), pattern(self.timer.as_ref()))
    }

    /// Its details, for very many copies.
    pub fn details(&self) -> Pattern {
        let details = self.items.iter().find(|item| key(item).1 == "D");
        Pattern { text: details.expect("details").to_string(), id: self.claim.id.clone() }
    }
}

impl Pattern {
    /// The item of another claim.
    pub fn item(&self, id: &ClaimId) -> Item {
        serde_json::from_str(&self.text.replace(self.id.as_str(), id.as_str())).expect("an item")
    }
}

/// The engine numbers the stream's records by looking at all of them, which every later write would be
/// measured with; no function sees the stream itself.
fn without_stream(env: &TestEnv) {
    let request = json!({"TableName": TABLE, "StreamSpecification": {"StreamEnabled": false}});
    let request = serde_json::from_value(request).expect("a change of the table");
    env.engine.database().update_table(request).expect("a table without a stream");
}

/// The same of another claim.
pub fn renamed(value: &Value, from: &ClaimId, to: &ClaimId) -> Value {
    replaced(value, from.as_str(), to.as_str())
}

fn replaced(value: &Value, from: &str, to: &str) -> Value {
    serde_json::from_str(&value.to_string().replace(from, to)).expect("JSON")
}

fn tenant_no(number: u32) -> TenantId {
    tenant_id(&format!("6f3c1a52-9d4e-4b7a-8c22-{number:012}"))
}

/// The partition of a bucket of timers.
pub fn timers(bucket: DateTime<Utc>, shard: u16) -> String {
    format!("T#{}#{shard}", bucket.format("%Y-%m-%dT%H:%M"))
}

/// A position that stands before a bucket.
pub fn position(bucket: DateTime<Utc>, shard: u16) -> Value {
    let at = bucket.timestamp_millis().to_string();
    json!({"pk": {"S": "S"}, "sk": {"S": format!("{shard:02}")}, "b": {"N": at}})
}

/// The last bucket that may be drained.
pub fn last_drainable(now: DateTime<Utc>) -> DateTime<Utc> {
    floor_quarter(now - Duration::seconds(SETTLING_SECONDS))
}

/// The quarter of an hour that an instant is in.
pub fn floor_quarter(at: DateTime<Utc>) -> DateTime<Utc> {
    let millis = at.timestamp_millis().div_euclid(QUARTER_MS) * QUARTER_MS;
    DateTime::from_timestamp_millis(millis).unwrap_or(at)
}

/// The shard that a claim's timers are in.
pub fn shard_of(id: &ClaimId, shards: u16) -> u16 {
    let [high, low, ..] = Sha256Hash::of(id.as_str().as_bytes()).0;
    u16::from_be_bytes([high, low]) % shards
}

/// How far a claim is brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Validated,
    Delivered,
}

/// A tenant with the workloads of every tenant.
async fn new_tenant(env: &TestEnv, number: u32) -> TenantId {
    let tenant = Tenant { id: tenant_no(number), ..fixtures::contoso() };
    env.store.put_tenant(&tenant).await.expect("a tenant");
    tenant.id
}

/// A claim on two items of a new tenant's, brought that far.
async fn claim_until(env: &TestEnv, number: u32, stage: Stage) -> Claim {
    let tenant = new_tenant(env, number).await;
    let body = claim_body(&tenant, env.clock.now());
    let created = env.create_of(fixtures::ALPINE, &number.to_string(), &body).await;
    advance(env, created.expect("a claim").claim, stage).await
}

/// The body of a claim on two items, with evidence that was acknowledged a month before.
pub fn claim_body(tenant: &TenantId, now: DateTime<Utc>) -> Value {
    let items = ["teams", "exchange-online"];
    let mut body = fixtures::claim_body_of("4711", tenant.as_str(), "contoso.example", &items);
    body["evidence"][0]["acknowledged_on"] = json!((now - Duration::days(30)).date_naive());
    body
}

async fn advance(env: &TestEnv, claim: Claim, stage: Stage) -> Claim {
    env.give(&claim.id, &reviewer(), &Command::BeginReview).await.expect("a review");
    let sent = env.give(&claim.id, &reviewer(), &validate()).await.expect("a notice").claim;
    if stage == Stage::Validated {
        return sent;
    }
    env.deliver(&sent).await.expect("a window")
}
