//! The function `review` on Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::StartError> {
    app::serve_api("review", review::handle_request).await
}
