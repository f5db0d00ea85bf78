//! What the mail provider says about notices: a delivery opens the customer's window, a bounce or a
//! complaint voids it (`docs/domain.md §5`, `docs/architecture.md §4`).

mod proof;
mod record;

use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use domain::rejection::Rejection;
use runtime::fields::{self, metric};
use runtime::{Failure, Invocation, telemetry};
use store::{Store, StoreError};
use tracing::warn;

use crate::proof::Proof;

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

/// Records the proofs in the queue's messages.
///
/// # Errors
/// Never: a message that must come again is named in the answer, and the others are done with.
pub async fn handle(
    app: &App,
    event: SqsEvent,
    _invocation: Invocation,
) -> Result<SqsBatchResponse, Failure> {
    let mut response = SqsBatchResponse::default();
    for message in event.records {
        if !is_done(app, &message).await {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = message.message_id.unwrap_or_default();
            response.batch_item_failures.push(failure);
        }
    }
    Ok(response)
}

/// Whether the message is done with: recorded, or of no concern to any claim.
async fn is_done(app: &App, message: &SqsMessage) -> bool {
    let Some(proofs) = proof::proofs(message.body.as_deref().unwrap_or_default()) else {
        let id = message.message_id.as_deref().unwrap_or_default();
        warn!({ fields::MESSAGE_ID } = id, "A mail event is not of a notice");
        return true;
    };
    let mut done = true;
    for proof in proofs {
        done &= is_recorded(app, &proof).await;
    }
    done
}

async fn is_recorded(app: &App, proof: &Proof) -> bool {
    match Box::pin(record::record(&app.store, proof)).await {
        Ok(()) => true,
        Err(error) if error.retryable() => {
            telemetry::count(metric::FAULTS, 1);
            telemetry::failure("A mail event could not be recorded and comes again", &error);
            false
        }
        Err(StoreError::Rejected(Rejection::NotFound)) => {
            warn!({ fields::CLAIM_ID } = %proof.claim, "A mail event is of an unknown claim");
            true
        }
        Err(error) => {
            telemetry::count(metric::FAULTS, 1);
            telemetry::failure("A mail event cannot be recorded", &error);
            false
        }
    }
}
