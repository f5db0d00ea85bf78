//! The store over the function's table.

use store::{Closing, Store, StoreConfig};

use crate::clients::{Clients, warmed};
use crate::keys::{Keys, KeysError};
use crate::settings::TableSettings;
use crate::{clock, keys};

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

/// The store of a function, and the keys in the secret of that id: two services, asked at the same time.
///
/// # Errors
/// If the keys cannot be read.
pub async fn open_store_and_keys(
    clients: &Clients,
    table: TableSettings,
    secret_id: &str,
) -> Result<(Store, Keys), KeysError> {
    let secrets = clients.secrets();
    let keys = Box::pin(keys::load(&secrets, secret_id));
    let (keys, store) = tokio::join!(keys, Box::pin(open_store(clients, table)));
    Ok((store, keys?))
}
