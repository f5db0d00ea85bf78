//! The pages, as they are sent.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::claim::{Claim, Instant, Mark, State, UsedChances};
use domain::ids::{ItemNo, NoticeNo};
use domain::motive::Motive;
use domain::program::UsageHistory;
use domain::recipient::{Decliners, RecipientList, RecipientNo};
use domain::text::{Domain, Name};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::content::AnswerDeadline;
use crate::dates::at;
use crate::page::{
    self, Decision, DecisionOutcome, FormChoices, FormProblem, RefusalReason, RefusedForm, SentText,
};
use crate::samples::{SampleWorld, language, sent_at};
use crate::standing::{CustomerOptions, Holder, LinkRights, Phase};
use language::Language;

const VERIFIED: u8 = 1;
const UNVERIFIED: u8 = 2;
const REFUSED: u8 = 3;
const RETIRED: u8 = 4;
const PAST: u8 = 5;
const OTHER_VERIFIED: u8 = 6;

/// The list of the sample's notice: one recipient of each kind.
fn list() -> RecipientList {
    let recipient = |no: u8, authority: &str, standing: &str| {
        json!({
            "no": no, "name": "Kateřina Malá", "email": format!("r{no}@contoso.example"),
            "authority": authority, "standing": standing, "asked_at": sent_at(),
        })
    };
    serde_json::from_value(json!({
        "notice": 1, "told_until": null, "acted": [],
        "recipients": [
            recipient(VERIFIED, "verified", "asked"),
            recipient(UNVERIFIED, "domain", "asked"),
            recipient(REFUSED, "verified", "refused"),
            recipient(RETIRED, "verified", "retired"),
            recipient(PAST, "verified", "past"),
            recipient(OTHER_VERIFIED, "verified", "reserve"),
        ],
    }))
    .unwrap()
}

/// How a claim stands for one of them.
fn options_of(claim: &Claim, recipient: u8, at: Instant) -> CustomerOptions {
    let (notice, recipient) = (NoticeNo(1), Some(RecipientNo(recipient)));
    let holder = Holder { notice, recipient, list: Some(&list()), tenant: None };
    CustomerOptions::of(claim, holder, at)
}

/// The moment after everything that the sample tells.
fn after() -> Instant {
    sent_at() + chrono::Duration::milliseconds(1)
}

fn options(claim: &Claim) -> CustomerOptions {
    options_of(claim, VERIFIED, after())
}

/// The page of one of them.
fn page_of(world: &SampleWorld, recipient: u8, tag: &str) -> String {
    let standing = options_of(&world.claim, recipient, after());
    page::render_decision(language(tag), &world.notice(), &standing, None)
}

/// A "no" in time of these parties.
fn declined(by: Decliners) -> Mark {
    let (at, latest) = (sent_at(), sent_at());
    let (in_time, no_answer, settled) = (true, false, false);
    Mark::Declined { at, latest, by, in_time, no_answer, settled }
}

fn by(recipient: u8) -> Decliners {
    Decliners::only_recipient(RecipientNo(recipient))
}

fn decision(world: &SampleWorld, tag: &str, problem: Option<FormProblem>) -> String {
    let standing = options(&world.claim);
    let refused = problem.map(|problem| refused(problem, Decision::Decline, &[]));
    page::render_decision(language(tag), &world.notice(), &standing, refused.as_ref())
}

fn refused(problem: FormProblem, decision: Decision, items: &[u8]) -> RefusedForm {
    let items = items.iter().copied().map(ItemNo).collect();
    let choices = FormChoices { decision: Some(decision), items, motive: Some(Motive::WrongItems) };
    RefusedForm { problem, choices }
}

/// A customer who has declined the second of three items.
fn partly_declined() -> SampleWorld {
    let mut world = SampleWorld::new().awaiting();
    world.claim.items[1].mark = Some(declined(by(VERIFIED)));
    world
}

fn outcome(decision: Decision, changed: bool) -> DecisionOutcome {
    let receipt = changed.then(|| "x-7".into());
    DecisionOutcome { decision, changed, in_time: true, at: after(), receipt }
}

#[test]
fn every_page_reads_as_its_golden_file_in_every_language() {
    for language in Language::ALL {
        for (name, html) in every_page(language) {
            let html = without_style(&html);
            insta::assert_snapshot!(format!("page_{name}_{}", language.tag()), html);
        }
    }
}

