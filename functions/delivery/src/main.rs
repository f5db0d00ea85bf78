//! The function `delivery` on Lambda.

use runtime::{Clients, StartError, clock, settings, telemetry, warmed};
use store::{Closing, Store, StoreConfig};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let (table,) = settings::read::<settings::Delivery>()?;
    let clients = Clients::load().await;
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
    let app = delivery::App::new(store);
    runtime::serve_event("delivery", app, delivery::handle).await
}
