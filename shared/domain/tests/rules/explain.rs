//! Every claim says why it stands where it stands.

use chrono::Duration;
use domain::actor::Actor;
use domain::claim::Status;
use domain::command::Command;
use domain::explain::Explanation;
use domain::program::Policy;
use domain::turn::{OnSilence, Turn, Who};

use crate::given::*;

fn explained(given: &Given) -> Explanation {
    given.claim.explain_state(&Policy::default(), given.claim.last_event.at)
}

fn value(explanation: &Explanation, name: &str) -> Option<String> {
    explanation.facts.iter().find(|fact| fact.name == name).map(|fact| fact.value.clone())
}

/// Whose turn is next, whether it has an end, and what silence does.
fn next(explanation: &Explanation) -> Option<(Who, bool, OnSilence)> {
    explanation.turn.map(|turn| (turn.who, turn.until.is_some(), turn.on_silence))
}

#[test]
fn an_open_window_is_explained_by_its_delivery_and_every_day_that_counts() {
    let explanation = explained(&Given::awaiting());
    assert_eq!((explanation.rule.section, explanation.rule.name), ("§4", "window"));
    let counted = "2026-12-23 2026-12-28 2026-12-29 2026-12-30 2026-12-31";
    assert_eq!(value(&explanation, "counted_days").as_deref(), Some(counted));
    let skipped = "2026-12-24 2026-12-25 2026-12-26 2026-12-27";
    assert_eq!(value(&explanation, "skipped_days").as_deref(), Some(skipped));
    assert_eq!(value(&explanation, "day_zero").as_deref(), Some("2026-12-22"));
    assert_eq!(value(&explanation, "window_business_days").as_deref(), Some("5"));
    assert_eq!(next(&explanation), Some((Who::Customer, true, OnSilence::Associate)));
}

#[test]
fn what_silence_did_is_explained_as_silence() {
    let explanation = explained(&Given::associated());
    assert_eq!((explanation.rule.name, explanation.by_silence), ("close", true));
    assert_eq!(value(&explanation, "closes_at").as_deref(), Some("2026-12-31T23:00:00Z"));
    assert_eq!(next(&explanation), Some((Who::Nobody, false, OnSilence::Nothing)));
}

#[test]
fn a_final_claim_is_nobodys_turn() {
    let given = Given::in_review();
    let given = given.then(&withdraw(), alpine(), submitted_at() + Duration::hours(2));
    let explanation = explained(&given);
    assert_eq!(explanation.rule.name, "withdraw");
    assert_eq!(next(&explanation), None);
}

#[test]
fn a_silence_that_only_counts_is_told_from_one_that_decides() {
    let given = Given::submitted();
    let Some(due) = given.claim.deadline() else { panic!("a deadline") };
    let given = given.then(&Command::DeadlinePassed, Actor::System, due + Duration::hours(1));
    let explanation = explained(&given);
    assert_eq!((explanation.rule.name, explanation.by_silence), ("review overdue", true));
    assert_eq!(next(&explanation), Some((Who::Operator, false, OnSilence::Nothing)));
}

#[test]
fn every_state_says_until_when_among_its_facts() {
    for status in Status::ALL.iter().copied() {
        let claim = in_status(status);
        let now = claim.last_event.at;
        let explanation = claim.explain_state(&Policy::default(), now);
        let until = claim.turn(&Policy::default(), now).and_then(|turn: Turn| turn.until);
        let told = until.map(domain::time::format_rfc3339);
        let among = |told: &String| explanation.facts.iter().any(|fact| fact.value == *told);
        assert!(told.as_ref().is_none_or(among), "{status:?}: {explanation:?}");
    }
}
