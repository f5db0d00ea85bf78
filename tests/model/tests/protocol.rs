//! The window protocol holds in every interleaving, and would not with any of the mistakes that it is
//! made to avoid.
#![expect(clippy::print_stdout, reason = "how large the models are, and the ways to the mistakes")]

use std::fmt::Debug;
use std::hash::Hash;

use model::transfer::{self, Transfer};
use model::window::{self, Window};
use stateright::{Checker, HasDiscoveries, Model};

/// Every state there is, and every property held in each.
fn holds<M>(model: M)
where
    M: Model + Send + Sync + 'static,
    M::State: Clone + Debug + Hash + PartialEq + Send + Sync + 'static,
    M::Action: Clone + Debug + PartialEq + Send + Sync,
{
    let checker = model.checker().threads(2).spawn_bfs().join();
    println!(
        "{} states, {} of them different",
        checker.state_count(),
        checker.unique_state_count()
    );
    checker.assert_properties();
}

/// The mistake leads to a state that must not be; the shortest way there is shown.
fn is_found<M>(model: M, property: &'static str)
where
    M: Model + Send + Sync + 'static,
    M::State: Clone + Debug + Hash + PartialEq + Send + Sync + 'static,
    M::Action: Clone + Debug + PartialEq + Send + Sync,
{
    let found = HasDiscoveries::AnyOf([property].into());
    let checker = model.checker().threads(2).finish_when(found).spawn_bfs().join();
    let way = checker.discovery(property).map(stateright::Path::into_actions);
    assert!(way.is_some(), "{property} holds: the mutant lives");
    println!("{property} does not hold after {way:?}");
}

#[test]
fn a_window_with_a_hold_and_two_notices_keeps_every_promise() {
    holds(Window::held());
}

#[test]
fn a_window_with_readers_and_answers_that_nobody_hears_keeps_every_promise() {
    holds(Window::unheard());
}

#[test]
fn a_window_with_two_who_answer_and_an_extension_keeps_every_promise() {
    holds(Window::two_who_answer());
}

#[test]
fn a_window_of_a_customer_who_changes_his_mind_keeps_every_promise() {
    holds(Window::changed_mind());
}

#[test]
fn a_window_with_the_least_grace_there_may_be_keeps_every_promise() {
    holds(Window::least_grace());
}

#[test]
fn an_item_that_changes_hands_keeps_every_promise() {
    holds(Transfer::taken_over());
}

#[test]
fn two_claims_in_turn_keep_every_promise() {
    holds(Transfer::in_turn());
}

#[test]
fn without_the_grace_an_in_time_no_would_lose_the_race() {
    is_found(Window::two_who_answer().graced(0), "an in-time no wins");
}

#[test]
fn a_grace_shorter_than_the_function_may_run_would_lose_the_race() {
    is_found(Window::two_who_answer().graced(17), "an in-time no wins");
}

#[test]
fn a_late_no_that_is_refused_before_the_close_would_be_an_error() {
    let property = "I2: a no is never lost and never an error";
    is_found(Window::two_who_answer().with(window::Mutation::LateNoRefused), property);
}

#[test]
fn a_no_that_is_refused_after_the_close_would_be_an_error() {
    let property = "I2: a no is never lost and never an error";
    is_found(Window::two_who_answer().with(window::Mutation::NoRefusedAfterTheClose), property);
}

#[test]
fn with_the_timer_after_the_move_a_window_would_stay_open() {
    let mutant = Window::held().with(window::Mutation::TimerAfterTheMove);
    is_found(mutant, "every window closes");
}

#[test]
fn without_its_conditions_the_close_would_come_early() {
    let property = "I1: silence has had a full window after the last proof";
    is_found(Window::two_who_answer().with(window::Mutation::BlindClose), property);
}

#[test]
fn without_its_version_a_put_would_lose_a_no() {
    let property = "I2: a no is never lost and never an error";
    is_found(Window::two_who_answer().with(window::Mutation::BlindPut), property);
}

#[test]
fn without_its_version_a_put_would_take_an_extension_back() {
    let mutant = Window::two_who_answer().with(window::Mutation::BlindPut);
    is_found(mutant, "I4: no deadline moves earlier");
}

#[test]
fn an_older_notice_would_open_a_window_nobody_was_told_of() {
    let property = "I1: silence has had a full window after the last proof";
    is_found(Window::held().with(window::Mutation::OlderNotice), property);
}

#[test]
fn a_lock_given_back_at_the_decline_would_make_two_active() {
    let mutant = Transfer::in_turn().with(transfer::Mutation::LockReleasedAtDecline);
    is_found(mutant, "I3: one active association");
}

#[test]
fn a_newcomer_who_does_not_ask_for_the_holders_version_would_write_one_twice() {
    let mutant = Transfer::taken_over().with(transfer::Mutation::HolderUnasked);
    is_found(mutant, "I7: each version has one event");
}
