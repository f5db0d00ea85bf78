//! The function `root` on Lambda.

use runtime::{Bus, Clients, RootBucket, StartError, clock, open_store, settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    telemetry::start_logs();
    let (table, bus, documents) = settings::read_settings::<settings::Root>()?;
    let clients = Clients::load().await;
    let store = open_store(&clients, table).await;
    let roots = RootBucket::new(clients.s3(), documents.bucket);
    let bus = Bus::new(clients.eventbridge(), bus.name);
    let app = root::App::new(store, roots, bus, clock::system_clock());
    runtime::serve_event("root", app, root::handle_event).await
}
