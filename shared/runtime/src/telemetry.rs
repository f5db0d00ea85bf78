//! Logs as JSON lines with dotted fields ([`crate::fields`]), and the invocation's metric line.
//!
//! A message can be read alone. A failure is logged once, where it is handled. Nothing personal is
//! logged: no bodies, tokens, codes or addresses.

use std::error::Error;
use std::fmt::Display;

use store::StoreError;
use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::fields::metric;
use crate::{fields, metrics, panics};

/// Starts the logs: the first thing a function does. A second start changes nothing.
pub fn start_logs() {
    if json_lines(std::io::stdout).try_init().is_ok() {
        panics::log_panics();
    }
}

/// Log lines, as JSON. The request is the span's, so that no message has to name it.
fn json_lines<W>(writer: W) -> impl Subscriber
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_span_list(false)
        .with_target(false)
        .with_writer(writer);
    tracing_subscriber::registry().with(log_levels()).with(lines)
}

/// The runtime library would log a handler's failures and panics a second time, in its own words.
fn log_levels() -> Targets {
    Targets::new()
        .with_default(LevelFilter::INFO)
        .with_target("lambda_runtime", LevelFilter::ERROR)
        .with_target("lambda_runtime::layers::panic", LevelFilter::OFF)
        .with_target("aws_config", LevelFilter::WARN)
}

/// Logs a failure, once, where it is handled. A close that the clock check refused is counted.
pub fn log_failure(message: &'static str, error: &(dyn Error + 'static)) {
    count_early_close(error);
    tracing::error!({ fields::ERROR_CHAIN } = error_chain(error), "{message}");
}

/// The same of work that no request asked for, with what it was about, such as `claim 01J…` or `message 7f3c…`.
pub fn log_failure_of(subject: impl Display, message: &'static str, error: &(dyn Error + 'static)) {
    count_early_close(error);
    let chain = error_chain(error);
    tracing::error!({ fields::SUBJECT } = %subject, { fields::ERROR_CHAIN } = chain, "{message}");
}

fn count_early_close(error: &(dyn Error + 'static)) {
    if let Some(StoreError::ClockUntrusted) = error.downcast_ref() {
        add_to_metric(metric::EARLY_CLOSE, 1);
    }
}

/// Counts a reason by its code. The line names nothing else, so that no count leads back to a party.
pub fn log_reason(code: &'static str) {
    tracing::info!({ fields::REASON_CODE } = code, "A reason was given");
}

/// An error and its causes in their own words, outermost first. Not `Debug`: the SDK's errors
/// would print the item that failed a condition.
pub fn error_chain(error: &(dyn Error + 'static)) -> String {
    let mut texts = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        texts.push(error.to_string());
        cause = error.source();
    }
    texts.dedup();
    texts.join(": ")
}

/// Adds to a metric of this invocation; outside one, nothing.
pub fn add_to_metric(metric: &'static str, more: u32) {
    metrics::update_value(metric, |value| value + f64::from(more));
}

/// Sets a metric of this invocation, where the highest value counts; outside one, nothing.
pub fn raise_metric(metric: &'static str, value: f64) {
    metrics::update_value(metric, |before| before.max(value));
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot read the claim")]
    struct Unread(#[source] std::fmt::Error);

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// The one line that `work` logs.
    fn logged(work: impl FnOnce()) -> Value {
        let written = Lines::default();
        let writer = written.clone();
        tracing::subscriber::with_default(json_lines(move || writer.clone()), work);
        let bytes = written.0.lock().unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    #[test]
    fn a_line_is_json_with_dotted_fields_beside_the_message_and_the_request_in_its_span() {
        let line = logged(|| {
            let span = tracing::info_span!("invocation", { fields::REQUEST_ID } = "r1");
            let _entered = span.enter();
            tracing::info!({ fields::CLAIM_ID } = "c1", "Claim closed");
        });
        assert_eq!((&line["level"], &line["message"]), (&json!("INFO"), &json!("Claim closed")));
        assert_eq!((&line["claim.id"], &line["span"]["request.id"]), (&json!("c1"), &json!("r1")));
    }

    #[test]
    fn a_reason_is_counted_by_its_code_alone() {
        let line = logged(|| log_reason("not_our_partner"));
        let named: Vec<_> = line.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(named, ["level", "message", "reason.code", "timestamp"]);
        assert_eq!(line["reason.code"], "not_our_partner");
    }

    #[tokio::test]
    async fn a_close_that_the_clock_check_refused_is_counted_and_no_other_failure() {
        let ((), values) = metrics::count_work(async {
            log_failure("A shard could not be drained", &StoreError::ClockUntrusted);
            log_failure("A shard could not be drained", &StoreError::Unavailable(String::new()));
            log_failure("The queue was not read", &Unread(std::fmt::Error));
        })
        .await;
        assert_eq!(values.get(metric::EARLY_CLOSE), Some(&1.0));
    }

    #[test]
    fn an_error_is_logged_with_its_causes() {
        let line = logged(|| log_failure("The queue was not read", &Unread(std::fmt::Error)));
        assert_eq!(
            (&line["level"], &line["message"]),
            (&json!("ERROR"), &json!("The queue was not read"))
        );
        let chain = line["error.chain"].as_str().unwrap();
        assert!(chain.starts_with("cannot read the claim: an error occurred"), "{chain}");
    }
}
