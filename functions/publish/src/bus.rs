//! The bus: each version's event, without personal data.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_eventbridge::primitives::DateTime;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use domain::claim::Claim;
use domain::time::rfc3339;
use runtime::fields::metric;
use runtime::telemetry;
use serde_json::{Value, json};
use store::{Image, ReminderDue};

/// The source of every event of this system.
const SOURCE: &str = "cpor";
/// The detail-type of a reminder.
const REMINDER: &str = "reminder_due";
/// How many events one call may put.
const BATCH: usize = 10;
/// How often failed entries are put again before the records come again.
const ROUNDS: u32 = 4;

/// What is told on the bus.
pub(crate) enum Tidings {
    /// A claim's new version.
    Version(Box<Image>),
    /// A reminder that is due.
    Reminder(ReminderDue),
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

    /// Puts the events of these tidings; the numbers of the records whose events are not on the
    /// bus for certain.
    pub(crate) async fn put(&self, tidings: &[(String, Tidings)]) -> BTreeSet<String> {
        let mut unsent = BTreeSet::new();
        for chunk in tidings.chunks(BATCH) {
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
            telemetry::count(metric::FAULTS, 1);
        }
        unsent
    }

    /// One call; those that failed come back. It answers 200 with failed entries, so each entry's
    /// own result counts.
    async fn put_once<'a>(
        &self,
        tidings: Vec<&'a (String, Tidings)>,
    ) -> Vec<&'a (String, Tidings)> {
        let entries = tidings.iter().map(|(_, told)| self.entry(told)).collect();
        let answer = match self.client.put_events().set_entries(Some(entries)).send().await {
            Ok(answer) => answer,
            Err(error) => {
                telemetry::failure("Events could not be put on the bus", &error);
                return tidings;
            }
        };
        let results = answer.entries.unwrap_or_default();
        if results.len() != tidings.len() {
            return tidings;
        }
        let failed = results.iter().map(|result| result.event_id.is_none());
        tidings.into_iter().zip(failed).filter(|(_, failed)| *failed).map(|(own, _)| own).collect()
    }

    fn entry(&self, tidings: &Tidings) -> PutEventsRequestEntry {
        let (name, detail, at) = match tidings {
            Tidings::Version(image) => {
                let event = &image.claim().last_event;
                (event.event_type.as_str(), detail(image.claim()), event.at)
            }
            Tidings::Reminder(due) => (REMINDER, detail_of_reminder(due), due.at),
        };
        PutEventsRequestEntry::builder()
            .event_bus_name(&self.name)
            .source(SOURCE)
            .detail_type(name)
            .detail(detail.to_string())
            .time(DateTime::from_millis(at.timestamp_millis()))
            .build()
    }
}

/// A reminder, which is no event of its claim: it moves nothing.
fn detail_of_reminder(due: &ReminderDue) -> Value {
    let name = due.reminder.as_str();
    json!({
        "id": format!("{}-{}-{name}", due.claim, due.notice.0),
        "claim": due.claim,
        "notice": due.notice,
        "type": REMINDER,
        "reminder": name,
        "at": rfc3339(due.at),
        "closes_at": rfc3339(due.closes_at),
    })
}

/// The event as everyone on the bus may see it.
fn detail(claim: &Claim) -> Value {
    let (event, subject) = (&claim.last_event, &claim.subject);
    let mut detail = json!({
        "id": format!("{}-{}", claim.id, claim.version),
        "claim": claim.id,
        "version": claim.version,
        "at": rfc3339(event.at),
        "type": event.event_type,
        "actor": event.actor,
        "status": claim.status(),
        "tenant": subject.tenant,
        "partner": subject.partner,
        "program": subject.program,
        "notice": claim.notice,
    });
    if let (true, Some(members)) = (event.by_silence, detail.as_object_mut()) {
        members.insert("by".to_owned(), "silence".into());
    }
    detail
}
