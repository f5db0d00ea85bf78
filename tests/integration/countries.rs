//! Whose days each deadline is counted in, through every function, where the parties rest on other days and live by
//! other clocks: the operator in Iran on Thursday and Friday, the partner in Ireland on Saturday and Sunday, the
//! customer in Czechia (`docs/domain.md §4.1`, 8). Every deadline is counted by hand.

use domain::ids::ClaimId;
use serde_json::{Value, json};
use store::DeliveryReport;
use support::fixtures::{self, CONTOSO, EMERALD, claim_body_of};
use support::rivals;
use support::stack::{Answer, Stack, link};
use support::test_env::{TestEnv, VERIFIED, validate};
use web::event::RequestEvent;

/// Tuesday 22 December 2026: 17:30 in Tehran, 14:00 in Dublin, 15:00 in Prague.
const NOW: &str = "2026-12-22T14:00:00Z";
const ITEMS: [&str; 2] = ["exchange-online", "teams"];
const DUBLIN: &str = "4720";
const CORK: &str = "4721";

/// A claim of Emerald's, and the system around it.
struct Story {
    stack: Stack,
    id: ClaimId,
}

impl Story {
    async fn submitted() -> Self {
        let stack = Box::pin(Stack::in_countries(NOW)).await;
        let created = stack.submit(EMERALD, "k", &body(DUBLIN, &ITEMS)).await;
        assert_eq!(created.status, 201, "{}", created.text);
        Self { id: id_of(&created), stack }
    }

    /// The review has begun on Tuesday 29 December, half an hour after midnight in Tehran.
    async fn in_review() -> Self {
        let story = Self::submitted().await;
        story.review_at("2026-12-28T21:00:00Z", "reviewer-1", json!({"action": "begin"})).await;
        story
    }

    /// Validated on Monday 11 January.
    async fn notifying() -> Self {
        let story = Self::in_review().await;
        let validated =
            story.review_at("2027-01-11T08:00:00Z", "reviewer-1", json!({"action": "validate"}));
        assert_eq!(validated.await.body["status"], "notifying");
        story
    }

    /// Delivered on Wednesday 13 January, half an hour after midnight in Prague.
    async fn awaiting() -> Self {
        let story = Self::notifying().await;
        story.set("2027-01-12T23:30:00Z");
        let claim = story.env().read(&story.id).await;
        story.env().deliver(&claim).await.unwrap();
        story
    }

    fn env(&self) -> &TestEnv {
        &self.stack.env
    }

    fn set(&self, now: &str) {
        self.env().clock.set(now.parse().unwrap());
    }

    /// The claim as its partner reads it.
    async fn read(&self) -> Value {
        let event = RequestEvent::get(&format!("/v1/claims/{}", self.id)).partner_admin(EMERALD);
        let answer = self.stack.send(event).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.body
    }

    /// Whose turn it is, and until when.
    async fn turn(&self) -> (String, String) {
        let turn = self.read().await["turn"].clone();
        let text = |name: &str| turn[name].as_str().unwrap_or_default().to_owned();
        (text("who"), text("until"))
    }

