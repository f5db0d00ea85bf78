//! The pages: the decision page, its answers, and the page that tells a genuine notice. Plain HTML:
//! no script, nothing from elsewhere, forms that a keyboard and a printer can use.

use std::sync::LazyLock;

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::claim::ItemStatus;
use domain::ids::ItemNo;
use sha2::{Digest, Sha256};

use crate::content::{Notice, NoticeItem, counted, skipped};
use crate::html::render;
use crate::language::Language;
use crate::picture::Picture;
use crate::say::Say;
use crate::standing::{CustomerOptions, Phase, Rights};

/// The one style sheet, inside every page.
const STYLE: &str = include_str!("../templates/style.css");

/// The policy names the style sheet by its digest, so nothing else that styles or runs is let in.
static CONTENT_POLICY: LazyLock<String> = LazyLock::new(|| {
    let digest = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; \
         frame-ancestors 'none'; base-uri 'none'"
    )
});

/// The headers that every page bears (`docs/architecture.md §5`).
pub fn headers() -> [(&'static str, &'static str); 9] {
    [
        ("content-type", "text/html; charset=utf-8"),
        ("content-security-policy", CONTENT_POLICY.as_str()),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("strict-transport-security", "max-age=63072000; includeSubDomains"),
        ("cross-origin-opener-policy", "same-origin"),
        ("x-robots-tag", "noindex, nofollow"),
    ]
}

/// Why a form was not taken. The page is shown again, with this above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// A code that cannot be one. It is no try.
    CodeMalformed {
        /// How many digits it has.
        digits: u32,
    },
    /// A wrong code.
    CodeWrong {
        /// How many tries are left; `None` where wrong ones lock nothing.
        tries_left: Option<u8>,
    },
    /// Too many wrong codes for what was asked: even the right one has to wait.
    CodeLocked {
        /// Until it does not.
        minutes: u32,
    },
    /// Items that are not in the list.
    Items,
    /// No decision, two, or one that is not there.
    Decision,
    /// What was asked is not possible as things stand.
    State,
}

impl Problem {
    fn text(self, say: &Say) -> String {
        match self {
            Self::CodeMalformed { digits } => {
                say.of_number("problem-code-malformed", "digits", digits)
            }
            Self::CodeWrong { tries_left: Some(tries) } => {
                say.of_number("problem-code-wrong", "tries", tries.into())
            }
            Self::CodeWrong { tries_left: None } => say.of("problem-code-wrong-no"),
            Self::CodeLocked { minutes } => {
                say.of_number("problem-code-locked", "minutes", minutes)
            }
            Self::Items => say.of("problem-items"),
            Self::Decision => say.of("problem-decision"),
            Self::State => say.of("problem-state"),
        }
    }

    /// The field it leads to, in the form that was sent.
    fn target(self, form: Option<Form>) -> &'static str {
        match (self, form) {
            (
                Self::CodeMalformed { .. } | Self::CodeWrong { .. } | Self::CodeLocked { .. },
                Some(form),
            ) => form.code(),
            (Self::Items, Some(form)) => form.items(),
            (Self::Decision, Some(_)) => "answer",
            (Self::State, _) | (_, None) => "state",
        }
    }
}

/// A form that was not taken: it is shown again as it was sent, but for the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub problem: Problem,
    /// What was asked, where that can be told.
    pub decision: Option<Decision>,
    /// The items that were chosen.
    pub items: Vec<ItemNo>,
}

impl Refused {
    /// The items that were chosen in that form, if it is the one.
    fn chosen_in(&self, form: Form) -> &[ItemNo] {
        if self.decision.map(Decision::form) == Some(form) { &self.items } else { &[] }
    }
}

/// The forms of the page. The ids of their fields are their own, whichever of them are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Decline,
    Undo,
    Other,
}

