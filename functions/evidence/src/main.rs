//! The function `evidence` on Lambda.

use runtime::{Clients, StartError, clock, open_store, settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    telemetry::start_logs();
    let (table, sign_in, documents) = settings::read_settings::<settings::Evidence>()?;
    let clients = Clients::load().await;
    let store = open_store(&clients, table).await;
    let signer = clients.signer().ok_or(StartError::NoCredentials)?;
    let bucket = evidence::UploadBucket::new(
        clients.s3(),
        signer.credentials,
        &signer.region,
        &documents.bucket,
        clock::system_clock(),
    );
    let app = evidence::App::new(store, app::app_clients(sign_in), bucket);
    runtime::serve_http("evidence", app, evidence::handle_request).await
}
