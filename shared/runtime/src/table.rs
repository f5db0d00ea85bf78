//! The store over the function's table, and what its errors mean to a caller.

use domain::rejection::Rejection;
use store::{Closing, Store, StoreConfig, StoreError};
use web::Failure;

use crate::clients::{Clients, warmed};
use crate::fields::metric;
use crate::settings::TableSettings;
use crate::{clock, telemetry};

/// The store of a function, its connection open.
pub async fn open_store(clients: &Clients, table: TableSettings) -> Store {
    let config = StoreConfig {
        table: table.name,
        shards: table.shards,
        operator: table.operator,
        clock: clock::raw(),
        sandbox: table.sandbox,
        closing: Closing::Batch,
    };
    let store = Store::new(clients.dynamodb(), config);
    warmed(store.check()).await;
    store
}

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
            telemetry::count(metric::EARLY_CLOSE, 1);
            telemetry::failure("A deadline was not carried out: the clock is wrong", &error);
            Failure::Unavailable
        }
        StoreError::Rejected(rejection) => rejection.into(),
        StoreError::VersionMismatch { .. } => Failure::VersionMismatch,
        StoreError::IdempotencyConflict => Failure::IdempotencyConflict,
    }
}
