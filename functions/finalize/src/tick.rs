//! A tick: one query, and one message for each shard that is due.

use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use runtime::Failure;
use runtime::fields::metric;
use runtime::telemetry;

use crate::{App, ShardMessage};

/// How many messages one call may send.
const BATCH: usize = 10;

pub(crate) async fn tick(app: &App) -> Result<(), Failure> {
    let tick = app.store.tick().await?;
    let oldest = tick.oldest_due.map_or(0, |age| age.num_seconds());
    telemetry::gauge(metric::OLDEST_DUE_SECONDS, seconds(oldest));
    for shards in tick.due.chunks(BATCH) {
        send(app, shards).await?;
    }
    Ok(())
}

/// As many as a metric can hold exactly.
fn seconds(seconds: i64) -> f64 {
    f64::from(i32::try_from(seconds).unwrap_or(i32::MAX))
}

async fn send(app: &App, shards: &[u16]) -> Result<(), Failure> {
    let entries = shards.iter().map(|shard| entry(*shard)).collect::<Result<Vec<_>, Failure>>()?;
    let call = app.queue.send_message_batch().queue_url(&app.queue_url).set_entries(Some(entries));
    let answer = call.send().await?;
    if answer.failed.is_empty() {
        return Ok(());
    }
    Err(Failure::new("not every due shard got its message"))
}

fn entry(shard: u16) -> Result<SendMessageBatchRequestEntry, Failure> {
    let body = serde_json::to_string(&ShardMessage { shard })?;
    let entry = SendMessageBatchRequestEntry::builder().id(shard.to_string()).message_body(body);
    Ok(entry.build()?)
}
