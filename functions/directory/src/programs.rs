//! `/v1/programs`: the list, `PUT` and `GET` of each, and its history.

use app::{ApiError, entry, moment, pagination};
use domain::directory::Partner;
use domain::ids::ProgramId;
use domain::program::Program;
use domain::rejection::TextForm;
use store::{Author, Consequences};
use web::views::{PolicyVersionView, ProgramView};
use web::{Call, Caller, Reply, RequestError, bodies, queries};

use crate::App;
use crate::history::{answered, asked_page};

/// Writes a program. What the body leaves out stays as it is. A policy other than the stored one becomes its next
/// version, which acts on claims submitted from now on (`docs/domain.md §7`).
pub(crate) async fn put(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.caller(&app.clients)?;
    let id = call.new_id(ProgramId::parse, TextForm::Id)?;
    let is_dry_run = queries::write(call)?;
    let body = call.json()?;
    let expected = call.optional_if_match()?;
    let wish = |before: Option<&Program>| entry::checked(bodies::program(&id, &body, before), []);
    let author = Author::of(caller.actor(), moment(&app.store, call).await?.at);
    let permits = entry::permits(expected.as_ref(), entry::tag_of);
    if is_dry_run {
        let foreseen = app.store.foresee_program(&id, &wish, &permits).await?;
        let (present, _) = entry::foreseen(foreseen, entry::tag_of)?;
        // A program acts on claims that are submitted later.
        return Ok(entry::rehearsed(present.as_ref(), &Consequences::default(), entry::tag_of));
    }
    let written = app.store.change_program(&id, &wish, &author, &permits).await?;
    Ok(entry::answered(written, &format!("/v1/programs/{id}"), ProgramView::of)?)
}

/// Lists programs by name, for a partner with its locations that are enrolled in each.
pub(crate) async fn list(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.caller(&app.clients)?;
    queries::page_only(call)?;
    let (from, limit) = pagination::start(&app.cursors.page(call, &caller).await?)?;
    let partner = reading_partner(app, &caller).await?;
    let found = app.store.programs(from.as_ref(), limit).await?;
    let views: Vec<_> = found.items.iter().map(|own| shown(own, partner.as_ref())).collect();
    let next = pagination::next(found.next);
    Ok(app.cursors.current().list(call, &caller, &views, next.as_deref()))
}

/// Reads a program with its present policy, and what changed in it when.
pub(crate) async fn get(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.caller(&app.clients)?;
    let id = call.path_id(ProgramId::parse)?;
    let program = app.store.program_entry(&id).await?.ok_or(RequestError::NotFound)?;
    let partner = reading_partner(app, &caller).await?;
    let versions = app.store.policy_versions(&id).await?;
    let versions = versions.iter().map(|one| (one.version, one.since, &one.policy));
    let versions = Some(PolicyVersionView::all(versions));
    let view = ProgramView { versions, ..shown(&program.entry, partner.as_ref()) };
    Ok(Reply::ok(&view).etag(entry::tag_of(&program)))
}

/// The partner whose user reads.
async fn reading_partner(app: &App, caller: &Caller) -> Result<Option<Partner>, ApiError> {
    match caller.partner_id() {
        Some(id) => Ok(app.store.partner(id).await?),
        None => Ok(None),
    }
}

fn shown(program: &Program, partner: Option<&Partner>) -> ProgramView {
    let view = ProgramView::of(program);
    match partner {
        Some(partner) => view.read_by(partner),
        None => view,
    }
}

/// Reads what was written of a program.
pub(crate) async fn history(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.caller(&app.clients)?;
    let id = call.path_id(ProgramId::parse)?;
    let (from, limit) = asked_page(app, call, &caller).await?;
    let found = app.store.program_history(&id, from.as_ref(), limit).await?;
    Ok(answered(app, call, &caller, found.ok_or(RequestError::NotFound)?, ProgramView::of))
}
