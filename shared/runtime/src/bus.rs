//! The bus: what the system tells others, without personal data.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_eventbridge::primitives::DateTime;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use domain::time::Instant;
use serde_json::Value;

use crate::fields::metric;
use crate::telemetry;

/// The source of every event of this system.
const SOURCE: &str = "cpor";
/// How many events one call may put.
const BATCH: usize = 10;
/// How often failed entries are put again before the records come again.
const ROUNDS: u32 = 4;

/// An event of the bus.
#[derive(Debug, Clone, PartialEq)]
pub struct BusEvent {
    /// The type of the event, as `detail-type`.
    pub event_type: &'static str,
    /// What the event tells, without personal data.
    pub detail: Value,
    /// The moment at which it happened.
    pub at: Instant,
}

/// The project's event bus.
pub struct Bus {
    client: aws_sdk_eventbridge::Client,
    name: String,
}

impl Bus {
    /// The bus of that name.
    pub fn new(client: aws_sdk_eventbridge::Client, name: impl Into<String>) -> Self {
        Self { client, name: name.into() }
    }

    /// Puts these events, each under the number of its record; the numbers of the records whose events are not
    /// on the bus for certain.
    pub async fn put_events(&self, events: &[(String, BusEvent)]) -> BTreeSet<String> {
        let mut unsent = BTreeSet::new();
        for chunk in events.chunks(BATCH) {
            let mut rest: Vec<_> = chunk.iter().collect();
            for round in 0..ROUNDS {
                if rest.is_empty() {
                    break;
                }
                if round > 0 {
                    tokio::time::sleep(Duration::from_millis(50 << round)).await;
                }
                rest = self.put_once(rest).await;
            }
            unsent.extend(rest.into_iter().map(|(number, _)| number.clone()));
        }
        if !unsent.is_empty() {
            telemetry::add_to_metric(metric::FAULTS, 1);
        }
        unsent
    }

    /// One call; those that failed come back. It answers 200 with failed entries, so each entry's
    /// own result counts.
    async fn put_once<'a>(
        &self,
        events: Vec<&'a (String, BusEvent)>,
    ) -> Vec<&'a (String, BusEvent)> {
        let entries = events.iter().map(|(_, event)| self.to_entry(event)).collect();
        let answer = match self.client.put_events().set_entries(Some(entries)).send().await {
            Ok(answer) => answer,
            Err(error) => {
                telemetry::log_failure("Events could not be put on the bus", &error);
                return events;
            }
        };
        let results = answer.entries.unwrap_or_default();
        if results.len() != events.len() {
            return events;
        }
        let failed = results.iter().map(|result| result.event_id.is_none());
        events.into_iter().zip(failed).filter(|(_, failed)| *failed).map(|(own, _)| own).collect()
    }

    fn to_entry(&self, event: &BusEvent) -> PutEventsRequestEntry {
        PutEventsRequestEntry::builder()
            .event_bus_name(&self.name)
            .source(SOURCE)
            .detail_type(event.event_type)
            .detail(event.detail.to_string())
            .time(DateTime::from_millis(event.at.timestamp_millis()))
            .build()
    }
}
