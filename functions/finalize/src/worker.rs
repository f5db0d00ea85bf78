//! The worker: does what the queue's messages ask for, and stops before the function does.

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use chrono::{DateTime, Duration, Utc};
use runtime::fields::{self, metric};
use runtime::{Invocation, telemetry};
use store::{DrainReport, RecountCause, RecountReport, StoreError};
use tracing::{info, warn};

use crate::{App, WorkMessage};

/// What is left for the last page and the position when no new page is begun.
const MARGIN: Duration = Duration::seconds(10);

pub(crate) async fn process_messages(
    app: &App,
    event: SqsEvent,
    invocation: &Invocation,
) -> SqsBatchResponse {
    let until = invocation.deadline_at - MARGIN;
    let mut response = SqsBatchResponse::default();
    for message in event.records {
        if !process_message(app, &message, until).await {
            response.add_failure(message.message_id.unwrap_or_default());
        }
    }
    response
}

/// Whether the message is done with. One that is not comes back, and after a few times it is set
/// aside; the next tick sends its work again in any case.
async fn process_message(app: &App, message: &SqsMessage, until: DateTime<Utc>) -> bool {
    let body = message.body.as_deref().unwrap_or_default();
    let done = match serde_json::from_str(body) {
        Ok(WorkMessage::Shard(shard)) => drain_shard(app, shard, until).await,
        Ok(WorkMessage::Recount(cause)) => Box::pin(recount_windows(app, cause, until)).await,
        Err(_) => {
            let id = message.message_id.as_deref().unwrap_or_default();
            warn!({ fields::MESSAGE_ID } = id, "A message names no work");
            return false;
        }
    };
    if let Err(error) = &done {
        telemetry::add_to_metric(metric::FAULTS, 1);
        let id = message.message_id.as_deref().unwrap_or_default();
        telemetry::log_failure_of(
            format_args!("message {id}"),
            "The work of a message could not be done",
            error,
        );
    }
    done.is_ok()
}

async fn drain_shard(app: &App, shard: u16, until: DateTime<Utc>) -> Result<(), StoreError> {
    let drained = app.store.drain_timers(shard, until).await?;
    report_drain(shard, &drained);
    Ok(())
}

async fn recount_windows(
    app: &App,
    cause: RecountCause,
    until: DateTime<Utc>,
) -> Result<(), StoreError> {
    let recounted = app.store.recount_windows(cause, until).await?;
    report_recount(cause, &recounted);
    Ok(())
}

fn report_recount(cause: RecountCause, recounted: &RecountReport) {
    telemetry::add_to_metric(metric::POISON, recounted.passed);
    info!(
        recount.cause = %cause,
        { fields::CLAIMS_SEEN } = recounted.seen,
        { fields::CLAIMS_CHANGED } = recounted.changed,
        recount.finished = recounted.finished,
        recount.leased = recounted.leased,
        "Windows were counted again"
    );
}

fn report_drain(shard: u16, drained: &DrainReport) {
    telemetry::add_to_metric(metric::CLOSED, drained.closed + drained.silenced);
    telemetry::add_to_metric(metric::POISON, drained.poisoned);
    telemetry::add_to_metric(metric::EARLY_CLOSE, drained.early);
    telemetry::add_to_metric(metric::CLOSING_FALLBACK, drained.fallbacks);
    telemetry::add_to_metric(metric::PROOFS_MISSING, drained.proofs_missing);
    let worked = drained.closed + drained.silenced + drained.settled;
    info!(
        { fields::SHARD } = shard,
        { fields::COUNT } = worked,
        drain.reminded = drained.reminded,
        drain.erased = drained.erased,
        drain.stale = drained.stale,
        drain.stuck = drained.stuck,
        drain.finished = drained.finished,
        drain.leased = drained.leased,
        "A shard was drained"
    );
}
