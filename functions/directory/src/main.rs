//! The function `directory` on Lambda.

use runtime::{Clients, StartError, open_mailbox_ring, open_store_and_ring, settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    telemetry::start_logs();
    let ((table, sign_in, secret), mailboxes) = settings::read_settings::<settings::Directory>()?;
    let clients = Clients::load().await;
    let sandbox = table.sandbox;
    let opened = open_store_and_ring(&clients, table, &secret.id, app::ListCursors::of_keys);
    let names = open_mailbox_ring(&clients, &mailboxes.id);
    let ((store, cursors), names) = tokio::try_join!(opened, names)?;
    let store = store.with_mailboxes(names.current().as_ref().clone());
    let app = directory::App::new(store, app::app_clients(sign_in), cursors, sandbox);
    runtime::serve_http("directory", app, directory::handle_request).await
}
