//! The function `customer` on Lambda.

use runtime::{Clients, StartError, keys, open_store, settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let (table, secret) = settings::read::<settings::Customer>()?;
    let clients = Clients::load().await;
    let keys = keys::load(&clients.secrets(), &secret).await?;
    let store = open_store(&clients, table).await;
    let app = customer::App::new(store, keys.current_secret());
    runtime::serve_http("customer", app, customer::handle).await
}
