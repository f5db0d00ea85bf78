//! Reminders: an open window is half over, or has one business day left. They move nothing. At half time the
//! contact in reserve gets the notice itself.

use domain::claim::{Instant, State};
use domain::ids::{ClaimId, NoticeNo};
use domain::reminder::{Reminder, is_to_be_sent};
use notice::AnswerDeadline;
use notice::mail;
use serde::Deserialize;
use serde_json::Value;
use store::MailSubject;

use crate::App;
use crate::audience::{Addressee, Audience};
use crate::notices;
use crate::post::MailTracking;
use crate::stop::{Stop, continue_after_fault};

/// A reminder that is due, as the bus told it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct DueReminder {
    pub(crate) claim: ClaimId,
    notice: NoticeNo,
    #[serde(deserialize_with = "deserialize_reminder")]
    reminder: Reminder,
    at: Instant,
    closes_at: Instant,
}

fn deserialize_reminder<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Reminder, D::Error> {
    let name = String::deserialize(deserializer)?;
    Reminder::parse(&name).ok_or_else(|| serde::de::Error::custom("no such reminder"))
}

/// The reminder in a message of the bus; `None` where it is none.
pub(crate) fn parse_event(event: &Value) -> Option<DueReminder> {
    let detail = event.get("detail")?;
    let is_one = detail.get("type")? == "reminder_due";
    is_one.then(|| serde_json::from_value(detail.clone()).ok())?
}

/// Reminds every recipient with a link, while there is something left to decide and to wait for; and asks the
/// contact in reserve, where its time has come. That is last: who is asked now needs no reminder.
pub(crate) async fn remind_recipients(
    app: &App,
    audience: &Audience,
    due: &DueReminder,
    now: Instant,
) -> Result<(), Stop> {
    let claim = &audience.claim;
    let State::AwaitingCustomer { window } = &claim.state else { return Ok(()) };
    if claim.notice != due.notice || window.closes_at <= now {
        return Ok(());
    }
    // A window that has moved has reminders of its own; the contact in reserve is asked whatever its end is.
    let is_current = window.closes_at == due.closes_at;
    if !is_current && !due.reminder.asks_reserve() {
        return Ok(());
    }
    let mut reminded = Ok(());
    // One that has waited for the mail service for too long would tell days that have passed.
    let is_wanted = is_to_be_sent(claim, due.closes_at, due.at, now);
    if let Some(left) = due.reminder.days_left(window).filter(|_| is_wanted) {
        let notice =
            audience.build_notice(&app.operator, due.notice, AnswerDeadline::Exact(window.clone()));
        let write_to = |addressee: Addressee<'_>| {
            let envelope = audience.mail_envelope(app, addressee, due.at);
            (
                mail::write_reminder(&notice, due.reminder.as_str(), left, &envelope),
                MailTracking::No,
            )
        };
        let mails: Vec<_> = audience.linked_addressees().into_iter().map(write_to).collect();
        reminded =
            continue_after_fault(app.send_once(MailSubject::Claim(&due.claim), &mails).await)?;
    }
    if due.reminder.asks_reserve() {
        return reminded.and(notices::notify_reserve_contact(app, audience, window, due.at).await);
    }
    reminded
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reminder_of_the_bus_is_read_and_anything_else_is_not() {
        let detail = json!({
            "id": "x", "claim": "a".repeat(26), "notice": 2, "type": "reminder_due",
            "reminder": "last_day", "at": "2026-12-30T23:00:00Z", "closes_at": "2026-12-31T23:00:00Z",
        });
        let read = parse_event(&json!({"detail": detail})).unwrap();
        assert_eq!((read.notice, read.reminder), (NoticeNo(2), Reminder::LastDay));
        let mut other = detail.clone();
        other["reminder"] = json!("tomorrow");
        for event in [json!({}), json!({"detail": {"type": "validated"}}), json!({"detail": other})]
        {
            assert_eq!(parse_event(&event), None, "{event}");
        }
    }
}
