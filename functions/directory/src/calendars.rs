//! `PUT` and `GET /v1/calendars/{country}`, and its history: holidays that were announced since the calendar data was
//! made.

use app::{ApiError, entry, moment};
use domain::calendar::CountryCode;
use domain::directory::CountryCalendar;
use store::{Author, Revised};
use web::views::CalendarView;
use web::{Call, Reply, bodies};

use crate::App;
use crate::history::{answered, asked_page};

/// Writes the days added to the calendar of a country. Open windows that they make longer are
/// counted again by the next ticks.
pub(crate) async fn put(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.caller()?;
    let country: CountryCode = call.path_id(str::parse)?;
    let body = call.json()?;
    let expected = call.optional_if_match()?;
    let added = match bodies::calendar(country, &body) {
        Ok(added) => added,
        Err(failure) => {
            let present = present(app, country).await?;
            let (expected, present) = (expected.as_ref(), Some(&present));
            return Err(entry::stale_first(expected, present, entry::tag_of, failure).into());
        }
    };
    let author = Author::of(caller.actor(), moment(&app.store, call).await?.at);
    let permits = entry::permits(expected.as_ref(), entry::tag_of);
    let written = app.store.put_country_calendar(country, &added, &author, &permits).await?;
    Ok(calendar(&entry::stored(written, entry::tag_of)?))
}

/// Reads the days added to the calendar of a country.
pub(crate) async fn get(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.caller()?;
    let country: CountryCode = call.path_id(str::parse)?;
    Ok(calendar(&present(app, country).await?))
}

/// Reads what was written of the calendar of a country.
pub(crate) async fn history(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.caller()?;
    let country: CountryCode = call.path_id(str::parse)?;
    let (from, limit) = asked_page(app, call, &caller)?;
    let found = app.store.calendar_history(country, from.as_ref(), limit).await?;
    Ok(answered(app, call, &caller, found, CalendarView::of))
}

async fn present(app: &App, country: CountryCode) -> Result<Revised<CountryCalendar>, ApiError> {
    let entry = app.store.country_calendar(country).await?;
    Ok(Revised { revision: entry.revision, entry })
}

fn calendar(stored: &Revised<CountryCalendar>) -> Reply {
    Reply::ok(&CalendarView::of(&stored.entry)).etag(entry::tag_of(stored))
}
