//! `GET` and `PUT /v1/sandbox/clock`: the test clock. Outside a sandbox the route does not exist.

use app::ApiError;
use web::views::ClockView;
use web::{Call, Reply, RequestError, bodies};

use crate::App;

/// What the test clock shows.
pub(crate) async fn get(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    allowed(app, call)?;
    let moment = app.store.moment().await?;
    Ok(Reply::ok(&ClockView::of(moment.at)))
}

/// Moves the test clock, forwards only.
pub(crate) async fn put(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    allowed(app, call)?;
    let clock_move = bodies::clock(&call.json()?)?;
    let now = app.store.moment().await?.at;
    let target = clock_move.target(now)?;
    let moved = app.store.advance_clock(target - now).await?;
    Ok(Reply::ok(&ClockView::of(moved)))
}

fn allowed(app: &App, call: &Call<'_>) -> Result<(), RequestError> {
    if !app.sandbox {
        return Err(RequestError::NotFound);
    }
    call.caller(&app.clients).map(drop)
}
