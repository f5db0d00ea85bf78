//! `PUT` and `GET /v1/partners/{id}`, and its history.

use app::{ApiError, entry, moment};
use domain::ids::PartnerId;
use store::Author;
use web::views::PartnerView;
use web::{Call, Failure, Reply, bodies};

use crate::App;
use crate::history::{answered, asked_page};

/// Writes a partner, whole.
pub(crate) async fn put(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.caller()?;
    let id = call.path_id(PartnerId::parse)?;
    let body = call.json()?;
    let expected = call.optional_if_match()?;
    let partner = match bodies::partner(&id, &body) {
        Ok(partner) => partner,
        Err(failure) => {
            let present = app.store.partner_entry(&id).await?;
            let (expected, present) = (expected.as_ref(), present.as_ref());
            return Err(entry::stale_first(expected, present, entry::tag_of, failure).into());
        }
    };
    let author = Author::of(caller.actor(), moment(&app.store, call).await?.at);
    let permits = entry::permits(expected.as_ref(), entry::tag_of);
    let written = app.store.change_partner(&partner, &author, &permits).await?;
    let stored = entry::stored(written, entry::tag_of)?;
    Ok(Reply::ok(&PartnerView::of(&stored.entry)).etag(entry::tag_of(&stored)))
}

/// Reads a partner.
pub(crate) async fn get(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.caller()?;
    let id = call.path_id(PartnerId::parse)?;
    let partner = app.store.partner_entry(&id).await?.ok_or(Failure::NotFound)?;
    Ok(Reply::ok(&PartnerView::of(&partner.entry)).etag(entry::tag_of(&partner)))
}

/// Reads what was written of a partner.
pub(crate) async fn history(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.caller()?;
    let id = call.path_id(PartnerId::parse)?;
    let (from, limit) = asked_page(app, call, &caller)?;
    let found = app.store.partner_history(&id, from.as_ref(), limit).await?;
    Ok(answered(app, call, &caller, found.ok_or(Failure::NotFound)?, PartnerView::of))
}
