//! Mails to partners (`docs/domain.md §5.9`): what is told at once, what comes once a day, to whom, and what is in none.

use std::sync::Arc;

use chrono::Duration;
use domain::claim::{Claim, Instant, PartnerContact, Status};
use domain::command::{Command, GivenReason};
use domain::directory::{Locale, Partner, PartnerStatus};
use domain::event::FailureCause;
use domain::partner_news::PartnerTopic;
use domain::reason::{Reason, ReasonCode};
use domain::text::{Comment, Domain, Email, Name};
use serde_json::{Value, json};
use support::engine::Cursor;
use support::event_functions::{Mail, events, mail_event, mails, records_from};
use support::fake_services::With;
use support::fixtures::{self, ALPINE};
use support::stack::Stack;
use support::test_env::{
    VERIFIED, alpine, closes_at, contoso_admin, decline, decline_all, link, reject, reviewer,
    validate, withdraw,
};
use support::wire::{Fault, any, until_death};
use tokio::sync::Notify;
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";
const PETR: &str = "petr@alpine.example";
const OTA: &str = "ota@alpine.example";

/// Alpine with contacts at its own domain.
fn told_at(addresses: &[&str]) -> Partner {
    let contact = |email: &&str| PartnerContact {
        name: Name::parse("Petr Alpin").unwrap(),
        email: Email::parse(email).unwrap(),
    };
    Partner {
        domains: [Domain::parse("alpine.example").unwrap()].into(),
        contacts: addresses.iter().map(contact).collect(),
        ..fixtures::alpine()
    }
}

/// A stack whose bus is read as it goes on.
struct Told {
    stack: Stack,
    cursor: Cursor,
}

impl Told {
    async fn of(partner: &Partner) -> Self {
        let stack = Box::pin(Stack::at(NOW)).await;
        stack.env.store.put_partner(partner).await.unwrap();
        Self { stack, cursor: Cursor::default() }
    }

    /// The mails to partners that are due by what happened since this was asked last.
    async fn due(&mut self) -> Vec<Value> {
        let records = records_from(&self.stack.env, &mut self.cursor);
        self.stack.env.services.forget();
        self.stack.event_functions.publish(&records).await.unwrap();
        let mut all = events(&self.stack.env);
        all.retain(|event| event["type"] == "partner_mail_due");
        self.stack.env.services.forget();
        all
    }

    /// The mails that it makes.
    async fn mails(&mut self) -> Vec<Mail> {
        for event in self.due().await {
            self.stack.event_functions.notify(&event).await.unwrap();
        }
        mails(&self.stack.env)
    }

    /// The mails that the schedule sends at that moment.
    async fn mails_at(&self, at: Instant) -> Vec<Mail> {
        let env = &self.stack.env;
        env.clock.set(at);
        env.services.forget();
        self.stack.event_functions.digest(env).await.unwrap();
        mails(env)
    }

    async fn give(&self, claim: &Claim, actor: &domain::actor::Actor, command: &Command) -> Claim {
        self.stack.env.give(&claim.id, actor, command).await.unwrap().claim
    }

    async fn dispute(&self, claim: &Claim) -> Claim {
        let comment = comment("Look again.");
        self.give(claim, &alpine(), &Command::Dispute { comment }).await
    }

    /// Closes the windows of claims, and files what is told of it for the mail of the day.
    async fn close(&mut self, claims: &[&Claim]) {
        let last = claims.iter().map(|claim| closes_at(claim)).max().unwrap();
        self.stack.env.let_pass(last);
        self.stack.env.finalize().await;
        assert!(self.mails().await.is_empty(), "nothing is told at once");
    }
}

fn comment(text: &str) -> Comment {
    Comment::parse(text).unwrap()
}

fn another() -> domain::actor::Actor {
    domain::actor::Actor::Staff {
        role: domain::actor::StaffRole::Operator,
        id: domain::ids::StaffId::parse("operator-9").unwrap(),
    }
}

fn ask() -> Command {
    let reason = Reason { code: ReasonCode::EvidenceMissing, item_no: None };
    let reasons = vec![GivenReason { reason, comment: Some(comment("Which order?")) }];
    Command::RequestInformation { reasons }
}

fn text(mail: &Mail) -> String {
    mail.text().replace(['\u{2068}', '\u{2069}'], "")
}

