//! The customer's link (`docs/domain.md §5`): what a GET shows, what a form does, codes, tries and locks.

use chrono::Duration;
use domain::claim::{Claim, Status};
use domain::recipient::RecipientNo;
use notice::Link;
use serde_json::{Value, json};
use support::fixtures::{self, CONTOSO};
use support::stack::{self, Answer, OTHER_SECRET, Stack, keys};
use support::test_env::{VERIFIED, alpine, closes_at, withdraw};
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";
const ITEMS: [&str; 2] = ["exchange-online", "teams"];
/// The claim's contact, of the tenant's domain.
const DOMAIN: RecipientNo = RecipientNo(1);
/// The second verified contact of [`with_two_contacts`].
const CEO: RecipientNo = RecipientNo(3);

async fn awaiting() -> (Stack, Claim) {
    let stack = Stack::at(NOW).await;
    let claim = stack.env.awaiting("k", &ITEMS).await;
    (stack, claim)
}

fn token(claim: &Claim) -> String {
    stack::token(&claim.id, 1)
}

fn code(claim: &Claim) -> String {
    stack::code(&claim.id, 1)
}

/// The link of a recipient of the first notice.
fn link(claim: &Claim, no: RecipientNo) -> Link {
    stack::link(&claim.id, 1, no)
}

/// A no can be taken back after the moment at which it was said.
fn a_moment(stack: &Stack) {
    stack.env.clock.advance(Duration::milliseconds(1));
}

/// Six digits that are not the code.
fn wrong(claim: &Claim) -> String {
    if code(claim) == "000000" { "000001".to_owned() } else { "000000".to_owned() }
}

#[tokio::test]
async fn opening_the_link_shows_the_claim_and_decides_nothing() {
    let (stack, claim) = awaiting().await;
    let before = stack.env.engine.items("");
    for method in ["GET", "HEAD"] {
        let event = RequestEvent::new(method, &format!("/d/{}", token(&claim)));
        let answer = stack.send(event).await;
        assert_eq!(answer.status, 200, "{method}: {}", answer.text);
        assert!(answer.header("content-type").starts_with("text/html"));
        for (header, part) in [
            ("content-security-policy", "default-src 'none'"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert!(
                answer.header(header).contains(part),
                "{method} {header}: {}",
                answer.header(header)
            );
        }
        assert!(!answer.text.contains("<script"));
    }
    assert_eq!(stack.env.engine.items(""), before, "nothing was written");
}

#[tokio::test]
async fn a_form_with_the_right_code_declines_the_items_it_names() {
    let (stack, claim) = awaiting().await;
    let answer = stack.decide(&claim, "decision=decline&items=2").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.body["claim_status"], "awaiting_customer");
    assert_eq!(answer.items(), json!([[1, "pending"], [2, "declined"]]));
    assert_eq!(answer.body["in_time"], true);
    assert!(answer.body["receipt_id"].is_string());
    a_moment(&stack);
    let undone = stack.decide(&claim, "decision=undo&items=2").await;
    assert_eq!(undone.items(), json!([[1, "pending"], [2, "pending"]]), "{}", undone.text);
    let all = stack.decide(&claim, "decision=decline").await;
    assert_eq!(
        (&all.body["claim_status"], all.items()),
        (&json!("declined"), json!([[1, "declined"], [2, "declined"]]))
    );
}

#[tokio::test]
async fn a_no_is_answered_well_in_every_state_after_the_first_notice() {
    let (stack, claim) = awaiting().await;
    for _ in 0..2 {
        let answer = stack.decide(&claim, "decision=decline").await;
        assert_eq!((answer.status, &answer.body["claim_status"]), (200, &json!("declined")));
    }
    let (stack, claim) = awaiting().await;
    stack.env.give(&claim.id, &alpine(), &withdraw()).await.unwrap();
    let answer = stack.decide(&claim, "decision=decline").await;
    assert_eq!((answer.status, &answer.body["claim_status"]), (200, &json!("withdrawn")));
    let (stack, claim) = awaiting().await;
    stack.env.let_pass(closes_at(&claim));
    let answer = stack.decide(&claim, "decision=decline").await;
    assert_eq!((answer.status, &answer.body["claim_status"]), (200, &json!("ended")));
}

