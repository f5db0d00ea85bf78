//! The mails: text and HTML, as one MIME message that is the same every time it is made.

use std::borrow::Cow;

use askama::Template;
use domain::calendar::Tz;
use domain::claim::Instant;
use domain::ids::{ItemNo, Sha256Hash};
use domain::program::Consent;
use domain::text::Email;
use mail_builder::MessageBuilder;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::{BodyPart, MimePart};

use crate::content::{Links, Notice, added, counted, skipped};
use crate::dates;
use crate::language::Language;
use crate::picture::Picture;
use crate::say::Say;

/// The look of the calendar in a mail.
const STYLE: &str = include_str!("../templates/mail.css");

/// A mail to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// To whom: the provider is told so beside the message.
    pub to: Email,
    /// Its subject.
    pub subject: String,
    /// Its text part.
    pub text: String,
    /// Its HTML part.
    pub html: String,
    /// The whole message.
    pub raw: Vec<u8>,
}

/// What a mail is made with beside its content.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    /// The operator's sending address.
    pub sender: &'a Email,
    /// The recipient.
    pub to: &'a Email,
    /// Where an answer to it goes: the operator's contact.
    pub reply_to: &'a str,
    /// In which language.
    pub language: Language,
    /// When the thing happened that the mail tells: its `Date`, so that a retry is the same mail.
    pub at: Instant,
}

/// The notice itself, about what is left to decide.
pub fn notice(notice: &Notice, links: &Links, envelope: &Envelope<'_>) -> Mail {
    let (notice, language) = (notice.undecided(), envelope.language);
    let say = notice.say(language).knowing("notice-code", links.notice_code.clone());
    let window = notice.deadline.window();
    let view = NoticeText {
        silence: notice.silence(&say),
        items: notice.item_lines(language),
        picture: window.and_then(|window| Picture::of(language, window)),
        counted: window.map(|window| counted(language, window).join(", ")),
        skipped: window.map(|window| skipped(language, window).join(", ")).unwrap_or_default(),
        least: matches!(notice.deadline, crate::Deadline::AtLeast(_)),
        has_contact: notice.partner_contact.is_some(),
        switches: switches(language, &links.decision_url),
        say: &say,
        links,
    };
    let parts = Parts {
        subject: say.of("notice-subject"),
        text: view.render().unwrap_or_default(),
        html: NoticeHtml { text: &view, language: language.tag(), style: STYLE }
            .render()
            .unwrap_or_default(),
    };
    parts.into_mail(&format!("notice.{}.{}", notice.claim, notice.no.0), envelope)
}

/// What a customer did, for the receipt of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The receipt's number: the claim and its version.
    pub id: String,
    /// What was recorded.
    pub deed: Deed,
    /// Of which items.
    pub items: Vec<ItemNo>,
    /// Whether it can be taken back until the window's end.
    pub undoable: bool,
    /// By whose clocks the moment is told: the customer's.
    pub zone: Tz,
}

/// What a receipt is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// A no to undecided items.
    Declined,
    /// A no taken back.
    Undone,
    /// A yes: the associations begin at once.
    Accepted,
    /// A no to active items: the associations ended.
    Ended,
}

impl Deed {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Declined, Self::Undone, Self::Accepted, Self::Ended];

    /// A word for it, in the ids of mails: one decision may decline some items and end others.
    fn as_str(self) -> &'static str {
        match self {
            Self::Declined => "declined",
            Self::Undone => "undone",
            Self::Accepted => "accepted",
            Self::Ended => "ended",
        }
    }

    fn messages(self) -> (&'static str, &'static str) {
        match self {
            Self::Declined => ("receipt-declined-subject", "receipt-declined"),
            Self::Undone => ("receipt-undone-subject", "receipt-undone"),
            Self::Accepted => ("receipt-accepted-subject", "receipt-accepted"),
            Self::Ended => ("receipt-ended-subject", "receipt-ended"),
        }
    }
}

