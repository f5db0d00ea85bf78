//! The mails: text and HTML, as one MIME message that is the same every time it is made.

use std::borrow::Cow;

use askama::Template;
use domain::calendar::Tz;
use domain::claim::Instant;
use domain::directory::{Tenant, TenantContact};
use domain::ids::{ItemNo, Sha256Hash};
use domain::program::Consent;
use domain::reason::EndReason;
use domain::text::Email;
use domain::text::isolation::{isolate_name, without_idle_marks};
use mail_builder::MessageBuilder;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::{BodyPart, MimePart};

use crate::brand::Logo;
use crate::calendar_table::{CalendarLeaf, CalendarTable};
use crate::content::{
    AnswerDeadline, Links, Notice, NoticeItem, Term, added_days, counted_days, day_before,
    skipped_days,
};
use crate::dates;
use crate::html::render_html;
use crate::messages::Messages;
use crate::operator::Operator;
use crate::renewal::RenewalRows;
use language::Language;

/// The look of a mail. Some mail programs know no variables: the colour is put in.
const STYLE: &str = include_str!("../templates/mail.css");

/// A mail to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// What it tells, of what: the same for each of its addressees.
    pub id: String,
    /// Whom of them it goes to, without the address.
    pub addressee: String,
    /// To whom: the provider is told so beside the message.
    pub to: Email,
    /// The subject, in the language of the mail.
    pub subject: String,
    /// The text part, for programs that show no HTML.
    pub text: String,
    /// The HTML part, with the same content.
    pub html: String,
    /// The whole message with headers and parts, as the provider gets it.
    pub raw: Vec<u8>,
}

/// What a mail is made with beside its content.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    /// Who writes; an answer goes to its contact.
    pub operator: &'a Operator,
    /// The operator's sending address.
    pub sender: &'a Email,
    /// The address that the mail goes to.
    pub to: &'a Email,
    /// When the recipient was sent a notice, with the link and the code to answer by; `None`: never.
    pub asked_at: Option<Instant>,
    /// The language of the mail.
    pub language: Language,
    /// When the thing happened that the mail tells: its `Date`, so that a retry is the same mail.
    pub at: Instant,
}

/// The notice itself, about what is left to decide.
pub fn write_notice(notice: &Notice, links: &Links, envelope: &Envelope<'_>) -> Mail {
    let (notice, language) = (notice.only_undecided(), envelope.language);
    let say = notice.messages_in(language).with_value("notice-code", links.notice_code.clone());
    let view = NoticePlainText::of(&notice, &say, Some(links));
    let frame = MailFrame::new(&say, say.of("page-title"), envelope);
    let parts = MailParts {
        subject: subject_of(&say, "notice-subject"),
        text: view.render().unwrap_or_default(),
        html: render_html(&NoticeHtml { frame, text: &view, say: &say, links }),
    };
    parts.into_mail(&format!("notice.{}.{}", notice.claim, notice.no.0), envelope)
}

/// The subject and the text of the notice without what is only one recipient's, the link and the codes: what an
/// authenticity code shows.
pub fn write_notice_text(notice: &Notice, language: Language) -> String {
    let notice = notice.only_undecided();
    let say = notice.messages_in(language);
    let subject = say.of_text("genuine-subject", "subject", &subject_of(&say, "notice-subject"));
    format!(
        "{subject}\n\n{}",
        NoticePlainText::of(&notice, &say, None).render().unwrap_or_default()
    )
}

/// What was done, for the receipt of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The receipt's number: the claim and its version.
    pub id: String,
    /// What was recorded, of which items: one decision may decline some and end others.
    pub actions: Vec<(ReceiptAction, Vec<ItemNo>)>,
    /// Who answered; `None` where that is not known.
    pub by: Option<AnswerAuthor>,
    /// How it can be taken back until the window's end.
    pub undo: Undo,
    /// By whose clocks the moment is told: the customer's.
    pub zone: Tz,
}

/// Who gave the answer that a receipt tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerAuthor {
    /// A recipient of a notice.
    Link,
    /// The customer's signed-in administrator.
    Administrator,
    /// A verified contact by its overview, as mails name it; `None`: one that is none any more.
    Contact(Option<String>),
}

/// How the reader of a receipt can take a "no" back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undo {
    /// Nobody can take the "no" back.
    Nobody,
    /// The administrator can, the reader cannot.
    Administrator,
    /// The reader can, by the link of the notice and these ten digits, which stand in this mail only.
    Code(String),
}

