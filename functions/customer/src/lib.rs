//! The signed-in customer (`api.md`, `/v1/customer/…`): the claims on his tenant, his answers to them,
//! who sees his data, and what he has settled beforehand. He speaks for his own tenant alone, and
//! needs no link or code.

mod answer;
mod ledger;
mod list;
mod rules;

use lambda_http::{Body, Request, Response};
use store::{Moment, Store};
use web::routes::CustomerRoute;
use web::{Call, Cursors, Failure};

use answer::Answer;
use runtime::failed;

/// What the function works with.
pub struct App {
    store: Store,
    cursors: Cursors,
}

impl App {
    /// `cursor_secret` signs the cursors of lists.
    pub fn new(store: Store, cursor_secret: &[u8]) -> Self {
        Self { store, cursors: Cursors::new(cursor_secret) }
    }
}

/// Answers a request.
pub async fn handle(app: &App, request: Request) -> Response<Body> {
    let call = Call::new(&request);
    match route(app, &call).await {
        Ok(response) => response,
        Err(failure) => call.problem(&failure),
    }
}

async fn route(app: &App, call: &Call<'_>) -> Result<Response<Body>, Failure> {
    let route = call.route::<CustomerRoute>()?;
    let caller = call.caller()?;
    let answer = match route {
        CustomerRoute::Claims => return list::list(app, call, &caller).await,
        CustomerRoute::Ledger => return ledger::ledger(app, call, &caller).await,
        CustomerRoute::GetRules => return rules::get(app, call, &caller).await,
        CustomerRoute::PutRules => return rules::put(app, call, &caller).await,
        CustomerRoute::Accept => Answer::Accept,
        CustomerRoute::Decline => Answer::Decline,
        CustomerRoute::Undo => Answer::Undo,
        CustomerRoute::Extend => Answer::Extend,
    };
    answer::answer(app, call, &caller, answer).await
}

/// The moment of the request.
async fn moment(app: &App, call: &Call<'_>) -> Result<Moment, Failure> {
    app.store.moment_of(call.arrived_at()).await.map_err(failed)
}
