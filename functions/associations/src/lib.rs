//! Associations: the items of claims that became official. Who may see them reads and ends them, and
//! their partner reads the usage of exactly those items (`docs/domain.md §4`, I5).

mod end;
mod list;
mod usage;

use domain::claim::Claim;
use domain::ids::AssociationId;
use lambda_http::{Body, Request, Response};
use web::routes::AssociationsRoute;
use web::views::AssociationView;
use web::{Call, Caller, Reply, RequestError};

use app::{Api, ApiError, load_visible_claim, request_time, to_response};

/// Answers a request about associations and their usage (`docs/api.md §3.3`).
pub async fn handle_request(app: &Api, request: Request) -> Response<Body> {
    let call = Call::new(&request);
    to_response(&call, route_request(app, &call).await)
}

async fn route_request(app: &Api, call: &Call<'_>) -> Result<Response<Body>, ApiError> {
    let route = call.function_route::<AssociationsRoute>()?;
    let caller = call.require_caller(&app.clients)?;
    let reply = match route {
        AssociationsRoute::List => list::list_associations(app, call, &caller).await,
        AssociationsRoute::Get => read_association(app, call, &caller).await,
        AssociationsRoute::End => end::end_association(app, call, &caller).await,
        AssociationsRoute::Usage => usage::read_usage(app, call, &caller).await,
        AssociationsRoute::UsageOfMany => usage::read_usage_of_all(app, call, &caller).await,
        AssociationsRoute::UsageOfCustomer => {
            usage::read_usage_for_customer(app, call, &caller).await
        }
    }?;
    Ok(reply.into_response())
}

async fn read_association(app: &Api, call: &Call<'_>, caller: &Caller) -> Result<Reply, ApiError> {
    let id = call.path_id(AssociationId::parse)?;
    let moment = request_time(&app.store, call).await?;
    let claim = load_visible_claim(app, caller, &id.claim, moment).await?;
    association_reply(app, &claim, &id).await
}

/// The association, if the item is or was one.
async fn association_reply(
    app: &Api,
    claim: &Claim,
    id: &AssociationId,
) -> Result<Reply, ApiError> {
    let policy = app.store.policy_of(claim).await?;
    let view = AssociationView::of(claim, id.item, &policy).ok_or(RequestError::NotFound)?;
    Ok(Reply::ok(&view))
}
