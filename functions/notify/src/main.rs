//! The function `notify` on Lambda.

use notice::brand::{Brand, LOGO, MAX_LOGO_BYTES};
use notice::{LinkKeys, Operator};
use runtime::{
    Clients, file_beside_binary, open_mailbox_ring, open_store_and_ring, settings, telemetry,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    telemetry::start_logs();
    let (table, secret, page, mail, queues, mailboxes) =
        settings::read_settings::<settings::Notify>()?;
    let clients = Clients::load().await;
    let opened = open_store_and_ring(&clients, table, &secret.id, |keys| {
        LinkKeys::new(keys.current, keys.secrets.clone())
    });
    let names = open_mailbox_ring(&clients, &mailboxes.id);
    let ((store, links), names) = tokio::try_join!(opened, names)?;
    let logo = file_beside_binary(LOGO, MAX_LOGO_BYTES)?;
    let operator = Operator {
        name: page.operator_name.as_str().to_owned(),
        contact: page.operator_contact.as_str().to_owned(),
        base_url: page.base_url,
        brand: Brand::new(&page.brand_color, logo)?,
    };
    let post = notify::Mailer::new(clients.ses(), mail.sender, mail.configuration_set);
    let queues = notify::Queues::new(clients.sqs(), [queues.notices_url, queues.reminders_url]);
    let app =
        notify::App::new(store, notify::Rings { links, mailboxes: names }, operator, post, queues);
    Ok(Box::pin(runtime::serve_event("notify", app, notify::handle_event)).await?)
}