#[tokio::test]
async fn what_arrives_decides_not_when_the_function_runs() {
    let (stack, claim) = awaiting().await;
    stack.env.clock.set(closes_at(&claim) + Duration::seconds(3));
    let form = format!("decision=decline&code={}", code(&claim));
    let event = RequestEvent::post(&format!("/d/{}", token(&claim)))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "application/json")
        .body(&form);
    let answer = stack.send_at(event, closes_at(&claim) - Duration::milliseconds(1)).await;
    assert_eq!((answer.status, &answer.body["in_time"]), (200, &json!(true)), "{}", answer.text);
}

#[tokio::test]
async fn an_undo_after_the_deadline_is_a_state_conflict() {
    let (stack, claim) = awaiting().await;
    stack.decide(&claim, "decision=decline").await;
    stack.env.clock.set(closes_at(&claim));
    let answer = stack.decide(&claim, "decision=undo").await;
    assert_eq!(answer.problem(), (409, "invalid-state"));
}

#[tokio::test]
async fn a_token_that_was_tampered_with_or_is_of_another_stack_is_not_found() {
    let (stack, claim) = awaiting().await;
    let good = token(&claim);
    let foreign =
        Link::of(&keys(OTHER_SECRET), &claim.id, domain::ids::NoticeNo(1), VERIFIED).unwrap();
    let mut tokens = vec![
        foreign.to_token(&keys(OTHER_SECRET)),
        "x".to_owned(),
        format!("{good}A"),
        good[1..].to_owned(),
    ];
    for place in [0, 1, 10, 23, 24, 30, good.len() - 2] {
        let mut letters = good.clone().into_bytes();
        letters[place] = if letters[place] == b'Q' { b'R' } else { b'Q' };
        tokens.push(String::from_utf8(letters).unwrap());
    }
    let mut shapes = std::collections::BTreeSet::new();
    for token in tokens {
        let answer = stack.send(RequestEvent::get(&format!("/d/{token}"))).await;
        assert_eq!(answer.status, 404, "{token}");
        shapes.insert(answer.text);
        let posted = stack.post_form(&token, "decision=decline&code=123456").await;
        assert_eq!(posted.problem(), (404, "not-found"), "{token}");
    }
    assert_eq!(shapes.len(), 1, "one shape for all");
    assert_eq!(stack.env.read(&claim.id).await.version, claim.version);
}

#[tokio::test]
async fn after_five_wrong_codes_and_fifty_the_right_one_is_a_no() {
    let (stack, claim) = awaiting().await;
    let (token, wrong) = (token(&claim), wrong(&claim));
    let form = format!("decision=decline&code={wrong}");
    for no in 1..=50 {
        let answer = stack.post_form(&token, &form).await;
        assert_eq!(answer.problem(), (403, "code-wrong"), "{no}: {}", answer.text);
        assert!(answer.body.get("tries_left").is_none(), "wrong ones lock nothing");
        if no == 5 {
            let right = stack.decide(&claim, "decision=decline&items=2").await;
            assert_eq!(right.items(), json!([[1, "pending"], [2, "declined"]]), "{}", right.text);
        }
    }
    let right = stack.decide(&claim, "decision=decline").await;
    assert_eq!((right.status, &right.body["claim_status"]), (200, &json!("declined")));
}

#[tokio::test]
async fn ten_wrong_codes_lock_that_decision_for_a_quarter_of_an_hour_and_never_a_no() {
    for decision in ["extend", "undo", "wrong_contact"] {
        let (stack, claim) = awaiting().await;
        if decision == "undo" {
            stack.decide(&claim, "decision=decline&items=2").await;
            a_moment(&stack);
        }
        let wrong = if decision == "undo" { "0000000000".to_owned() } else { wrong(&claim) };
        let (token, form) = (token(&claim), format!("decision={decision}&code={wrong}"));
        for left in (0..10).rev() {
            let answer = stack.post_form(&token, &form).await;
            assert_eq!(answer.problem(), (403, "code-wrong"), "{decision}: {}", answer.text);
            assert_eq!(answer.body["tries_left"], left, "{decision}");
        }
        let eleventh = stack.post_form(&token, &form).await;
        assert_eq!(eleventh.problem(), (429, "code-locked"), "{decision}");
        assert_eq!(eleventh.header("retry-after"), "900", "{decision}");
        let right = stack.decide(&claim, &format!("decision={decision}")).await;
        assert_eq!(right.problem(), (429, "code-locked"), "{decision}");
        let no = stack.decide(&claim, "decision=decline&items=2").await;
        assert_eq!(no.items(), json!([[1, "pending"], [2, "declined"]]), "{decision}: {}", no.text);
        stack.env.clock.advance(Duration::minutes(15));
        let later = stack.decide(&claim, &format!("decision={decision}")).await;
        assert_eq!(later.status, 200, "{decision}: {}", later.text);
    }
}

