//! The partner's requests: submit and drafts, check, list, read, history, and the partner's commands.

mod bundle;
mod check;
mod command;
mod counts;
mod create;
mod list;
mod roots;

use domain::ids::ClaimId;
use lambda_http::{Body, Request, Response};
use web::routes::ClaimsRoute;
use web::{Call, Caller, Reply, RequestError, queries};

use app::{Api, ApiError, claim_view, read_history, request_time, shown_remarks, to_response};
use runtime::RootBucket;

/// What the function needs.
pub struct App {
    api: Api,
    roots: RootBucket,
}

impl App {
    /// The function over what those with lists have in common, and the bucket of the daily roots.
    pub fn new(api: Api, roots: RootBucket) -> Self {
        Self { api, roots }
    }
}

/// Answers a request about claims (`docs/api.md §3.1`).
pub async fn handle_request(app: &App, request: Request) -> Response<Body> {
    let call = Call::new(&request);
    to_response(&call, route_request(app, &call).await)
}

async fn route_request(
    App { api: app, roots }: &App,
    call: &Call<'_>,
) -> Result<Response<Body>, ApiError> {
    let route = call.function_route::<ClaimsRoute>()?;
    let caller = call.require_caller(&app.clients)?;
    match route {
        ClaimsRoute::Create => create::create_claim(app, call, &caller).await,
        ClaimsRoute::Check => check::check_claim(app, call, &caller).await,
        ClaimsRoute::List => list::list_claims(app, call, &caller).await,
        ClaimsRoute::Counts => counts::count_claims(app, call, &caller).await,
        ClaimsRoute::Get => read_claim(app, call, &caller).await,
        ClaimsRoute::Bundle => bundle::read_bundle(app, roots, call, &caller).await,
        ClaimsRoute::History => read_history(app, call, &caller).await,
        ClaimsRoute::Command(command) => command::give_command(app, call, &caller, command).await,
    }
}

async fn read_claim(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let moment = request_time(&app.store, call).await?;
    let id = call.path_id(ClaimId::parse)?;
    let read = Box::pin(app.store.read_claim(&id, moment)).await?.ok_or(RequestError::NotFound)?;
    caller.require_visible(&read.claim)?;
    let before = queries::read_remarks_query(call)?;
    let version = read.claim.version;
    if call.if_none_match(version) {
        return Ok(Reply::not_modified(version));
    }
    let remarks = shown_remarks(&app.store, &read, before, caller).await?;
    let view = claim_view(&app.store, read.claim, caller, moment).await?.with_remarks(remarks);
    Ok(Reply::ok(&view).with_etag(version).into_response())
}
