//! The store over the function's table, and what its errors mean to a caller.

use domain::rejection::Rejection;
use store::{Closing, Store, StoreConfig, StoreError};
use web::Failure;

use crate::clients::{Clients, warmed};
use crate::keys::{Keys, KeysError};
use crate::settings::{SecretSettings, TableSettings};
use crate::{clock, keys, telemetry};

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

/// The store of a function, and the keys: two services, asked at the same time.
///
/// # Errors
/// If the keys cannot be read.
pub async fn open_store_and_keys(
    clients: &Clients,
    table: TableSettings,
    secret: &SecretSettings,
) -> Result<(Store, Keys), KeysError> {
    let secrets = clients.secrets();
    let keys = Box::pin(keys::load(&secrets, secret));
    let (keys, store) = tokio::join!(keys, Box::pin(open_store(clients, table)));
    Ok((store, keys?))
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
            telemetry::failure("A deadline was not carried out: the clock is wrong", &error);
            Failure::Unavailable
        }
        StoreError::Rejected(rejection) => rejection.into(),
        StoreError::VersionMismatch { .. } => Failure::VersionMismatch,
        StoreError::IdempotencyConflict => Failure::IdempotencyConflict,
    }
}
