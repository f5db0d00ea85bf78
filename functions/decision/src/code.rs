//! The code of the mail: five tries for a notice, then a lock for right and wrong codes alike
//! (`docs/domain.md §5`).

use app::ApiError;
use domain::claim::Instant;
use notice::Link;
use store::{Moment, Tries};
use web::Failure;

use crate::App;

/// Lets a right code pass while the notice is not locked, as its `tries` were read for this request. A wrong
/// or missing one is counted before it is answered; a right one writes nothing. While it is locked, no code is
/// looked at, so that the time of the answer tells nothing about it.
pub(crate) async fn check(
    app: &App,
    link: &Link,
    code: &str,
    tries: Tries,
    moment: Moment,
) -> Result<(), ApiError> {
    let locked = |until| Failure::CodeLocked { retry_after_s: wait(until, moment.at) };
    if let Tries::Locked { until } = tries {
        return Err(locked(until).into());
    }
    if link.accepts(&app.keys, code) {
        return Ok(());
    }
    match app.store.wrong_code(link.claim(), link.notice(), moment.at).await? {
        Tries::Locked { until } => Err(locked(until).into()),
        Tries::Left(tries_left) => Err(Failure::CodeWrong { tries_left }.into()),
    }
}

/// Whole seconds until the lock is over, one at least.
fn wait(until: Instant, at: Instant) -> u32 {
    let milliseconds = (until - at).num_milliseconds().max(1);
    u32::try_from(milliseconds.saturating_add(999) / 1000).unwrap_or(u32::MAX)
}
