//! What the bus is told: each version's event, and reminders, without personal data.

use domain::claim::Claim;
use domain::time::rfc3339;
use runtime::BusEvent;
use serde_json::{Value, json};
use store::{Image, ReminderDue};

/// The detail-type of a reminder.
const REMINDER: &str = "reminder_due";

/// The event of a claim's new version.
pub(crate) fn of_version(image: &Image) -> BusEvent {
    let event = &image.claim().last_event;
    BusEvent { event_type: event.event_type.as_str(), detail: detail(image.claim()), at: event.at }
}

/// A reminder that is due.
pub(crate) fn of_reminder(due: &ReminderDue) -> BusEvent {
    BusEvent { event_type: REMINDER, detail: detail_of_reminder(due), at: due.at }
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
