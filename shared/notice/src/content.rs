//! What a notice says (`docs/domain.md §5`), as values: who claims, which items, until when, and what
//! silence means.

use chrono::{Duration, NaiveDate};
use domain::calendar::{SkipReason, SkippedDay, Tz, Window, Zone, months_after};
use domain::claim::{Claim, Instant, Item, ItemStatus, PartnerContact, State};
use domain::context::LocalCalendar;
use domain::directory::Tenant;
use domain::ids::{ClaimId, ItemNo, NoticeNo};
use domain::program::{Consent, ItemKind, NamesByLanguage, Policy, Program, UsageHistory};
use domain::text::Name;
use domain::text::isolation::isolate_name;

use crate::dates;
use crate::keys::LinkKeys;
use crate::link::Link;
use crate::messages::Messages;
use crate::operator::Operator;
use language::{Language, TextSet};

/// Until when the customer can say no before silence counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerDeadline {
    /// Counted from sending: the real one begins with the delivery, so it is not earlier.
    AtLeast(Window),
    /// The window of a delivered notice.
    Exact(Window),
    /// None runs: the claim is paused, or the calendar's data ends too soon.
    Unset,
}

impl AnswerDeadline {
    /// The deadline as a notice that goes out at `sent_at` can promise it.
    pub fn at_least(sent_at: Instant, place: &LocalCalendar, policy: &Policy) -> Self {
        let window = place.open_window(sent_at, policy.window_business_days);
        window.map_or(Self::Unset, Self::AtLeast)
    }

    /// The same, never before an end that was told already.
    #[must_use]
    pub fn not_before(self, told: Option<Instant>) -> Self {
        match (self, told) {
            (Self::AtLeast(window), Some(told)) => {
                let closes_at = window.closes_at.max(told);
                Self::AtLeast(Window { closes_at, ..window })
            }
            (other @ (Self::AtLeast(_) | Self::Exact(_) | Self::Unset), _) => other,
        }
    }

    /// The claim's own deadline, where a window runs or has run; while its notice is on its way, what one
    /// promises that was `sent` then to a customer of that place; otherwise none.
    pub fn of(claim: &Claim, sent: Option<(Instant, &LocalCalendar)>, policy: &Policy) -> Self {
        match (claim.state.window(), sent) {
            (Some(window), _) => Self::Exact(window.clone()),
            (None, Some((sent_at, place))) => Self::at_least(sent_at, place, policy),
            (None, None) => Self::Unset,
        }
    }

    /// Whether it says that there is time for longer than until `moment`.
    pub fn ends_after(&self, moment: Instant) -> bool {
        self.window().is_some_and(|window| window.closes_at > moment)
    }

    /// The days behind the deadline.
    pub fn window(&self) -> Option<&Window> {
        match self {
            Self::AtLeast(window) | Self::Exact(window) => Some(window),
            Self::Unset => None,
        }
    }

    fn certainty_name(&self) -> &'static str {
        match self {
            Self::AtLeast(_) => "least",
            Self::Exact(_) => "exact",
            Self::Unset => "none",
        }
    }
}

/// An item, as the customer reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeItem {
    /// Its number in the claim.
    pub no: ItemNo,
    /// Whether the item is a workload or a subscription.
    pub kind: ItemKind,
    /// Its id at the tenant.
    pub id: String,
    /// What was bought, where the directory knows it.
    pub product: Option<String>,
    /// What customers call it, where the program's entry says so.
    pub names: NamesByLanguage,
    /// How the item stands in the claim.
    pub status: ItemStatus,
}

/// A notice. Its frozen part is what the claim's content hash covers; names are those of the submit.
#[derive(Debug, Clone)]
pub struct Notice {
    /// The claim that the notice is about.
    pub claim: ClaimId,
    /// The number of the notice in its claim, from 1 on.
    pub no: NoticeNo,
    /// The name of the partner that claims.
    pub partner: String,
    /// Whom to ask there.
    pub partner_contact: Option<PartnerContact>,
    /// The name of the customer whose items are claimed.
    pub tenant: String,
    /// By which domain, in both spellings where they differ.
    pub domain: String,
    /// The name of the program, for languages without one of their own.
    pub program: String,
    /// What the program is called in other languages.
    pub program_names: NamesByLanguage,
    /// What is claimed; dropped items are left out.
    pub items: Vec<NoticeItem>,
    /// What silence in the window means for undecided items.
    pub consent: Consent,
    /// How many business days the customer has.
    pub days: u32,
    /// The end of the window: exact, at the earliest, or not set.
    pub deadline: AnswerDeadline,
    /// Which days of usage the partner may read, where the policy is known.
    pub usage_history: Option<UsageHistory>,
    /// How long the association lasts, or would last.
    pub term: Term,
    /// What the partner has that it asks to go on with.
    pub renewed: Option<RenewedTerm>,
    /// By whose clocks moments are told: the customer's, where they are known.
    pub zone: Option<Tz>,
    /// The operator, whose name every mail and page bears.
    pub operator: Operator,
}

