//! The function `review` on Lambda.

use runtime::{Clients, StartError, open_store_and_keys, settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let (table, secret) = settings::read::<settings::Review>()?;
    let clients = Clients::load().await;
    let (store, keys) = open_store_and_keys(&clients, table, &secret).await?;
    let app = review::App::new(store, keys.current_secret());
    runtime::serve_http("review", app, review::handle).await
}
