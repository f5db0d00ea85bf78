//! The documents of a claim's evidence: a form to upload one, and a link to fetch a clean one. The
//! bytes themselves never pass through here, nor through the API's origin (`docs/architecture.md §5`).

mod bucket;
mod fetch;
mod upload;

use domain::claim::Claim;
use domain::ids::ClaimId;
use lambda_http::{Body, Request, Response};
use store::{Moment, Store};
use web::routes::EvidenceRoute;
use web::{Call, Caller, Failure};

use app::failed;

pub use bucket::Bucket;

/// What the function works with.
pub struct App {
    store: Store,
    bucket: Bucket,
}

impl App {
    /// The function over a store and the bucket of the documents.
    pub fn new(store: Store, bucket: Bucket) -> Self {
        Self { store, bucket }
    }
}

/// Answers a request.
pub async fn handle(app: &App, request: Request) -> Response<Body> {
    let call = Call::new(&request);
    call.answered(answer(app, &call).await)
}

async fn answer(app: &App, call: &Call<'_>) -> Result<Response<Body>, Failure> {
    let route = call.route::<EvidenceRoute>()?;
    let caller = call.caller()?;
    match route {
        EvidenceRoute::Add => upload::add(app, call, &caller).await,
        EvidenceRoute::Get => fetch::get(app, call, &caller).await,
    }
}

/// The claim, if the caller may see it.
async fn claim(app: &App, id: &ClaimId, caller: &Caller, moment: Moment) -> Result<Claim, Failure> {
    let found = Box::pin(app.store.claim_for_command(id, moment)).await.map_err(failed)?;
    let found = found.ok_or(Failure::NotFound)?;
    caller.sees(&found)?;
    Ok(found)
}