/// How long an association lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// Until somebody ends it.
    Unlimited,
    /// So many calendar months from a deadline that is not exact yet.
    Months(u32),
    /// Until the end of that day.
    Until(NaiveDate),
    /// The policy is not known.
    Unknown,
}

impl Term {
    /// The term of a claim's associations: as it runs, else as the policy lets it begin at the end of the window.
    fn of(claim: &Claim, deadline: &AnswerDeadline, policy: &Policy) -> Self {
        if let State::Associated { ends_at, window } = &claim.state {
            let zone = window.as_ref().map_or(Tz::UTC, |window| window.time_zone);
            return ends_at.map_or(Self::Unlimited, |at| Self::Until(day_before(at, zone)));
        }
        let Some(months) = policy.term_months else { return Self::Unlimited };
        match deadline {
            AnswerDeadline::Exact(window) => {
                let end = months_after(window.closes_at, months, window.time_zone);
                end.map_or(Self::Unlimited, |at| Self::Until(day_before(at, window.time_zone)))
            }
            AnswerDeadline::AtLeast(_) | AnswerDeadline::Unset => Self::Months(months),
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Unlimited => "unlimited",
            Self::Months(_) => "months",
            Self::Until(_) => "until",
            Self::Unknown => "unknown",
        }
    }
}

/// The local day that ends at an instant, or in which it lies.
pub(crate) fn day_before(at: Instant, zone: Tz) -> NaiveDate {
    zone.local_date(at - Duration::milliseconds(1))
}

/// What a partner has, that asks to go on with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewedTerm {
    /// The items whose association runs.
    pub items: Vec<NoticeItem>,
    /// The last day of their term.
    pub until: NaiveDate,
}

impl Notice {
    /// The notice of that number, with a deadline.
    pub fn of(
        claim: &Claim,
        no: NoticeNo,
        directory: &Directory<'_>,
        operator: &Operator,
        deadline: AnswerDeadline,
    ) -> Self {
        let item = |item: &Item| notice_item(claim, item, Some(directory));
        let window = claim.state.window().map(|window| window.time_zone);
        Self {
            claim: claim.id.clone(),
            no,
            partner: claim.details.partner_name.as_str().to_owned(),
            partner_contact: claim.details.partner_contact.clone(),
            tenant: claim.details.tenant_name.as_str().to_owned(),
            domain: claim.details.tenant_domain.to_printed(),
            program: directory.program.name.as_str().to_owned(),
            program_names: directory.program.names.clone(),
            items: claim.kept_items().map(item).collect(),
            consent: claim.consent(directory.policy),
            days: directory.policy.window_business_days,
            term: Term::of(claim, &deadline, directory.policy),
            renewed: None,
            zone: window.or(directory.tenant.time_zone),
            deadline,
            usage_history: Some(directory.policy.usage_history),
            operator: operator.clone(),
        }
    }

    /// What can be said of a claim where the directory does not answer: its items by their ids, and
    /// its own deadline.
    pub fn from_claim_alone(claim: &Claim, no: NoticeNo, operator: &Operator) -> Self {
        let consent = if claim.subject.explicit_yes { Consent::OptIn } else { Consent::OptOut };
        Self {
            claim: claim.id.clone(),
            no,
            partner: claim.details.partner_name.as_str().to_owned(),
            partner_contact: claim.details.partner_contact.clone(),
            tenant: claim.details.tenant_name.as_str().to_owned(),
            domain: claim.details.tenant_domain.to_printed(),
            program: claim.subject.program.as_str().to_owned(),
            program_names: NamesByLanguage::default(),
            items: claim.kept_items().map(|item| notice_item(claim, item, None)).collect(),
            consent,
            days: 0,
            deadline: claim
                .state
                .window()
                .cloned()
                .map_or(AnswerDeadline::Unset, AnswerDeadline::Exact),
            usage_history: None,
            term: Term::Unknown,
            renewed: None,
            zone: claim.state.window().map(|window| window.time_zone),
            operator: operator.clone(),
        }
    }

    /// The notice of what is left to decide: of the items that nobody has decided, where there are any.
    pub(crate) fn only_undecided(&self) -> Self {
        let mut left = self.clone();
        left.items.retain(NoticeItem::is_undecided);
        if left.items.is_empty() { self.clone() } else { left }
    }