/// What a receipt tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiptAction {
    /// A "no" to items that were not active.
    Declined,
    /// A no taken back, and no other left.
    Undone,
    /// A no taken back, and another left.
    UndoneInPart,
    /// A no to active items: the associations ended.
    Ended,
}

impl ReceiptAction {
    /// Every action that a receipt can tell.
    pub const ALL: [Self; 4] = [Self::Declined, Self::Undone, Self::UndoneInPart, Self::Ended];

    fn message_names(self) -> (&'static str, &'static str) {
        match self {
            Self::Declined => ("receipt-declined-subject", "receipt-declined"),
            Self::Undone => ("receipt-undone-subject", "receipt-undone"),
            Self::UndoneInPart => ("receipt-undone-subject", "receipt-undone-in-part"),
            Self::Ended => ("receipt-ended-subject", "receipt-ended"),
        }
    }
}

/// The receipt of a decision.
pub fn write_receipt(notice: &Notice, receipt: &Receipt, envelope: &Envelope<'_>) -> Mail {
    let language = envelope.language;
    let say = notice
        .messages_in(language)
        .with_value("receipt", receipt.id.clone())
        .with_value("at-local", dates::format_local(language, envelope.at, receipt.zone))
        .with_value("at-utc", dates::format_utc(language, envelope.at));
    let line = |(action, items): &(ReceiptAction, Vec<ItemNo>)| {
        let (_, body) = action.message_names();
        messages_about(notice, items, language).of(body)
    };
    let mut lines: Vec<_> = receipt.actions.iter().map(line).collect();
    lines.push(notice.waiting_text(language));
    if notice.items.iter().any(NoticeItem::is_undecided) {
        lines.extend(moment_lines(notice, &say));
    }
    lines.push(say.of("receipt-at"));
    lines.extend(receipt.by.as_ref().map(|by| author_line(by, &say)));
    lines.push(say.of("receipt-id"));
    match &receipt.undo {
        Undo::Nobody => {}
        Undo::Administrator => lines.push(say.of("receipt-undo-administrator")),
        Undo::Code(digits) => lines.extend([say.of("receipt-undo"), digits.clone()]),
    }
    lines.push(say.of("receipt-not-you"));
    let first = receipt.actions.first().map_or(ReceiptAction::Declined, |(action, _)| *action);
    let (subject, _) = first.message_names();
    write_short(&say, subject, &lines, &format!("receipt.{}", receipt.id), envelope)
}

fn author_line(by: &AnswerAuthor, say: &Messages) -> String {
    match by {
        AnswerAuthor::Link => say.of("receipt-by-link"),
        AnswerAuthor::Administrator => say.of("receipt-by-administrator"),
        AnswerAuthor::Contact(Some(who)) => say.of_text("receipt-by-contact", "contact", who),
        AnswerAuthor::Contact(None) => say.of("receipt-by-former-contact"),
    }
}

/// What became active, and what that means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activation {
    /// The numbers of the items that became active.
    pub items: Vec<ItemNo>,
    /// Since when the associations run.
    pub since: Instant,
    /// Whether nobody had answered.
    pub by_silence: bool,
    /// Whether the reader has the link of a notice.
    pub has_link: bool,
    /// By whose clocks moments are told: the customer's.
    pub zone: Tz,
}

/// The partner is official for these items: what it sees now, until when, and how that is ended. It stands in
/// place of a receipt.
pub fn write_activation(
    notice: &Notice,
    activation: &Activation,
    version: u32,
    envelope: &Envelope<'_>,
) -> Mail {
    let language = envelope.language;
    let say = messages_about(notice, &activation.items, language)
        .with_value("since-local", dates::format_local(language, activation.since, activation.zone))
        .with_value("since-utc", dates::format_utc(language, activation.since));
    let why = if activation.by_silence { "activated-by-silence" } else { "activated-by-yes" };
    let how = if activation.has_link { "activated-by-link" } else { "activated-by-others" };
    let messages = ["activated", why, "activated-since", "activated-sees", "activated-lasts", how];
    let lines = messages.map(|message| say.of(message));
    let id = format!("activated.{}.{version}", notice.claim);
    write_short(&say, "activated-subject", &lines, &id, envelope)
}

