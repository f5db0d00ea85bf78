//! What a partner is told by mail of its claims (`docs/domain.md §5.9`): that it is the partner's turn, that a claim
//! is decided, that items became official, and that associations ended. It is found by a claim before and after a
//! move, so that no way to get there is forgotten.

use serde::{Deserialize, Serialize};

use crate::actor::ActorKind;
use crate::claim::{Claim, Instant, Item, ItemStatus, Status};
use crate::codes::codes;
use crate::effects::activated_items;
use crate::event::EventType;
use crate::ids::ItemNo;
use crate::reason::EndReason;
use crate::turn::Who;

codes! {
    /// What a partner can be told by mail.
    PartnerTopic {
        /// A claim waits for the partner.
        Turn => "turn",
        /// A claim was decided.
        Decided => "decided",
        /// Items of a claim became official, by silence or a yes.
        Official => "official",
        /// Associations of the partner ended.
        Ended => "ended",
        /// Associations of the partner end in thirty days, since their term does.
        Ending => "ending",
    }
    /// What a claim that was submitted asks of its partner.
    PartnerTask {
        /// Answer a request for information.
        Answer => "answer",
        /// Name another contact, since nobody could be reached.
        CorrectContact => "correct_contact",
        /// Dispute the rejection, or let it stand.
        Dispute => "dispute",
        /// Defend items that another claim is after.
        Defend => "defend",
    }
}

impl PartnerTopic {
    /// Whether it is told at once. The others come as one mail a partner and day.
    pub fn is_told_at_once(self) -> bool {
        match self {
            Self::Turn | Self::Decided => true,
            Self::Official | Self::Ended | Self::Ending => false,
        }
    }
}

/// A task of a partner, and until when it can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenTask {
    /// What the claim asks of its partner.
    pub task: PartnerTask,
    /// The first instant at which it is too late.
    pub until: Instant,
}

/// What a move of a claim is to its partner.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PartnerNews {
    /// What the partner is told of; none: nothing.
    pub topics: Vec<PartnerTopic>,
    /// The task that came with the move, where the topics have `turn`.
    pub task: Option<OpenTask>,
    /// The items that became official.
    pub official: Vec<ItemNo>,
    /// The items whose association ended.
    pub ended: Vec<ItemNo>,
}

impl Claim {
    /// What the claim asks of its partner at `now`. A draft asks nothing: it is the partner's own.
    pub fn partner_tasks(&self, now: Instant) -> Vec<OpenTask> {
        let open = |task: PartnerTask, until: Option<Instant>| {
            let until = until.filter(|until| now < *until)?;
            Some(OpenTask { task, until })
        };
        let of_turn = self.task_of_turn().and_then(|task| open(task, self.state.runs_until()));
        let defence =
            self.defence.filter(|defence| !defence.used && self.active_items().next().is_some());
        let defend = defence.and_then(|own| open(PartnerTask::Defend, Some(own.until)));
        of_turn.into_iter().chain(defend).collect()
    }

    /// Whether the claim is decided still as that event decided it: nobody has taken a "no" back or disputed since.
    pub fn is_decided_by(&self, event: EventType) -> bool {
        match self.status() {
            Status::Rejected | Status::Declined => true,
            Status::Associated | Status::Ended => self.undecided_items().next().is_none(),
            Status::InReview => event == EventType::DisputeOverturned,
            Status::Draft
            | Status::Submitted
            | Status::ActionRequired
            | Status::Disputed
            | Status::Notifying
            | Status::Unreachable
            | Status::AwaitingCustomer
            | Status::OnHold
            | Status::Withdrawn
            | Status::Discarded => false,
        }
    }

    /// The task of the state, where the turn is the partner's.
    fn task_of_turn(&self) -> Option<PartnerTask> {
        if self.state.whose_turn() != Who::Partner {
            return None;
        }
        match self.status() {
            Status::ActionRequired => Some(PartnerTask::Answer),
            Status::Unreachable => Some(PartnerTask::CorrectContact),
            Status::Rejected => Some(PartnerTask::Dispute),
            Status::Draft
            | Status::Submitted
            | Status::InReview
            | Status::Disputed
            | Status::Notifying
            | Status::AwaitingCustomer
            | Status::OnHold
            | Status::Associated
            | Status::Declined
            | Status::Withdrawn
            | Status::Discarded
            | Status::Ended => None,
        }
    }
}

/// What the step from `old` to `new` is to the partner. What the partner did itself is no news to it.
pub fn partner_news(old: &Claim, new: &Claim) -> PartnerNews {
    let last = &new.last_event;
    if last.actor == ActorKind::Partner {
        return PartnerNews::default();
    }
    let before = old.partner_tasks(last.at);
    let task = new.partner_tasks(last.at).into_iter().find(|task| !before.contains(task));
    let (official, ended) = (activated_items(old, new), ended_items(old, new));
    let told = [
        (PartnerTopic::Turn, task.is_some()),
        (PartnerTopic::Decided, is_decided(old, new)),
        (PartnerTopic::Official, !official.is_empty()),
        (PartnerTopic::Ended, !ended.is_empty()),
    ];
    let topics = told.into_iter().filter(|(_, is_told)| *is_told).map(|(topic, _)| topic);
    PartnerNews { topics: topics.collect(), task, official, ended }
}

/// The items whose association ended with the step.
fn ended_items(old: &Claim, new: &Claim) -> Vec<ItemNo> {
    // What is renewed goes on: that its new association began is told.
    let is_ended =
        |status| matches!(status, ItemStatus::Ended { reason, .. } if reason != EndReason::Renewed);
    items_changed_to(old, new, is_ended)
}

/// Whether the step decides the claim: it is rejected, or declined, or a dispute is judged; or the last items that
/// nobody had decided are refused, while others are or were official.
fn is_decided(old: &Claim, new: &Claim) -> bool {
    let (was, is) = (old.status(), new.status());
    let is_refused = was != is && matches!(is, Status::Rejected | Status::Declined);
    let is_overturned = was == Status::Disputed && is == Status::InReview;
    let refused = |status| matches!(status, ItemStatus::Rejected | ItemStatus::Declined { .. });
    let is_last =
        new.undecided_items().next().is_none() && !items_changed_to(old, new, refused).is_empty();
    is_refused || is_overturned || is_last
}

/// The items whose status fits now, and did not before.
fn items_changed_to(old: &Claim, new: &Claim, fits: impl Fn(ItemStatus) -> bool) -> Vec<ItemNo> {
    let fitted = |no| old.find_item(no).is_some_and(|item| fits(old.item_status(item)));
    let is_new = |item: &&Item| fits(new.item_status(item)) && !fitted(item.no);
    new.items.iter().filter(is_new).map(|item| item.no).collect()
}
