//! What an error of the store means to a caller.

use domain::rejection::Rejection;
use runtime::telemetry;
use store::StoreError;
use web::Failure;

/// The answer to an error of the store. What is a fault of ours is logged here, once; a caller
/// learns nothing of it but when to come again.
pub fn failed(error: StoreError) -> Failure {
    match error {
        StoreError::Rejected(Rejection::MissingFact(_))
        | StoreError::Unavailable(_)
        | StoreError::Corrupt(_) => {
            telemetry::failure("A request could not be answered", &error);
            Failure::Unavailable
        }
        StoreError::ClockUntrusted => {
            telemetry::failure("A deadline was not carried out: the clock is wrong", &error);
            Failure::Unavailable
        }
        StoreError::Rejected(rejection) => rejection.into(),
        StoreError::VersionMismatch { .. } => Failure::VersionMismatch,
        StoreError::IdempotencyConflict => Failure::IdempotencyConflict,
    }
}
