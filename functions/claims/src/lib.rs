//! The partner's requests: submit and drafts, check, list, read, history, and the partner's commands.

mod check;
mod command;
mod counts;
mod create;
mod history;
mod list;

use domain::claim::Claim;
use domain::command::Command;
use domain::ids::ClaimId;
use lambda_http::{Body, Request, Response};
use store::RequestTime;
use web::routes::ClaimsRoute;
use web::{Call, Caller, Reply, RequestError, queries};

use app::{Api, ApiError, claim_view, moment, respond, shown_remarks};

/// Answers a request about claims (`docs/api.md §3.1`).
pub async fn handle(app: &Api, request: Request) -> Response<Body> {
    let call = Call::new(&request);
    respond(&call, answer(app, &call).await)
}

async fn answer(app: &Api, call: &Call<'_>) -> Result<Response<Body>, ApiError> {
    let route = call.route::<ClaimsRoute>()?;
    let caller = call.caller(&app.clients)?;
    match route {
        ClaimsRoute::Create => create::create(app, call, &caller).await,
        ClaimsRoute::Check => check::check(app, call, &caller).await,
        ClaimsRoute::List => list::list(app, call, &caller).await,
        ClaimsRoute::Counts => counts::counts(app, call, &caller).await,
        ClaimsRoute::Get => get(app, call, &caller).await,
        ClaimsRoute::History => history::history(app, call, &caller).await,
        ClaimsRoute::Edit => command::edit(app, call, &caller).await,
        ClaimsRoute::Submit => command::plain(app, call, &caller, Command::Submit(None)).await,
        ClaimsRoute::Recall => command::plain(app, call, &caller, Command::Recall).await,
        ClaimsRoute::Discard => command::plain(app, call, &caller, Command::Discard).await,
        ClaimsRoute::Respond => command::respond(app, call, &caller).await,
        ClaimsRoute::Withdraw => command::withdraw(app, call, &caller).await,
        ClaimsRoute::Dispute => command::dispute(app, call, &caller).await,
        ClaimsRoute::CorrectContact => command::correct_contact(app, call, &caller).await,
    }
}

async fn get(app: &Api, call: &Call<'_>, caller: &Caller) -> Result<Response<Body>, ApiError> {
    let moment = moment(&app.store, call).await?;
    let id = call.path_id(ClaimId::parse)?;
    let read = Box::pin(app.store.read_claim(&id, moment)).await?.ok_or(RequestError::NotFound)?;
    caller.sees(&read.claim)?;
    let before = queries::remarks(call)?;
    let version = read.claim.version;
    if call.if_none_match(version) {
        return Ok(Reply::not_modified(version));
    }
    let remarks = shown_remarks(&app.store, &read, before, caller).await?;
    let view = claim_view(&app.store, read.claim, caller, moment).await?.with_remarks(remarks);
    Ok(Reply::ok(&view).etag(version).done())
}

/// The claim of the path, if the caller may see it, its due silence carried out.
async fn claim(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
    moment: RequestTime,
) -> Result<Claim, ApiError> {
    let id = call.path_id(ClaimId::parse)?;
    let claim = Box::pin(app.store.claim(&id, moment)).await?;
    let claim = claim.ok_or(RequestError::NotFound)?;
    caller.sees(&claim)?;
    Ok(claim)
}
