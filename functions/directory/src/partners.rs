//! `/v1/partners`: the list, `PUT` and `GET` of each, and its history.

use app::entry::{self, UnknownReference};
use app::{ApiError, moment, pagination};
use domain::directory::Partner;
use domain::ids::{PartnerId, ProgramId};
use domain::rejection::TextForm;
use store::{Author, Consequences};
use web::views::{PartnerEntryView, PartnerView};
use web::{Call, Reply, RequestError, bodies, queries};

use crate::App;
use crate::history::{answered, asked_page};

/// Writes a partner. What the body leaves out stays as it is.
pub(crate) async fn put(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.caller(&app.clients)?;
    let id = call.new_id(PartnerId::parse, TextForm::Id)?;
    let is_dry_run = queries::write(call)?;
    let body = call.json()?;
    let expected = call.optional_if_match()?;
    let unknown = entry::unknown_programs(&app.store, bodies::programs_of_partner(&body)).await?;
    let wish = |before: Option<&Partner>| {
        let is_new =
            |own: &&UnknownReference<ProgramId>| !before.is_some_and(|it| names(it, &own.id));
        let unknown = unknown.iter().filter(is_new).map(|own| own.error.clone());
        entry::checked(bodies::partner(&id, &body, before), unknown)
    };
    let author = Author::of(caller.actor(), moment(&app.store, call).await?.at);
    let permits = entry::permits(expected.as_ref(), entry::tag_of);
    if is_dry_run {
        let foreseen = app.store.foresee_partner(&id, &wish, author.at, &permits).await?;
        let (present, next) = entry::foreseen(foreseen, entry::tag_of)?;
        let consequences = match &present {
            Some(present) => {
                let store = &app.store;
                store.foresee_partner_change(&present.entry, &next, author.at).await?
            }
            None => Consequences::default(),
        };
        return Ok(entry::rehearsed(present.as_ref(), &consequences, entry::tag_of));
    }
    // What a partner loses holds its claims and ends nothing, so that nobody has to confirm it.
    let written = app.store.change_partner(&id, &wish, &author, &permits).await?;
    Ok(entry::answered(written, &format!("/v1/partners/{id}"), PartnerView::of)?)
}

/// Whether a location of the partner is enrolled in the program.
fn names(partner: &Partner, program: &ProgramId) -> bool {
    partner.locations.iter().any(|location| location.programs.contains(program))
}

/// Lists partners by name.
pub(crate) async fn list(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.caller(&app.clients)?;
    let query = queries::partners(call)?;
    let (from, limit) = pagination::start(&app.cursors.page(call, &caller).await?)?;
    let keep = |partner: &Partner| query.status.is_none_or(|status| partner.status == status);
    let found = app.store.partners(&query.name, &keep, from.as_ref(), limit).await?;
    let views: Vec<_> = found.items.iter().map(PartnerEntryView::of).collect();
    let next = pagination::next(found.next);
    Ok(app.cursors.current().list(call, &caller, &views, next.as_deref()))
}

/// Answers the entry of a partner with its tag.
pub(crate) async fn get(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.caller(&app.clients)?;
    let id = call.path_id(PartnerId::parse)?;
    let partner = app.store.partner_entry(&id).await?.ok_or(RequestError::NotFound)?;
    Ok(Reply::ok(&PartnerView::of(&partner.entry)).etag(entry::tag_of(&partner)))
}

/// Reads what was written of a partner.
pub(crate) async fn history(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.caller(&app.clients)?;
    let id = call.path_id(PartnerId::parse)?;
    let (from, limit) = asked_page(app, call, &caller).await?;
    let found = app.store.partner_history(&id, from.as_ref(), limit).await?;
    Ok(answered(app, call, &caller, found.ok_or(RequestError::NotFound)?, PartnerView::of))
}
