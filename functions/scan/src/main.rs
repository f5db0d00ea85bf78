//! The function `scan` on Lambda.

use runtime::{Clients, StartError, open_store, settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    telemetry::start_logs();
    let (table, documents) = settings::read_settings::<settings::Scan>()?;
    let clients = Clients::load().await;
    let store = open_store(&clients, table).await;
    let bucket = scan::DocumentBucket::new(clients.s3(), documents.bucket);
    Box::pin(runtime::serve_event("scan", scan::App::new(store, bucket), scan::handle_event)).await
}
