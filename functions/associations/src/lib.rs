//! Associations: the items of claims that became official. Who may see them reads and ends them, and
//! their partner reads the usage of exactly those items (`docs/domain.md §4`, I5).

mod end;
mod list;
mod usage;

use domain::claim::Claim;
use domain::ids::AssociationId;
use lambda_http::{Body, Request, Response};
use store::RequestTime;
use web::routes::AssociationsRoute;
use web::views::AssociationView;
use web::{Call, Caller, Reply, RequestError};

use app::{Api, ApiError, moment, respond};

/// Answers a request about associations and their usage (`docs/api.md §3.3`).
pub async fn handle(app: &Api, request: Request) -> Response<Body> {
    let call = Call::new(&request);
    respond(&call, answer(app, &call).await)
}

async fn answer(app: &Api, call: &Call<'_>) -> Result<Response<Body>, ApiError> {
    let route = call.route::<AssociationsRoute>()?;
    let caller = call.caller(&app.clients)?;
    let reply = match route {
        AssociationsRoute::List => list::list(app, call, &caller).await,
        AssociationsRoute::Get => get(app, call, &caller).await,
        AssociationsRoute::End => end::end(app, call, &caller).await,
        AssociationsRoute::Usage => usage::usage(app, call, &caller).await,
        AssociationsRoute::UsageOfMany => usage::usage_of_many(app, call, &caller).await,
        AssociationsRoute::UsageOfCustomer => usage::usage_of_customer(app, call, &caller).await,
    }?;
    Ok(reply.done())
}

async fn get(app: &Api, call: &Call<'_>, caller: &Caller) -> Result<Reply, ApiError> {
    let id = call.path_id(AssociationId::parse)?;
    let moment = moment(&app.store, call).await?;
    let claim = claim(app, caller, &id, moment).await?;
    reply(app, &claim, &id).await
}

/// The claim of an association, if the caller may see it, its due silence carried out.
async fn claim(
    app: &Api,
    caller: &Caller,
    id: &AssociationId,
    moment: RequestTime,
) -> Result<Claim, ApiError> {
    let claim = Box::pin(app.store.claim(&id.claim, moment)).await?;
    let claim = claim.ok_or(RequestError::NotFound)?;
    caller.sees(&claim)?;
    Ok(claim)
}

/// The association, if the item is or was one.
async fn reply(app: &Api, claim: &Claim, id: &AssociationId) -> Result<Reply, ApiError> {
    let policy = app.store.policy_of(claim).await?;
    let view = AssociationView::of(claim, id.item, &policy).ok_or(RequestError::NotFound)?;
    Ok(Reply::ok(&view))
}
