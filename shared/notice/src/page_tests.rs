//! The pages, as they are sent.

use domain::claim::Mark;
use domain::claim::State;
use domain::ids::{ItemNo, NoticeNo};

use crate::content::Deadline;
use crate::dates::at;
use crate::language::Language;
use crate::page::{self, Decision, Outcome, Problem, Refusal, Refused};
use crate::samples::{World, language, sent_at};
use crate::standing::{CustomerOptions, Phase};

fn decision(world: &World, tag: &str, problem: Option<Problem>) -> String {
    let standing = CustomerOptions::of(&world.claim, NoticeNo(1), sent_at());
    let refused = problem.map(|problem| refused(problem, Decision::Decline, &[]));
    page::decision(language(tag), &world.notice(), &standing, refused.as_ref())
}

fn refused(problem: Problem, decision: Decision, items: &[u8]) -> Refused {
    let items = items.iter().copied().map(ItemNo).collect();
    Refused { problem, decision: Some(decision), items }
}

/// A customer who has declined the second of three items.
fn partly_declined() -> World {
    let mut world = World::new().awaiting();
    world.claim.items[1].mark =
        Some(Mark::Declined { at: sent_at(), in_time: true, no_answer: false, settled: false });
    world
}

fn outcome(decision: Decision, changed: bool) -> Outcome {
    Outcome { decision, changed, in_time: true, receipt: changed.then(|| "x-7".into()) }
}

#[test]
fn the_decision_page_reads_well_in_czech() {
    insta::assert_snapshot!(decision(&World::new().awaiting(), "cs", None));
}

#[test]
fn the_decision_page_reads_well_in_english_with_a_partial_no_and_a_wrong_code() {
    let problem = Problem::CodeWrong { tries_left: 4 };
    insta::assert_snapshot!(decision(&partly_declined(), "en", Some(problem)));
}

#[test]
fn a_form_that_was_not_taken_is_shown_as_it_was_sent_and_the_error_leads_to_its_own_field() {
    let world = partly_declined();
    let standing = CustomerOptions::of(&world.claim, NoticeNo(1), sent_at());
    let again = |problem, decision, items: &[u8]| {
        let refused = refused(problem, decision, items);
        page::decision(language("en"), &world.notice(), &standing, Some(&refused))
    };
    let code = Problem::CodeWrong { tries_left: 4 };
    let ticked = |html: &str| {
        let boxes = html.split("<label class=\"choice\">").skip(1);
        let ticked = boxes.filter(|one| one.contains(" checked>"));
        ticked.map(|one| one.split('"').nth(5).unwrap().to_owned()).collect::<Vec<_>>()
    };
    for (decision, items, field, expected) in [
        (Decision::Decline, &[3][..], "code", &["3"][..]),
        (Decision::Undo, &[2], "undo-code", &["2"]),
        (Decision::Extend, &[], "other-code", &[]),
        (Decision::WrongContact, &[], "other-code", &[]),
    ] {
        let html = again(code, decision, items);
        assert!(html.contains(&format!("<a href=\"#{field}\">")), "{decision:?}: {html}");
        assert_eq!(html.matches("aria-invalid").count(), 1, "{decision:?}");
        assert_eq!(ticked(&html), expected, "{decision:?}");
    }
    assert!(again(Problem::Items, Decision::Undo, &[]).contains("<a href=\"#undo-items\">"));
    assert!(!decision(&world, "en", None).contains(" checked"));
}

#[test]
fn an_error_leads_to_something_that_is_there_whatever_has_become_of_its_form() {
    let declined = {
        let mut world = World::new().awaiting();
        let mark =
            Mark::Declined { at: sent_at(), in_time: true, no_answer: false, settled: false };
        world.claim.items.iter_mut().for_each(|item| item.mark = Some(mark));
        world.claim.state = State::Declined { window: Some(world.window()) };
        world
    };
    let mut over = World::new();
    over.claim.state = State::Withdrawn;
    let problems = [
        Problem::CodeWrong { tries_left: 4 },
        Problem::CodeLocked { minutes: 15 },
        Problem::Items,
        Problem::Decision,
        Problem::State,
    ];
    for world in [World::new().awaiting(), partly_declined(), declined, over] {
        let standing = CustomerOptions::of(&world.claim, NoticeNo(1), sent_at());
        for decision in Decision::ALL {
            for problem in problems {
                let refused = refused(problem, decision, &[]);
                let html =
                    page::decision(language("cs"), &world.notice(), &standing, Some(&refused));
                let (_, target) = html.split_once("<li><a href=\"#").unwrap();
                let (target, _) = target.split_once('"').unwrap();
                assert_eq!(html.matches(&format!("id=\"{target}\"")).count(), 1, "{target}");
            }
        }
    }
}

#[test]
fn after_a_partial_no_question_and_lead_are_about_the_rest() {
    let html = decision(&partly_declined(), "en", None);
    assert!(html.contains("for these 2 items?"), "{html}");
    assert!(html.contains("the 2 items that nobody has decided yet"), "{html}");
    let whole = decision(&World::new().awaiting(), "en", None);
    assert!(whole.contains("for these 3 items?") && !whole.contains("nobody has decided"));
}

#[test]
fn a_result_can_be_told_from_the_claim_alone() {
    let world = partly_declined();
    let notice = crate::Notice::bare(&world.claim, NoticeNo(1), &world.operator);
    let standing = CustomerOptions::of(&world.claim, NoticeNo(1), sent_at());
    let outcome = outcome(Decision::Decline, true);
    for language in Language::all() {
        let html = page::result(language, &notice, &standing, &outcome);
        assert!(html.contains("x-7") && html.contains("teams") && !html.contains('⟦'), "{html}");
    }
}

