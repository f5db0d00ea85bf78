//! `PUT` and `GET /v1/programs/{id}`, and its history.

use app::{ApiError, entry, moment};
use domain::ids::ProgramId;
use store::Author;
use web::views::ProgramView;
use web::{Call, Failure, Reply, bodies};

use crate::App;
use crate::history::{answered, asked_page};

/// Writes a program, whole. A policy other than the stored one becomes its next version, which
/// acts on claims submitted from now on (`docs/domain.md §7`).
pub(crate) async fn put(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.caller()?;
    let id = call.path_id(ProgramId::parse)?;
    let body = call.json()?;
    let expected = call.optional_if_match()?;
    let program = match bodies::program(&id, &body) {
        Ok(program) => program,
        Err(failure) => {
            let present = app.store.program_entry(&id).await?;
            let (expected, present) = (expected.as_ref(), present.as_ref());
            return Err(entry::stale_first(expected, present, entry::tag_of, failure).into());
        }
    };
    let author = Author::of(caller.actor(), moment(&app.store, call).await?.at);
    let permits = entry::permits(expected.as_ref(), entry::tag_of);
    let written = app.store.change_program(&program, &author, &permits).await?;
    let stored = entry::stored(written, entry::tag_of)?;
    Ok(Reply::ok(&ProgramView::of(&stored.entry)).etag(entry::tag_of(&stored)))
}

/// Reads a program with its present policy.
pub(crate) async fn get(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.caller()?;
    let id = call.path_id(ProgramId::parse)?;
    let program = app.store.program_entry(&id).await?.ok_or(Failure::NotFound)?;
    Ok(Reply::ok(&ProgramView::of(&program.entry)).etag(entry::tag_of(&program)))
}

/// Reads what was written of a program.
pub(crate) async fn history(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.caller()?;
    let id = call.path_id(ProgramId::parse)?;
    let (from, limit) = asked_page(app, call, &caller)?;
    let found = app.store.program_history(&id, from.as_ref(), limit).await?;
    Ok(answered(app, call, &caller, found.ok_or(Failure::NotFound)?, ProgramView::of))
}
