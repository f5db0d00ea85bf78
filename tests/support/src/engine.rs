//! A private database for each test: the embedded engine in this process, and the real SDK client on it.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{
    AsyncSleep, BehaviorVersion, Credentials, Region, SharedHttpClient, Sleep,
};
use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// The table's name in tests.
pub const TABLE: &str = "cpor";

/// The quota of second attempts that a client begins with: the SDK's own.
const QUOTA: usize = 500;

/// A database with the project's table in it.
#[derive(Clone)]
pub struct Engine {
    database: Database,
}

/// How far somebody has read the stream; nothing, to begin with.
#[derive(Debug, Clone, Default)]
pub struct Cursor(Option<Value>);

/// A copy of a database; it is deleted with this.
#[derive(Debug)]
pub struct Saved(String);

impl Drop for Saved {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm"] {
            drop(std::fs::remove_file(format!("{}{end}", self.0)));
        }
    }
}

impl Engine {
    /// Starts one and creates the table.
    pub fn start() -> Self {
        let database = Database::memory().expect("an in-memory database");
        let table = serde_json::from_value(table()).expect("a table definition");
        database.create_table(table).expect("the table");
        Self { database }
    }

    /// Puts a server in front of the database, on a loopback port; where it is.
    pub async fn serve(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
        let address = listener.local_addr().expect("a bound address");
        tokio::spawn(dynoxide::server::serve_on(listener, self.database.clone()));
        format!("http://{address}")
    }

    /// The database itself.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// A client of the database through `http`, with the time limits and attempts of production and
    /// no pauses between attempts.
    pub fn client(&self, http: SharedHttpClient) -> Client {
        self.client_within(http, Duration::from_secs(2))
    }

    /// The same with another limit for each attempt.
    pub fn client_within(&self, http: SharedHttpClient, attempt: Duration) -> Client {
        Client::from_conf(config(http, attempt).endpoint_url("http://table.test").build())
    }

    /// A client of the server at that address.
    pub fn client_at(address: &str, http: SharedHttpClient) -> Client {
        Client::from_conf(config(http, Duration::from_secs(2)).endpoint_url(address).build())
    }

    /// The item of that key, past the wire, in the JSON of the protocol.
    pub fn item(&self, pk: &str, sk: &str) -> Option<Value> {
        let request = json!({"TableName": TABLE, "ConsistentRead": true,
            "Key": {"pk": {"S": pk}, "sk": {"S": sk}}});
        let request = serde_json::from_value(request).expect("a GetItem request");
        let answer = self.database.get_item(request).expect("an answer of GetItem");
        answer.item.map(|item| serde_json::to_value(item).expect("an item in JSON"))
    }

