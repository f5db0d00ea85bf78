//! The ways to write a claim: what comes before each, and the step itself.

use std::collections::BTreeSet;

use chrono::{Duration as Span, NaiveDate};
use domain::actor::Actor;
use domain::calendar::Exception;
use domain::claim::{Claim, CustomerContact, Instant};
use domain::command::{ClaimInput, Command, DeclaredEvidence, GivenReason};
use domain::event::FailureCause;
use domain::ids::{ClaimId, ItemNo, Sha256Hash};
use domain::program::{Consent, Policy};
use domain::reason::{Reason, ReasonCode};
use domain::rules::StandingRules;
use domain::text::{Comment, Email, Name};
use serde_json::{Value, json};
use store::{Author, DeliveryReport, Store, StoreError};
use support::fixtures::{CONTOSO, claim_body};
use support::rivals::{accept_all, borealis, grounds, operator};
use support::test_env::{
    TestEnv, alpine, apply_reports, closes_at, contoso_admin, create_on, decline, decline_all,
    link, partner_id, reject, reviewer, tenant_id, undo_all, validate, withdraw,
};

use super::{ITEMS, NOW};

/// A way to write a claim.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Step {
    StoreDraft,
    EditDraft,
    SubmitDraft,
    Recall,
    Ask,
    Respond,
    CorrectContact,
    Submit,
    Begin,
    Reject,
    Validate,
    OpenWindow,
    Bounce,
    DeclineOne,
    DeclineAll,
    Undo,
    Withdraw,
    WithdrawEarly,
    End,
    Revoke,
    Close,
    CloseOneByOne,
    CloseByReading,
    CloseSlowly,
    CloseSlowlyByReading,
    CloseOptIn,
    Settle,
    GiveUpNotifying,
    GiveUpReaching,
    BeginContested,
    GetInLine,
    TakeOver,
    TakeOverByReading,
    TakeOverByYes,
    LeaveTheLine,
    LeaveToNext,
    AddEvidence,
    Announce,
    Recount,
    CloseRecounted,
    PassOn,
    Lift,
    Erase,
}

impl Step {
    /// Whether it is the system's own work, which the next tick takes up again.
    pub(super) fn is_timed(self) -> bool {
        match self {
            Self::Close
            | Self::CloseOneByOne
            | Self::CloseSlowly
            | Self::CloseOptIn
            | Self::Settle
            | Self::GiveUpNotifying
            | Self::GiveUpReaching
            | Self::TakeOver
            | Self::Recount
            | Self::CloseRecounted => true,
            Self::StoreDraft
            | Self::EditDraft
            | Self::SubmitDraft
            | Self::Recall
            | Self::Ask
            | Self::Respond
            | Self::CorrectContact
            | Self::Submit
            | Self::Begin
            | Self::Reject
            | Self::Validate
            | Self::OpenWindow
            | Self::Bounce
            | Self::DeclineOne
            | Self::DeclineAll
            | Self::Undo
            | Self::Withdraw
            | Self::WithdrawEarly
            | Self::End
            | Self::Revoke
            | Self::CloseByReading
            | Self::CloseSlowlyByReading
            | Self::BeginContested
            | Self::GetInLine
            | Self::TakeOverByReading
            | Self::TakeOverByYes
            | Self::LeaveTheLine
            | Self::LeaveToNext
            | Self::AddEvidence
            | Self::Announce
            | Self::PassOn
            | Self::Lift
            | Self::Erase => false,
        }
    }

    pub(super) async fn env(self) -> TestEnv {
        if self == Self::CloseOptIn {
            return TestEnv::with_policy(
                NOW,
                Policy { consent: Consent::OptIn, ..Policy::default() },
            )
            .await;
        }
        TestEnv::at(NOW).await
    }

