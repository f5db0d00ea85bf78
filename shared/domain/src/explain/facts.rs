//! The facts a state rests on: the policy's numbers, the moments that were stored, the window.

use crate::calendar::Window;
use crate::claim::{Claim, Instant, State};
use crate::program::Policy;
use crate::time::rfc3339;

/// A fact, by name. Values are RFC 3339 instants, ISO dates, numbers, or codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What the fact is called in the contract, such as `closes_at`.
    pub name: &'static str,
    /// The value as text; several dates have spaces between them.
    pub value: String,
}

fn fact(name: &'static str, value: &impl ToString) -> Fact {
    Fact { name, value: value.to_string() }
}

fn moment(name: &'static str, at: Option<Instant>) -> Option<Fact> {
    at.map(|at| fact(name, &rfc3339(at)))
}

/// What the state of this claim rests on.
pub(super) fn of(claim: &Claim, policy: &Policy) -> Vec<Fact> {
    let mut facts = vec![fact("policy_version", &claim.subject.policy_version)];
    facts.extend(moment("last_event_at", Some(claim.last_event.at)));
    facts.extend(moment("priority_at", claim.priority_at));
    facts.extend(of_state(claim, policy));
    facts.extend(claim.deadline_calendar.as_ref().map(|calendar| fact("calendar", calendar)));
    facts.extend(moment("defence_until", claim.defence.map(|defence| defence.until)));
    facts
}

/// What only this state has, with the policy's number that its deadline was counted with.
fn of_state(claim: &Claim, policy: &Policy) -> Vec<Fact> {
    match &claim.state {
        State::Draft { discard_at, keeps_priority_until } => some([
            Some(fact("draft_idle_days", &policy.draft_idle_days)),
            moment("discard_at", Some(*discard_at)),
            moment("keeps_priority_until", *keeps_priority_until),
        ]),
        State::Submitted { due_at } => some([
            Some(fact("review_start_business_days", &policy.review_start_business_days)),
            moment("due_at", *due_at),
        ]),
        State::InReview { due_at, .. } => some([
            Some(fact("review_business_days", &policy.review_business_days)),
            moment("due_at", *due_at),
            Some(fact("contested", &claim.contested)),
            moment("holders_may_defend_until", claim.defence_until),
        ]),
        State::Disputed { due_at, .. } | State::Unreachable { due_at, with_operator: true } => {
            some([
                Some(fact("review_business_days", &policy.review_business_days)),
                moment("due_at", *due_at),
            ])
        }
        State::ActionRequired { answer_by, .. } => some([
            Some(fact("answer_business_days", &policy.answer_business_days)),
            moment("answer_by", Some(*answer_by)),
        ]),
        State::Notifying { deliver_by } => some([
            Some(fact("notice", &claim.notice.0)),
            Some(fact("delivery_business_days", &policy.delivery_business_days)),
            moment("deliver_by", Some(*deliver_by)),
        ]),
        State::Unreachable { due_at, with_operator: false } => some([
            Some(fact("contact_business_days", &policy.contact_business_days)),
            moment("correct_by", *due_at),
        ]),
        State::AwaitingCustomer { window } => open(claim, window, policy),
        State::Associated { window, ends_at } => {
            let mut facts = window.as_ref().map(of_window).unwrap_or_default();
            facts.extend(policy.term_months.map(|months| fact("term_months", &months)));
            facts.extend(moment("ends_at", *ends_at));
            facts
        }
        State::Rejected { disputable_until, .. } => some([
            disputable_until.map(|_| fact("dispute_days", &policy.dispute_days)),
            moment("disputable_until", *disputable_until),
        ]),
        State::Declined { window } | State::Ended { window, .. } => {
            window.as_ref().map(of_window).unwrap_or_default()
        }
        State::OnHold { reason } => {
            reason.map(|reason| fact("hold_reason", &reason.as_str())).into_iter().collect()
        }
        State::Withdrawn | State::Discarded => Vec::new(),
    }
}

/// An open window, with what its close waits for.
fn open(claim: &Claim, window: &Window, policy: &Policy) -> Vec<Fact> {
    let mut facts = of_window(window);
    facts.push(fact("window_business_days", &policy.window_business_days));
    facts.push(fact("grace_seconds", &policy.grace_seconds));
    facts.push(fact("consent", &claim.consent(policy).as_str()));
    facts
}

/// The facts of a window: how it was counted, and its end.
fn of_window(window: &Window) -> Vec<Fact> {
    vec![
        fact("delivered_at", &rfc3339(window.delivered_at)),
        fact("day_zero", &window.day_zero()),
        fact("time_zone", &window.time_zone),
        fact("counted_days", &listed(window.counted.iter().copied())),
        fact("skipped_days", &listed(window.skipped.iter().map(|day| day.date))),
        fact("closes_at", &rfc3339(window.closes_at)),
    ]
}

fn listed(days: impl Iterator<Item = chrono::NaiveDate>) -> String {
    days.map(|day| day.to_string()).collect::<Vec<_>>().join(" ")
}

fn some<const N: usize>(facts: [Option<Fact>; N]) -> Vec<Fact> {
    facts.into_iter().flatten().collect()
}
