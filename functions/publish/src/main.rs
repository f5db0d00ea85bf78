//! The function `publish` on Lambda.

use runtime::{Clients, StartError, clock, settings, telemetry, warmed};
use store::{Closing, Store, StoreConfig};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let (table, bus, park) = settings::read::<settings::Publish>()?;
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
    let bus = publish::Bus::new(clients.eventbridge(), bus.name);
    let parking = publish::Parking::new(clients.sqs(), park.queue_url);
    let app = publish::App::new(store, bus, parking);
    runtime::serve_event("publish", app, publish::handle).await
}