    /// The items of a partition, by their sort keys; no more than one page of them.
    pub fn partition(&self, pk: &str) -> Vec<Value> {
        let request = json!({"TableName": TABLE, "ConsistentRead": true,
            "KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": pk}}});
        let request = serde_json::from_value(request).expect("a Query request");
        let page = self.database.query(request).expect("an answer of Query");
        let page = serde_json::to_value(page).expect("a page in JSON");
        page["Items"].as_array().cloned().unwrap_or_default()
    }

    /// Keeps what is in the database now, to come back to.
    pub fn save(&self) -> Saved {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("cpor-tests-{}-{number}.db", std::process::id());
        let path = std::env::temp_dir().join(name);
        let saved = Saved(path.to_str().expect("a path in UTF-8").to_owned());
        drop(std::fs::remove_file(&saved.0));
        self.database.vacuum_into(&saved.0).expect("a copy of the database");
        saved
    }

    /// Brings back what was in the database then.
    pub fn restore(&self, saved: &Saved) {
        self.database.restore_from(&saved.0).expect("a restored database");
    }

    /// Puts an item past the wire.
    pub fn put(&self, item: &Value) {
        let request = json!({"TableName": TABLE, "Item": item});
        let request = serde_json::from_value(request).expect("a PutItem request");
        self.database.put_item(request).expect("an answer of PutItem");
    }

    /// Puts many items at once, past the wire and the stream.
    pub fn import(&self, items: Vec<Value>) {
        let items = items.into_iter().map(read).collect();
        let imported = self.database.import_items(TABLE, items, dynoxide::ImportOptions::default());
        imported.expect("imported items");
    }

    /// Deletes an item past the wire.
    pub fn delete(&self, pk: &str, sk: &str) {
        let request = json!({"TableName": TABLE, "Key": {"pk": {"S": pk}, "sk": {"S": sk}}});
        let request = serde_json::from_value(request).expect("a DeleteItem request");
        self.database.delete_item(request).expect("an answer of DeleteItem");
    }

    /// Everything in the table whose partition key begins with `prefix`, by key.
    pub fn items(&self, prefix: &str) -> Vec<Value> {
        let mut found = Vec::new();
        let mut start = Value::Null;
        loop {
            let (items, next) = self.scan(prefix, &start);
            found.extend(items);
            start = next;
            if start.is_null() {
                break;
            }
        }
        found.sort_by_key(key);
        found
    }

    fn scan(&self, prefix: &str, start: &Value) -> (Vec<Value>, Value) {
        let mut request = json!({"TableName": TABLE, "ConsistentRead": true});
        if !prefix.is_empty() {
            request["FilterExpression"] = json!("begins_with(pk, :p)");
            request["ExpressionAttributeValues"] = json!({":p": {"S": prefix}});
        }
        if !start.is_null() {
            request["ExclusiveStartKey"] = start.clone();
        }
        let request = serde_json::from_value(request).expect("a Scan request");
        let page = self.database.scan(request).expect("an answer of Scan");
        let page = serde_json::to_value(page).expect("a page in JSON");
        let items = page["Items"].as_array().cloned().unwrap_or_default();
        (items, page["LastEvaluatedKey"].clone())
    }

    /// The table's stream from its beginning, as records of the protocol.
    pub fn stream(&self) -> Vec<Value> {
        self.stream_from(&mut Cursor::default())
    }

    /// What the stream has behind a cursor, which moves on.
    pub fn stream_from(&self, cursor: &mut Cursor) -> Vec<Value> {
        let mut next = cursor.0.take().unwrap_or_else(|| self.beginning_of_stream());
        let mut records = Vec::new();
        loop {
            let page =
                self.database.get_records(read(json!({"ShardIterator": next}))).expect("records");
            let page = serde_json::to_value(page).expect("records in JSON");
            let some = page["Records"].as_array().cloned().unwrap_or_default();
            if some.is_empty() {
                break;
            }
            records.extend(some);
            next = page["NextShardIterator"].clone();
        }
        cursor.0 = Some(next);
        records
    }

    /// The engine keeps the stream of a table in one shard.
    fn beginning_of_stream(&self) -> Value {
        let streams =
            self.database.list_streams(read(json!({"TableName": TABLE}))).expect("streams");
        let streams = serde_json::to_value(streams).expect("streams in JSON");
        let arn = streams["Streams"][0]["StreamArn"].clone();
        let described = self.database.describe_stream(read(json!({"StreamArn": arn})));
        let described =
            serde_json::to_value(described.expect("a stream")).expect("a stream in JSON");
        let shard = &described["StreamDescription"]["Shards"][0]["ShardId"];
        let request =
            json!({"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"});
        let iterator = self.database.get_shard_iterator(read(request)).expect("an iterator");
        serde_json::to_value(iterator).expect("JSON")["ShardIterator"].clone()
    }
}

/// Pauses between attempts take no time, so that the calls of a test come in the same order however
/// busy the machine is; limits take theirs.
#[derive(Debug)]
struct Naps;

