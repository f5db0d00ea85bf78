//! The mails to partners (`docs/domain.md §5.9`): what a claim asks of its partner, how it was decided, and the mail of
//! a day. They say what the partner's own view of the claim says, and nothing else.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use domain::calendar::Tz;
use domain::claim::{Claim, Instant, ItemStatus, State, Status};
use domain::event::EventType;
use domain::ids::{ItemNo, PartnerId};
use domain::partner_news::{OpenTask, PartnerTask, PartnerTopic};
use domain::reason::{EndReason, Reason};
use domain::text::isolation::isolate_name;

use crate::content::{AnswerDeadline, Directory, Notice, day_before};
use crate::dates;
use crate::mail::{Envelope, Mail, messages_about, write_short};
use crate::messages::Messages;
use crate::operator::Operator;
use language::Language;

/// A claim as its partner is written to about it.
#[derive(Debug, Clone)]
pub struct PartnerClaim {
    claim: Claim,
    notice: Notice,
    /// By whose clocks moments are told: the partner's.
    zone: Tz,
}

impl PartnerClaim {
    /// The claim with the names that the directory has for its things.
    pub fn of(claim: Claim, directory: &Directory<'_>, operator: &Operator, zone: Tz) -> Self {
        let notice = Notice::of(&claim, claim.notice, directory, operator, AnswerDeadline::Unset);
        Self { claim, notice, zone }
    }

    /// The claim that the mail is about.
    pub fn claim(&self) -> &Claim {
        &self.claim
    }

    /// The messages of a language, knowing the claim and some of its items.
    fn messages_about(&self, items: &[ItemNo], language: Language) -> Messages {
        let details = &self.claim.details;
        let say = messages_about(&self.notice, items, language)
            .with_value("claim", self.claim.id.to_string());
        match &details.external_ref {
            Some(reference) => {
                say.with_name("reference", reference.as_str()).with_value("referred", "yes")
            }
            None => say.with_value("referred", "no"),
        }
    }

    /// The items of a kept status, in the claim's order.
    fn items_with_status(&self, fits: impl Fn(ItemStatus) -> bool) -> Vec<ItemNo> {
        let claim = &self.claim;
        claim
            .kept_items()
            .filter(|item| fits(claim.item_status(item)))
            .map(|item| item.no)
            .collect()
    }

    /// By which the partner finds the claim: its reference, its label, and the claim's id.
    fn claim_references(&self, say: &Messages) -> Vec<String> {
        let details = &self.claim.details;
        let mut lines = Vec::new();
        if details.external_ref.is_some() {
            lines.push(say.of("partner-reference"));
        }
        if let Some(label) = &details.label {
            lines.push(say.of_text("partner-label", "label", &isolate_name(label.as_str())));
        }
        lines.push(say.of("partner-claim"));
        lines
    }

    /// Why, in words, each reason with what was written beside it.
    fn reason_texts(&self, say: &Messages) -> Vec<String> {
        // What was written beside the reasons says nothing of a dispute that came after it.
        let is_judged = ReviewVerdict::of(&self.claim) == ReviewVerdict::Upheld;
        let comments = if is_judged { &[] } else { self.claim.details.reason_comments.as_slice() };
        let mut lines = Vec::new();
        for (at, reason) in self.claim.state.reasons().iter().enumerate() {
            lines.push(self.reason_text(*reason, say));
            if let Some(comment) = comments.get(at).and_then(Option::as_ref) {
                let comment = isolate_name(comment.as_str());
                lines.push(say.of_text("partner-comment", "comment", &comment));
            }
        }
        lines
    }

    fn reason_text(&self, reason: Reason, say: &Messages) -> String {
        let code = reason.code.as_str().replace('_', "-");
        let text = say.of(&format!("reason-{code}"));
        match reason.item_no {
            Some(no) => {
                let say = self.messages_about(&[no], say.language());
                say.of_text("partner-reason-of-items", "reason", &text)
            }
            None => say.of_text("partner-reason", "reason", &text),
        }
    }
}

