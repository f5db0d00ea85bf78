//! `/v1/windows`: a deadline explained, for anyone who is signed in; and windows that become longer for an outage.

use app::{ApiError, entry, pagination, request_time};
use domain::calendar::{self, BusinessCalendar, UnknownSubdivision, Zone};
use domain::outage::Outages;
use store::{Author, ConcernedWindows, OutageWrite, RevisedEntry};
use web::queries::{self, WindowQuery};
use web::views::{ConsequencesView, OutageView, WindowView};
use web::{Call, IfMatch, Reply, RequestError, bodies, outside_data};

use crate::App;

/// The window that a delivery at that moment would open. Where the subdivision is not known, a
/// holiday of any counts, as the default policy has it.
pub(crate) async fn explain_window(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.require_caller(&app.clients)?;
    let query = queries::read_window_query(call)?;
    let (country, subdivision) = (query.country, query.subdivision.clone());
    let calendar = app.store.load_calendar(country, subdivision, UnknownSubdivision::Any).await;
    let window = count_window(&query, &calendar?)?;
    Ok(Reply::ok(&WindowView::of(&window)))
}

/// Gives every window that ends in an interval one business day more. It has to be confirmed, with their number and the
/// tag of the outages that were announced before: so a repeat moves nothing, and whoever wants another day says so.
pub(crate) async fn extend_windows(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.require_caller(&app.clients)?;
    let query = queries::read_confirmable_write_query(call)?;
    let body = call.json_body()?;
    let expected = call.optional_if_match()?;
    let author = Author::of(caller.actor(), request_time(&app.store, call).await?.at);
    let wish = bodies::read_outage(&body, author.at);
    let permits = entry::may_replace(expected.as_ref(), entry::revision_tag);
    let present = app.store.load_outages().await?;
    let (is_known, may_repeat) = (permits(Some(&present), false), permits(Some(&present), true));
    if !is_known && (query.dry_run || wish.is_err() || !may_repeat) {
        return Err(
            RequestError::VersionMismatch { current: Some(entry::revision_tag(&present)) }.into()
        );
    }
    let wish = wish?;
    if query.dry_run {
        let windows = app.store.foresee_outage(&present, &wish, author.at).await?;
        return Ok(Reply::ok(&consequences_view(&windows)).with_etag(entry::revision_tag(&present)));
    }
    let confirms = |windows: &ConcernedWindows| {
        matches!(expected, Some(IfMatch::OneOf(_)))
            && query.confirm == consequences_view(windows).confirm
    };
    let written = app.store.announce_outage_confirmed(&wish, &author, &permits, &confirms);
    match Box::pin(written).await? {
        OutageWrite::Done(written) => {
            outage_reply(&entry::stored_entry(written, entry::revision_tag)?)
        }
        OutageWrite::Unconfirmed { present, windows } => {
            let (consequences, current) =
                (Box::new(consequences_view(&windows)), entry::revision_tag(&present));
            Err(RequestError::Unconfirmed { consequences, current }.into())
        }
    }
}

fn consequences_view(windows: &ConcernedWindows) -> ConsequencesView {
    ConsequencesView::of_windows(&windows.claims, windows.is_complete)
}

/// Lists the outages that were announced, the newest first.
pub(crate) async fn list_outages(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.require_caller(&app.clients)?;
    queries::read_page_query(call)?;
    let (from, limit) =
        pagination::page_start(&app.cursors.read_page_request(call, &caller).await?)?;
    let found = app.store.list_outages(from.as_ref(), limit).await?;
    let views: Vec<_> = found.items.iter().map(OutageView::of).collect();
    let next = pagination::next_position(found.next);
    Ok(app.cursors.current_cursors().list_reply(call, &caller, &views, next.as_deref()))
}

/// The outage that was announced last.
fn outage_reply(stored: &RevisedEntry<Outages>) -> Result<Reply, ApiError> {
    let last = stored.entry.last_announced().ok_or(RequestError::NotFound)?;
    Ok(Reply::ok(&OutageView::of(last)).with_etag(entry::revision_tag(stored)))
}

/// Where the zone is not known, the country's latest.
fn count_window(
    query: &WindowQuery,
    calendar: &BusinessCalendar,
) -> Result<calendar::Window, RequestError> {
    let zone = query.time_zone.map_or(Zone::AnyOf(query.country), Zone::Known);
    calendar::count_window(query.delivered_at, query.business_days, calendar, &zone)
        .map_err(|_| outside_data())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(delivered_at: &str) -> Result<calendar::Window, RequestError> {
        let query = WindowQuery {
            country: "CZ".parse().unwrap(),
            subdivision: None,
            time_zone: None,
            delivered_at: delivered_at.parse().unwrap(),
            business_days: 5,
        };
        let calendar = BusinessCalendar::new(query.country, None, UnknownSubdivision::Any);
        count_window(&query, &calendar.unwrap())
    }

    #[test]
    fn a_delivery_before_christmas_waits_for_the_new_year() {
        let window = explained("2026-12-22T14:00:00Z").unwrap();
        assert_eq!(window.closes_at.to_rfc3339(), "2026-12-31T23:00:00+00:00");
    }

    #[test]
    fn a_deadline_outside_the_calendar_data_is_never_guessed() {
        assert_eq!(explained("2140-12-22T14:00:00Z"), Err(outside_data()));
    }
}