    /// Brings a claim to where the step begins.
    pub(super) async fn prepare(self, env: &TestEnv) -> ClaimId {
        match self {
            Self::StoreDraft | Self::Submit => ClaimId::of(&partner_id("p-alpine"), "k"),
            Self::EditDraft | Self::SubmitDraft => draft(env).await,
            Self::Respond | Self::AddEvidence => {
                let claim = env.in_review("k", &ITEMS).await;
                env.give(&claim.id, &reviewer(), &ask()).await.unwrap().claim.id
            }
            Self::CorrectContact => {
                let claim = env.notifying("k", &ITEMS).await;
                env.fail(&claim, FailureCause::Bounce).await.unwrap().id
            }
            Self::Recall | Self::Begin | Self::WithdrawEarly => env.submitted("k", &ITEMS).await.id,
            Self::Ask | Self::Reject | Self::Validate => env.in_review("k", &ITEMS).await.id,
            Self::OpenWindow | Self::Bounce => {
                let claim = env.notifying("k", &ITEMS).await;
                let at = env.clock.now();
                let noted = if self == Self::OpenWindow {
                    DeliveryReport::Delivered { at }
                } else {
                    DeliveryReport::Failed { at, cause: FailureCause::Bounce }
                };
                env.note(&claim, claim.notice, noted).await.unwrap();
                claim.id
            }
            Self::DeclineOne
            | Self::DeclineAll
            | Self::Withdraw
            | Self::Announce
            | Self::PassOn => env.awaiting("k", &ITEMS).await.id,
            Self::Lift => {
                let id = associated(env).await;
                env.give(&id, &link(1), &decline_all()).await.unwrap().claim.id
            }
            Self::Erase => {
                let claim = env.awaiting("k", &ITEMS).await;
                env.give(&claim.id, &alpine(), &withdraw()).await.unwrap().claim.id
            }
            Self::Undo => declined(env, &decline_all()).await.id,
            Self::End | Self::Revoke => associated(env).await,
            Self::Close | Self::CloseOneByOne | Self::CloseByReading | Self::CloseOptIn => {
                let claim = env.awaiting("k", &ITEMS).await;
                env.let_pass(closes_at(&claim));
                claim.id
            }
            Self::CloseSlowly | Self::CloseSlowlyByReading => {
                let claim = declined(env, &decline(&[1])).await;
                env.let_pass(closes_at(&claim));
                claim.id
            }
            Self::Settle => {
                let claim = declined(env, &decline_all()).await;
                env.let_pass(closes_at(&claim));
                claim.id
            }
            Self::Recount | Self::CloseRecounted => {
                let claim = env.awaiting("k", &ITEMS).await;
                announce(&env.store, env.now().at).await.unwrap();
                if self == Self::CloseRecounted {
                    env.let_pass(closes_at(&claim));
                }
                claim.id
            }
            Self::GiveUpNotifying => {
                let claim = env.notifying("k", &ITEMS).await;
                env.let_pass(claim.deadline().unwrap());
                claim.id
            }
            Self::GiveUpReaching => {
                let claim = env.notifying("k", &ITEMS).await;
                let claim = env.fail(&claim, FailureCause::Bounce).await.unwrap();
                env.let_pass(claim.deadline().unwrap());
                claim.id
            }
            Self::BeginContested => {
                env.holding("k", &["teams"]).await;
                env.rival_submitted("k", &ITEMS).await.id
            }
            Self::GetInLine => {
                let (_, newcomer) = env.contested(&["teams"], &ITEMS).await;
                env.clock.set(newcomer.defence_until.unwrap());
                newcomer.id
            }
            Self::TakeOverByYes | Self::LeaveTheLine => env.in_line(&["teams"], &ITEMS).await.1.id,
            Self::LeaveToNext => env.in_line(&["teams"], &ITEMS).await.0.id,
            Self::TakeOver | Self::TakeOverByReading => {
                let (_, newcomer) = env.in_line(&["teams"], &ITEMS).await;
                let closes_at = closes_at(&newcomer);
                // Ticks have gone on meanwhile: the step has the last buckets alone to look at.
                env.clock.set(closes_at - Span::minutes(15));
                env.finalize().await;
                env.let_pass(closes_at);
                newcomer.id
            }
        }
    }

