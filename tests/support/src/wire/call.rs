//! One call as it went over the wire, and what it cost.

use std::iter::Sum;
use std::ops::Add;

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use serde_json::{Value, json};

/// One attempt of one operation.
#[derive(Debug, Clone)]
pub struct Call {
    /// The operation: `UpdateItem`, `TransactWriteItems`, …
    pub operation: String,
    /// The request's JSON.
    pub request: Value,
    /// The database's status, if it was asked.
    pub status: Option<u16>,
    /// The database's answer, if it was asked; the caller may have seen another.
    pub response: Option<Value>,
    /// Whether the database tells what the operation costs.
    pub(super) metered: bool,
    /// How many calls waited for one another until this one was made, itself counted; see
    /// [`super::Wire::count_rounds`].
    pub round: usize,
}

impl Call {
    /// Reads a request, and lets it ask for its cost, table and indexes apart.
    pub(super) fn read(request: &HttpRequest) -> Self {
        let bytes = request.body().bytes().unwrap_or_default();
        Self::new(operation(request), serde_json::from_slice(bytes).unwrap_or(Value::Null))
    }

    /// A call that lets the database say what it costs.
    pub fn new(operation: impl Into<String>, mut request: Value) -> Self {
        let operation = operation.into();
        let metered = METERED.contains(&operation.as_str());
        if metered {
            request["ReturnConsumedCapacity"] = json!("INDEXES");
        }
        Self { operation, request, status: None, response: None, metered, round: 0 }
    }

    /// Whether it writes.
    pub fn writes(&self) -> bool {
        match self.operation.as_str() {
            "PutItem" | "UpdateItem" | "DeleteItem" | "TransactWriteItems" | "BatchWriteItem" => {
                true
            }
            "BatchExecuteStatement" => self.statements().all(|text| !text.starts_with("SELECT")),
            _ => false,
        }
    }

    /// The partition and sort keys it names, as far as they stand in plain sight.
    pub fn keys(&self) -> Vec<(String, String)> {
        let mut keys = Vec::new();
        collect_keys(&self.request, &mut keys);
        keys
    }

    /// The same without the write ids that end the keys of annotations and of attempts: these are random, so no two runs
    /// have the same.
    pub fn keys_without_write_ids(&self) -> Vec<(String, String)> {
        let mut keys = self.keys();
        for (pk, sort) in &mut keys {
            if (sort.starts_with("W#") || pk.starts_with("WD#"))
                && let Some(end) = sort.rfind('#')
            {
                sort.truncate(end);
            }
        }
        keys
    }

    /// Whether it names a key whose partition begins with `pk` and whose sort key is or begins with
    /// `sk`.
    pub fn names(&self, pk: &str, sk: &str) -> bool {
        self.keys().iter().any(|key| key.0.starts_with(pk) && key.1.starts_with(sk))
    }

    /// The statements of a batch.
    pub fn statements(&self) -> impl Iterator<Item = &str> {
        let all = self.request["Statements"].as_array().map(Vec::as_slice).unwrap_or_default();
        all.iter().filter_map(|statement| statement["Statement"].as_str())
    }

    /// What the database charged.
    pub fn spent(&self) -> Spent {
        let Some(response) = &self.response else { return Spent::default() };
        let consumed = &response["ConsumedCapacity"];
        let one = std::slice::from_ref(consumed);
        let all = consumed.as_array().map_or(one, Vec::as_slice);
        let units = all.iter().map(Units::read).sum();
        if self.writes() {
            Spent { written: units, ..Spent::default() }
        } else {
            Spent { read: units, ..Spent::default() }
        }
    }
}

/// The operation that a request names.
pub(super) fn operation(request: &HttpRequest) -> &str {
    let target = request.headers().get("x-amz-target").unwrap_or_default();
    target.rsplit('.').next().unwrap_or_default()
}

/// The operations that can tell what they cost.
const METERED: [&str; 11] = [
    "GetItem",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "Query",
    "BatchGetItem",
    "BatchWriteItem",
    "TransactGetItems",
    "TransactWriteItems",
    "ExecuteStatement",
    "BatchExecuteStatement",
];

fn collect_keys(value: &Value, keys: &mut Vec<(String, String)>) {
    if let (Some(pk), Some(sk)) = (value["pk"]["S"].as_str(), value["sk"]["S"].as_str()) {
        keys.push((pk.to_owned(), sk.to_owned()));
    }
    match value {
        Value::Object(fields) => fields.values().for_each(|value| collect_keys(value, keys)),
        Value::Array(values) => values.iter().for_each(|value| collect_keys(value, keys)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Capacity units: of the table, and of its indexes together.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Units {
    /// Of the table.
    pub table: f64,
    /// Of the indexes.
    pub indexes: f64,
}

impl Units {
    /// These units.
    pub const fn new(table: f64, indexes: f64) -> Self {
        Self { table, indexes }
    }

    fn read(consumed: &Value) -> Self {
        let of = |part: &Value| part["CapacityUnits"].as_f64().unwrap_or_default();
        let indexes = consumed["GlobalSecondaryIndexes"].as_object();
        let indexes = indexes.map(|indexes| indexes.values().map(of).sum()).unwrap_or_default();
        Self { table: of(&consumed["Table"]), indexes }
    }
}

impl Add for Units {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { table: self.table + other.table, indexes: self.indexes + other.indexes }
    }
}

impl Sum for Units {
    fn sum<I: Iterator<Item = Self>>(units: I) -> Self {
        units.fold(Self::default(), Add::add)
    }
}

/// What calls cost.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Spent {
    /// Write units.
    pub written: Units,
    /// Read units.
    pub read: Units,
}

impl Sum for Spent {
    fn sum<I: Iterator<Item = Self>>(spent: I) -> Self {
        spent.fold(Self::default(), |sum, more| Self {
            written: sum.written + more.written,
            read: sum.read + more.read,
        })
    }
}
