//! The function `customer` on Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::StartError> {
    app::serve_api("customer", customer::handle_request).await
}
