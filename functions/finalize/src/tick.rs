//! A tick: two queries, and one message for each shard that is due and for whatever asks for open windows to be counted
//! again.

use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use runtime::InvocationError;
use runtime::fields::metric;
use runtime::telemetry;

use crate::{App, WorkMessage};

/// How many messages one call may send.
const BATCH: usize = 10;

pub(crate) async fn send_due_work(app: &App) -> Result<(), InvocationError> {
    let tick = app.store.find_due_work().await?;
    let oldest = tick.oldest_due.map_or(0, |age| age.num_seconds());
    telemetry::raise_metric(metric::OLDEST_DUE_SECONDS, metric_seconds(oldest));
    // What closes windows waits for nothing else.
    send_all(app, tick.due.into_iter().map(WorkMessage::Shard).collect()).await?;
    let recounts = app.store.pending_recounts().await?;
    send_all(app, recounts.into_iter().map(WorkMessage::Recount).collect()).await
}

async fn send_all(app: &App, messages: Vec<WorkMessage>) -> Result<(), InvocationError> {
    for some in messages.chunks(BATCH) {
        send_messages(app, some).await?;
    }
    Ok(())
}

/// As many as a metric can hold exactly.
fn metric_seconds(seconds: i64) -> f64 {
    f64::from(i32::try_from(seconds).unwrap_or(i32::MAX))
}

async fn send_messages(app: &App, messages: &[WorkMessage]) -> Result<(), InvocationError> {
    let entries = messages.iter().enumerate().map(|(no, message)| batch_entry(no, *message));
    let entries = entries.collect::<Result<Vec<_>, InvocationError>>()?;
    let call = app.queue.send_message_batch().queue_url(&app.queue_url).set_entries(Some(entries));
    let answer = call.send().await?;
    if answer.failed.is_empty() {
        return Ok(());
    }
    Err(InvocationError::new("not all of the work got its message"))
}

fn batch_entry(
    no: usize,
    message: WorkMessage,
) -> Result<SendMessageBatchRequestEntry, InvocationError> {
    let body = serde_json::to_string(&message)?;
    let entry = SendMessageBatchRequestEntry::builder().id(no.to_string()).message_body(body);
    Ok(entry.build()?)
}