#[test]
fn a_form_that_was_not_taken_is_shown_as_it_was_sent_and_the_error_leads_to_its_own_field() {
    let world = partly_declined();
    let standing = options(&world.claim);
    let again = |problem, decision, items: &[u8]| {
        let refused = refused(problem, decision, items);
        page::render_decision(language("en"), &world.notice(), &standing, Some(&refused))
    };
    let code = FormProblem::CodeWrong { tries_left: Some(4) };
    let ticked = |html: &str| {
        let boxes = html.split("<label class=\"choice\">").skip(1);
        let ticked = boxes.filter(|one| one.contains(" checked>"));
        ticked.map(|one| one.split('"').nth(5).unwrap().to_owned()).collect::<Vec<_>>()
    };
    for (decision, items, field, expected) in [
        (Decision::Decline, &[3][..], "code", &["3"][..]),
        (Decision::Undo, &[2], "undo-code", &["2"]),
        (Decision::Extend, &[], "code", &[]),
        (Decision::WrongContact, &[], "code", &[]),
    ] {
        let html = again(code, decision, items);
        assert!(html.contains(&format!("<a href=\"#{field}\">")), "{decision:?}: {html}");
        assert_eq!(html.matches("aria-invalid").count(), 1, "{decision:?}");
        assert_eq!(html.matches("class=\"wrong\"").count(), 1, "{decision:?}");
        assert!(html.contains(&format!("id=\"{field}-problem\">The code is not right")), "{html}");
        assert_eq!(ticked(&html), expected, "{decision:?}");
    }
    assert!(again(FormProblem::Items, Decision::Undo, &[]).contains("<a href=\"#undo-items\">"));
    assert!(!decision(&world, "en", None).contains(" checked"));
}

