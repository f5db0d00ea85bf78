//! A private database for each test: the embedded engine on a loopback port of this process, and the
//! real SDK client on it.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region, SharedHttpClient};
use dynoxide::Database;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// The table's name in tests.
pub const TABLE: &str = "cpor";

/// A database with the project's table in it.
#[derive(Clone)]
pub struct Engine {
    database: Database,
    endpoint: String,
}

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
    pub async fn start() -> Self {
        let database = Database::memory().expect("an in-memory database");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
        let address = listener.local_addr().expect("a bound address");
        tokio::spawn(dynoxide::server::serve_on(listener, database.clone()));
        let table = serde_json::from_value(table()).expect("a table definition");
        database.create_table(table).expect("the table");
        Self { database, endpoint: format!("http://{address}") }
    }

    /// A client of the database through `http`, with the time limits and attempts of production and
    /// pauses between attempts too short to notice.
    pub fn client(&self, http: SharedHttpClient) -> Client {
        self.client_within(http, Duration::from_secs(2))
    }

    /// The same with another limit for each attempt.
    pub fn client_within(&self, http: SharedHttpClient, attempt: Duration) -> Client {
        let retries = RetryConfig::standard()
            .with_max_attempts(3)
            .with_initial_backoff(Duration::from_millis(1));
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .endpoint_url(&self.endpoint)
            .http_client(http)
            .retry_config(retries)
            .timeout_config(limits(attempt))
            .build();
        Client::from_conf(config)
    }

    /// The item of that key, past the wire, in the JSON of the protocol.
    pub fn item(&self, pk: &str, sk: &str) -> Option<Value> {
        let request = json!({"TableName": TABLE, "ConsistentRead": true,
            "Key": {"pk": {"S": pk}, "sk": {"S": sk}}});
        let request = serde_json::from_value(request).expect("a GetItem request");
        let answer = self.database.get_item(request).expect("an answer of GetItem");
        answer.item.map(|item| serde_json::to_value(item).expect("an item in JSON"))
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
            let page = self.scan(&start);
            found.extend(page.0.into_iter().filter(|item| key(item).0.starts_with(prefix)));
            start = page.1;
            if start.is_null() {
                break;
            }
        }
        found.sort_by_key(key);
        found
    }

    fn scan(&self, start: &Value) -> (Vec<Value>, Value) {
        let mut request = json!({"TableName": TABLE, "ConsistentRead": true});
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
        let streams =
            self.database.list_streams(read(json!({"TableName": TABLE}))).expect("streams");
        let streams = serde_json::to_value(streams).expect("streams in JSON");
        let arn = streams["Streams"][0]["StreamArn"].clone();
        let described = self.database.describe_stream(read(json!({"StreamArn": arn})));
        let described =
            serde_json::to_value(described.expect("a stream")).expect("a stream in JSON");
        let shards =
            described["StreamDescription"]["Shards"].as_array().cloned().unwrap_or_default();
        shards.iter().flat_map(|shard| self.shard(&arn, &shard["ShardId"])).collect()
    }

    fn shard(&self, arn: &Value, shard: &Value) -> Vec<Value> {
        let request =
            json!({"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"});
        let iterator = self.database.get_shard_iterator(read(request)).expect("an iterator");
        let mut next = serde_json::to_value(iterator).expect("JSON")["ShardIterator"].clone();
        let mut records = Vec::new();
        while !next.is_null() {
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
        records
    }
}

fn read<T: serde::de::DeserializeOwned>(request: Value) -> T {
    serde_json::from_value(request).expect("a request of the protocol")
}

/// The key of an item.
pub fn key(item: &Value) -> (String, String) {
    let part = |name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
    (part("pk"), part("sk"))
}

/// `architecture.md §7`.
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
            (["pk", "sk", "ip", "ik", "it", "iu", "iq", "iw"].map(attribute)),
        "KeySchema": keys("pk", "sk"),
        "GlobalSecondaryIndexes":
            [index("partner", "ip", "ik"), index("tenant", "it", "iu"), index("queue", "iq", "iw")],
        "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    })
}
