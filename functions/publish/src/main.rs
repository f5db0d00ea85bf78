//! The function `publish` on Lambda.

use runtime::{Bus, Clients, StartError, open_store, settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    telemetry::start_logs();
    let (table, bus, park) = settings::read_settings::<settings::Publish>()?;
    let clients = Clients::load().await;
    let store = open_store(&clients, table).await;
    let bus = Bus::new(clients.eventbridge(), bus.name);
    let parking = publish::Parking::new(clients.sqs(), park.queue_url);
    let app = publish::App::new(store, bus, parking);
    runtime::serve_event("publish", app, publish::handle_records).await
}
