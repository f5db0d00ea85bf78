//! The function `finalize` on Lambda.

use runtime::{Clients, StartError, open_store, settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    telemetry::start_logs();
    let (table, queue) = settings::read_settings::<settings::Finalize>()?;
    let clients = Clients::load().await;
    let store = open_store(&clients, table).await;
    let app = finalize::App::new(store, clients.sqs(), queue.queue_url);
    runtime::serve_event("finalize", app, finalize::handle_event).await
}
