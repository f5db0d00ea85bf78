//! Waiting before a call is tried again.

use std::time::Duration;

/// Waits before the next attempt: longer each time, and never all at once.
pub(crate) async fn pause_before_retry(attempt: u32) {
    let longest = 20_u64 << attempt.min(5);
    tokio::time::sleep(Duration::from_millis(fastrand::u64(longest / 2..=longest))).await;
}