/// The term of associations ends in some weeks: when, and that they end by themselves.
pub fn write_term_end(
    notice: &Notice,
    items: &[ItemNo],
    ends_at: Instant,
    zone: Tz,
    envelope: &Envelope<'_>,
) -> Mail {
    let language = envelope.language;
    let say = messages_about(notice, items, language)
        .with_value("deadline-local", dates::format_local(language, ends_at, zone))
        .with_value("deadline-utc", dates::format_utc(language, ends_at))
        .with_value("term-last", dates::format_end_of_day(language, day_before(ends_at, zone)));
    let lines = ["term-ends", "term-ends-at", "term-ends-by-itself", "activated-by-others"];
    let lines = lines.map(|message| say.of(message));
    let id = format!("term-ends.{}.{}", notice.claim, ends_at.timestamp());
    write_short(&say, "term-ends-subject", &lines, &id, envelope)
}

/// Nobody answered, and that was a no.
pub fn write_lapse(
    notice: &Notice,
    items: &[ItemNo],
    version: u32,
    envelope: &Envelope<'_>,
) -> Mail {
    let say = messages_about(notice, items, envelope.language);
    let lines = [say.of("lapsed")];
    let id = format!("lapsed.{}.{version}", notice.claim);
    write_short(&say, "lapsed-subject", &lines, &id, envelope)
}

/// The partner has withdrawn. `version` of the claim tells the mails of a claim apart.
pub fn write_withdrawal(notice: &Notice, version: u32, envelope: &Envelope<'_>) -> Mail {
    let say = notice.messages_in(envelope.language);
    let lines = [say.of("withdrawn"), say.of("decided-stays")];
    let id = format!("withdrawn.{}.{version}", notice.claim);
    write_short(&say, "withdrawn-subject", &lines, &id, envelope)
}

/// Items were rejected before anybody had decided them, and what nobody has decided yet. Why is said to the partner alone.
pub fn write_rejection(
    notice: &Notice,
    items: &[ItemNo],
    version: u32,
    envelope: &Envelope<'_>,
) -> Mail {
    let language = envelope.language;
    let say = messages_about(notice, items, language);
    let mut lines = vec![say.of("rejected"), notice.waiting_text(language)];
    // Nobody must take it for the end of the whole request while the rest waits.
    let subject = if notice.items.iter().any(NoticeItem::is_undecided) {
        lines.extend(moment_lines(notice, &say));
        "rejected-in-part-subject"
    } else {
        lines.push(say.of("rejected-again"));
        "rejected-subject"
    };
    lines.push(say.of("decided-stays"));
    let id = format!("rejected.{}.{version}", notice.claim);
    write_short(&say, subject, &lines, &id, envelope)
}

/// Associations have ended, and the customer did not do it. Another partner that has taken items over is not
/// named: neither of the two learns the other's name from a mail about its own claim.
pub fn write_end(
    notice: &Notice,
    items: &[ItemNo],
    reason: EndReason,
    version: u32,
    envelope: &Envelope<'_>,
) -> Mail {
    let say = messages_about(notice, items, envelope.language);
    let (subject, why) = match reason {
        EndReason::Superseded => ("superseded-subject", "superseded-by"),
        EndReason::NoticeFailed => ("receipt-ended-subject", "ended-notice-failed"),
        EndReason::NotEnrolled => ("receipt-ended-subject", "ended-not-enrolled"),
        EndReason::Renewed => ("receipt-ended-subject", "ended-renewed"),
        EndReason::PartnerLeft => ("receipt-ended-subject", "ended-partner-left"),
        EndReason::CustomerRevoked => ("receipt-ended-subject", "ended-customer-revoked"),
        EndReason::OperatorRevoked => ("receipt-ended-subject", "ended-operator-revoked"),
        EndReason::TermExpired => ("receipt-ended-subject", "ended-term-expired"),
        EndReason::ItemGone | EndReason::TenantGone => ("receipt-ended-subject", "ended-item-gone"),
    };
    let lines = ["ended", why].map(|message| say.of(message));
    let id = format!("{}.{}.{version}", reason.as_str(), notice.claim);
    write_short(&say, subject, &lines, &id, envelope)
}

/// A recipient of the notice is not the right person.
pub fn write_contact_refused(notice: &Notice, version: u32, envelope: &Envelope<'_>) -> Mail {
    write_recipient_change(notice, "contact-refused", version, envelope)
}

