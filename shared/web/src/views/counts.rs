//! How much there is: of a partner's claims, and of what waits for the operator.

use std::collections::BTreeMap;

use domain::claim::Status;
use serde::Serialize;
use utoipa::ToSchema;

use crate::views::{ClaimView, ListView};
use crate::words::{StatusWord, Word};

/// How many claims a partner has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClaimCountsView {
    /// How many wait for the partner: as many as `GET /v1/claims?turn=partner` lists, some seconds late.
    #[schema(example = 3)]
    pub waiting: u32,
    /// How many stand in each status, every status once.
    pub statuses: Vec<StatusCountView>,
    /// Whether every claim was looked at. `false`: of those that were submitted the newest 2,000 were, and a count of
    /// a status other than `draft` and `discarded` says how many at least.
    pub complete: bool,
}

/// How many claims stand in a status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StatusCountView {
    /// The status in which they stand.
    pub status: StatusWord,
    /// How many claims stand in it.
    #[schema(example = 2)]
    pub count: u32,
}

impl ClaimCountsView {
    /// The view of these counts; a status that is not among them has none.
    pub fn of(waiting: u32, by_status: &BTreeMap<Status, u32>, complete: bool) -> Self {
        let count = |status: &Status| StatusCountView {
            status: Word(*status),
            count: by_status.get(status).copied().unwrap_or(0),
        };
        Self { waiting, statuses: Status::ALL.iter().map(count).collect(), complete }
    }
}

/// How much waits for the operator, whatever the list asks for: by the state in which it waits, some seconds late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct QueueTotalsView {
    /// How many claims wait for a review to begin.
    #[schema(example = 3)]
    pub submitted: u32,
    /// How many are in review.
    #[schema(example = 1)]
    pub in_review: u32,
    /// How many rejections are disputed.
    #[schema(example = 0)]
    pub disputed: u32,
    /// How many claims are on hold.
    #[schema(example = 0)]
    pub on_hold: u32,
    /// Of how many claims nobody at the customer can be reached.
    #[schema(example = 0)]
    pub unreachable: u32,
}

impl QueueTotalsView {
    /// The view of these totals.
    pub fn of(totals: &BTreeMap<Status, u32>) -> Self {
        let of = |status| totals.get(&status).copied().unwrap_or(0);
        Self {
            submitted: of(Status::Submitted),
            in_review: of(Status::InReview),
            disputed: of(Status::Disputed),
            on_hold: of(Status::OnHold),
            unreachable: of(Status::Unreachable),
        }
    }
}

/// A page of what waits for the operator.
#[derive(Debug, Clone, Serialize)]
pub struct QueueView<'a> {
    /// The page of claims, with the cursor of the next one.
    #[serde(flatten)]
    pub list: ListView<'a, ClaimView>,
    /// How much waits; on the first page alone.
    pub totals: Option<QueueTotalsView>,
}