/// The messages, knowing until when something can be done.
fn with_deadline(say: Messages, until: Instant, zone: Tz) -> Messages {
    let (language, last) = (say.language(), last_day(until, zone));
    say.with_value("until-end", dates::format_end_of_day(language, last))
        .with_value("until-date", dates::format_date(language, last))
        .with_value("deadline-local", dates::format_local(language, until, zone))
        .with_value("deadline-utc", dates::format_utc(language, until))
}

/// The last local day that is over by then: whoever acts on it is never late.
fn last_day(until: Instant, zone: Tz) -> NaiveDate {
    let day = zone.local_date(until);
    day.checked_sub_days(Days::new(1)).unwrap_or(day)
}

/// The messages of a task: subject, what happened, what silence does.
fn task_messages(task: PartnerTask) -> [&'static str; 3] {
    match task {
        PartnerTask::Answer => {
            ["partner-answer-subject", "partner-answer", "partner-answer-silence"]
        }
        PartnerTask::CorrectContact => [
            "partner-correct-contact-subject",
            "partner-correct-contact",
            "partner-correct-contact-silence",
        ],
        PartnerTask::Dispute => {
            ["partner-dispute-subject", "partner-dispute", "partner-dispute-silence"]
        }
        PartnerTask::Defend => {
            ["partner-defend-subject", "partner-defend", "partner-defend-silence"]
        }
    }
}

/// The items that a task is about.
fn task_items(matter: &PartnerClaim, task: PartnerTask) -> Vec<ItemNo> {
    match task {
        PartnerTask::Answer | PartnerTask::CorrectContact => matter.items_with_status(|status| {
            matches!(status, ItemStatus::Proposed | ItemStatus::Pending)
        }),
        PartnerTask::Dispute => matter.items_with_status(|status| status == ItemStatus::Rejected),
        PartnerTask::Defend => {
            matter.items_with_status(|status| matches!(status, ItemStatus::Active { .. }))
        }
    }
}

/// The claim waits for the partner: for what, until when, and what silence does. `version` of the claim tells the
/// mails of a claim apart.
pub fn write_partner_task(
    matter: &PartnerClaim,
    open: OpenTask,
    version: u32,
    envelope: &Envelope<'_>,
) -> Mail {
    let say = matter.messages_about(&task_items(matter, open.task), envelope.language);
    let say = with_deadline(say, open.until, matter.zone);
    let [subject, what, silence] = task_messages(open.task);
    let mut lines = vec![say.of(what), say.of("partner-items")];
    match open.task {
        PartnerTask::Answer | PartnerTask::Dispute => lines.extend(matter.reason_texts(&say)),
        PartnerTask::CorrectContact | PartnerTask::Defend => {}
    }
    let time = ["partner-until", silence, "deadline-local", "deadline-utc"];
    lines.extend(time.map(|message| say.of(message)));
    lines.extend(matter.claim_references(&say));
    let id = format!("{what}.{}.{version}", matter.claim.id);
    write_short(&say, subject, &lines, &id, envelope)
}

/// How a claim was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ReviewVerdict {
    Rejected,
    /// Rejected, disputed, and rejected for good.
    Upheld,
    Declined,
    Lapsed,
    Overturned,
    /// Some of this and some of that.
    Mixed,
}

impl ReviewVerdict {
    fn of(claim: &Claim) -> Self {
        let declined = |silent: bool| {
            let of_item = |status| matches!(status, ItemStatus::Declined { no_answer, .. } if no_answer == silent);
            claim.kept_items().all(|item| of_item(claim.item_status(item)))
        };
        match claim.status() {
            Status::Rejected if claim.last_event.event_type == EventType::DisputeUpheld => {
                Self::Upheld
            }
            Status::Rejected => Self::Rejected,
            Status::InReview => Self::Overturned,
            Status::Declined if declined(false) => Self::Declined,
            Status::Declined if declined(true) => Self::Lapsed,
            Status::Draft
            | Status::Submitted
            | Status::ActionRequired
            | Status::Disputed
            | Status::Notifying
            | Status::Unreachable
            | Status::AwaitingCustomer
            | Status::OnHold
            | Status::Associated
            | Status::Declined
            | Status::Withdrawn
            | Status::Discarded
            | Status::Ended => Self::Mixed,
        }
    }

