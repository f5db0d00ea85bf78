//! The function `delivery` on Lambda.

use runtime::{Clients, StartError, open_store, settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    telemetry::start_logs();
    let (table,) = settings::read_settings::<settings::Delivery>()?;
    let clients = Clients::load().await;
    let store = open_store(&clients, table).await;
    let app = delivery::App::new(store);
    runtime::serve_event("delivery", app, delivery::handle_messages).await
}
