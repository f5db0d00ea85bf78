//! Where a write of a claim begins.

use chrono::Duration;
use domain::claim::Claim;
use domain::event::FailureCause;
use domain::ids::ClaimId;
use domain::program::{Consent, Policy};
use support::engine::key;
use support::test_env::{TestEnv, closes_at, partner_id};

use super::NOW;
use crate::simulation::actions::{Action, ITEMS, KEY, RENEWAL_KEY};

/// Where a claim stands before an action.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scene {
    /// There is no claim.
    Nothing,
    Draft,
    Submitted,
    InReview,
    /// The partner is asked.
    Asked,
    /// The notice is on its way.
    Notifying,
    Unreachable,
    Awaiting,
    /// A holiday was announced in an open window.
    Recounted,
    Declined,
    Withdrawn,
    Associated,
    /// An association that the customer has ended, which blocks its partner.
    Blocked,
    /// The window has ended, and nobody has closed it.
    Ended,
    /// The same under a store that closes windows one by one.
    EndedOneByOne,
    /// The same where silence is a "no".
    EndedOptIn,
    /// The same with a "no" to one item.
    EndedInPart,
    /// The same with a "no" to all items.
    EndedRefused,
    /// The same with a holiday that was announced before.
    EndedRecounted,
    /// No proof of a delivery came in time.
    Unproven,
    /// Nobody named another contact in time.
    Unreached,
    /// A newcomer has claimed what somebody holds.
    Contested,
    /// The time to defend has passed, and the newcomer is in review.
    Undefended,
    /// The newcomer's window is open.
    InLine,
    /// The same, seen by the holder.
    HolderOfLine,
    /// The newcomer's window has ended.
    LineEnded,
    /// An association whose term ends soon.
    Renewable,
    /// The window of a renewal is open.
    Renewing,
    /// The same, seen by what is renewed.
    Renewed,
    /// The window of a renewal has ended.
    RenewalEnded,
}

impl Scene {
    pub(super) async fn env(self) -> TestEnv {
        if self == Self::EndedOptIn {
            let policy = Policy { consent: Consent::OptIn, ..Policy::default() };
            return TestEnv::with_policy(NOW, policy).await;
        }
        let renewals = [Self::Renewable, Self::Renewing, Self::Renewed, Self::RenewalEnded];
        if renewals.contains(&self) {
            let policy = Policy { term_months: Some(1), ..Policy::default() };
            return TestEnv::with_policy(NOW, policy).await;
        }
        TestEnv::at(NOW).await
    }

