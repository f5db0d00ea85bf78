//! `/v1/programs`: the list, `PUT` and `GET` of each, and its history.

use app::{ApiError, entry, pagination, request_time};
use domain::directory::Partner;
use domain::ids::ProgramId;
use domain::program::Program;
use domain::rejection::TextForm;
use store::{Author, Consequences};
use web::views::{PolicyVersionView, ProgramView};
use web::{Call, Caller, Reply, RequestError, bodies, queries};

use crate::App;
use crate::history::{history_reply, read_page_start};

/// Writes a program. What the body leaves out stays as it is. A policy other than the stored one becomes its next
/// version, which acts on claims submitted from now on (`docs/domain.md §7`).
pub(crate) async fn put_program(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.require_caller(&app.clients)?;
    let id = call.new_id(ProgramId::parse, TextForm::Id)?;
    let is_dry_run = queries::read_write_query(call)?;
    let body = call.json_body()?;
    let expected = call.optional_if_match()?;
    let wish =
        |before: Option<&Program>| entry::check_body(bodies::read_program(&id, &body, before), []);
    let author = Author::of(caller.actor(), request_time(&app.store, call).await?.at);
    let permits = entry::may_replace(expected.as_ref(), entry::revision_tag);
    if is_dry_run {
        let foreseen = app.store.foresee_program(&id, &wish, &permits).await?;
        let (present, _) = entry::dry_run_entries(foreseen, entry::revision_tag)?;
        // A program acts on claims that are submitted later.
        return Ok(entry::dry_run_reply(
            present.as_ref(),
            &Consequences::default(),
            entry::revision_tag,
        ));
    }
    let written = app.store.change_program(&id, &wish, &author, &permits).await?;
    Ok(entry::write_reply(written, &format!("/v1/programs/{id}"), ProgramView::of)?)
}

/// Lists programs by name, for a partner with its locations that are enrolled in each.
pub(crate) async fn list_programs(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.require_caller(&app.clients)?;
    queries::read_page_query(call)?;
    let (from, limit) =
        pagination::page_start(&app.cursors.read_page_request(call, &caller).await?)?;
    let partner = reading_partner(app, &caller).await?;
    let found = app.store.list_programs(from.as_ref(), limit).await?;
    let views: Vec<_> = found.items.iter().map(|own| program_view(own, partner.as_ref())).collect();
    let next = pagination::next_position(found.next);
    Ok(app.cursors.current_cursors().list_reply(call, &caller, &views, next.as_deref()))
}

/// Reads a program with its present policy, and what changed in it when.
pub(crate) async fn read_program(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.require_caller(&app.clients)?;
    let id = call.path_id(ProgramId::parse)?;
    let program = app.store.program_entry(&id).await?.ok_or(RequestError::NotFound)?;
    let partner = reading_partner(app, &caller).await?;
    let versions = app.store.policy_versions(&id).await?;
    let versions = versions.iter().map(|one| (one.version, one.since, &one.policy));
    let versions = Some(PolicyVersionView::all_versions(versions));
    let view = ProgramView { versions, ..program_view(&program.entry, partner.as_ref()) };
    Ok(Reply::ok(&view).with_etag(entry::revision_tag(&program)))
}

/// The partner whose user reads.
async fn reading_partner(app: &App, caller: &Caller) -> Result<Option<Partner>, ApiError> {
    match caller.partner_id() {
        Some(id) => Ok(app.store.load_partner(id).await?),
        None => Ok(None),
    }
}

fn program_view(program: &Program, partner: Option<&Partner>) -> ProgramView {
    let view = ProgramView::of(program);
    match partner {
        Some(partner) => view.read_by(partner),
        None => view,
    }
}

/// Reads what was written of a program.
pub(crate) async fn read_history(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.require_caller(&app.clients)?;
    let id = call.path_id(ProgramId::parse)?;
    let (from, limit) = read_page_start(app, call, &caller).await?;
    let found = app.store.program_history(&id, from.as_ref(), limit).await?;
    Ok(history_reply(app, call, &caller, found.ok_or(RequestError::NotFound)?, ProgramView::of))
}
