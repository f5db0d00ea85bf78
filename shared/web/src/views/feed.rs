//! What happened, as a program reads it.

use domain::history::ToldEvent;
use domain::time::format_rfc3339;
use serde::Serialize;
use utoipa::ToSchema;

use crate::words::{StatusWord, ToldEventWord, Word};

/// A page of what happened to the claims that the caller may know of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FeedView {
    /// The events, in the order in which they were written: of one claim its versions ascend. One may be there twice.
    #[schema(max_items = 100)]
    pub items: Vec<FeedEventView>,
    /// The `after` of the next request: behind the last event that was looked at. Never `null`.
    #[schema(example = "q83vEjRWeJCrze8SNFZ4kHsicyI6IjE3In0")]
    pub next_cursor: String,
    /// Whether there is more to read already. If not, ask again after some seconds.
    pub more: bool,
}

/// An event of a claim, without people, texts and addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FeedEventView {
    /// The event: the claim's id, a hyphen and the version. An event that is told twice has the same id.
    pub id: String,
    /// The claim that it happened to.
    pub claim_id: String,
    /// The version of the claim that the event led to.
    #[schema(minimum = 1)]
    pub version: u32,
    /// What happened to the claim, as its history tells the same reader.
    #[serde(rename = "type")]
    #[schema(value_type = ToldEventWord)]
    pub event_type: String,
    /// The moment of the event.
    #[schema(format = DateTime)]
    pub at: String,
    /// Where the claim stood after the event; `null` where the reader is not told what happened.
    #[schema(required)]
    pub status: Option<StatusWord>,
    /// The numbers of the items whose status changed.
    pub items: Vec<u8>,
}

impl FeedEventView {
    /// The view of an event.
    pub fn of(event: &ToldEvent) -> Self {
        Self {
            id: format!("{}-{}", event.claim, event.version),
            claim_id: event.claim.to_string(),
            version: event.version.0,
            event_type: event.event_type.clone(),
            at: format_rfc3339(event.at),
            status: event.status.map(Word),
            items: event.items.iter().map(|no| no.0).collect(),
        }
    }
}
