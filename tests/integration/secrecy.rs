//! Neither of two rivals ever learns who the other is (`docs/domain.md §3`, *Exclusivity*): not from an
//! answer, not from a mail, whatever is asked and however the contest ends. Nor does a partner learn whom the
//! customer's organisation has asked, or how many (`docs/domain.md §1.2`).

use chrono::Duration;
use domain::actor::Actor;
use domain::claim::Claim;
use domain::event::FailureCause;
use domain::recipient::RecipientNo;
use serde_json::{Value, json};
use store::DeliveryReport;
use support::event_functions::{events, mails, records};
use support::fixtures::{ALPINE, BOREALIS, CONTOSO, claim_body_of, contoso_with};
use support::stack::{self, Stack};
use support::test_env::{VERIFIED, apply_reports, closes_at, decline, link};
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";
const TEAMS: [&str; 1] = ["teams"];

/// A partner with a claim, and everything that the partner has been told so far.
struct Side {
    partner: &'static str,
    location: &'static str,
    domain: &'static str,
    claim: Claim,
    told: Vec<String>,
}

impl Side {
    fn alpine(claim: Claim) -> Self {
        let (location, domain) = ("4711", "alpine.example");
        Self { partner: ALPINE, location, domain, claim, told: Vec::new() }
    }

    fn borealis(claim: Claim) -> Self {
        let (location, domain) = ("4712", "borealis.example");
        Self { partner: BOREALIS, location, domain, claim, told: Vec::new() }
    }

    /// What would give this side away to the other.
    fn names(&self) -> [String; 5] {
        let name = self.claim.details.partner_name.as_str().to_owned();
        let (partner, domain) = (self.partner.to_owned(), self.domain.to_owned());
        let location = format!("\"{}\"", self.location);
        [name, partner, domain, location, self.claim.id.to_string()]
    }

    /// Asks everything that a partner can ask, of the own claim and of the other's.
    async fn ask(&mut self, stack: &Stack, other: &Claim) {
        let own = self.claim.id.clone();
        let tenant = format!("/v1/claims?tenant_id={CONTOSO}");
        let others = [
            "/v1/claims",
            "/v1/claims?turn=partner",
            "/v1/claims:counts",
            "/v1/associations",
            "/v1/usage",
            "/v1/programs",
            "/v1/programs/osu-m365",
            "/v1/me",
            "/v1/events",
        ];
        for path in others.map(str::to_owned).into_iter().chain([tenant]) {
            self.get(stack, &path).await;
        }
        for id in [&own, &other.id] {
            let paths =
                ["claims/{id}", "claims/{id}/history", "claims/{id}/bundle", "associations/{id}-1"];
            for path in paths {
                self.get(stack, &format!("/v1/{}", path.replace("{id}", id.as_str()))).await;
            }
            self.get(stack, &format!("/v1/associations/{id}-1/usage")).await;
            let end = RequestEvent::post(&format!("/v1/associations/{id}-7/end"));
            self.send(stack, end.json(&json!({"reason_code": "other", "comment": "we leave"})))
                .await;
        }
        let withdraw = RequestEvent::post(&format!("/v1/claims/{}/withdraw", other.id));
        self.send(
            stack,
            withdraw.header("if-match", "\"1\"").json(&json!({"reason_code": "other"})),
        )
        .await;
        let body = claim_body_of(self.location, CONTOSO, "contoso.example", &TEAMS);
        let again = RequestEvent::post("/v1/claims").header("idempotency-key", "again");
        self.send(stack, again.json(&body)).await;
        let mut question = body.clone();
        question.as_object_mut().unwrap().remove("items");
        for asked in [body, question] {
            self.send(stack, RequestEvent::post("/v1/claims:check").json(&asked)).await;
        }
    }

    async fn get(&mut self, stack: &Stack, path: &str) {
        self.send(stack, RequestEvent::get(path)).await;
    }

    /// Sends a request, and remembers what was answered besides what was asked.
    async fn send(&mut self, stack: &Stack, event: RequestEvent) {
        let path = event.payload()["rawPath"].as_str().unwrap_or_default().to_owned();
        let answer = Box::pin(stack.send(event.partner_admin(self.partner))).await;
        let headers = format!("{:?}", answer.headers);
        // A problem repeats the path it is about: what the asker wrote tells the asker nothing.
        self.told.push(format!("{headers} {}", answer.text).replace(&path, ""));
    }

    /// Remembers the mails about this side's claim: its contact may pass them on to the partner.
    async fn read_mails(&mut self, stack: &Stack) {
        let (env, event_functions) = (&stack.env, &stack.event_functions);
        env.services.forget();
        event_functions.publish(&records(env)).await.unwrap();
        let about = |event: &serde_json::Value| event["claim"] == self.claim.id.as_str();
        for event in events(env).into_iter().filter(about) {
            event_functions.notify(&event).await.unwrap();
        }
        for mail in mails(env) {
            self.told.extend([mail.text(), mail.raw]);
        }
    }
}

