//! The function `directory` on Lambda.

use runtime::{Clients, StartError, open_store_and_keys, settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let (table, secret) = settings::read::<settings::Directory>()?;
    let clients = Clients::load().await;
    let sandbox = table.sandbox;
    let (store, keys) = open_store_and_keys(&clients, table, &secret.id).await?;
    let app = directory::App::new(store, keys.current_secret(), sandbox);
    runtime::serve_http("directory", app, directory::handle).await
}
