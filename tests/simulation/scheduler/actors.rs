//! What people do: the customer by link or signed in, the partners, the operator's staff.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};
use domain::claim::{Claim, ItemStatus, Status};
use domain::event::EventType;
use domain::ids::{ClaimId, NoticeNo};
use domain::recipient::{Authority, Recipient, RecipientList, RecipientNo};
use serde_json::json;
use support::stack::{self, Stack};
use web::event::RequestEvent;

use super::transport::MailedLink;
use super::{Made, Sim, Wish};
use crate::simulation::actions::{Action, straight_on};

/// What customers answer: a "no" more often than anything else.
const DECISIONS: [&str; 7] =
    ["decline", "decline", "decline", "undo", "accept", "extend", WRONG_CONTACT];
/// Nobody who is signed in is a wrong contact.
const WRONG_CONTACT: &str = "wrong_contact";

/// A customer's answer, and what the customer was told.
#[derive(Debug, Clone)]
pub(super) struct Answered {
    intent: Intent,
    arrived: DateTime<Utc>,
    /// `None`: the customer was never told.
    status: Option<u16>,
}

/// What a customer is going to answer.
#[derive(Debug, Clone)]
pub(in super::super) struct Intent {
    pub(in super::super) claim: ClaimId,
    pub(in super::super) decision: &'static str,
    /// 0: all of them.
    pub(in super::super) item: u8,
    pub(in super::super) signed_in: bool,
    /// Where the administrator is.
    pub(in super::super) tenant: &'static str,
    pub(in super::super) notice: u16,
    /// Whose link.
    pub(in super::super) recipient: u8,
    /// Who of the notice's recipients is not verified.
    pub(in super::super) unverified: BTreeSet<u8>,
    /// The digits of whoever has no right to decide that; `None`: the right ones.
    pub(in super::super) forged: Option<String>,
    /// The mail that is answered; `None`: as the first key would have made it.
    pub(in super::super) mailed: Option<MailedLink>,
    /// For how long the request has been on its way when the function comes to it.
    pub(in super::super) under_way: Duration,
}

/// For how many milliseconds a request may be on its way: a function runs for 20 seconds at the most, and a platform
/// that is out of order takes longer than any window's grace.
const UNDER_WAY_MS: [i64; 6] = [1, 1_000, 5_000, 20_000, 60_000, 180_000];

impl Intent {
    /// Answers. That it began is known even where nobody hears what came back.
    pub(super) async fn done(&self, stack: &Stack, answers: &Mutex<Vec<Answered>>) {
        let lock = || answers.lock().unwrap_or_else(PoisonError::into_inner);
        let arrived = stack.env.clock.now() - self.under_way;
        let place = {
            let mut answers = lock();
            answers.push(Answered { intent: self.clone(), arrived, status: None });
            answers.len() - 1
        };
        let status = self.given(stack).await;
        lock()[place].status = Some(status);
    }

    /// Gives the answer; what came back.
    pub(in super::super) async fn given(&self, stack: &Stack) -> u16 {
        let Self { claim, decision, item, .. } = self;
        let arrived = stack.env.clock.now() - self.under_way;
        let answer = if *decision == "accept" || self.signed_in {
            let body = if *item == 0 { json!({}) } else { json!({"items": [item]}) };
            let event = RequestEvent::post(&format!("/v1/customer/claims/{claim}/{decision}"));
            stack.send_at(event.customer_admin(self.tenant).json(&body), arrived).await
        } else {
            let items = if *item == 0 { String::new() } else { format!("&items={item}") };
            let link = stack::link(claim, self.notice, RecipientNo(self.recipient));
            let mailed = self.mailed.as_ref();
            // What takes a "no" back is in no notice.
            let code = mailed.filter(|_| *decision != "undo").map(|own| own.code.clone());
            let code =
                self.forged.clone().or(code).unwrap_or_else(|| stack::code_of(&link, decision));
            let form = format!("decision={decision}{items}&code={code}");
            let token = mailed.map_or_else(|| stack::token_of(&link), |own| own.token.clone());
            stack.post_form_at(&token, &form, arrived).await
        };
        answer.status
    }

