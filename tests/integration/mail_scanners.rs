//! Customers and mail scanners in any order (`docs/domain.md §5`): a scanner opens every link and sends
//! every form, and decides nothing without the code; a "no" is kept until whoever said it, or somebody named above
//! them, takes it back, and nothing becomes active early but by the signed-in customer's own yes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use domain::actor::Actor;
use domain::claim::{Claim, ItemStatus, Status};
use domain::command::{Command, DirectoryLoss};
use domain::ids::ItemNo;
use domain::program::{Consent, Policy};
use domain::recipient::RecipientNo;
use notice::Link;
use proptest::prelude::*;
use serde_json::{Value, json};
use store::Effect;
use support::fixtures::{CONTOSO, contoso_with};
use support::stack::{self, Answer, Stack};
use support::test_env::closes_at;
use web::event::RequestEvent;

use crate::simulation::try_cases;

const NOW: &str = "2026-12-22T14:00:00Z";
const ITEMS: [&str; 2] = ["exchange-online", "teams"];

/// A link that somebody holds: of which notice, and whose.
#[derive(Debug, Clone, Copy)]
struct Held {
    notice: u16,
    /// `None`: of the form without recipients.
    recipient: Option<u8>,
}

impl Held {
    fn of(self, claim: &Claim) -> Link {
        match self.recipient {
            Some(no) => stack::link(&claim.id, self.notice, RecipientNo(no)),
            None => stack::old_link(&claim.id, self.notice),
        }
    }

    /// Who says no by it.
    fn party(self) -> u8 {
        self.recipient.unwrap_or(ADMINISTRATOR)
    }
}

/// The party that the administrator is; recipients have their numbers.
const ADMINISTRATOR: u8 = 0;
/// The recipient that is not verified: the claim's contact.
const UNVERIFIED: u8 = 1;