/// The link of another recipient was retired.
pub fn write_link_retired(notice: &Notice, version: u32, envelope: &Envelope<'_>) -> Mail {
    write_recipient_change(notice, "link-retired", version, envelope)
}

/// The reader's own link was retired: it says no, and nothing else.
pub fn write_own_link_retired(notice: &Notice, version: u32, envelope: &Envelope<'_>) -> Mail {
    let say = notice.messages_in(envelope.language);
    let lines = ["own-link-retired", "own-link-says-no"].map(|message| say.of(message));
    let id = format!("own-link-retired.{}.{version}", notice.claim);
    write_short(&say, "own-link-retired-subject", &lines, &id, envelope)
}

fn write_recipient_change(
    notice: &Notice,
    message: &'static str,
    version: u32,
    envelope: &Envelope<'_>,
) -> Mail {
    let say = notice.messages_in(envelope.language);
    let mut lines = vec![say.of(message), items_line(notice, &say)];
    lines.extend(deadline_lines(notice, &say));
    lines.push(say.of("recipients-not-right"));
    let id = format!("{message}.{}.{version}", notice.claim);
    write_short(&say, "recipients-subject", &lines, &id, envelope)
}

/// The customer's rules make silence a no, also in this request.
pub fn write_consent_change(notice: &Notice, version: u32, envelope: &Envelope<'_>) -> Mail {
    let say = notice.messages_in(envelope.language);
    let lines = ["consent-changed", "consent-changed-yes"].map(|message| say.of(message));
    let id = format!("consent-changed.{}.{version}", notice.claim);
    write_short(&say, "consent-changed-subject", &lines, &id, envelope)
}

/// Somebody whose address is not known to belong to the customer was named as its contact. No item, no code, no
/// link, and nothing that the partner wrote.
pub fn write_outside_contact(notice: &Notice, envelope: &Envelope<'_>) -> Mail {
    let say = Messages::from_operator(envelope.language, envelope.operator)
        .with_name("tenant", &notice.tenant);
    let lines = ["named", "named-why"].map(|message| say.of(message));
    let id = format!("named.{}", notice.claim);
    write_short(&say, "named-subject", &lines, &id, envelope)
}

/// More contacts of a tenant may be asked about claims since the envelope's moment. It is about no claim.
pub fn write_contact_verified(
    tenant: &Tenant,
    new: &[&TenantContact],
    envelope: &Envelope<'_>,
) -> Mail {
    let (language, zone) = (envelope.language, tenant.time_zone.unwrap_or(Tz::UTC));
    let contact = |own: &&TenantContact| {
        format!("{} ({})", isolate_name(own.name.as_str()), own.email.to_printed())
    };
    let contacts: Vec<_> = new.iter().map(contact).collect();
    let say = Messages::from_operator(language, envelope.operator)
        .with_name("tenant", tenant.name.as_str())
        .with_value("count", contacts.len())
        .with_value("contacts", contacts.join(", "))
        .with_value("at-local", dates::format_local(language, envelope.at, zone))
        .with_value("at-utc", dates::format_utc(language, envelope.at));
    let lines = ["contact-verified", "receipt-at", "contact-verified-why", "recipients-not-right"];
    let lines = lines.map(|message| say.of(message));
    let id = format!("contact-verified.{}.{}", tenant.id, envelope.at.timestamp_millis());
    write_short(&say, "contact-verified-subject", &lines, &id, envelope)
}

/// The exact deadline, where it is not the one the notice gave as the earliest.
pub fn write_exact_deadline(notice: &Notice, version: u32, envelope: &Envelope<'_>) -> Mail {
    let say = with_notice_date(notice.messages_in(envelope.language), notice, envelope);
    let how = answer_lines(envelope);
    let messages = ["exact", "deadline-local", "deadline-utc", how];
    let mut lines: Vec<_> = messages.into_iter().map(|message| say.of(message)).collect();
    lines.insert(1, items_line(notice, &say));
    let id = format!("deadline.{}.{version}", notice.claim);
    short_with_deadline(notice, &say, "exact-subject", &lines, &id, envelope)
}

