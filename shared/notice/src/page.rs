//! The pages: the decision page, its answers, and the page that tells a genuine notice. Plain HTML:
//! no script, nothing from elsewhere, forms that a keyboard and a printer can use.

use askama::Template;
use domain::calendar::Tz;
use domain::claim::{Instant, ItemStatus};
use domain::ids::ItemNo;
use domain::motive::Motive;

use crate::brand::{Brand, Logo};
use crate::calendar_table::{CalendarLeaf, CalendarTable};
use crate::code::{DECISION_CODE_DIGITS, UNDO_CODE_DIGITS};
use crate::content::{AnswerDeadline, Notice, NoticeItem, Term, counted_days, skipped_days};
use crate::dates;
use crate::html::render_html;
use crate::messages::Messages;
use crate::operator::Operator;
use crate::renewal::RenewalRows;
use crate::standing::{CustomerOptions, LinkRights, Phase};
use language::Language;

/// The headers that every page bears (`docs/architecture.md §5`).
pub fn page_headers(brand: &Brand) -> [(&'static str, &str); 9] {
    [
        ("content-type", "text/html; charset=utf-8"),
        ("content-security-policy", brand.content_policy()),
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
pub enum FormProblem {
    /// A code that cannot be one. It is no try.
    CodeMalformed {
        /// How many digits it has.
        digits: u32,
    },
    /// The code is not that of the mail.
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
    /// A reason that is not in the list.
    Reason,
    /// No decision, two, or one that is not there.
    Decision,
    /// What was asked is not possible as things stand.
    State,
}

impl FormProblem {
    fn problem_text(self, say: &Messages) -> String {
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
            Self::Reason => say.of("problem-motive"),
            Self::Decision => say.of("problem-decision"),
            Self::State => say.of("problem-state"),
        }
    }

    /// The field it leads to, in the form that was sent.
    fn target_field(self, form: Option<PageForm>, standing: &CustomerOptions) -> &'static str {
        match (self, form) {
            (
                Self::CodeMalformed { .. } | Self::CodeWrong { .. } | Self::CodeLocked { .. },
                Some(form),
            ) => form.code_field(),
            (Self::Items, Some(form)) => form.items_field(standing),
            (Self::Reason, Some(PageForm::Answer)) if standing.can_decline() => "reason",
            (Self::Reason | Self::Decision, Some(_)) => "answer",
            (Self::State, _) | (_, None) => "state",
        }
    }
}

/// A form that was not taken: it is shown again as it was sent, but for the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedForm {
    /// Why the form was not taken.
    pub problem: FormProblem,
    /// What was chosen in it.
    pub choices: FormChoices,
}

/// What was chosen in a form, as far as it makes sense.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FormChoices {
    /// What was asked, where that can be told.
    pub decision: Option<Decision>,
    /// The items that were chosen.
    pub items: Vec<ItemNo>,
    /// Why, where that was said.
    pub motive: Option<Motive>,
}

impl RefusedForm {
    /// The items that were chosen in that form, if it is the one.
    fn chosen_in(&self, form: PageForm) -> &[ItemNo] {
        let own = &self.choices;
        if own.decision.map(Decision::page_form) == Some(form) { &own.items } else { &[] }
    }
}

/// The forms of the page: one for the code of the notice, one for that of a receipt. The ids of their fields are
/// their own, whichever of them are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PageForm {
    Answer,
    Undo,
}

impl PageForm {
    fn code_field(self) -> &'static str {
        match self {
            Self::Answer => "code",
            Self::Undo => "undo-code",
        }
    }

    fn items_field(self, standing: &CustomerOptions) -> &'static str {
        match self {
            Self::Answer if standing.can_decline() => "items",
            Self::Answer => "answer",
            Self::Undo => "undo-items",
        }
    }
}

struct ShownProblem {
    text: String,
    target: &'static str,
}

