//! Mail events as SES publishes them, by way of SNS or of its raw delivery.

use chrono::{DateTime, Utc};
use domain::event::FailureCause;
use domain::ids::{ClaimId, NoticeNo};
use domain::recipient::RecipientNo;
use serde::Deserialize;
use serde_json::Value;

/// What became of a mail at its recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MailReport {
    pub(crate) claim: ClaimId,
    pub(crate) recipient: RecipientNo,
    pub(crate) mail: MailKind,
    pub(crate) outcome: MailOutcome,
    /// By the mail provider's clock.
    pub(crate) at: DateTime<Utc>,
}

/// The mails whose reports are acted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MailKind {
    /// The notice of that number.
    Notice(NoticeNo),
    /// The mail that tells what became active.
    Activation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MailOutcome {
    Delivered,
    Failed(FailureCause),
    /// An automatic answer, as out of office, or a warning that the mail is late. It proves nothing.
    Unattended,
    /// Anything else: it is counted.
    Other,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SesEvent {
    event_type: String,
    mail: SesMail,
    delivery: Option<SesPart>,
    bounce: Option<SesPart>,
    complaint: Option<SesPart>,
}

#[derive(Deserialize)]
struct SesMail {
    #[serde(default)]
    tags: Value,
    timestamp: String,
}

/// What an event says beside the mail: each kind has some of this.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct SesPart {
    timestamp: Option<String>,
    bounce_type: Option<String>,
    bounce_sub_type: Option<String>,
    complaint_sub_type: Option<String>,
    #[serde(default)]
    bounced_recipients: Vec<SesRecipient>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SesRecipient {
    /// What the server that reports did: `failed`, `delayed`, …; absent without a report of delivery (RFC 3464).
    action: Option<String>,
    status: Option<String>,
    diagnostic_code: Option<String>,
}

/// A class of status by which a mail came back.
#[derive(Debug, Clone, Copy)]
enum StatusClass {
    /// `5.x.x`: it never will be delivered.
    Permanent,
    /// `4.4.x`: it was not delivered in time, or no server took it.
    Expired,
}

/// The report in a message; `None` where it is no mail event of a recipient's notice or activation. The recipient
/// is the one that the mail's tag names: what an address in an event says proves nothing.
pub(crate) fn read_report(body: &str) -> Option<MailReport> {
    let event: SesEvent = serde_json::from_value(unwrap_envelope(body)?).ok()?;
    let tags = &event.mail.tags;
    let claim = ClaimId::parse(read_tag(tags, "claim")?).ok()?;
    let recipient = read_tag(tags, "recipient")?.parse().ok().and_then(RecipientNo::new)?;
    let mail = match (read_tag(tags, "notice"), read_tag(tags, "kind")) {
        (Some(notice), _) => MailKind::Notice(NoticeNo(notice.parse().ok()?)),
        (None, Some("activation")) => MailKind::Activation,
        (None, _) => return None,
    };
    let outcome = mail_outcome(&event);
    let part = event.delivery.or(event.bounce).or(event.complaint).unwrap_or_default();
    let timestamp = part.timestamp.unwrap_or(event.mail.timestamp);
    let at = DateTime::parse_from_rfc3339(&timestamp).ok()?.to_utc();
    Some(MailReport { claim, recipient, mail, outcome, at })
}

/// The event itself, out of the envelope of SNS where there is one.
fn unwrap_envelope(body: &str) -> Option<Value> {
    let value: Value = serde_json::from_str(body).ok()?;
    match value.get("Message").and_then(Value::as_str) {
        Some(message) => serde_json::from_str(message).ok(),
        None => Some(value),
    }
}

fn read_tag<'t>(tags: &'t Value, name: &str) -> Option<&'t str> {
    tags.get(name)?.get(0)?.as_str()
}