    fn message_names(self) -> [&'static str; 2] {
        match self {
            Self::Rejected => ["partner-rejected-subject", "partner-rejected"],
            Self::Upheld => ["partner-upheld-subject", "partner-upheld"],
            Self::Declined => ["partner-declined-subject", "partner-declined"],
            Self::Lapsed => ["partner-lapsed-subject", "partner-lapsed"],
            Self::Overturned => ["partner-overturned-subject", "partner-overturned"],
            Self::Mixed => ["partner-decided-subject", "partner-decided"],
        }
    }
}

/// The claim is decided: what became of which item, and why; and until when the customer can take a "no" back.
pub fn write_partner_decision(
    matter: &PartnerClaim,
    version: u32,
    envelope: &Envelope<'_>,
) -> Mail {
    let (claim, language) = (&matter.claim, envelope.language);
    let all: Vec<_> = claim.kept_items().map(|item| item.no).collect();
    let say = matter.messages_about(&all, language);
    let [subject, what] = ReviewVerdict::of(claim).message_names();
    let mut lines = vec![say.of(what)];
    lines.extend(outcome_lines(matter, language));
    if claim.status() == Status::Rejected {
        lines.extend(matter.reason_texts(&say));
    }
    if let State::Declined { window: Some(window) } = &claim.state
        && envelope.at < window.closes_at
    {
        let say =
            with_deadline(matter.messages_about(&all, language), window.closes_at, matter.zone);
        lines.extend(
            ["partner-declined-undo", "deadline-local", "deadline-utc"].map(|own| say.of(own)),
        );
    }
    lines.extend(matter.claim_references(&say));
    let id = format!("{what}.{}.{version}", claim.id);
    write_short(&say, subject, &lines, &id, envelope)
}

/// What became of the items, those with the same end in one line.
fn outcome_lines(matter: &PartnerClaim, language: Language) -> Vec<String> {
    let outcomes = ["official", "ended", "declined", "lapsed", "rejected", "withdrawn", "waiting"];
    let line = |outcome: &str| {
        let items = matter.items_with_status(|status| outcome_of(status) == outcome);
        let say = matter.messages_about(&items, language);
        (!items.is_empty()).then(|| say.of(&format!("outcome-{outcome}")))
    };
    outcomes.into_iter().filter_map(line).collect()
}

fn outcome_of(status: ItemStatus) -> &'static str {
    match status {
        ItemStatus::Active { .. } => "official",
        ItemStatus::Ended { .. } => "ended",
        ItemStatus::Declined { no_answer: false, .. } => "declined",
        ItemStatus::Declined { no_answer: true, .. } => "lapsed",
        ItemStatus::Rejected => "rejected",
        ItemStatus::Withdrawn => "withdrawn",
        ItemStatus::Proposed | ItemStatus::Pending => "waiting",
        ItemStatus::Dropped => "dropped",
    }
}

/// What the mail of a day tells of a claim.
#[derive(Debug, Clone)]
pub struct DigestLine {
    /// The claim as it is now.
    pub claim: PartnerClaim,
    /// What is told of.
    pub topics: BTreeSet<PartnerTopic>,
    /// The items that became official.
    pub official: Vec<ItemNo>,
    /// The items whose association ended.
    pub ended: Vec<ItemNo>,
    /// The items that can be claimed again, since what had replaced them has ended.
    pub free: Vec<ItemNo>,
    /// What the claim asks of the partner now.
    pub task: Option<OpenTask>,
}

impl DigestLine {
    /// The lines, one for each topic. What the claim has left behind is not told.
    fn topic_lines(&self, language: Language) -> Vec<(PartnerTopic, String)> {
        let line = |topic: &PartnerTopic| Some((*topic, self.topic_line(*topic, language)?));
        self.topics.iter().filter_map(line).collect()
    }

