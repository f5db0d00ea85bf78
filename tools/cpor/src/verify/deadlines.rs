//! The deadlines of partner and operator: each is counted again by the policy, in the days of whose turn it is.

use domain::calendar::{Tz, months_after};
use domain::claim::{Claim, Instant, State};
use domain::context::LocalCalendar;
use domain::deadline::Deadline;
use domain::event::{CountedDeadline, EventType};
use domain::history::{Audience, Entry};
use domain::program::Policy;
use domain::time::format_rfc3339;

use super::bundle::Bundle;
use super::places;
use super::report::{BundleReport, FindingKind};
use super::states::CandidateClaim;

/// Whose days a deadline counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Partner,
    Operator,
}

/// A step with the rules that it was decided by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StepCheck<'a> {
    pub(crate) bundle: &'a Bundle,
    pub(crate) entry: &'a Entry,
    pub(crate) policy: &'a Policy,
    /// The claim before the step.
    pub(crate) before: Option<&'a CandidateClaim>,
    /// The claim after it.
    pub(crate) after: &'a Claim,
    /// Whether its reader was not told of a step before.
    pub(crate) has_hidden: bool,
}

impl StepCheck<'_> {
    fn no(self) -> u32 {
        self.entry.version.0
    }

    /// Counts again every deadline that the entry has.
    pub(crate) fn check_deadlines(self, report: &mut BundleReport) {
        let own = &self.entry.members;
        if let (Some(at), Some((side, days))) = (own.due_at, self.counted_days()) {
            let stated = Deadline { at, stand_in: own.counted_by.clone() };
            self.check_counted(&stated, side, days, report);
        }
        if let Some(at) = own.keeps_priority_until {
            let stated = Deadline { at, stand_in: own.counted_by.clone() };
            self.check_counted(&stated, Side::Partner, self.policy.recall_business_days, report);
        }
        if let Some(at) = own.discard_at.filter(|at| !self.idles_on(*at)) {
            self.check_days(at, self.policy.draft_idle_days, report);
        }
        if let Some(at) = own.disputable_until {
            self.check_days(at, self.policy.dispute_days, report);
        }
        if own.defence_until.is_some() {
            let no = self.no();
            report.note_uncheckable(format!(
                "Version {no}: the time to defend, which is counted in the days of another partner."
            ));
        }
        self.check_priority(report);
        self.check_term(report);
    }

    /// Whose days the entry's deadline counts, and how many of them.
    fn counted_days(self) -> Option<(Side, u32)> {
        let (own, policy) = (&self.entry.members, self.policy);
        let delivery = (Side::Operator, policy.delivery_business_days);
        let review = (Side::Operator, policy.review_business_days);
        let contact =
            if own.with_operator { review } else { (Side::Partner, policy.contact_business_days) };
        match self.entry.event_type.table_row().deadline {
            CountedDeadline::Nothing => None,
            CountedDeadline::ReviewStart => {
                Some((Side::Operator, policy.review_start_business_days))
            }
            CountedDeadline::Review => Some(review),
            CountedDeadline::Answer => Some((Side::Partner, policy.answer_business_days)),
            CountedDeadline::Delivery => Some(delivery),
            CountedDeadline::Contact => Some(contact),
            CountedDeadline::DeliveryOrContact => {
                Some(if own.notice.is_some() { delivery } else { contact })
            }
        }
    }

    /// Whether a draft idles on to the same end: the scan of a document does not begin its time anew.
    fn idles_on(self, until: Instant) -> bool {
        let before = self.before.map(|candidate| &candidate.claim.state);
        let is_same =
            matches!(before, Some(State::Draft { discard_at, .. }) if *discard_at == until);
        self.entry.event_type == EventType::EvidenceAdded && is_same
    }

    /// Counts a deadline of business days again.
    fn check_counted(self, stated: &Deadline, side: Side, days: u32, report: &mut BundleReport) {
        let operators = places::operator_places(self.bundle, self.entry.at);
        let partners = self.partner_places(report);
        let own = match side {
            Side::Operator => operators.clone(),
            Side::Partner => match partners {
                Some(partners) => partners,
                None => return,
            },
        };
        let from = self.entry.at;
        let counted: Vec<Deadline> = own
            .iter()
            .flat_map(|place| {
                operators.iter().map(|operator| place.deadline_after(from, days, operator))
            })
            .collect();
        self.compare_deadline(stated, &counted, days, "business", report);
    }

    /// Calendar days of the partner.
    fn check_days(self, stated: Instant, days: u32, report: &mut BundleReport) {
        let Some(partners) = self.partner_places(report) else { return };
        let end = |place: &LocalCalendar| place.days_after(self.entry.at, days);
        let counted: Vec<_> =
            partners.iter().map(|place| Deadline { at: end(place), stand_in: None }).collect();
        self.compare_deadline(
            &Deadline { at: stated, stand_in: None },
            &counted,
            days,
            "calendar",
            report,
        );
    }

    fn partner_places(self, report: &mut BundleReport) -> Option<Vec<LocalCalendar>> {
        if self.bundle.has_parts_of(Audience::Partner) {
            return Some(places::partner_places(self.bundle, self.policy, self.entry.at));
        }
        report.note_uncheckable("Deadlines that are counted in the partner's days: where the partner counts is not in a customer's bundle.");
        None
    }

    fn compare_deadline(
        self,
        stated: &Deadline,
        counted: &[Deadline],
        days: u32,
        kind: &str,
        report: &mut BundleReport,
    ) {
        let Some(first) = counted.first() else {
            let text = "the calendar that its deadline was counted by is not in the bundle";
            report.add_finding(FindingKind::Calendar, self.no(), text);
            return;
        };
        report.checked.deadlines += 1;
        if !counted.contains(stated) {
            let by = |own: &Deadline| {
                own.stand_in.as_ref().map(|id| format!(" by {id}")).unwrap_or_default()
            };
            let text = format!(
                "{days} {kind} days after {} end at {}{}, and not at {}{}",
                format_rfc3339(self.entry.at),
                format_rfc3339(first.at),
                by(first),
                format_rfc3339(stated.at),
                by(stated)
            );
            report.add_finding(FindingKind::Deadline, self.no(), text);
        }
    }

    /// The date that ranks rivals is that of the submission, or one that was kept.
    fn check_priority(self, report: &mut BundleReport) {
        let Some(priority) = self.entry.members.priority_at else { return };
        let kept = self.before.and_then(|candidate| candidate.claim.priority_at);
        let state = self.before.map(|candidate| &candidate.claim.state);
        let until = if let Some(State::Draft { keeps_priority_until, .. }) = state {
            *keeps_priority_until
        } else {
            None
        };
        let kept = kept.filter(|_| until.is_some_and(|until| self.entry.at < until));
        if priority != kept.unwrap_or(self.entry.at) {
            let text = format!(
                "its priority date {} is not that of its submission",
                format_rfc3339(priority)
            );
            report.add_finding(FindingKind::Deadline, self.no(), text);
        }
    }

    /// The end of the policy's term: of a claim that becomes associated, whether it has one too.
    fn check_term(self, report: &mut BundleReport) {
        let told = self.entry.members.ends_at;
        let becomes = match (&self.after.state, self.before.map(|candidate| &candidate.claim.state))
        {
            (_, Some(State::Associated { .. })) => None,
            (State::Associated { ends_at, .. }, _) => Some(*ends_at),
            _ => None,
        };
        if told.is_none() && becomes.is_none() {
            return;
        }
        let stated = becomes.unwrap_or(told);
        let Some(candidate) = self.before else { return };
        let expected = match candidate.claim.state.window() {
            None if !matches!(candidate.claim.state, State::Associated { .. }) => self
                .policy
                .term_months
                .and_then(|months| months_after(self.entry.at, months, Tz::UTC)),
            _ => candidate.claim.term_ends_at(self.policy),
        };
        // Of what a step set that its reader is not told, it is known whether there is one.
        let is_right = if candidate.is_assumed {
            becomes.is_none() || stated.is_some() == self.policy.term_months.is_some()
        } else {
            stated == expected
        };
        report.checked.deadlines += 1;
        if !is_right {
            let tell = |at: Option<Instant>| {
                at.map_or("never".to_owned(), |at| format!("at {}", format_rfc3339(at)))
            };
            let text = format!("the term ends {}, and not {}", tell(expected), tell(stated));
            report.add_finding(FindingKind::Deadline, self.no(), text);
        }
    }
}
