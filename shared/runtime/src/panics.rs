//! A panic is a fault of one invocation, not the end of the process.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use crate::fields;

/// The work has panicked; the hook has said where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the function panicked")]
pub(crate) struct WorkPanic;

/// What `work` comes to, or that it panicked. The process goes on with the next invocation: nothing
/// that could be left half done is shared between them but the SDK's clients.
pub(crate) async fn catch_panic<T>(work: impl Future<Output = T>) -> Result<T, WorkPanic> {
    let mut work = pin!(work);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
        Err(_) => Poll::Ready(Err(WorkPanic)),
    })
    .await
}

/// Has panics logged with their place and nothing else: their message may hold a value.
pub(crate) fn log_panics() {
    std::panic::set_hook(Box::new(|panic: &PanicHookInfo<'_>| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!({ fields::PANIC_PLACE } = place, "The function panicked");
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error_and_the_next_work_runs() {
        assert_eq!(catch_panic(async { panic!("on purpose") }).await, Err::<(), _>(WorkPanic));
        assert_eq!(catch_panic(async { 1 }).await, Ok(1));
    }
}
