//! `PUT /v1/calendars/{country}`: holidays that were announced since the calendar data was made.

use app::ApiError;
use domain::calendar::CountryCode;
use web::views::CalendarView;
use web::{Call, Reply, bodies};

use crate::App;

/// Writes the days added to the calendar of a country. Open windows that they make longer are
/// counted again by what follows the table's stream.
pub(crate) async fn put(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.caller()?;
    let country: CountryCode = call.path_id(str::parse)?;
    let added = bodies::calendar(country, &call.json()?)?;
    let calendar = app.store.put_country_calendar(country, &added).await?;
    Ok(Reply::ok(&CalendarView::of(&calendar)))
}
