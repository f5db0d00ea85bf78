//! What an invocation counted and measured, as one line; in it, in the embedded metric format, what an alarm reads:
//! printed, not sent.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Write as _;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::fields::{self, metric};

const NAMESPACE: &str = "cpor";

/// Values by the name of their metric.
pub(crate) type Values = BTreeMap<&'static str, f64>;

tokio::task_local! {
    /// What the running invocation has counted.
    static COUNTED: RefCell<Values>;
}

/// Runs `work`; gives what it came to and what was counted in it.
pub(crate) async fn count_work<T>(work: impl Future<Output = T>) -> (T, Values) {
    let start = RefCell::new(Values::new());
    let work = async {
        let outcome = work.await;
        (outcome, COUNTED.try_with(RefCell::take).unwrap_or_default())
    };
    COUNTED.scope(start, work).await
}

/// Changes a value, 0 to begin with. Outside an invocation there is none, and that is well.
pub(crate) fn update_value(metric: &'static str, change: impl FnOnce(f64) -> f64) {
    let _nobody_counts = COUNTED.try_with(|values| {
        let mut values = values.borrow_mut();
        let value = values.entry(metric).or_default();
        *value = change(*value);
    });
}

/// Whose a line is.
pub(crate) struct Origin {
    pub(crate) stack: String,
    pub(crate) function: &'static str,
}

/// The line: all values as fields, and those that an alarm reads as metrics of the stack, whichever function
/// counted them.
pub(crate) fn metrics_line(
    origin: &Origin,
    request_id: &str,
    at: DateTime<Utc>,
    values: &Values,
) -> Value {
    let mut line = Map::new();
    let alarmed: Vec<_> =
        values.keys().copied().filter(|name| metric::ALARMED.contains(name)).collect();
    if !alarmed.is_empty() {
        let directives = json!([metric_directive(&alarmed)]);
        let head = json!({ "Timestamp": at.timestamp_millis(), "CloudWatchMetrics": directives });
        line.insert("_aws".to_owned(), head);
    }
    line.insert(fields::STACK.to_owned(), origin.stack.as_str().into());
    line.insert(fields::FUNCTION.to_owned(), origin.function.into());
    line.insert(fields::REQUEST_ID.to_owned(), request_id.into());
    line.extend(values.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())));
    Value::Object(line)
}

fn metric_directive(names: &[&str]) -> Value {
    let metrics: Vec<_> =
        names.iter().map(|name| json!({ "Name": name, "Unit": metric_unit(name) })).collect();
    json!({ "Namespace": NAMESPACE, "Dimensions": [[fields::STACK]], "Metrics": metrics })
}

/// The unit is in the name.
fn metric_unit(name: &str) -> &'static str {
    if name.ends_with("_seconds") { "Seconds" } else { "Count" }
}

/// Prints the line. One that cannot be printed is lost, and nothing else with it.
pub(crate) fn print_line(line: &Value) {
    let mut out = std::io::stdout().lock();
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}

/// Milliseconds as a metric's value, to the microsecond.
pub(crate) fn to_milliseconds(duration: std::time::Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

/// Every line has these two.
pub(crate) fn complete_values(values: &mut Values, duration_ms: f64, faults: u32) {
    values.insert(metric::DURATION_MS, duration_ms);
    *values.entry(metric::FAULTS).or_default() += f64::from(faults);
}

#[cfg(test)]
mod tests {
    use crate::telemetry;

    use super::*;

    #[tokio::test]
    async fn an_invocation_counts_for_itself() {
        let ((), values) = count_work(async {
            telemetry::add_to_metric(metric::EARLY_CLOSE, 1);
            telemetry::add_to_metric(metric::EARLY_CLOSE, 2);
            telemetry::raise_metric(metric::OLDEST_DUE_SECONDS, 7.0);
            telemetry::raise_metric(metric::OLDEST_DUE_SECONDS, 5.0);
        })
        .await;
        assert_eq!(values.get(metric::EARLY_CLOSE), Some(&3.0));
        assert_eq!(values.get(metric::OLDEST_DUE_SECONDS), Some(&7.0));
        assert_eq!(count_work(async {}).await.1, Values::new());
    }

    const FINALIZE: fn() -> Origin = || Origin { stack: "cpor".to_owned(), function: "finalize" };

    #[test]
    fn what_an_alarm_reads_is_a_metric_of_the_stack_and_all_other_values_are_fields_beside_it() {
        let mut values = Values::from([(metric::CLOSED, 3.0), (metric::EARLY_CLOSE, 1.0)]);
        values.insert(metric::OLDEST_DUE_SECONDS, 7.0);
        complete_values(&mut values, 12.0, 0);
        let expected = json!({
            "_aws": {"Timestamp": 0, "CloudWatchMetrics": [{
                "Namespace": "cpor", "Dimensions": [["stack"]],
                "Metrics": [
                    {"Name": "early_close", "Unit": "Count"},
                    {"Name": "oldest_due_seconds", "Unit": "Seconds"},
                ],
            }]},
            "stack": "cpor", "function": "finalize", "request.id": "r1", "duration_ms": 12.0,
            "faults": 0.0, "closed": 3.0, "early_close": 1.0, "oldest_due_seconds": 7.0,
        });
        assert_eq!(metrics_line(&FINALIZE(), "r1", DateTime::UNIX_EPOCH, &values), expected);
    }

    #[test]
    fn a_line_without_anything_that_an_alarm_reads_makes_no_metric() {
        let mut values = Values::new();
        complete_values(&mut values, 12.0, 1);
        let line = metrics_line(&FINALIZE(), "r1", DateTime::UNIX_EPOCH, &values);
        assert_eq!((&line["faults"], line.get("_aws")), (&json!(1.0), None));
    }
}
