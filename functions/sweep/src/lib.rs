//! The function `sweep`: what a change of the directory does to claims (`docs/domain.md §3`, *vanish*).
//!
//! The table's stream is the log of the directory's changes too: an entry that was written is swept,
//! however its writer fared, and one that changes twice is swept as it is last. The rules of a customer are swept
//! as they were written, each time, since a "no" in them counts however soon they change. A sweep that fails or
//! runs out of time begins anew and passes quickly over what is done.

use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use runtime::fields::{self, metric};
use runtime::{Failure, Invocation, telemetry};
use serde_json::Value;
use store::{DirectoryEntry, ReconcileReport, Store, StoreError};
use tracing::info;

/// What the function needs.
pub struct App {
    store: Store,
}

impl App {
    /// The function over a store.
    pub fn new(store: Store) -> Self {
        Self { store }
    }
}

/// Records of the table's stream, in their order. The answer names the first that is not done: the
/// platform begins with it again.
///
/// # Errors
/// For an event that is no batch of records.
pub async fn handle(
    app: &App,
    event: Value,
    _invocation: Invocation,
) -> Result<DynamoDbEventResponse, Failure> {
    let records = event.get("Records").and_then(Value::as_array);
    let records = records.ok_or_else(|| Failure::new("an event without records"))?;
    let mut response = DynamoDbEventResponse::default();
    for record in records {
        let Some(entry) = entry_of(record) else { continue };
        if let Err(error) = Box::pin(sweep(app, &entry)).await {
            telemetry::failure("A change of the directory could not be carried out yet", &error);
            telemetry::count(metric::FAULTS, 1);
            response.batch_item_failures.push(first_undone(record));
            break;
        }
    }
    Ok(response)
}

async fn sweep(app: &App, entry: &DirectoryEntry) -> Result<(), StoreError> {
    let ReconcileReport { seen, changed } = app.store.reconcile(entry).await?;
    telemetry::count(metric::SWEPT, changed);
    info!({ fields::CLAIMS_SEEN } = seen, { fields::CLAIMS_CHANGED } = changed, "Swept");
    Ok(())
}

/// The directory's entry that a record is about.
fn entry_of(record: &Value) -> Option<DirectoryEntry> {
    let keys = record.pointer("/dynamodb/Keys")?;
    let key = |name: &str| keys.get(name)?.get("S")?.as_str();
    let image = record.pointer("/dynamodb/NewImage").cloned();
    let image = image.and_then(|image| serde_json::from_value(image).ok());
    DirectoryEntry::of_item(key("pk")?, key("sk")?, image)
}

fn first_undone(record: &Value) -> DynamoDbBatchItemFailure {
    let number = record.pointer("/dynamodb/SequenceNumber").and_then(Value::as_str);
    let mut failure = DynamoDbBatchItemFailure::default();
    failure.item_identifier = number.map(str::to_owned);
    failure
}
