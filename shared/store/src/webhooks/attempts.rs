//! Writes of webhooks that somebody else was ahead of.

use crate::table::error::StoreError;
use crate::table::retry::pause_before_retry;

/// How often a write is decided anew that somebody else was ahead of.
pub(super) const ATTEMPTS: u32 = 6;

/// Waits before another attempt, the longer the more there were; not before the first.
pub(super) async fn pause_between(attempt: u32) {
    if attempt > 0 {
        pause_before_retry(attempt.min(3)).await;
    }
}

/// The answer where each attempt came too late.
pub(super) fn too_busy() -> StoreError {
    StoreError::Unavailable("a webhook is written by too many at once".to_owned())
}
