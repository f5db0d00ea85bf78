//! A tick: two queries, and one message for each shard that is due and for whatever asks for open windows to be counted
//! again.

use runtime::fields::metric;
use runtime::{InvocationError, send_work, telemetry};

use crate::{App, WorkMessage};

pub(crate) async fn send_due_work(app: &App) -> Result<(), InvocationError> {
    let tick = app.store.find_due_work().await?;
    let oldest = tick.oldest_due.map_or(0, |age| age.num_seconds());
    telemetry::raise_metric(metric::OLDEST_DUE_SECONDS, metric_seconds(oldest));
    // What closes windows waits for nothing else.
    let shards: Vec<_> = tick.due.into_iter().map(WorkMessage::Shard).collect();
    send_work(&app.queue, &app.queue_url, &shards).await?;
    let recounts = app.store.pending_recounts().await?;
    let recounts: Vec<_> = recounts.into_iter().map(WorkMessage::Recount).collect();
    send_work(&app.queue, &app.queue_url, &recounts).await
}

/// As many as a metric can hold exactly.
fn metric_seconds(seconds: i64) -> f64 {
    f64::from(i32::try_from(seconds).unwrap_or(i32::MAX))
}
