//! The function `sweep`: what a change of the directory does to claims (`docs/domain.md §3`, *vanish*).
//!
//! The table's stream is the log of the directory's changes too: an entry that was written is swept,
//! however its writer fared, and one that changes twice is swept as it is last. The rules of a customer are swept
//! as they were written, each time, since a "no" in them counts however soon they change. A sweep that fails or
//! runs out of time begins anew and passes quickly over what is done.
//!
//! That a tenant has another verified contact is told on the bus (`docs/domain.md §5.7`), by the two images of the
//! record. A record that comes again tells it again.

mod event;

use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use chrono::{DateTime, Utc};
use runtime::fields::{self, metric};
use runtime::{Bus, Invocation, InvocationError, telemetry};
use serde_json::Value;
use store::{ContactVerified, DirectoryEntry, ReconcileReport, Store, StoreError};
use tracing::info;

/// What the function needs.
pub struct App {
    store: Store,
    bus: Bus,
}

impl App {
    /// The function over a store and the bus.
    pub fn new(store: Store, bus: Bus) -> Self {
        Self { store, bus }
    }
}

/// Records of the table's stream, in their order. The answer names the first that is not done: the
/// platform begins with it again.
///
/// # Errors
/// For an event that is no batch of records.
pub async fn handle_records(
    app: &App,
    event: Value,
    _invocation: Invocation,
) -> Result<DynamoDbEventResponse, InvocationError> {
    let records = event.get("Records").and_then(Value::as_array);
    let records = records.ok_or_else(|| InvocationError::new("an event without records"))?;
    let mut response = DynamoDbEventResponse::default();
    for record in records {
        let Some(entry) = read_entry(record) else { continue };
        if let Err(error) = Box::pin(reconcile_entry(app, &entry, record)).await {
            telemetry::log_failure_of(
                format_args!("record {}", sequence_number(record).unwrap_or_default()),
                "A change of the directory could not be carried out yet",
                &error,
            );
            telemetry::add_to_metric(metric::FAULTS, 1);
            response.batch_item_failures.push(failed_record(record));
            break;
        }
        if !publish_verified_contacts(app, &entry, record).await {
            response.batch_item_failures.push(failed_record(record));
            break;
        }
    }
    Ok(response)
}

async fn reconcile_entry(
    app: &App,
    entry: &DirectoryEntry,
    record: &Value,
) -> Result<(), StoreError> {
    let report = app.store.reconcile_entry(entry, written_at(record)).await?;
    let ReconcileReport { seen, changed, passed } = report;
    telemetry::add_to_metric(metric::SWEPT, changed);
    telemetry::add_to_metric(metric::POISON, passed);
    info!(
        { fields::SEQUENCE_NUMBER } = sequence_number(record),
        { fields::CLAIMS_SEEN } = seen,
        { fields::CLAIMS_CHANGED } = changed,
        "Swept"
    );
    Ok(())
}

/// Tells what the record says of a tenant's contacts, if anything; whether nothing is left to tell.
async fn publish_verified_contacts(app: &App, entry: &DirectoryEntry, record: &Value) -> bool {
    let Some(verified) = contact_verified(entry, record) else { return true };
    let number = sequence_number(record).unwrap_or_default();
    app.bus.put_events(&[(number, event::contact_verified_event(&verified))]).await.is_empty()
}

/// A tenant's first entry has no image before it, and so nobody to tell.
fn contact_verified(entry: &DirectoryEntry, record: &Value) -> Option<ContactVerified> {
    match entry {
        DirectoryEntry::Tenant(_) => {
            let image = |at: &str| serde_json::from_value(record.pointer(at)?.clone()).ok();
            ContactVerified::of_images(image("/dynamodb/OldImage")?, image("/dynamodb/NewImage")?)
        }
        DirectoryEntry::Partner(_) | DirectoryEntry::Rules(..) => None,
    }
}

/// The directory's entry that a record is about.
fn read_entry(record: &Value) -> Option<DirectoryEntry> {
    let keys = record.pointer("/dynamodb/Keys")?;
    let key = |name: &str| keys.get(name)?.get("S")?.as_str();
    let image = record.pointer("/dynamodb/NewImage").cloned();
    let image = image.and_then(|image| serde_json::from_value(image).ok());
    DirectoryEntry::of_item(key("pk")?, key("sk")?, image)
}

/// When the stream's record was written, to the second.
fn written_at(record: &Value) -> Option<DateTime<Utc>> {
    let at = record.pointer("/dynamodb/ApproximateCreationDateTime")?;
    let seconds = at.as_i64().or_else(|| format!("{:.0}", at.as_f64()?).parse().ok())?;
    DateTime::from_timestamp(seconds, 0)
}

fn failed_record(record: &Value) -> DynamoDbBatchItemFailure {
    let mut failure = DynamoDbBatchItemFailure::default();
    failure.item_identifier = sequence_number(record);
    failure
}

fn sequence_number(record: &Value) -> Option<String> {
    let number = record.pointer("/dynamodb/SequenceNumber").and_then(Value::as_str);
    number.map(str::to_owned)
}
