//! The pages of a customer's overview: who sees the customer's data and who asks to, and one form that only takes away
//! (`docs/domain.md §5.10`). Plain HTML, as every page: no script, nothing from elsewhere.

use std::collections::BTreeMap;

use askama::Template;
use chrono::NaiveDate;
use domain::calendar::Tz;
use domain::claim::{Basis, Instant, ItemStatus};
use domain::ids::{AssociationId, ItemNo, PartnerId};
use domain::motive::Motive;
use domain::overview::MOST_ENDS;
use domain::text::isolation::isolate_name;

use crate::content::{Notice, NoticeItem, day_before};
use crate::dates;
use crate::html::render_html;
use crate::messages::Messages;
use crate::operator::Operator;
use crate::page::{MotiveChoice, PageFrame, motive_choices};
use crate::usage_line::UsageLine;
use language::Language;

/// Everything that an overview shows of a tenant.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The name of the customer.
    pub tenant: String,
    /// By whose clocks moments are told: the customer's, where they are known.
    pub zone: Option<Tz>,
    /// Every partner that sees something, asks to, has looked, or is blocked.
    pub partners: Vec<OverviewPartner>,
    /// Whether silence is a no in every program already.
    pub asks_for_yes: bool,
    /// Whether there are more claims than are shown.
    pub has_more: bool,
    /// The first instant at which the link is over.
    pub ends_at: Instant,
}

/// What stands between the customer and one partner.
#[derive(Debug, Clone)]
pub struct OverviewPartner {
    /// The id of the partner.
    pub id: PartnerId,
    /// Its name, or its id where nothing says the name.
    pub name: String,
    /// Whether it may claim nothing.
    pub is_blocked: bool,
    /// Its claims of which something runs or waits.
    pub claims: Vec<OverviewClaim>,
    /// The last day on which it has looked at what it could claim, without a claim.
    pub looked_on: Option<NaiveDate>,
}

/// A claim of which something runs or waits.
#[derive(Debug, Clone)]
pub struct OverviewClaim {
    /// What its notice says, as things stand.
    pub notice: Notice,
    /// When the term of its associations ends, if they have one.
    pub term_ends_at: Option<Instant>,
    /// What is known of the items whose associations run.
    pub running: BTreeMap<ItemNo, RunningItem>,
}

/// What is known of an item whose association runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunningItem {
    /// When the partner last read its data; `None`: never.
    pub last_read_at: Option<Instant>,
    /// How many people used it on each day that has a count, oldest first; `None` on a day: too few to be shown.
    pub usage: Vec<(NaiveDate, Option<u32>)>,
}

/// What a form of the overview asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OverviewChoices {
    /// The associations that are to end.
    pub ends: Vec<AssociationId>,
    /// Why they end, where that was said.
    pub motive: Option<Motive>,
    /// The partners that are to claim nothing.
    pub blocks: Vec<PartnerId>,
    /// Whether silence is to be a no in every program.
    pub asks_for_yes: bool,
}

/// Why a form was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverviewProblem {
    /// A code that cannot be one.
    CodeMalformed,
    /// The code is not that of the mail.
    CodeWrong,
    /// As many forms came by this link as may.
    FormsUsedUp,
    /// The form names neither a partner nor an act.
    Nothing,
    /// More associations than one form ends.
    TooMany,
    /// Something that this page does not offer.
    Unknown,
    /// As many partners are blocked as there may be.
    BlocksFull,
    /// It is not certain that all of it was done.
    Unfinished,
}

impl OverviewProblem {
    fn message(self) -> &'static str {
        match self {
            Self::CodeMalformed => "problem-code-malformed",
            Self::CodeWrong => "overview-problem-code",
            Self::FormsUsedUp => "overview-problem-used-up",
            Self::Nothing => "overview-problem-nothing",
            Self::TooMany => "overview-problem-too-many",
            Self::Unknown => "overview-problem-unknown",
            Self::BlocksFull => "overview-problem-blocks",
            Self::Unfinished => "overview-problem-unfinished",
        }
    }

    fn field(self) -> &'static str {
        match self {
            Self::CodeMalformed | Self::CodeWrong | Self::FormsUsedUp => "code",
            Self::Nothing | Self::TooMany | Self::Unknown | Self::BlocksFull | Self::Unfinished => {
                "choices"
            }
        }
    }
}

/// A form that was not taken: it is shown again as it was sent, but for the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedOverviewForm {
    /// Why it was not taken.
    pub problem: OverviewProblem,
    /// What was chosen, so that the form shows it again.
    pub choices: OverviewChoices,
}

/// The page that asks for an address.
pub fn render_request(language: Language, operator: &Operator) -> String {
    let say = Messages::from_operator(language, operator);
    let frame = PageFrame::new(&say, say.of("overview-request-title"), operator);
    render_html(&RequestPage { frame, say: &say })
}