#[tokio::test]
async fn wrong_codes_are_counted_for_each_recipient_decision_and_claim() {
    let (stack, claim) = with_two_contacts().await;
    let other = stack.env.awaiting("other", &["sharepoint-online"]).await;
    let form = format!("decision=extend&code={}", wrong(&claim));
    for _ in 0..11 {
        stack.post_form(&token(&claim), &form).await;
    }
    assert_eq!(stack.decide(&claim, "decision=extend").await.problem(), (429, "code-locked"));
    assert_eq!(stack.decide(&other, "decision=extend").await.status, 200);
    let refused = stack.decide_by(&link(&claim, DOMAIN), "decision=wrong_contact").await;
    assert_eq!(refused.status, 200, "{}", refused.text);
    let longer = stack.decide_by(&link(&claim, CEO), "decision=extend").await;
    assert_eq!(longer.status, 200, "{}", longer.text);
    assert_eq!(stack.decide(&claim, "decision=wrong_contact").await.status, 200);
}

#[tokio::test]
async fn guesses_made_at_once_are_counted_one_by_one() {
    let (stack, claim) = awaiting().await;
    let (token, wrong) = (token(&claim), wrong(&claim));
    let form = format!("decision=extend&code={wrong}");
    let guess = || stack.post_form(&token, &form);
    for (at, taken) in [(0, 7), (7, 3)] {
        let all = tokio::join!(guess(), guess(), guess(), guess(), guess(), guess(), guess());
        let all = [all.0, all.1, all.2, all.3, all.4, all.5, all.6].map(|answer| answer.status);
        let wrong = all.iter().filter(|status| **status == 403).count();
        assert_eq!(wrong, taken, "after {at}: {all:?}");
    }
}

#[tokio::test]
async fn a_form_that_is_sent_as_it_stands_is_no_try_and_changes_nothing() {
    let (stack, claim) = awaiting().await;
    let token = token(&claim);
    let before = stack.env.engine.items("");
    let every = "decision=decline&decision=undo&decision=extend&decision=wrong_contact";
    for decision in
        ["decision=decline", "decision=undo", "decision=extend", "decision=wrong_contact", every]
    {
        for rest in [
            "",
            "&code=",
            "&items=1&items=2&code=",
            "&code=12345",
            "&code=1234567",
            "&code=abcdef",
            "&code=&code=&code=",
            "&code=123456&code=123456",
        ] {
            let answer = stack.post_form(&token, &format!("{decision}{rest}")).await;
            assert_eq!(answer.status, 422, "{decision}{rest}: {}", answer.text);
            let malformed = ("/code".to_owned(), "malformed".to_owned());
            assert!(answer.errors().contains(&malformed), "{decision}{rest}: {}", answer.text);
        }
    }
    assert_eq!(stack.env.engine.items(""), before, "nothing was written, no try was used up");
}

#[tokio::test]
async fn a_code_is_taken_as_people_paste_it() {
    let (stack, claim) = awaiting().await;
    let code = code(&claim);
    let (left, right) = code.split_at(3);
    let in_script = |zero: u32| -> String {
        let digit = |digit: char| char::from_u32(zero + digit.to_digit(10).unwrap()).unwrap();
        code.chars().map(digit).collect()
    };
    let pasted = [
        format!("{left}-{right}"),
        format!("{left}\u{2013}{right}"),
        format!("\u{a0}{code}\u{200b}"),
        format!(" {left} {right}\t"),
        in_script(0xff10),
        in_script(0x660),
        in_script(0x966),
    ];
    for (at, text) in pasted.iter().enumerate() {
        let encoded: String =
            text.bytes().fold(String::new(), |all, byte| format!("{all}%{byte:02x}"));
        let item = at % 2 + 1;
        let form = format!("decision=decline&items={item}&code={encoded}");
        let answer = stack.post_form(&token(&claim), &form).await;
        assert_eq!(answer.status, 200, "{text:?}: {}", answer.text);
    }
    assert_eq!(stack.env.read(&claim.id).await.status(), Status::Declined);
}

