//! The function `webhooks` on Lambda.

use runtime::{Clients, StartError, open_store, settings, telemetry};
use webhooks::{Connector, Queues};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    telemetry::start_logs();
    let (table, sign_in, queues) = settings::read_settings::<settings::Webhooks>()?;
    let clients = Clients::load().await;
    let store = open_store(&clients, table).await;
    let queues = Queues::new(clients.sqs(), queues.webhooks_url, queues.reminders_url);
    // Names of the public internet, by the system's resolver and authorities: nothing here can be set.
    let connector = Connector::public();
    let app = webhooks::App::new(store, app::app_clients(sign_in), queues, connector);
    let (requests, events) = (webhooks::handle_request, webhooks::handle_event);
    runtime::serve_requests_and_events("webhooks", app, requests, events).await
}