    fn topic_line(&self, topic: PartnerTopic, language: Language) -> Option<String> {
        let matter = &self.claim;
        match topic {
            PartnerTopic::Turn => {
                let open = self.task?;
                let say = matter.messages_about(&task_items(matter, open.task), language);
                Some(with_deadline(say, open.until, matter.zone).of("digest-turn"))
            }
            PartnerTopic::Decided
                if !matter.claim.is_decided_by(matter.claim.last_event.event_type) =>
            {
                None
            }
            PartnerTopic::Decided => {
                let all: Vec<_> = matter.claim.kept_items().map(|item| item.no).collect();
                let outcomes = outcome_lines(matter, language).join(" ");
                Some(matter.messages_about(&all, language).of_text(
                    "digest-decided",
                    "outcomes",
                    &outcomes,
                ))
            }
            PartnerTopic::Official => (!self.official.is_empty())
                .then(|| matter.messages_about(&self.official, language).of("digest-official")),
            PartnerTopic::Ending => {
                let State::Associated { ends_at, .. } = matter.claim.state else { return None };
                let running =
                    matter.items_with_status(|status| matches!(status, ItemStatus::Active { .. }));
                let last = dates::format_end_of_day(language, day_before(ends_at?, matter.zone));
                let say = matter.messages_about(&running, language);
                let line = say.with_value("term-last", last).of("digest-ending");
                (!running.is_empty()).then_some(line)
            }
            PartnerTopic::Ended if !self.free.is_empty() => {
                Some(matter.messages_about(&self.free, language).of("digest-free"))
            }
            PartnerTopic::Ended => {
                let reason = self.ended.first().and_then(|no| end_reason(&matter.claim, *no))?;
                let say = matter.messages_about(&self.ended, language);
                let reason = say.of(end_message(reason));
                Some(say.of_text("digest-ended", "reason", &reason))
            }
        }
    }
}

fn end_reason(claim: &Claim, no: ItemNo) -> Option<EndReason> {
    let status = claim.item_status(claim.find_item(no)?);
    if let ItemStatus::Ended { reason, .. } = status { Some(reason) } else { None }
}

fn end_message(reason: EndReason) -> &'static str {
    match reason {
        EndReason::PartnerLeft => "end-partner-left",
        EndReason::CustomerRevoked => "end-customer-revoked",
        EndReason::OperatorRevoked => "end-operator-revoked",
        EndReason::Superseded => "end-superseded",
        EndReason::TermExpired => "end-term-expired",
        EndReason::ItemGone | EndReason::TenantGone => "end-item-gone",
        EndReason::NoticeFailed => "end-notice-failed",
        EndReason::NotEnrolled => "end-not-enrolled",
        EndReason::Renewed => "end-renewed",
    }
}

/// The mail of a day: what became of a partner's claims since the last one, by topic; and how much more there is than
/// it lists. `None` where nothing is left to tell.
pub fn write_partner_digest(
    partner: &PartnerId,
    told: &[DigestLine],
    more: usize,
    envelope: &Envelope<'_>,
) -> Option<Mail> {
    let language = envelope.language;
    let mut all: Vec<_> = told.iter().flat_map(|own| own.topic_lines(language)).collect();
    // Of one topic they stay in their order.
    all.sort_by_key(|(topic, _)| *topic);
    if all.is_empty() && more == 0 {
        return None;
    }
    let say = Messages::from_operator(language, envelope.operator)
        .with_value("count", all.len().saturating_add(more))
        .with_value("more", more);
    let mut lines = vec![say.of("digest")];
    lines.extend(all.into_iter().map(|(_, line)| line));
    if more > 0 {
        lines.push(say.of("digest-more"));
    }
    let id = format!("digest.{partner}.{}", envelope.at.timestamp_millis());
    Some(write_short(&say, "digest-subject", &lines, &id, envelope))
}
