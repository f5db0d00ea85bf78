//! The function `associations` on Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::StartError> {
    app::serve_api("associations", associations::handle_request).await
}