/// Two sides that ask everything and read every mail.
struct Contest {
    stack: Stack,
    holder: Side,
    newcomer: Side,
}

impl Contest {
    fn between(stack: Stack, (holder, newcomer): (Claim, Claim)) -> Self {
        Self { stack, holder: Side::alpine(holder), newcomer: Side::borealis(newcomer) }
    }

    /// Lets both ask and read, and holds what they were told against what they must not know.
    async fn goes_on(&mut self) {
        let (holder, newcomer) = (self.holder.claim.clone(), self.newcomer.claim.clone());
        // What is on the stream is in the feeds, and old enough to be shown.
        self.stack.event_functions.publish(&records(&self.stack.env)).await.unwrap();
        self.stack.env.clock.advance(Duration::seconds(11));
        Box::pin(self.holder.ask(&self.stack, &newcomer)).await;
        Box::pin(self.newcomer.ask(&self.stack, &holder)).await;
        Box::pin(self.holder.read_mails(&self.stack)).await;
        Box::pin(self.newcomer.read_mails(&self.stack)).await;
        for (side, other) in [(&self.holder, &self.newcomer), (&self.newcomer, &self.holder)] {
            let himself = side.told.iter().any(|told| told.contains(&side.names()[0]));
            assert!(himself, "{} is told of the own claim", side.partner);
            for name in other.names() {
                let found = side.told.iter().find(|told| told.contains(&name));
                assert_eq!(found, None, "{} was told {name}", side.partner);
            }
        }
    }
}

#[tokio::test]
async fn while_the_holder_is_heard_neither_side_learns_the_others_name() {
    let stack = Stack::at(NOW).await;
    let sides = Box::pin(stack.env.contested(&TEAMS, &TEAMS)).await;
    Box::pin(Contest::between(stack, sides).goes_on()).await;
}

#[tokio::test]
async fn a_rival_before_any_review_is_not_told_of_the_first_one() {
    let stack = Stack::at(NOW).await;
    let first = stack.env.awaiting("k", &TEAMS).await;
    let second = stack.env.rival_submitted("k", &TEAMS).await;
    Box::pin(Contest::between(stack, (first, second)).goes_on()).await;
}

#[tokio::test]
async fn in_line_and_after_the_item_changed_hands_neither_side_learns_the_others_name() {
    let stack = Stack::at(NOW).await;
    let sides = Box::pin(stack.env.in_line(&TEAMS, &TEAMS)).await;
    let mut contest = Contest::between(stack, sides);
    Box::pin(contest.goes_on()).await;
    contest.stack.env.let_pass(closes_at(&contest.newcomer.claim));
    contest.stack.env.finalize().await;
    assert_eq!(contest.stack.env.stored(&contest.holder.claim.id)["st"]["S"], "ended");
    Box::pin(contest.goes_on()).await;
}

#[tokio::test]
async fn a_refused_newcomer_and_his_holder_do_not_learn_each_others_name() {
    let stack = Stack::at(NOW).await;
    let sides = Box::pin(stack.env.in_line(&TEAMS, &TEAMS)).await;
    let mut contest = Contest::between(stack, sides);
    let newcomer = contest.newcomer.claim.id.clone();
    contest.stack.env.give(&newcomer, &link(1), &decline(&[1])).await.unwrap();
    assert_eq!(contest.stack.env.stored(&newcomer)["st"]["S"], "declined");
    Box::pin(contest.goes_on()).await;
}

/// The claim's contact, whom the partner named.
const NAMED: RecipientNo = RecipientNo(1);
/// The second verified contact.
const CEO: RecipientNo = RecipientNo(3);

/// What would tell the partner of recipients: addresses and names that it did not give, and whatever counts them.
const OF_RECIPIENTS: [&str; 12] = [
    "it@contoso",
    "ceo@contoso",
    "cfo@contoso",
    "IT desk",
    "recipient:",
    "\"recipient\"",
    "\"recipients\":",
    "declined_by",
    "counted_from",
    "recipient_failed",
    "link_retired",
    "contact_refused",
];

/// What concerns single recipients of a claim, and leaves its items and its window as they are.
#[derive(Debug, Clone, Copy)]
enum Happening {
    /// One more recipient says no to an item that is declined.
    Joined,
    /// The delivery that the window is counted from fails, and another one has stood as long.
    Failed,
    /// An administrator retires a link.
    Retired,
    /// The contact that the partner named says that it is not the right person.
    NamedRefuses,
    /// Another recipient says so.
    OtherRefuses,
    /// One of two noes to an item is taken back.
    Undone,
}