impl AsyncSleep for Naps {
    fn sleep(&self, duration: Duration) -> Sleep {
        if duration < Duration::from_millis(25) {
            Sleep::new(tokio::task::yield_now())
        } else {
            Sleep::new(tokio::time::sleep(duration))
        }
    }
}

/// The limits and attempts of production, with a quota of second attempts of the client's own: the
/// SDK's is one for the whole process, where what breaks in one test would be felt in another.
fn config(http: SharedHttpClient, attempt: Duration) -> aws_sdk_dynamodb::config::Builder {
    let retries =
        RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(1));
    let quota = RetryPartition::custom("wire").token_bucket(TokenBucket::new(QUOTA));
    aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .http_client(http)
        .retry_config(retries)
        .retry_partition(quota.build())
        .sleep_impl(Naps)
        .timeout_config(limits(attempt))
}

fn read<T: serde::de::DeserializeOwned>(request: Value) -> T {
    serde_json::from_value(request).expect("a request of the protocol")
}

/// The key of an item.
pub fn key(item: &Value) -> (String, String) {
    let part = |name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
    (part("pk"), part("sk"))
}

/// An operation of the protocol, without a server between: its status and its JSON.
pub fn dispatch(database: &Database, operation: &str, body: &[u8]) -> (u16, String) {
    match operation {
        "GetItem" => run(body, |request| database.get_item(request)),
        "PutItem" => run(body, |request| database.put_item(request)),
        "UpdateItem" => run(body, |request| database.update_item(request)),
        "DeleteItem" => run(body, |request| database.delete_item(request)),
        "Query" => run(body, |request| database.query(request)),
        "BatchGetItem" => run(body, |request| database.batch_get_item(request)),
        "BatchWriteItem" => run(body, |request| database.batch_write_item(request)),
        "TransactGetItems" => run(body, |request| database.transact_get_items(request)),
        "TransactWriteItems" => run(body, |request| database.transact_write_items(request)),
        "BatchExecuteStatement" => run(body, |request| database.batch_execute_statement(request)),
        _ => (400, refusal("UnknownOperationException")),
    }
}

fn run<Q: DeserializeOwned, A: Serialize>(
    body: &[u8],
    act: impl FnOnce(Q) -> Result<A, DynoxideError>,
) -> (u16, String) {
    let Ok(request) = serde_json::from_slice(body) else {
        return (400, refusal("SerializationException"));
    };
    match act(request) {
        Ok(answer) => (200, serde_json::to_string(&answer).expect("an answer in JSON")),
        Err(error) => (error.status_code(), error.to_json()),
    }
}

fn refusal(code: &str) -> String {
    let code = format!("com.amazonaws.dynamodb.v20120810#{code}");
    json!({"__type": code, "message": "refused"}).to_string()
}

/// `docs/architecture.md §7`.
fn limits(attempt: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(attempt)
        .operation_timeout(Duration::from_secs(5))
        .build()
}

/// The table of `template.yaml`; a test holds the two equal.
pub fn table() -> Value {
    let attribute = |name: &str| json!({"AttributeName": name, "AttributeType": "S"});
    let keys = |hash: &str, range: &str| json!([{"AttributeName": hash, "KeyType": "HASH"}, {"AttributeName": range, "KeyType": "RANGE"}]);
    let index = |name: &str, hash: &str, range: &str| {
        json!({"IndexName": name, "KeySchema": keys(hash, range),
            "Projection": {"ProjectionType": "KEYS_ONLY"}})
    };
    json!({
        "TableName": TABLE,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions":
            (["pk", "sk", "ip", "ik", "it", "iu", "iq", "iw", "iy", "iz", "ib", "ir", "ih"].map(attribute)),
        "KeySchema": keys("pk", "sk"),
        "GlobalSecondaryIndexes":
            [index("partner", "ip", "ik"), index("tenant", "it", "iu"), index("queue", "iq", "iw"),
             index("day", "iy", "iz"), index("turn", "ip", "ib"), index("reference", "ir", "ih")],
        "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    })
}