/// The decision page: the question, what silence means, and the forms that fit.
pub fn render_decision(
    language: Language,
    notice: &Notice,
    standing: &CustomerOptions,
    refused: Option<&RefusedForm>,
) -> String {
    let say = notice.only_undecided().messages_in(language);
    let chosen = |form| refused.map(|refused| refused.chosen_in(form)).unwrap_or_default();
    let problem = refused.map(|refused| {
        let form = form_of(refused.choices.decision, standing);
        ShownProblem {
            text: refused.problem.problem_text(&say),
            target: refused.problem.target_field(form, standing),
        }
    });
    let view = DecisionPage {
        frame: PageFrame::new(&say, say.of("page-title"), &notice.operator),
        heading: say.of(phase_heading(standing.phase)),
        lead: lead_text(notice, standing.phase, &say),
        remark: link_remark(standing).map(|name| say.of(name)),
        facts: NoticeFacts::of(notice, standing, &say),
        can_agree: can_agree(standing),
        refusable: item_choices(notice, &standing.refusable, chosen(PageForm::Answer), language),
        joinable: item_choices(notice, &standing.joinable, chosen(PageForm::Answer), language),
        motives: motive_choices(refused.and_then(|refused| refused.choices.motive), &say),
        undoable: item_choices(notice, &standing.undoable, chosen(PageForm::Undo), language),
        problem,
        refusal_hint: standing.can_refuse.then(|| say.of(refusal_hint(standing.rights))),
        can_extend: standing.can_extend,
        say: &say,
    };
    render_html(&view)
}

/// The form of a decision, if the page still has it; else the first that it has.
fn form_of(decision: Option<Decision>, standing: &CustomerOptions) -> Option<PageForm> {
    let forms = [
        (PageForm::Answer, standing.can_decline() || standing.can_refuse || standing.can_extend),
        (PageForm::Undo, !standing.undoable.is_empty()),
    ];
    let there = forms.into_iter().filter(|(_, there)| *there).map(|(form, _)| form);
    let asked = decision.map(Decision::page_form);
    there.clone().find(|form| Some(*form) == asked).or_else(|| there.clone().next())
}

/// What has to be said of a link that is good for less than its recipient may expect.
fn link_remark(standing: &CustomerOptions) -> Option<&'static str> {
    match standing.rights {
        LinkRights::Refused => Some("page-link-refused"),
        LinkRights::Retired => Some("page-link-retired"),
        LinkRights::Erased => Some("page-link-erased"),
        LinkRights::Earlier => standing.can_decline().then_some("page-link-earlier"),
        LinkRights::Verified | LinkRights::Unverified => None,
    }
}

/// What follows when a recipient says that it is not the right person.
fn refusal_hint(rights: LinkRights) -> &'static str {
    match rights {
        LinkRights::Unverified => "wrong-contact-hint-unverified",
        LinkRights::Verified
        | LinkRights::Earlier
        | LinkRights::Refused
        | LinkRights::Retired
        | LinkRights::Erased => "wrong-contact-hint",
    }
}

/// Whether the reader may agree by doing nothing, and has to be told what that means: while silence is still to come.
fn can_agree(standing: &CustomerOptions) -> bool {
    matches!(standing.phase, Phase::Open | Phase::Late) && !standing.refusable.is_empty()
}

/// What the page is about, as things stand.
fn phase_heading(phase: Phase) -> &'static str {
    match phase {
        Phase::Open => "heading-open",
        Phase::Answered => "heading-answered",
        Phase::Late => "heading-late",
        Phase::Paused => "heading-paused",
        Phase::Review => "heading-review",
        Phase::Associated => "heading-associated",
        Phase::Declined => "heading-declined",
        Phase::Withdrawn => "heading-withdrawn",
        Phase::Rejected => "heading-rejected",
        Phase::Ended => "heading-ended",
        Phase::Discarded => "heading-discarded",
    }
}

fn lead_text(notice: &Notice, phase: Phase, say: &Messages) -> String {
    match phase {
        Phase::Open if notice.only_undecided().items.len() < notice.items.len() => {
            format!("{} {}", notice.silence_text(say), say.of("lead-partly"))
        }
        Phase::Open => notice.silence_text(say),
        Phase::Answered => say.of("lead-answered"),
        Phase::Late => say.of("lead-late"),
        Phase::Paused => say.of("lead-paused"),
        Phase::Review => say.of("lead-review"),
        Phase::Associated => say.of("lead-associated"),
        Phase::Declined if !is_declined_by_somebody(notice) => say.of("lead-lapsed"),
        Phase::Declined => say.of("lead-declined"),
        Phase::Withdrawn => say.of("lead-withdrawn"),
        Phase::Rejected => say.of("lead-rejected"),
        Phase::Ended => say.of("lead-ended"),
        Phase::Discarded => say.of("lead-discarded"),
    }
}

fn item_choices(
    notice: &Notice,
    numbers: &[ItemNo],
    chosen: &[ItemNo],
    language: Language,
) -> Vec<ItemChoice> {
    let offered = notice.items.iter().filter(|item| numbers.contains(&item.no));
    let choice = |item: &NoticeItem| ItemChoice {
        no: item.no.0,
        line: item.item_line(language),
        is_chosen: chosen.contains(&item.no),
    };
    offered.map(choice).collect()
}

