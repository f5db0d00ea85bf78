//! The store over the function's table.

use std::convert::Infallible;
use std::fmt::Display;

use store::{MailboxKeys, Store, StoreConfig};

use crate::clients::{Clients, warm_up};
use crate::key_ring::KeyRing;
use crate::keys::{Keys, KeysError};
use crate::settings::TableSettings;
use crate::{clock, keys};

/// The store of a function, its connection open.
pub async fn open_store(clients: &Clients, table: TableSettings) -> Store {
    let config = StoreConfig {
        counting_data: domain::calendar::counting_data(),
        table: table.name,
        shards: table.shards,
        operator: table.operator,
        clock: clock::system_clock(),
        sandbox: table.sandbox,
        closing: table.closing,
    };
    let store = Store::new(clients.dynamodb(), config);
    warm_up(store.check_table()).await;
    store
}

/// The store of a function, and what `make` makes of the keys in the secret of that id: two services, asked at the same
/// time.
///
/// # Errors
/// If the keys cannot be read, or cannot serve.
pub async fn open_store_and_ring<T: Send + 'static, E: Display + 'static>(
    clients: &Clients,
    table: TableSettings,
    secret_id: &str,
    make: fn(&Keys) -> Result<T, E>,
) -> Result<(Store, KeyRing<T>), KeysError> {
    let secrets = clients.secrets();
    let keys = Box::pin(keys::load_keys(&secrets, secret_id));
    let (keys, store) = tokio::join!(keys, Box::pin(open_store(clients, table)));
    let ring = KeyRing::of_secret(&keys?, secrets.clone(), secret_id, make, clock::system_clock())?;
    Ok((store, ring))
}

/// The keys of mailboxes in the secret of that id.
///
/// # Errors
/// If the keys cannot be read.
pub async fn open_mailbox_ring(
    clients: &Clients,
    secret_id: &str,
) -> Result<KeyRing<MailboxKeys>, KeysError> {
    let secrets = clients.secrets();
    let keys = Box::pin(keys::load_keys(&secrets, secret_id)).await?;
    let clock = clock::system_clock();
    KeyRing::of_secret(&keys, secrets, secret_id, mailbox_keys, clock)
}

/// What names mailboxes by the keys of a secret.
///
/// # Errors
/// None: keys that were read can always serve.
pub fn mailbox_keys(keys: &Keys) -> Result<MailboxKeys, Infallible> {
    Ok(MailboxKeys::new(keys.current_secret(), keys.secrets.values().map(Vec::as_slice)))
}