/// The receipt of a decision, to every contact of the notice.
pub fn receipt(notice: &Notice, receipt: &Receipt, envelope: &Envelope<'_>) -> Mail {
    let language = envelope.language;
    let chosen = notice.items.iter().filter(|item| receipt.items.contains(&item.no));
    let items: Vec<_> = chosen.map(|item| item.line(language)).collect();
    let say = notice
        .say(language)
        .knowing("count", items.len())
        .knowing("items", items.join(", "))
        .knowing("receipt", receipt.id.clone())
        .knowing("at-local", dates::local(language, envelope.at, receipt.zone))
        .knowing("at-utc", dates::utc(language, envelope.at));
    let (subject, body) = receipt.deed.messages();
    let mut lines = vec![say.of(body), say.of("receipt-at"), say.of("receipt-id")];
    if receipt.undoable {
        lines.push(say.of("receipt-undo"));
    }
    if receipt.deed == Deed::Declined {
        lines.push(say.of("receipt-stands"));
    }
    lines.push(say.of("receipt-not-you"));
    let id = format!("{}.{}", receipt.deed.as_str(), receipt.id);
    short(&say, subject, &lines, &id, envelope)
}

/// The partner has withdrawn. `version` of the claim tells the mails of a claim apart.
pub fn withdrawn(notice: &Notice, version: u32, envelope: &Envelope<'_>) -> Mail {
    let say = notice.say(envelope.language);
    let lines = [say.of("withdrawn"), say.of("withdrawn-decided"), say.of("operator")];
    let id = format!("withdrawn.{}.{version}", notice.claim);
    short(&say, "withdrawn-subject", &lines, &id, envelope)
}

/// Another partner has taken these items over. He is not named: neither of the two learns the other's
/// name from a mail about his own claim.
pub fn superseded(
    notice: &Notice,
    items: &[ItemNo],
    version: u32,
    envelope: &Envelope<'_>,
) -> Mail {
    let language = envelope.language;
    let chosen = notice.items.iter().filter(|item| items.contains(&item.no));
    let lines: Vec<_> = chosen.map(|item| item.line(language)).collect();
    let say = notice.say(language).knowing("count", lines.len()).knowing("items", lines.join(", "));
    let lines = [say.of("superseded"), say.of("superseded-by"), say.of("operator")];
    let id = format!("superseded.{}.{version}", notice.claim);
    short(&say, "superseded-subject", &lines, &id, envelope)
}

/// The exact deadline, where it is not the one the notice gave as the earliest.
pub fn exact_deadline(notice: &Notice, version: u32, envelope: &Envelope<'_>) -> Mail {
    let say = notice.say(envelope.language);
    let messages = ["exact", "deadline-local", "deadline-utc", "exact-how", "operator"];
    let lines = messages.map(|message| say.of(message));
    let id = format!("deadline.{}.{version}", notice.claim);
    short(&say, "exact-subject", &lines, &id, envelope)
}

/// Why a deadline has moved, and for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extension {
    /// Whether days were added to the calendar, and nobody asked for more time.
    pub announced: bool,
    /// Whether the customer has said no to everything already: he has longer to take it back.
    pub answered: bool,
}

/// The deadline has moved: later, never earlier. Where that is so because days were added to the
/// calendar, they are named.
pub fn extended(
    notice: &Notice,
    extension: Extension,
    version: u32,
    envelope: &Envelope<'_>,
) -> Mail {
    let window = notice.deadline.window().filter(|_| extension.announced);
    let added = window.map(|window| added(envelope.language, window)).unwrap_or_default();
    let answered = if extension.answered { "yes" } else { "no" };
    let say = notice
        .say(envelope.language)
        .knowing("dates", added.join(", "))
        .knowing("answered", answered);
    let mut messages = vec!["extended", "deadline-local", "deadline-utc"];
    if !added.is_empty() {
        messages.push("extended-added");
    }
    messages.extend(["exact-how", "operator"]);
    let lines: Vec<_> = messages.into_iter().map(|message| say.of(message)).collect();
    let id = format!("extended.{}.{version}", notice.claim);
    short(&say, "extended-subject", &lines, &id, envelope)
}