/// Why a customer says no, in its language.
pub(crate) fn motive_choices(chosen: Option<Motive>, say: &Messages) -> Vec<MotiveChoice> {
    let choice = |motive: &Motive| MotiveChoice {
        value: motive.as_str(),
        text: say.of(&format!("motive-{}", motive.as_str().replace('_', "-"))),
        is_chosen: chosen == Some(*motive),
    };
    Motive::OF_CUSTOMER.iter().map(choice).collect()
}

/// What came of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionOutcome {
    /// What the form asked for.
    pub decision: Decision,
    /// Whether anything had to change for it.
    pub changed: bool,
    /// Whether it came before the deadline.
    pub in_time: bool,
    /// When the answer arrived.
    pub at: Instant,
    /// The receipt's number, where anything was recorded.
    pub receipt: Option<String>,
}

/// The decisions of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The items are declined, or their associations end.
    Decline,
    /// Not no any more.
    Undo,
    /// The recipient is not the right person.
    WrongContact,
    /// The window becomes longer, once in the life of a claim.
    Extend,
}

impl Decision {
    /// How many digits the code has that the decision asks for: an undo that of a receipt, any other the notice's.
    pub const fn code_digits(self) -> usize {
        match self {
            Self::Undo => UNDO_CODE_DIGITS,
            Self::Decline | Self::WrongContact | Self::Extend => DECISION_CODE_DIGITS,
        }
    }

    /// Every decision that a form can ask for.
    pub const ALL: [Self; 4] = [Self::Decline, Self::Undo, Self::WrongContact, Self::Extend];

    /// The name in the form.
    pub const fn as_str(self) -> &'static str {
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

    fn page_form(self) -> PageForm {
        match self {
            Self::Decline | Self::WrongContact | Self::Extend => PageForm::Answer,
            Self::Undo => PageForm::Undo,
        }
    }

    fn title_message(self) -> &'static str {
        match self {
            Self::Decline => "result-declined",
            Self::Undo => "result-undone",
            Self::WrongContact => "result-refused",
            Self::Extend => "result-extended",
        }
    }
}

/// The page after a decision, with its receipt.
pub fn render_result(
    language: Language,
    notice: &Notice,
    standing: &CustomerOptions,
    outcome: &DecisionOutcome,
) -> String {
    let say = with_moment(notice.messages_in(language), outcome.at, notice.zone);
    let title = if outcome.changed { outcome.decision.title_message() } else { "result-unchanged" };
    let view = ResultPage {
        frame: PageFrame::new(&say, say.of(title), &notice.operator),
        waiting: notice.waiting_text(language),
        rows: notice.items.iter().map(|item| ItemRow::of(item, language)).collect(),
        outcome,
        remark: link_remark(standing).map(|name| say.of(name)),
        undoable: outcome.decision == Decision::Decline && !standing.undoable.is_empty(),
        is_still_declined: outcome.decision == Decision::Undo && has_declined(notice),
        is_longer: outcome.decision == Decision::Extend,
        say: &say,
    };
    render_html(&view)
}

/// The same messages, knowing a moment by the customer's clocks.
fn with_moment(say: Messages, at: Instant, zone: Option<Tz>) -> Messages {
    let language = say.language();
    say.with_value("at-local", dates::format_local(language, at, zone.unwrap_or(Tz::UTC)))
        .with_value("at-utc", dates::format_utc(language, at))
}

/// Whether a "no" stands on an item.
fn has_declined(notice: &Notice) -> bool {
    notice.items.iter().any(|item| matches!(item.status, ItemStatus::Declined { .. }))
}

/// Whether somebody said no, and it was not silence.
fn is_declined_by_somebody(notice: &Notice) -> bool {
    let is_no =
        |item: &NoticeItem| matches!(item.status, ItemStatus::Declined { no_answer: false, .. });
    notice.items.iter().any(is_no)
}

/// The text of a notice as it was sent, without its links and codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentText {
    /// The language that the text is in.
    pub language: Language,
    /// The moment of sending.
    pub at: Instant,
    /// Subject and text, without links and codes.
    pub text: String,
}

