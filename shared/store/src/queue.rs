//! The operator's queues: a sparse index by state and time of waiting.

use domain::claim::{Claim, Instant, Status};

use crate::config::{Moment, Store};
use crate::error::StoreError;
use crate::list::{Cursor, Page};
use crate::schema;

/// A queue of the operator's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// Wait for a reviewer.
    Submitted,
    /// In review.
    InReview,
    /// Disputed.
    Disputed,
    /// On hold.
    OnHold,
    /// Nobody can be reached.
    Unreachable,
    /// Of the reviews and disputes, those whose deadline has passed.
    Overdue,
}

impl Queue {
    /// Every queue.
    pub const ALL: [Self; 6] = [
        Self::Submitted,
        Self::InReview,
        Self::Disputed,
        Self::OnHold,
        Self::Unreachable,
        Self::Overdue,
    ];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::InReview => "in_review",
            Self::Disputed => "disputed",
            Self::OnHold => "on_hold",
            Self::Unreachable => "unreachable",
            Self::Overdue => "overdue",
        }
    }

    /// The queue of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|queue| queue.as_str() == text)
    }

    fn statuses(self) -> &'static [Status] {
        match self {
            Self::Submitted => &[Status::Submitted],
            Self::InReview => &[Status::InReview],
            Self::Disputed => &[Status::Disputed],
            Self::OnHold => &[Status::OnHold],
            Self::Unreachable => &[Status::Unreachable],
            Self::Overdue => &[Status::Submitted, Status::InReview, Status::Disputed],
        }
    }

    fn takes(self, claim: &Claim, now: Instant) -> bool {
        let overdue = claim.deadline().is_none_or(|deadline| deadline <= now);
        self.statuses().contains(&claim.status()) && (self != Self::Overdue || overdue)
    }
}

impl Store {
    /// A queue of the operator's, longest waiting first.
    pub async fn queue(
        &self,
        queue: Queue,
        from: Option<&Cursor>,
        limit: u16,
        moment: Moment,
    ) -> Result<Page<Claim>, StoreError> {
        let statuses = queue.statuses();
        let begun = from.and_then(|from| from.queue);
        let first = statuses.iter().position(|status| Some(*status) == begun).unwrap_or(0);
        let mut rest = statuses.iter().skip(first);
        let Some(status) = rest.next() else { return Ok(Page { items: Vec::new(), next: None }) };
        let from = from.filter(|from| !from.sort.is_empty());
        let query = self.index(schema::QUEUE, status.as_str(), None, from);
        let (ids, next) = self.page_of(query, schema::QUEUE, i32::from(limit)).await?;
        let mut items = self.current_all(&ids, moment).await?;
        items.retain(|claim| queue.takes(claim, moment.at));
        let queue = |cursor: Cursor| Cursor { queue: Some(*status), ..cursor };
        let following = rest.next().map(|next| Cursor { queue: Some(*next), sort: String::new() });
        Ok(Page { items, next: next.map(queue).or(following) })
    }
}