    /// Which items nobody has decided, and what silence will do about them.
    pub(crate) fn waiting_text(&self, language: Language) -> String {
        let items: Vec<_> = self.items.iter().filter(|item| item.is_undecided()).collect();
        let lines: Vec<_> = items.iter().map(|item| item.item_line(language)).collect();
        let say = self.messages_in(language).with_value("count", lines.len());
        let say = say.with_value("items", lines.join(", "));
        say.of(match (lines.is_empty(), self.consent) {
            (true, _) => "waiting-none",
            (false, Consent::OptOut) => "waiting-opt-out",
            (false, Consent::OptIn) => "waiting-opt-in",
        })
    }

    /// The messages of a language, knowing this notice.
    pub(crate) fn messages_in(&self, language: Language) -> Messages {
        let program = self.program_names.exact_name(language.tag());
        let say = Messages::from_operator(language, &self.operator)
            .with_name("partner", &self.partner)
            .with_name("tenant", &self.tenant)
            .with_value("domain", self.domain.clone())
            .with_name("program", program.map_or(&self.program, Name::as_str))
            .with_value("count", self.items.len())
            .with_value("days", self.days)
            .with_value("consent", self.consent.as_str())
            .with_value("history", self.usage_history.map_or("unknown", UsageHistory::as_str))
            .with_value("certainty", self.deadline.certainty_name())
            .with_value("term", self.term.as_str())
            .with_value("renews", if self.renewed.is_some() { "yes" } else { "no" });
        let say = match self.term {
            Term::Months(months) => say.with_value("months", months),
            Term::Until(day) => say.with_value("term-end", dates::format_end_of_day(language, day)),
            Term::Unlimited | Term::Unknown => say,
        };
        let say = match &self.partner_contact {
            Some(contact) => say
                .with_name("contact-name", contact.name.as_str())
                .with_value("contact-email", contact.email.to_printed()),
            None => say,
        };
        match self.deadline.window() {
            Some(window) => with_window_values(say, window),
            None => say,
        }
    }

    /// What silence means, in a sentence.
    pub(crate) fn silence_text(&self, say: &Messages) -> String {
        say.of(match self.consent {
            Consent::OptOut => "silence-opt-out",
            Consent::OptIn => "silence-opt-in",
        })
    }

    /// The message that tells how many days the customer has, or had before the window became longer; `None` where the
    /// policy is not known.
    pub(crate) fn rule_message(&self) -> Option<&'static str> {
        let counted = self.deadline.window().map_or(0, |window| window.counted.len());
        let is_longer = u32::try_from(counted).is_ok_and(|counted| counted > self.days);
        let rule = if is_longer { "deadline-longer" } else { "deadline-rule" };
        (self.days > 0).then_some(rule)
    }

    /// The items as the customer reads them, in the claim's order.
    pub(crate) fn item_lines(&self, language: Language) -> Vec<String> {
        self.items.iter().map(|item| item.item_line(language)).collect()
    }
}

/// What the directory knows of a claim's tenant and program, and the policy the claim is pinned to.
#[derive(Debug, Clone, Copy)]
pub struct Directory<'a> {
    /// The tenant's entry in the directory.
    pub tenant: &'a Tenant,
    /// The program's entry in the directory.
    pub program: &'a Program,
    /// The policy of the claim.
    pub policy: &'a Policy,
}

pub(crate) fn notice_item(
    claim: &Claim,
    item: &Item,
    directory: Option<&Directory<'_>>,
) -> NoticeItem {
    let known = directory.and_then(|own| own.tenant.find_item(&claim.item_ref(item)));
    let product = known.map(|known| known.product.as_str().to_owned());
    let in_catalogue = match claim.subject.kind {
        ItemKind::Workload => Some(item.id.as_str()),
        ItemKind::Subscription => product.as_deref(),
    };
    let names = directory.zip(in_catalogue).map(|(own, id)| own.program.names_of(id).clone());
    NoticeItem {
        no: item.no,
        kind: claim.subject.kind,
        id: item.id.as_str().to_owned(),
        names: names.unwrap_or_default(),
        product,
        status: claim.item_status(item),
    }
}

impl NoticeItem {
    /// Whether nobody has decided it.
    pub(crate) fn is_undecided(&self) -> bool {
        matches!(self.status, ItemStatus::Proposed | ItemStatus::Pending)
    }

    /// The item in words.
    pub(crate) fn item_line(&self, language: Language) -> String {
        let say = Messages::new(language).with_name("id", &self.id);
        let name = self.names.of(language.tag()).map(Name::as_str);
        match (self.kind, &self.product) {
            (ItemKind::Subscription, Some(product)) => {
                say.with_name("product", name.unwrap_or(product)).of("item-subscription")
            }
            (ItemKind::Subscription, None) => say.of("item-unknown"),
            (ItemKind::Workload, _) => {
                say.with_name("name", name.unwrap_or(&self.id)).of("item-workload")
            }
        }
    }
}