impl Form {
    fn code(self) -> &'static str {
        match self {
            Self::Decline => "code",
            Self::Undo => "undo-code",
            Self::Other => "other-code",
        }
    }

    fn items(self) -> &'static str {
        match self {
            Self::Decline => "items",
            Self::Undo => "undo-items",
            Self::Other => "answer",
        }
    }
}

struct Shown {
    text: String,
    target: &'static str,
}

/// The decision page: the question, what silence means, and the forms that fit.
pub fn decision(
    language: Language,
    notice: &Notice,
    standing: &CustomerOptions,
    refused: Option<&Refused>,
) -> String {
    let say = notice.undecided().say(language);
    let chosen = |form| refused.map(|refused| refused.chosen_in(form)).unwrap_or_default();
    let problem = refused.map(|refused| {
        let form = form_of(refused.decision, standing);
        Shown { text: refused.problem.text(&say), target: refused.problem.target(form) }
    });
    let view = DecisionPage {
        frame: Frame::new(&say, say.of("page-title")),
        lead: lead(notice, standing.phase, &say),
        remark: remark(standing).map(|name| say.of(name)),
        facts: NoticeFacts::of(notice, &say),
        has_deadline: standing.has_deadline(),
        refusable: choices(notice, &standing.refusable, chosen(Form::Decline), language),
        joinable: choices(notice, &standing.joinable, chosen(Form::Decline), language),
        undoable: choices(notice, &standing.undoable, chosen(Form::Undo), language),
        problem,
        refusal_hint: standing.can_refuse.then(|| say.of(refusal_hint(standing.rights))),
        can_extend: standing.can_extend,
        say: &say,
    };
    render(&view)
}

/// The form of a decision, if the page still has it; else the first that it has.
fn form_of(decision: Option<Decision>, standing: &CustomerOptions) -> Option<Form> {
    let forms = [
        (Form::Decline, standing.can_decline()),
        (Form::Undo, !standing.undoable.is_empty()),
        (Form::Other, standing.can_refuse || standing.can_extend),
    ];
    let there = forms.into_iter().filter(|(_, there)| *there).map(|(form, _)| form);
    let asked = decision.map(Decision::form);
    there.clone().find(|form| Some(*form) == asked).or_else(|| there.clone().next())
}

/// What has to be said of a link that is good for less than its recipient may expect.
fn remark(standing: &CustomerOptions) -> Option<&'static str> {
    match standing.rights {
        Rights::Refused => Some("page-link-refused"),
        Rights::Retired => Some("page-link-retired"),
        Rights::Erased => Some("page-link-erased"),
        Rights::Earlier => standing.can_decline().then_some("page-link-earlier"),
        Rights::Verified | Rights::Unverified => None,
    }
}

/// What follows when a recipient says that it is not the right person.
fn refusal_hint(rights: Rights) -> &'static str {
    match rights {
        Rights::Unverified => "wrong-contact-hint-unverified",
        Rights::Verified | Rights::Earlier | Rights::Refused | Rights::Retired | Rights::Erased => {
            "wrong-contact-hint"
        }
    }
}

fn lead(notice: &Notice, phase: Phase, say: &Say) -> String {
    match phase {
        Phase::Open if notice.undecided().items.len() < notice.items.len() => {
            format!("{} {}", notice.silence(say), say.of("lead-partly"))
        }
        Phase::Open => notice.silence(say),
        Phase::Answered => say.of("lead-answered"),
        Phase::Late => say.of("lead-late"),
        Phase::Paused => say.of("lead-paused"),
        Phase::Review => say.of("lead-review"),
        Phase::Associated => say.of("lead-associated"),
        Phase::Declined => say.of("lead-declined"),
        Phase::Withdrawn => say.of("lead-withdrawn"),
        Phase::Rejected => say.of("lead-rejected"),
        Phase::Ended => say.of("lead-ended"),
        Phase::Discarded => say.of("lead-discarded"),
    }
}