/// The first rule that fits (`docs/domain.md §5.3`).
fn mail_outcome(event: &SesEvent) -> MailOutcome {
    let part = event.bounce.as_ref().or(event.complaint.as_ref());
    let sub_types = part.map(|part| [&part.bounce_sub_type, &part.complaint_sub_type]);
    let mut sub_types = sub_types.into_iter().flatten().flatten().map(String::as_str);
    if sub_types.any(|own| matches!(own, "Suppressed" | "OnAccountSuppressionList")) {
        return MailOutcome::Failed(FailureCause::Suppressed);
    }
    match event.event_type.as_str() {
        "Complaint" => MailOutcome::Failed(FailureCause::Complaint),
        "Reject" | "Rendering Failure" => MailOutcome::Failed(FailureCause::Bounce),
        "Bounce" => event.bounce.as_ref().map_or(MailOutcome::Other, bounce_outcome),
        "Delivery" => MailOutcome::Delivered,
        _ => MailOutcome::Other,
    }
}

fn bounce_outcome(bounce: &SesPart) -> MailOutcome {
    let failed = MailOutcome::Failed(FailureCause::Bounce);
    if bounce.bounced_recipients.iter().any(is_final) {
        return failed;
    }
    let sub_type = bounce.bounce_sub_type.as_deref().unwrap_or_default();
    match bounce.bounce_type.as_deref() {
        Some("Permanent" | "Undetermined") => failed,
        Some("Transient") => match sub_type {
            "MailboxFull"
            | "MessageTooLarge"
            | "ContentRejected"
            | "AttachmentRejected"
            | "CustomTimeoutExceeded" => failed,
            _ => MailOutcome::Unattended,
        },
        Some(_) | None => MailOutcome::Other,
    }
}

/// Whether nobody tries to deliver the mail any more. A status of the class 4 says why the last attempt came to nothing,
/// and the action whether there is another one: of an automatic answer there is neither.
fn is_final(recipient: &SesRecipient) -> bool {
    match recipient.action.as_deref().map(str::trim) {
        Some(action) if action.eq_ignore_ascii_case("failed") => true,
        Some(action) if !action.is_empty() => has_status(recipient, StatusClass::Permanent),
        Some(_) | None => {
            let classes = [StatusClass::Permanent, StatusClass::Expired];
            classes.into_iter().any(|class| has_status(recipient, class))
        }
    }
}

/// Whether the receiving server, or the one that reports, gave a status of that class.
fn has_status(recipient: &SesRecipient, class: StatusClass) -> bool {
    let texts = [&recipient.status, &recipient.diagnostic_code];
    texts.into_iter().flatten().any(|text| {
        let words = text.split(|c: char| !c.is_ascii_digit() && c != '.');
        words.map(|word| word.trim_matches('.')).any(|word| is_status_of(word, class))
    })
}

fn is_status_of(word: &str, class: StatusClass) -> bool {
    let parts: Vec<_> = word.split('.').collect();
    match (parts.as_slice(), class) {
        (["5", subject, detail], StatusClass::Permanent) => is_number(subject) && is_number(detail),
        (["4", "4", detail], StatusClass::Expired) => is_number(detail),
        (_, StatusClass::Permanent | StatusClass::Expired) => false,
    }
}

