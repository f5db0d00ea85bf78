//! Customers and mail scanners in any order (`docs/domain.md §5`): a scanner opens every link and sends
//! every form, and decides nothing without the code; a "no" is kept until its customer takes it back,
//! and nothing becomes active early but by the signed-in customer's own yes.

use std::collections::BTreeSet;

use chrono::Duration;
use domain::actor::Actor;
use domain::claim::{Claim, ItemStatus, Status};
use domain::command::{Command, Vanished};
use domain::ids::ItemNo;
use domain::program::{Consent, Policy};
use integration::fixtures::CONTOSO;
use integration::stack::{self, Answer, Stack};
use integration::world::closes_at;
use proptest::prelude::*;
use serde_json::{Value, json};
use store::Effect;
use web::event::Event;

const NOW: &str = "2026-12-22T14:00:00Z";
const ITEMS: [&str; 2] = ["exchange-online", "teams"];

/// What is done to the claim.
#[derive(Debug, Clone)]
enum Deed {
    /// A scanner opens the link of a notice.
    Opens(&'static str, u16),
    /// A scanner sends a form with what it finds in the page: no code, or one it makes up.
    Posts(u16, &'static str, &'static str),
    /// Whoever has the whole mail of a notice sends its form: the customer, or a scanner.
    Decides(u16, &'static str, u8),
    /// The signed-in customer answers.
    Answers(&'static str, u8),
    /// An item is gone from the directory.
    Vanishes(u8),
    /// The notice arrives at its next recipient.
    Arrives,
    /// Hours pass.
    Waits(i64),
}

fn deed() -> impl Strategy<Value = Deed> {
    let decisions = || proptest::sample::select(vec!["decline", "undo", "wrong_contact", "extend"]);
    let methods = vec!["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"];
    let codes = vec!["", "&code=", "&code=letter", "&code=12345", "&code=000000&code=000001"];
    let answers = vec!["accept", "decline", "undo", "extend"];
    prop_oneof![
        3 => (proptest::sample::select(methods), 1..3_u16).prop_map(|(method, no)| Deed::Opens(method, no)),
        3 => (1..3_u16, decisions(), proptest::sample::select(codes))
            .prop_map(|(no, decision, code)| Deed::Posts(no, decision, code)),
        4 => (1..3_u16, decisions(), 0..3_u8).prop_map(|(no, decision, item)| Deed::Decides(no, decision, item)),
        4 => (proptest::sample::select(answers), 0..3_u8).prop_map(|(answer, item)| Deed::Answers(answer, item)),
        1 => (1..3_u8).prop_map(Deed::Vanishes),
        1 => Just(Deed::Arrives),
        1 => (1..60_i64).prop_map(Deed::Waits),
    ]
}

/// The items that a number stands for: 0 for all.
fn chosen(item: u8) -> Vec<u8> {
    if item == 0 { vec![1, 2] } else { vec![item] }
}

struct Story {
    stack: Stack,
    claim: Claim,
    /// Whether silence is a no.
    opt_in: bool,
    refused: BTreeSet<u8>,
    accepted: BTreeSet<u8>,
    gone: BTreeSet<u8>,
}

type Checked = Result<(), TestCaseError>;

impl Story {
    async fn begin(opt_in: bool) -> Self {
        let consent = if opt_in { Consent::OptIn } else { Consent::OptOut };
        let policy = Policy { consent, ..Policy::default() };
        let stack = Box::pin(Stack::with_policy(NOW, policy)).await;
        let claim = Box::pin(stack.world.awaiting("k", &ITEMS)).await;
        let (refused, accepted, gone) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        Self { stack, claim, opt_in, refused, accepted, gone }
    }

    async fn take(&mut self, deed: &Deed) -> Checked {
        match deed {
            Deed::Opens(method, notice) => {
                let path = format!("/d/{}", stack::token(&self.claim.id, *notice));
                let answer = self.stack.send(Event::new(method, &path)).await;
                prop_assert!([200, 404, 405].contains(&answer.status), "{}", answer.status);
                self.nothing_changed().await?;
            }
            Deed::Posts(notice, decision, code) => {
                let token = stack::token(&self.claim.id, *notice);
                let form = format!("decision={decision}{code}");
                let answer = self.stack.post_form(&token, &form).await;
                prop_assert!([403, 404, 429].contains(&answer.status), "{}", answer.text);
                self.nothing_changed().await?;
            }
            Deed::Decides(notice, decision, item) => {
                let answer = self.decide(*notice, decision, *item).await;
                self.remember(decision, *item, &answer)?;
            }
            Deed::Answers(name, item) => {
                let path = format!("/v1/customer/claims/{}/{name}", self.claim.id);
                let items: Value = if *item == 0 { json!({}) } else { json!({"items": [item]}) };
                let event = Event::post(&path).customer_admin(CONTOSO).json(&items);
                let answer = self.stack.send(event).await;
                self.remember(name, *item, &answer)?;
            }
            Deed::Vanishes(item) => self.vanish(*item).await,
            Deed::Arrives => {
                self.stack.world.deliver(&self.claim).await.unwrap();
            }
            Deed::Waits(hours) => self.stack.world.clock.advance(Duration::hours(*hours)),
        }
        self.claim = self.stack.world.read(&self.claim.id).await;
        self.holds()
    }

    async fn vanish(&mut self, no: u8) {
        let vanish = Command::Vanish(Vanished::Items(vec![ItemNo(no)]));
        let given = self.stack.world.give(&self.claim.id, &Actor::System, &vanish).await;
        if given.unwrap().effect == Effect::Changed {
            self.gone.insert(no);
        }
    }

    async fn decide(&self, notice: u16, decision: &str, item: u8) -> Answer {
        let id = &self.claim.id;
        let items = if item == 0 { String::new() } else { format!("&items={item}") };
        let form = format!("decision={decision}{items}&code={}", stack::code(id, notice));
        self.stack.post_form(&stack::token(id, notice), &form).await
    }

    /// What an answer that was taken means. A "no" is refused only while the code is locked, or by the
    /// link of a notice that there never was.
    fn remember(&mut self, decision: &str, item: u8, answer: &Answer) -> Checked {
        let taken = answer.status == 200;
        match decision {
            "decline" => {
                prop_assert!(taken || [404, 429].contains(&answer.status), "{}", answer.text);
                if taken {
                    self.refused.extend(chosen(item));
                }
            }
            "undo" if taken => self.refused.retain(|no| !chosen(item).contains(no)),
            "accept" if taken => {
                let items = answer.body["items"].as_array().unwrap();
                let active = items.iter().filter(|item| item["status"] == "active");
                self.accepted
                    .extend(active.map(|item| u8::try_from(item["no"].as_u64().unwrap()).unwrap()));
            }
            _ => {}
        }
        Ok(())
    }

    async fn nothing_changed(&self) -> Checked {
        let now = self.stack.world.read(&self.claim.id).await;
        prop_assert!(
            now.version == self.claim.version || now.last_event.by_silence,
            "a scanner did it"
        );
        Ok(())
    }

    fn holds(&self) -> Checked {
        let now = self.stack.world.clock.now();
        for item in &self.claim.items {
            let (no, status) = (item.no.0, self.claim.item_status(item));
            let active = matches!(status, ItemStatus::Active { .. });
            let lost = active || status == ItemStatus::Pending;
            prop_assert!(!(self.refused.contains(&no) && lost), "a no to item {no} is lost");
            let open = self.claim.state.window().is_none_or(|window| now < window.closes_at);
            let early = active && (open || self.opt_in) && !self.accepted.contains(&no);
            prop_assert!(!early, "item {no} is active before its deadline");
            prop_assert!(!(active && self.gone.contains(&no)), "item {no} has vanished");
        }
        Ok(())
    }
}

async fn run(opt_in: bool, deeds: Vec<Deed>) -> Checked {
    let mut story = Box::pin(Story::begin(opt_in)).await;
    for deed in &deeds {
        Box::pin(story.take(deed)).await?;
    }
    if story.claim.status() == Status::AwaitingCustomer {
        let world = &story.stack.world;
        world.let_pass(closes_at(&story.claim));
        world.finalize().await;
        story.claim = world.read(&story.claim.id).await;
        prop_assert!(story.claim.status() != Status::AwaitingCustomer, "silence ends the waiting");
    }
    story.holds()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, max_shrink_iters: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_customers_and_scanners_loses_a_no_or_makes_an_early_yes(
        opt_in in any::<bool>(),
        deeds in proptest::collection::vec(deed(), 1..40),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(opt_in, deeds))?;
    }
}
