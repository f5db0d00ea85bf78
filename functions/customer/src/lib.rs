//! The signed-in customer (`docs/api.md §3.4`): the claims on the tenant, the answers to them,
//! who sees the data, and what is settled beforehand. The customer speaks for the own tenant alone, and
//! needs no link or code.

mod answer;
mod ledger;
mod list;
mod rules;

use lambda_http::{Body, Request, Response};
use web::Call;
use web::routes::CustomerRoute;

use answer::CustomerAnswer;
use app::{Api, ApiError, read_history, to_response};

/// Answers a request of the customer's administrator (`docs/api.md §3.4`).
pub async fn handle_request(app: &Api, request: Request) -> Response<Body> {
    let call = Call::new(&request);
    to_response(&call, route_request(app, &call).await)
}

async fn route_request(app: &Api, call: &Call<'_>) -> Result<Response<Body>, ApiError> {
    let route = call.function_route::<CustomerRoute>()?;
    let caller = call.require_caller(&app.clients)?;
    let answer = match route {
        CustomerRoute::Claims => return list::list_claims(app, call, &caller).await,
        CustomerRoute::Claim => return Box::pin(answer::read_claim(app, call, &caller)).await,
        CustomerRoute::History => return read_history(app, call, &caller).await,
        CustomerRoute::RetireLink => return answer::retire_link(app, call, &caller).await,
        CustomerRoute::Ledger => return ledger::read_ledger(app, call, &caller).await,
        CustomerRoute::GetRules => return rules::read_rules(app, call, &caller).await,
        CustomerRoute::PutRules => return rules::put_rules(app, call, &caller).await,
        CustomerRoute::Accept => CustomerAnswer::Accept,
        CustomerRoute::Decline => CustomerAnswer::Decline,
        CustomerRoute::Undo => CustomerAnswer::Undo,
        CustomerRoute::Extend => CustomerAnswer::Extend,
    };
    answer::give_answer(app, call, &caller, answer).await
}