fn is_number(text: &str) -> bool {
    (1..=3).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const BOUNCE: MailOutcome = MailOutcome::Failed(FailureCause::Bounce);

    fn event(kind: &str, details: &Value) -> Value {
        let mut event = json!({
            "eventType": kind,
            "mail": {
                "timestamp": "2026-12-22T13:00:00Z",
                "tags": {"claim": ["a".repeat(26)], "notice": ["2"], "recipient": ["3"]},
            },
        });
        event[kind.to_ascii_lowercase()] = details.clone();
        event
    }

    fn delivery() -> Value {
        let details = json!({
            "timestamp": "2026-12-22T14:00:00.5Z", "recipients": ["it@contoso.example"],
        });
        event("Delivery", &details)
    }

    fn bounce(kind: &str, sub_type: &str, recipient: &Value) -> Value {
        let details = json!({
            "timestamp": "2026-12-22T14:00:00Z", "bounceType": kind, "bounceSubType": sub_type,
            "bouncedRecipients": [recipient],
        });
        event("Bounce", &details)
    }

    fn outcome_of(event: &Value) -> MailOutcome {
        read_report(&event.to_string()).unwrap().outcome
    }

    fn bounced_as(kind: &str, sub_type: &str) -> MailOutcome {
        outcome_of(&bounce(kind, sub_type, &json!({"emailAddress": "it@contoso.example"})))
    }

    #[test]
    fn a_delivery_is_of_the_recipient_that_the_tag_names_by_the_providers_stamp() {
        let report = read_report(&delivery().to_string()).unwrap();
        assert_eq!(report.recipient, RecipientNo(3));
        assert_eq!(
            (report.mail, report.outcome),
            (MailKind::Notice(NoticeNo(2)), MailOutcome::Delivered)
        );
        assert_eq!(report.at.to_rfc3339(), "2026-12-22T14:00:00.500+00:00");
    }

    #[test]
    fn an_event_in_the_envelope_of_the_topic_is_the_same() {
        let wrapped = json!({"Type": "Notification", "Message": delivery().to_string()});
        assert_eq!(read_report(&wrapped.to_string()), read_report(&delivery().to_string()));
    }

    #[test]
    fn a_report_that_names_no_recipient_is_passed() {
        for recipient in [json!(null), json!(["0"]), json!(["24"]), json!(["x"]), json!([])] {
            let mut other = delivery();
            other["mail"]["tags"]["recipient"] = recipient;
            assert_eq!(read_report(&other.to_string()), None, "{other}");
        }
    }

    #[test]
    fn a_suppressed_address_is_known_before_anything_else() {
        let suppressed = MailOutcome::Failed(FailureCause::Suppressed);
        for (kind, sub_type) in [
            ("Permanent", "Suppressed"),
            ("Permanent", "OnAccountSuppressionList"),
            ("Transient", "OnAccountSuppressionList"),
        ] {
            assert_eq!(bounced_as(kind, sub_type), suppressed, "{kind} {sub_type}");
        }
        let details = json!({
            "timestamp": "2026-12-22T14:00:00Z", "complaintSubType": "OnAccountSuppressionList",
        });
        assert_eq!(outcome_of(&event("Complaint", &details)), suppressed);
    }

    #[test]
    fn a_complaint_is_a_failure() {
        for sub_type in [json!(null), json!("abuse")] {
            let details =
                json!({"timestamp": "2026-12-22T14:00:00Z", "complaintSubType": sub_type});
            let complaint = outcome_of(&event("Complaint", &details));
            assert_eq!(complaint, MailOutcome::Failed(FailureCause::Complaint));
        }
    }

    #[test]
    fn what_came_back_for_good_or_for_a_cause_of_the_mail_has_failed() {
        for (kind, sub_type) in [
            ("Permanent", "General"),
            ("Permanent", "NoEmail"),
            ("Undetermined", "Undetermined"),
            ("Transient", "MailboxFull"),
            ("Transient", "MessageTooLarge"),
            ("Transient", "ContentRejected"),
            ("Transient", "AttachmentRejected"),
            ("Transient", "CustomTimeoutExceeded"),
        ] {
            assert_eq!(bounced_as(kind, sub_type), BOUNCE, "{kind} {sub_type}");
        }
    }

    #[test]
    fn any_other_transient_bounce_is_an_automatic_answer() {
        for sub_type in ["General", "Novel", ""] {
            assert_eq!(bounced_as("Transient", sub_type), MailOutcome::Unattended, "{sub_type}");
        }
    }

    #[test]
    fn a_status_of_the_class_5_is_a_failure_whatever_the_kind() {
        for recipient in [
            json!({"status": "5.1.1"}),
            json!({"status": "4.0.0", "diagnosticCode": "smtp; 550 5.7.1 not wanted"}),
            json!({"diagnosticCode": "smtp;554-5.4.14 hop count (5.4.14)."}),
            json!({"action": "delayed", "status": "5.0.0"}),
        ] {
            assert_eq!(
                outcome_of(&bounce("Transient", "General", &recipient)),
                BOUNCE,
                "{recipient}"
            );
        }
        for recipient in [
            json!({"status": "4.2.1", "diagnosticCode": "smtp; 451 4.7.0 later, host 5.9.12.7"}),
            json!({"diagnosticCode": "version 15.1.1 and 5.1 and 5.1234.1"}),
            json!({}),
        ] {
            let outcome = outcome_of(&bounce("Transient", "General", &recipient));
            assert_eq!(outcome, MailOutcome::Unattended, "{recipient}");
        }
    }

    #[test]
    fn what_was_given_up_is_a_failure_though_its_status_is_of_the_class_4() {
        for recipient in [
            json!({"action": "failed", "status": "4.4.7", "diagnosticCode":
                "smtp; 554 4.4.7 Message expired: unable to deliver in 840 minutes.<421 4.4.0 Unable to lookup DNS>"}),
            json!({"action": "failed", "status": "4.2.1", "diagnosticCode": "smtp; 450 4.2.1 try later"}),
            json!({"action": "Failed "}),
            json!({"status": "4.4.7"}),
            json!({"action": "", "status": "4.4.1"}),
            json!({"diagnosticCode": "smtp; 550 4.4.7 QUEUE.Expired; message expired"}),
        ] {
            let outcome = outcome_of(&bounce("Transient", "General", &recipient));
            assert_eq!(outcome, BOUNCE, "{recipient}");
        }
    }

    #[test]
    fn a_warning_that_a_mail_is_late_and_an_answer_without_a_report_of_delivery_are_no_failures() {
        for recipient in [
            json!({"action": "delayed", "status": "4.4.7", "diagnosticCode": "smtp; 4.4.7 delayed"}),
            json!({"action": "relayed", "status": "2.0.0"}),
            json!({"action": null, "status": null, "diagnosticCode": null}),
            json!({"diagnosticCode": "see 14.4.7, 4.4.7.1 and 4.4.1234"}),
        ] {
            let outcome = outcome_of(&bounce("Transient", "General", &recipient));
            assert_eq!(outcome, MailOutcome::Unattended, "{recipient}");
        }
    }

    #[test]
    fn a_mail_that_the_provider_does_not_send_has_failed_when_it_was_handed_over() {
        for kind in ["Reject", "Rendering Failure"] {
            let report =
                read_report(&event(kind, &json!({"reason": "Bad content"})).to_string()).unwrap();
            assert_eq!(report.outcome, BOUNCE);
            assert_eq!(report.at.to_rfc3339(), "2026-12-22T13:00:00+00:00");
        }
    }

    #[test]
    fn every_other_event_of_a_notice_says_nothing() {
        for kind in ["Send", "Open", "Click", "DeliveryDelay", "Subscription", "Something"] {
            let report = read_report(&event(kind, &json!({})).to_string()).unwrap();
            assert_eq!(report.outcome, MailOutcome::Other, "{kind}");
        }
        assert_eq!(bounced_as("Novel", "General"), MailOutcome::Other);
    }

    #[test]
    fn a_mail_about_an_activation_is_known_by_its_kind() {
        let mut activation = delivery();
        activation["mail"]["tags"] =
            json!({"claim": ["a".repeat(26)], "kind": ["activation"], "recipient": ["3"]});
        assert_eq!(read_report(&activation.to_string()).unwrap().mail, MailKind::Activation);
        activation["mail"]["tags"]["kind"] = json!(["receipt"]);
        assert_eq!(read_report(&activation.to_string()), None);
    }

    #[test]
    fn what_is_no_event_of_a_mail_is_passed() {
        let untagged = json!({"eventType": "Delivery", "mail": {"timestamp": ""}, "delivery": {}});
        for body in ["", "{}", "junk", &untagged.to_string()] {
            assert_eq!(read_report(body), None, "{body}");
        }
    }
}
