//! Who is asked, mail by mail (`docs/domain.md §5.1`, `§5.3`): a link and codes for each recipient, what the reports of
//! the mail provider do, who takes the place of whom, and who is told.

use chrono::Duration;
use domain::claim::{Claim, Instant};
use domain::ids::NoticeNo;
use domain::program::{Consent, Policy};
use domain::recipient::{RecipientNo, RecipientStanding, Report};
use domain::reminder::Reminder;
use domain::text::Email;
use serde_json::{Value, json};
use store::{NoticeText, TextKey};
use support::event_functions::{Mail, events, mail_event, mails, records};
use support::fake_services::With;
use support::fixtures::{self, ALPINE, CONTOSO};
use support::stack::{self, Answer, Stack};
use support::test_env::{VERIFIED, closes_at, item_statuses};
use web::event::RequestEvent;

/// Three in the afternoon in Prague.
const NOW: &str = "2026-12-22T14:00:00Z";

type Addressee = (RecipientNo, &'static str);

const JANA: Addressee = (RecipientNo(1), "jana@contoso.example");
const IT: Addressee = (VERIFIED, "it@contoso.example");
const BOARD: Addressee = (RecipientNo(3), "board@contoso.example");
const CFO: Addressee = (RecipientNo(4), "cfo@contoso.example");
const DPO: Addressee = (RecipientNo(5), "dpo@contoso.example");
const STRANGER: Addressee = (RecipientNo(1), "jana@consulting.example");

/// Contoso has these verified contacts beside its IT desk.
async fn with_contacts(others: &[Addressee]) -> Stack {
    with_policy(others, Policy::default()).await
}

async fn with_policy(others: &[Addressee], policy: Policy) -> Stack {
    let stack = Box::pin(Stack::with_policy(NOW, policy)).await;
    let mut tenant = fixtures::contoso();
    for (_, email) in others {
        let mut other = tenant.contacts[0].clone();
        other.email = Email::parse(email).unwrap();
        tenant.contacts.push(other);
    }
    stack.env.store.put_tenant(&tenant).await.unwrap();
    stack
}

/// The events of that type, once the stream has told everything.
async fn events_of(stack: &Stack, event_type: &str) -> Vec<Value> {
    stack.env.services.forget();
    stack.event_functions.publish(&records(&stack.env)).await.unwrap();
    let mut all = events(&stack.env);
    all.retain(|event| event["type"] == event_type);
    stack.env.services.forget();
    all
}

/// The mails that the last event of that type makes.
async fn told(stack: &Stack, event_type: &str) -> Vec<Mail> {
    let event = events_of(stack, event_type).await.pop().unwrap();
    stack.event_functions.notify(&event).await.unwrap();
    mails(&stack.env)
}

fn addresses(mails: &[Mail]) -> Vec<&str> {
    mails.iter().map(|mail| mail.to.as_str()).collect()
}

/// The mail to an address.
fn to(mails: &[Mail], (_, email): Addressee) -> &Mail {
    mails.iter().find(|mail| mail.to == email).unwrap()
}

/// The line of a text that is a code of so many digits.
fn digits(text: &str, count: usize) -> Option<String> {
    let is_code = |line: &&str| line.len() == count && line.bytes().all(|c| c.is_ascii_digit());
    text.lines().find(is_code).map(str::to_owned)
}

/// What stands behind a beginning that a line of a text has.
fn line_of(text: &str, beginning: &str) -> String {
    let mut lines = text.lines().filter_map(|line| line.strip_prefix(beginning));
    lines.find(|rest| !rest.contains('?')).unwrap().to_owned()
}

/// Hands a report of the claim's present notice over.
async fn report(stack: &Stack, kind: &str, claim: &Claim, who: Addressee, at: Instant) -> Claim {
    let claim = stack.env.read(&claim.id).await;
    hand_over(stack, &mail_event(kind, &claim.id, claim.notice.0, who, at)).await;
    stack.env.read(&claim.id).await
}

async fn hand_over(stack: &Stack, event: &Value) {
    let answer = stack.event_functions.deliver(event).await;
    assert!(answer.batch_item_failures.is_empty(), "{event}");
}

/// What is known of a recipient's mail of the present notice.
async fn noted(stack: &Stack, claim: &Claim, (no, _): Addressee) -> Report {
    let claim = stack.env.read(&claim.id).await;
    stack.env.store.load_recipients(&claim).await.unwrap().unwrap().reports.of(no)
}

async fn standing(stack: &Stack, claim: &Claim, (no, _): Addressee) -> RecipientStanding {
    let claim = stack.env.read(&claim.id).await;
    let list = stack.env.store.recipient_list(&claim.id, claim.notice).await.unwrap().unwrap();
    list.get(no).unwrap().standing
}

/// The customer's administrator retires a recipient's link.
async fn retire(stack: &Stack, claim: &Claim, (no, _): Addressee) -> Answer {
    let path = format!("/v1/customer/claims/{}/retire-link", claim.id);
    stack
        .send(RequestEvent::post(&path).customer_admin(CONTOSO).json(&json!({"recipient": no.0})))
        .await
}

/// A recipient of the present notice decides by its link, with its code.
async fn decide(stack: &Stack, claim: &Claim, (no, _): Addressee, form: &str) -> Answer {
    let claim = stack.env.read(&claim.id).await;
    stack.decide_by(&stack::link(&claim.id, claim.notice.0, no), form).await
}

/// A claim whose contact is at a domain of somebody else's, validated.
async fn with_stranger(stack: &Stack, key: &str, workload: &str) -> Claim {
    let mut body = fixtures::claim_body(&[workload]);
    body["customer_contact"]["email"] = json!(STRANGER.1);
    let id = stack.env.create_of(ALPINE, key, &body).await.unwrap().claim.id;
    let env = &stack.env;
    let (reviewer, begin) = (support::test_env::reviewer(), domain::command::Command::BeginReview);
    env.give(&id, &reviewer, &begin).await.unwrap();
    env.give(&id, &reviewer, &support::test_env::validate()).await.unwrap().claim
}

fn instant(text: &str) -> Instant {
    text.parse().unwrap()
}

#[tokio::test]
async fn each_recipient_has_a_mail_link_and_codes_of_its_own_and_nothing_in_it_serves_another() {
    let stack = with_contacts(&[BOARD]).await;
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    let mails = told(&stack, "validated").await;
    assert_eq!(addresses(&mails), [JANA.1, IT.1, BOARD.1]);
    let mut seen = std::collections::BTreeSet::new();
    let mut own = Vec::new();
    for (mail, no) in mails.iter().zip(1..) {
        let tags = [
            ("claim", claim.id.to_string()),
            ("notice", "1".into()),
            ("recipient", format!("{no}")),
        ];
        assert_eq!(mail.tags, tags.map(|(name, value)| (name.to_owned(), value)));
        let text = mail.text();
        let token = line_of(&text, "https://cpor.test/d/");
        let code = digits(&text, 6).unwrap();
        let genuine = line_of(&text, "https://cpor.test/n/");
        for part in [&token, &code, &genuine] {
            assert!(seen.insert(part.clone()), "{part} is another's");
        }
        own.push((token, code, genuine));
    }
    for (one, (token, _, genuine)) in own.iter().enumerate() {
        for (other, (_, code, other_genuine)) in own.iter().enumerate() {
            if one == other {
                continue;
            }
            let form = format!("decision=decline&code={code}");
            assert_eq!(stack.post_form(token, &form).await.problem(), (403, "code-wrong"));
            let form = format!("decision=decline&code={other_genuine}");
            assert_eq!(stack.post_form(token, &form).await.status, 422, "no code for a decision");
        }
        assert_eq!(stack.send(RequestEvent::get(&format!("/n/{genuine}"))).await.status, 200);
    }
    assert_eq!(stack.env.read(&claim.id).await.version, claim.version);
    for (token, code, _) in &own {
        let answer = stack.post_form(token, &format!("decision=decline&code={code}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
}

#[tokio::test]
async fn a_contact_outside_gets_one_plain_mail_without_items_link_codes_or_the_partners_words() {
    let stack = with_contacts(&[BOARD, CFO]).await;
    let claim = with_stranger(&stack, "k", "teams").await;
    let sent = told(&stack, "validated").await;
    assert_eq!(addresses(&sent), [STRANGER.1, IT.1, BOARD.1]);
    let plain = to(&sent, STRANGER);
    let text = plain.text();
    assert!(text.contains("nemusíte dělat nic"), "{text}");
    for part in ["teams", "Alpine", "Petr", "Jana", "/d/", "/n/", &claim.id.to_string()] {
        assert!(!text.contains(part), "{part}: {text}");
    }
    assert!(digits(&text, 6).is_none() && digits(&text, 10).is_none(), "{text}");
    assert_eq!(plain.tags, [("claim".to_owned(), claim.id.to_string())], "no report is read");
    // A new notice to others is none to the contact outside.
    let at = stack.env.clock.now();
    report(&stack, "Delivery", &claim, IT, at).await;
    let refused = decide(&stack, &claim, IT, "decision=wrong_contact").await;
    assert_eq!(refused.body["claim_status"], "notifying", "{}", refused.text);
    let sent = told(&stack, "contact_refused").await;
    assert!(!addresses(&sent).contains(&STRANGER.1), "{:?}", addresses(&sent));
}

#[tokio::test]
async fn the_twenty_first_contact_outside_of_a_partners_day_is_not_written_to() {
    let stack = with_contacts(&[]).await;
    let (env, partner) = (&stack.env, support::test_env::partner_id(ALPINE));
    for _ in 0..19 {
        assert!(env.store.count_outside_mail(&partner, env.clock.now()).await.unwrap());
    }
    with_stranger(&stack, "k1", "teams").await;
    assert_eq!(addresses(&told(&stack, "validated").await), [STRANGER.1, IT.1], "the twentieth");
    with_stranger(&stack, "k2", "exchange-online").await;
    assert_eq!(addresses(&told(&stack, "validated").await), [IT.1], "the twenty-first");
    env.clock.advance(Duration::days(1));
    with_stranger(&stack, "k3", "sharepoint-online").await;
    assert_eq!(addresses(&told(&stack, "validated").await), [STRANGER.1, IT.1], "the next day");
}

#[tokio::test]
async fn the_mark_of_what_was_sent_names_whom_a_retry_leaves_alone() {
    let stack = with_contacts(&[BOARD]).await;
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    let refused = support::fake_services::With::Error(500, "InternalServiceErrorException");
    let event = events_of(&stack, "validated").await.pop().unwrap();
    stack.env.services.refuse("SendEmail", 1, refused);
    assert!(stack.event_functions.notify(&event).await.is_err(), "the platform tries again");
    assert!(!noted(&stack, &claim, JANA).await.sent);
    assert!(noted(&stack, &claim, IT).await.sent && noted(&stack, &claim, BOARD).await.sent);
    stack.env.services.forget();
    stack.event_functions.notify(&event).await.unwrap();
    assert_eq!(addresses(&mails(&stack.env)), [JANA.1]);
    stack.env.services.forget();
    stack.event_functions.notify(&event).await.unwrap();
    assert!(mails(&stack.env).is_empty());
}

#[tokio::test]
async fn the_first_delivery_to_a_verified_recipient_opens_and_one_to_the_domain_is_noted_only() {
    let stack = with_contacts(&[BOARD]).await;
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    let at = stack.env.clock.now();
    let noted_only = report(&stack, "Delivery", &claim, JANA, at).await;
    assert_eq!((noted_only.version, noted_only.status().as_str()), (claim.version, "notifying"));
    assert_eq!(noted(&stack, &claim, JANA).await.delivered_at, Some(at));
    let later = at + Duration::hours(1);
    let open = report(&stack, "Delivery", &claim, BOARD, later).await;
    assert_eq!(open.status().as_str(), "awaiting_customer");
    assert_eq!(open.opened_by, Some(BOARD.0));
    assert_eq!(open.state.window().unwrap().delivered_at, later);
    let second = report(&stack, "Delivery", &claim, IT, later + Duration::hours(1)).await;
    assert_eq!(second.version, open.version, "it is noted");
    assert_eq!(noted(&stack, &claim, IT).await.delivered_at, Some(later + Duration::hours(1)));
}

/// Delivered to the IT desk in the afternoon of the 22nd and to the board in the morning of the 28th.
async fn delivered_twice(stack: &Stack) -> Claim {
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    told(stack, "validated").await;
    report(stack, "Delivery", &claim, IT, instant(NOW)).await;
    stack.env.clock.set(instant("2026-12-28T09:00:00Z"));
    let open = report(stack, "Delivery", &claim, BOARD, instant("2026-12-28T09:00:00Z")).await;
    assert_eq!(closes_at(&open), instant("2026-12-31T23:00:00Z"));
    stack.env.clock.set(instant("2026-12-29T11:00:00Z"));
    open
}

const COUNTED_FROM_THE_BOARD: &str = "2027-01-05T23:00:00Z";

#[tokio::test]
async fn a_window_whose_delivery_fails_is_counted_again_from_the_one_that_stands_and_a_mail_says_so()
 {
    let stack = with_contacts(&[BOARD]).await;
    let open = delivered_twice(&stack).await;
    let longer = report(&stack, "Bounce", &open, IT, stack.env.clock.now()).await;
    assert_eq!(closes_at(&longer), instant(COUNTED_FROM_THE_BOARD));
    assert_eq!((longer.opened_by, longer.notice), (Some(BOARD.0), open.notice));
    let path = format!("/v1/claims/{}", open.id);
    let shown = stack.send(RequestEvent::get(&path).staff("auditor", "a-1")).await;
    assert_eq!(shown.body["window"]["extended_by"], json!(["delivery"]), "{}", shown.text);
    let mails = told(&stack, "window_extended").await;
    assert_eq!(addresses(&mails), [JANA.1, BOARD.1], "nobody writes to an address that failed");
    let text = to(&mails, BOARD).text();
    assert!(text.contains("do konce úterý 5. ledna 2027"), "{text}");
    assert!(text.contains("lhůta počítá znovu od pozdějšího doručení"), "{text}");
}

#[tokio::test]
async fn a_refusal_and_a_retirement_count_the_window_again_as_a_failure_does() {
    for refuses in [true, false] {
        let stack = with_contacts(&[BOARD]).await;
        let open = delivered_twice(&stack).await;
        let (answer, event) = if refuses {
            (decide(&stack, &open, IT, "decision=wrong_contact").await, "contact_refused")
        } else {
            (retire(&stack, &open, IT).await, "link_retired")
        };
        assert_eq!(answer.status, 200, "{}", answer.text);
        let longer = stack.env.read(&open.id).await;
        assert_eq!(closes_at(&longer), instant(COUNTED_FROM_THE_BOARD), "{event}");
        assert_eq!(longer.opened_by, Some(BOARD.0));
        let mails = told(&stack, event).await;
        let text = to(&mails, BOARD).text();
        assert!(text.contains("do konce úterý 5. ledna 2027"), "{text}");
        assert_eq!(decide(&stack, &open, IT, "decision=decline").await.status, 200);
    }
}

#[tokio::test]
async fn where_every_delivery_fails_others_are_asked_and_then_nobody_is_left() {
    let stack = with_contacts(&[BOARD, CFO, DPO]).await;
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    assert_eq!(addresses(&told(&stack, "validated").await), [JANA.1, IT.1, BOARD.1]);
    let at = stack.env.clock.now();
    report(&stack, "Delivery", &claim, IT, at).await;
    let open = report(&stack, "Bounce", &claim, BOARD, at).await;
    assert_eq!(open.status().as_str(), "awaiting_customer", "one delivery stands");
    let end = closes_at(&open);
    stack.env.clock.advance(Duration::hours(1));
    let again = report(&stack, "Bounce", &claim, IT, stack.env.clock.now()).await;
    assert_eq!((again.status().as_str(), again.notice.0), ("notifying", 2));
    assert_eq!(again.opened_by, None, "it went with its window");
    let mails = told(&stack, "recipient_failed").await;
    assert_eq!(addresses(&mails), [JANA.1, CFO.1, DPO.1], "who is left");
    assert!(mails.iter().all(|mail| mail.text().contains("https://cpor.test/d/")));
    let open = report(&stack, "Delivery", &again, DPO, stack.env.clock.now()).await;
    assert!(closes_at(&open) >= end, "never before an end that was told");
    for who in [CFO, DPO] {
        report(&stack, "Bounce", &again, who, stack.env.clock.now()).await;
    }
    let nobody = stack.env.read(&claim.id).await;
    assert_eq!((nobody.status().as_str(), nobody.notice.0), ("unreachable", 2));
    assert_eq!(events_of(&stack, "notice_failed").await.len(), 1);
}

#[tokio::test]
async fn after_a_refusal_or_a_retirement_of_the_only_delivery_somebody_else_is_asked() {
    for refuses in [true, false] {
        let stack = with_contacts(&[BOARD, CFO]).await;
        let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
        told(&stack, "validated").await;
        report(&stack, "Delivery", &claim, IT, stack.env.clock.now()).await;
        let (answer, event, after) = if refuses {
            let answer = decide(&stack, &claim, IT, "decision=wrong_contact").await;
            (answer, "contact_refused", RecipientStanding::Refused)
        } else {
            (retire(&stack, &claim, IT).await, "link_retired", RecipientStanding::Retired)
        };
        assert_eq!(answer.status, 200, "{}", answer.text);
        let again = stack.env.read(&claim.id).await;
        assert_eq!((again.status().as_str(), again.notice.0), ("notifying", 2), "{event}");
        assert_eq!(standing(&stack, &claim, IT).await, after);
        let mails = told(&stack, event).await;
        let mut all = addresses(&mails);
        all.sort_unstable();
        assert_eq!(all, [BOARD.1, CFO.1, IT.1, JANA.1], "one mail an act and address");
        for who in [JANA, BOARD, CFO] {
            assert!(to(&mails, who).text().contains("/d/"), "{who:?} gets the notice itself");
        }
        assert!(!to(&mails, IT).text().contains("/d/"), "it is told of it");
    }
}

#[tokio::test]
async fn a_notice_that_nobody_is_proved_to_have_by_its_deadline_goes_to_others() {
    let stack = with_contacts(&[BOARD, CFO]).await;
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    told(&stack, "validated").await;
    stack.env.let_pass(claim.deadline().unwrap());
    stack.env.finalize().await;
    let again = stack.env.read(&claim.id).await;
    assert_eq!((again.status().as_str(), again.notice.0), ("notifying", 2));
    assert_eq!(standing(&stack, &claim, IT).await, RecipientStanding::Unreported);
    let mails = told(&stack, "recipient_failed").await;
    assert_eq!(addresses(&mails), [CFO.1], "whoever stayed without a report is not asked again");
    stack.env.let_pass(again.deadline().unwrap());
    stack.env.finalize().await;
    assert_eq!(stack.env.read(&claim.id).await.status().as_str(), "unreachable");
}

/// A claim that silence made active, on a notice that only the IT desk had.
async fn associated(stack: &Stack) -> (Claim, Instant) {
    let open = Box::pin(stack.env.awaiting("k", &["teams"])).await;
    let end = closes_at(&open);
    stack.env.let_pass(end);
    stack.env.finalize().await;
    let claim = stack.env.read(&open.id).await;
    assert_eq!(claim.status().as_str(), "associated");
    (claim, end)
}

#[tokio::test]
async fn a_failure_stamped_before_the_end_and_told_after_it_ends_what_silence_made_active() {
    let stack = with_contacts(&[BOARD]).await;
    let (claim, end) = associated(&stack).await;
    stack.env.clock.advance(Duration::days(2));
    let ended = report(&stack, "Bounce", &claim, IT, end - Duration::milliseconds(1)).await;
    assert_eq!((ended.status().as_str(), item_statuses(&ended)), ("ended", vec!["ended"]));
    let path = format!("/v1/claims/{}", claim.id);
    let shown = stack.send(RequestEvent::get(&path).partner_admin(ALPINE)).await;
    assert_eq!(shown.body["items"][0]["reason"], "notice_failed", "{}", shown.text);
    let told_on_the_bus = events_of(&stack, "association_ended").await;
    assert_eq!(told_on_the_bus.len(), 1, "the partner reads it");
    let mails = told(&stack, "association_ended").await;
    assert_eq!(addresses(&mails), [JANA.1, BOARD.1]);
    let text = mails[0].text();
    assert!(text.contains("oznámení neměli po celou dobu"), "{text}");
    let again = stack.submit(ALPINE, "k2", &fixtures::claim_body(&["teams"])).await;
    assert_eq!(again.status, 201, "nothing blocks the partner: {}", again.text);
}

#[tokio::test]
async fn a_failure_stamped_at_the_end_or_later_changes_nothing_that_silence_did() {
    let stack = with_contacts(&[]).await;
    let (claim, end) = associated(&stack).await;
    for at in [end, end + Duration::days(1)] {
        let same = report(&stack, "Bounce", &claim, IT, at).await;
        assert_eq!((same.version, same.status().as_str()), (claim.version, "associated"));
    }
}

#[tokio::test]
async fn a_failure_told_late_of_one_of_two_deliveries_that_stood_for_a_full_window_changes_nothing()
{
    let stack = with_contacts(&[BOARD]).await;
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    let at = stack.env.clock.now();
    for who in [IT, BOARD] {
        report(&stack, "Delivery", &claim, who, at).await;
    }
    let end = closes_at(&stack.env.read(&claim.id).await);
    stack.env.let_pass(end);
    stack.env.finalize().await;
    let before = end - Duration::hours(1);
    let one = report(&stack, "Bounce", &claim, IT, before).await;
    assert_eq!(one.status().as_str(), "associated", "the board had it all the time");
    let both = report(&stack, "Bounce", &claim, BOARD, before).await;
    assert_eq!(both.status().as_str(), "ended");
}

/// The mails of every reminder that the stream has told.
async fn reminded(stack: &Stack) -> Vec<Mail> {
    for event in events_of(stack, "reminder_due").await {
        stack.event_functions.notify(&event).await.unwrap();
    }
    mails(&stack.env)
}

#[tokio::test]
async fn the_contact_in_reserve_gets_the_notice_at_half_time_and_its_delivery_counts() {
    let stack = with_contacts(&[BOARD, CFO]).await;
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    let first = told(&stack, "validated").await;
    assert_eq!(addresses(&first), [JANA.1, IT.1, BOARD.1]);
    let open = report(&stack, "Delivery", &claim, IT, stack.env.clock.now()).await;
    let half = Reminder::HalfTime.due_at(open.state.window().unwrap()).unwrap();
    stack.env.let_pass(half);
    stack.env.finalize().await;
    let mails = reminded(&stack).await;
    assert_eq!(addresses(&mails), [JANA.1, IT.1, BOARD.1, CFO.1]);
    let text = to(&mails, CFO).text();
    assert!(text.contains("/d/") && text.contains("do konce čtvrtka 31. prosince 2026"), "{text}");
    assert!(!text.contains("nejméně do konce"), "the end is exact: {text}");
    for (who, is_exact) in [(CFO, true), (JANA, false)] {
        let own = if is_exact { &mails } else { &first };
        let path = format!("/n/{}", line_of(&to(own, who).text(), "https://cpor.test/n/"));
        let page = stack.send(RequestEvent::get(&path)).await.text;
        assert_eq!(page.contains("nejméně do konce"), !is_exact, "each reads its own: {page}");
    }
    assert!(!to(&mails, IT).text().contains("/d/"), "whoever has it is reminded");
    let again = reminded(&stack).await;
    assert!(again.iter().all(|mail| !mail.text().contains("/d/")), "the notice comes once");
    let delivered = stack.env.clock.now();
    report(&stack, "Delivery", &claim, CFO, delivered).await;
    stack.env.clock.advance(Duration::hours(1));
    let longer = report(&stack, "Bounce", &claim, IT, stack.env.clock.now()).await;
    assert_eq!(longer.opened_by, Some(CFO.0));
    assert!(closes_at(&longer) > closes_at(&open), "counted from the reserve's delivery");
}

#[tokio::test]
async fn a_reminder_that_the_mail_service_refuses_keeps_the_contact_in_reserve_from_nothing() {
    let stack = with_contacts(&[BOARD, CFO]).await;
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    told(&stack, "validated").await;
    let open = report(&stack, "Delivery", &claim, IT, stack.env.clock.now()).await;
    stack.env.let_pass(Reminder::HalfTime.due_at(open.state.window().unwrap()).unwrap());
    stack.env.finalize().await;
    let event = events_of(&stack, "reminder_due").await.pop().unwrap();
    stack.env.services.refuse("SendEmail", 1, With::Error(400, "MessageRejected"));
    assert!(stack.event_functions.notify(&event).await.is_err(), "the message comes back");
    assert_eq!(addresses(&mails(&stack.env)), [IT.1, BOARD.1, CFO.1]);
}

/// An automatic answer to a recipient's mail.
fn away(claim: &Claim, who: Addressee, at: Instant) -> Value {
    let mut event = mail_event("Bounce", &claim.id, claim.notice.0, who, at);
    event["bounce"]["bounceType"] = json!("Transient");
    event["bounce"]["bounceSubType"] = json!("General");
    event
}

#[tokio::test]
async fn where_machines_alone_answered_the_contact_in_reserve_is_asked_before_half_time() {
    let stack = with_contacts(&[BOARD, CFO]).await;
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    told(&stack, "validated").await;
    let at = stack.env.clock.now();
    for who in [IT, BOARD] {
        report(&stack, "Delivery", &claim, who, at).await;
    }
    hand_over(&stack, &away(&claim, IT, at)).await;
    assert!(reminded(&stack).await.is_empty(), "the board may have read it");
    hand_over(&stack, &away(&claim, BOARD, at)).await;
    let mails = reminded(&stack).await;
    assert_eq!(addresses(&mails), [CFO.1], "and nobody is reminded");
    assert!(mails[0].text().contains("https://cpor.test/d/"));
}

#[tokio::test]
async fn a_window_of_two_days_asks_the_contact_in_reserve_with_everybody_else() {
    let policy = Policy { window_business_days: 2, ..Policy::default() };
    let stack = with_policy(&[BOARD, CFO], policy).await;
    Box::pin(stack.env.notifying("k", &["teams"])).await;
    let mails = told(&stack, "validated").await;
    assert_eq!(addresses(&mails), [JANA.1, IT.1, BOARD.1, CFO.1]);
}

/// A window in which the board has refused and Jana's link was retired; four contacts are known.
async fn left_by_two(policy: Policy) -> (Stack, Claim) {
    let stack = with_policy(&[BOARD, CFO, DPO], policy).await;
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    told(&stack, "validated").await;
    let open = report(&stack, "Delivery", &claim, IT, stack.env.clock.now()).await;
    assert_eq!(decide(&stack, &claim, BOARD, "decision=wrong_contact").await.status, 200);
    assert_eq!(retire(&stack, &claim, JANA).await.status, 200);
    (stack, open)
}

#[tokio::test]
async fn what_silence_made_active_is_told_to_everybody_and_to_whoever_refused_or_is_retired() {
    let (stack, open) = left_by_two(Policy::default()).await;
    stack.env.let_pass(closes_at(&open));
    stack.env.finalize().await;
    let mails = told(&stack, "window_closed").await;
    assert_eq!(addresses(&mails), [JANA.1, IT.1, BOARD.1, CFO.1, DPO.1], "one mail each");
    let text = to(&mails, JANA).text();
    for part in [
        "nyní oficiálním partnerem",
        "teams",
        "Do konce lhůty ji nikdo neodmítl",
        "kolik lidí ji v jednotlivé dny používá",
        "Trvá, dokud",
        "odkazem a kódem z oznámení, které máte, lze dál odmítnout",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let unasked = to(&mails, DPO).text();
    assert!(!unasked.contains("z oznámení, které máte"), "it has none: {unasked}");
    for who in [JANA, BOARD] {
        let ended = decide(&stack, &open, who, "decision=decline").await;
        assert_eq!(ended.status, 200, "the same link ends it: {}", ended.text);
    }
    assert_eq!(stack.env.read(&open.id).await.status().as_str(), "ended");
}

#[tokio::test]
async fn what_a_yes_made_active_is_told_to_everybody_as_well() {
    let (stack, open) = left_by_two(Policy::default()).await;
    let path = format!("/v1/customer/claims/{}/accept", open.id);
    let yes = stack.send(RequestEvent::post(&path).customer_admin(CONTOSO).json(&json!({}))).await;
    assert_eq!(yes.status, 200, "{}", yes.text);
    let mails = told(&stack, "items_accepted").await;
    assert_eq!(addresses(&mails), [JANA.1, IT.1, BOARD.1, CFO.1, DPO.1]);
    let text = to(&mails, BOARD).text();
    assert!(text.contains("Správce organizace \u{2068}Contoso\u{2069} souhlasil"), "{text}");
}

#[tokio::test]
async fn silence_that_declined_is_told_as_well() {
    let (stack, open) = left_by_two(Policy { consent: Consent::OptIn, ..Policy::default() }).await;
    stack.env.let_pass(closes_at(&open));
    stack.env.finalize().await;
    let mails = told(&stack, "window_closed").await;
    assert_eq!(addresses(&mails), [JANA.1, IT.1, BOARD.1, CFO.1, DPO.1]);
    let text = to(&mails, IT).text();
    assert!(text.contains("nikdo včas neodpověděl a to znamená „ne“"), "{text}");
}

/// What a report of that kind does to a claim whose only verified recipient it is about.
async fn after(change: impl Fn(&mut Value)) -> (Stack, Claim, Report) {
    let stack = with_contacts(&[]).await;
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    let at = stack.env.clock.now();
    let mut event = mail_event("Bounce", &claim.id, 1, IT, at);
    event["mail"]["timestamp"] = event["bounce"]["timestamp"].clone();
    change(&mut event);
    hand_over(&stack, &event).await;
    let (now, report) = (stack.env.read(&claim.id).await, noted(&stack, &claim, IT).await);
    (stack, now, report)
}

/// A bounce of that type and subtype, with what the receiving server said.
fn bounce(
    kind: &'static str,
    sub_type: &'static str,
    status: Option<&'static str>,
) -> impl Fn(&mut Value) {
    move |event| {
        event["bounce"]["bounceType"] = json!(kind);
        event["bounce"]["bounceSubType"] = json!(sub_type);
        event["bounce"]["bouncedRecipients"][0]["status"] = json!(status);
    }
}

#[tokio::test]
async fn what_has_failed_by_the_table_of_reports_leaves_nobody_and_it_is_the_partners_turn() {
    for (kind, sub_type, status) in [
        ("Permanent", "General", None),
        ("Permanent", "NoEmail", Some("5.1.1")),
        ("Undetermined", "Undetermined", None),
        ("Transient", "MailboxFull", None),
        ("Transient", "MessageTooLarge", None),
        ("Transient", "ContentRejected", None),
        ("Transient", "AttachmentRejected", None),
        ("Transient", "CustomTimeoutExceeded", None),
        ("Transient", "General", Some("5.3.0")),
        ("Transient", "General", Some("4.4.7")),
    ] {
        let (_, claim, report) = after(bounce(kind, sub_type, status)).await;
        let turn = claim.state.whose_turn().as_str();
        assert_eq!(
            (claim.status().as_str(), turn),
            ("unreachable", "partner"),
            "{kind} {sub_type}"
        );
        assert!(report.failure.is_some());
    }
    for kind in ["Reject", "Rendering Failure", "Complaint"] {
        let (_, claim, _) = after(|event| {
            event["eventType"] = json!(kind);
            event["bounce"].take();
        })
        .await;
        assert_eq!(claim.status().as_str(), "unreachable", "{kind}");
    }
}

#[tokio::test]
async fn what_has_not_failed_by_the_table_of_reports_changes_nothing() {
    for (sub_type, status) in [("General", None), ("General", Some("4.2.1")), ("Novel", None)] {
        let (_, claim, report) = after(bounce("Transient", sub_type, status)).await;
        assert_eq!(claim.status().as_str(), "notifying", "{sub_type}");
        assert!(report.unattended && report.failure.is_none(), "{sub_type} is an automatic answer");
    }
    for kind in ["Send", "Open", "Click", "DeliveryDelay", "Something"] {
        let (_, claim, report) = after(|event| event["eventType"] = json!(kind)).await;
        assert_eq!(claim.status().as_str(), "notifying", "{kind}");
        assert_eq!(report, Report::default(), "{kind}");
    }
}

#[tokio::test]
async fn a_mail_that_the_customers_own_servers_give_up_days_later_had_no_delivery() {
    let stack = with_contacts(&[]).await;
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    let open = report(&stack, "Delivery", &claim, IT, stack.env.clock.now()).await;
    assert_eq!(open.status().as_str(), "awaiting_customer", "the gateway took it");
    stack.env.clock.advance(Duration::days(2));
    let of = |action: &str| {
        let mut event = away(&open, IT, stack.env.clock.now());
        let expired = json!({"emailAddress": IT.1, "action": action, "status": "4.4.7",
            "diagnosticCode": "smtp; 550 4.4.7 QUEUE.Expired; message expired"});
        event["bounce"]["bouncedRecipients"] = json!([expired]);
        event
    };
    hand_over(&stack, &of("delayed")).await;
    assert!(noted(&stack, &claim, IT).await.unattended, "a warning is no failure");
    assert_eq!(stack.env.read(&claim.id).await.status().as_str(), "awaiting_customer");
    hand_over(&stack, &of("failed")).await;
    assert_eq!(stack.env.read(&claim.id).await.status().as_str(), "unreachable");
    stack.env.let_pass(closes_at(&open));
    stack.env.finalize().await;
    let after = stack.env.read(&claim.id).await;
    assert_eq!(after.status().as_str(), "unreachable", "no silence counts");
}

#[tokio::test]
async fn where_the_provider_suppresses_everybody_the_operator_sends_again_to_the_same_address() {
    for sub_type in ["Suppressed", "OnAccountSuppressionList"] {
        let (stack, claim, _) = after(bounce("Permanent", sub_type, None)).await;
        assert_eq!(claim.status().as_str(), "unreachable");
        assert_eq!(claim.state.whose_turn().as_str(), "operator", "{sub_type}");
        let path = format!("/v1/claims/{}/review", claim.id);
        let contact = json!({"name": "IT desk", "title": "IT", "email": IT.1});
        let body = json!({"action": "correct_contact", "customer_contact": contact});
        let event = RequestEvent::post(&path).staff("operator", "op-1");
        let event = event.header("if-match", &format!("\"{}\"", claim.version.0)).json(&body);
        let corrected = stack.send(event).await;
        assert_eq!(corrected.body["status"], "notifying", "{}", corrected.text);
        let mails = told(&stack, "contact_corrected").await;
        assert!(addresses(&mails).contains(&IT.1), "{:?}", addresses(&mails));
        let open = report(&stack, "Delivery", &claim, IT, stack.env.clock.now()).await;
        assert_eq!(open.status().as_str(), "awaiting_customer");
    }
}

#[tokio::test]
async fn a_report_without_a_recipient_or_of_an_older_notice_opens_and_voids_nothing() {
    let stack = with_contacts(&[BOARD, CFO]).await;
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    let at = stack.env.clock.now();
    for kind in ["Delivery", "Bounce", "Complaint"] {
        let mut unnamed = mail_event(kind, &claim.id, 1, IT, at);
        unnamed["mail"]["tags"].as_object_mut().unwrap().remove("recipient");
        hand_over(&stack, &unnamed).await;
        assert_eq!(noted(&stack, &claim, IT).await, Report::default(), "{kind}");
    }
    assert_eq!(stack.env.read(&claim.id).await.version, claim.version);
    for who in [IT, BOARD] {
        report(&stack, "Bounce", &claim, who, at).await;
    }
    let renewed = stack.env.read(&claim.id).await;
    assert_eq!(renewed.notice.0, 2);
    hand_over(&stack, &mail_event("Delivery", &claim.id, 1, CFO, at)).await;
    assert_eq!(stack.env.read(&claim.id).await.version, renewed.version, "of the first notice");
    let open = report(&stack, "Delivery", &claim, CFO, at).await;
    assert_eq!(open.status().as_str(), "awaiting_customer");
    for kind in ["Bounce", "Complaint"] {
        hand_over(&stack, &mail_event(kind, &claim.id, 1, CFO, at)).await;
    }
    assert_eq!(stack.env.read(&claim.id).await.version, open.version);
}

#[tokio::test]
async fn reports_that_come_twice_or_in_another_order_lead_to_the_same() {
    let (first, second) = (instant(NOW), instant(NOW) + Duration::hours(2));
    let failed = second + Duration::hours(1);
    let reports = [("Delivery", IT, first), ("Delivery", BOARD, second), ("Bounce", IT, failed)];
    let mut ends = Vec::new();
    for order in [[0, 1, 2, 0, 1, 2], [2, 1, 0, 0, 1, 2], [1, 2, 0, 2, 1, 0], [1, 0, 2, 2, 0, 1]] {
        let stack = with_contacts(&[BOARD]).await;
        let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
        stack.env.clock.set(failed);
        for at in order {
            let (kind, who, at) = reports[at];
            report(&stack, kind, &claim, who, at).await;
        }
        let now = stack.env.read(&claim.id).await;
        ends.push((now.opened_by, now.notice.0, closes_at(&now)));
    }
    assert!(ends.iter().all(|end| *end == ends[0]), "{ends:?}");
    assert_eq!((ends[0].0, ends[0].1), (Some(BOARD.0), 1));
}

#[tokio::test]
async fn a_delivery_that_is_told_days_late_opens_the_window_from_its_stamp() {
    let stack = with_contacts(&[]).await;
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    let at = stack.env.clock.now();
    stack.env.clock.advance(Duration::days(2));
    let open = report(&stack, "Delivery", &claim, IT, at).await;
    assert_eq!(open.state.window().unwrap().delivered_at, at);
    assert_eq!(closes_at(&open), instant("2026-12-31T23:00:00Z"));
    stack.env.let_pass(closes_at(&open) - Duration::hours(1));
    let earlier = report(&stack, "Delivery", &claim, IT, at - Duration::hours(3)).await;
    assert_eq!(earlier.version, open.version, "an earlier stamp moves no window");
}

/// The ten digits in the mail to a recipient.
fn undo_code(mails: &[Mail], who: Addressee) -> Option<String> {
    digits(&to(mails, who).text(), 10)
}

#[tokio::test]
async fn the_receipt_of_a_domain_recipients_no_gives_verified_recipients_alone_digits_that_undo_it()
{
    let stack = with_contacts(&[BOARD, CFO]).await;
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    told(&stack, "validated").await;
    let open = report(&stack, "Delivery", &claim, IT, stack.env.clock.now()).await;
    assert_eq!(decide(&stack, &open, JANA, "decision=decline").await.status, 200);
    stack.env.clock.advance(Duration::milliseconds(1));
    let mails = told(&stack, "items_declined").await;
    assert_eq!(addresses(&mails), [JANA.1, IT.1, BOARD.1, CFO.1]);
    assert!(mails.iter().all(|mail| !mail.text().contains("/d/")), "no link beside the digits");
    assert_eq!(undo_code(&mails, JANA), None, "of the domain");
    assert_eq!(undo_code(&mails, CFO), None, "it was not asked and has no link");
    let (own, boards) = (undo_code(&mails, IT).unwrap(), undo_code(&mails, BOARD).unwrap());
    assert_ne!(own, boards);
    let token = |who: Addressee| stack::token_of(&stack::link(&claim.id, 1, who.0));
    let undo = |who, code: &str| (token(who), format!("decision=undo&code={code}"));
    for (who, code) in [(JANA, &own), (BOARD, &own), (IT, &boards)] {
        let (token, form) = undo(who, code);
        assert_ne!(stack.post_form(&token, &form).await.status, 200, "{who:?}");
    }
    assert_eq!(stack.env.read(&claim.id).await.status().as_str(), "declined");
    let (token, form) = undo(IT, &own);
    let undone = stack.post_form(&token, &form).await;
    assert_eq!(undone.body["claim_status"], "awaiting_customer", "{}", undone.text);
}

#[tokio::test]
async fn the_contact_outside_gets_no_receipt() {
    let stack = with_contacts(&[]).await;
    let claim = with_stranger(&stack, "k", "teams").await;
    report(&stack, "Delivery", &claim, IT, stack.env.clock.now()).await;
    assert_eq!(decide(&stack, &claim, IT, "decision=decline").await.status, 200);
    let mails = told(&stack, "items_declined").await;
    assert_eq!(addresses(&mails), [IT.1]);
    assert!(undo_code(&mails, IT).is_some(), "its own no");
}

#[tokio::test]
async fn the_receipt_of_a_verified_recipients_no_gives_digits_to_that_recipient_alone() {
    let stack = with_contacts(&[BOARD]).await;
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    report(&stack, "Delivery", &claim, IT, stack.env.clock.now()).await;
    assert_eq!(decide(&stack, &claim, BOARD, "decision=decline").await.status, 200);
    let mails = told(&stack, "items_declined").await;
    assert_eq!(addresses(&mails), [JANA.1, IT.1, BOARD.1]);
    assert!(undo_code(&mails, BOARD).is_some());
    assert!(undo_code(&mails, IT).is_none() && undo_code(&mails, JANA).is_none());
    let text = to(&mails, JANA).text();
    assert!(text.contains("Odpověděl: příjemce oznámení, svým odkazem"), "{text}");
    assert!(text.contains("V této žádosti už nic nečeká na odpověď."), "{text}");
}

#[tokio::test]
async fn nobody_gets_digits_after_the_administrators_no() {
    let stack = with_contacts(&[BOARD]).await;
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    report(&stack, "Delivery", &claim, IT, stack.env.clock.now()).await;
    let path = format!("/v1/customer/claims/{}/decline", claim.id);
    let no = stack.send(RequestEvent::post(&path).customer_admin(CONTOSO).json(&json!({}))).await;
    assert_eq!(no.status, 200, "{}", no.text);
    let mails = told(&stack, "items_declined").await;
    assert_eq!(addresses(&mails), [JANA.1, IT.1, BOARD.1]);
    for who in [JANA, IT, BOARD] {
        assert_eq!(undo_code(&mails, who), None, "{who:?}");
        let text = to(&mails, who).text();
        assert!(text.contains("Vzít to zpět může"), "{who:?}");
        assert!(text.contains("Odpověděl: správce organizace"), "{text}");
    }
}

#[tokio::test]
async fn whoever_is_retired_gets_one_mail_that_the_link_still_says_no_and_no_later_ones() {
    let stack = with_contacts(&[BOARD]).await;
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    report(&stack, "Delivery", &claim, IT, stack.env.clock.now()).await;
    assert_eq!(retire(&stack, &claim, BOARD).await.status, 200);
    let mails = told(&stack, "link_retired").await;
    assert_eq!(addresses(&mails), [JANA.1, IT.1, BOARD.1]);
    let text = to(&mails, BOARD).text();
    assert!(text.contains("váš odkaz") || text.contains("Váš odkaz"), "{text}");
    assert!(text.contains("jím lze dál odmítnout") && digits(&text, 10).is_none(), "{text}");
    let again = told(&stack, "link_retired").await;
    assert!(!addresses(&again).contains(&BOARD.1), "once: {:?}", addresses(&again));
    assert_eq!(decide(&stack, &claim, BOARD, "decision=decline").await.status, 200);
    let mails = told(&stack, "items_declined").await;
    assert_eq!(addresses(&mails), [JANA.1, IT.1]);
    assert!(undo_code(&mails, IT).is_none(), "it was a verified recipient's");
}

/// The text that all recipients of a notice got.
fn common(notice: NoticeNo, language: &str) -> TextKey<'_> {
    TextKey { notice, recipient: None, language }
}

#[tokio::test]
async fn an_authenticity_code_shows_the_text_as_it_was_sent_whatever_happens_to_the_claim() {
    let stack = with_contacts(&[BOARD]).await;
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    let mails = told(&stack, "validated").await;
    let texts = stack
        .env
        .engine
        .items("C#")
        .into_iter()
        .filter(|item| item["sk"]["S"].as_str().is_some_and(|sort| sort.starts_with("X#")));
    let texts: Vec<Value> = texts.collect();
    assert_eq!(texts.len(), 1, "once a notice and language");
    let kept =
        stack.env.store.notice_text(&claim.id, common(claim.notice, "cs")).await.unwrap().unwrap();
    assert_eq!(kept.sent_at, claim.last_event.at);
    let (subject, kept) = kept.text.split_once("\n\n").unwrap();
    assert!(
        subject.starts_with("Předmět: Contoso: společnost Alpine Cloud se má stát"),
        "{subject}"
    );
    for who in [JANA, IT, BOARD] {
        let text = to(&mails, who).text();
        for secret in ["https://cpor.test/d/", "https://cpor.test/n/"] {
            assert!(text.contains(secret) && !kept.contains(secret), "{kept}");
        }
        let code = digits(&text, 6).unwrap();
        assert!(!kept.contains(&code) && !kept.contains(who.1), "{kept}");
        assert!(text.contains(&format!("\n\n{code}\n\n")), "it stands alone: {text}");
        let mut mailed = text.lines();
        for line in kept.lines() {
            assert!(mailed.any(|other| other == line), "{line} is in the mail: {text}");
        }
    }
    let path = format!("/n/{}", line_of(&to(&mails, IT).text(), "https://cpor.test/n/"));
    let end = "nejméně do konce čtvrtka 31. prosince 2026";
    assert!(stack.send(RequestEvent::get(&path)).await.text.contains(end));
    let added = json!({"added": [{"date": "2026-12-31", "name": "Day of mourning"}]});
    let event = RequestEvent::put("/v1/calendars/CZ").staff("operator", "op").json(&added);
    assert_eq!(stack.send(event).await.status, 200);
    report(&stack, "Delivery", &claim, IT, stack.env.clock.now()).await;
    told(&stack, "validated").await;
    let page = stack.send(RequestEvent::get(&format!("{path}?lang=en"))).await;
    assert!(
        page.text.contains("This notice is genuine") && page.text.contains(end),
        "{}",
        page.text
    );
}

#[tokio::test]
async fn an_authenticity_code_tells_what_was_sent_and_what_came_of_it_after_a_no_and_after_the_end()
{
    let stack = with_contacts(&[]).await;
    let items = ["exchange-online", "teams"];
    let claim = Box::pin(stack.env.notifying("k", &items)).await;
    let mails = told(&stack, "validated").await;
    let path = format!("/n/{}?lang=en", line_of(&to(&mails, IT).text(), "https://cpor.test/n/"));
    let claim = report(&stack, "Delivery", &claim, IT, stack.env.clock.now()).await;
    // The text as it was sent, and the states of the items as they stand.
    let read = async || {
        let page = stack.send(RequestEvent::get(&path)).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let (before, since) = page.text.split_once("<h2>Since then</h2>").unwrap();
        assert!(before.contains("This notice is genuine"), "{before}");
        let (_, sent) = before.split_once("class=\"sent\"").unwrap();
        let states = since.split("<tr><td>").skip(1).map(|row| {
            let (_, state) = row.split_once("</td><td>").unwrap();
            state.split_once("</td>").unwrap().0.to_owned()
        });
        (sent.to_owned(), states.collect::<Vec<_>>())
    };
    let (sent, waiting) = read().await;
    assert_eq!(waiting, ["waiting", "waiting"]);
    assert!(items.iter().all(|item| sent.contains(item)), "{sent}");
    assert!(sent.contains("nejméně do konce čtvrtka 31. prosince 2026"), "{sent}");
    let declined = decide(&stack, &claim, IT, "decision=decline&items=2").await;
    assert_eq!(declined.status, 200, "{}", declined.text);
    assert_eq!(read().await, (sent.clone(), vec!["waiting".to_owned(), "you said no".to_owned()]));
    stack.env.let_pass(closes_at(&claim));
    stack.env.finalize().await;
    assert_eq!(read().await, (sent, vec!["active".to_owned(), "you said no".to_owned()]));
}

#[tokio::test]
async fn the_text_of_a_notice_costs_at_most_four_units_whatever_its_items_are_called() {
    let stack = with_contacts(&[]).await;
    let mut claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    let (mut program, mut tenant) = (fixtures::osu_m365(), fixtures::contoso());
    let name = |no: u8, letters: usize| {
        // Letters in an order of their own for each, so that nothing is said twice.
        let letter = |at: usize| {
            char::from(b'a' + u8::try_from((at * at + at * usize::from(no)) % 26).unwrap())
        };
        format!("{no} {}", (0..letters).map(letter).collect::<String>())
    };
    let long = |no| serde_json::from_value(json!(name(no, 190))).unwrap();
    (program.name, tenant.name, claim.details.partner_name) = (long(50), long(51), long(52));
    claim.details.tenant_name = long(51);
    let numbers = 1..=25_u8;
    claim.items = serde_json::from_value(
        numbers
            .clone()
            .map(|no| json!({"no": no, "id": format!("item-{no}"), "mark": null}))
            .collect(),
    )
    .unwrap();
    program.catalogue_names = serde_json::from_value(Value::Object(
        numbers.map(|no| (format!("item-{no}"), json!({"cs": name(no, 80)}))).collect(),
    ))
    .unwrap();
    let policy = Policy { term_months: Some(24), ..Policy::default() };
    let place = stack.env.store.customer_place(&tenant, &policy).await.unwrap();
    let at = stack.env.clock.now();
    let deadline = notice::AnswerDeadline::at_least(at, &place, &policy);
    let directory = notice::Directory { tenant: &tenant, program: &program, policy: &policy };
    let said = notice::Notice::of(&claim, NoticeNo(7), &directory, &stack::operator(), deadline);
    for language in notice::Language::ALL {
        let sent =
            NoticeText { text: notice::mail::write_notice_text(&said, language), sent_at: at };
        stack.env.wire.reset();
        let put =
            stack.env.store.put_notice_text(&claim.id, common(said.no, language.tag()), &sent);
        put.await.unwrap();
        let units = stack.env.wire.spent().written;
        assert!(
            units.table <= 4.0 && units.indexes == 0.0,
            "{units:?} for {} bytes",
            sent.text.len()
        );
        let kept =
            stack.env.store.notice_text(&claim.id, common(said.no, language.tag())).await.unwrap();
        assert_eq!(kept, Some(sent));
    }
}

#[tokio::test]
async fn the_page_of_an_authenticity_code_escapes_the_text() {
    let stack = with_contacts(&[]).await;
    let mut tenant = fixtures::contoso();
    tenant.name = serde_json::from_value(json!("Contoso <b>& Sons")).unwrap();
    stack.env.store.put_tenant(&tenant).await.unwrap();
    Box::pin(stack.env.notifying("k", &["teams"])).await;
    let mails = told(&stack, "validated").await;
    let text = to(&mails, IT).text();
    assert!(text.contains("Contoso <b>& Sons"), "{text}");
    let path = format!("/n/{}", line_of(&text, "https://cpor.test/n/"));
    let page = stack.send(RequestEvent::get(&path)).await;
    assert!(!page.text.contains("<b>"), "{}", page.text);
    assert!(page.text.contains("Contoso &#60;b&#62;&#38; Sons"), "{}", page.text);
}

#[tokio::test]
async fn an_undo_after_half_time_asks_the_contact_in_reserve_that_half_time_found_declined() {
    let stack = with_contacts(&[BOARD, CFO]).await;
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    told(&stack, "validated").await;
    let open = report(&stack, "Delivery", &claim, IT, stack.env.clock.now()).await;
    assert_eq!(decide(&stack, &claim, IT, "decision=decline").await.status, 200);
    let half = Reminder::HalfTime.due_at(open.state.window().unwrap()).unwrap();
    stack.env.let_pass(half);
    stack.env.finalize().await;
    assert!(reminded(&stack).await.is_empty(), "nothing waits");
    let path = format!("/v1/customer/claims/{}/undo", claim.id);
    let undone =
        stack.send(RequestEvent::post(&path).customer_admin(CONTOSO).json(&json!({}))).await;
    assert_eq!(undone.status, 200, "{}", undone.text);
    let mails = reminded(&stack).await;
    assert_eq!(addresses(&mails), [CFO.1]);
    assert!(mails[0].text().contains("/d/"), "the notice itself");
}

#[tokio::test]
async fn a_mail_of_an_earlier_notice_that_comes_back_late_has_failed_in_the_claim() {
    let stack = with_contacts(&[BOARD, CFO]).await;
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    told(&stack, "validated").await;
    let at = stack.env.clock.now();
    report(&stack, "Delivery", &claim, IT, at).await;
    assert_eq!(retire(&stack, &claim, IT).await.status, 200);
    let again = stack.env.read(&claim.id).await;
    assert_eq!(again.notice.0, 2);
    for who in [IT, BOARD] {
        hand_over(&stack, &mail_event("Bounce", &claim.id, 1, who, at)).await;
    }
    assert!(noted(&stack, &claim, IT).await.failure.is_some());
    assert_eq!(noted(&stack, &claim, BOARD).await.failure, None, "the present notice asks it anew");
    assert_eq!(stack.env.read(&claim.id).await.version, again.version, "nothing moves");
}