/// The same messages, knowing the day on which the reader was sent the notice.
fn with_notice_date(say: Messages, notice: &Notice, envelope: &Envelope<'_>) -> Messages {
    let Some(at) = envelope.asked_at else { return say };
    let day = notice.zone.unwrap_or(Tz::UTC).local_date(at);
    say.with_value("notice-date", dates::format_date(envelope.language, day))
}

/// How the reader answers: by the notice that it has, or by those who have one.
fn answer_lines(envelope: &Envelope<'_>) -> &'static str {
    envelope.asked_at.map_or("exact-how-others", |_| "exact-how")
}

/// Why a deadline has moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Somebody asked for more time, or gave it.
    Asked,
    /// Days were added to the calendar.
    Announced,
    /// The time is counted from another delivery.
    Delivery,
    /// Answers could not be given in its last hours.
    Outage,
}

/// A deadline that has moved, and for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extension {
    /// Why the deadline has moved.
    pub cause: Cause,
    /// Whether the customer has said no to everything already: there is longer to take it back.
    pub answered: bool,
}

/// The deadline has moved: later, never earlier. Where that is so because days were added to the
/// calendar, they are named.
pub fn write_extension(
    notice: &Notice,
    extension: Extension,
    version: u32,
    envelope: &Envelope<'_>,
) -> Mail {
    let window = notice.deadline.window().filter(|_| extension.cause == Cause::Announced);
    let added = window.map(|window| added_days(envelope.language, window)).unwrap_or_default();
    let answered = if extension.answered { "yes" } else { "no" };
    let say = notice
        .messages_in(envelope.language)
        .with_value("dates", added.join(", "))
        .with_value("answered", answered);
    let say = with_notice_date(say, notice, envelope);
    let mut messages = vec!["extended", "deadline-local", "deadline-utc"];
    if !added.is_empty() {
        messages.push("extended-added");
    }
    match extension.cause {
        Cause::Delivery => messages.push("extended-delivery"),
        Cause::Outage => messages.push("extended-outage"),
        Cause::Asked | Cause::Announced => {}
    }
    messages.push(answer_lines(envelope));
    let mut lines: Vec<_> = messages.into_iter().map(|message| say.of(message)).collect();
    lines.insert(1, items_line(notice, &say));
    let id = format!("extended.{}.{version}", notice.claim);
    short_with_deadline(notice, &say, "extended-subject", &lines, &id, envelope)
}

/// The messages of a language, knowing the notice and those of its items that a mail is about.
pub(crate) fn messages_about(notice: &Notice, items: &[ItemNo], language: Language) -> Messages {
    let chosen = notice.items.iter().filter(|item| items.contains(&item.no));
    let lines: Vec<_> = chosen.map(|item| item.item_line(language)).collect();
    notice
        .messages_in(language)
        .with_value("count", lines.len())
        .with_value("items", lines.join(", "))
}

/// The items that a mail is about: those that nobody has decided, else all. A partner may have two requests in one
/// program.
fn items_line(notice: &Notice, say: &Messages) -> String {
    let items = notice.only_undecided().item_lines(say.language()).join(", ");
    say.of_text("reminder-items", "items", &items)
}

/// Until when the customer can say no, where a window runs.
fn deadline_lines(notice: &Notice, say: &Messages) -> Vec<String> {
    let moment = moment_lines(notice, say);
    if moment.is_empty() { moment } else { [vec![say.of("still-open")], moment].concat() }
}

/// The end of a window that runs, by the customer's clocks and in UTC.
fn moment_lines(notice: &Notice, say: &Messages) -> Vec<String> {
    match notice.deadline {
        AnswerDeadline::Exact(_) => {
            ["deadline-local", "deadline-utc"].map(|message| say.of(message)).into()
        }
        AnswerDeadline::AtLeast(_) | AnswerDeadline::Unset => Vec::new(),
    }
}

/// Some of the time is over: `days_left` business days are left for the items that nobody has decided.
/// `name` tells the reminders of a window apart, and its end those of a notice: a longer window has
/// reminders of its own.
pub fn write_reminder(
    notice: &Notice,
    name: &str,
    days_left: usize,
    envelope: &Envelope<'_>,
) -> Mail {
    let notice = notice.only_undecided();
    let say = notice.messages_in(envelope.language).with_value("left", days_left);
    let say = with_notice_date(say, &notice, envelope);
    let mut lines = vec![
        notice.silence_text(&say),
        items_line(&notice, &say),
        say.of("deadline-local"),
        say.of("deadline-utc"),
        say.of(envelope.asked_at.map_or("exact-how-others", |_| "reminder-how")),
    ];
    if notice.consent == Consent::OptOut {
        lines.push(say.of("answer-later"));
    }
    let end = notice.deadline.window().map_or(0, |window| window.closes_at.timestamp());
    let id = format!("reminder.{}.{}.{name}.{end}", notice.claim, notice.no.0);
    short_with_deadline(&notice, &say, "reminder-subject", &lines, &id, envelope)
}