#[tokio::test]
async fn a_form_that_cannot_be_read_is_refused_and_decides_nothing() {
    let (stack, claim) = awaiting().await;
    for form in
        ["decision=explode", "decision=decline&items=9", "decision=decline&items=x", "items=1", ""]
    {
        let answer = stack.decide(&claim, form).await;
        assert!((400..500).contains(&answer.status), "{form}: {} {}", answer.status, answer.text);
    }
    assert_eq!(stack.env.read(&claim.id).await.version, claim.version);
}

#[tokio::test]
async fn what_is_no_form_is_refused_with_the_form_that_is_asked_for() {
    let (stack, claim) = awaiting().await;
    let sent = |content_type: &str, body: &str| {
        let event = RequestEvent::post(&format!("/d/{}", token(&claim)));
        event.header("accept", "application/json").header("content-type", content_type).body(body)
    };
    for (event, problem) in [
        (sent("application/json", "{}"), (415, "unsupported-media-type")),
        (sent("application/x-www-form-urlencoded", ""), (400, "malformed-body")),
    ] {
        let answer = stack.send(event).await;
        assert_eq!(answer.problem(), problem);
        let detail = answer.body["detail"].as_str().unwrap();
        assert!(detail.contains("application/x-www-form-urlencoded"), "{detail}");
    }
}

#[tokio::test]
async fn other_methods_do_nothing() {
    let (stack, claim) = awaiting().await;
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS"] {
        let answer = stack.send(RequestEvent::new(method, &format!("/d/{}", token(&claim)))).await;
        assert!([204, 405].contains(&answer.status), "{method}: {}", answer.status);
    }
    assert_eq!(stack.env.read(&claim.id).await.version, claim.version);
}

#[tokio::test]
async fn a_link_opened_after_withdrawal_says_there_is_nothing_to_do() {
    let (stack, claim) = awaiting().await;
    stack.env.give(&claim.id, &alpine(), &withdraw()).await.unwrap();
    let answer = stack.send(RequestEvent::get(&format!("/d/{}", token(&claim)))).await;
    assert_eq!(answer.status, 200);
    assert!(!answer.text.contains("<form"), "{}", answer.text);
}

#[tokio::test]
async fn the_page_speaks_the_customers_language_and_switches_on_request() {
    let (stack, claim) = awaiting().await;
    let path = format!("/d/{}", token(&claim));
    let own = stack.send(RequestEvent::get(&path)).await;
    assert!(own.text.contains("lang=\"cs\""), "the customer's own language");
    let other = stack.send(RequestEvent::get(&format!("{path}?lang=en"))).await;
    assert!(other.text.contains("lang=\"en\""));
}

/// Contoso with a second verified contact, and a claim whose window is open.
async fn with_two_contacts() -> (Stack, Claim) {
    let stack = Box::pin(Stack::at(NOW)).await;
    stack.env.store.put_tenant(&fixtures::contoso_with(&["ceo"])).await.unwrap();
    let claim = Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    (stack, claim)
}

/// What a page offers: to say no, to take one back, more time, and to be the wrong person.
async fn offers(stack: &Stack, link: &Link) -> [bool; 4] {
    let page =
        stack.send(RequestEvent::get(&format!("/d/{}?lang=en", stack::token_of(link)))).await;
    assert_eq!(page.status, 200, "{}", page.text);
    ["decline", "undo", "extend", "wrong_contact"]
        .map(|name| page.text.contains(&format!("value=\"{name}\"")))
}

/// What the page of a link says of the link itself.
async fn remark(stack: &Stack, link: &Link) -> String {
    let page =
        stack.send(RequestEvent::get(&format!("/d/{}?lang=en", stack::token_of(link)))).await;
    let (_, rest) = page.text.split_once("<p id=\"link\">").unwrap_or_default();
    rest.split_once("</p>").unwrap_or_default().0.to_owned()
}

