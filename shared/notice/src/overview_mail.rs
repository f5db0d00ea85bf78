//! The mails of an overview: the link to it, and what was done by it.

use askama::Template;
use domain::calendar::Tz;
use domain::directory::{Tenant, TenantContact};
use domain::overview::OverviewAct;
use domain::text::isolation::isolate_name;

use crate::dates;
use crate::html::render_html;
use crate::keys::LinkKeys;
use crate::mail::{Envelope, Mail, MailFrame, MailParts, language_links, subject_of, write_short};
use crate::messages::Messages;
use crate::operator::Operator;
use crate::overview_link::OverviewLink;
use language::Language;

/// A contact as mails name it: its name, and its address.
pub fn printed_contact(contact: &TenantContact) -> String {
    format!("{} ({})", isolate_name(contact.name.as_str()), contact.email.to_printed())
}

/// The mail with the link to an overview, and with its code. `request` tells the mails of two requests apart.
pub fn write_overview_link(
    tenant: &Tenant,
    link: &OverviewLink,
    keys: &LinkKeys,
    request: &str,
    envelope: &Envelope<'_>,
) -> Mail {
    let (language, zone) = (envelope.language, tenant.time_zone.unwrap_or(Tz::UTC));
    let say = Messages::from_operator(language, envelope.operator)
        .with_name("tenant", tenant.name.as_str())
        .with_value("link-end", dates::format_local(language, link.ends_at(), zone));
    let (url, code) = (overview_url(envelope.operator, &link.to_token(keys)), link.code(keys));
    let subject = subject_of(&say, "overview-mail-subject");
    let switches = language_links(language, &url);
    let text = LinkText { say: &say, url: &url, code: &code, switches: &switches };
    let frame = MailFrame::new(&say, subject.clone(), envelope);
    let html = LinkHtml { frame, say: &say, url: &url, code: &code, switches: &switches };
    let parts =
        MailParts { text: text.render().unwrap_or_default(), html: render_html(&html), subject };
    parts.into_mail(&format!("overview.{}.{request}", tenant.id), envelope)
}

/// The address of an overview.
fn overview_url(operator: &Operator, token: &str) -> String {
    format!("{}/c/{token}", operator.base_url)
}

/// What was done to the standing rules by an overview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverviewActDetails<'a> {
    /// What the contact did to the rules.
    pub act: OverviewAct,
    /// The name of the partner that it concerns, if it concerns one.
    pub partner: Option<&'a str>,
    /// Which contact did it; `None`: one that is none any more.
    pub by: Option<&'a TenantContact>,
    /// What tells the acts at a tenant apart.
    pub id: &'a str,
}

/// The mail that tells every verified contact what one of them did. The envelope's moment is that of the act.
pub fn write_overview_act(
    tenant: &Tenant,
    details: &OverviewActDetails<'_>,
    envelope: &Envelope<'_>,
) -> Mail {
    let (language, zone) = (envelope.language, tenant.time_zone.unwrap_or(Tz::UTC));
    let say = Messages::from_operator(language, envelope.operator)
        .with_name("tenant", tenant.name.as_str())
        .with_name("partner", details.partner.unwrap_or_default())
        .with_value("at-local", dates::format_local(language, envelope.at, zone))
        .with_value("at-utc", dates::format_utc(language, envelope.at));
    let (subject, what) = match details.act {
        OverviewAct::BlockPartner => ("overview-block-subject", "overview-block"),
        OverviewAct::AskForYes => ("overview-ask-subject", "overview-ask"),
    };
    let by = match details.by {
        Some(contact) => say.of_text("overview-by", "contact", &printed_contact(contact)),
        None => say.of("overview-by-former"),
    };
    let lines = [
        say.of(what),
        by,
        say.of("receipt-at"),
        say.of("overview-taken-back"),
        say.of("recipients-not-right"),
    ];
    let id = format!("overview-deed.{}.{}", tenant.id, details.id.replace('#', "."));
    write_short(&say, subject, &lines, &id, envelope)
}

#[derive(Template)]
#[template(path = "overview_mail.txt", escape = "none")]
struct LinkText<'a> {
    say: &'a Messages,
    url: &'a str,
    code: &'a str,
    switches: &'a [(Language, String, String)],
}

#[derive(Template)]
#[template(path = "overview_mail.html")]
struct LinkHtml<'a> {
    frame: MailFrame<'a>,
    say: &'a Messages,
    url: &'a str,
    code: &'a str,
    switches: &'a [(Language, String, String)],
}
