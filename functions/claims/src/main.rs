//! The function `claims` on Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::StartError> {
    app::serve_api("claims", claims::handle_request).await
}
