//! The function `finalize` on Lambda.

use runtime::{Clients, StartError, clock, settings, telemetry, warmed};
use store::{Closing, Store, StoreConfig};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let (table, queue) = settings::read::<settings::Finalize>()?;
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
    let app = finalize::App::new(store, clients.sqs(), queue.queue_url);
    runtime::serve_event("finalize", app, finalize::handle).await
}
