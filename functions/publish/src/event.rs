//! What the bus is told: each version's event, and reminders, without personal data.

use domain::claim::Claim;
use domain::partner_news::{PartnerNews, partner_news};
use domain::time::format_rfc3339;
use runtime::BusEvent;
use serde_json::{Value, json};
use store::{ClaimImage, ReminderDue};

/// The detail-type of a reminder.
const REMINDER: &str = "reminder_due";
/// The detail-type of what a partner is told by mail.
const PARTNER_MAIL: &str = "partner_mail_due";

/// The event of a claim's new version.
pub(crate) fn version_event(image: &ClaimImage) -> BusEvent {
    let event = &image.claim().last_event;
    BusEvent {
        event_type: event.event_type.as_str(),
        detail: public_detail(image.claim()),
        at: event.at,
    }
}

/// That the partner of a claim is to be told of its new version; `None`: there is nothing to tell.
pub(crate) fn partner_mail_event(old: &ClaimImage, new: &ClaimImage) -> Option<BusEvent> {
    let news = partner_news(old.claim(), new.claim());
    let detail = (!news.topics.is_empty()).then(|| partner_mail_detail(new.claim(), &news))?;
    Some(BusEvent { event_type: PARTNER_MAIL, detail, at: new.claim().last_event.at })
}

/// It is no event of its claim, as a reminder is none: who has mails to send to partners hears of it alone, so that no
/// such mail is in the way of a customer's.
fn partner_mail_detail(claim: &Claim, news: &PartnerNews) -> Value {
    let event = &claim.last_event;
    let mut detail = json!({
        "id": format!("{}-{}-partner", claim.id, claim.version),
        "claim": claim.id,
        "version": claim.version,
        "type": PARTNER_MAIL,
        "event": event.event_type,
        "at": format_rfc3339(event.at),
        "partner": claim.subject.partner,
        "topics": news.topics,
        "official": news.official,
        "ended": news.ended,
    });
    if let (Some(open), Some(members)) = (news.task, detail.as_object_mut()) {
        members.insert("task".to_owned(), open.task.as_str().into());
        members.insert("until".to_owned(), format_rfc3339(open.until).into());
    }
    detail
}

/// A reminder that is due.
pub(crate) fn reminder_event(due: &ReminderDue) -> BusEvent {
    BusEvent { event_type: REMINDER, detail: reminder_detail(due), at: due.at }
}

/// A reminder, which is no event of its claim: it moves nothing.
fn reminder_detail(due: &ReminderDue) -> Value {
    let name = due.reminder.as_str();
    json!({
        "id": format!("{}-{}-{name}", due.claim, due.notice.0),
        "claim": due.claim,
        "notice": due.notice,
        "type": REMINDER,
        "reminder": name,
        "at": format_rfc3339(due.at),
        "closes_at": format_rfc3339(due.closes_at),
    })
}

/// The event as everyone on the bus may see it.
fn public_detail(claim: &Claim) -> Value {
    let (event, subject) = (&claim.last_event, &claim.subject);
    let mut detail = json!({
        "id": format!("{}-{}", claim.id, claim.version),
        "claim": claim.id,
        "version": claim.version,
        "at": format_rfc3339(event.at),
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
