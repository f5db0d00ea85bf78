//! Neither of two rivals ever learns who the other is (`docs/domain.md §3`, *Exclusivity*): not from an
//! answer, not from a mail, whatever he asks and however the contest ends.

use domain::claim::Claim;
use integration::backstage::{events, mails, records};
use integration::fixtures::{ALPINE, BOREALIS, CONTOSO, claim_body_of};
use integration::stack::Stack;
use integration::world::{closes_at, decline, link};
use serde_json::json;
use web::event::Event;

const NOW: &str = "2026-12-22T14:00:00Z";
const TEAMS: [&str; 1] = ["teams"];

/// A partner with a claim, and everything he has been told so far.
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

    /// Asks everything that a partner can ask, of his own claim and of the other's.
    async fn ask(&mut self, stack: &Stack, other: &Claim) {
        let own = self.claim.id.clone();
        let tenant = format!("/v1/claims?tenant_id={CONTOSO}");
        for path in ["/v1/claims".to_owned(), tenant, "/v1/associations".to_owned()] {
            self.get(stack, &path).await;
        }
        for id in [&own, &other.id] {
            for path in ["claims/{id}", "claims/{id}/history", "associations/{id}-1"] {
                self.get(stack, &format!("/v1/{}", path.replace("{id}", id.as_str()))).await;
            }
            let days = "from=2026-12-01&to=2026-12-31";
            self.get(stack, &format!("/v1/associations/{id}-1/usage?{days}")).await;
            let end = Event::post(&format!("/v1/associations/{id}-7/end"));
            self.send(stack, end.json(&json!({"comment": "we leave"}))).await;
        }
        let withdraw = Event::post(&format!("/v1/claims/{}/withdraw", other.id));
        self.send(stack, withdraw.header("if-match", "\"1\"").json(&json!({}))).await;
        let body = claim_body_of(self.location, CONTOSO, "contoso.example", &TEAMS);
        let again = Event::post("/v1/claims").header("idempotency-key", "again");
        self.send(stack, again.json(&body)).await;
    }

    async fn get(&mut self, stack: &Stack, path: &str) {
        self.send(stack, Event::get(path)).await;
    }

    /// Sends a request, and remembers what was answered besides what was asked.
    async fn send(&mut self, stack: &Stack, event: Event) {
        let path = event.payload()["rawPath"].as_str().unwrap_or_default().to_owned();
        let answer = Box::pin(stack.send(event.partner_admin(self.partner))).await;
        let headers = format!("{:?}", answer.headers);
        // A problem repeats the path it is about: what the asker wrote himself tells him nothing.
        self.told.push(format!("{headers} {}", answer.text).replace(&path, ""));
    }

    /// Remembers the mails about this side's claim: its contact may pass them on to the partner.
    async fn read_mails(&mut self, stack: &Stack) {
        let (world, backstage) = (&stack.world, &stack.backstage);
        world.elsewhere.forget();
        backstage.publish(&records(world)).await.unwrap();
        let about = |event: &serde_json::Value| event["claim"] == self.claim.id.as_str();
        for event in events(world).into_iter().filter(about) {
            backstage.notify(&event).await.unwrap();
        }
        for mail in mails(world) {
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
        Box::pin(self.holder.ask(&self.stack, &newcomer)).await;
        Box::pin(self.newcomer.ask(&self.stack, &holder)).await;
        Box::pin(self.holder.read_mails(&self.stack)).await;
        Box::pin(self.newcomer.read_mails(&self.stack)).await;
        for (side, other) in [(&self.holder, &self.newcomer), (&self.newcomer, &self.holder)] {
            let himself = side.told.iter().any(|told| told.contains(&side.names()[0]));
            assert!(himself, "{} is told of his own claim", side.partner);
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
    let sides = Box::pin(stack.world.contested(&TEAMS, &TEAMS)).await;
    Box::pin(Contest::between(stack, sides).goes_on()).await;
}

#[tokio::test]
async fn a_rival_before_any_review_is_not_told_of_the_first_one() {
    let stack = Stack::at(NOW).await;
    let first = stack.world.awaiting("k", &TEAMS).await;
    let second = stack.world.rival_submitted("k", &TEAMS).await;
    Box::pin(Contest::between(stack, (first, second)).goes_on()).await;
}

#[tokio::test]
async fn in_line_and_after_the_item_changed_hands_neither_side_learns_the_others_name() {
    let stack = Stack::at(NOW).await;
    let sides = Box::pin(stack.world.in_line(&TEAMS, &TEAMS)).await;
    let mut contest = Contest::between(stack, sides);
    Box::pin(contest.goes_on()).await;
    contest.stack.world.let_pass(closes_at(&contest.newcomer.claim));
    contest.stack.world.finalize().await;
    assert_eq!(contest.stack.world.stored(&contest.holder.claim.id)["st"]["S"], "ended");
    Box::pin(contest.goes_on()).await;
}

#[tokio::test]
async fn a_refused_newcomer_and_his_holder_do_not_learn_each_others_name() {
    let stack = Stack::at(NOW).await;
    let sides = Box::pin(stack.world.in_line(&TEAMS, &TEAMS)).await;
    let mut contest = Contest::between(stack, sides);
    let newcomer = contest.newcomer.claim.id.clone();
    contest.stack.world.give(&newcomer, &link(1), &decline(&[1])).await.unwrap();
    assert_eq!(contest.stack.world.stored(&newcomer)["st"]["S"], "declined");
    Box::pin(contest.goes_on()).await;
}
