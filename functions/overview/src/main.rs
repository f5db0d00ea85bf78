//! The function `overview` on Lambda.

use notice::brand::{Brand, LOGO, MAX_LOGO_BYTES};
use notice::{LinkKeys, Operator};
use runtime::{Clients, file_beside_binary, open_store_and_ring, settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    telemetry::start_logs();
    let (table, secret, page, queues) = settings::read_settings::<settings::Overview>()?;
    let clients = Clients::load().await;
    let opened = open_store_and_ring(&clients, table, &secret.id, |keys| {
        LinkKeys::new(keys.current, keys.secrets.clone())
    });
    let (store, links) = opened.await?;
    let logo = file_beside_binary(LOGO, MAX_LOGO_BYTES)?;
    let operator = Operator {
        name: page.operator_name.as_str().to_owned(),
        contact: page.operator_contact.as_str().to_owned(),
        base_url: page.base_url,
        brand: Brand::new(&page.brand_color, logo)?,
    };
    let queues =
        overview::OverviewQueues::new(clients.sqs(), queues.overviews_url, queues.notices_url);
    let app = overview::App::new(store, links, operator, queues);
    Ok(runtime::serve_http("overview", app, overview::handle_request).await?)
}
