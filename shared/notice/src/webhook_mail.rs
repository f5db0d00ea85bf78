//! The mail that a webhook was disabled (`docs/domain.md §5.12`). It names the webhook, and no address of it.

use domain::calendar::Tz;
use domain::ids::WebhookId;
use domain::webhook::DisableCause;

use crate::dates;
use crate::mail::{Envelope, Mail, write_short};
use crate::messages::Messages;

/// That a webhook of a party was disabled. `party` tells its mails from those of others; the envelope's moment is that of
/// the event, `zone` by whose clocks it is told.
pub fn write_webhook_disabled(
    party: &str,
    webhook: &WebhookId,
    cause: DisableCause,
    zone: Tz,
    envelope: &Envelope<'_>,
) -> Mail {
    let language = envelope.language;
    let say = Messages::from_operator(language, envelope.operator)
        .with_name("webhook", webhook.as_str())
        .with_value("at-local", dates::format_local(language, envelope.at, zone))
        .with_value("at-utc", dates::format_utc(language, envelope.at));
    let why = match cause {
        DisableCause::Failed => "webhook-failed",
        DisableCause::Gone => "webhook-gone",
    };
    let lines = [why, "receipt-at", "webhook-kept", "webhook-again"].map(|own| say.of(own));
    // Whoever has a webhook fail by the minute is told of it once a day, by UTC.
    let id = format!("webhook-disabled.{party}.{webhook}.{}", envelope.at.date_naive());
    write_short(&say, "webhook-disabled-subject", &lines, &id, envelope)
}

#[cfg(test)]
mod tests {
    use language::Language;

    use super::*;
    use crate::samples::SampleWorld;

    #[test]
    fn a_party_is_told_why_its_webhook_is_disabled_and_how_it_goes_on() {
        let world = SampleWorld::new();
        for language in Language::ALL {
            for (cause, name) in [(DisableCause::Failed, "failed"), (DisableCause::Gone, "gone")] {
                let (webhook, envelope) =
                    (WebhookId::parse("crm").unwrap(), world.envelope(language));
                let zone = world.tenant.time_zone.unwrap();
                let mail = write_webhook_disabled("p-alpine", &webhook, cause, zone, &envelope);
                assert!(mail.id.starts_with("webhook-disabled.p-alpine.crm."), "{}", mail.id);
                let whole = format!("{}\n\n{}", mail.subject, mail.text);
                assert!(!whole.contains('\u{27e6}') && !mail.html.contains("http"), "{whole}");
                insta::assert_snapshot!(format!("webhook_{name}_{}", language.tag()), whole);
            }
        }
    }
}
