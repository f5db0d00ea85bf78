//! The metric line of an invocation, in the embedded metric format: printed, not sent.

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
pub(crate) async fn counted<T>(work: impl Future<Output = T>) -> (T, Values) {
    let start = RefCell::new(Values::new());
    let work = async {
        let outcome = work.await;
        (outcome, COUNTED.try_with(RefCell::take).unwrap_or_default())
    };
    COUNTED.scope(start, work).await
}

/// Changes a value, 0 to begin with. Outside an invocation there is none, and that is well.
pub(crate) fn update(metric: &'static str, change: impl FnOnce(f64) -> f64) {
    let _nobody_counts = COUNTED.try_with(|values| {
        let mut values = values.borrow_mut();
        let value = values.entry(metric).or_default();
        *value = change(*value);
    });
}

/// The line. Metrics of which one alarm hears all functions are in a directive of their own, with an empty set
/// of dimensions beside the usual one.
pub(crate) fn line(function: &str, request_id: &str, at: DateTime<Utc>, values: &Values) -> Value {
    let (of_all, of_one): (Vec<_>, Vec<_>) =
        values.keys().copied().partition(|name| metric::OF_ALL_FUNCTIONS.contains(name));
    let mut directives = vec![directive(&json!([[fields::FUNCTION]]), &of_one)];
    if !of_all.is_empty() {
        directives.push(directive(&json!([[fields::FUNCTION], []]), &of_all));
    }
    let mut line = Map::new();
    let head = json!({ "Timestamp": at.timestamp_millis(), "CloudWatchMetrics": directives });
    line.insert("_aws".to_owned(), head);
    line.insert(fields::FUNCTION.to_owned(), function.into());
    line.insert(fields::REQUEST_ID.to_owned(), request_id.into());
    line.extend(values.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())));
    Value::Object(line)
}

fn directive(dimensions: &Value, names: &[&str]) -> Value {
    let metrics: Vec<_> =
        names.iter().map(|name| json!({ "Name": name, "Unit": unit(name) })).collect();
    json!({ "Namespace": NAMESPACE, "Dimensions": dimensions, "Metrics": metrics })
}

/// The unit is in the name.
fn unit(name: &str) -> &'static str {
    if name.ends_with("_ms") {
        "Milliseconds"
    } else if name.ends_with("_seconds") {
        "Seconds"
    } else {
        "Count"
    }
}

/// Prints the line. One that cannot be printed is lost, and nothing else with it.
pub(crate) fn print(line: &Value) {
    let mut out = std::io::stdout().lock();
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}

/// Milliseconds as a metric's value, to the microsecond.
pub(crate) fn milliseconds(duration: std::time::Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

/// Every line has these two, so that a graph of them has no holes.
pub(crate) fn complete(values: &mut Values, duration_ms: f64, faults: u32) {
    values.insert(metric::DURATION_MS, duration_ms);
    *values.entry(metric::FAULTS).or_default() += f64::from(faults);
}

#[cfg(test)]
mod tests {
    use crate::telemetry;

    use super::*;

    #[tokio::test]
    async fn an_invocation_counts_for_itself() {
        let ((), values) = counted(async {
            telemetry::count(metric::EARLY_CLOSE, 1);
            telemetry::count(metric::EARLY_CLOSE, 2);
            telemetry::gauge(metric::OLDEST_DUE_SECONDS, 7.0);
            telemetry::gauge(metric::OLDEST_DUE_SECONDS, 5.0);
        })
        .await;
        assert_eq!(values.get(metric::EARLY_CLOSE), Some(&3.0));
        assert_eq!(values.get(metric::OLDEST_DUE_SECONDS), Some(&7.0));
        assert_eq!(counted(async {}).await.1, Values::new());
    }

    #[test]
    fn the_line_names_the_function_as_dimension_and_the_unit_of_every_metric() {
        let mut values = Values::new();
        complete(&mut values, 12.0, 0);
        let expected = json!({
            "_aws": {"Timestamp": 0, "CloudWatchMetrics": [{
                "Namespace": "cpor", "Dimensions": [["function"]],
                "Metrics": [
                    {"Name": "duration_ms", "Unit": "Milliseconds"}, {"Name": "faults", "Unit": "Count"},
                ],
            }]},
            "function": "claims", "request.id": "r1", "duration_ms": 12.0, "faults": 0.0,
        });
        assert_eq!(line("claims", "r1", DateTime::UNIX_EPOCH, &values), expected);
    }

    #[test]
    fn an_early_close_is_told_of_its_function_and_of_all_functions_together() {
        let values = Values::from([(metric::CLOSED, 3.0), (metric::EARLY_CLOSE, 1.0)]);
        let line = line("finalize", "r1", DateTime::UNIX_EPOCH, &values);
        let expected = json!([
            {"Namespace": "cpor", "Dimensions": [["function"]],
             "Metrics": [{"Name": "closed", "Unit": "Count"}]},
            {"Namespace": "cpor", "Dimensions": [["function"], []],
             "Metrics": [{"Name": "early_close", "Unit": "Count"}]},
        ]);
        assert_eq!(line["_aws"]["CloudWatchMetrics"], expected);
        assert_eq!((&line["closed"], &line["early_close"]), (&json!(3.0), &json!(1.0)));
    }
}