/// The page after it, the same for every address.
pub fn render_requested(language: Language, operator: &Operator) -> String {
    let say = Messages::from_operator(language, operator);
    let frame = PageFrame::new(&say, say.of("overview-requested-title"), operator);
    render_html(&RequestedPage { frame, say: &say })
}

/// The page of a link that is over, or is none.
pub fn render_no_overview(language: Language, operator: &Operator) -> String {
    let say = Messages::from_operator(language, operator);
    let frame = PageFrame::new(&say, say.of("overview-over-title"), operator);
    render_html(&OverPage { frame, say: &say })
}

/// The overview, with what it takes away.
pub fn render_overview(
    language: Language,
    overview: &Overview,
    operator: &Operator,
    refused: Option<&RefusedOverviewForm>,
) -> String {
    let say = overview.messages_in(language, operator);
    let nothing = OverviewChoices::default();
    let chosen = refused.map_or(&nothing, |refused| &refused.choices);
    let partners: Vec<_> =
        overview.partners.iter().map(|own| PartnerCard::of(own, overview.zone, language)).collect();
    let problem = refused.map(|refused| ProblemText {
        text: say.of(refused.problem.message()),
        field: refused.problem.field(),
    });
    let page = OverviewPage {
        frame: PageFrame::new(&say, say.of("overview-title"), operator),
        ends: end_choices(overview, chosen, language),
        blocks: block_choices(overview, chosen),
        motives: motive_choices(chosen.motive, &say),
        asks: (!overview.asks_for_yes).then_some(chosen.asks_for_yes),
        has_more: overview.has_more,
        partners,
        problem,
        say: &say,
    };
    render_html(&page)
}

/// The page after a form was taken: what it did.
pub fn render_taken_away(
    language: Language,
    overview: &Overview,
    operator: &Operator,
    done: &OverviewChoices,
    at: Instant,
) -> String {
    let zone = overview.zone.unwrap_or(Tz::UTC);
    let say = overview
        .messages_in(language, operator)
        .with_value("at-local", dates::format_local(language, at, zone))
        .with_value("at-utc", dates::format_utc(language, at));
    let names: BTreeMap<_, _> = overview.partners.iter().map(|own| (&own.id, &own.name)).collect();
    let mut lines: Vec<_> = end_choices(overview, done, language)
        .into_iter()
        .filter(|choice| choice.is_chosen)
        .map(|choice| say.of_text("overview-ended", "what", &choice.line))
        .collect();
    let blocked = done.blocks.iter().filter_map(|id| names.get(id));
    lines.extend(
        blocked.map(|name| say.of_text("overview-blocked", "partner", &isolate_name(name))),
    );
    lines.extend(done.asks_for_yes.then(|| say.of("overview-asked")));
    let frame = PageFrame::new(&say, say.of("overview-taken-title"), operator);
    render_html(&TakenPage { frame, lines, say: &say })
}

impl Overview {
    fn messages_in(&self, language: Language, operator: &Operator) -> Messages {
        let zone = self.zone.unwrap_or(Tz::UTC);
        Messages::from_operator(language, operator)
            .with_name("tenant", &self.tenant)
            .with_value("digits", 6)
            .with_value("most", MOST_ENDS)
            .with_value("link-end", dates::format_local(language, self.ends_at, zone))
    }
}

/// The associations that can be ended, each with whose it is.
fn end_choices(
    overview: &Overview,
    chosen: &OverviewChoices,
    language: Language,
) -> Vec<OverviewChoice> {
    let mut choices = Vec::new();
    for partner in &overview.partners {
        for claim in &partner.claims {
            let name = isolate_name(&partner.name);
            let running = claim.notice.items.iter().filter(|own| is_running(own));
            choices.extend(running.map(|item| {
                let id = AssociationId { claim: claim.notice.claim.clone(), item: item.no };
                OverviewChoice {
                    line: format!("{name}: {}", item.item_line(language)),
                    is_chosen: chosen.ends.contains(&id),
                    value: id.to_string(),
                }
            }));
        }
    }
    choices
}

/// The partners that can be blocked.
fn block_choices(overview: &Overview, chosen: &OverviewChoices) -> Vec<OverviewChoice> {
    let open = overview.partners.iter().filter(|own| !own.is_blocked);
    open.map(|own| OverviewChoice {
        line: isolate_name(&own.name),
        is_chosen: chosen.blocks.contains(&own.id),
        value: own.id.to_string(),
    })
    .collect()
}

fn is_running(item: &NoticeItem) -> bool {
    matches!(item.status, ItemStatus::Active { .. })
}

/// Something that can be chosen.
struct OverviewChoice {
    value: String,
    line: String,
    is_chosen: bool,
}

struct ProblemText {
    text: String,
    field: &'static str,
}