/// A claim in an open window with three recipients and one in reserve; two of them have declined its second item.
async fn asked() -> (Stack, Claim) {
    let stack = Box::pin(Stack::at(NOW)).await;
    stack.env.store.put_tenant(&contoso_with(&["ceo", "cfo"])).await.unwrap();
    let claim = Box::pin(stack.env.notifying("k", &["exchange-online", "teams"])).await;
    let noted = DeliveryReport::Delivered { at: stack.env.clock.now() };
    stack.env.store.note_report(&claim.id, claim.notice, CEO, noted).await.unwrap();
    let claim = stack.env.deliver(&claim).await.unwrap();
    for no in [VERIFIED, CEO] {
        stack.env.clock.advance(Duration::hours(1));
        say(&stack, &claim, no, "decision=decline&items=2").await;
    }
    stack.event_functions.publish(&records(&stack.env)).await.unwrap();
    stack.env.clock.advance(Duration::hours(1));
    let claim = stack.env.read(&claim.id).await;
    (stack, claim)
}

async fn say(stack: &Stack, claim: &Claim, no: RecipientNo, form: &str) {
    let answer = stack.decide_by(&stack::link(&claim.id, 1, no), form).await;
    assert_eq!(answer.status, 200, "{form}: {}", answer.text);
}

impl Happening {
    const ALL: [Self; 6] = [
        Self::Joined,
        Self::Failed,
        Self::Retired,
        Self::NamedRefuses,
        Self::OtherRefuses,
        Self::Undone,
    ];

    /// The event, as staff see it.
    fn event(self) -> &'static str {
        match self {
            Self::Joined => "items_declined",
            Self::Failed => "recipient_failed",
            Self::Retired => "link_retired",
            Self::NamedRefuses | Self::OtherRefuses => "contact_refused",
            Self::Undone => "decline_undone",
        }
    }

    async fn happens(self, stack: &Stack, claim: &Claim) {
        match self {
            Self::Joined => say(stack, claim, NAMED, "decision=decline&items=2").await,
            Self::Failed => {
                stack.env.fail(claim, FailureCause::Bounce).await.unwrap();
            }
            Self::Retired => {
                let path = format!("/v1/customer/claims/{}/retire-link", claim.id);
                let event = RequestEvent::post(&path).customer_admin(CONTOSO);
                let answer = stack.send(event.json(&json!({"recipient": CEO.0}))).await;
                assert_eq!(answer.status, 200, "{}", answer.text);
            }
            Self::NamedRefuses => say(stack, claim, NAMED, "decision=wrong_contact").await,
            Self::OtherRefuses => say(stack, claim, CEO, "decision=wrong_contact").await,
            Self::Undone => say(stack, claim, VERIFIED, "decision=undo").await,
        }
    }
}

/// Every answer that the claim's partner may read, besides the hashes of its history.
async fn told_to_the_partner(stack: &Stack, claim: &Claim) -> Vec<(String, Value)> {
    let id = &claim.id;
    let paths = [
        format!("/v1/claims/{id}"),
        format!("/v1/claims/{id}/history"),
        format!("/v1/claims/{id}/bundle"),
        "/v1/claims".to_owned(),
        format!("/v1/claims?tenant_id={CONTOSO}"),
        "/v1/associations".to_owned(),
        format!("/v1/associations/{id}-1"),
        format!("/v1/associations/{id}-1/usage"),
    ];
    let mut told = Vec::new();
    for path in paths.into_iter().chain(["/v1/events".to_owned()]) {
        let events = [
            RequestEvent::get(&path).partner_admin(ALPINE),
            RequestEvent::get(&path).partner_user(ALPINE),
        ];
        for event in events {
            told.push((path.clone(), without_hashes(stack.send(event).await.body)));
        }
    }
    for name in ["withdraw", "correct-contact", "respond", "dispute"] {
        let answer = stack.command(ALPINE, claim, name, &json!({"color": 1})).await;
        told.push((name.to_owned(), answer.body));
    }
    let again = claim_body_of("4711", CONTOSO, "contoso.example", &["teams"]);
    let check = RequestEvent::post("/v1/claims:check").partner_admin(ALPINE).json(&again);
    told.push(("check".to_owned(), stack.send(check).await.body));
    told
}

