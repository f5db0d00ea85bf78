//! Reminders: an open window is half over, or has one business day left. They move nothing. At half time the
//! contact in reserve gets the notice itself.

use domain::claim::{Instant, State};
use domain::ids::{ClaimId, NoticeNo};
use domain::reminder::{Reminder, is_term_to_be_told, is_to_be_sent};
use notice::AnswerDeadline;
use notice::content::zone_of;
use notice::mail;
use serde::Deserialize;
use serde_json::Value;
use store::MailSubject;

use crate::App;
use crate::audience::{Addressee, Audience};
use crate::mailer::MailTracking;
use crate::notices;
use crate::partner;
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
    if due.reminder == Reminder::Term {
        return Box::pin(tell_term_end(app, audience, due, now)).await;
    }
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

/// Tells every verified contact, and whoever is told of each act, that the term of associations ends; and has the
/// partner told by its mail of the day. What has ended meanwhile is not told.
async fn tell_term_end(
    app: &App,
    audience: &Audience,
    due: &DueReminder,
    now: Instant,
) -> Result<(), Stop> {
    let (claim, ends_at) = (&audience.claim, due.closes_at);
    if !is_term_to_be_told(claim, ends_at, now) {
        return Ok(());
    }
    let items: Vec<_> = claim.active_items().map(|item| item.no).collect();
    let notice = audience.build_notice(&app.operator, due.notice, AnswerDeadline::Unset);
    let zone = zone_of(claim, &audience.place);
    let write_to = |addressee: Addressee<'_>| {
        let envelope = audience.mail_envelope(app, addressee, due.at);
        (mail::write_term_end(&notice, &items, ends_at, zone, &envelope), MailTracking::No)
    };
    let addressees = audience.with_everybody(audience.act_addressees());
    let mails: Vec<_> = addressees.into_iter().map(write_to).collect();
    let told = continue_after_fault(app.send_once(MailSubject::Claim(&due.claim), &mails).await)?;
    let purpose = format!("counted.term.{}", ends_at.timestamp());
    let entered = app
        .count_once(&due.claim, &purpose, "partner", async || {
            partner::enter_term_end(app, claim, now).await.map(|()| true)
        })
        .await;
    told.and(entered.map(drop))
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
