//! The pages, as they are sent.

use domain::claim::{Claim, Instant, Mark, State, UsedChances};
use domain::ids::{ItemNo, NoticeNo};
use domain::program::UsageHistory;
use domain::recipient::{Decliners, RecipientList, RecipientNo};
use domain::text::{Domain, Name};
use serde_json::json;

use crate::content::Deadline;
use crate::dates::at;
use crate::language::Language;
use crate::page::{self, Decision, Outcome, Problem, Refusal, Refused, SentText};
use crate::samples::{World, language, sent_at};
use crate::standing::{CustomerOptions, Holder, Phase, Rights};

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
fn page_of(world: &World, recipient: u8, tag: &str) -> String {
    let standing = options_of(&world.claim, recipient, after());
    page::decision(language(tag), &world.notice(), &standing, None)
}

/// A "no" in time of these parties.
fn declined(by: Decliners) -> Mark {
    let (at, latest) = (sent_at(), sent_at());
    let (in_time, no_answer, settled) = (true, false, false);
    Mark::Declined { at, latest, by, in_time, no_answer, settled }
}

fn by(recipient: u8) -> Decliners {
    Decliners::recipient(RecipientNo(recipient))
}

fn decision(world: &World, tag: &str, problem: Option<Problem>) -> String {
    let standing = options(&world.claim);
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
    world.claim.items[1].mark = Some(declined(by(VERIFIED)));
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
    let problem = Problem::CodeWrong { tries_left: Some(4) };
    insta::assert_snapshot!(decision(&partly_declined(), "en", Some(problem)));
}

#[test]
fn a_form_that_was_not_taken_is_shown_as_it_was_sent_and_the_error_leads_to_its_own_field() {
    let world = partly_declined();
    let standing = options(&world.claim);
    let again = |problem, decision, items: &[u8]| {
        let refused = refused(problem, decision, items);
        page::decision(language("en"), &world.notice(), &standing, Some(&refused))
    };
    let code = Problem::CodeWrong { tries_left: Some(4) };
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
        world.claim.items.iter_mut().for_each(|item| item.mark = Some(declined(by(VERIFIED))));
        world.claim.state = State::Declined { window: Some(world.window()) };
        world
    };
    let mut over = World::new();
    over.claim.state = State::Withdrawn;
    let problems = [
        Problem::CodeMalformed { digits: 6 },
        Problem::CodeWrong { tries_left: Some(4) },
        Problem::CodeLocked { minutes: 15 },
        Problem::Items,
        Problem::Decision,
        Problem::State,
    ];
    for (world, recipient) in [
        (World::new().awaiting(), VERIFIED),
        (partly_declined(), VERIFIED),
        (partly_declined(), UNVERIFIED),
        (partly_declined(), RETIRED),
        (declined, VERIFIED),
        (over, VERIFIED),
    ] {
        let standing = options_of(&world.claim, recipient, after());
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
    let standing = options(&world.claim);
    let outcome = outcome(Decision::Decline, true);
    for language in Language::all() {
        let html = page::result(language, &notice, &standing, &outcome);
        assert!(html.contains("x-7") && html.contains("teams") && !html.contains('⟦'), "{html}");
    }
}

#[test]
fn the_result_page_bears_the_receipt() {
    let world = partly_declined();
    let standing = options(&world.claim);
    let outcome = outcome(Decision::Decline, true);
    insta::assert_snapshot!(page::result(language("cs"), &world.notice(), &standing, &outcome));
}