fn choices(
    notice: &Notice,
    numbers: &[ItemNo],
    chosen: &[ItemNo],
    language: Language,
) -> Vec<Choice> {
    let offered = notice.items.iter().filter(|item| numbers.contains(&item.no));
    let choice = |item: &NoticeItem| Choice {
        no: item.no.0,
        line: item.line(language),
        is_chosen: chosen.contains(&item.no),
    };
    offered.map(choice).collect()
}

/// What came of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What was asked.
    pub decision: Decision,
    /// Whether anything had to change for it.
    pub changed: bool,
    /// Whether it came before the deadline.
    pub in_time: bool,
    /// The receipt's number, where anything was recorded.
    pub receipt: Option<String>,
}

/// The decisions of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// No.
    Decline,
    /// Not no any more.
    Undo,
    /// The recipient is not the right person.
    WrongContact,
    /// More time.
    Extend,
}

impl Decision {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Decline, Self::Undo, Self::WrongContact, Self::Extend];

    /// The name in the form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Decline => "decline",
            Self::Undo => "undo",
            Self::WrongContact => "wrong_contact",
            Self::Extend => "extend",
        }
    }

    /// The one of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|decision| decision.as_str() == name)
    }

    fn form(self) -> Form {
        match self {
            Self::Decline => Form::Decline,
            Self::Undo => Form::Undo,
            Self::WrongContact | Self::Extend => Form::Other,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Decline => "result-declined",
            Self::Undo => "result-undone",
            Self::WrongContact => "result-refused",
            Self::Extend => "result-extended",
        }
    }
}

/// The page after a decision, with its receipt.
pub fn result(
    language: Language,
    notice: &Notice,
    standing: &CustomerOptions,
    outcome: &Outcome,
) -> String {
    let say = notice.say(language);
    let title = if outcome.changed { outcome.decision.title() } else { "result-unchanged" };
    let view = ResultPage {
        frame: Frame::new(&say, say.of(title)),
        rows: notice.items.iter().map(|item| Row::of(item, language)).collect(),
        outcome,
        remark: remark(standing).map(|name| say.of(name)),
        undoable: outcome.decision == Decision::Decline && !standing.undoable.is_empty(),
        is_still_declined: outcome.decision == Decision::Undo && has_declined(notice),
        is_longer: outcome.decision == Decision::Extend,
        say: &say,
    };
    render(&view)
}

/// Whether a "no" stands on an item.
fn has_declined(notice: &Notice) -> bool {
    notice.items.iter().any(|item| matches!(item.status, ItemStatus::Declined { .. }))
}

/// The text of a notice as it was sent, without its links and codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentText {
    /// In which language.
    pub language: Language,
    /// The text.
    pub text: String,
}

/// The page that an authenticity code leads to: the notice's true content with how it stands now, and
/// none of its secrets. The `sent` text is the notice; where none was kept, the claim tells what it said.
pub fn genuine(
    language: Language,
    notice: &Notice,
    standing: &CustomerOptions,
    is_current: bool,
    sent: Option<&SentText>,
) -> String {
    let say = notice.undecided().say(language);
    let view = GenuinePage {
        frame: Frame::new(&say, say.of("genuine-title")),
        lead: lead(notice, standing.phase, &say),
        facts: NoticeFacts::of(notice, &say),
        has_deadline: standing.has_deadline(),
        is_current,
        sent,
        say: &say,
    };
    render(&view)
}

/// Pages about no claim at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No such link or code: every one that is not ours, in one shape.
    NotFound,
    /// Neither opened nor a form sent.
    Method,
    /// A form that cannot be read.
    Form,
    /// Not now.
    Unavailable,
}

/// A page that says why there is nothing else to see.
pub fn refusal(language: Language, refusal: Refusal, operator_contact: &str) -> String {
    let say = Say::new(language).knowing("operator", operator_contact.to_owned());
    let (title, text) = match refusal {
        Refusal::NotFound => ("error-not-found-title", "error-not-found"),
        Refusal::Method => ("error-method-title", "error-method"),
        Refusal::Form => ("error-form-title", "error-form"),
        Refusal::Unavailable => ("error-unavailable-title", "error-unavailable"),
    };
    let view =
        RefusalPage { frame: Frame::new(&say, say.of(title)), text: say.of(text), say: &say };
    render(&view)
}