    fn chosen(&self) -> Vec<u8> {
        if self.item == 0 { vec![1, 2] } else { vec![self.item] }
    }

    /// Who says it: 0 is the administrator.
    fn party(&self) -> u8 {
        if self.signed_in { 0 } else { self.recipient }
    }

    /// Whether the party may take back another's "no": an administrator everybody's, a verified recipient its own
    /// and those of the unverified.
    fn may_take_back(&self, other: u8) -> bool {
        let own = self.party();
        let verified = !self.unverified.contains(&own);
        own == 0 || (verified && (own == other || self.unverified.contains(&other)))
    }
}

impl Sim {
    /// What comes next on the straight way.
    pub(super) async fn advance(&mut self) {
        // Delivery has its own way here: by mail, proof and queue.
        let next = |claim: &Claim| straight_on(claim).filter(|action| *action != Action::Deliver);
        let some = self.somebodys_that(|claim| next(claim).is_some());
        let Some((made, claim)) = some else { return };
        let Some(action) = next(&claim) else { return };
        self.give(&made, action).await;
    }

    /// What else the operator and the partner may do, or try to.
    pub(super) async fn somebody(&mut self) {
        let made = self.somebodys();
        let some = [
            Action::Hold,
            Action::Resume,
            Action::Extend,
            Action::Reject(1),
            Action::Ask(1),
            Action::AddEvidence(1),
            Action::Withdraw,
            Action::End(1),
            Action::Dispute,
            Action::Uphold(1),
            Action::Uphold(2),
            Action::Overturn(1),
            Action::Overturn(2),
            Action::AcceptForTheCustomer,
        ];
        let action = *self.rng.choice(&some).unwrap();
        self.give(&made, action).await;
    }

    pub(super) async fn give(&mut self, made: &Made, action: Action) {
        let env = &self.stack.env;
        let given = Box::pin(action.perform(env, &env.store, &made.id)).await;
        let taken = match given {
            Ok(Some(_)) => "taken",
            Ok(None) => "nothing to do",
            Err(_) => "not taken",
        };
        self.note(format!("{made} {action:?}: {taken}"));
    }

    /// The customer answers, by link or signed in.
    pub(super) async fn customer(&mut self) {
        let Some(intent) = self.intends().await else { return };
        intent.done(&self.stack, &self.answers).await;
    }

    /// The customer answers about that claim.
    pub(super) async fn customer_of(&mut self, id: &ClaimId) {
        let Some(made) = self.made.iter().find(|made| made.id == *id).cloned() else { return };
        let claim = self.peek(id);
        let intent = self.intent(&made, &claim).await;
        let arrived = self.stack.env.clock.now() - intent.under_way;
        intent.done(&self.stack, &self.answers).await;
        // Nothing is broken here and nobody comes in between: what arrived before the end is in time.
        if intent.decision != "decline" || claim.deadline().is_none_or(|end| arrived >= end) {
            return;
        }
        let after = self.peek(id);
        for item in claim.items.iter().filter(|item| intent.chosen().contains(&item.no.0)) {
            if claim.item_status(item) != ItemStatus::Pending {
                continue;
            }
            let status = after.find_item(item.no).map(|item| after.item_status(item));
            let in_time = matches!(status, Some(ItemStatus::Declined { in_time: true, .. }));
            assert!(in_time, "{made}: a no that arrived at {arrived} is {status:?}");
        }
    }

    /// What a customer is going to answer.
    pub(super) async fn intends(&mut self) -> Option<Intent> {
        // Most answer while they are waited for; some do before or long after.
        let anytime = self.rng.u8(0..5) == 0;
        let fits = |claim: &Claim| {
            let waits = matches!(claim.status(), Status::AwaitingCustomer | Status::Declined);
            claim.notice.0 > 0 && (waits || anytime)
        };
        let (made, claim) = self.somebodys_that(fits)?;
        Some(self.intent(&made, &claim).await)
    }