/// By whose clocks a claim's customer is told moments: those of the window, else the customer's own. UTC, where the
/// customer has several zones.
pub fn zone_of(claim: &Claim, place: &LocalCalendar) -> Tz {
    match (claim.state.window(), &place.zone) {
        (Some(window), _) => window.time_zone,
        (None, Zone::Known(zone)) => *zone,
        (None, Zone::AnyOf(_)) => Tz::UTC,
    }
}

/// The last day, and the instant after it in the customer's zone and in UTC.
fn with_window_values(say: Messages, window: &Window) -> Messages {
    let language = say.language();
    let last = last_day(window);
    say.with_value("deadline-end", dates::format_end_of_day(language, last))
        .with_value("deadline-date", dates::format_date(language, last))
        .with_value(
            "deadline-local",
            dates::format_local(language, window.closes_at, window.time_zone),
        )
        .with_value("deadline-utc", dates::format_utc(language, window.closes_at))
}

/// The last local day before the end. That is the last day that counts, or a later one where an end was told
/// before that comes later.
pub(crate) fn last_day(window: &Window) -> NaiveDate {
    let counted = window.last_counted().unwrap_or_else(|| window.day_zero());
    counted.max(day_before(window.closes_at, window.time_zone))
}

/// The counted days of a window, in words.
pub(crate) fn counted_days(language: Language, window: &Window) -> Vec<String> {
    window.counted.iter().map(|date| dates::format_day(language, *date)).collect()
}

/// The days of a window that do not count, each with its reason.
pub(crate) fn skipped_days(language: Language, window: &Window) -> Vec<String> {
    let line = |skipped: &SkippedDay| {
        format!(
            "{} ({})",
            dates::format_day(language, skipped.date),
            skip_reason(language, skipped)
        )
    };
    window.skipped.iter().map(line).collect()
}

/// Those of them that the operator added to the calendar.
pub(crate) fn added_days(language: Language, window: &Window) -> Vec<String> {
    let added = window.skipped.iter().filter(|day| day.reason == SkipReason::Exception);
    let line = |day: &SkippedDay| match &day.name {
        Some(name) => {
            format!(
                "{} ({})",
                dates::format_day(language, day.date),
                isolate_name(&holiday_name(language, name))
            )
        }
        None => dates::format_day(language, day.date),
    };
    added.map(line).collect()
}

fn skip_reason(language: Language, skipped: &SkippedDay) -> String {
    let reason = Messages::new(language).of(match skipped.reason {
        SkipReason::Weekend => "skipped-weekend",
        SkipReason::Holiday => "skipped-holiday",
        SkipReason::Closure => "skipped-closure",
        SkipReason::Exception => "skipped-exception",
    });
    match &skipped.name {
        // The operator typed it.
        Some(name) if skipped.reason == SkipReason::Exception => {
            format!("{reason}: {}", isolate_name(&holiday_name(language, name)))
        }
        Some(name) => format!("{reason}: {}", holiday_name(language, name)),
        None => reason,
    }
}

/// Holidays have English names in the data; a language may have its own for the best known.
fn holiday_name(language: Language, names: &str) -> String {
    let own = |name: &str| {
        language
            .find_message(TextSet::Notices, &format!("holiday-{}", to_slug(name)), None)
            .unwrap_or_else(|| name.to_owned())
    };
    names.split("; ").map(own).collect::<Vec<_>>().join(", ")
}

fn to_slug(name: &str) -> String {
    let words = name.split(' ').map(|word| word.chars().filter(char::is_ascii_alphanumeric));
    words.map(String::from_iter).collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

/// The links and codes of a notice. They stand in its mail and nowhere else.
#[derive(Clone)]
pub struct Links {
    /// The whole address of the decision page, with `/d/{token}`.
    pub decision_url: String,
    /// The six digits it asks for.
    pub decision_code: String,
    /// The authenticity code: `XXXXX-XXXXX`.
    pub notice_code: String,
    /// The page that answers it.
    pub notice_url: String,
}

impl Links {
    /// The links and codes of `link`.
    pub fn of(link: &Link, keys: &LinkKeys, operator: &Operator) -> Self {
        let notice_code = link.notice_code(keys);
        Self {
            decision_url: format!("{}/d/{}", operator.base_url, link.to_token(keys)),
            decision_code: link.decision_code(keys),
            notice_url: format!("{}/n/{notice_code}", operator.base_url),
            notice_code: notice_code.as_str().to_owned(),
        }
    }
}
