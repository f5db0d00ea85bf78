//! Mail events as SES publishes them, by way of SNS or of its raw delivery.

use chrono::{DateTime, Utc};
use domain::event::FailureCause;
use domain::ids::{ClaimId, NoticeNo};
use domain::text::Email;
use serde::Deserialize;
use serde_json::Value;

/// What became of a notice at one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Proof {
    pub(crate) claim: ClaimId,
    pub(crate) notice: NoticeNo,
    pub(crate) recipient: Email,
    pub(crate) kind: Kind,
    /// By the mail provider's clock.
    pub(crate) at: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Delivered,
    Failed(FailureCause),
    /// An automatic answer: out of office. It proves nothing.
    Unattended,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SesEvent {
    event_type: String,
    mail: SesMail,
    delivery: Option<SesDelivery>,
    bounce: Option<SesBounce>,
    complaint: Option<SesComplaint>,
}

#[derive(Deserialize)]
struct SesMail {
    #[serde(default)]
    tags: Value,
    #[serde(default)]
    timestamp: String,
    #[serde(default)]
    destination: Vec<String>,
}

#[derive(Deserialize)]
struct SesDelivery {
    timestamp: String,
    recipients: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SesBounce {
    timestamp: String,
    bounce_type: String,
    #[serde(default)]
    bounce_sub_type: String,
    bounced_recipients: Vec<SesRecipient>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SesComplaint {
    timestamp: String,
    complained_recipients: Vec<SesRecipient>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SesRecipient {
    email_address: String,
}

/// The proofs in a message, one a recipient; `None` where it is no mail event of a notice. A general
/// transient bounce is what an automatic answer, such as out of office, looks like; any other, of a full
/// mailbox or of a cause that the provider cannot tell, counts as a failure, so that nobody is taken to
/// have read what came back. So does a mail that the provider itself refused to send.
pub(crate) fn proofs(body: &str) -> Option<Vec<Proof>> {
    let event: SesEvent = serde_json::from_value(unwrapped(body)?).ok()?;
    let claim = ClaimId::parse(tag(&event.mail.tags, "claim")?).ok()?;
    let notice = NoticeNo(tag(&event.mail.tags, "notice")?.parse().ok()?);
    let (kind, timestamp, recipients) = outcome(event)?;
    let at = DateTime::parse_from_rfc3339(&timestamp).ok()?.to_utc();
    let proof = |recipient: String| {
        let recipient = Email::parse(&recipient).ok()?;
        Some(Proof { claim: claim.clone(), notice, recipient, kind, at })
    };
    Some(recipients.into_iter().filter_map(proof).collect())
}

/// The event itself, out of the envelope of SNS where there is one.
fn unwrapped(body: &str) -> Option<Value> {
    let value: Value = serde_json::from_str(body).ok()?;
    match value.get("Message").and_then(Value::as_str) {
        Some(message) => serde_json::from_str(message).ok(),
        None => Some(value),
    }
}

fn tag<'t>(tags: &'t Value, name: &str) -> Option<&'t str> {
    tags.get(name)?.get(0)?.as_str()
}

fn outcome(event: SesEvent) -> Option<(Kind, String, Vec<String>)> {
    let addresses = |all: Vec<SesRecipient>| all.into_iter().map(|one| one.email_address).collect();
    match event.event_type.as_str() {
        "Delivery" => {
            let delivery = event.delivery?;
            Some((Kind::Delivered, delivery.timestamp, delivery.recipients))
        }
        "Bounce" => {
            let bounce = event.bounce?;
            let recipients = addresses(bounce.bounced_recipients);
            let (kind, sub_type) = (bounce.bounce_type.as_str(), bounce.bounce_sub_type.as_str());
            let kind = match (kind, sub_type) {
                ("Transient", "General") => Kind::Unattended,
                _ => Kind::Failed(FailureCause::Bounce),
            };
            Some((kind, bounce.timestamp, recipients))
        }
        "Reject" => {
            let mail = event.mail;
            Some((Kind::Failed(FailureCause::Bounce), mail.timestamp, mail.destination))
        }
        "Complaint" => {
            let complaint = event.complaint?;
            let recipients = addresses(complaint.complained_recipients);
            Some((Kind::Failed(FailureCause::Complaint), complaint.timestamp, recipients))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(kind: &str, details: &Value) -> Value {
        let mut event = json!({
            "eventType": kind,
            "mail": {"tags": {"claim": ["a".repeat(26)], "notice": ["2"]}},
        });
        event[kind.to_ascii_lowercase()] = details.clone();
        event
    }

    fn delivery() -> Value {
        let details = json!({
            "timestamp": "2026-12-22T14:00:00.5Z",
            "recipients": ["it@contoso.example", "jana@contoso.example"],
        });
        event("Delivery", &details)
    }

    fn bounce(kind: &str, sub_type: &str) -> Value {
        let details = json!({
            "timestamp": "2026-12-22T14:00:00Z", "bounceType": kind, "bounceSubType": sub_type,
            "bouncedRecipients": [{"emailAddress": "it@contoso.example"}],
        });
        event("Bounce", &details)
    }

    #[test]
    fn a_delivery_proves_one_thing_for_each_recipient() {
        let proofs = proofs(&delivery().to_string()).unwrap();
        assert_eq!(proofs.len(), 2);
        let first = proofs.first().unwrap();
        assert_eq!((first.notice, first.kind), (NoticeNo(2), Kind::Delivered));
        assert_eq!(first.at.to_rfc3339(), "2026-12-22T14:00:00.500+00:00");
    }

    #[test]
    fn an_event_in_the_envelope_of_the_topic_is_the_same() {
        let wrapped = json!({"Type": "Notification", "Message": delivery().to_string()});
        assert_eq!(proofs(&wrapped.to_string()), proofs(&delivery().to_string()));
    }

    #[test]
    fn an_out_of_office_answer_is_no_failure() {
        let answered = proofs(&bounce("Transient", "General").to_string()).unwrap();
        assert_eq!(answered.first().unwrap().kind, Kind::Unattended);
    }

    #[test]
    fn what_came_back_for_any_other_cause_has_failed() {
        for (kind, sub_type) in [
            ("Permanent", "General"),
            ("Permanent", "Suppressed"),
            ("Undetermined", "Undetermined"),
            ("Transient", "MailboxFull"),
            ("Transient", "MessageTooLarge"),
            ("Transient", "ContentRejected"),
            ("Transient", "AttachmentRejected"),
        ] {
            let failed = proofs(&bounce(kind, sub_type).to_string()).unwrap();
            let kind = failed.first().unwrap().kind;
            assert_eq!(kind, Kind::Failed(FailureCause::Bounce), "{sub_type}");
        }
    }

    #[test]
    fn a_mail_that_the_provider_refuses_to_send_has_failed_at_every_recipient() {
        let mut rejected = event("Reject", &json!({"reason": "Bad content"}));
        rejected["mail"]["timestamp"] = json!("2026-12-22T14:00:00.000Z");
        rejected["mail"]["destination"] = json!(["it@contoso.example"]);
        let proofs = proofs(&rejected.to_string()).unwrap();
        let [proof] = proofs.as_slice() else { panic!("{proofs:?}") };
        assert_eq!(proof.kind, Kind::Failed(FailureCause::Bounce));
        assert_eq!(proof.recipient.as_str(), "it@contoso.example");
        assert_eq!(proof.at.to_rfc3339(), "2026-12-22T14:00:00+00:00");
    }

    #[test]
    fn a_complaint_fails_the_notice() {
        let details = json!({
            "timestamp": "2026-12-22T14:00:00Z",
            "complainedRecipients": [{"emailAddress": "it@contoso.example"}],
        });
        let proofs = proofs(&event("Complaint", &details).to_string()).unwrap();
        assert_eq!(proofs.first().unwrap().kind, Kind::Failed(FailureCause::Complaint));
    }

    #[test]
    fn what_is_no_event_of_a_notice_is_passed() {
        let untagged = json!({"eventType": "Delivery", "mail": {}, "delivery": {}});
        for body in
            ["", "{}", "junk", &untagged.to_string(), &event("Open", &json!({})).to_string()]
        {
            assert_eq!(proofs(body), None, "{body}");
        }
    }
}