/// A hash is of what other parties read as well, and a salt of chance: they differ, and tell nothing.
fn without_hashes(mut body: Value) -> Value {
    let name = if body["entries"].is_array() { "entries" } else { "items" };
    if let Some(bundle) = body.as_object_mut() {
        bundle.remove("digest");
    }
    for entry in body[name].as_array_mut().into_iter().flatten() {
        for name in ["hash", "previous_hash"] {
            entry.as_object_mut().map(|members| members.remove(name));
        }
        if let Some(text) = entry["entry"].as_str() {
            let mut text: Value = serde_json::from_str(text).unwrap();
            for digest in ["sealed", "details"] {
                text.as_object_mut().unwrap().remove(digest).unwrap();
            }
            entry["entry"] = text;
        }
        for part in entry["parts"].as_object_mut().into_iter().flat_map(|parts| parts.values_mut())
        {
            part.as_object_mut().unwrap().remove("salt").unwrap();
        }
    }
    body
}

fn tells_nothing_of_recipients(told: &[(String, Value)], when: &str) {
    for (path, answer) in told {
        let text = answer.to_string();
        for secret in OF_RECIPIENTS {
            assert!(!text.contains(secret), "{when}: {path} tells {secret}: {text}");
        }
    }
}

#[tokio::test]
async fn the_partner_cannot_tell_one_thing_that_concerns_recipients_from_another() {
    let mut first: Option<Vec<(String, Value)>> = None;
    for happening in Happening::ALL {
        let (stack, claim) = asked().await;
        happening.happens(&stack, &claim).await;
        let now = stack.env.read(&claim.id).await;
        assert_eq!(now.version.0, claim.version.0 + 1, "{happening:?}");
        assert_eq!(closes_at(&now), closes_at(&claim), "{happening:?}");
        let staff = RequestEvent::get(&format!("/v1/claims/{}", claim.id)).staff("auditor", "a");
        let staff = stack.send(staff).await;
        assert_eq!(staff.body["last_event"]["type"], happening.event(), "{}", staff.text);

        let mut told = told_to_the_partner(&stack, &now).await;
        assert_eq!(told[0].1["last_event"]["type"], "notice_changed", "{happening:?}");
        assert_eq!(told[0].1["explain"]["rule"]["name"], "recipients", "{happening:?}");
        stack.event_functions.publish(&records(&stack.env)).await.unwrap();
        stack.env.clock.advance(Duration::seconds(11));
        told.extend(told_to_the_partner(&stack, &now).await);
        let feed = told.iter().rfind(|(path, _)| path == "/v1/events").map(|(_, feed)| feed);
        let last = feed.and_then(|feed| feed["items"].as_array()?.last());
        assert_eq!(last.map(|own| &own["type"]), Some(&json!("notice_changed")), "{happening:?}");
        tells_nothing_of_recipients(&told, &format!("{happening:?}"));
        match &first {
            None => first = Some(told),
            Some(first) => assert_eq!(*first, told, "{happening:?}"),
        }
    }
}

#[tokio::test]
async fn the_partner_learns_of_no_recipient_whatever_becomes_of_the_notice() {
    let (stack, claim) = asked().await;
    let look = async |when: &str| {
        let now = stack.env.read(&claim.id).await;
        tells_nothing_of_recipients(&told_to_the_partner(&stack, &now).await, when);
        stack.event_functions.publish(&records(&stack.env)).await.unwrap();
        stack.env.clock.advance(Duration::seconds(11));
        tells_nothing_of_recipients(&told_to_the_partner(&stack, &now).await, when);
        stack.env.clock.advance(Duration::minutes(1));
    };
    look("two have declined").await;
    say(&stack, &claim, CEO, "decision=undo").await;
    look("one takes it back").await;
    say(&stack, &claim, VERIFIED, "decision=undo").await;
    look("nobody declines any more").await;
    say(&stack, &claim, CEO, "decision=decline&items=2").await;
    // The delivery that counted fails, then the other one: a new notice goes to whoever was in reserve.
    stack.env.fail(&claim, FailureCause::Bounce).await.unwrap();
    look("another delivery counts").await;
    let failed =
        DeliveryReport::Failed { at: stack.env.clock.now(), cause: FailureCause::Complaint };
    stack.env.store.note_report(&claim.id, claim.notice, CEO, failed).await.unwrap();
    stack.env.give(&claim.id, &Actor::System, &apply_reports(claim.notice)).await.unwrap();
    let renewed = stack.env.read(&claim.id).await;
    assert_eq!((renewed.status().as_str(), renewed.notice.0), ("notifying", 2));
    look("a new notice is due").await;
    stack.env.deliver(&renewed).await.unwrap();
    look("it was delivered").await;
    let cfo = stack::link(&claim.id, 2, RecipientNo(4));
    let refused = stack.decide_by(&cfo, "decision=wrong_contact").await;
    assert_eq!(refused.body["claim_status"], "unreachable", "{}", refused.text);
    look("nobody is left").await;
}
