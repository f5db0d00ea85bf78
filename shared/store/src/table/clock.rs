//! The time of a request: the function's own clock, and the offset of the test clock, which is stored and
//! read strongly at the start of each invocation.

use chrono::Duration;
use domain::claim::Instant;

use super::attributes::{Attributes, Reader, item_key, whole_millis};
use super::config::Store;
use super::error::StoreError;
use super::keys;

const OFFSET: &str = "o";

/// When a command happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestTime {
    /// The moment of the command: the gateway's arrival stamp, on the test clock.
    pub at: Instant,
    /// How far the test clock is ahead of the real one.
    pub offset: Duration,
}

impl RequestTime {
    /// The moment of a command that arrived at `arrived_at` by the real clock.
    pub fn new(arrived_at: Instant, offset: Duration) -> Self {
        Self { at: whole_millis(arrived_at + offset), offset }
    }
}

impl Store {
    /// The function's own clock, which the test clock does not move.
    pub fn system_time(&self) -> Instant {
        whole_millis((self.config.clock)())
    }

    /// How far the test clock is ahead; zero, without a read, where there is none.
    pub(crate) async fn clock_offset(&self) -> Result<Duration, StoreError> {
        if !self.config.sandbox {
            return Ok(Duration::zero());
        }
        match self.get_item(item_key(keys::SYSTEM, keys::CLOCK)).await? {
            Some(item) => read_offset(&item),
            None => Ok(Duration::zero()),
        }
    }

    /// The present moment, for work that has no arrival stamp.
    pub async fn present_time(&self) -> Result<RequestTime, StoreError> {
        self.request_time(self.system_time()).await
    }

    /// The moment of what arrived at `arrived_at` by the real clock.
    pub async fn request_time(&self, arrived_at: Instant) -> Result<RequestTime, StoreError> {
        Ok(RequestTime::new(arrived_at, self.clock_offset().await?))
    }
}

/// The offset among the items of the system's partition.
pub(crate) fn find_offset(sandbox: bool, items: &[Attributes]) -> Result<Duration, StoreError> {
    let is_clock = |item: &&Attributes| {
        item.get("sk").and_then(|sk| sk.as_s().ok()).is_some_and(|sk| sk == keys::CLOCK)
    };
    match items.iter().find(is_clock) {
        Some(item) if sandbox => read_offset(item),
        Some(_) | None => Ok(Duration::zero()),
    }
}

/// The offset of the test clock's item.
pub(crate) fn read_offset(item: &Attributes) -> Result<Duration, StoreError> {
    Ok(Duration::milliseconds(Reader::new("test clock", item).read_number(OFFSET)?))
}
