//! What the mail provider says about notices: a delivery to a verified recipient opens the customer's window, a
//! failure moves or voids it (`docs/domain.md §5.3`, `docs/architecture.md §4`).

#[cfg(test)]
mod fuzz;
mod record;
mod report;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use domain::rejection::Rejection;
use runtime::fields::{self, metric};
use runtime::{Invocation, InvocationError, telemetry};
use store::{Store, StoreError};
use tracing::warn;

use crate::report::MailReport;

/// What the function needs.
pub struct App {
    store: Store,
}

impl App {
    /// The function over a store.
    pub fn new(store: Store) -> Self {
        Self { store }
    }
}

/// Records the reports in the queue's messages.
///
/// # Errors
/// Never: a message that must come again is named in the answer, and the others are done with.
pub async fn handle_messages(
    app: &App,
    event: SqsEvent,
    _invocation: Invocation,
) -> Result<SqsBatchResponse, InvocationError> {
    let mut response = SqsBatchResponse::default();
    for message in event.records {
        if !process_message(app, &message).await {
            response.add_failure(message.message_id.unwrap_or_default());
        }
    }
    Ok(response)
}

/// Whether the message is done with: recorded, or of no concern to any claim.
async fn process_message(app: &App, message: &SqsMessage) -> bool {
    let Some(report) = report::read_report(message.body.as_deref().unwrap_or_default()) else {
        let id = message.message_id.as_deref().unwrap_or_default();
        warn!(
            { fields::MESSAGE_ID } = id,
            "A mail event names no recipient of a mail that is followed"
        );
        return true;
    };
    try_record(app, &report).await
}

async fn try_record(app: &App, report: &MailReport) -> bool {
    match Box::pin(record::record_report(&app.store, report)).await {
        Ok(()) => true,
        Err(error) if error.is_retryable() => {
            telemetry::add_to_metric(metric::FAULTS, 1);
            telemetry::log_failure_of(
                format_args!("claim {}", report.claim),
                "A mail event could not be recorded and comes again",
                &error,
            );
            false
        }
        Err(StoreError::Rejected(Rejection::NotFound)) => {
            warn!({ fields::CLAIM_ID } = %report.claim, "A mail event is of an unknown claim");
            true
        }
        Err(error) => {
            telemetry::add_to_metric(metric::FAULTS, 1);
            telemetry::log_failure_of(
                format_args!("claim {}", report.claim),
                "A mail event cannot be recorded",
                &error,
            );
            false
        }
    }
}