    async fn review_at(&self, now: &str, reviewer: &str, body: Value) -> Answer {
        self.set(now);
        let version = self.env().read(&self.id).await.version.0;
        let event = RequestEvent::post(&format!("/v1/claims/{}/review", self.id));
        let event = event.staff("reviewer", reviewer).header("if-match", &format!("\"{version}\""));
        let answer = self.stack.send(event.json(&body)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer
    }

    async fn partner_at(&self, now: &str, command: &str, body: Value) -> Answer {
        self.set(now);
        let claim = self.env().read(&self.id).await;
        self.stack.command(EMERALD, &claim, command, &body).await
    }

    async fn customer_at(&self, now: &str, answer: &str) -> Answer {
        self.set(now);
        let event = RequestEvent::post(&format!("/v1/customer/claims/{}/{answer}", self.id));
        self.stack.send(event.customer_admin(CONTOSO).json(&json!({}))).await
    }
}

fn body(location: &str, items: &[&str]) -> Value {
    claim_body_of(location, CONTOSO, "contoso.example", items)
}

fn id_of(answer: &Answer) -> ClaimId {
    ClaimId::parse(answer.body["id"].as_str().expect("an id")).expect("a claim id")
}

fn turn(who: &str, until: &str) -> (String, String) {
    (who.to_owned(), until.to_owned())
}

fn question() -> Value {
    let reason = json!({"code": "evidence_no_customer_acknowledgement"});
    json!({"action": "request_information", "reasons": [reason]})
}

fn rejection() -> Value {
    json!({"action": "reject", "reasons": [{"code": "evidence_item_missing"}]})
}

#[tokio::test]
async fn a_review_begins_within_five_of_the_operators_days() {
    // 23 December is the birthday of Imam Ali; 26, 27, 28, 29, 30 count. The next day begins in Tehran.
    let story = Story::submitted().await;
    assert_eq!(story.turn().await, turn("operator", "2026-12-30T20:30:00Z"));
}

#[tokio::test]
async fn a_review_is_done_within_five_of_the_operators_days_from_its_own_date() {
    // 30 December, 2, 3, 4 January count; 5 to 7 are off for a holiday by estimate; 9 counts.
    let story = Story::in_review().await;
    assert_eq!(story.turn().await, turn("operator", "2027-01-09T20:30:00Z"));
}

#[tokio::test]
async fn a_question_is_answered_within_five_of_the_partners_days() {
    let story = Story::in_review().await;
    // 31 December counts, 1 January is a holiday, 4, 5, 6, 7 count. The next day begins in Dublin.
    story.review_at("2026-12-30T12:00:00Z", "reviewer-1", question()).await;
    assert_eq!(story.turn().await, turn("partner", "2027-01-08T00:00:00Z"));
    let answered = story.partner_at("2027-01-07T23:59:59.999Z", "respond", json!({})).await;
    assert_eq!(answered.status, 200, "{}", answered.text);
    // Friday 8 January in Tehran: 9, 10, 11, 12, 13 count.
    assert_eq!(story.turn().await, turn("operator", "2027-01-13T20:30:00Z"));
}

#[tokio::test]
async fn an_answer_at_the_partners_midnight_is_late() {
    let story = Story::in_review().await;
    story.review_at("2026-12-30T12:00:00Z", "reviewer-1", question()).await;
    let late = story.partner_at("2027-01-08T00:00:00Z", "respond", json!({})).await;
    assert_eq!(late.problem(), (409, "invalid-state"), "{}", late.text);
    // 30 days from Friday 8 January in Dublin.
    assert_eq!(story.turn().await, turn("partner", "2027-02-08T00:00:00Z"));
}

#[tokio::test]
async fn a_delivery_is_proved_within_two_of_the_operators_days() {
    let story = Story::notifying().await;
    // 12 and 13 January.
    assert_eq!(story.turn().await, turn("system", "2027-01-13T20:30:00Z"));
}

#[tokio::test]
async fn a_contact_is_corrected_within_five_of_the_partners_days() {
    let story = Story::notifying().await;
    let claim = story.env().read(&story.id).await;
    story.env().note(&claim, claim.notice, DeliveryReport::Sent).await.unwrap();
    // Thursday 14 January in Tehran, Wednesday 13 in Dublin: 14, 15, 18, 19, 20 count.
    story.set("2027-01-13T21:00:00Z");
    assert_eq!(story.read().await["status"], "unreachable");
    assert_eq!(story.turn().await, turn("partner", "2027-01-21T00:00:00Z"));
}

#[tokio::test]
async fn a_window_has_five_of_the_customers_days_and_closes_by_its_clocks() {
    let story = Story::awaiting().await;
    // 14, 15, 18, 19, 20 January count. The next day begins in Prague.
    let end = "2027-01-20T23:00:00Z";
    assert_eq!(story.turn().await, turn("customer", end));
    let claim = story.env().read(&story.id).await;
    story.env().let_pass(claim.deadline().unwrap());
    story.env().finalize().await;
    let closed = story.read().await;
    assert_eq!(closed["status"], "associated");
    for item in closed["items"].as_array().unwrap() {
        assert_eq!((&item["status"], &item["effective_at"]), (&json!("active"), &json!(end)));
    }
}

#[tokio::test]
async fn a_no_in_the_last_millisecond_of_the_customers_day_is_in_time() {
    for (now, in_time) in [("2027-01-20T22:59:59.999Z", true), ("2027-01-20T23:00:00Z", false)] {
        let story = Story::awaiting().await;
        let declined = story.customer_at(now, "decline").await;
        assert_eq!(declined.body["items"][0]["in_time"], in_time, "{}", declined.text);
    }
}

#[tokio::test]
async fn more_time_is_five_of_the_customers_days() {
    let story = Story::awaiting().await;
    // 21, 22, 25, 26, 27 January.
    let longer = story.customer_at("2027-01-14T10:00:00Z", "extend").await;
    assert_eq!(longer.status, 200, "{}", longer.text);
    assert_eq!(story.turn().await, turn("customer", "2027-01-27T23:00:00Z"));
}

#[tokio::test]
async fn an_undo_leaves_one_more_of_the_customers_days() {
    let story = Story::awaiting().await;
    let declined = story.customer_at("2027-01-19T10:00:00Z", "decline").await;
    assert_eq!(declined.status, 200, "{}", declined.text);
    // Thursday 21 January in Prague is after the last counted day.
    let undone = story.customer_at("2027-01-20T10:00:00Z", "undo").await;
    assert_eq!(undone.status, 200, "{}", undone.text);
    assert_eq!(story.turn().await, turn("customer", "2027-01-21T23:00:00Z"));
}

#[tokio::test]
async fn a_rejection_is_disputed_within_thirty_of_the_partners_dates_and_judged_by_the_operators() {
    let story = Story::in_review().await;
    // Wednesday 13 January in Tehran, Tuesday 12 in Dublin.
    story.review_at("2027-01-12T21:00:00Z", "reviewer-1", rejection()).await;
    assert_eq!(story.turn().await, turn("partner", "2027-02-12T00:00:00Z"));
    let comment = json!({"comment": "It is in the second document."});
    let disputed = story.partner_at("2027-02-11T23:59:59.999Z", "dispute", comment).await;
    assert_eq!(disputed.status, 200, "{}", disputed.text);
    // Friday 12 February in Tehran: 13, 14, 15, 16, 17 count.
    assert_eq!(story.turn().await, turn("operator", "2027-02-17T20:30:00Z"));
    let overturn = json!({"action": "overturn", "comment": "It is there."});
    story.review_at("2027-02-15T10:00:00Z", "reviewer-2", overturn).await;
    // 16, 17, 20, 21, 22 February.
    assert_eq!(story.turn().await, turn("operator", "2027-02-22T20:30:00Z"));
}

#[tokio::test]
async fn a_dispute_at_the_partners_midnight_is_late() {
    let story = Story::in_review().await;
    story.review_at("2027-01-12T21:00:00Z", "reviewer-1", rejection()).await;
    let comment = json!({"comment": "It is in the second document."});
    let late = story.partner_at("2027-02-12T00:00:00Z", "dispute", comment).await;
    assert_eq!(late.problem(), (409, "invalid-state"), "{}", late.text);
}

#[tokio::test]
async fn a_draft_idles_ninety_of_the_partners_dates() {
    let stack = Box::pin(Stack::in_countries(NOW)).await;
    // Wednesday 23 December in Tehran, Tuesday 22 in Dublin.
    stack.env.clock.set("2026-12-22T21:00:00Z".parse().unwrap());
    let mut draft = body(CORK, &ITEMS);
    draft["draft"] = json!(true);
    let created = stack.submit(EMERALD, "k", &draft).await;
    assert_eq!(created.body["turn"]["until"], "2027-03-23T00:00:00Z", "{}", created.text);
}

#[tokio::test]
async fn a_recalled_claim_keeps_its_date_for_five_of_the_partners_days() {
    // 23, 24, 28, 29, 30 December count: 25 is Christmas, 26 and 27 the weekend.
    for (again, kept) in [("2026-12-30T23:59:59.999Z", true), ("2026-12-31T00:00:00Z", false)] {
        let story = Story::submitted().await;
        let recalled = story.partner_at("2026-12-22T21:00:00Z", "recall", json!({})).await;
        assert_eq!(recalled.status, 200, "{}", recalled.text);
        let submitted = story.partner_at(again, "submit", json!({})).await;
        assert_eq!(submitted.status, 200, "{}", submitted.text);
        let priority = submitted.body["priority_at"].as_str().unwrap();
        assert_eq!(priority == NOW, kept, "{priority}");
    }
}

#[tokio::test]
async fn a_holder_defends_itself_within_five_of_its_own_partners_days() {
    let story = Story::awaiting().await;
    let env = story.env();
    env.let_pass("2027-01-20T23:00:00Z".parse().unwrap());
    env.finalize().await;
    // Friday 22 January in Tehran, Thursday 21 in Dublin: 22, 25, 26, 27, 28 count in Ireland.
    env.clock.set("2027-01-21T21:00:00Z".parse().unwrap());
    let newcomer = Box::pin(env.rival_in_review("r", &ITEMS)).await;
    let until = "2027-01-29T00:00:00Z".parse().unwrap();
    assert_eq!(newcomer.defence_until, Some(until));
    assert_eq!(env.read(&story.id).await.defence.map(|defence| defence.until), Some(until));
}

#[tokio::test]
async fn every_location_of_a_partner_is_the_same_partner_and_no_other_ones() {
    let story = Story::submitted().await;
    let stack = &story.stack;
    let again = stack.submit(EMERALD, "cork", &body(CORK, &["teams"])).await;
    assert_eq!(again.problem(), (409, "duplicate-claim"), "{}", again.text);
    assert_eq!(again.body["claim_id"], story.id.as_str());
    let other = stack.submit(EMERALD, "other", &body(CORK, &["sharepoint-online"])).await;
    assert_eq!((other.status, &other.body["location_id"]), (201, &json!(CORK)), "{}", other.text);
    let foreign = stack.submit(EMERALD, "foreign", &body("4711", &["teams"])).await;
    assert_eq!(foreign.problem(), (422, "invalid-fields"), "{}", foreign.text);
    let pointers: Vec<_> = foreign.errors().into_iter().map(|(pointer, _)| pointer).collect();
    assert_eq!(pointers, ["/location_id", "/tenant"]);
}

#[tokio::test]
async fn a_location_that_leaves_a_program_takes_no_claim_of_another_location_along() {
    let story = Story::awaiting().await;
    let (stack, env) = (&story.stack, story.env());
    let cork = stack.submit(EMERALD, "cork", &body(CORK, &["sharepoint-online"])).await;
    let cork = id_of(&cork);
    let (reviewer, begin) = rivals::begin();
    env.give(&cork, &reviewer, &begin).await.unwrap();
    let validated = env.give(&cork, &reviewer, &validate()).await.unwrap().claim;
    env.deliver(&validated).await.unwrap();
    let mut entry = fixtures::emerald();
    entry.locations[0].programs.clear();
    env.store.put_partner(&entry).await.unwrap();
    Box::pin(stack.event_functions.sweep(env)).await.unwrap();
    assert_eq!(env.read(&story.id).await.status().as_str(), "on_hold");
    assert_eq!(env.read(&cork).await.status().as_str(), "awaiting_customer");
    // Its customer says no whatever became of the location.
    let declined = stack.decide_by(&link(&story.id, 1, VERIFIED), "decision=decline").await;
    assert_eq!(declined.status, 200, "{}", declined.text);
}
