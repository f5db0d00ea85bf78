//! The mail that a webhook was disabled: to the contacts of its party. It is about no claim.

use domain::calendar::Tz;
use domain::claim::Instant;
use domain::directory::{Partner, Tenant};
use domain::ids::WebhookId;
use domain::text::Email;
use domain::webhook::{DisableCause, WebhookOwner};
use notice::Language;
use notice::mail::{Envelope, Mail};
use notice::webhook_mail::write_webhook_disabled;
use serde::Deserialize;
use serde_json::Value;
use store::MailSubject;
use tracing::info;

use crate::App;
use crate::mailer::MailTracking;
use crate::overview;
use crate::stop::Stop;

/// A webhook that was disabled, as the function `webhooks` told it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct DisabledWebhook {
    owner: WebhookOwner,
    id: WebhookId,
    at: Instant,
    cause: DisableCause,
}

/// Whether a message tells that; `None` where it does not.
pub(crate) fn parse_disabled(event: &Value) -> Option<DisabledWebhook> {
    serde_json::from_value(event.get("webhook_disabled")?.clone()).ok()
}

/// Tells the contacts of the webhook's party, each once however often the message comes.
///
/// # Errors
/// [`Stop::Wait`], or the first fault.
pub(crate) async fn mail_disabled(app: &App, disabled: &DisabledWebhook) -> Result<(), Stop> {
    match &disabled.owner {
        WebhookOwner::Partner(id) => {
            let Some(partner) = app.store.load_partner(id).await? else { return Ok(()) };
            let mails = partner_mails(app, &partner, disabled);
            send_all(app, MailSubject::Partner(id), mails).await
        }
        WebhookOwner::Tenant(id) => {
            let Some(tenant) = app.store.load_tenant(id).await? else { return Ok(()) };
            let mails = tenant_mails(app, &tenant, disabled);
            send_all(app, MailSubject::Tenant(id), mails).await
        }
        WebhookOwner::Staff => {
            info!("Staff are told of a webhook by an alarm");
            Ok(())
        }
    }
}

async fn send_all(app: &App, about: MailSubject<'_>, mails: Vec<Mail>) -> Result<(), Stop> {
    let mails: Vec<_> = mails.into_iter().map(|mail| (mail, MailTracking::Nothing)).collect();
    app.send_once(about, &mails).await
}

/// One to each contact of the partner, whatever else it is told by mail: this is of its own making.
fn partner_mails(app: &App, partner: &Partner, disabled: &DisabledWebhook) -> Vec<Mail> {
    let language = partner.locale.as_ref().map_or(Language::En, Language::of_locale);
    let to = partner.mail_contacts().map(|own| &own.email);
    let (party, zone) = (partner.id.as_str(), partner.time_zone);
    to.map(|to| write_mail(app, disabled, party, zone, language, to)).collect()
}

/// One to each verified contact of the tenant, and to those of the standing rules, each mailbox once.
fn tenant_mails(app: &App, tenant: &Tenant, disabled: &DisabledWebhook) -> Vec<Mail> {
    let language = Language::of_locale(tenant.customer_language());
    let (party, zone) = (tenant.id.as_str(), tenant.time_zone.unwrap_or(Tz::UTC));
    let audience = overview::overview_audience(tenant).into_iter();
    audience.map(|to| write_mail(app, disabled, party, zone, language, to)).collect()
}

fn write_mail(
    app: &App,
    disabled: &DisabledWebhook,
    party: &str,
    zone: Tz,
    language: Language,
    to: &Email,
) -> Mail {
    let (operator, sender) = (&app.operator, app.post.sender_address());
    let envelope = Envelope { operator, sender, to, asked_at: None, language, at: disabled.at };
    write_webhook_disabled(party, &disabled.id, disabled.cause, zone, &envelope)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_webhook_that_was_disabled_is_read_of_every_party_and_anything_else_is_not() {
        let tenant = "6f3c0000-0000-4000-8000-000000000001";
        let body = |owner: Value| {
            json!({"webhook_disabled": {"owner": owner, "id": "crm", "at": "2026-12-22T14:00:00.5Z",
                "cause": "gone"}})
        };
        for owner in [json!({"partner": "p-alpine"}), json!({"tenant": tenant}), json!("staff")] {
            let read = parse_disabled(&body(owner)).unwrap();
            assert_eq!((read.id.as_str(), read.cause), ("crm", DisableCause::Gone));
        }
        for event in [
            json!({}),
            json!({"webhook_disabled": 3}),
            json!({"detail": {"type": "validated"}}),
            body(json!({"partner": "a#b"})),
            body(json!("everybody")),
        ] {
            assert_eq!(parse_disabled(&event), None, "{event}");
        }
    }
}