#[tokio::test]
async fn who_is_not_the_right_person_keeps_a_link_that_says_no() {
    let (stack, claim) = with_two_contacts().await;
    let passed = stack.decide(&claim, "decision=wrong_contact").await;
    assert_eq!(passed.body["claim_status"], "notifying", "{}", passed.text);
    let again = stack.env.read(&claim.id).await;
    assert_eq!(again.notice.0, 2);
    let list = stack.env.store.recipient_list(&claim.id, again.notice).await.unwrap().unwrap();
    let standing = |no| list.get(no).unwrap().standing.as_str();
    assert_eq!((standing(VERIFIED), standing(CEO)), ("refused", "asked"));
    let own = link(&claim, VERIFIED);
    assert_eq!(offers(&stack, &own).await, [true, false, false, false]);
    assert!(remark(&stack, &own).await.contains("not the right person"));
    let new = stack::link(&claim.id, 2, CEO);
    assert_eq!(offers(&stack, &new).await, [true, false, false, true]);
    assert_eq!(remark(&stack, &new).await, "");
    for decision in ["undo", "extend"] {
        let refused = stack.decide_by(&own, &format!("decision={decision}")).await;
        assert_eq!(refused.problem(), (409, "invalid-state"), "{decision}");
    }
    let no = stack.decide_by(&own, "decision=decline&items=1").await;
    assert_eq!(no.items(), json!([[1, "declined"], [2, "pending"]]), "{}", no.text);
}

#[tokio::test]
async fn a_page_offers_more_time_once_and_another_person_as_often_as_somebody_is_asked() {
    let (stack, claim) = with_two_contacts().await;
    let own = link(&claim, VERIFIED);
    assert_eq!(offers(&stack, &own).await, [true, false, true, true]);
    let longer = stack.decide(&claim, "decision=extend").await;
    assert_eq!(longer.status, 200, "{}", longer.text);
    assert_eq!(offers(&stack, &own).await, [true, false, false, true]);
    assert_eq!(stack.decide(&claim, "decision=wrong_contact").await.status, 200);
    let now = stack.env.read(&claim.id).await;
    assert_eq!(stack.env.deliver(&now).await.unwrap().status(), Status::AwaitingCustomer);
    let new = stack::link(&claim.id, 2, CEO);
    assert_eq!(offers(&stack, &new).await, [true, false, false, true]);
    assert_eq!(stack.decide_by(&new, "decision=wrong_contact").await.status, 200);
    let now = stack.env.read(&claim.id).await;
    assert_eq!(now.status(), Status::Unreachable, "nobody is left");
    assert_eq!(offers(&stack, &new).await, [true, false, false, false]);
}

#[tokio::test]
async fn where_nobody_else_is_known_the_partner_is_asked_for_another_contact() {
    let (stack, claim) = awaiting().await;
    let passed = stack.decide(&claim, "decision=wrong_contact").await;
    assert_eq!(passed.body["claim_status"], "unreachable", "{}", passed.text);
    assert!(remark(&stack, &link(&claim, VERIFIED)).await.contains("not the right person"));
    let no = stack.decide(&claim, "decision=decline").await;
    assert_eq!((no.status, &no.body["claim_status"]), (200, &json!("declined")), "{}", no.text);
}

#[tokio::test]
async fn the_link_of_a_recipient_of_the_tenants_domain_says_no_and_moves_no_window() {
    let (stack, claim) = awaiting().await;
    let own = link(&claim, DOMAIN);
    assert_eq!(offers(&stack, &own).await, [true, false, false, true]);
    let no = stack.decide_by(&own, "decision=decline&items=2").await;
    assert_eq!(no.items(), json!([[1, "pending"], [2, "declined"]]), "{}", no.text);
    a_moment(&stack);
    for decision in ["undo", "extend"] {
        let refused = stack.decide_by(&own, &format!("decision={decision}")).await;
        assert_eq!(refused.problem(), (409, "invalid-state"), "{decision}");
    }
    let passed = stack.decide_by(&own, "decision=wrong_contact").await;
    assert_eq!(passed.body["claim_status"], "awaiting_customer", "{}", passed.text);
    let now = stack.env.read(&claim.id).await;
    assert_eq!((closes_at(&now), now.notice.0), (closes_at(&claim), 1));
    assert_eq!(stack.decide_by(&own, "decision=decline").await.status, 200);
    a_moment(&stack);
    let undone = stack.decide(&claim, "decision=undo").await;
    assert_eq!(undone.items(), json!([[1, "pending"], [2, "pending"]]), "by a verified one");
}

