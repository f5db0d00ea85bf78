//! The window protocol holds in every interleaving, and would not with any of the mistakes that it is
//! made to avoid.
#![expect(clippy::print_stdout, reason = "how large the models are, and the ways to the mistakes")]

use std::fmt::Debug;
use std::hash::Hash;

use model::transfer::{self, Transfer};
use model::window::{self, BOUNDED, FULL_WINDOW, NO_STANDS, ONE_ADDRESS, Window, YES_STANDS};
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
fn a_window_of_a_customer_who_changes_the_answer_keeps_every_promise() {
    holds(Window::changed_mind());
}

#[test]
fn a_window_with_the_least_grace_there_may_be_keeps_every_promise() {
    holds(Window::least_grace());
}

#[test]
fn a_window_with_two_reports_at_once_keeps_every_promise() {
    holds(Window::two_reports_at_once());
}

#[test]
fn a_window_whose_reports_come_again_after_a_crash_keeps_every_promise() {
    holds(Window::reports_that_come_again());
}

#[test]
fn a_window_of_which_every_delivery_comes_back_keeps_every_promise() {
    holds(Window::two_failures());
}

#[test]
fn a_window_whose_delivery_comes_back_while_a_no_is_taken_back_keeps_every_promise() {
    holds(Window::failure_under_an_undo());
}

#[test]
fn a_window_is_not_opened_by_an_unverified_delivery() {
    holds(Window::unverified_delivery());
}

#[test]
fn noes_by_two_links_and_the_administrator_keep_every_promise() {
    holds(Window::two_noes());
}

#[test]
fn noes_by_unverified_and_old_links_keep_every_promise() {
    holds(Window::unverified_noes());
}

#[test]
fn a_link_that_wrong_codes_have_locked_keeps_every_promise() {
    holds(Window::locked());
}

#[test]
fn recipients_who_refuse_keep_every_promise() {
    holds(Window::refused());
}

#[test]
fn links_that_are_retired_keep_every_promise() {
    holds(Window::retired());
}

#[test]
fn noes_that_are_said_and_taken_back_again_and_again_keep_every_promise() {
    holds(Window::toggled());
}

#[test]
fn a_yes_that_is_asked_for_in_an_open_window_keeps_every_promise() {
    holds(Window::yes_asked_for());
}

#[test]
fn a_window_from_before_recipients_were_kept_keeps_every_promise() {
    holds(Window::from_before());
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
fn an_association_and_its_renewal_keep_every_promise() {
    holds(Transfer::renewed());
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
    is_found(Window::two_who_answer().with(window::Mutation::LateNoRefused), NO_STANDS);
}

#[test]
fn a_no_that_is_refused_after_the_close_would_be_an_error() {
    is_found(Window::two_who_answer().with(window::Mutation::NoRefusedAfterTheClose), NO_STANDS);
}

#[test]
fn with_the_timer_after_the_move_a_window_would_stay_open() {
    let mutant = Window::held().with(window::Mutation::TimerAfterTheMove);
    is_found(mutant, "every window closes");
}

#[test]
fn without_its_conditions_the_close_would_come_early() {
    is_found(Window::two_who_answer().with(window::Mutation::BlindClose), FULL_WINDOW);
}

#[test]
fn without_its_version_a_put_would_lose_a_no() {
    is_found(Window::two_who_answer().with(window::Mutation::BlindPut), NO_STANDS);
}

#[test]
fn without_its_version_a_put_would_take_an_extension_back() {
    let mutant = Window::two_who_answer().with(window::Mutation::BlindPut);
    is_found(mutant, "I4: no deadline moves earlier");
}

#[test]
fn an_older_notice_would_open_a_window_nobody_was_told_of() {
    is_found(Window::held().with(window::Mutation::OlderNotice), FULL_WINDOW);
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

#[test]
fn a_renewal_that_leaves_the_old_one_running_would_make_two_active() {
    let mutant = Transfer::renewed().with(transfer::Mutation::OldLeftRunning);
    is_found(mutant, "I3: one active association");
}

#[test]
fn an_end_that_leaves_the_renewal_waiting_would_begin_anew_what_the_customer_ended() {
    let mutant = Transfer::renewed().with(transfer::Mutation::RenewalLeftWaiting);
    is_found(mutant, transfer::NO_RESTART);
}

#[test]
fn an_undo_by_any_link_would_take_away_what_others_said() {
    is_found(Window::unverified_noes().with(window::Mutation::UndoByAnyLink), NO_STANDS);
}

#[test]
fn an_undo_of_everything_would_take_away_what_another_verified_contact_said() {
    is_found(Window::two_noes().with(window::Mutation::UndoByAnyLink), NO_STANDS);
}

#[test]
fn a_window_opened_by_an_unverified_delivery_would_close_too_early() {
    is_found(Window::unverified_delivery().with(window::Mutation::OpenedByDomain), FULL_WINDOW);
}

#[test]
fn a_decline_that_keeps_one_decliner_would_forget_the_others() {
    is_found(Window::two_noes().with(window::Mutation::OneDeclinerKept), NO_STANDS);
}

#[test]
fn without_a_recount_a_failed_delivery_would_carry_the_window() {
    is_found(Window::two_reports_at_once().with(window::Mutation::NoRecount), FULL_WINDOW);
}

#[test]
fn a_failure_that_is_ignored_after_the_close_would_leave_an_association() {
    is_found(Window::two_reports_at_once().with(window::Mutation::NoEndAfterTheClose), FULL_WINDOW);
}

#[test]
fn a_batch_that_does_not_demand_a_delivery_would_close_what_nobody_was_told() {
    is_found(Window::from_before().with(window::Mutation::OpenerNotDemanded), FULL_WINDOW);
}

#[test]
fn a_list_that_is_computed_anew_would_change_what_numbers_mean() {
    is_found(Window::held().with(window::Mutation::ListComputedAnew), ONE_ADDRESS);
}

#[test]
fn a_lock_that_refuses_a_right_no_would_be_an_error() {
    is_found(Window::locked().with(window::Mutation::LockRefusesNo), NO_STANDS);
}

#[test]
fn a_retired_link_that_refuses_what_is_active_would_be_an_error() {
    is_found(Window::retired().with(window::Mutation::RetiredRefusesActive), NO_STANDS);
}

#[test]
fn a_yes_taken_back_in_a_claim_under_way_would_let_silence_associate() {
    is_found(Window::yes_asked_for().with(window::Mutation::YesTakenBack), YES_STANDS);
}

#[test]
fn without_a_second_look_a_failure_noted_meanwhile_would_be_lost() {
    is_found(Window::two_reports_at_once().with(window::Mutation::NoSecondLook), FULL_WINDOW);
}

#[test]
fn an_undo_that_does_not_ask_for_failures_would_revive_a_failed_window() {
    is_found(Window::failure_under_an_undo().with(window::Mutation::RevivedUnasked), FULL_WINDOW);
}

#[test]
fn an_end_that_every_undo_moves_would_never_come() {
    is_found(Window::toggled().with(window::Mutation::EndMovedAgain), BOUNDED);
}
