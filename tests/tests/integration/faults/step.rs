//! The ways to write a claim: what comes before each, and the step itself.

use chrono::Duration as Span;
use domain::actor::Actor;
use domain::claim::Claim;
use domain::command::Command;
use domain::event::FailureCause;
use domain::ids::{ClaimId, ItemNo};
use domain::program::{Consent, Policy};
use integration::rivals::{accept_all, borealis, grounds, operator};
use integration::world::{
    World, alpine, closes_at, contoso_admin, decline, decline_all, delivered, link, reject,
    reviewer, undo_all, validate, withdraw,
};
use store::{Store, StoreError};

use super::{ITEMS, NOW};

/// A way to write a claim.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Step {
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
            | Self::TakeOver => true,
            Self::Submit
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
            | Self::LeaveToNext => false,
        }
    }

    pub(super) async fn world(self) -> World {
        if self == Self::CloseOptIn {
            return World::with_policy(
                NOW,
                Policy { consent: Consent::OptIn, ..Policy::default() },
            )
            .await;
        }
        World::at(NOW).await
    }

    /// Brings a claim to where the step begins.
    pub(super) async fn prepare(self, world: &World) -> ClaimId {
        match self {
            Self::Submit => ClaimId::of(&integration::world::partner_id("p-alpine"), "k"),
            Self::Begin | Self::WithdrawEarly => world.submitted("k", &ITEMS).await.id,
            Self::Reject | Self::Validate => world.in_review("k", &ITEMS).await.id,
            Self::OpenWindow | Self::Bounce => world.notifying("k", &ITEMS).await.id,
            Self::DeclineOne | Self::DeclineAll | Self::Withdraw => {
                world.awaiting("k", &ITEMS).await.id
            }
            Self::Undo => declined(world, &decline_all()).await.id,
            Self::End | Self::Revoke => associated(world).await,
            Self::Close | Self::CloseOneByOne | Self::CloseByReading | Self::CloseOptIn => {
                let claim = world.awaiting("k", &ITEMS).await;
                world.let_pass(closes_at(&claim));
                claim.id
            }
            Self::CloseSlowly | Self::CloseSlowlyByReading => {
                let claim = declined(world, &decline(&[1])).await;
                world.let_pass(closes_at(&claim));
                claim.id
            }
            Self::Settle => {
                let claim = declined(world, &decline_all()).await;
                world.let_pass(closes_at(&claim));
                claim.id
            }
            Self::GiveUpNotifying => {
                let claim = world.notifying("k", &ITEMS).await;
                world.let_pass(claim.deadline().unwrap());
                claim.id
            }
            Self::GiveUpReaching => {
                let claim = world.notifying("k", &ITEMS).await;
                let claim =
                    world.give(&claim.id, &Actor::System, &bounce(&claim)).await.unwrap().claim;
                world.let_pass(claim.deadline().unwrap());
                claim.id
            }
            Self::BeginContested => {
                world.holding("k", &["teams"]).await;
                world.rival_submitted("k", &ITEMS).await.id
            }
            Self::GetInLine => {
                let (_, newcomer) = world.contested(&["teams"], &ITEMS).await;
                world.clock.set(newcomer.defence_until.unwrap());
                newcomer.id
            }
            Self::TakeOverByYes | Self::LeaveTheLine => {
                world.in_line(&["teams"], &ITEMS).await.1.id
            }
            Self::LeaveToNext => world.in_line(&["teams"], &ITEMS).await.0.id,
            Self::TakeOver | Self::TakeOverByReading => {
                let (_, newcomer) = world.in_line(&["teams"], &ITEMS).await;
                let closes_at = closes_at(&newcomer);
                // Ticks have gone on meanwhile: the step has the last buckets alone to look at.
                world.clock.set(closes_at - Span::minutes(15));
                world.finalize().await;
                world.let_pass(closes_at);
                newcomer.id
            }
        }
    }

    /// The step itself, through `store`.
    pub(super) async fn act(
        self,
        world: &World,
        store: &Store,
        id: &ClaimId,
    ) -> Result<(), StoreError> {
        let (actor, command) = match self {
            Self::Submit => {
                let body = integration::fixtures::claim_body(&ITEMS);
                let made =
                    integration::world::create_on(store, "p-alpine", "k", &body, world.now()).await;
                return made.map(|_| ());
            }
            Self::CloseByReading | Self::CloseSlowlyByReading | Self::TakeOverByReading => {
                return store.claim(id, world.now()).await.map(|_| ());
            }
            Self::Close
            | Self::CloseOneByOne
            | Self::CloseSlowly
            | Self::CloseOptIn
            | Self::Settle
            | Self::GiveUpNotifying
            | Self::GiveUpReaching
            | Self::TakeOver => return finalize(world, store).await,
            Self::Begin | Self::BeginContested => (reviewer(), Command::BeginReview),
            Self::Reject => (reviewer(), reject()),
            Self::Validate => (reviewer(), validate()),
            Self::OpenWindow => (Actor::System, delivered(domain::ids::NoticeNo(1))),
            Self::Bounce => (Actor::System, failed()),
            Self::DeclineOne => (link(1), decline(&[2])),
            Self::DeclineAll | Self::Revoke => (link(1), decline_all()),
            Self::Undo => (link(1), undo_all()),
            Self::Withdraw | Self::WithdrawEarly => (alpine(), withdraw()),
            Self::End | Self::LeaveToNext => (alpine(), end(1)),
            Self::GetInLine => (operator(), grounds()),
            Self::TakeOverByYes => (contoso_admin(), accept_all()),
            Self::LeaveTheLine => (borealis(), withdraw()),
        };
        store.execute(id, &actor, &command, world.now(), None).await.map(|_| ())
    }
}

async fn finalize(world: &World, store: &Store) -> Result<(), StoreError> {
    let until = world.clock.now() + Span::seconds(40);
    for shard in store.tick().await?.due {
        store.drain(shard, until).await?;
    }
    Ok(())
}

fn bounce(claim: &Claim) -> Command {
    Command::RecordFailure { notice: claim.notice, cause: FailureCause::Bounce, others_left: false }
}

fn failed() -> Command {
    let notice = domain::ids::NoticeNo(1);
    Command::RecordFailure { notice, cause: FailureCause::Bounce, others_left: false }
}

fn end(item: u8) -> Command {
    let comment = domain::text::Comment::parse("we leave").ok();
    Command::End { item: ItemNo(item), comment }
}

async fn declined(world: &World, no: &Command) -> Claim {
    let claim = world.awaiting("k", &ITEMS).await;
    world.give(&claim.id, &link(1), no).await.unwrap().claim
}

async fn associated(world: &World) -> ClaimId {
    let claim = world.awaiting("k", &ITEMS).await;
    world.let_pass(closes_at(&claim));
    assert_eq!(world.read(&claim.id).await.status().as_str(), "associated");
    claim.id
}