#[test]
fn the_result_page_bears_the_receipt() {
    let world = partly_declined();
    let standing = CustomerOptions::of(&world.claim, NoticeNo(1), sent_at());
    let outcome = outcome(Decision::Decline, true);
    insta::assert_snapshot!(page::result(language("cs"), &world.notice(), &standing, &outcome));
}

#[test]
fn the_page_of_an_authenticity_code_tells_the_notice_and_not_its_secrets() {
    let world = World::new();
    let html = page::genuine(
        language("en"),
        &world.notice(),
        &CustomerOptions::of(&world.claim, NoticeNo(1), sent_at()),
        true,
    );
    let links = world.links();
    for secret in [&links.decision_url, &links.decision_code] {
        assert!(!html.contains(secret.as_str()));
    }
    insta::assert_snapshot!(html);
}

#[test]
fn nothing_is_there_for_a_link_of_nobody() {
    insta::assert_snapshot!(page::refusal(
        language("en"),
        Refusal::NotFound,
        "help@operator.example"
    ));
}

#[test]
fn no_message_is_missing_on_any_page_in_any_language() {
    for language in Language::all() {
        for html in every_page(language) {
            assert!(!html.contains('⟦') && html.ends_with("</html>"), "{html}");
            assert!(!html.contains("<script") && !html.contains(" style="), "{html}");
        }
    }
}

fn every_page(language: Language) -> Vec<String> {
    let world = partly_declined();
    let notice = world.notice();
    let standing = CustomerOptions::of(&world.claim, NoticeNo(1), sent_at());
    let phases = [
        Phase::Open,
        Phase::Answered,
        Phase::Late,
        Phase::Paused,
        Phase::Review,
        Phase::Associated,
        Phase::Declined,
        Phase::Withdrawn,
        Phase::Rejected,
        Phase::Ended,
        Phase::Discarded,
    ];
    let problems = [
        Problem::CodeWrong { tries_left: 0 },
        Problem::CodeLocked { minutes: 15 },
        Problem::Items,
        Problem::Decision,
        Problem::State,
    ];
    let refusals = [Refusal::NotFound, Refusal::Method, Refusal::Form, Refusal::Unavailable];
    let late = Outcome { in_time: false, ..outcome(Decision::Decline, true) };
    let unset = crate::Notice { deadline: Deadline::Unset, ..world.notice() };
    let mut pages = vec![
        page::result(language, &notice, &standing, &outcome(Decision::Undo, true)),
        page::result(language, &notice, &standing, &outcome(Decision::Undo, false)),
        page::result(language, &notice, &standing, &late),
        page::genuine(language, &notice, &standing, false),
        page::genuine(language, &unset, &standing, true),
        page::decision(language, &unset, &standing, None),
    ];
    pages.extend(
        Decision::ALL
            .map(|decision| page::result(language, &notice, &standing, &outcome(decision, true))),
    );
    pages.extend(phases.map(|phase| {
        page::decision(language, &notice, &CustomerOptions { phase, ..standing.clone() }, None)
    }));
    pages.extend(problems.map(|problem| {
        let refused = refused(problem, Decision::Extend, &[]);
        page::decision(language, &notice, &standing, Some(&refused))
    }));
    pages.extend(refusals.map(|refusal| page::refusal(language, refusal, "help@operator.example")));
    pages
}

#[test]
fn the_headers_are_strict_and_name_the_one_style_sheet() {
    let text: Vec<_> =
        page::headers().iter().map(|(name, value)| format!("{name}: {value}")).collect();
    insta::assert_snapshot!(text.join("\n"));
    let html = decision(&World::new(), "en", None);
    let (_, rest) = html.split_once("<style>").unwrap();
    let (style, _) = rest.split_once("</style>").unwrap();
    assert_eq!(style, include_str!("../templates/style.css"), "the digest is of what is sent");
}

#[test]
fn a_no_can_be_taken_back_until_the_window_closes_and_an_active_item_ended_after() {
    let mut world = partly_declined();
    let check = |world: &World, at| {
        let standing = CustomerOptions::of(&world.claim, NoticeNo(1), at);
        let numbers = |items: Vec<ItemNo>| items.iter().map(|no| no.0).collect::<Vec<_>>();
        (standing.phase, numbers(standing.refusable), numbers(standing.undoable))
    };
    let closes_at = at("2026-12-31T23:00:00Z");
    let before = closes_at - chrono::Duration::milliseconds(1);
    assert_eq!(check(&world, before), (Phase::Open, vec![1, 3], vec![2]));
    assert_eq!(check(&world, closes_at), (Phase::Late, vec![1, 3], vec![]));
    world.claim.state = State::Associated { window: Some(world.window()), ends_at: None };
    assert_eq!(check(&world, closes_at), (Phase::Associated, vec![1, 3], vec![]));
    world.claim.state = State::Withdrawn;
    assert_eq!(check(&world, before), (Phase::Withdrawn, vec![], vec![]));
}

#[test]
fn before_the_delivery_is_proved_the_page_counts_from_now_and_says_so() {
    let html = decision(&World::new(), "en", None);
    assert!(html.contains("at least until the end of Thursday 31 December 2026"), "{html}");
    assert_eq!(World::new().notice().no, NoticeNo(1));
}

#[test]
fn the_page_of_a_code_says_how_a_claim_stands_that_is_over_and_names_no_deadline() {
    let mut world = World::new();
    world.claim.state = State::Withdrawn;
    let standing = CustomerOptions::of(&world.claim, NoticeNo(1), sent_at());
    let html = page::genuine(language("en"), &world.notice(), &standing, true);
    assert!(html.contains("has withdrawn this request"), "{html}");
    assert!(!html.contains("If you do nothing") && !html.contains("Until when"), "{html}");
}
