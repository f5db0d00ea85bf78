//! `GET /v1/windows`: a deadline explained, for anyone who is signed in.

use domain::calendar::{self, BusinessCalendar, UnknownSubdivision, Zone};
use web::queries::{self, WindowQuery};
use web::views::WindowView;
use web::{Call, Failure, Reply, outside_data};

/// The window that a delivery at that moment would open.
pub(crate) fn get(call: &Call<'_>) -> Result<Reply, Failure> {
    call.caller()?;
    let query = queries::window(call)?;
    let window = window(&query)?;
    Ok(Reply::ok(&WindowView::of(&window)))
}

/// Where the subdivision is not known, a holiday of any counts, as the default policy has it; where
/// the zone is not known, the country's latest.
fn window(query: &WindowQuery) -> Result<calendar::Window, Failure> {
    let subdivision = query.subdivision.clone();
    let calendar = BusinessCalendar::new(query.country, subdivision, UnknownSubdivision::Any)
        .map_err(|_| Failure::InvalidQuery("subdivision".to_owned()))?;
    let zone = query.time_zone.map_or(Zone::AnyOf(query.country), Zone::Known);
    calendar::window(query.delivered_at, query.business_days, &calendar, &zone)
        .map_err(|_| outside_data())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(delivered_at: &str) -> WindowQuery {
        WindowQuery {
            country: "CZ".parse().unwrap(),
            subdivision: None,
            time_zone: None,
            delivered_at: delivered_at.parse().unwrap(),
            business_days: 5,
        }
    }

    #[test]
    fn a_delivery_before_christmas_waits_for_the_new_year() {
        let window = window(&query("2026-12-22T14:00:00Z")).unwrap();
        assert_eq!(window.closes_at.to_rfc3339(), "2026-12-31T23:00:00+00:00");
    }

    #[test]
    fn a_deadline_outside_the_calendar_data_is_never_guessed() {
        assert_eq!(window(&query("2140-12-22T14:00:00Z")), Err(outside_data()));
    }
}
