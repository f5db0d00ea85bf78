//! `PUT` and `GET /v1/programs/{id}`.

use domain::ids::ProgramId;
use web::views::ProgramView;
use web::{Call, Failure, Reply, bodies};

use crate::App;
use app::failed;

/// Writes a program, whole. A policy other than the stored one becomes its next version, which
/// acts on claims submitted from now on (`docs/domain.md §7`).
pub(crate) async fn put(app: &App, call: &Call<'_>) -> Result<Reply, Failure> {
    call.caller()?;
    let id = call.path_id(ProgramId::parse)?;
    let program = bodies::program(&id, &call.json()?)?;
    let stored = app.store.put_program(&program).await.map_err(failed)?;
    Ok(Reply::ok(&ProgramView::of(&stored)))
}

/// Reads a program with its present policy.
pub(crate) async fn get(app: &App, call: &Call<'_>) -> Result<Reply, Failure> {
    call.caller()?;
    let id = call.path_id(ProgramId::parse)?;
    let program = app.store.program(&id).await.map_err(failed)?.ok_or(Failure::NotFound)?;
    Ok(Reply::ok(&ProgramView::of(&program)))
}
