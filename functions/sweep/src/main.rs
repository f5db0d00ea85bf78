//! The function `sweep` on Lambda.

use runtime::{Clients, StartError, open_store, settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let (table,) = settings::read::<settings::Sweep>()?;
    let clients = Clients::load().await;
    let store = open_store(&clients, table).await;
    runtime::serve_event("sweep", sweep::App::new(store), sweep::handle).await
}