/// A partner, for the page.
struct PartnerCard {
    name: String,
    remarks: Vec<String>,
    claims: Vec<ClaimCard>,
}

/// A claim of a partner, for the page.
struct ClaimCard {
    /// What the partner sees, where something runs.
    sees: Option<String>,
    items: Vec<RunningCard>,
    /// What waits, and what silence does.
    waiting: Option<String>,
}

/// An association, for the page.
struct RunningCard {
    line: String,
    rows: Vec<(String, String)>,
    usage: UsageLine,
}

impl PartnerCard {
    fn of(partner: &OverviewPartner, zone: Option<Tz>, language: Language) -> Self {
        let say = Messages::new(language).with_name("partner", &partner.name);
        let mut remarks = Vec::new();
        remarks.extend(partner.is_blocked.then(|| say.of("overview-is-blocked")));
        let looked = partner.looked_on.map(|day| dates::format_date(language, day));
        remarks.extend(looked.map(|day| say.of_text("overview-looked", "date", &day)));
        if partner.claims.is_empty() {
            remarks.push(say.of("overview-sees-nothing"));
        }
        let claims = partner.claims.iter().map(|claim| ClaimCard::of(claim, zone, language));
        Self { name: isolate_name(&partner.name), remarks, claims: claims.collect() }
    }
}

impl ClaimCard {
    fn of(claim: &OverviewClaim, zone: Option<Tz>, language: Language) -> Self {
        let notice = &claim.notice;
        let say = notice.messages_in(language);
        let running: Vec<_> = notice.items.iter().filter(|own| is_running(own)).collect();
        let has_waiting = notice.items.iter().any(NoticeItem::is_undecided);
        let items = running.iter().map(|item| RunningCard::of(claim, item, zone, &say)).collect();
        Self {
            sees: (!running.is_empty()).then(|| say.of("overview-sees")),
            items,
            waiting: has_waiting.then(|| notice.waiting_text(language)),
        }
    }
}

impl RunningCard {
    fn of(claim: &OverviewClaim, item: &NoticeItem, zone: Option<Tz>, say: &Messages) -> Self {
        let language = say.language();
        let zone = claim.notice.zone.or(zone).unwrap_or(Tz::UTC);
        let moment = |at| dates::format_local(language, at, zone);
        let known = claim.running.get(&item.no).cloned().unwrap_or_default();
        let until = match claim.term_ends_at.map(|at| day_before(at, zone)) {
            Some(last) => {
                let last = dates::format_end_of_day(language, last);
                say.of_text("overview-until-term", "term-last", &last)
            }
            None => say.of("overview-until-ended"),
        };
        let read = known.last_read_at.map_or_else(|| say.of("overview-never-read"), moment);
        let mut rows = vec![(say.of("overview-program"), say.of("overview-program-name"))];
        if let ItemStatus::Active { basis, effective_at } = item.status {
            let basis = match basis {
                Basis::Deemed => "overview-basis-deemed",
                Basis::Explicit => "overview-basis-explicit",
            };
            rows.push((say.of("overview-since"), moment(effective_at)));
            rows.push((say.of("overview-basis"), say.of(basis)));
        }
        rows.push((say.of("overview-until"), until));
        rows.push((say.of("overview-last-read"), read));
        let line = item.item_line(language);
        Self { usage: UsageLine::of(&known.usage, language), line, rows }
    }
}

#[derive(Template)]
#[template(path = "overview_request.html")]
struct RequestPage<'a> {
    frame: PageFrame<'a>,
    say: &'a Messages,
}

#[derive(Template)]
#[template(path = "overview_requested.html")]
struct RequestedPage<'a> {
    frame: PageFrame<'a>,
    say: &'a Messages,
}

#[derive(Template)]
#[template(path = "overview_over.html")]
struct OverPage<'a> {
    frame: PageFrame<'a>,
    say: &'a Messages,
}

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewPage<'a> {
    frame: PageFrame<'a>,
    say: &'a Messages,
    partners: Vec<PartnerCard>,
    ends: Vec<OverviewChoice>,
    blocks: Vec<OverviewChoice>,
    motives: Vec<MotiveChoice>,
    /// Whether a yes can be asked for, and whether that is chosen.
    asks: Option<bool>,
    has_more: bool,
    problem: Option<ProblemText>,
}

impl OverviewPage<'_> {
    fn is_wrong(&self, field: &str) -> bool {
        self.problem.as_ref().is_some_and(|shown| shown.field == field)
    }

    fn has_choices(&self) -> bool {
        !self.ends.is_empty() || !self.blocks.is_empty() || self.asks.is_some()
    }
}

#[derive(Template)]
#[template(path = "overview_taken.html")]
struct TakenPage<'a> {
    frame: PageFrame<'a>,
    say: &'a Messages,
    lines: Vec<String>,
}
