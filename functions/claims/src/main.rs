//! The function `claims` on Lambda.

use app::{Api, ListCursors, app_clients};
use runtime::{Clients, RootBucket, StartError, open_store_and_ring, settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    telemetry::start_logs();
    let (api, documents) = settings::read_settings::<settings::Claims>()?;
    let (table, sign_in, secret) = api;
    let clients = Clients::load().await;
    let opened = open_store_and_ring(&clients, table, &secret.id, ListCursors::of_keys);
    let (store, cursors) = opened.await?;
    let roots = RootBucket::new(clients.s3(), documents.bucket);
    let api = Api::new(store, app_clients(sign_in), cursors);
    runtime::serve_http("claims", claims::App::new(api, roots), claims::handle_request).await
}
