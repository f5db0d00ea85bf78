//! The function `sweep` on Lambda.

use runtime::{Bus, Clients, StartError, open_store, settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    telemetry::start_logs();
    let (table, bus) = settings::read_settings::<settings::Sweep>()?;
    let clients = Clients::load().await;
    let store = open_store(&clients, table).await;
    let bus = Bus::new(clients.eventbridge(), bus.name);
    runtime::serve_event("sweep", sweep::App::new(store, bus), sweep::handle_records).await
}
