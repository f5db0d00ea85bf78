//! The operator's requests: the queue, and acting on a claim.

mod act;
mod assign;
mod erase;
mod queue;
mod vouching;

use lambda_http::{Body, Request, Response};
use web::routes::ReviewRoute;
use web::{Call, Reply};

use app::{Api, ApiError, respond};

/// Answers a request of the operator's review (`docs/api.md §3.2`).
pub async fn handle(app: &Api, request: Request) -> Response<Body> {
    let call = Call::new(&request);
    respond(&call, answer(app, &call).await)
}

async fn answer(app: &Api, call: &Call<'_>) -> Result<Reply, ApiError> {
    let route = call.route::<ReviewRoute>()?;
    let caller = call.caller(&app.clients)?;
    match route {
        ReviewRoute::List => queue::list(app, call, &caller).await,
        ReviewRoute::Act => act::act(app, call, &caller).await,
        ReviewRoute::Assign => assign::assign(app, call, &caller).await,
        ReviewRoute::Erase => erase::erase(app, call, &caller).await,
    }
}