#[test]
fn the_page_of_an_authenticity_code_tells_the_notice_and_not_its_secrets() {
    let world = World::new();
    let html = page::genuine(language("en"), &world.notice(), &options(&world.claim), true, None);
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

/// A text with what must not act on a page.
fn sent_text() -> SentText {
    SentText { language: language("cs"), text: "Dobrý den,\n<b>Alpine</b> žádá".to_owned() }
}

fn every_page(language: Language) -> Vec<String> {
    let world = partly_declined();
    let notice = world.notice();
    let standing = options(&world.claim);
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
        Problem::CodeWrong { tries_left: Some(0) },
        Problem::CodeWrong { tries_left: None },
        Problem::CodeMalformed { digits: 6 },
        Problem::CodeMalformed { digits: 10 },
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
        page::genuine(language, &notice, &standing, false, None),
        page::genuine(language, &unset, &standing, true, None),
        page::genuine(language, &notice, &standing, true, Some(&sent_text())),
        page::decision(language, &unset, &standing, None),
    ];
    pages.extend(
        Decision::ALL
            .map(|decision| page::result(language, &notice, &standing, &outcome(decision, true))),
    );
    pages.extend(phases.map(|phase| {
        page::decision(language, &notice, &CustomerOptions { phase, ..standing.clone() }, None)
    }));
    for recipient in [UNVERIFIED, REFUSED, RETIRED, PAST, OTHER_VERIFIED] {
        let standing = options_of(&world.claim, recipient, after());
        pages.push(page::decision(language, &notice, &standing, None));
        let outcome = outcome(Decision::WrongContact, true);
        pages.push(page::result(language, &notice, &standing, &outcome));
    }
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
    let html = decision(&World::new(), "en", None);
    assert!(html.contains("at least until the end of Thursday 31 December 2026"), "{html}");
    assert_eq!(World::new().notice().no, NoticeNo(1));
}

