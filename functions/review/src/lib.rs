//! The operator's requests: the queue, and acting on a claim.

mod act;
mod queue;

use lambda_http::{Body, Request, Response};
use store::{Moment, Store};
use web::routes::ReviewRoute;
use web::{Call, Cursors, Failure, Reply};

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
    match answer(app, &call).await {
        Ok(reply) => reply.done(),
        Err(failure) => call.problem(&failure),
    }
}

async fn answer(app: &App, call: &Call<'_>) -> Result<Reply, Failure> {
    let route = call.route::<ReviewRoute>()?;
    let caller = call.caller()?;
    match route {
        ReviewRoute::List => queue::list(app, call, &caller).await,
        ReviewRoute::Act => act::act(app, call, &caller).await,
    }
}

/// The moment of the request.
async fn moment(app: &App, call: &Call<'_>) -> Result<Moment, Failure> {
    app.store.moment_of(call.arrived_at()).await.map_err(failed)
}
