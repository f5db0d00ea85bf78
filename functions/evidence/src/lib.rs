//! The documents of a claim's evidence: a form to upload one, and a link to fetch a clean one. The
//! bytes themselves never pass through here, nor through the API's origin (`docs/architecture.md §5`).

mod bucket;
mod fetch;
mod upload;

use app::{ApiError, to_response};
use domain::ids::ClaimId;
use lambda_http::{Body, Request, Response};
use store::{OpenClaim, RequestTime, Store};
use web::routes::EvidenceRoute;
use web::{AppClients, Call, Caller, RequestError};

pub use bucket::UploadBucket;

/// What the function works with.
pub struct App {
    store: Store,
    clients: AppClients,
    bucket: UploadBucket,
}

impl App {
    /// The function over a store, the clients that callers sign in with, and the bucket of the documents.
    pub fn new(store: Store, clients: AppClients, bucket: UploadBucket) -> Self {
        Self { store, clients, bucket }
    }
}

/// Answers a request about the documents of evidence (`docs/api.md §3.1.14`).
pub async fn handle_request(app: &App, request: Request) -> Response<Body> {
    let call = Call::new(&request);
    to_response(&call, route_request(app, &call).await)
}

async fn route_request(app: &App, call: &Call<'_>) -> Result<Response<Body>, ApiError> {
    let route = call.function_route::<EvidenceRoute>()?;
    let caller = call.require_caller(&app.clients)?;
    match route {
        EvidenceRoute::Add => upload::add_evidence(app, call, &caller).await,
        EvidenceRoute::Get => fetch::read_document_link(app, call, &caller).await,
    }
}

/// The claim, if the caller may see it.
async fn open_claim(
    app: &App,
    id: &ClaimId,
    caller: &Caller,
    moment: RequestTime,
) -> Result<OpenClaim, ApiError> {
    let open = Box::pin(app.store.open_claim(id, moment)).await?.ok_or(RequestError::NotFound)?;
    caller.require_visible(open.claim())?;
    Ok(open)
}