/// The page that an authenticity code leads to: the notice's true content with how it stands now, and
/// none of its secrets. The `sent` text is the notice; where none was kept, the claim tells what it said.
pub fn render_authenticity(
    language: Language,
    notice: &Notice,
    standing: &CustomerOptions,
    is_current: bool,
    sent: Option<&SentText>,
) -> String {
    let say = notice.only_undecided().messages_in(language);
    let say = match sent {
        Some(sent) => with_moment(say, sent.at, notice.zone),
        None => say,
    };
    let view = GenuinePage {
        frame: PageFrame::new(&say, say.of("genuine-title"), &notice.operator),
        heading: say.of(phase_heading(standing.phase)),
        lead: lead_text(notice, standing.phase, &say),
        facts: NoticeFacts::of(notice, standing, &say),
        is_current,
        sent,
        say: &say,
    };
    render_html(&view)
}

/// Pages about no claim at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalReason {
    /// No such link or code: every one that is not ours, in one shape.
    NotFound,
    /// Neither opened nor a form sent.
    Method,
    /// A form that cannot be read.
    Form,
    /// The answer cannot be given now: it is worth trying again.
    Unavailable,
}

impl RefusalReason {
    /// What the status of an answer without a page of its own tells: whatever is neither 404 nor 503 is the form's.
    pub const fn of_status(status: u16) -> Self {
        match status {
            404 => Self::NotFound,
            503 => Self::Unavailable,
            _ => Self::Form,
        }
    }
}

/// A page that says why there is nothing else to see.
pub fn render_refusal(language: Language, refusal: RefusalReason, operator: &Operator) -> String {
    let say = Messages::from_operator(language, operator);
    let (title, text) = match refusal {
        RefusalReason::NotFound => ("error-not-found-title", "error-not-found"),
        RefusalReason::Method => ("error-method-title", "error-method"),
        RefusalReason::Form => ("error-form-title", "error-form"),
        RefusalReason::Unavailable => ("error-unavailable-title", "error-unavailable"),
    };
    let frame = PageFrame::new(&say, say.of(title), operator);
    render_html(&RefusalPage { frame, text: say.of(text), say: &say })
}

/// What every page has around it.
pub(crate) struct PageFrame<'a> {
    pub(crate) title: String,
    pub(crate) language: &'static str,
    pub(crate) style: &'a str,
    pub(crate) logo: Option<&'a Logo>,
    pub(crate) logo_alt: String,
    pub(crate) switches: Vec<(&'static str, String)>,
}

impl<'a> PageFrame<'a> {
    pub(crate) fn new(say: &Messages, title: String, operator: &'a Operator) -> Self {
        let others = Language::ALL.into_iter().filter(|other| *other != say.language());
        let switches =
            others.map(|other| (other.tag(), Messages::new(other).of("language-switch"))).collect();
        let (style, logo) = (operator.brand.style_sheet(), operator.brand.logo());
        let (language, logo_alt) = (say.language().tag(), say.of_attribute("logo-alt"));
        Self { title, language, style, logo, logo_alt, switches }
    }
}

/// An item that can be chosen.
struct ItemChoice {
    no: u8,
    line: String,
    is_chosen: bool,
}

/// A reason that can be chosen.
pub(crate) struct MotiveChoice {
    pub(crate) value: &'static str,
    pub(crate) text: String,
    pub(crate) is_chosen: bool,
}

/// An item and where it stands.
struct ItemRow {
    line: String,
    status: String,
}

impl ItemRow {
    fn of(item: &NoticeItem, language: Language) -> Self {
        let status = Messages::new(language).of(status_message(item.status));
        Self { line: item.item_line(language), status }
    }
}

fn status_message(status: ItemStatus) -> &'static str {
    match status {
        ItemStatus::Proposed => "status-proposed",
        ItemStatus::Pending => "status-pending",
        ItemStatus::Active { .. } => "status-active",
        ItemStatus::Declined { no_answer: true, .. } => "status-lapsed",
        ItemStatus::Declined { .. } => "status-declined",
        ItemStatus::Ended { .. } => "status-ended",
        ItemStatus::Dropped => "status-dropped",
        ItemStatus::Withdrawn => "status-withdrawn",
        ItemStatus::Rejected => "status-rejected",
    }
}

/// Whether the partner is official of what a page is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Partnership {
    /// It may still become official.
    ToCome,
    /// It is official now.
    Official,
    /// It is not, or not any more.
    Over,
}

impl Partnership {
    fn of(phase: Phase) -> Self {
        match phase {
            Phase::Open | Phase::Answered | Phase::Late | Phase::Paused | Phase::Review => {
                Self::ToCome
            }
            Phase::Associated => Self::Official,
            Phase::Declined
            | Phase::Rejected
            | Phase::Withdrawn
            | Phase::Discarded
            | Phase::Ended => Self::Over,
        }
    }

