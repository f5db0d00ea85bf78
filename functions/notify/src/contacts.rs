//! The mail that a tenant has another verified contact: to those who were verified before. It is about no claim.

use domain::claim::Instant;
use domain::ids::TenantId;
use notice::Language;
use notice::mail::{self, Envelope};
use runtime::fields;
use serde::Deserialize;
use serde_json::Value;
use store::MailSubject;
use tracing::info;

use crate::App;
use crate::mailer::MailTracking;
use crate::stop::Stop;

/// A tenant has verified contacts that it did not have, as the bus told it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct VerifiedContacts {
    tenant: TenantId,
    at: Instant,
}

/// Whether a message of the bus tells that; `None` where it does not.
pub(crate) fn parse_event(event: &Value) -> Option<VerifiedContacts> {
    let detail = event.get("detail")?;
    let is_one = detail.get("type")? == "contact_verified";
    is_one.then(|| serde_json::from_value(detail.clone()).ok())?
}

/// Tells every contact that was verified before, and those of the standing rules, of those that are verified since then,
/// whoever has left meanwhile.
pub(crate) async fn mail_contacts(app: &App, verified: &VerifiedContacts) -> Result<(), Stop> {
    let Some(tenant) = app.store.load_tenant(&verified.tenant).await? else { return Ok(()) };
    let (new, before) = tenant.verified_at(verified.at);
    if new.is_empty() {
        info!({ fields::TENANT_ID } = %verified.tenant, "Nobody is verified since then");
        return Ok(());
    }
    let known: Vec<_> = new.iter().chain(&before).copied().collect();
    let by_rules = tenant.rule_addresses_beside(&known);
    let told = before.iter().map(|own| &own.email).chain(by_rules);
    let write_to = |address| {
        let envelope = Envelope {
            operator: &app.operator,
            sender: app.post.sender_address(),
            to: address,
            asked_at: None,
            language: Language::of_locale(tenant.customer_language()),
            at: verified.at,
        };
        mail::write_contact_verified(&tenant, &new, &envelope)
    };
    let mails: Vec<_> = told.map(|own| (write_to(own), MailTracking::Nothing)).collect();
    app.send_once(MailSubject::Tenant(&tenant.id), &mails).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_new_verified_contact_of_the_bus_is_read_and_anything_else_is_not() {
        let tenant = "6f3c0000-0000-4000-8000-000000000001";
        let detail = json!({
            "id": "x", "type": "contact_verified", "tenant": tenant, "at": "2026-12-22T14:00:00.5Z",
        });
        let read = parse_event(&json!({"detail": detail})).unwrap();
        assert_eq!(
            (read.tenant.to_string(), read.at.timestamp_subsec_millis()),
            (tenant.into(), 500)
        );
        let mut other = detail.clone();
        other["tenant"] = json!("contoso");
        for event in [json!({}), json!({"detail": {"type": "validated"}}), json!({"detail": other})]
        {
            assert_eq!(parse_event(&event), None, "{event}");
        }
    }
}