#[test]
fn an_error_leads_to_something_that_is_there_whatever_has_become_of_its_form() {
    let mut over = SampleWorld::new();
    over.claim.state = State::Withdrawn;
    let problems = [
        FormProblem::CodeMalformed { digits: 6 },
        FormProblem::CodeWrong { tries_left: Some(4) },
        FormProblem::CodeLocked { minutes: 15 },
        FormProblem::Items,
        FormProblem::Decision,
        FormProblem::State,
    ];
    for (world, recipient) in [
        (SampleWorld::new().awaiting(), VERIFIED),
        (partly_declined(), VERIFIED),
        (partly_declined(), UNVERIFIED),
        (partly_declined(), RETIRED),
        (all_declined(), VERIFIED),
        (over, VERIFIED),
    ] {
        let standing = options_of(&world.claim, recipient, after());
        for decision in Decision::ALL {
            for problem in problems {
                let refused = refused(problem, decision, &[]);
                let html = page::render_decision(
                    language("cs"),
                    &world.notice(),
                    &standing,
                    Some(&refused),
                );
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
    let whole = decision(&SampleWorld::new().awaiting(), "en", None);
    assert!(whole.contains("for these 3 items?") && !whole.contains("nobody has decided"));
}

#[test]
fn a_result_can_be_told_from_the_claim_alone() {
    let world = partly_declined();
    let notice = crate::Notice::from_claim_alone(&world.claim, NoticeNo(1), &world.operator);
    let standing = options(&world.claim);
    let outcome = outcome(Decision::Decline, true);
    for language in Language::ALL {
        let html = page::render_result(language, &notice, &standing, &outcome);
        assert!(html.contains("x-7") && html.contains("teams") && !html.contains('⟦'), "{html}");
    }
}

#[test]
fn a_result_names_partner_customer_and_program_what_still_waits_and_who_answered() {
    let world = partly_declined();
    let html = result(&world, VERIFIED, Decision::Decline);
    for told in [
        "<bdi>Alpine &#60;Cloud&#62;</bdi> to be the official partner of <bdi>Contoso</bdi>",
        "in the program <bdi>Online Services Usage – Microsoft 365</bdi>",
        "Nobody has decided yet: <bdi>Exchange Online</bdi>, <bdi>sharepoint-online</bdi>. If you do nothing",
        "for them; you can say no until the end of Thursday 31 December 2026.",
        "Answered by: you, by this link",
        "Recorded: Tuesday 22 December 2026 15:00",
        "<strong>x-7</strong>",
    ] {
        assert!(html.contains(told), "{told} in {html}");
    }
    let declined = all_declined();
    let html = result(&declined, VERIFIED, Decision::Decline);
    assert!(html.contains("Nothing in this request waits for an answer any more."), "{html}");
    let html = result(&partly_declined().opt_in(), VERIFIED, Decision::Decline);
    assert!(html.contains("without a yes the request lapses"), "{html}");
}

/// The page after a decision of one of them, in English.
fn result(world: &SampleWorld, recipient: u8, decision: Decision) -> String {
    let standing = options_of(&world.claim, recipient, after());
    page::render_result(language("en"), &world.notice(), &standing, &outcome(decision, true))
}

/// A customer who has declined everything while the window runs.
fn all_declined() -> SampleWorld {
    let mut world = SampleWorld::new().awaiting();
    world.claim.items.iter_mut().for_each(|item| item.mark = Some(declined(by(VERIFIED))));
    world.claim.state = State::Declined { window: Some(world.window()) };
    world
}

#[test]
fn the_page_of_an_authenticity_code_tells_none_of_the_secrets() {
    let world = SampleWorld::new();
    let html = page::render_authenticity(
        language("en"),
        &world.notice(),
        &options(&world.claim),
        true,
        None,
    );
    let links = world.links();
    for secret in [&links.decision_url, &links.decision_code] {
        assert!(!html.contains(secret.as_str()));
    }
}

/// The page without its one style sheet, which is the same everywhere.
fn without_style(html: &str) -> String {
    let (before, rest) = html.split_once("<style>").unwrap();
    let (_, after) = rest.split_once("</style>").unwrap();
    format!("{before}<style></style>{after}")
}

#[test]
fn no_message_is_missing_on_any_page_in_any_language() {
    for language in Language::ALL {
        for (_, html) in every_page(language) {
            assert!(!html.contains('⟦') && html.ends_with("</html>"), "{html}");
            assert!(!html.contains("<script") && !html.contains(" style="), "{html}");
        }
    }
}

/// A text with what must not act on a page.
fn sent_text() -> SentText {
    let text = "Dobrý den,\n<b>Alpine</b> žádá".to_owned();
    SentText { language: language("cs"), at: sent_at(), text }
}

/// Every page under its name.
fn every_page(language: Language) -> Vec<(String, String)> {
    let world = partly_declined();
    let notice = world.notice();
    let standing = options(&world.claim);
    let late = DecisionOutcome { in_time: false, ..outcome(Decision::Decline, true) };
    let unset = crate::Notice { deadline: AnswerDeadline::Unset, ..world.notice() };
    let undone = outcome(Decision::Undo, false);
    let mut pages = [
        ("result_undone_already", page::render_result(language, &notice, &standing, &undone)),
        ("result_late", page::render_result(language, &notice, &standing, &late)),
        ("genuine_older", page::render_authenticity(language, &notice, &standing, false, None)),
        ("genuine_unset", page::render_authenticity(language, &unset, &standing, true, None)),
        (
            "genuine",
            page::render_authenticity(language, &notice, &standing, true, Some(&sent_text())),
        ),
        ("unset", page::render_decision(language, &unset, &standing, None)),
        ("opt_in", page_of(&SampleWorld::new().awaiting().opt_in(), VERIFIED, language.tag())),
        ("on_its_way", page_of(&SampleWorld::new(), VERIFIED, language.tag())),
        ("open", page_of(&SampleWorld::new().awaiting(), VERIFIED, language.tag())),
        ("term", page_of(&SampleWorld::new().awaiting().with_term(), VERIFIED, language.tag())),
        ("logo", page_of(&SampleWorld::new().awaiting().with_logo(), VERIFIED, language.tag())),
    ]
    .map(|(name, html)| (name.to_owned(), html))
    .to_vec();
    pages.extend(Decision::ALL.map(|decision| {
        let html = page::render_result(language, &notice, &standing, &outcome(decision, true));
        (format!("result_{}", decision.as_str()), html)
    }));
    pages.extend(states().into_iter().enumerate().map(|(place, (phase, world))| {
        let standing = CustomerOptions { phase, ..options(&world.claim) };
        let html = page::render_decision(language, &world.notice(), &standing, None);
        (format!("phase_{place:02}_{phase:?}").to_lowercase(), html)
    }));
    for (name, recipient) in [
        ("unverified", UNVERIFIED),
        ("refused", REFUSED),
        ("retired", RETIRED),
        ("past", PAST),
        ("other_verified", OTHER_VERIFIED),
    ] {
        let standing = options_of(&world.claim, recipient, after());
        let html = page::render_decision(language, &notice, &standing, None);
        pages.push((format!("link_{name}"), html));
        let outcome = outcome(Decision::WrongContact, true);
        let html = page::render_result(language, &notice, &standing, &outcome);
        pages.push((format!("result_link_{name}"), html));
    }
    pages.extend(
        [
            ("code_wrong_locked", FormProblem::CodeWrong { tries_left: Some(0) }),
            ("code_wrong_of_no", FormProblem::CodeWrong { tries_left: None }),
            ("code_malformed", FormProblem::CodeMalformed { digits: 6 }),
            ("undo_code_malformed", FormProblem::CodeMalformed { digits: 10 }),
            ("code_locked", FormProblem::CodeLocked { minutes: 15 }),
            ("items", FormProblem::Items),
            ("decision", FormProblem::Decision),
            ("state", FormProblem::State),
        ]
        .map(|(name, problem)| {
            let refused = refused(problem, Decision::Extend, &[]);
            let html = page::render_decision(language, &notice, &standing, Some(&refused));
            (format!("problem_{name}"), html)
        }),
    );
    let refusals = [
        RefusalReason::NotFound,
        RefusalReason::Method,
        RefusalReason::Form,
        RefusalReason::Unavailable,
    ];
    pages.extend(refusals.map(|refusal| {
        let html = page::render_refusal(language, refusal, &world.operator);
        (format!("refusal_{refusal:?}").to_lowercase(), html)
    }));
    pages
}

/// A claim in every phase.
fn states() -> Vec<(Phase, SampleWorld)> {
    let in_state = |state: State| {
        let mut world = SampleWorld::new();
        world.claim.state = state;
        world
    };
    let window = || Some(SampleWorld::new().window());
    let end = at("2028-12-31T23:00:00Z");
    let lapsed = {
        let mut world = in_state(State::Declined { window: None });
        let (at, latest, by) = (sent_at(), sent_at(), Decliners::NOBODY);
        let mark =
            Mark::Declined { at, latest, by, in_time: true, no_answer: true, settled: false };
        world.claim.items.iter_mut().for_each(|item| item.mark = Some(mark));
        world
    };
    vec![
        (Phase::Open, partly_declined()),
        (Phase::Answered, all_declined()),
        (Phase::Late, SampleWorld::new().awaiting()),
        (Phase::Paused, in_state(State::OnHold { reason: None })),
        (Phase::Review, SampleWorld::new()),
        (Phase::Associated, in_state(State::Associated { window: window(), ends_at: Some(end) })),
        (Phase::Declined, all_declined()),
        (Phase::Declined, lapsed),
        (Phase::Withdrawn, in_state(State::Withdrawn)),
        (Phase::Rejected, partly_declined()),
        (Phase::Ended, in_state(State::Ended { window: window(), ends_at: None })),
        (Phase::Discarded, in_state(State::Discarded)),
    ]
}

#[test]
fn the_headers_are_strict_and_name_the_one_style_sheet() {
    let world = SampleWorld::new();
    let headers = page::page_headers(&world.operator.brand);
    let text: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let text = text.join("\n");
    let html = decision(&world, "en", None);
    let (_, rest) = html.split_once("<style>").unwrap();
    let (style, _) = rest.split_once("</style>").unwrap();
    let digest = STANDARD.encode(Sha256::digest(style));
    assert!(text.contains(&format!("style-src 'sha256-{digest}';")), "it is of what is sent");
    insta::assert_snapshot!(text.replace(&digest, "…"));
}

#[test]
fn a_no_can_be_taken_back_until_the_window_closes_and_an_active_item_ended_after() {
    let mut world = partly_declined();
    let check = |world: &SampleWorld, at| {
        let standing = options_of(&world.claim, VERIFIED, at);
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
    let html = decision(&SampleWorld::new(), "en", None);
    assert!(html.contains("at least until the end of Thursday 31 December 2026"), "{html}");
    assert_eq!(SampleWorld::new().notice().no, NoticeNo(1));
}

#[test]
fn the_page_of_a_code_says_how_a_claim_stands_that_is_over_and_names_no_deadline() {
    let mut world = SampleWorld::new();
    world.claim.state = State::Withdrawn;
    let standing = options(&world.claim);
    let html = page::render_authenticity(language("en"), &world.notice(), &standing, true, None);
    assert!(html.contains("has withdrawn its request"), "{html}");
    assert!(!html.contains("If you do nothing") && !html.contains("Until when"), "{html}");
}

#[test]
fn every_name_on_a_page_is_isolated_and_what_the_partner_wrote_is_named_as_its_own() {
    let mut world = partly_declined();
    let details = &mut world.claim.details;
    details.tenant_name = Name::try_from("מבחן 5".to_owned()).unwrap();
    details.partner_name = Name::try_from("Alpine\u{2069}\u{202e}Cloud".to_owned()).unwrap();
    details.tenant_domain = Domain::parse("münchen.example").unwrap();
    let (notice, standing) = (world.notice(), options(&world.claim));
    let (outcome, sent) = (outcome(Decision::Decline, true), sent_text());
    for (tag, stated) in [("en", "(stated by the partner)"), ("cs", "(uvedl partner)")] {
        let language = language(tag);
        let decision = page::render_decision(language, &notice, &standing, None);
        assert!(decision.contains("xn--mnchen-3ya.example (<bdi>münchen.example</bdi>)"));
        assert_eq!(decision.matches(stated).count(), 1, "{decision}");
        for html in [
            decision,
            page::render_result(language, &notice, &standing, &outcome),
            page::render_authenticity(language, &notice, &standing, true, None),
            page::render_authenticity(language, &notice, &standing, true, Some(&sent)),
        ] {
            let (head, body) = html.split_once("<body>").unwrap();
            assert!(!head.contains("<bdi>") && !head.contains("\u{2068}Alpine"), "{head}");
            for name in
                ["מבחן 5", "AlpineCloud", "Jana Nováková", "sharepoint-online", "Exchange Online"]
            {
                let isolated = body.matches(&format!("<bdi>{name}</bdi>")).count();
                assert_eq!(body.matches(name).count(), isolated, "{name} in {body}");
            }
            assert_eq!(body.matches("<bdi>").count(), body.matches("</bdi>").count());
            assert!(!body.contains(['\u{2068}', '\u{2069}', '\u{202e}']), "{body}");
        }
    }
}

#[test]
fn a_text_that_was_kept_cannot_leave_its_place_on_the_page() {
    let (world, text) = (SampleWorld::new(), "a\u{2069}b \u{2068}c\n\u{2068}<i>".to_owned());
    let sent = SentText { language: language("cs"), at: sent_at(), text };
    let standing = options(&world.claim);
    let html =
        page::render_authenticity(language("en"), &world.notice(), &standing, true, Some(&sent));
    let (_, rest) = html.split_once("lang=\"cs\">ab <bdi>c\n<bdi>&#60;i&#62;</bdi></bdi>").unwrap();
    assert!(rest.starts_with("</div>"), "{rest}");
}

/// What a page offers, by the names of its buttons.
fn offered(html: &str) -> Vec<&str> {
    let buttons = html.split("name=\"decision\" value=\"").skip(1);
    buttons.map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn the_page_of_a_verified_recipient_offers_all_but_a_yes() {
    let html = page_of(&partly_declined(), VERIFIED, "en");
    assert_eq!(offered(&html), ["decline", "extend", "wrong_contact", "undo"]);
    assert!(!html.contains("accept\"") && !html.contains("id=\"link\""), "{html}");
}

#[test]
fn the_page_says_which_days_the_partner_may_read_and_nothing_where_the_policy_is_not_known() {
    let mut world = SampleWorld::new().awaiting();
    let (since, every) = ("Only days since the partnership", "Days from before the partnership");
    let html = page_of(&world, VERIFIED, "en");
    assert!(html.contains(since) && !html.contains(every), "{html}");
    world.policy.usage_history = UsageHistory::All;
    let html = page_of(&world, VERIFIED, "en");
    assert!(html.contains(every) && !html.contains(since), "{html}");
    let notice = crate::Notice { usage_history: None, ..world.notice() };
    let html = page::render_decision(language("en"), &notice, &options(&world.claim), None);
    assert!(!html.contains(every) && !html.contains(since), "{html}");
}

#[test]
fn a_page_promises_no_sight_of_what_is_over_and_speaks_of_the_active_items_while_it_runs() {
    let (to_come, now) = ("What the partner will see", "What the partner sees");
    for (phase, world) in states() {
        let standing = CustomerOptions { phase, ..options(&world.claim) };
        let html = page::render_decision(language("en"), &world.notice(), &standing, None);
        let expected = match phase {
            Phase::Open | Phase::Answered | Phase::Late | Phase::Paused | Phase::Review => {
                [true, false, true, false]
            }
            Phase::Associated => [false, true, true, true],
            Phase::Declined
            | Phase::Withdrawn
            | Phase::Rejected
            | Phase::Ended
            | Phase::Discarded => [false, false, false, true],
        };
        let costs = "What refusing costs";
        let found = [to_come, now, costs, "Who asked"].map(|text| html.contains(text));
        assert_eq!(found, expected, "{phase:?}");
    }
}

#[test]
fn a_window_that_became_longer_is_not_said_to_have_its_first_days() {
    let mut world = SampleWorld::new().awaiting();
    let rule = "You have 5 business days in full";
    assert!(page_of(&world, VERIFIED, "en").contains(rule));
    let window = world.place.open_window(sent_at(), 10).unwrap();
    world.claim.state = State::AwaitingCustomer { window };
    let html = page_of(&world, VERIFIED, "en");
    assert!(!html.contains(rule) && html.contains("it has become longer since"), "{html}");
    // What is known of the claim alone does not tell how many days there were.
    let bare = crate::Notice::from_claim_alone(&world.claim, NoticeNo(1), &world.operator);
    let html = page::render_decision(language("en"), &bare, &options(&world.claim), None);
    assert!(!html.contains("business day"), "{html}");
}

#[test]
fn the_page_of_an_unverified_recipient_takes_no_undo_and_gives_no_time() {
    let html = page_of(&partly_declined(), UNVERIFIED, "en");
    assert_eq!(offered(&html), ["decline", "wrong_contact"]);
}

#[test]
fn the_page_of_who_is_not_the_right_person_says_so_and_takes_a_no() {
    let html = page_of(&SampleWorld::new().awaiting(), REFUSED, "en");
    assert_eq!(offered(&html), ["decline"]);
    assert!(html.contains("You said that you are not the right person"), "{html}");
}

#[test]
fn the_page_of_a_retired_link_says_whom_to_ask_and_takes_a_no() {
    let html = page_of(&SampleWorld::new().awaiting(), RETIRED, "cs");
    assert_eq!(offered(&html), ["decline"]);
    assert!(
        html.contains(
            "obraťte se na společnost <bdi>Vendor &#34;One&#34;, Ltd.</bdi>: help@operator.example"
        ),
        "{html}"
    );
}

#[test]
fn a_retired_link_offers_to_end_what_is_active() {
    let mut world = SampleWorld::new().awaiting();
    world.claim.state = State::Associated { window: Some(world.window()), ends_at: None };
    let standing = options_of(&world.claim, RETIRED, after());
    assert_eq!(standing.refusable, [1, 2, 3].map(ItemNo));
    let html = page::render_decision(language("en"), &world.notice(), &standing, None);
    assert_eq!(offered(&html), ["decline"]);
}

#[test]
fn a_link_of_an_earlier_notice_or_without_a_recipient_takes_a_no_and_nothing_else() {
    let mut world = partly_declined();
    assert_eq!(offered(&page_of(&world, PAST, "en")), ["decline"]);
    let old = Holder { notice: NoticeNo(1), recipient: None, list: None, tenant: None };
    let standing = CustomerOptions::of(&world.claim, old, after());
    assert_eq!(standing.rights, LinkRights::Earlier);
    let html = page::render_decision(language("en"), &world.notice(), &standing, None);
    assert_eq!(offered(&html), ["decline"]);
    assert!(html.contains("By this link you can only say no"), "{html}");
    world.claim.notice = NoticeNo(2);
    assert_eq!(options(&world.claim).rights, LinkRights::Earlier);
    assert_eq!(options_of(&world.claim, RETIRED, after()).rights, LinkRights::Retired);
    world.claim.state = State::Withdrawn;
    assert!(!page_of(&world, VERIFIED, "en").contains("By this link"));
}

#[test]
fn the_page_of_an_erased_claim_says_that_it_is_closed_and_names_nobody() {
    let mut world = partly_declined();
    world.claim.state = State::Withdrawn;
    world.claim.erased = true;
    world.claim.details.partner_contact = None;
    for (tag, says) in [("en", "This request is closed"), ("cs", "Tato žádost je uzavřena")] {
        for recipient in [VERIFIED, UNVERIFIED, RETIRED] {
            let standing = options_of(&world.claim, recipient, after());
            assert_eq!(standing.rights, LinkRights::Erased);
            assert_eq!((standing.can_refuse, standing.can_extend), (false, false));
            let html = page_of(&world, recipient, tag);
            assert!(html.contains(says) && !html.contains('⟦'), "{html}");
            assert!(!html.contains("@alpine") && !html.contains("@contoso"), "{html}");
        }
    }
}

#[test]
fn a_contact_that_is_verified_no_longer_takes_nothing_back() {
    let mut world = partly_declined();
    let rights = |world: &SampleWorld| {
        let (recipient, list) = (Some(RecipientNo(VERIFIED)), list());
        let tenant = Some(&world.tenant);
        let holder = Holder { notice: NoticeNo(1), recipient, list: Some(&list), tenant };
        CustomerOptions::of(&world.claim, holder, after()).rights
    };
    assert_eq!(rights(&world), LinkRights::Unverified);
    world.tenant.contacts = serde_json::from_value(json!([
        {"name": "Kateřina Malá", "email": "r1@contoso.example", "verified": true},
    ]))
    .unwrap();
    assert_eq!(rights(&world), LinkRights::Verified);
}

#[test]
fn a_verified_recipient_takes_back_its_own_no_and_those_of_unverified_ones() {
    let undoable = |by: Decliners| {
        let mut world = SampleWorld::new().awaiting();
        world.claim.items[1].mark = Some(declined(by));
        options(&world.claim).undoable
    };
    assert_eq!(undoable(by(VERIFIED)), [ItemNo(2)]);
    assert_eq!(undoable(by(UNVERIFIED)), [ItemNo(2)]);
    assert_eq!(undoable(by(VERIFIED).with(by(OTHER_VERIFIED))), [ItemNo(2)]);
    for others in [by(OTHER_VERIFIED), by(RETIRED), Decliners::ADMINISTRATOR] {
        assert_eq!(undoable(others), [], "{others:?}");
    }
}

#[test]
fn after_three_undos_by_link_the_page_offers_none() {
    let mut world = partly_declined();
    world.claim.used = UsedChances { undos: 3, ..UsedChances::default() };
    assert_eq!(options(&world.claim).undoable, []);
    assert!(!offered(&decision(&world, "en", None)).contains(&"undo"));
}

#[test]
fn somebody_elses_no_can_be_joined() {
    let world = partly_declined();
    assert_eq!(options(&world.claim).joinable, []);
    let other = options_of(&world.claim, OTHER_VERIFIED, after());
    assert_eq!((other.refusable, other.joinable), (vec![ItemNo(1), ItemNo(3)], vec![ItemNo(2)]));
    let mut all = SampleWorld::new().awaiting();
    all.claim.items.iter_mut().for_each(|item| item.mark = Some(declined(by(VERIFIED))));
    all.claim.state = State::Declined { window: Some(all.window()) };
    let html = page_of(&all, OTHER_VERIFIED, "en");
    assert_eq!(offered(&html), ["decline", "wrong_contact"]);
    assert!(html.contains("If you say no as well") && !html.contains("id=\"keep\""), "{html}");
    all.claim.state = State::Declined { window: None };
    assert_eq!(options_of(&all.claim, OTHER_VERIFIED, after()).joinable, []);
}

#[test]
fn the_undo_asks_for_the_ten_digits_of_the_receipt_in_a_field_of_its_own() {
    let html = decision(&partly_declined(), "en", None);
    let (_, undo) = html.split_once("id=\"undo-items\"").unwrap();
    let (undo, _) = undo.split_once("</form>").unwrap();
    assert!(undo.contains("Ten-digit code from the receipt"), "{undo}");
    assert!(!undo.contains("Six-digit code from"), "{undo}");
}

#[test]
fn the_result_of_a_no_announces_a_receipt_with_a_code_to_verified_recipients_alone() {
    let world = partly_declined();
    let result = |recipient, decision| result(&world, recipient, decision);
    let announces = |html: &str| html.contains("ten-digit code");
    assert!(announces(&result(VERIFIED, Decision::Decline)));
    assert!(!announces(&result(VERIFIED, Decision::Undo)));
    for recipient in [UNVERIFIED, REFUSED, RETIRED, PAST] {
        assert!(!announces(&result(recipient, Decision::Decline)), "{recipient}");
    }
    assert!(result(REFUSED, Decision::WrongContact).contains("You can still say no here"));
}

#[test]
fn the_page_of_an_authenticity_code_shows_the_text_that_was_sent() {
    let world = SampleWorld::new();
    let (notice, standing) = (world.notice(), options(&world.claim));
    let html =
        page::render_authenticity(language("en"), &notice, &standing, true, Some(&sent_text()));
    let text =
        "<div class=\"sent\" lang=\"cs\">Dobrý den,\n&#60;b&#62;Alpine&#60;/b&#62; žádá</div>";
    let (before, since) = html.split_once("<h2>Since then</h2>").unwrap();
    assert!(before.contains(text) && !before.contains("<table"), "{html}");
    assert!(
        before.contains("Sent: Tuesday 22 December 2026 15:00, Central European Time"),
        "{html}"
    );
    assert!(since.contains("<td>waiting</td>"), "{html}");
    let html = page::render_authenticity(language("en"), &notice, &standing, true, None);
    assert!(html.contains("The text of this notice is not kept any more."), "{html}");
}

#[test]
fn what_happens_without_an_answer_is_told_in_words_that_match_the_state() {
    for (phase, world) in states() {
        let standing = CustomerOptions { phase, ..options(&world.claim) };
        let html = page::render_decision(language("en"), &world.notice(), &standing, None);
        let asks = html.contains("<h1>Shall ");
        assert_eq!(asks, phase == Phase::Open, "{phase:?} has a heading of its own");
        let agrees = html.contains("id=\"keep\"");
        assert_eq!(agrees, matches!(phase, Phase::Open | Phase::Late), "{phase:?}");
        assert!(!html.contains("stays so") && !html.contains("as it is"), "{html}");
    }
    let html = decision(&SampleWorld::new().awaiting(), "en", None);
    assert!(
        html.contains("if nobody says no, <bdi>Alpine &#60;Cloud&#62;</bdi> becomes"),
        "{html}"
    );
    let html = decision(&SampleWorld::new().awaiting().opt_in(), "en", None);
    assert!(html.contains("Without a yes the request lapses"), "{html}");
}

#[test]
fn the_term_is_told_before_and_the_day_on_which_it_ends_as_soon_as_it_is_known() {
    let mut world = SampleWorld::new().with_term();
    let says = |world: &SampleWorld, text: &str| {
        let html = decision(world, "en", None);
        assert!(html.contains(text), "{text} in {html}");
    };
    says(&world, "24 months from the deadline. You can end it before");
    world = world.awaiting();
    says(&world, "Until the end of Sunday 31 December 2028. You can end it before");
    let ends_at = Some(at("2028-12-31T23:00:00Z"));
    world.claim.state = State::Associated { window: Some(world.window()), ends_at };
    says(&world, "until the end of Sunday 31 December 2028, if you do nothing. You can end it now");
    world.claim.state = State::Associated { window: Some(world.window()), ends_at: None };
    says(&world, ", until you or the partner end it. You can end it now");
}

#[test]
fn silence_that_was_a_no_is_not_told_as_somebodys_no() {
    let (_, lapsed) =
        states().into_iter().filter(|(phase, _)| *phase == Phase::Declined).last().unwrap();
    let html = decision(&lapsed, "en", None);
    assert!(
        html.contains("nobody said yes in time") && html.contains("<td>no answer</td>"),
        "{html}"
    );
    assert!(!html.contains("you said no"), "{html}");
}

#[test]
fn every_page_has_the_operators_name_at_its_head_and_its_foot_and_the_logo_in_itself() {
    let (plain, world) = (SampleWorld::new().awaiting(), SampleWorld::new().awaiting().with_logo());
    for language in Language::ALL {
        for (name, html) in every_page(language) {
            let operator = "<bdi>Vendor &#34;One&#34;, Ltd.</bdi>";
            let (head, rest) = html.split_once("</header>").unwrap();
            let (_, foot) = rest.split_once("<footer").unwrap();
            assert!(head.contains(operator) && foot.contains(operator), "{name}: {html}");
            assert!(foot.contains("help@operator.example"), "{name}: {html}");
        }
        let html = page_of(&world, VERIFIED, language.tag());
        assert!(html.contains("<img src=\"data:image/png;base64,"), "{html}");
        assert!(!page_of(&plain, VERIFIED, language.tag()).contains("<img"));
    }
}
