//! The customer's overview (`docs/domain.md §5.10`): the links to it, and what a contact did by it.

use chrono::Datelike as _;
use domain::claim::Instant;
use domain::directory::{Tenant, TenantContact};
use domain::ids::{PersonId, TenantId};
use domain::text::Email;
use notice::mail::Envelope;
use notice::overview_link::find_by_pseudonym;
use notice::overview_mail::{OverviewActDetails, write_overview_act, write_overview_link};
use notice::{Language, LinkKeys, OverviewLink};
use runtime::fields::metric;
use runtime::telemetry;
use serde::Deserialize;
use serde_json::Value;
use store::{LinkAllowance, MailSubject, OverviewActRecord};
use tracing::info;

use crate::mailer::MailTracking;
use crate::stop::{Stop, continue_after_fault};
use crate::{App, KEYS_LAST};

/// How many tenants of a mailbox get a link by one request: as many links as a day may have.
const MOST_TENANTS: usize = 3;

/// Somebody asks for a link. The mailbox is in lower case, and empty where the form named none.
#[derive(PartialEq, Eq, Deserialize)]
pub(crate) struct LinkRequest {
    mailbox: String,
}

/// What contacts did, as it was noted; nothing personal is in it.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct OverviewActs {
    tenant: TenantId,
    noted: Vec<String>,
}

/// The request in a message; `None` where it holds none.
pub(crate) fn parse_request(event: &Value) -> Option<LinkRequest> {
    serde_json::from_value(event.get("overview")?.clone()).ok()
}

/// The acts in a message; `None` where it holds none.
pub(crate) fn parse_acts(event: &Value) -> Option<OverviewActs> {
    serde_json::from_value(event.get("overview_deeds")?.clone()).ok()
}

/// Mails a link for each tenant whose overview the mailbox may see; `message` tells the mails of two requests apart.
///
/// # Errors
/// A fault, and never [`Stop::Wait`]: a request that has to wait comes back, and is not kept for longer.
pub(crate) async fn mail_links(
    app: &App,
    request: &LinkRequest,
    message: &str,
) -> Result<(), Stop> {
    if request.mailbox.is_empty() {
        return Ok(());
    }
    let at = app.store.present_time().await?.at;
    let names = app.mailboxes.refresh_if_older(KEYS_LAST).await;
    let tenants = app.store.tenants_of_mailbox(&names, &request.mailbox).await?;
    for id in tenants_of_day(tenants.into_iter().collect(), at) {
        let Some(tenant) = app.store.load_tenant(&id).await? else { continue };
        let Some(contact) = find_contact(&tenant, &request.mailbox, at) else { continue };
        match mail_link(app, &tenant, contact, message, at).await {
            Ok(LinkAllowance::Granted) => {}
            Ok(LinkAllowance::DayUsedUp) => return Ok(()),
            Ok(LinkAllowance::HourUsedUp) => {
                telemetry::add_to_metric(metric::LINKS_REFUSED, 1);
                info!("More links to overviews are asked for than an hour may have");
                return Ok(());
            }
            Err(Stop::Wait) => return Err(Stop::fault("the mail service takes no more for now")),
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}

/// The tenants whose turn it is: of more than a day may have links, others each day.
fn tenants_of_day(mut tenants: Vec<TenantId>, at: Instant) -> Vec<TenantId> {
    if tenants.len() > MOST_TENANTS {
        let day = usize::try_from(at.date_naive().num_days_from_ce()).unwrap_or(0);
        let first = day.saturating_mul(MOST_TENANTS) % tenants.len();
        tenants.rotate_left(first);
        tenants.truncate(MOST_TENANTS);
    }
    tenants
}

fn find_contact<'t>(tenant: &'t Tenant, mailbox: &str, at: Instant) -> Option<&'t TenantContact> {
    tenant.overview_contacts(at).find(|own| own.email.same_mailbox(mailbox))
}

/// Counts a link and mails it. A message that comes again after its mail was handed over counts and mails nothing.
async fn mail_link(
    app: &App,
    tenant: &Tenant,
    contact: &TenantContact,
    message: &str,
    at: Instant,
) -> Result<LinkAllowance, Stop> {
    let (keys, names) = (app.links.current(), app.mailboxes.current());
    let link = OverviewLink::of(&keys, tenant, contact, at)
        .ok_or_else(|| Stop::fault("a link that cannot be made"))?;
    let envelope = envelope_to(app, tenant, &contact.email, at);
    let mail = write_overview_link(tenant, &link, &keys, message, &envelope);
    let about = MailSubject::Tenant(&tenant.id);
    if app.store.mail_marks(about, &mail.id).await?.contains(&mail.addressee) {
        return Ok(LinkAllowance::Granted);
    }
    let counted = app.store.count_overview_link(&names, &contact.email.mailbox(), at).await?;
    if counted == LinkAllowance::Granted {
        app.send_once(about, &[(mail, MailTracking::Nothing)]).await?;
    }
    Ok(counted)
}

