//! The function `publish`: archives each version of a claim as history and puts it on the bus
//! (`docs/architecture.md §3.9`). The table's stream is the log: nothing is written twice.
//!
//! History first, then always the bus, so that an event is on the bus at least once. A record that
//! cannot be read is parked whole and passed; anything else that fails is tried again from there on.

mod event;
#[cfg(test)]
mod fuzz;
mod park;
mod record;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use domain::calendar::CalendarId;
use domain::claim::{Claim, HoldReason, State};
use domain::event::EventType;
use runtime::fields::{self, metric};
use runtime::{Bus, BusEvent, Invocation, InvocationError, telemetry};
use serde_json::Value;
use store::{Store, StoreError};
use tracing::{error, info, warn};

pub use park::Parking;

use record::RecordChange;

/// What the function needs.
pub struct App {
    store: Store,
    bus: Bus,
    parking: Parking,
    /// The calendars whose files are kept for certain.
    kept: Mutex<BTreeSet<CalendarId>>,
}

impl App {
    /// The function over a store, the bus, and the queue for records that nobody can read.
    pub fn new(store: Store, bus: Bus, parking: Parking) -> Self {
        Self { store, bus, parking, kept: Mutex::default() }
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
    let mut waiting: Vec<(String, BusEvent)> = Vec::new();
    let mut failed = None;
    for record in records {
        let number = record::sequence_number(record);
        let Ok(events) = Box::pin(archive_record(app, record)).await else {
            failed = Some(number);
            break;
        };
        waiting.extend(events.into_iter().map(|own| (number.clone(), own)));
    }
    let unsent = Box::pin(app.bus.put_events(&waiting)).await;
    log_events(
        waiting.iter().filter(|(number, _)| !unsent.contains(number)).map(|(_, event)| event),
    );
    let first = waiting.into_iter().map(|(number, _)| number).find(|no| unsent.contains(no));
    Ok(batch_response(first.or(failed)))
}

/// Counts what went on the bus, and logs it by type: the charts of what becomes of claims are queries of these
/// lines.
fn log_events<'a>(sent: impl Iterator<Item = &'a BusEvent>) {
    let mut by_type = BTreeMap::<_, u32>::new();
    for event in sent {
        *by_type.entry(event.event_type).or_default() += 1;
    }
    telemetry::add_to_metric(metric::PUBLISHED, by_type.values().sum());
    for (event_type, count) in by_type {
        info!(
            { fields::EVENT_TYPE } = event_type,
            { fields::COUNT } = count,
            "Events are on the bus"
        );
    }
}

/// Archives a record; what has to go on the bus, if anything has.
async fn archive_record(app: &App, record: &Value) -> Result<Vec<BusEvent>, ()> {
    let (old, new) = match record::read_change(record) {
        Ok(RecordChange::Version { old, new }) => (old, new),
        Ok(RecordChange::Reminder(due)) => return Ok(vec![event::reminder_event(&due)]),
        Ok(RecordChange::Nothing) => return Ok(Vec::new()),
        Err(reason) => return park_record(app, record, &reason).await,
    };
    let archived = match keep_country_file(app, new.claim()).await {
        Ok(()) => app.store.archive_version(old.as_deref(), &new).await,
        Err(error) => Err(error),
    };
    match archived {
        Ok(()) => {
            report_unopened_window(new.claim());
            let told = old.as_deref().and_then(|old| event::partner_mail_event(old, &new));
            Ok([event::version_event(&new)].into_iter().chain(told).collect())
        }
        Err(StoreError::Corrupt(reason)) => park_record(app, record, &reason).await,
        Err(error) => {
            let number = record::sequence_number(record);
            telemetry::log_failure_of(
                format_args!("record {number} of claim {}", new.claim().id),
                "A version could not be archived",
                &error,
            );
            telemetry::add_to_metric(metric::FAULTS, 1);
            Err(())
        }
    }
}

/// Keeps the holidays that the claim's window was counted by, where no window before was: whatever is archived can be
/// counted again.
async fn keep_country_file(app: &App, claim: &Claim) -> Result<(), StoreError> {
    let Some(window) = claim.state.window() else { return Ok(()) };
    let calendar = window.calendar.with_revision(0);
    let is_kept = app.kept.lock().unwrap_or_else(PoisonError::into_inner).contains(&calendar);
    if !is_kept {
        app.store.keep_country_file(&calendar).await?;
        app.kept.lock().unwrap_or_else(PoisonError::into_inner).insert(calendar);
    }
    Ok(())
}

/// A window that no verified delivery had opened should be impossible: somebody has to look.
fn report_unopened_window(claim: &Claim) {
    let unopened = Some(HoldReason::NoVerifiedDelivery);
    let is_held = matches!(claim.state, State::OnHold { reason } if reason == unopened);
    if is_held && claim.last_event.event_type == EventType::Held {
        telemetry::add_to_metric(metric::UNOPENED_WINDOW, 1);
        error!({ fields::CLAIM_ID } = %claim.id, "A window ended that no verified delivery had opened");
    }
}

/// Sets a record aside, whole, so that those behind it can go on.
async fn park_record(app: &App, record: &Value, reason: &str) -> Result<Vec<BusEvent>, ()> {
    let number = record::sequence_number(record);
    warn!({ fields::SEQUENCE_NUMBER } = number, { fields::ERROR_CHAIN } = reason, "Record parked");
    telemetry::add_to_metric(metric::PARKED, 1);
    match app.parking.send_record(record).await {
        Ok(()) => Ok(Vec::new()),
        Err(error) => {
            telemetry::log_failure_of(
                format_args!("record {number}"),
                "A record could not be parked",
                &error,
            );
            telemetry::add_to_metric(metric::FAULTS, 1);
            Err(())
        }
    }
}

fn batch_response(failed: Option<String>) -> DynamoDbEventResponse {
    let mut response = DynamoDbEventResponse::default();
    if let Some(number) = failed {
        let mut failure = DynamoDbBatchItemFailure::default();
        failure.item_identifier = Some(number);
        response.batch_item_failures.push(failure);
    }
    response
}
