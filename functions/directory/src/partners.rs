//! `/v1/partners`: the list, `PUT` and `GET` of each, and its history.

use app::entry::{self, UnknownReference};
use app::{ApiError, pagination, request_time};
use domain::directory::Partner;
use domain::ids::{PartnerId, ProgramId};
use domain::rejection::TextForm;
use store::{Author, Consequences};
use web::views::{PartnerEntryView, PartnerView};
use web::{Call, Reply, RequestError, bodies, queries};

use crate::App;
use crate::history::{history_reply, read_page_start};

/// Writes a partner. What the body leaves out stays as it is.
pub(crate) async fn put_partner(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.require_caller(&app.clients)?;
    let id = call.new_id(PartnerId::parse, TextForm::Id)?;
    let is_dry_run = queries::read_write_query(call)?;
    let body = call.json_body()?;
    let expected = call.optional_if_match()?;
    let unknown = entry::unknown_programs(&app.store, bodies::programs_of_partner(&body)).await?;
    let wish = |before: Option<&Partner>| {
        let is_new = |own: &&UnknownReference<ProgramId>| {
            !before.is_some_and(|it| has_enrolled_location(it, &own.id))
        };
        let unknown = unknown.iter().filter(is_new).map(|own| own.error.clone());
        entry::check_body(bodies::read_partner(&id, &body, before), unknown)
    };
    let author = Author::of(caller.actor(), request_time(&app.store, call).await?.at);
    let permits = entry::may_replace(expected.as_ref(), entry::revision_tag);
    if is_dry_run {
        let foreseen = app.store.foresee_partner(&id, &wish, author.at, &permits).await?;
        let (present, next) = entry::dry_run_entries(foreseen, entry::revision_tag)?;
        let consequences = match &present {
            Some(present) => {
                let store = &app.store;
                store.foresee_partner_change(&present.entry, &next, author.at).await?
            }
            None => Consequences::default(),
        };
        return Ok(entry::dry_run_reply(present.as_ref(), &consequences, entry::revision_tag));
    }
    // What a partner loses holds its claims and ends nothing, so that nobody has to confirm it.
    let written = app.store.change_partner(&id, &wish, &author, &permits).await?;
    Ok(entry::write_reply(written, &format!("/v1/partners/{id}"), PartnerView::of)?)
}

/// Whether a location of the partner is enrolled in the program.
fn has_enrolled_location(partner: &Partner, program: &ProgramId) -> bool {
    partner.locations.iter().any(|location| location.programs.contains(program))
}

/// Lists partners by name.
pub(crate) async fn list_partners(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.require_caller(&app.clients)?;
    let query = queries::read_partners_query(call)?;
    let (from, limit) =
        pagination::page_start(&app.cursors.read_page_request(call, &caller).await?)?;
    let keep = |partner: &Partner| query.status.is_none_or(|status| partner.status == status);
    let found = app.store.list_partners(&query.name, &keep, from.as_ref(), limit).await?;
    let views: Vec<_> = found.items.iter().map(PartnerEntryView::of).collect();
    let next = pagination::next_position(found.next);
    Ok(app.cursors.current_cursors().list_reply(call, &caller, &views, next.as_deref()))
}

/// Answers the entry of a partner with its tag.
pub(crate) async fn read_partner(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.require_caller(&app.clients)?;
    let id = call.path_id(PartnerId::parse)?;
    let partner = app.store.partner_entry(&id).await?.ok_or(RequestError::NotFound)?;
    Ok(Reply::ok(&PartnerView::of(&partner.entry)).with_etag(entry::revision_tag(&partner)))
}

/// Reads what was written of a partner.
pub(crate) async fn read_history(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.require_caller(&app.clients)?;
    let id = call.path_id(PartnerId::parse)?;
    let (from, limit) = read_page_start(app, call, &caller).await?;
    let found = app.store.partner_history(&id, from.as_ref(), limit).await?;
    Ok(history_reply(app, call, &caller, found.ok_or(RequestError::NotFound)?, PartnerView::of))
}