#[tokio::test]
async fn a_code_is_good_with_the_link_of_its_recipient_alone() {
    let (stack, claim) = with_two_contacts().await;
    let of = |no, decision| stack::code_of(&link(&claim, no), decision);
    stack.decide(&claim, "decision=decline&items=2").await;
    a_moment(&stack);
    for decision in ["decline", "extend", "wrong_contact", "undo"] {
        for foreign in [DOMAIN, CEO] {
            let form = format!("decision={decision}&code={}", of(foreign, decision));
            let answer = stack.post_form(&token(&claim), &form).await;
            assert_eq!(answer.problem(), (403, "code-wrong"), "{decision} {foreign:?}");
        }
    }
    assert_eq!(stack.env.read(&claim.id).await.version.0, claim.version.0 + 1);
}

#[tokio::test]
async fn an_undo_takes_the_code_of_a_receipt_and_not_that_of_the_notice() {
    let (stack, claim) = awaiting().await;
    stack.decide(&claim, "decision=decline&items=2").await;
    a_moment(&stack);
    let form = format!("decision=undo&code={}", code(&claim));
    let answer = stack.post_form(&token(&claim), &form).await;
    assert_eq!(answer.problem(), (422, "invalid-fields"), "{}", answer.text);
    assert_eq!(answer.errors(), [("/code".to_owned(), "malformed".to_owned())]);
    let receipt = stack::code_of(&link(&claim, VERIFIED), "undo");
    let form = format!("decision=decline&items=1&code={receipt}");
    let answer = stack.post_form(&token(&claim), &form).await;
    assert_eq!(answer.errors(), [("/code".to_owned(), "malformed".to_owned())]);
    assert_eq!(stack.decide(&claim, "decision=undo").await.status, 200);
}

#[tokio::test]
async fn a_link_undoes_three_times_a_notice() {
    let (stack, claim) = awaiting().await;
    for no in 1..=4 {
        let said = stack.decide(&claim, "decision=decline").await;
        assert_eq!((said.status, &said.body["claim_status"]), (200, &json!("declined")));
        a_moment(&stack);
        let undone = stack.decide(&claim, "decision=undo").await;
        if no <= 3 {
            assert_eq!(undone.items(), json!([[1, "pending"], [2, "pending"]]), "{no}");
        } else {
            assert_eq!(undone.problem(), (409, "invalid-state"));
        }
        a_moment(&stack);
    }
    let left = [false, false, false, true];
    assert_eq!(offers(&stack, &link(&claim, VERIFIED)).await, left);
    assert_eq!(stack.env.read(&claim.id).await.status(), Status::Declined);
}

#[tokio::test]
async fn an_undo_leaves_the_no_of_another_verified_recipient() {
    let (stack, claim) = with_two_contacts().await;
    stack.decide(&claim, "decision=decline&items=2").await;
    let joined = stack.decide_by(&link(&claim, CEO), "decision=decline&items=2").await;
    assert!(joined.body["receipt_id"].is_string(), "it is an event: {}", joined.text);
    a_moment(&stack);
    let undone = stack.decide(&claim, "decision=undo").await;
    assert_eq!(undone.items(), json!([[1, "pending"], [2, "declined"]]), "{}", undone.text);
    assert_eq!(stack.decide(&claim, "decision=extend").await.status, 200);
    let again = stack.decide(&claim, "decision=undo").await;
    assert_eq!(again.problem(), (409, "invalid-state"), "nothing of its own is left");
    let undone = stack.decide_by(&link(&claim, CEO), "decision=undo").await;
    assert_eq!(undone.items(), json!([[1, "pending"], [2, "pending"]]), "{}", undone.text);
}