/// What every page has around it.
struct Frame {
    title: String,
    language: &'static str,
    style: &'static str,
    switches: Vec<(&'static str, String)>,
}

impl Frame {
    fn new(say: &Say, title: String) -> Self {
        let others = Language::all().filter(|other| *other != say.language());
        let switches =
            others.map(|other| (other.tag(), Say::new(other).of("language-switch"))).collect();
        Self { title, language: say.language().tag(), style: STYLE, switches }
    }
}

/// An item that can be chosen.
struct Choice {
    no: u8,
    line: String,
    is_chosen: bool,
}

/// An item and where it stands.
struct Row {
    line: String,
    status: String,
}

impl Row {
    fn of(item: &NoticeItem, language: Language) -> Self {
        let status = Say::new(language).of(status_message(item.status));
        Self { line: item.line(language), status }
    }
}

fn status_message(status: ItemStatus) -> &'static str {
    match status {
        ItemStatus::Proposed => "status-proposed",
        ItemStatus::Pending => "status-pending",
        ItemStatus::Active { .. } => "status-active",
        ItemStatus::Declined { .. } => "status-declined",
        ItemStatus::Ended { .. } => "status-ended",
        ItemStatus::Dropped => "status-dropped",
        ItemStatus::Withdrawn => "status-withdrawn",
        ItemStatus::Rejected => "status-rejected",
    }
}

/// What a notice says, for a page.
struct NoticeFacts {
    rows: Vec<Row>,
    has_contact: bool,
    is_exact: bool,
    days: Option<Days>,
    picture: Option<Picture>,
}

struct Days {
    counted: String,
    skipped: String,
}

impl NoticeFacts {
    fn of(notice: &Notice, say: &Say) -> Self {
        let language = say.language();
        let days = |window| Days {
            counted: counted(language, window).join(", "),
            skipped: skipped(language, window).join(", "),
        };
        Self {
            rows: notice.items.iter().map(|item| Row::of(item, language)).collect(),
            has_contact: notice.partner_contact.is_some(),
            is_exact: matches!(notice.deadline, crate::Deadline::Exact(_)),
            days: notice.deadline.window().map(days),
            picture: notice.deadline.window().and_then(|window| Picture::of(language, window)),
        }
    }
}

#[derive(Template)]
#[template(path = "decision.html")]
struct DecisionPage<'a> {
    frame: Frame,
    say: &'a Say,
    lead: String,
    remark: Option<String>,
    facts: NoticeFacts,
    has_deadline: bool,
    refusable: Vec<Choice>,
    joinable: Vec<Choice>,
    undoable: Vec<Choice>,
    problem: Option<Shown>,
    refusal_hint: Option<String>,
    can_extend: bool,
}

impl DecisionPage<'_> {
    /// Whether that field is the one with the problem.
    fn is_wrong(&self, field: &str) -> bool {
        self.problem.as_ref().is_some_and(|shown| shown.target == field)
    }
}

#[derive(Template)]
#[template(path = "result.html")]
struct ResultPage<'a> {
    frame: Frame,
    say: &'a Say,
    rows: Vec<Row>,
    outcome: &'a Outcome,
    remark: Option<String>,
    undoable: bool,
    is_still_declined: bool,
    is_longer: bool,
}

#[derive(Template)]
#[template(path = "genuine.html")]
struct GenuinePage<'a> {
    frame: Frame,
    say: &'a Say,
    lead: String,
    facts: NoticeFacts,
    has_deadline: bool,
    is_current: bool,
    sent: Option<&'a SentText>,
}

#[derive(Template)]
#[template(path = "refusal.html")]
struct RefusalPage<'a> {
    frame: Frame,
    say: &'a Say,
    text: String,
}