    /// The step itself, through `store`.
    pub(super) async fn act(
        self,
        env: &TestEnv,
        store: &Store,
        id: &ClaimId,
    ) -> Result<(), StoreError> {
        let (actor, command) = match self {
            Self::StoreDraft => return create(env, store, &drafted()).await,
            Self::Submit => return create(env, store, &claim_body(&ITEMS)).await,
            Self::CloseByReading | Self::CloseSlowlyByReading | Self::TakeOverByReading => {
                return store.load_up_to_date(id, env.now()).await.map(|_| ());
            }
            Self::Close
            | Self::CloseOneByOne
            | Self::CloseSlowly
            | Self::CloseOptIn
            | Self::Settle
            | Self::GiveUpNotifying
            | Self::GiveUpReaching
            | Self::TakeOver
            | Self::CloseRecounted => return finalize(env, store).await,
            Self::Announce => return announce(store, env.now().at).await,
            Self::Lift => {
                let tenant = tenant_id(CONTOSO);
                let none = |_: &StandingRules| Ok(StandingRules::default());
                let put = store.put_standing_rules(&tenant, &none, env.now(), &|_, _| true);
                return Box::pin(put).await.map(|_| ());
            }
            Self::Recount => {
                let until = env.clock.now() + Span::seconds(40);
                for country in store.pending_recounts().await? {
                    Box::pin(store.recount_windows(country, until)).await?;
                }
                return Ok(());
            }
            Self::AddEvidence => (alpine(), Command::AddEvidence(Box::new(evidence()))),
            Self::EditDraft => (alpine(), edit(&env.read(id).await)),
            Self::SubmitDraft => (alpine(), Command::Submit(None)),
            Self::Recall => (alpine(), Command::Recall),
            Self::Ask => (reviewer(), ask()),
            Self::Respond => (alpine(), Command::Respond { comment: Comment::parse("Here.").ok() }),
            Self::CorrectContact => (alpine(), corrected()),
            Self::Begin | Self::BeginContested => (reviewer(), Command::BeginReview),
            Self::Reject => (reviewer(), reject()),
            Self::Validate => (reviewer(), validate()),
            Self::OpenWindow | Self::Bounce => {
                (Actor::System, apply_reports(domain::ids::NoticeNo(1)))
            }
            Self::DeclineOne => (link(1), decline(&[2])),
            Self::DeclineAll | Self::Revoke => (link(1), decline_all()),
            Self::Undo => (contoso_admin(), undo_all()),
            Self::PassOn => (link(1), Command::WrongContact),
            Self::Withdraw | Self::WithdrawEarly => (alpine(), withdraw()),
            Self::End | Self::LeaveToNext => (alpine(), end(1)),
            Self::GetInLine => (operator(), grounds()),
            Self::TakeOverByYes => (contoso_admin(), accept_all()),
            Self::LeaveTheLine => (borealis(), withdraw()),
            Self::Erase => (operator(), Command::Erase),
        };
        store.execute_command(id, &actor, &command, env.now(), None).await.map(|_| ())
    }
}

async fn create(env: &TestEnv, store: &Store, body: &Value) -> Result<(), StoreError> {
    create_on(store, "p-alpine", "k", body, env.now()).await.map(|_| ())
}

fn drafted() -> Value {
    let mut body = claim_body(&ITEMS);
    body["draft"] = json!(true);
    body
}

async fn draft(env: &TestEnv) -> ClaimId {
    create_on(&env.store, "p-alpine", "k", &drafted(), env.now()).await.unwrap().claim.id
}

/// The same content under another label, whatever the claim's label is now.
fn edit(claim: &Claim) -> Command {
    let label = Name::parse("another").ok();
    Command::Edit(Box::new(ClaimInput { label, ..ClaimInput::of(claim) }))
}

fn ask() -> Command {
    let reason = Reason { code: ReasonCode::EvidenceMissing, item_no: None };
    Command::RequestInformation {
        reasons: vec![GivenReason { reason, comment: Comment::parse("Which?").ok() }],
    }
}

fn corrected() -> Command {
    let name = |text| Name::parse(text).unwrap();
    let email = Email::parse("ota@contoso.example").unwrap();
    Command::CorrectContact {
        contact: CustomerContact { name: name("Ota"), title: name("CTO"), email },
        comment: None,
    }
}

fn evidence() -> DeclaredEvidence {
    DeclaredEvidence {
        name: Name::parse("mail.pdf").unwrap(),
        sha256: Sha256Hash([7; 32]),
        acknowledged_on: NaiveDate::from_ymd_opt(2026, 11, 2).unwrap(),
    }
}

/// New Year's Eve is a holiday.
async fn announce(store: &Store, at: Instant) -> Result<(), StoreError> {
    let date = NaiveDate::from_ymd_opt(2026, 12, 31).unwrap();
    let added = Exception { date, name: "Day of mourning".to_owned(), subdivision: None };
    let country = "CZ".parse().unwrap();
    let author = Author::of(&Actor::System, at);
    let days = |_: &BTreeSet<Exception>| Ok([added.clone()].into());
    store.put_country_calendar(country, &days, &author, &|_, _| true).await.map(|_| ())
}

async fn finalize(env: &TestEnv, store: &Store) -> Result<(), StoreError> {
    let until = env.clock.now() + Span::seconds(40);
    for shard in store.find_due_work().await?.due {
        store.drain_timers(shard, until).await?;
    }
    Ok(())
}

fn end(item: u8) -> Command {
    let comment = Comment::parse("we leave").ok();
    Command::End { item: ItemNo(item), comment }
}

async fn declined(env: &TestEnv, no: &Command) -> Claim {
    let claim = env.awaiting("k", &ITEMS).await;
    let declined = env.give(&claim.id, &link(1), no).await.unwrap().claim;
    // A no is taken back by what arrives after it.
    env.clock.advance(chrono::Duration::milliseconds(1));
    declined
}

async fn associated(env: &TestEnv) -> ClaimId {
    let claim = env.awaiting("k", &ITEMS).await;
    env.let_pass(closes_at(&claim));
    assert_eq!(env.read(&claim.id).await.status().as_str(), "associated");
    claim.id
}