    fn is_to_come(self) -> bool {
        self == Self::ToCome
    }

    fn is_official(self) -> bool {
        self == Self::Official
    }
}

/// What a notice says, for a page.
struct NoticeFacts {
    rows: Vec<ItemRow>,
    has_contact: bool,
    partnership: Partnership,
    /// What the partner has and asks for, where it renews.
    renewal: Option<RenewalRows>,
    /// Whether the time that it would last has to be told: before the partner is official.
    has_term: bool,
    /// Whether a deadline runs that the customer has to know.
    has_deadline: bool,
    /// The message that tells its last day.
    deadline: &'static str,
    /// The message that tells how many days there are, where that is known.
    rule: Option<&'static str>,
    leaf: Option<CalendarLeaf>,
    days: Option<WindowDays>,
    picture: Option<CalendarTable>,
}

struct WindowDays {
    counted: String,
    skipped: String,
}

impl NoticeFacts {
    fn of(notice: &Notice, standing: &CustomerOptions, say: &Messages) -> Self {
        let (language, window) = (say.language(), notice.deadline.window());
        let has_deadline = standing.has_deadline();
        let partnership = Partnership::of(standing.phase);
        let days = |window| WindowDays {
            counted: counted_days(language, window).join(", "),
            skipped: skipped_days(language, window).join(", "),
        };
        Self {
            rows: notice.items.iter().map(|item| ItemRow::of(item, language)).collect(),
            has_contact: notice.partner_contact.is_some(),
            partnership,
            renewal: RenewalRows::of(notice, say).filter(|_| partnership.is_to_come()),
            has_term: partnership.is_to_come() && notice.term != Term::Unknown,
            has_deadline,
            deadline: match notice.deadline {
                AnswerDeadline::Exact(_) => "deadline-exact",
                AnswerDeadline::AtLeast(_) | AnswerDeadline::Unset => "deadline-least",
            },
            rule: notice.rule_message(),
            leaf: window.filter(|_| has_deadline).map(|window| CalendarLeaf::of(say, window)),
            days: window.map(days),
            picture: window.and_then(|window| CalendarTable::of(language, window)),
        }
    }
}

#[derive(Template)]
#[template(path = "decision.html")]
struct DecisionPage<'a> {
    frame: PageFrame<'a>,
    say: &'a Messages,
    heading: String,
    lead: String,
    remark: Option<String>,
    facts: NoticeFacts,
    can_agree: bool,
    refusable: Vec<ItemChoice>,
    joinable: Vec<ItemChoice>,
    motives: Vec<MotiveChoice>,
    undoable: Vec<ItemChoice>,
    problem: Option<ShownProblem>,
    refusal_hint: Option<String>,
    can_extend: bool,
}

impl DecisionPage<'_> {
    fn can_decline(&self) -> bool {
        !self.refusable.is_empty() || !self.joinable.is_empty()
    }

    /// Whether there is anything that takes the code of the notice.
    fn can_answer(&self) -> bool {
        self.can_decline() || self.has_other()
    }

    fn has_other(&self) -> bool {
        self.refusal_hint.is_some() || self.can_extend
    }

    /// What is wrong with that field, if it is the one with the problem.
    fn field_problem(&self, field: &str) -> Option<&str> {
        self.problem.as_ref().filter(|_| self.is_wrong(field)).map(|shown| shown.text.as_str())
    }

    /// Whether that field is the one with the problem.
    fn is_wrong(&self, field: &str) -> bool {
        self.problem.as_ref().is_some_and(|shown| shown.target == field)
    }
}

#[derive(Template)]
#[template(path = "result.html")]
struct ResultPage<'a> {
    frame: PageFrame<'a>,
    say: &'a Messages,
    waiting: String,
    rows: Vec<ItemRow>,
    outcome: &'a DecisionOutcome,
    remark: Option<String>,
    undoable: bool,
    is_still_declined: bool,
    is_longer: bool,
}

#[derive(Template)]
#[template(path = "genuine.html")]
struct GenuinePage<'a> {
    frame: PageFrame<'a>,
    say: &'a Messages,
    heading: String,
    lead: String,
    facts: NoticeFacts,
    is_current: bool,
    sent: Option<&'a SentText>,
}

#[derive(Template)]
#[template(path = "refusal.html")]
struct RefusalPage<'a> {
    frame: PageFrame<'a>,
    say: &'a Messages,
    text: String,
}