/// A subject. Some programs show the marks around names there: they stay where a name needs them.
pub(crate) fn subject_of(say: &Messages, message: &str) -> String {
    without_idle_marks(&say.of(message))
}

/// A mail of a few lines. It bears no link: only the notice does.
pub(crate) fn write_short(
    say: &Messages,
    subject: &str,
    lines: &[String],
    id: &str,
    envelope: &Envelope<'_>,
) -> Mail {
    short_with_leaf(say, subject, None, lines, id, envelope)
}

/// The same, with the last day of a notice's window as a leaf of a calendar.
fn short_with_deadline(
    notice: &Notice,
    say: &Messages,
    subject: &str,
    lines: &[String],
    id: &str,
    envelope: &Envelope<'_>,
) -> Mail {
    let leaf = notice.deadline.window().map(|window| CalendarLeaf::of(say, window));
    short_with_leaf(say, subject, leaf, lines, id, envelope)
}

fn short_with_leaf(
    say: &Messages,
    subject: &str,
    leaf: Option<CalendarLeaf>,
    lines: &[String],
    id: &str,
    envelope: &Envelope<'_>,
) -> Mail {
    let (heading, subject) = (say.of(subject), subject_of(say, subject));
    let frame = MailFrame::new(say, subject.clone(), envelope);
    let lines = &continue_greeting(say, lines);
    let text = ShortText { say, lines }.render().unwrap_or_default();
    let html = render_html(&ShortHtml { frame, say, heading, leaf, lines });
    MailParts { subject, text, html }.into_mail(id, envelope)
}

/// The lines as they follow the greeting: where that ends in a comma the first of them goes on in its sentence.
fn continue_greeting(say: &Messages, lines: &[String]) -> Vec<String> {
    let mut lines = lines.to_vec();
    if say.of("greeting-continues") == "yes"
        && let Some(first) = lines.first_mut()
    {
        let mut letters = first.chars();
        let begin = letters.next().into_iter().flat_map(char::to_lowercase);
        *first = begin.chain(letters).collect();
    }
    lines
}

/// What every mail has around it.
pub(crate) struct MailFrame<'a> {
    pub(crate) title: String,
    pub(crate) language: &'static str,
    pub(crate) style: String,
    pub(crate) logo: Option<&'a Logo>,
    pub(crate) logo_alt: String,
    pub(crate) logo_id: String,
}

impl<'a> MailFrame<'a> {
    pub(crate) fn new(say: &Messages, title: String, envelope: &Envelope<'a>) -> Self {
        let brand = &envelope.operator.brand;
        Self {
            title,
            language: say.language().tag(),
            style: STYLE.replace("var(--brand)", brand.color()),
            logo: brand.logo(),
            logo_alt: say.of_attribute("logo-alt"),
            logo_id: logo_id(envelope),
        }
    }
}

/// By which id the text of a mail names the logo beside it.
fn logo_id(envelope: &Envelope<'_>) -> String {
    format!("logo@{}", envelope.sender.domain())
}

/// The links to the page in the other languages, each announced in its own.
pub(crate) fn language_links(language: Language, url: &str) -> Vec<(Language, String, String)> {
    Language::ALL
        .into_iter()
        .filter(|other| *other != language)
        .map(|other| {
            let label = Messages::new(other).of("language-switch");
            (other, label, format!("{url}?lang={}", other.tag()))
        })
        .collect()
}

#[derive(Template)]
#[template(path = "notice.txt", escape = "none")]
struct NoticePlainText<'a> {
    say: &'a Messages,
    /// What is only one recipient's.
    links: Option<&'a Links>,
    silence: String,
    items: Vec<String>,
    leaf: Option<CalendarLeaf>,
    picture: Option<CalendarTable>,
    counted: Option<String>,
    skipped: String,
    least: bool,
    rule: Option<&'static str>,
    has_contact: bool,
    has_term: bool,
    renewal: Option<RenewalRows>,
    switches: Vec<(Language, String, String)>,
}

