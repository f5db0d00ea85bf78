//! The function `sweep` on Lambda.

use runtime::{Bus, Clients, StartError, open_mailbox_ring, open_store, settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    telemetry::start_logs();
    let (table, bus, mailboxes) = settings::read_settings::<settings::Sweep>()?;
    let clients = Clients::load().await;
    let names = open_mailbox_ring(&clients, &mailboxes.id);
    let (store, names) = tokio::join!(open_store(&clients, table), names);
    let store = store.with_mailboxes(names?.current().as_ref().clone());
    let bus = Bus::new(clients.eventbridge(), bus.name);
    runtime::serve_event("sweep", sweep::App::new(store, bus), sweep::handle_records).await
}
