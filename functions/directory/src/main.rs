//! The function `directory` on Lambda.

use runtime::{Clients, StartError, open_store, settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let (table,) = settings::read::<settings::Directory>()?;
    let clients = Clients::load().await;
    let sandbox = table.sandbox;
    let store = open_store(&clients, table).await;
    let app = directory::App::new(store, sandbox);
    runtime::serve_http("directory", app, directory::handle).await
}