    async fn intent(&mut self, made: &Made, claim: &Claim) -> Intent {
        let decision = self.rng.choice(&DECISIONS).copied().unwrap();
        let signed_in = self.rng.u8(0..3) == 0 && decision != WRONG_CONTACT;
        let present = decision != "decline" || self.rng.u8(0..4) > 0;
        let notice = if present { claim.notice.0 } else { self.rng.u16(1..=claim.notice.0) };
        let mut intent = self.meant(made, claim, decision, notice).await;
        intent.signed_in = signed_in;
        intent
    }

    /// Any of the notice's recipients with a link decides about any of the claim's items.
    pub(super) async fn meant(
        &mut self,
        made: &Made,
        claim: &Claim,
        decision: &'static str,
        notice: u16,
    ) -> Intent {
        let items = u8::try_from(made.wish.items.len()).unwrap();
        let list = self.list(&claim.id, notice).await;
        let linked = list.recipients.iter().filter(|own| own.has_link());
        let recipient = self.rng.choice(linked.collect::<Vec<_>>()).expect("a recipient").no.0;
        let is_unverified = |own: &&Recipient| own.authority != Authority::Verified;
        let unverified = list.recipients.iter().filter(is_unverified).map(|own| own.no.0);
        Intent {
            claim: claim.id.clone(),
            decision,
            item: if decision == WRONG_CONTACT { 0 } else { self.rng.u8(0..=items) },
            signed_in: false,
            tenant: made.wish.tenant,
            notice,
            recipient,
            unverified: unverified.collect(),
            forged: None,
            mailed: self.mailed(claim, notice, RecipientNo(recipient)),
            under_way: self.under_way(claim, notice),
        }
    }

    /// Any of the mails that the recipient has of a notice.
    fn mailed(&mut self, claim: &Claim, notice: u16, no: RecipientNo) -> Option<MailedLink> {
        let links = self.books.links.get(&(claim.id.clone(), notice, no))?;
        self.rng.choice(links).cloned()
    }

    /// For how long an answer has been on its way: no longer than there has been a notice to answer.
    fn under_way(&mut self, claim: &Claim, notice: u16) -> Duration {
        if self.rng.u8(0..3) > 0 {
            return Duration::zero();
        }
        let longest = Duration::milliseconds(*self.rng.choice(&UNDER_WAY_MS).unwrap());
        let mailed = self.books.mailed.get(&(claim.id.clone(), notice));
        let now = self.stack.env.clock.now();
        mailed.map_or(Duration::zero(), |mailed| longest.min(now - *mailed))
    }

    /// Who a notice went to: what an erased claim has no more is in the books.
    pub(super) async fn list(&self, claim: &ClaimId, notice: u16) -> RecipientList {
        let list = self.watch.recipient_list(claim, NoticeNo(notice)).await.unwrap();
        let kept = || {
            let lists = self.books.lists.get(claim).into_iter().flatten();
            lists.clone().find(|list| list.notice == NoticeNo(notice)).cloned()
        };
        list.or_else(kept).expect("a list of recipients")
    }