#[tokio::test]
async fn who_declined_is_shown_to_staff_and_administrator_and_not_to_the_partner() {
    let (stack, claim) = with_two_contacts().await;
    stack.decide(&claim, "decision=decline&items=2").await;
    stack.decide_by(&link(&claim, CEO), "decision=decline&items=2").await;
    let decline = RequestEvent::post(&format!("/v1/customer/claims/{}/decline", claim.id));
    let own = stack.send(decline.customer_admin(CONTOSO).json(&json!({"items": [2]}))).await;
    let by = json!(["administrator", "recipient:2", "recipient:3"]);
    assert_eq!(own.body["items"][1]["declined_by"], by, "{}", own.text);
    let get = |path: &str| RequestEvent::get(&format!("{path}/{}", claim.id));
    let customer = stack.send(get("/v1/customer/claims").customer_admin(CONTOSO)).await;
    assert_eq!(customer.body["items"][1]["declined_by"], by, "{}", customer.text);
    let staff = stack.send(get("/v1/claims").staff("auditor", "a")).await;
    assert_eq!(staff.body["items"][1]["declined_by"], by, "{}", staff.text);
    let partner = stack.send(get("/v1/claims").partner_admin(fixtures::ALPINE)).await;
    assert_eq!(partner.body["items"][1]["status"], "declined");
    assert!(partner.body["items"][1].get("declined_by").is_none(), "{}", partner.text);
}

#[tokio::test]
async fn the_link_of_an_earlier_notice_says_no_and_nothing_else() {
    let (stack, claim) = with_two_contacts().await;
    // The first recipient refuses, and the next notice goes to the others.
    assert_eq!(stack.decide(&claim, "decision=wrong_contact").await.status, 200);
    stack.env.deliver(&stack.env.read(&claim.id).await).await.unwrap();
    let (old, new) = (link(&claim, CEO), stack::link(&claim.id, 2, CEO));
    assert_eq!(offers(&stack, &old).await, [true, false, false, false]);
    assert!(remark(&stack, &old).await.contains("newest message"));
    says_no_and_nothing_else(&stack, &claim, &old, "invalid-state").await;
    assert_eq!(stack.decide_by(&new, "decision=undo").await.status, 200);
}

#[tokio::test]
async fn a_link_of_the_form_without_recipients_says_no_and_nothing_else() {
    let (stack, claim) = awaiting().await;
    let old = stack::old_link(&claim.id, 1);
    assert_eq!(stack::token_of(&old).len(), 47);
    assert_eq!(offers(&stack, &old).await, [true, false, false, false]);
    assert!(remark(&stack, &old).await.contains("newest message"));
    says_no_and_nothing_else(&stack, &claim, &old, "invalid-state").await;
    let undone = stack.decide(&claim, "decision=undo").await;
    assert_eq!(undone.problem(), (409, "invalid-state"), "it counts as the administrator's");
    let undo = RequestEvent::post(&format!("/v1/customer/claims/{}/undo", claim.id));
    let undone = stack.send(undo.customer_admin(CONTOSO).json(&json!({}))).await;
    assert_eq!(undone.items(), json!([[1, "pending"], [2, "pending"]]), "{}", undone.text);
}

/// Everything but a no is 409, before and after it; the no is 200 each time.
async fn says_no_and_nothing_else(stack: &Stack, claim: &Claim, link: &Link, code: &str) {
    for form in ["decision=decline&items=1", "decision=decline", "decision=decline"] {
        for decision in ["undo", "extend", "wrong_contact"] {
            let refused = stack.decide_by(link, &format!("decision={decision}")).await;
            assert_eq!(refused.problem(), (409, code), "{decision}: {}", refused.text);
        }
        let no = stack.decide_by(link, form).await;
        assert_eq!((no.status, &no.body["items"][0]["status"]), (200, &json!("declined")));
        a_moment(stack);
    }
    assert_eq!(stack.env.read(&claim.id).await.status(), Status::Declined);
}

/// An administrator retires a link.
async fn retire(stack: &Stack, claim: &Claim, recipient: u8) -> Answer {
    let event = RequestEvent::post(&format!("/v1/customer/claims/{}/retire-link", claim.id));
    stack.send(event.customer_admin(CONTOSO).json(&json!({"recipient": recipient}))).await
}

#[tokio::test]
async fn a_retired_link_says_no_and_nothing_else() {
    let (stack, claim) = with_two_contacts().await;
    let retired = retire(&stack, &claim, VERIFIED.0).await;
    assert_eq!(retired.status, 200, "{}", retired.text);
    assert_eq!(retired.body["recipients"][1]["state"], "retired");
    assert_eq!(retired.body["status"], "notifying", "its delivery was the only one");
    let own = link(&claim, VERIFIED);
    assert_eq!(offers(&stack, &own).await, [true, false, false, false]);
    assert!(remark(&stack, &own).await.contains("help@vendor.example"), "whom to ask");
    says_no_and_nothing_else(&stack, &claim, &own, "link-retired").await;
}