impl<'a> NoticePlainText<'a> {
    fn of(notice: &Notice, say: &'a Messages, links: Option<&'a Links>) -> Self {
        let (language, window) = (say.language(), notice.deadline.window());
        Self {
            silence: notice.silence_text(say),
            items: notice.item_lines(language),
            leaf: window.map(|window| CalendarLeaf::of(say, window)),
            picture: window.and_then(|window| CalendarTable::of(language, window)),
            counted: window.map(|window| counted_days(language, window).join(", ")),
            skipped: window
                .map(|window| skipped_days(language, window).join(", "))
                .unwrap_or_default(),
            rule: notice.rule_message(),
            least: matches!(notice.deadline, AnswerDeadline::AtLeast(_)),
            has_contact: notice.partner_contact.is_some(),
            has_term: notice.term != Term::Unknown,
            renewal: RenewalRows::of(notice, say),
            switches: links
                .map(|links| language_links(language, &links.decision_url))
                .unwrap_or_default(),
            say,
            links,
        }
    }
}

#[derive(Template)]
#[template(path = "notice_mail.html")]
struct NoticeHtml<'a> {
    frame: MailFrame<'a>,
    say: &'a Messages,
    text: &'a NoticePlainText<'a>,
    links: &'a Links,
}

#[derive(Template)]
#[template(path = "short_mail.txt", escape = "none")]
struct ShortText<'a> {
    say: &'a Messages,
    lines: &'a [String],
}

#[derive(Template)]
#[template(path = "short_mail.html")]
struct ShortHtml<'a> {
    frame: MailFrame<'a>,
    say: &'a Messages,
    heading: String,
    leaf: Option<CalendarLeaf>,
    lines: &'a [String],
}

/// A message that wants its headers.
pub(crate) struct MailParts {
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

impl MailParts {
    /// The message. Its id and its boundaries come from what it tells and to whom, its date from when
    /// that happened: nothing in it differs between two attempts.
    pub(crate) fn into_mail(self, id: &str, envelope: &Envelope<'_>) -> Mail {
        let to = envelope.to.as_str();
        let digest = Sha256Hash::of(format!("{id} {}", to.to_ascii_lowercase()).as_bytes());
        let digest: String = digest.to_string().chars().take(16).collect();
        let operator = envelope.operator;
        let message = MessageBuilder::new()
            .from((operator.name.as_str(), envelope.sender.as_str()))
            .reply_to(operator.contact.as_str())
            .to(to)
            .subject(self.subject.as_str())
            .date(Date::new(envelope.at.timestamp()))
            .message_id(format!("{id}.{digest}@{}", envelope.sender.domain()))
            .header("Content-Language", Raw::new(envelope.language.tag()))
            .header("Auto-Submitted", Raw::new("auto-generated"))
            .body(self.mime_body(&digest, envelope));
        let mut raw = Vec::new();
        message.serialize(&mut raw);
        Mail {
            id: id.to_owned(),
            addressee: digest,
            to: envelope.to.clone(),
            subject: self.subject,
            text: self.text,
            html: self.html,
            raw,
        }
    }

    /// Text and HTML; the HTML together with the logo that it shows, where there is one.
    fn mime_body<'a>(&self, digest: &str, envelope: &Envelope<'a>) -> MimePart<'a> {
        let multipart = |kind: &'static str, boundary: String, parts| {
            MimePart::new(ContentType::new(kind).attribute("boundary", boundary), parts)
        };
        let part = |kind: &'static str, text: &str| {
            MimePart::new(kind, BodyPart::Text(Cow::Owned(text.to_owned())))
        };
        let html = part("text/html", &self.html);
        let html = match envelope.operator.brand.logo() {
            Some(logo) => {
                let picture = MimePart::new(logo.media_type, logo.bytes.as_slice());
                let picture = picture.inline().cid(logo_id(envelope));
                let parts: Vec<MimePart<'a>> = vec![html, picture];
                multipart("multipart/related", format!("=_{digest}_logo"), parts)
            }
            None => html,
        };
        let parts: Vec<MimePart<'a>> = vec![part("text/plain", &self.text), html];
        multipart("multipart/alternative", format!("=_{digest}"), parts)
    }
}
