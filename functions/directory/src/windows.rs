//! `GET /v1/windows`: a deadline explained, for anyone who is signed in.

use app::ApiError;
use domain::calendar::{self, BusinessCalendar, UnknownSubdivision, Zone};
use web::queries::{self, WindowQuery};
use web::views::WindowView;
use web::{Call, Failure, Reply, outside_data};

use crate::App;

/// The window that a delivery at that moment would open. Where the subdivision is not known, a
/// holiday of any counts, as the default policy has it.
pub(crate) async fn get(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.caller(&app.clients)?;
    let query = queries::window(call)?;
    let (country, subdivision) = (query.country, query.subdivision.clone());
    let calendar = app.store.calendar(country, subdivision, UnknownSubdivision::Any).await;
    let window = window(&query, &calendar?)?;
    Ok(Reply::ok(&WindowView::of(&window)))
}

/// Where the zone is not known, the country's latest.
fn window(query: &WindowQuery, calendar: &BusinessCalendar) -> Result<calendar::Window, Failure> {
    let zone = query.time_zone.map_or(Zone::AnyOf(query.country), Zone::Known);
    calendar::window(query.delivered_at, query.business_days, calendar, &zone)
        .map_err(|_| outside_data())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(delivered_at: &str) -> Result<calendar::Window, Failure> {
        let query = WindowQuery {
            country: "CZ".parse().unwrap(),
            subdivision: None,
            time_zone: None,
            delivered_at: delivered_at.parse().unwrap(),
            business_days: 5,
        };
        let calendar = BusinessCalendar::new(query.country, None, UnknownSubdivision::Any);
        window(&query, &calendar.unwrap())
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