#[tokio::test]
async fn a_retired_link_ends_what_silence_made_active_however_late() {
    let (stack, claim) = awaiting().await;
    stack.env.let_pass(closes_at(&claim));
    stack.env.finalize().await;
    assert_eq!(retire(&stack, &claim, VERIFIED.0).await.body["status"], "associated");
    stack.env.clock.advance(Duration::days(400));
    let own = link(&claim, VERIFIED);
    assert_eq!(offers(&stack, &own).await, [true, false, false, false]);
    for decision in ["undo", "extend", "wrong_contact"] {
        let refused = stack.decide_by(&own, &format!("decision={decision}")).await;
        assert_eq!(refused.problem(), (409, "link-retired"), "{decision}: {}", refused.text);
    }
    let no = stack.decide_by(&own, "decision=decline&items=2").await;
    assert_eq!(no.items(), json!([[1, "active"], [2, "ended"]]), "{}", no.text);
    let no = stack.decide_by(&own, "decision=decline").await;
    assert_eq!(no.items(), json!([[1, "ended"], [2, "ended"]]), "{}", no.text);
}

#[tokio::test]
async fn a_link_is_retired_once_by_an_administrator_or_an_operator_with_a_comment() {
    let (stack, claim) = with_two_contacts().await;
    let review = async |role: &str, body: Value| {
        let version = stack.env.read(&claim.id).await.version.0;
        let event =
            RequestEvent::post(&format!("/v1/claims/{}/review", claim.id)).staff(role, "s-1");
        stack.send(event.header("if-match", &format!("\"{version}\"")).json(&body)).await
    };
    let body = |recipient: u8| json!({"action": "retire_link", "recipient": recipient, "comment": "left the company"});
    for unknown in [0, 4, 23, 24, 255] {
        let unknown_recipient = [("/recipient".to_owned(), "recipient-unknown".to_owned())];
        let own = retire(&stack, &claim, unknown).await;
        assert_eq!(
            (own.status, own.errors().as_slice()),
            (422, unknown_recipient.as_slice()),
            "{unknown}"
        );
        let staff = review("operator", body(unknown)).await;
        assert_eq!((staff.status, staff.errors().as_slice()), (422, unknown_recipient.as_slice()));
    }
    assert_eq!(review("reviewer", body(1)).await.problem(), (403, "role-not-allowed"));
    assert_eq!(review("auditor", body(1)).await.problem(), (403, "role-not-allowed"));
    let silent = json!({"action": "retire_link", "recipient": 1});
    let required = [("/comment".to_owned(), "required".to_owned())];
    assert_eq!(review("operator", silent).await.errors(), required);
    assert_eq!(stack.env.read(&claim.id).await.version, claim.version);

    assert_eq!(review("operator", body(1)).await.status, 200);
    let once = stack.env.read(&claim.id).await;
    assert_eq!(once.version.0, claim.version.0 + 1);
    assert_eq!(once.last_event.event_type.as_str(), "link_retired");
    for again in [retire(&stack, &claim, 1).await, review("operator", body(1)).await] {
        assert_eq!(again.status, 200, "{}", again.text);
    }
    assert_eq!(stack.env.read(&claim.id).await.version, once.version, "nothing");
    assert_eq!(retire(&stack, &claim, CEO.0).await.status, 200);
    let now = stack.env.read(&claim.id).await;
    assert_eq!(now.version.0, claim.version.0 + 2);
    assert_eq!(closes_at(&now), closes_at(&claim), "the delivery that counts still stands");
}

#[tokio::test]
async fn before_the_first_notice_there_is_no_link_to_retire() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.in_review("k", &ITEMS)).await;
    assert_eq!(retire(&stack, &claim, 1).await.problem(), (404, "not-found"));
    let event =
        RequestEvent::post(&format!("/v1/claims/{}/review", claim.id)).staff("operator", "s-1");
    let body = json!({"action": "retire_link", "recipient": 1, "comment": "why not"});
    let event = event.header("if-match", &format!("\"{}\"", claim.version.0)).json(&body);
    assert_eq!(stack.send(event).await.problem(), (409, "invalid-state"));
}