/// Tells every verified contact of the tenant, and those of the standing rules, what one of them did.
///
/// # Errors
/// [`Stop::Wait`], or the first fault.
pub(crate) async fn mail_acts(app: &App, acts: &OverviewActs) -> Result<(), Stop> {
    let Some(tenant) = app.store.load_tenant(&acts.tenant).await? else { return Ok(()) };
    let mut told = Ok(());
    for noted in &acts.noted {
        let Some(record) = app.store.load_overview_act(&tenant.id, noted).await? else { continue };
        told = told.and(continue_after_fault(mail_act(app, &tenant, noted, &record).await)?);
    }
    told
}

async fn mail_act(
    app: &App,
    tenant: &Tenant,
    noted: &str,
    record: &OverviewActRecord,
) -> Result<(), Stop> {
    let mut by = find_by_pseudonym(&app.links.current(), tenant, record.by);
    if by.is_none() {
        // Another process may have made the link with a key that was added meanwhile.
        let renewed = app.links.read_again().await;
        by = find_by_pseudonym(&renewed, tenant, record.by);
    }
    let partner = record.partner.as_ref().map(|(_, name)| name.as_str());
    let told = OverviewActDetails { act: record.act, partner, by, id: noted };
    let write = |address| {
        let mail = write_overview_act(tenant, &told, &envelope_to(app, tenant, address, record.at));
        (mail, MailTracking::Nothing)
    };
    let mails: Vec<_> = overview_audience(tenant).into_iter().map(write).collect();
    app.send_once(MailSubject::Tenant(&tenant.id), &mails).await
}

/// Every verified contact of the tenant, and those of the standing rules, each mailbox once.
pub(crate) fn overview_audience(tenant: &Tenant) -> Vec<&Email> {
    let mut seen = std::collections::BTreeSet::new();
    let verified = tenant.verified_contacts().map(|own| &own.email);
    let all = verified.chain(tenant.rules.contacts.iter().map(|own| &own.email));
    all.filter(|email| seen.insert(email.mailbox())).collect()
}

/// The contact that a history names by its pseudonym, as mails name it.
pub(crate) fn printed_author(
    keys: &LinkKeys,
    tenant: &Tenant,
    pseudonym: PersonId,
) -> Option<String> {
    find_by_pseudonym(keys, tenant, pseudonym).map(notice::overview_mail::printed_contact)
}

fn envelope_to<'a>(app: &'a App, tenant: &Tenant, to: &'a Email, at: Instant) -> Envelope<'a> {
    Envelope {
        operator: &app.operator,
        sender: app.post.sender_address(),
        to,
        asked_at: None,
        language: Language::of_locale(tenant.customer_language()),
        at,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tenant(no: usize) -> TenantId {
        TenantId::parse(&format!("6f3c0000-0000-4000-8000-{no:012}")).unwrap()
    }

    #[test]
    fn a_request_and_acts_are_read_and_anything_else_is_not() {
        let request = parse_request(&json!({"overview": {"mailbox": "it@contoso.example"}}));
        assert_eq!(request.unwrap().mailbox, "it@contoso.example");
        let acts = json!({"overview_deeds": {"tenant": tenant(1), "noted": ["V#1#a#b#c"]}});
        assert_eq!(parse_acts(&acts).unwrap().noted, ["V#1#a#b#c"]);
        for event in [
            json!({}),
            json!({"detail": {"type": "validated"}}),
            json!({"overview": 3}),
            json!({"overview_deeds": {"tenant": "contoso", "noted": []}}),
        ] {
            assert!(parse_request(&event).is_none() && parse_acts(&event).is_none(), "{event}");
        }
    }

    #[test]
    fn of_many_tenants_each_has_its_day() {
        let all: Vec<_> = (0..7).map(tenant).collect();
        let at = |day: i64| {
            "2026-12-22T14:00:00Z".parse::<Instant>().unwrap() + chrono::Duration::days(day)
        };
        let mut seen = std::collections::BTreeSet::new();
        for day in 0..7 {
            let chosen = tenants_of_day(all.clone(), at(day));
            assert_eq!(chosen.len(), MOST_TENANTS);
            seen.extend(chosen);
        }
        assert_eq!(seen.len(), 7);
        assert_eq!(tenants_of_day(all[..3].to_vec(), at(1)), all[..3]);
    }
}