    /// What the answers of this step promise (I2): a "no" is no error, unless calls were broken under it,
    /// and it stands until it was taken back, or may have been.
    pub(super) fn hear(&mut self) {
        let mut answers = std::mem::take(&mut *self.answers.lock().unwrap());
        // Of two at once, a no that changed nothing may have been first.
        answers.sort_by_key(|answer| answer.intent.decision == "undo");
        for Answered { intent, arrived, status } in answers {
            let (decision, chosen) = (intent.decision, intent.chosen());
            let (party, forged) = (intent.party(), intent.forged.is_some());
            let late = intent.under_way;
            self.note(format!(
                "{decision} {chosen:?} by {party}, forged {forged}, {late} late: {status:?}"
            ));
            if forged {
                assert_ne!(status, Some(200), "{decision} by digits of another right");
                continue;
            }
            if (decision, status) == ("decline", Some(200)) {
                self.is_in_time_by_its_arrival(&intent, arrived);
            }
            let refused = self.books.refused.entry(intent.claim.clone()).or_default();
            match (decision, status) {
                ("decline", Some(200)) => {
                    for no in chosen {
                        let noes = refused.entry(no).or_default();
                        let latest = noes.entry(intent.party()).or_insert(arrived);
                        *latest = arrived.max(*latest);
                    }
                }
                ("decline", Some(503)) => assert!(self.disturbed, "I2: nothing breaks this no"),
                ("decline", Some(status)) => panic!("I2: a no is an error: {status}"),
                ("undo", None | Some(200 | 500..)) => {
                    for no in chosen {
                        let noes = refused.entry(no).or_default();
                        let is_later = |no: &DateTime<Utc>| *no >= arrived;
                        noes.retain(|other, no| is_later(no) || !intent.may_take_back(*other));
                    }
                }
                ("accept", None | Some(200 | 500..)) => {
                    self.books.accepted.entry(intent.claim).or_default().extend(chosen);
                }
                _ => {}
            }
        }
    }

    /// A "no" is in time if it arrived before the end of its window, whenever the function comes to it.
    fn is_in_time_by_its_arrival(&self, intent: &Intent, arrived: DateTime<Utc>) {
        let claim = self.peek(&intent.claim);
        let Some(window) = claim.state.window() else { return };
        if claim.last_event.event_type != EventType::ItemsDeclined {
            return;
        }
        for item in claim.items.iter().filter(|item| intent.chosen().contains(&item.no.0)) {
            let ItemStatus::Declined { at, in_time, .. } = claim.item_status(item) else {
                continue;
            };
            let judged = at != arrived || in_time == (arrived < window.closes_at);
            assert!(judged, "{arrived} is in time {in_time} of {}", window.closes_at);
        }
    }

    /// Whoever may looks at a claim, or at a list with it, in whatever state it is and wherever a calendar ends:
    /// unless calls are broken, the answer is no error.
    pub(super) async fn read(&mut self) {
        let made = self.somebodys();
        let Wish { partner, tenant, .. } = made.wish;
        let path = format!("/v1/claims/{}", made.id);
        let event = match self.rng.u8(0..5) {
            0 => RequestEvent::get("/v1/claims").partner_admin(partner),
            1 => RequestEvent::get("/v1/customer/claims").customer_admin(tenant),
            2 => RequestEvent::get(&path).staff("operator", "operator-1"),
            _ => RequestEvent::get(&path).partner_user(partner),
        };
        let answer = self.stack.send(event).await;
        self.note(format!("{made} read: {} {}", answer.status, answer.body["status"]));
        assert!(self.disturbed || answer.status == 200, "{made}: {}", answer.text);
    }

    /// I5: the usage of every item is readable while it is active and its partner is not suspended. Who
    /// asks has closed what was due, so the claim is looked at afterwards.
    pub(super) async fn read_usage(&mut self) {
        self.repair();
        for Made { id, wish, .. } in &self.made {
            let partner = wish.partner;
            for item in self.peek(id).items {
                let path = format!("/v1/associations/{id}-{}/usage", item.no.0);
                let event = RequestEvent::get(&path).partner_admin(partner);
                let answer = self.stack.send(event).await;
                let claim = self.peek(id);
                let item = claim.find_item(item.no).unwrap();
                let active = matches!(claim.item_status(item), ItemStatus::Active { .. });
                let readable = active && !self.books.suspended.contains(partner);
                assert_eq!(answer.status == 200, readable, "I5: {path} {}", answer.text);
            }
        }
        self.note("usage read");
    }
}
