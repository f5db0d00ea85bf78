//! The function `claims` on Lambda.

use runtime::{Clients, StartError, clock, keys, settings, telemetry, warmed};
use store::{Closing, Store, StoreConfig};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let (table, secret) = settings::read::<settings::Claims>()?;
    let clients = Clients::load().await;
    let keys = keys::load(&clients.secrets(), &secret).await?;
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
    let app = claims::App::new(store, keys.current_secret());
    runtime::serve_http("claims", app, claims::handle).await
}
