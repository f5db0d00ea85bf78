//! `PUT` and `GET /v1/programs/{id}`.

use app::ApiError;
use domain::ids::ProgramId;
use web::views::ProgramView;
use web::{Call, Failure, Reply, bodies};

use crate::App;

/// Writes a program, whole. A policy other than the stored one becomes its next version, which
/// acts on claims submitted from now on (`docs/domain.md §7`).
pub(crate) async fn put(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.caller()?;
    let id = call.path_id(ProgramId::parse)?;
    let program = bodies::program(&id, &call.json()?)?;
    let stored = app.store.put_program(&program).await?;
    Ok(Reply::ok(&ProgramView::of(&stored)))
}

/// Reads a program with its present policy.
pub(crate) async fn get(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.caller()?;
    let id = call.path_id(ProgramId::parse)?;
    let program = app.store.program(&id).await?.ok_or(Failure::NotFound)?;
    Ok(Reply::ok(&ProgramView::of(&program)))
}