#[test]
fn the_page_of_a_code_says_how_a_claim_stands_that_is_over_and_names_no_deadline() {
    let mut world = World::new();
    world.claim.state = State::Withdrawn;
    let standing = options(&world.claim);
    let html = page::genuine(language("en"), &world.notice(), &standing, true, None);
    assert!(html.contains("has withdrawn this request"), "{html}");
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
        let decision = page::decision(language, &notice, &standing, None);
        assert!(decision.contains("xn--mnchen-3ya.example (<bdi>münchen.example</bdi>)"));
        assert_eq!(decision.matches(stated).count(), 1, "{decision}");
        for html in [
            decision,
            page::result(language, &notice, &standing, &outcome),
            page::genuine(language, &notice, &standing, true, None),
            page::genuine(language, &notice, &standing, true, Some(&sent)),
        ] {
            let (head, body) = html.split_once("<body>").unwrap();
            assert!(!head.contains("<bdi>") && !head.contains("\u{2068}Alpine"), "{head}");
            for name in ["מבחן 5", "AlpineCloud", "Jana Nováková", "sharepoint-online", "teams"]
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
    let (world, text) = (World::new(), "a\u{2069}b \u{2068}c\n\u{2068}<i>".to_owned());
    let sent = SentText { language: language("cs"), text };
    let standing = options(&world.claim);
    let html = page::genuine(language("en"), &world.notice(), &standing, true, Some(&sent));
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
    assert_eq!(offered(&html), ["decline", "undo", "extend", "wrong_contact"]);
    assert!(!html.contains("accept\"") && !html.contains("id=\"link\""), "{html}");
}

#[test]
fn the_page_says_which_days_the_partner_may_read_and_nothing_where_the_policy_is_not_known() {
    let mut world = World::new().awaiting();
    let (since, every) = ("Only days since the partnership", "Days from before the partnership");
    let html = page_of(&world, VERIFIED, "en");
    assert!(html.contains(since) && !html.contains(every), "{html}");
    world.policy.usage_history = UsageHistory::All;
    let html = page_of(&world, VERIFIED, "en");
    assert!(html.contains(every) && !html.contains(since), "{html}");
    let notice = crate::Notice { usage_history: None, ..world.notice() };
    let html = page::decision(language("en"), &notice, &options(&world.claim), None);
    assert!(!html.contains(every) && !html.contains(since), "{html}");
}

#[test]
fn the_page_of_an_unverified_recipient_takes_no_undo_and_gives_no_time() {
    let html = page_of(&partly_declined(), UNVERIFIED, "en");
    assert_eq!(offered(&html), ["decline", "wrong_contact"]);
    insta::assert_snapshot!(page_of(&partly_declined(), UNVERIFIED, "cs"));
}

#[test]
fn the_page_of_who_is_not_the_right_person_says_so_and_takes_a_no() {
    let html = page_of(&World::new().awaiting(), REFUSED, "en");
    assert_eq!(offered(&html), ["decline"]);
    assert!(html.contains("You said that you are not the right person"), "{html}");
    insta::assert_snapshot!(page_of(&World::new().awaiting(), REFUSED, "cs"));
}

#[test]
fn the_page_of_a_retired_link_says_whom_to_ask_and_takes_a_no() {
    let html = page_of(&World::new().awaiting(), RETIRED, "cs");
    assert_eq!(offered(&html), ["decline"]);
    assert!(html.contains("obraťte se na provozovatele: help@operator.example"), "{html}");
    insta::assert_snapshot!(page_of(&World::new().awaiting(), RETIRED, "en"));
}

#[test]
fn a_retired_link_offers_to_end_what_is_active() {
    let mut world = World::new().awaiting();
    world.claim.state = State::Associated { window: Some(world.window()), ends_at: None };
    let standing = options_of(&world.claim, RETIRED, after());
    assert_eq!(standing.refusable, [1, 2, 3].map(ItemNo));
    let html = page::decision(language("en"), &world.notice(), &standing, None);
    assert_eq!(offered(&html), ["decline"]);
}

#[test]
fn a_link_of_an_earlier_notice_or_without_a_recipient_takes_a_no_and_nothing_else() {
    let mut world = partly_declined();
    assert_eq!(offered(&page_of(&world, PAST, "en")), ["decline"]);
    let old = Holder { notice: NoticeNo(1), recipient: None, list: None, tenant: None };
    let standing = CustomerOptions::of(&world.claim, old, after());
    assert_eq!(standing.rights, Rights::Earlier);
    let html = page::decision(language("en"), &world.notice(), &standing, None);
    assert_eq!(offered(&html), ["decline"]);
    assert!(html.contains("By this link you can only say no"), "{html}");
    insta::assert_snapshot!(page::decision(language("cs"), &world.notice(), &standing, None));
    world.claim.notice = NoticeNo(2);
    assert_eq!(options(&world.claim).rights, Rights::Earlier);
    assert_eq!(options_of(&world.claim, RETIRED, after()).rights, Rights::Retired);
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
            assert_eq!(standing.rights, Rights::Erased);
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
    let rights = |world: &World| {
        let (recipient, list) = (Some(RecipientNo(VERIFIED)), list());
        let tenant = Some(&world.tenant);
        let holder = Holder { notice: NoticeNo(1), recipient, list: Some(&list), tenant };
        CustomerOptions::of(&world.claim, holder, after()).rights
    };
    assert_eq!(rights(&world), Rights::Unverified);
    world.tenant.contacts = serde_json::from_value(json!([
        {"name": "Kateřina Malá", "email": "r1@contoso.example", "verified": true},
    ]))
    .unwrap();
    assert_eq!(rights(&world), Rights::Verified);
}

#[test]
fn a_verified_recipient_takes_back_its_own_no_and_those_of_unverified_ones() {
    let undoable = |by: Decliners| {
        let mut world = World::new().awaiting();
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
    let mut all = World::new().awaiting();
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
    let result = |recipient, decision| {
        let standing = options_of(&world.claim, recipient, after());
        page::result(language("en"), &world.notice(), &standing, &outcome(decision, true))
    };
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
    let world = World::new();
    let (notice, standing) = (world.notice(), options(&world.claim));
    let html = page::genuine(language("en"), &notice, &standing, true, Some(&sent_text()));
    let text =
        "<div class=\"sent\" lang=\"cs\">Dobrý den,\n&#60;b&#62;Alpine&#60;/b&#62; žádá</div>";
    assert!(html.contains(text) && !html.contains("<table"), "{html}");
}
