//! The worker: drains the shards of the queue's messages, and stops before the function does.

use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use chrono::{DateTime, Duration, Utc};
use runtime::fields::{self, metric};
use runtime::{Invocation, telemetry};
use store::DrainReport;
use tracing::{info, warn};

use crate::{App, ShardMessage};

/// What is left for the last page and the position when no new page is begun.
const MARGIN: Duration = Duration::seconds(10);

pub(crate) async fn work(app: &App, event: SqsEvent, invocation: &Invocation) -> SqsBatchResponse {
    let until = invocation.deadline_at - MARGIN;
    let mut response = SqsBatchResponse::default();
    for message in event.records {
        if !is_done(app, &message, until).await {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = message.message_id.unwrap_or_default();
            response.batch_item_failures.push(failure);
        }
    }
    response
}

/// Whether the message is done with. One that is not comes back, and after a few times it is set
/// aside; the next tick sends its shard again in any case.
async fn is_done(app: &App, message: &SqsMessage, until: DateTime<Utc>) -> bool {
    let body = message.body.as_deref().unwrap_or_default();
    let Ok(ShardMessage { shard }) = serde_json::from_str(body) else {
        let id = message.message_id.as_deref().unwrap_or_default();
        warn!({ fields::MESSAGE_ID } = id, "A message names no shard");
        return false;
    };
    match app.store.drain_timers(shard, until).await {
        Ok(drained) => {
            report(shard, &drained);
            true
        }
        Err(error) => {
            telemetry::count(metric::FAULTS, 1);
            telemetry::failure("A shard could not be drained", &error);
            false
        }
    }
}

fn report(shard: u16, drained: &DrainReport) {
    telemetry::count(metric::CLOSED, drained.closed + drained.silenced);
    telemetry::count(metric::POISON, drained.poisoned);
    telemetry::count(metric::EARLY_CLOSE, drained.early);
    let worked = drained.closed + drained.silenced + drained.settled;
    info!(
        { fields::SHARD } = shard,
        { fields::COUNT } = worked,
        drain.reminded = drained.reminded,
        drain.stale = drained.stale,
        drain.finished = drained.finished,
        drain.leased = drained.leased,
        "A shard was drained"
    );
}
