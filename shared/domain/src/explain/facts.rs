//! The facts a state rests on: the policy's numbers, the moments that were stored, the window.

use crate::calendar::Window;
use crate::claim::{Claim, Instant, State};
use crate::program::Policy;
use crate::time::format_rfc3339;

/// A fact, by name. Values are RFC 3339 instants, ISO dates, numbers, or codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What the fact is called in the contract, such as `closes_at`.
    pub name: &'static str,
    /// The value as text; several dates have spaces between them.
    pub value: String,
}

fn new_fact(name: &'static str, value: &impl ToString) -> Fact {
    Fact { name, value: value.to_string() }
}

fn moment_fact(name: &'static str, at: Option<Instant>) -> Option<Fact> {
    at.map(|at| new_fact(name, &format_rfc3339(at)))
}

/// What the state of this claim rests on.
pub(super) fn explanation_facts(claim: &Claim, policy: &Policy) -> Vec<Fact> {
    let mut facts = vec![new_fact("policy_version", &claim.subject.policy_version)];
    facts.extend(moment_fact("last_event_at", Some(claim.last_event.at)));
    facts.extend(moment_fact("priority_at", claim.priority_at));
    facts.extend(state_facts(claim, policy));
    facts.extend(claim.deadline_calendar.as_ref().map(|calendar| new_fact("calendar", calendar)));
    facts.extend(moment_fact("defence_until", claim.defence.map(|defence| defence.until)));
    facts
}

/// What only this state has, with the policy's number that its deadline was counted with.
fn state_facts(claim: &Claim, policy: &Policy) -> Vec<Fact> {
    match &claim.state {
        State::Draft { discard_at, keeps_priority_until } => present_facts([
            Some(new_fact("draft_idle_days", &policy.draft_idle_days)),
            moment_fact("discard_at", Some(*discard_at)),
            moment_fact("keeps_priority_until", *keeps_priority_until),
        ]),
        State::Submitted { due_at } => present_facts([
            Some(new_fact("review_start_business_days", &policy.review_start_business_days)),
            moment_fact("due_at", *due_at),
        ]),
        State::InReview { due_at, .. } => present_facts([
            Some(new_fact("review_business_days", &policy.review_business_days)),
            moment_fact("due_at", *due_at),
            Some(new_fact("contested", &claim.contested)),
            moment_fact("holders_may_defend_until", claim.defence_until),
        ]),
        State::Disputed { due_at, .. } | State::Unreachable { due_at, with_operator: true } => {
            present_facts([
                Some(new_fact("review_business_days", &policy.review_business_days)),
                moment_fact("due_at", *due_at),
            ])
        }
        State::ActionRequired { answer_by, .. } => present_facts([
            Some(new_fact("answer_business_days", &policy.answer_business_days)),
            moment_fact("answer_by", Some(*answer_by)),
        ]),
        State::Notifying { deliver_by } => present_facts([
            Some(new_fact("notice", &claim.notice.0)),
            Some(new_fact("delivery_business_days", &policy.delivery_business_days)),
            moment_fact("deliver_by", Some(*deliver_by)),
        ]),
        State::Unreachable { due_at, with_operator: false } => present_facts([
            Some(new_fact("contact_business_days", &policy.contact_business_days)),
            moment_fact("correct_by", *due_at),
        ]),
        State::AwaitingCustomer { window } => window_facts(claim, window, policy),
        State::Associated { window, ends_at } => {
            let mut facts = window.as_ref().map(counting_facts).unwrap_or_default();
            facts.extend(policy.term_months.map(|months| new_fact("term_months", &months)));
            facts.extend(moment_fact("ends_at", *ends_at));
            facts
        }
        State::Rejected { disputable_until, .. } => present_facts([
            disputable_until.map(|_| new_fact("dispute_days", &policy.dispute_days)),
            moment_fact("disputable_until", *disputable_until),
        ]),
        State::Declined { window } | State::Ended { window, .. } => {
            window.as_ref().map(counting_facts).unwrap_or_default()
        }
        State::OnHold { reason } => {
            reason.map(|reason| new_fact("hold_reason", &reason.as_str())).into_iter().collect()
        }
        State::Withdrawn | State::Discarded => Vec::new(),
    }
}

/// An open window, with what its close waits for.
fn window_facts(claim: &Claim, window: &Window, policy: &Policy) -> Vec<Fact> {
    let mut facts = counting_facts(window);
    facts.push(new_fact("window_business_days", &policy.window_business_days));
    facts.push(new_fact("grace_seconds", &policy.grace_seconds));
    facts.push(new_fact("consent", &claim.consent(policy).as_str()));
    facts
}

/// The facts of a window: how it was counted, and its end.
fn counting_facts(window: &Window) -> Vec<Fact> {
    vec![
        new_fact("delivered_at", &format_rfc3339(window.delivered_at)),
        new_fact("day_zero", &window.day_zero()),
        new_fact("time_zone", &window.time_zone),
        new_fact("counted_days", &list_dates(window.counted.iter().copied())),
        new_fact("skipped_days", &list_dates(window.skipped.iter().map(|day| day.date))),
        new_fact("closes_at", &format_rfc3339(window.closes_at)),
    ]
}

fn list_dates(days: impl Iterator<Item = chrono::NaiveDate>) -> String {
    days.map(|day| day.to_string()).collect::<Vec<_>>().join(" ")
}

fn present_facts<const N: usize>(facts: [Option<Fact>; N]) -> Vec<Fact> {
    facts.into_iter().flatten().collect()
}