/// What is done to the claim.
#[derive(Debug, Clone)]
enum Action {
    /// A scanner opens a link.
    Opens(&'static str, Held),
    /// A scanner sends a form with what it finds in the page: no code, or one it makes up.
    Posts(Held, &'static str, &'static str),
    /// Whoever has the whole mail of a notice or a receipt sends its form: the customer, or a scanner.
    Decides(Held, &'static str, u8),
    /// The signed-in customer answers.
    Answers(&'static str, u8),
    /// The signed-in customer retires a link.
    Retires(u8),
    /// An item is gone from the directory.
    Vanishes(u8),
    /// The notice arrives at its next recipient.
    Arrives,
    /// Hours pass.
    Waits(i64),
}

fn held() -> impl Strategy<Value = Held> {
    let recipients = vec![Some(1), Some(2), Some(2), Some(3), None];
    (1..3_u16, proptest::sample::select(recipients))
        .prop_map(|(notice, recipient)| Held { notice, recipient })
}

fn action() -> impl Strategy<Value = Action> {
    let decisions = || proptest::sample::select(vec!["decline", "undo", "wrong_contact", "extend"]);
    let methods = vec!["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"];
    let codes = vec!["", "&code=", "&code=letter", "&code=12345", "&code=000000&code=000001"];
    let answers = vec!["accept", "decline", "undo", "extend"];
    prop_oneof![
        3 => (proptest::sample::select(methods), held()).prop_map(|(method, link)| Action::Opens(method, link)),
        3 => (held(), decisions(), proptest::sample::select(codes))
            .prop_map(|(link, decision, code)| Action::Posts(link, decision, code)),
        6 => (held(), decisions(), 0..3_u8).prop_map(|(link, decision, item)| Action::Decides(link, decision, item)),
        4 => (proptest::sample::select(answers), 0..3_u8).prop_map(|(answer, item)| Action::Answers(answer, item)),
        1 => (1..4_u8).prop_map(Action::Retires),
        1 => (1..3_u8).prop_map(Action::Vanishes),
        1 => Just(Action::Arrives),
        1 => (1..60_i64).prop_map(Action::Waits),
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
    /// Who declined each item, and has not taken it back.
    refused: BTreeMap<u8, BTreeSet<u8>>,
    accepted: BTreeSet<u8>,
    gone: BTreeSet<u8>,
}

type Checked = Result<(), TestCaseError>;

impl Story {
    async fn begin(opt_in: bool) -> Self {
        let consent = if opt_in { Consent::OptIn } else { Consent::OptOut };
        let policy = Policy { consent, ..Policy::default() };
        let stack = Box::pin(Stack::with_policy(NOW, policy)).await;
        stack.env.store.put_tenant(&contoso_with(&["ceo"])).await.unwrap();
        let claim = Box::pin(stack.env.awaiting("k", &ITEMS)).await;
        let (refused, accepted, gone) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
        Self { stack, claim, opt_in, refused, accepted, gone }
    }

    async fn take(&mut self, action: &Action) -> Checked {
        match action {
            Action::Opens(method, link) => {
                let path = format!("/d/{}", stack::token_of(&link.of(&self.claim)));
                let answer = self.stack.send(RequestEvent::new(method, &path)).await;
                prop_assert!([200, 404, 405].contains(&answer.status), "{}", answer.status);
                self.nothing_changed().await?;
            }
            Action::Posts(link, decision, code) => {
                let token = stack::token_of(&link.of(&self.claim));
                let form = format!("decision={decision}{code}");
                let answer = self.stack.post_form(&token, &form).await;
                prop_assert!([404, 422].contains(&answer.status), "{}", answer.text);
                self.nothing_changed().await?;
            }
            Action::Decides(link, decision, item) => {
                let items = if *item == 0 { String::new() } else { format!("&items={item}") };
                let form = format!("decision={decision}{items}");
                let answer = self.stack.decide_by(&link.of(&self.claim), &form).await;
                self.remember(link.party(), decision, *item, &answer)?;
            }
            Action::Answers(name, item) => {
                let path = format!("/v1/customer/claims/{}/{name}", self.claim.id);
                let items: Value = if *item == 0 { json!({}) } else { json!({"items": [item]}) };
                let event = RequestEvent::post(&path).customer_admin(CONTOSO).json(&items);
                let answer = self.stack.send(event).await;
                self.remember(ADMINISTRATOR, name, *item, &answer)?;
            }
            Action::Retires(recipient) => {
                let path = format!("/v1/customer/claims/{}/retire-link", self.claim.id);
                let body = json!({"recipient": recipient});
                let answer =
                    self.stack.send(RequestEvent::post(&path).customer_admin(CONTOSO).json(&body));
                let answer = answer.await;
                prop_assert!(answer.status == 200, "{}", answer.text);
            }
            Action::Vanishes(item) => self.vanish(*item).await,
            Action::Arrives => {
                self.stack.env.deliver(&self.claim).await.unwrap();
            }
            Action::Waits(hours) => self.stack.env.clock.advance(Duration::hours(*hours)),
        }
        // A no can be taken back after the moment at which it was said.
        self.stack.env.clock.advance(Duration::milliseconds(1));
        self.claim = self.stack.env.read(&self.claim.id).await;
        self.holds()
    }

    async fn vanish(&mut self, no: u8) {
        let vanish = Command::Vanish(DirectoryLoss::Items(vec![ItemNo(no)]));
        let given = self.stack.env.give(&self.claim.id, &Actor::System, &vanish).await;
        if given.unwrap().effect == Effect::Changed {
            self.gone.insert(no);
        }
    }

    /// What an answer that was taken means. A "no" is refused only by the link of a notice that there never was.
    fn remember(&mut self, party: u8, decision: &str, item: u8, answer: &Answer) -> Checked {
        let taken = answer.status == 200;
        match decision {
            "decline" => {
                prop_assert!(taken || answer.status == 404, "{}", answer.text);
                for no in chosen(item).into_iter().filter(|_| taken) {
                    self.refused.entry(no).or_default().insert(party);
                }
            }
            "undo" if taken => {
                for no in chosen(item) {
                    let by = self.refused.entry(no).or_default();
                    let is_own = |other: u8| other == party || other == UNVERIFIED;
                    by.retain(|other| party != ADMINISTRATOR && !is_own(*other));
                }
            }
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
        let now = self.stack.env.read(&self.claim.id).await;
        prop_assert!(
            now.version == self.claim.version || now.last_event.by_silence,
            "a scanner did it"
        );
        Ok(())
    }

    fn holds(&self) -> Checked {
        let now = self.stack.env.clock.now();
        for item in &self.claim.items {
            let (no, status) = (item.no.0, self.claim.item_status(item));
            let active = matches!(status, ItemStatus::Active { .. });
            let lost = active || status == ItemStatus::Pending;
            let refused = self.refused.get(&no).is_some_and(|by| !by.is_empty());
            prop_assert!(!(refused && lost), "a no to item {no} is lost");
            let open = self.claim.state.window().is_none_or(|window| now < window.closes_at);
            let early = active && (open || self.opt_in) && !self.accepted.contains(&no);
            prop_assert!(!early, "item {no} is active before its deadline");
            prop_assert!(!(active && self.gone.contains(&no)), "item {no} has vanished");
        }
        Ok(())
    }
}

async fn run(opt_in: bool, actions: Vec<Action>) -> Checked {
    let mut story = Box::pin(Story::begin(opt_in)).await;
    for action in &actions {
        Box::pin(story.take(action)).await?;
    }
    if story.claim.status() == Status::AwaitingCustomer {
        let env = &story.stack.env;
        env.let_pass(closes_at(&story.claim));
        env.finalize().await;
        story.claim = env.read(&story.claim.id).await;
        prop_assert!(story.claim.status() != Status::AwaitingCustomer, "silence ends the waiting");
    }
    story.holds()
}

proptest! {
    #![proptest_config(try_cases(60))]

    #[test]
    fn no_sequence_of_customers_and_scanners_loses_a_no_or_makes_an_early_yes(
        opt_in in any::<bool>(),
        actions in proptest::collection::vec(action(), 1..40),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(opt_in, actions))?;
    }
}

/// What a scanner finds in a page: every form, with every button, the fields as they stand.
fn forms(page: &str) -> Vec<String> {
    let value = |tag: &str| {
        let (_, rest) = tag.split_once("value=\"")?;
        rest.split_once('"').map(|(value, _)| value.to_owned())
    };
    let mut forms = Vec::new();
    for form in page.split("<form").skip(1) {
        let form = form.split("</form>").next().unwrap_or_default();
        let tags = |name: &'static str| {
            form.split('<').filter(move |tag| tag.starts_with(name)).collect::<Vec<_>>()
        };
        let items: String = tags("input")
            .iter()
            .filter(|tag| tag.contains("name=\"items\""))
            .filter_map(|tag| value(tag))
            .fold(String::new(), |items, no| format!("{items}&items={no}"));
        for button in tags("button").iter().filter_map(|tag| value(tag)) {
            forms.push(format!("decision={button}&code="));
            forms.push(format!("decision={button}{items}&code="));
        }
    }
    forms
}

#[tokio::test]
async fn a_scanner_that_opens_every_link_and_sends_every_form_changes_nothing() {
    let stack = Box::pin(Stack::at(NOW)).await;
    stack.env.store.put_tenant(&contoso_with(&["ceo"])).await.unwrap();
    let claim = Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    let of = |no| stack::link(&claim.id, 1, RecipientNo(no));
    stack.decide_by(&of(2), "decision=decline&items=2").await;
    let retire = RequestEvent::post(&format!("/v1/customer/claims/{}/retire-link", claim.id));
    stack.send(retire.customer_admin(CONTOSO).json(&json!({"recipient": 3}))).await;
    stack.env.clock.advance(Duration::milliseconds(1));
    let before = stack.env.engine.items("");
    let links = [
        ("unverified", of(1), 1),
        ("verified", of(2), 4),
        ("retired", of(3), 1),
        ("old", stack::old_link(&claim.id, 1), 1),
    ];
    for (whose, link, buttons) in links {
        let (token, code) = (stack::token_of(&link), stack::code_of(&link, "decline"));
        let page = stack.send(RequestEvent::get(&format!("/d/{token}"))).await;
        assert!(!page.text.contains(&code), "{whose}: the page tells the code");
        assert!(!page.text.contains(&stack::code_of(&link, "undo")), "{whose}");
        let forms = forms(&page.text);
        assert!(forms.len() >= 2 * buttons, "{whose}: {forms:?}");
        for form in forms {
            let answer = stack.post_form(&token, &form).await;
            assert_eq!(answer.status, 422, "{whose} {form}: {}", answer.text);
        }
    }
    assert_eq!(stack.env.engine.items(""), before, "nothing was written");
}
