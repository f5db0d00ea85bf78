//! `GET` and `PUT /v1/sandbox/clock`: the test clock. Outside a sandbox the route does not exist.

use app::ApiError;
use web::views::ClockView;
use web::{Call, Reply, RequestError, bodies};

use crate::App;

/// What the test clock shows.
pub(crate) async fn read_clock(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    require_sandbox(app, call)?;
    let moment = app.store.present_time().await?;
    Ok(Reply::ok(&ClockView::of(moment.at)))
}

/// Moves the test clock, forwards only.
pub(crate) async fn move_clock(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    require_sandbox(app, call)?;
    let clock_move = bodies::read_clock_move(&call.json_body()?)?;
    let now = app.store.present_time().await?.at;
    let target = clock_move.target_time(now)?;
    let moved = app.store.advance_clock(target - now).await?;
    Ok(Reply::ok(&ClockView::of(moved)))
}

fn require_sandbox(app: &App, call: &Call<'_>) -> Result<(), RequestError> {
    if !app.sandbox {
        return Err(RequestError::NotFound);
    }
    call.require_caller(&app.clients).map(drop)
}
