//! The operator's requests: the queue, and acting on a claim.

mod act;
mod assign;
mod erase;
mod queue;
mod vouching;
mod waiting;

use lambda_http::{Body, Request, Response};
use web::routes::ReviewRoute;
use web::{Call, Reply};

use app::{Api, ApiError, to_response};

/// Answers a request of the operator's review (`docs/api.md §3.2`).
pub async fn handle_request(app: &Api, request: Request) -> Response<Body> {
    let call = Call::new(&request);
    to_response(&call, route_request(app, &call).await)
}

async fn route_request(app: &Api, call: &Call<'_>) -> Result<Reply, ApiError> {
    let route = call.function_route::<ReviewRoute>()?;
    let caller = call.require_caller(&app.clients)?;
    match route {
        ReviewRoute::List => queue::list_queue(app, call, &caller).await,
        ReviewRoute::Act => act::run_action(app, call, &caller).await,
        ReviewRoute::Assign => assign::assign_claim(app, call, &caller).await,
        ReviewRoute::Erase => erase::erase_claim(app, call, &caller).await,
    }
}