/// Some of the time is over: `days_left` business days are left for the items that nobody has decided.
/// `name` tells the reminders of a window apart, and its end those of a notice: a longer window has
/// reminders of its own.
pub fn reminder(notice: &Notice, name: &str, days_left: usize, envelope: &Envelope<'_>) -> Mail {
    let notice = notice.undecided();
    let say = notice.say(envelope.language).knowing("left", days_left);
    let items = notice.item_lines(envelope.language).join(", ");
    let mut lines = vec![
        notice.silence(&say),
        say.of_text("reminder-items", "items", &items),
        say.of("deadline-local"),
        say.of("deadline-utc"),
        say.of("reminder-how"),
    ];
    if notice.consent == Consent::OptOut {
        lines.push(say.of("answer-later"));
    }
    lines.push(say.of("operator"));
    let end = notice.deadline.window().map_or(0, |window| window.closes_at.timestamp());
    let id = format!("reminder.{}.{}.{name}.{end}", notice.claim, notice.no.0);
    short(&say, "reminder-subject", &lines, &id, envelope)
}

/// A mail of a few lines. It bears no link: only the notice does.
fn short(say: &Say, subject: &str, lines: &[String], id: &str, envelope: &Envelope<'_>) -> Mail {
    let greeting = say.of("greeting");
    let (subject, language) = (say.of(subject), say.language().tag());
    let view = ShortHtml { title: &subject, greeting: &greeting, lines, language };
    let parts = Parts {
        text: format!("{greeting}\n\n{}\n", lines.join("\n\n")),
        html: view.render().unwrap_or_default(),
        subject,
    };
    parts.into_mail(id, envelope)
}

/// The links to the page in the other languages, each announced in its own.
fn switches(language: Language, url: &str) -> Vec<(Language, String, String)> {
    Language::all()
        .filter(|other| *other != language)
        .map(|other| {
            let label = Say::new(other).of("language-switch");
            (other, label, format!("{url}?lang={}", other.tag()))
        })
        .collect()
}

#[derive(Template)]
#[template(path = "notice.txt", escape = "none")]
struct NoticeText<'a> {
    say: &'a Say,
    links: &'a Links,
    silence: String,
    items: Vec<String>,
    picture: Option<Picture>,
    counted: Option<String>,
    skipped: String,
    least: bool,
    has_contact: bool,
    switches: Vec<(Language, String, String)>,
}

#[derive(Template)]
#[template(path = "notice_mail.html")]
struct NoticeHtml<'a> {
    text: &'a NoticeText<'a>,
    language: &'static str,
    style: &'static str,
}

#[derive(Template)]
#[template(path = "short_mail.html")]
struct ShortHtml<'a> {
    title: &'a str,
    greeting: &'a str,
    lines: &'a [String],
    language: &'static str,
}

/// A message that wants its headers.
struct Parts {
    subject: String,
    text: String,
    html: String,
}

impl Parts {
    /// The message. Its id and its boundary come from what it tells and to whom, its date from when
    /// that happened: nothing in it differs between two attempts.
    fn into_mail(self, id: &str, envelope: &Envelope<'_>) -> Mail {
        let to = envelope.to.as_str();
        let digest = Sha256Hash::of(format!("{id} {}", to.to_ascii_lowercase()).as_bytes());
        let digest: String = digest.to_string().chars().take(16).collect();
        let alternative =
            ContentType::new("multipart/alternative").attribute("boundary", format!("=_{digest}"));
        let part = |kind: &'static str, text: &str| {
            MimePart::new(kind, BodyPart::Text(Cow::Owned(text.to_owned())))
        };
        let parts = vec![part("text/plain", &self.text), part("text/html", &self.html)];
        let message = MessageBuilder::new()
            .from(envelope.sender.as_str())
            .reply_to(envelope.reply_to)
            .to(to)
            .subject(self.subject.as_str())
            .date(Date::new(envelope.at.timestamp()))
            .message_id(format!("{id}.{digest}@{}", envelope.sender.domain()))
            .header("Content-Language", Raw::new(envelope.language.tag()))
            .header("Auto-Submitted", Raw::new("auto-generated"))
            .body(MimePart::new(alternative, parts));
        let mut raw = Vec::new();
        message.serialize(&mut raw);
        Mail {
            to: envelope.to.clone(),
            subject: self.subject,
            text: self.text,
            html: self.html,
            raw,
        }
    }
}