/// 8:02 by the clocks of Prague on New Year's Day.
fn next_morning() -> Instant {
    "2027-01-01T07:02:00Z".parse().unwrap()
}

#[tokio::test]
async fn a_question_is_told_at_once_to_every_contact_in_the_partners_language() {
    let mut partner = told_at(&[PETR, OTA]);
    partner.locale = Locale::parse("cs-CZ");
    let mut told = Told::of(&partner).await;
    let claim = Box::pin(told.stack.env.in_review("k", &["teams"])).await;
    assert_eq!(told.due().await.len(), 0, "nothing has been asked");
    told.give(&claim, &reviewer(), &ask()).await;
    let mails = told.mails().await;
    let to: Vec<_> = mails.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(to, [PETR, OTA]);
    let text = text(&mails[0]);
    for part in [
        "vás žádá o doplnění vaší žádosti o uznání za oficiálního partnera organizace Contoso v programu",
        "Položka: teams",
        "Důvod: chybí doklady",
        "napsala: Which order?",
        "Pokud do té doby neodpovíte, bude žádost zamítnuta.",
        &format!("Žádost: {}", claim.id),
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(mails.iter().all(|mail| mail.tags.is_empty()), "no report can be about a claim");
}

#[tokio::test]
async fn every_way_in_which_it_becomes_the_partners_turn_is_told_with_what_silence_does() {
    let mut told = Told::of(&told_at(&[PETR])).await;
    let env = &told.stack.env;
    let rejected = Box::pin(env.in_review("r", &["teams"])).await;
    told.give(&rejected, &reviewer(), &reject()).await;
    let mail = text(&told.mails().await[0]);
    assert!(mail.contains("was rejected. You can dispute that once."), "{mail}");
    assert!(mail.contains("If you do not dispute it by then, the rejection is final."), "{mail}");

    let unreachable = Box::pin(told.stack.env.notifying("u", &["exchange-online"])).await;
    told.stack.env.fail(&unreachable, FailureCause::Bounce).await.unwrap();
    let mail = text(&told.mails().await[0]);
    assert!(mail.contains("reached nobody who could answer it"), "{mail}");
    assert!(mail.contains("If you name none by then, the claim is rejected."), "{mail}");
    assert!(!mail.contains("it@contoso.example"), "whom it did not reach is not told: {mail}");

    let until = told.stack.env.read(&unreachable.id).await.deadline().unwrap();
    told.stack.env.let_pass(until);
    told.stack.env.finalize().await;
    let mail = text(&told.mails().await[0]);
    assert!(mail.contains("Reason: no contact of the customer could be reached"), "{mail}");
}

#[tokio::test]
async fn a_holder_is_asked_to_defend_and_neither_partner_learns_the_others_name() {
    let mut told = Told::of(&told_at(&[PETR])).await;
    let held = Box::pin(told.stack.env.awaiting("k", &["teams"])).await;
    told.close(&[&held]).await;
    told.stack.env.services.forget();
    Box::pin(told.stack.env.rival_in_review("rival", &["teams"])).await;
    let mails = told.mails().await;
    assert_eq!(mails.len(), 1, "the newcomer has no contacts");
    let text = text(&mails[0]);
    assert!(text.contains("Another partner claims an item of Contoso"), "{text}");
    assert!(!text.contains("Borealis") && !mails[0].raw.contains("Borealis"), "{text}");
}

#[tokio::test]
async fn every_decision_is_told_and_what_a_partner_did_itself_is_not() {
    let mut told = Told::of(&told_at(&[PETR])).await;
    let claim = Box::pin(told.stack.env.in_review("k", &["teams"])).await;
    told.give(&claim, &reviewer(), &reject()).await;
    told.dispute(&claim).await;
    told.mails().await;
    let env = &told.stack.env;
    let overturn = Command::Overturn { comment: comment("The partner was right about Globex.") };
    env.give(&claim.id, &another(), &overturn).await.unwrap();
    let mail = text(&told.mails().await[0]);
    assert!(mail.contains("reviews the claim again; you need not do anything."), "{mail}");
    assert!(!mail.contains("Globex"), "what staff remarks is not in it: {mail}");
    told.give(&claim, &reviewer(), &reject()).await;
    let mail = text(&told.mails().await[0]);
    assert!(mail.contains("was rejected. That is final."), "{mail}");

    let declined = Box::pin(told.stack.env.awaiting("d", &["exchange-online"])).await;
    told.mails().await;
    told.give(&declined, &link(1), &decline_all()).await;
    let mail = text(&told.mails().await[0]);
    assert!(mail.contains("Contoso has declined your claim"), "{mail}");
    assert!(mail.contains("The customer can take that back"), "{mail}");

    let own = Box::pin(told.stack.env.awaiting("o", &["sharepoint-online"])).await;
    told.due().await;
    told.give(&own, &alpine(), &withdraw()).await;
    assert_eq!(told.due().await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_no_that_was_taken_back_before_the_mail_was_written_is_not_told() {
    let mut told = Told::of(&told_at(&[PETR])).await;
    let claim = Box::pin(told.stack.env.awaiting("k", &["teams"])).await;
    told.give(&claim, &link(1), &decline_all()).await;
    told.stack.env.clock.advance(Duration::minutes(1));
    told.give(&claim, &contoso_admin(), &support::test_env::undo_all()).await;
    assert!(told.mails().await.is_empty());
    let claim = Box::pin(told.stack.env.in_review("a", &["exchange-online"])).await;
    told.give(&claim, &reviewer(), &ask()).await;
    told.give(&claim, &alpine(), &Command::Respond { comment: None }).await;
    assert!(told.mails().await.is_empty(), "the answer is there already");
}

#[tokio::test]
async fn a_partner_is_told_what_its_entry_names_and_nothing_else() {
    let mut partner = told_at(&[PETR]);
    partner.notify = Some([PartnerTopic::Decided].into());
    let mut told = Told::of(&partner).await;
    let claim = Box::pin(told.stack.env.in_review("k", &["teams"])).await;
    told.give(&claim, &reviewer(), &ask()).await;
    assert!(told.mails().await.is_empty());
    told.give(&claim, &alpine(), &Command::Respond { comment: None }).await;
    told.give(&claim, &reviewer(), &reject()).await;
    let mail = text(&told.mails().await[0]);
    assert!(mail.contains("You can dispute that once."), "it is not final: {mail}");
    let open = Box::pin(told.stack.env.awaiting("o", &["exchange-online"])).await;
    told.close(&[&open]).await;
    assert_eq!(told.stack.env.engine.items("G").len(), 0);
}

#[tokio::test]
async fn what_became_official_and_what_ended_comes_as_one_mail_at_eight_and_once() {
    let mut told = Told::of(&told_at(&[PETR, OTA])).await;
    let env = &told.stack.env;
    let one = Box::pin(env.awaiting("1", &["teams"])).await;
    let two = Box::pin(env.awaiting("2", &["exchange-online", "sharepoint-online"])).await;
    env.give(&two.id, &link(1), &decline(&[2])).await.unwrap();
    told.close(&[&one, &two]).await;
    told.stack.env.give(&one.id, &contoso_admin(), &decline_all()).await.unwrap();
    assert!(told.mails().await.is_empty());
    let early = next_morning() - Duration::seconds(1);
    assert!(told.mails_at(early).await.is_empty(), "somebody may still add to it");
    let mails = told.mails_at(next_morning()).await;
    let to: Vec<_> = mails.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(to, [PETR, OTA]);
    let text = text(&mails[0]);
    for part in [
        format!("you became the official partner: teams. Claim {}.", one.id),
        format!("you became the official partner: exchange-online. Claim {}.", two.id),
        format!(
            "the partnership has ended: teams. Reason: the customer ended it. Claim {}.",
            one.id
        ),
    ] {
        assert!(text.contains(&part), "{part} in {text}");
    }
    assert!(mails[0].raw.contains("Subject: Vendor Ltd.: 3 pieces of news"), "{}", mails[0].raw);
    assert!(told.mails_at(next_morning() + Duration::minutes(5)).await.is_empty());
    assert!(told.mails_at(next_morning() + Duration::days(1)).await.is_empty());
}

#[tokio::test]
async fn who_was_replaced_by_what_should_not_have_begun_is_told_that_it_can_claim_again() {
    let mut told = Told::of(&told_at(&[PETR])).await;
    let env = &told.stack.env;
    let (holder, next) = Box::pin(env.in_line(&["teams"], &["teams"])).await;
    let end = closes_at(&next);
    env.let_pass(end);
    env.finalize().await;
    assert_eq!(env.read(&holder.id).await.status(), Status::Ended);
    told.due().await;
    let env = &told.stack.env;
    let stamped = end - Duration::milliseconds(1);
    let address = (VERIFIED, "it@contoso.example");
    let bounced = mail_event("Bounce", &next.id, next.notice.0, address, stamped);
    told.stack.event_functions.deliver(&bounced).await;
    assert_eq!(env.read(&next.id).await.status(), Status::Ended, "no delivery had stood");
    let records = records_from(env, &mut told.cursor);
    told.stack.event_functions.publish(&records).await.unwrap();
    for _ in 0..2 {
        for event in events(env).iter().filter(|event| event["type"] == "association_ended") {
            told.stack.event_functions.notify(event).await.unwrap();
        }
    }
    let morning = env.clock.now() + Duration::days(1);
    let mails = told.mails_at(morning).await;
    let [mail] = mails.as_slice() else { panic!("{} mails", mails.len()) };
    let text = text(mail);
    let line = format!("has ended, and you can claim again: teams. Claim {}.", holder.id);
    assert_eq!((mail.to.as_str(), text.matches(&line).count()), (PETR, 1), "{text}");
    assert!(!text.contains("Borealis") && !text.contains(next.id.as_str()), "{text}");
}

#[tokio::test]
async fn who_was_replaced_by_a_partner_that_was_suspended_already_is_told_that_it_can_claim_again()
{
    let mut told = Told::of(&told_at(&[PETR])).await;
    let env = &told.stack.env;
    let (holder, next) = Box::pin(env.in_line(&["teams"], &["teams"])).await;
    let newcomer = Partner { status: PartnerStatus::Suspended, ..fixtures::borealis() };
    let newcomer = newcomer.stamp_changes(Some(&fixtures::borealis()), env.clock.now());
    env.store.put_partner(&newcomer).await.unwrap();
    env.let_pass(closes_at(&next));
    env.finalize().await;
    assert_eq!(env.read(&holder.id).await.status(), Status::Ended);
    assert_eq!(env.read(&next.id).await.status(), Status::Associated, "nobody has swept");
    told.due().await;
    let env = &told.stack.env;
    let swept = Box::pin(told.stack.event_functions.sweep(env)).await.unwrap();
    assert!(swept.batch_item_failures.is_empty(), "{swept:?}");
    assert_eq!(env.read(&next.id).await.status(), Status::Ended);
    let records = records_from(env, &mut told.cursor);
    told.stack.event_functions.publish(&records).await.unwrap();
    for event in events(env).iter().filter(|event| event["type"] == "association_ended") {
        told.stack.event_functions.notify(event).await.unwrap();
    }
    let mails = told.mails_at(env.clock.now() + Duration::days(1)).await;
    let [mail] = mails.as_slice() else { panic!("{} mails", mails.len()) };
    let text = text(mail);
    let line = format!("has ended, and you can claim again: teams. Claim {}.", holder.id);
    assert_eq!((mail.to.as_str(), text.matches(&line).count()), (PETR, 1), "{text}");
    assert!(!text.contains("Borealis") && !text.contains(next.id.as_str()), "{text}");
}

#[tokio::test]
async fn an_event_that_comes_twice_is_one_line_of_the_mail_of_the_day() {
    let mut told = Told::of(&told_at(&[PETR])).await;
    let claim = Box::pin(told.stack.env.awaiting("k", &["teams"])).await;
    told.due().await;
    told.stack.env.let_pass(closes_at(&claim));
    told.stack.env.finalize().await;
    let event = told.due().await.remove(0);
    for _ in 0..2 {
        told.stack.event_functions.notify(&event).await.unwrap();
    }
    let mails = told.mails_at(next_morning()).await;
    assert_eq!(text(&mails[0]).matches(claim.id.as_str()).count(), 1);
}

#[tokio::test]
async fn a_contact_whose_mail_is_refused_keeps_nobody_from_theirs_and_nobody_gets_it_twice() {
    let mut told = Told::of(&told_at(&[PETR, OTA])).await;
    let claim = Box::pin(told.stack.env.awaiting("k", &["teams"])).await;
    told.close(&[&claim]).await;
    let env = &told.stack.env;
    env.clock.set(next_morning());
    env.services.forget();
    env.services.refuse("SendEmail", 1, With::Error(400, "MessageRejected"));
    assert!(told.stack.event_functions.digest(env).await.is_err(), "somebody hears of it");
    let to = |mails: &[Mail]| mails.iter().map(|mail| mail.to.clone()).collect::<Vec<_>>();
    assert_eq!(to(&mails(env)), [OTA]);
    assert!(told.mails_at(next_morning()).await.is_empty(), "another run may be sending it");
    let mails = told.mails_at(next_morning() + Duration::minutes(5)).await;
    assert_eq!(to(&mails), [PETR]);
}

/// What a run does until it dies at a call, and what comes after it.
async fn dies(told: &mut Told, saved: &(support::engine::Saved, Instant), event: Option<&Value>) {
    let env = &told.stack.env;
    let notify = &told.stack.event_functions.wires[3];
    let run = async |told: &Told| match event {
        Some(event) => told.stack.event_functions.notify(event).await,
        None => told.stack.event_functions.digest(&told.stack.env).await,
    };
    // The first run reads what never changes and is kept: the second makes the calls of every other.
    env.engine.restore(&saved.0);
    run(told).await.unwrap();
    notify.reset();
    env.engine.restore(&saved.0);
    let before = env.services.count();
    run(told).await.unwrap();
    let (calls, mailed) = (notify.calls().len(), env.services.count() - before);
    assert!(calls > 3, "{calls} calls");
    for (nth, is_table) in
        (1..=calls).map(|nth| (nth, true)).chain((1..=mailed).map(|nth| (nth, false)))
    {
        for is_after in [false, true] {
            let env = &told.stack.env;
            env.engine.restore(&saved.0);
            env.clock.set(saved.1);
            env.services.repair();
            env.services.forget();
            notify.reset();
            let death = Arc::new(Notify::new());
            let dead = Arc::clone(&death);
            match (is_table, is_after) {
                (true, false) => notify.on(any, nth, Fault::CrashBefore(dead)),
                (true, true) => notify.on(any, nth, Fault::CrashAfter(dead)),
                (false, false) => env.services.on(nth, With::CrashBefore(dead)),
                (false, true) => env.services.on(nth, With::CrashAfter(dead)),
            }
            let ended = until_death(Box::pin(run(told)), &death).await;
            assert!(ended.is_none(), "call {nth} of {calls} lives on");
            notify.reset();
            env.services.repair();
            env.clock.advance(Duration::minutes(1));
            run(told).await.unwrap();
            let mut sent = mails(env);
            sent.extend(told.mails_at(next_morning() + Duration::minutes(10)).await);
            let own = sent
                .iter()
                .map(|mail| mail.raw.as_str())
                .collect::<std::collections::BTreeSet<_>>();
            assert_eq!(
                own.len(),
                1,
                "at call {nth}, {is_table}, {is_after}: one mail, and the same"
            );
            assert!(sent.len() <= 2, "at call {nth}: {}", sent.len());
            assert_eq!(env.engine.partition("G"), Vec::<Value>::new(), "nothing is left to send");
        }
    }
}

#[tokio::test]
async fn a_death_at_any_call_that_adds_to_the_mail_of_a_day_loses_nothing() {
    let mut told = Told::of(&told_at(&[PETR])).await;
    let claim = Box::pin(told.stack.env.awaiting("k", &["teams"])).await;
    told.due().await;
    told.stack.env.let_pass(closes_at(&claim));
    told.stack.env.finalize().await;
    let event = told.due().await.remove(0);
    let place = (told.stack.env.engine.save(), told.stack.env.clock.now());
    Box::pin(dies(&mut told, &place, Some(&event))).await;
}

#[tokio::test]
async fn a_death_at_any_call_that_sends_the_mail_of_a_day_loses_nothing() {
    let mut told = Told::of(&told_at(&[PETR])).await;
    let claim = Box::pin(told.stack.env.awaiting("k", &["teams"])).await;
    told.close(&[&claim]).await;
    told.stack.env.clock.set(next_morning());
    let place = (told.stack.env.engine.save(), next_morning());
    Box::pin(dies(&mut told, &place, None)).await;
}

#[tokio::test]
async fn a_death_at_any_call_that_tells_a_decision_loses_nothing() {
    let mut told = Told::of(&told_at(&[PETR])).await;
    let claim = Box::pin(told.stack.env.in_review("k", &["teams"])).await;
    told.due().await;
    told.give(&claim, &reviewer(), &reject()).await;
    let event = told.due().await.remove(0);
    let place = (told.stack.env.engine.save(), told.stack.env.clock.now());
    Box::pin(dies(&mut told, &place, Some(&event))).await;
}

#[tokio::test]
async fn a_suspended_partner_and_one_without_contacts_are_told_nothing_and_nothing_fails() {
    for partner in
        [fixtures::alpine(), Partner { status: PartnerStatus::Suspended, ..told_at(&[PETR]) }]
    {
        let mut told = Told::of(&told_at(&[PETR])).await;
        let claim = Box::pin(told.stack.env.awaiting("k", &["teams"])).await;
        told.close(&[&claim]).await;
        let asked = Box::pin(told.stack.env.in_review("a", &["exchange-online"])).await;
        told.due().await;
        told.give(&asked, &reviewer(), &ask()).await;
        told.stack.env.store.put_partner(&partner).await.unwrap();
        assert!(told.mails().await.is_empty());
        assert!(told.mails_at(next_morning()).await.is_empty());
        assert_eq!(told.stack.env.engine.partition("G"), Vec::<Value>::new());
    }
}

#[tokio::test]
async fn a_suspended_partner_is_told_what_has_ended_and_nothing_else() {
    let mut told = Told::of(&told_at(&[PETR])).await;
    let claim = Box::pin(told.stack.env.awaiting("k", &["teams"])).await;
    let asked = Box::pin(told.stack.env.in_review("a", &["exchange-online"])).await;
    told.close(&[&claim]).await;
    told.mails_at(next_morning()).await;
    let suspended = Partner { status: PartnerStatus::Suspended, ..told_at(&[PETR]) };
    told.stack.env.store.put_partner(&suspended).await.unwrap();
    told.stack.env.give(&claim.id, &contoso_admin(), &decline_all()).await.unwrap();
    told.give(&asked, &reviewer(), &ask()).await;
    assert!(told.mails().await.is_empty());
    let mails = told.mails_at(next_morning() + Duration::days(1)).await;
    let [mail] = mails.as_slice() else { panic!("{} mails", mails.len()) };
    let text = text(mail);
    assert!(text.contains("the partnership has ended: teams"), "{text}");
    assert!(!text.contains(asked.id.as_str()), "{text}");
}

#[tokio::test]
async fn an_address_outside_the_partners_domains_is_never_written_to() {
    let addresses = [PETR, "petr@contoso.example", "petr@mail.alpine.example"];
    let mut told = Told::of(&told_at(&addresses)).await;
    let claim = Box::pin(told.stack.env.in_review("k", &["teams"])).await;
    told.give(&claim, &reviewer(), &ask()).await;
    let to: Vec<_> = told.mails().await.into_iter().map(|mail| mail.to).collect();
    assert_eq!(to, [PETR], "whatever an import has stored");
}

#[tokio::test]
async fn reports_about_a_mail_to_a_partner_move_no_claim_though_the_customer_has_that_address() {
    // The attacker is the partner: it would have its own mail count as the customer's notice.
    let mut partner = told_at(&["it@contoso.example"]);
    partner.domains = [Domain::parse("contoso.example").unwrap()].into();
    let mut told = Told::of(&partner).await;
    let env = &told.stack.env;
    let asked = Box::pin(env.in_review("a", &["exchange-online"])).await;
    told.give(&asked, &reviewer(), &ask()).await;
    let claim = Box::pin(told.stack.env.notifying("k", &["teams"])).await;
    let mails = told.mails().await;
    let [mail] = mails.as_slice() else { panic!("{} mails", mails.len()) };
    assert_eq!(mail.to, "it@contoso.example");
    let at = told.stack.env.clock.now();
    for kind in ["Delivery", "Bounce", "Complaint"] {
        let mut report = mail_event(kind, &claim.id, 1, (VERIFIED, &mail.to), at);
        report["mail"]["tags"] =
            json!(mail.tags.iter().cloned().collect::<std::collections::BTreeMap<_, _>>());
        assert!(told.stack.event_functions.deliver(&report).await.batch_item_failures.is_empty());
        for (id, status) in [(&claim.id, Status::Notifying), (&asked.id, Status::ActionRequired)] {
            assert_eq!(told.stack.env.read(id).await.status(), status, "{kind}");
        }
    }
    told.stack.env.deliver(&claim).await.unwrap();
    let open = told.stack.env.read(&claim.id).await;
    assert_eq!(open.status(), Status::AwaitingCustomer);
    let report = json!({"eventType": "Bounce", "mail": {"timestamp": at.to_rfc3339(), "tags": {}},
        "bounce": {"timestamp": at.to_rfc3339(), "bounceType": "Permanent",
            "bouncedRecipients": [{"emailAddress": mail.to}]}});
    told.stack.event_functions.deliver(&report).await;
    assert_eq!(told.stack.env.read(&claim.id).await, open, "its window stays as it is");
}

#[tokio::test]
async fn beyond_a_hundred_mails_a_day_what_is_left_comes_with_the_mail_of_the_day() {
    let mut told = Told::of(&told_at(&[PETR])).await;
    let claim = Box::pin(told.stack.env.in_review("k", &["teams"])).await;
    told.due().await;
    told.give(&claim, &reviewer(), &ask()).await;
    let other = Box::pin(told.stack.env.in_review("l", &["exchange-online"])).await;
    told.give(&other, &reviewer(), &ask()).await;
    let count =
        json!({"pk": {"S": format!("Q#{ALPINE}")}, "sk": {"S": "P#2026-12-22"}, "n": {"N": "99"}});
    told.stack.env.engine.put(&count);
    for event in told.due().await {
        for _ in 0..2 {
            told.stack.event_functions.notify(&event).await.unwrap();
        }
    }
    let at_once = mails(&told.stack.env);
    assert_eq!(
        at_once.len(),
        1,
        "the hundredth, and no further one; an event that comes again counts once"
    );
    let morning: Instant = "2026-12-23T07:02:00Z".parse().unwrap();
    let mails = told.mails_at(morning).await;
    let text = text(&mails[0]);
    assert!(text.contains("waits for you until the end of"), "{text}");
}

#[tokio::test]
async fn of_an_erased_claim_the_mail_of_the_day_says_nothing() {
    let mut told = Told::of(&told_at(&[PETR])).await;
    let claim = Box::pin(told.stack.env.awaiting("k", &["teams"])).await;
    told.close(&[&claim]).await;
    let claim =
        told.stack.env.give(&claim.id, &contoso_admin(), &decline_all()).await.unwrap().claim;
    assert_eq!(claim.status(), Status::Ended);
    told.mails().await;
    let erased =
        RequestEvent::post(&format!("/v1/claims/{}/erase", claim.id)).staff("operator", "op");
    let answer = told.stack.send(erased.header("if-match", "*")).await;
    assert!(answer.status < 300, "{}", answer.text);
    assert!(told.mails_at(next_morning()).await.is_empty());
}

#[tokio::test]
async fn no_mail_to_a_partner_names_a_rival_a_recipient_a_member_of_the_staff_or_a_remark() {
    let mut told = Told::of(&told_at(&[PETR])).await;
    let env = &told.stack.env;
    let mut body = fixtures::claim_body(&["teams"]);
    body["customer_contact"]["email"] = json!("named@contoso.example");
    let claim = env.create_of(ALPINE, "k", &body).await.unwrap().claim;
    Box::pin(env.rival_in_review("rival", &["teams"])).await;
    env.give(&claim.id, &reviewer(), &Command::BeginReview).await.unwrap();
    env.give(&claim.id, &reviewer(), &ask()).await.unwrap();
    let mut sent = told.mails().await;
    told.give(&claim, &alpine(), &Command::Respond { comment: Some(comment("CANARY-1")) }).await;
    told.give(&claim, &reviewer(), &reject()).await;
    sent.extend(told.mails().await);
    told.dispute(&claim).await;
    let uphold = Command::Uphold { comment: comment("CANARY-2") };
    told.give(&claim, &another(), &uphold).await;
    sent.extend(told.mails().await);
    assert_eq!(sent.len(), 3);
    for mail in sent {
        let shown = format!("{}\n{}", mail.raw, text(&mail));
        for kept in
            ["Borealis", "CANARY", "operator-9", "reviewer-1", "@contoso.example", "/d/", "/n/"]
        {
            assert!(!shown.contains(kept), "{kept} in {shown}");
        }
    }
}

fn put(body: &Value) -> RequestEvent {
    RequestEvent::put(&format!("/v1/partners/{ALPINE}")).staff("operator", "op").json(body)
}

#[tokio::test]
async fn a_partners_contacts_are_at_its_own_domains_and_what_is_left_out_stays() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let contact = |email: &str| json!({"name": "Petr Alpin", "email": email});
    let own = json!({"domains": ["Alpine.example", "bücher.example"], "locale": "cs",
        "contacts": [contact(PETR), contact("ota@bücher.example")], "notify": ["turn"]});
    let answer = stack.send(put(&own)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.body["domains"], json!(["alpine.example", "xn--bcher-kva.example"]));
    for (email, code) in [
        ("petr@contoso.example", "domain-not-own"),
        ("petr@mail.alpine.example", "domain-not-own"),
        ("petr@example", "malformed"),
    ] {
        let refused = stack.send(put(&json!({"contacts": [contact(PETR), contact(email)]}))).await;
        assert_eq!(refused.errors(), [("/contacts/1/email".to_owned(), code.to_owned())]);
    }
    let refused = stack.send(put(&json!({"domains": ["alpine.example"]}))).await;
    let foreign = ("/contacts/1/email".to_owned(), "domain-not-own".to_owned());
    assert_eq!(refused.errors(), [foreign], "its contact is still there");
    let refused = stack.send(put(&json!({"notify": ["weather"], "locale": "tlh"}))).await;
    let code = |at: &str, code: &str| (at.to_owned(), code.to_owned());
    let expected = [code("/locale", "language-unknown"), code("/notify/0", "unknown-code")];
    assert_eq!(refused.errors(), expected);
    let refused = stack.send(put(&json!({"contacts": vec![contact(PETR); 11]}))).await;
    assert_eq!(refused.errors(), [code("/contacts", "too-long")]);

    let kept = stack.send(put(&json!({"daily_claim_quota": 7}))).await;
    assert_eq!(kept.body["contacts"].as_array().unwrap().len(), 2, "{}", kept.text);
    assert_eq!((&kept.body["locale"], &kept.body["notify"]), (&json!("cs"), &json!(["turn"])));
    let me = stack.send(RequestEvent::get("/v1/me").partner_admin(ALPINE)).await;
    assert_eq!(me.body["mails"]["notify"], json!(["turn"]), "{}", me.text);
    assert_eq!(me.body["mails"]["contacts"][0]["email"], PETR);
    let emptied = stack.send(put(&json!({"contacts": [], "domains": [], "notify": null}))).await;
    assert_eq!((&emptied.body["contacts"], &emptied.body["notify"]), (&json!([]), &Value::Null));
    let me = stack.send(RequestEvent::get("/v1/me").partner_admin(ALPINE)).await;
    assert_eq!(me.body["mails"]["notify"], json!([]), "nobody is there to be told");
    let history =
        stack.send(RequestEvent::get("/v1/partners/p-alpine/history").staff("auditor", "a")).await;
    let told = history.body["items"].to_string();
    assert!(told.contains(PETR) && told.contains("\"actor_id\":\"op\""), "{told}");
}

#[tokio::test]
async fn a_mail_to_a_partner_that_fails_sends_no_customer_a_second_one() {
    let mut told = Told::of(&told_at(&[PETR])).await;
    let claim = Box::pin(told.stack.env.awaiting("k", &["teams"])).await;
    told.due().await;
    told.give(&claim, &link(1), &decline_all()).await;
    let event = told.due().await.remove(0);
    let env = &told.stack.env;
    env.services.refuse("SendEmail", 1, With::Error(400, "MessageRejected"));
    assert!(told.stack.event_functions.notify(&event).await.is_err(), "the platform tries again");
    told.stack.event_functions.notify(&event).await.unwrap();
    let to: Vec<_> = mails(env).into_iter().map(|mail| mail.to).collect();
    assert_eq!(to, [PETR]);
}

#[tokio::test]
async fn what_staff_decides_costs_its_partners_mails_nothing() {
    let told = Told::of(&told_at(&[PETR])).await;
    let env = &told.stack.env;
    let claim = Box::pin(env.in_review("k", &["teams"])).await;
    env.wire.reset();
    env.give(&claim.id, &reviewer(), &validate()).await.unwrap();
    let keys = env.wire.told(|calls| format!("{calls:?}"));
    assert!(!keys.contains("G#"), "{keys}");
}
