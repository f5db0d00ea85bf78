//! The function `decision` on Lambda.

use notice::{LinkKeys, Operator};
use runtime::{Clients, open_store_and_keys, settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    telemetry::start();
    let (table, secret, page) = settings::read::<settings::Decision>()?;
    let clients = Clients::load().await;
    let (store, keys) = open_store_and_keys(&clients, table, &secret.id).await?;
    let links = LinkKeys::new(keys.current, keys.secrets)?;
    let operator =
        Operator { contact: page.operator_contact.as_str().to_owned(), base_url: page.base_url };
    let app = decision::App::new(store, links, operator);
    Ok(runtime::serve_http("decision", app, decision::handle).await?)
}