    /// Brings a claim there.
    pub(super) async fn prepare(self, env: &TestEnv) -> ClaimId {
        match self {
            Self::Nothing => ClaimId::of(&partner_id("p-alpine"), KEY),
            Self::Draft => {
                let id = ClaimId::of(&partner_id("p-alpine"), KEY);
                after(env, id, &[Action::StoreDraft]).await
            }
            Self::Submitted => env.submitted(KEY, &ITEMS).await.id,
            Self::InReview => env.in_review(KEY, &ITEMS).await.id,
            Self::Asked => {
                let claim = env.in_review(KEY, &ITEMS).await;
                after(env, claim.id, &[Action::Ask(1)]).await
            }
            Self::Notifying => env.notifying(KEY, &ITEMS).await.id,
            Self::Unreachable => unreachable_claim(env).await.id,
            Self::Awaiting => env.awaiting(KEY, &ITEMS).await.id,
            Self::Recounted => {
                let claim = env.awaiting(KEY, &ITEMS).await;
                after(env, claim.id, &[Action::AnnounceHoliday]).await
            }
            Self::Declined => answered(env, Action::DeclineByLink(1)).await.id,
            Self::Withdrawn => answered(env, Action::Withdraw).await.id,
            Self::Associated => associated(env).await,
            Self::Blocked => {
                let id = associated(env).await;
                after(env, id, &[Action::DeclineByLink(1)]).await
            }
            Self::Ended | Self::EndedOneByOne | Self::EndedOptIn => {
                let claim = env.awaiting(KEY, &ITEMS).await;
                env.let_pass(closes_at(&claim));
                claim.id
            }
            Self::EndedInPart => ended(env, Action::Decline(1)).await,
            Self::EndedRefused => ended(env, Action::DeclineByLink(1)).await,
            Self::EndedRecounted => ended(env, Action::AnnounceHoliday).await,
            Self::Unproven => {
                let claim = env.notifying(KEY, &ITEMS).await;
                env.let_pass(claim.deadline().unwrap());
                claim.id
            }
            Self::Unreached => {
                let claim = unreachable_claim(env).await;
                env.let_pass(claim.deadline().unwrap());
                claim.id
            }
            Self::Contested => {
                env.holding(KEY, &["teams"]).await;
                env.rival_submitted(KEY, &ITEMS).await.id
            }
            Self::Undefended => {
                let (_, newcomer) = env.contested(&["teams"], &ITEMS).await;
                env.clock.set(newcomer.defence_until.unwrap());
                newcomer.id
            }
            Self::InLine => env.in_line(&["teams"], &ITEMS).await.1.id,
            Self::HolderOfLine => env.in_line(&["teams"], &ITEMS).await.0.id,
            Self::LineEnded => {
                let (_, newcomer) = env.in_line(&["teams"], &ITEMS).await;
                let closes_at = closes_at(&newcomer);
                // Ticks have gone on meanwhile: the action has the last buckets alone to look at.
                env.clock.set(closes_at - Duration::minutes(15));
                env.finalize().await;
                env.let_pass(closes_at);
                newcomer.id
            }
            Self::Renewable => renewable(env).await,
            Self::Renewing => renewing(env).await.1.id,
            Self::Renewed => renewing(env).await.0,
            Self::RenewalEnded => {
                let (_, renewal) = renewing(env).await;
                // Ticks have gone on meanwhile: the action has the last buckets alone to look at.
                for position in env.engine.items("S") {
                    let (pk, sk) = key(&position);
                    env.engine.delete(&pk, &sk);
                }
                env.let_pass(closes_at(&renewal));
                renewal.id
            }
        }
    }
}

/// The claim after actions that nothing breaks.
async fn after(env: &TestEnv, id: ClaimId, actions: &[Action]) -> ClaimId {
    for action in actions {
        Box::pin(action.perform(env, &env.store, &id)).await.unwrap();
    }
    id
}

async fn unreachable_claim(env: &TestEnv) -> Claim {
    let claim = env.notifying(KEY, &ITEMS).await;
    env.fail(&claim, FailureCause::Bounce).await.unwrap()
}

/// A claim in whose window that was done.
async fn answered(env: &TestEnv, action: Action) -> Claim {
    let claim = env.awaiting(KEY, &ITEMS).await;
    after(env, claim.id.clone(), &[action]).await;
    // A no is taken back by what arrives after it.
    env.clock.advance(Duration::milliseconds(1));
    claim
}

/// The same after the window's end.
async fn ended(env: &TestEnv, action: Action) -> ClaimId {
    let claim = answered(env, action).await;
    env.let_pass(closes_at(&claim));
    claim.id
}

/// An association of which the last third of its term has begun, for longer than a window takes.
async fn renewable(env: &TestEnv) -> ClaimId {
    let old = env.holding(KEY, &ITEMS).await;
    env.clock.set(old.deadline().unwrap() - Duration::days(10));
    old.id
}

/// What is renewed, and a renewal of all of it whose window is open.
async fn renewing(env: &TestEnv) -> (ClaimId, Claim) {
    let old = renewable(env).await;
    after(env, old.clone(), &[Action::Renew(0)]).await;
    let renewal = ClaimId::of(&partner_id("p-alpine"), RENEWAL_KEY);
    let renewal = after(env, renewal, &[Action::Begin, Action::Validate]).await;
    let open = env.deliver(&env.read(&renewal).await).await.unwrap();
    (old, open)
}

async fn associated(env: &TestEnv) -> ClaimId {
    let claim = env.awaiting(KEY, &ITEMS).await;
    env.let_pass(closes_at(&claim));
    assert_eq!(env.read(&claim.id).await.status().as_str(), "associated");
    claim.id
}
