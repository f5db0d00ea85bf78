//! The limit of what a request can be: its body, sent back through the same HTTP library.

use lambda_http::{Body, Error, Request, Response, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_http::run(service_fn(echo)).await
}

async fn echo(request: Request) -> Result<Response<Body>, Error> {
    Ok(Response::new(request.into_body()))
}
