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
use crate::language::Language;
use crate::picture::Picture;
use crate::say::Say;
use crate::standing::{Phase, Standing};

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

/// The headers that every page bears (`architecture.md §5`).
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
    /// A wrong code, or none.
    CodeWrong {
        /// How many tries are left.
        tries_left: u8,
    },
    /// Too many wrong codes: even the right one has to wait.
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
    /// The text, and the field it leads to.
    fn shown(self, say: &Say) -> Shown {
        let (name, target) = match self {
            Self::CodeWrong { .. } => ("problem-code-wrong", "code"),
            Self::CodeLocked { .. } => ("problem-code-locked", "code"),
            Self::Items => ("problem-items", "items"),
            Self::Decision => ("problem-decision", "answer"),
            Self::State => ("problem-state", "state"),
        };
        let text = match self {
            Self::CodeWrong { tries_left } => say.of_number(name, "tries", tries_left.into()),
            Self::CodeLocked { minutes } => say.of_number(name, "minutes", minutes),
            Self::Items | Self::Decision | Self::State => say.of(name),
        };
        Shown { text, target }
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
    standing: &Standing,
    problem: Option<Problem>,
) -> String {
    let say = notice.say(language);
    if standing.passed_on {
        return passed_on(&say);
    }
    let problem = problem.map(|problem| problem.shown(&say));
    let view = DecisionPage {
        frame: Frame::new(&say, say.of("page-title")),
        lead: lead(notice, standing.phase, &say),
        facts: Facts::of(notice, &say),
        has_deadline: standing.has_deadline(),
        refusable: rows(notice, &standing.refusable, language),
        undoable: rows(notice, &standing.undoable, language),
        problem,
        can_pass_on: standing.can_pass_on,
        can_extend: standing.can_extend,
        say: &say,
    };
    view.render().unwrap_or_default()
}

/// All that the link of a recipient says who is not the right person.
fn passed_on(say: &Say) -> String {
    let frame = Frame::new(say, say.of("result-passed-on"));
    let view = RefusalPage { frame, text: say.of("passed-on"), say };
    view.render().unwrap_or_default()
}

fn lead(notice: &Notice, phase: Phase, say: &Say) -> String {
    match phase {
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

fn rows(notice: &Notice, numbers: &[ItemNo], language: Language) -> Vec<Row> {
    let chosen = notice.items.iter().filter(|item| numbers.contains(&item.no));
    chosen.map(|item| Row::of(item, language)).collect()
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
    /// The receipt's number.
    pub receipt: String,
}

/// The decisions of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// No.
    Decline,
    /// Not no any more.
    Undo,
    /// Ask somebody else.
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

    /// Whether everyone who got the notice is told of it by mail.
    fn is_receipted(self) -> bool {
        match self {
            Self::Decline | Self::Undo => true,
            Self::WrongContact | Self::Extend => false,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Decline => "result-declined",
            Self::Undo => "result-undone",
            Self::WrongContact => "result-passed-on",
            Self::Extend => "result-extended",
        }
    }
}

/// The page after a decision, with its receipt.
pub fn result(
    language: Language,
    notice: &Notice,
    standing: &Standing,
    outcome: &Outcome,
) -> String {
    let say = notice.say(language);
    let title = if outcome.changed { outcome.decision.title() } else { "result-unchanged" };
    let view = ResultPage {
        frame: Frame::new(&say, say.of(title)),
        rows: notice.items.iter().map(|item| Row::of(item, language)).collect(),
        outcome,
        undoable: !standing.undoable.is_empty(),
        is_receipted: outcome.changed && outcome.decision.is_receipted(),
        is_longer: outcome.decision == Decision::Extend,
        say: &say,
    };
    view.render().unwrap_or_default()
}

/// The page that an authenticity code leads to: the notice's true content with how it stands now, and
/// none of its secrets.
pub fn genuine(
    language: Language,
    notice: &Notice,
    standing: &Standing,
    is_current: bool,
) -> String {
    let say = notice.say(language);
    let view = GenuinePage {
        frame: Frame::new(&say, say.of("genuine-title")),
        lead: lead(notice, standing.phase, &say),
        facts: Facts::of(notice, &say),
        has_deadline: standing.has_deadline(),
        is_current,
        say: &say,
    };
    view.render().unwrap_or_default()
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
    view.render().unwrap_or_default()
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

/// An item with a number, for a row or a choice.
struct Row {
    no: u8,
    line: String,
    status: String,
}

impl Row {
    fn of(item: &NoticeItem, language: Language) -> Self {
        let status = Say::new(language).of(status_message(item.status));
        Self { no: item.no.0, line: item.line(language), status }
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
struct Facts {
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

impl Facts {
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
    facts: Facts,
    has_deadline: bool,
    refusable: Vec<Row>,
    undoable: Vec<Row>,
    problem: Option<Shown>,
    can_pass_on: bool,
    can_extend: bool,
}

impl DecisionPage<'_> {
    /// Whether the problem is with the code.
    fn code_wrong(&self) -> bool {
        self.problem.as_ref().is_some_and(|shown| shown.target == "code")
    }
}

#[derive(Template)]
#[template(path = "result.html")]
struct ResultPage<'a> {
    frame: Frame,
    say: &'a Say,
    rows: Vec<Row>,
    outcome: &'a Outcome,
    undoable: bool,
    is_receipted: bool,
    is_longer: bool,
}

#[derive(Template)]
#[template(path = "genuine.html")]
struct GenuinePage<'a> {
    frame: Frame,
    say: &'a Say,
    lead: String,
    facts: Facts,
    has_deadline: bool,
    is_current: bool,
}

#[derive(Template)]
#[template(path = "refusal.html")]
struct RefusalPage<'a> {
    frame: Frame,
    say: &'a Say,
    text: String,
}
