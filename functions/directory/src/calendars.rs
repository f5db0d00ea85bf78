//! `/v1/calendars`: holidays that were announced since the calendar data was made, one day at a time or all of them, and
//! their history.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use app::{ApiError, entry, pagination, request_time};
use domain::calendar::{CountryCode, Exception};
use domain::directory::{CountryCalendar, MAX_ADDED_DAYS};
use domain::rejection::{FieldCode, FieldError, Rejection};
use store::{Author, Consequences, DaysWish, RevisedEntry};
use web::views::CalendarView;
use web::{Call, Caller, IfMatch, Reply, bodies, queries};

use crate::App;
use crate::history::{history_reply, read_page_start};

/// Writes the days added to the calendar of a country. Open windows that they make longer are
/// counted again by the next ticks.
pub(crate) async fn put_calendar(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.require_caller(&app.clients)?;
    let country: CountryCode = call.path_id(str::parse)?;
    let is_dry_run = queries::read_write_query(call)?;
    let body = call.json_body()?;
    let expected = call.optional_if_match()?;
    let wish =
        |_: &BTreeSet<Exception>| entry::check_body(bodies::read_calendar(country, &body), []);
    if is_dry_run {
        return dry_run_reply(app, country, &wish, expected.as_ref()).await;
    }
    Ok(calendar_reply(&write_days(app, call, &caller, country, &wish, expected.as_ref()).await?))
}

/// Adds one day, and leaves all others as they are: 201 where it is new.
pub(crate) async fn put_day(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.require_caller(&app.clients)?;
    let (country, date) = call.path_id_and_day(str::parse::<CountryCode>)?;
    let is_dry_run = queries::read_write_query(call)?;
    let body = call.json_body()?;
    let expected = call.optional_if_match()?;
    let day = entry::check_body(bodies::calendar_day(country, date, &body), []);
    let is_new = AtomicBool::new(false);
    let wish = |days: &BTreeSet<Exception>| {
        let day = day.clone()?;
        let (same, mut days): (BTreeSet<_>, BTreeSet<_>) =
            days.iter().cloned().partition(|own| own.is_at(date, day.subdivision.as_ref()));
        is_new.store(same.is_empty(), Ordering::Relaxed);
        days.insert(day);
        if days.len() > MAX_ADDED_DAYS {
            return Err(Rejection::Fields(vec![FieldError::new("", FieldCode::TooLong)]));
        }
        Ok(days)
    };
    if is_dry_run {
        return dry_run_reply(app, country, &wish, expected.as_ref()).await;
    }
    let stored = write_days(app, call, &caller, country, &wish, expected.as_ref()).await?;
    let view = CalendarView::of(&stored.entry);
    let reply = if is_new.into_inner() {
        Reply::created(&format!("/v1/calendars/{country}/days/{date}"), &view)
    } else {
        Reply::ok(&view)
    };
    Ok(reply.with_etag(entry::revision_tag(&stored)))
}

/// Takes one day back, and leaves all others as they are.
pub(crate) async fn delete_day(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.require_caller(&app.clients)?;
    let (country, date) = call.path_id_and_day(str::parse::<CountryCode>)?;
    let (subdivision, is_dry_run) = queries::read_delete_day_query(call, country)?;
    let expected = call.optional_if_match()?;
    let wish = |days: &BTreeSet<Exception>| {
        let (same, others): (BTreeSet<_>, BTreeSet<_>) =
            days.iter().cloned().partition(|own| own.is_at(date, subdivision.as_ref()));
        if same.is_empty() { Err(Rejection::NotFound) } else { Ok(others) }
    };
    if is_dry_run {
        return dry_run_reply(app, country, &wish, expected.as_ref()).await;
    }
    let stored = write_days(app, call, &caller, country, &wish, expected.as_ref()).await?;
    Ok(calendar_reply(&stored))
}

/// What a write would do: a day makes windows longer, and ends and holds nothing.
async fn dry_run_reply(
    app: &App,
    country: CountryCode,
    wish: DaysWish<'_>,
    expected: Option<&IfMatch>,
) -> Result<Reply, ApiError> {
    let permits = entry::may_replace(expected, entry::revision_tag);
    let foreseen = app.store.foresee_country_calendar(country, wish, &permits).await?;
    let (present, _) = entry::dry_run_entries(foreseen, entry::revision_tag)?;
    Ok(entry::dry_run_reply(present.as_ref(), &Consequences::default(), entry::revision_tag))
}

async fn write_days(
    app: &App,
    call: &Call<'_>,
    caller: &Caller,
    country: CountryCode,
    wish: DaysWish<'_>,
    expected: Option<&IfMatch>,
) -> Result<RevisedEntry<CountryCalendar>, ApiError> {
    let author = Author::of(caller.actor(), request_time(&app.store, call).await?.at);
    let permits = entry::may_replace(expected, entry::revision_tag);
    let written = app.store.put_country_calendar(country, wish, &author, &permits).await?;
    Ok(entry::stored_entry(written, entry::revision_tag)?)
}

/// Lists the calendars that something was added to.
pub(crate) async fn list_calendars(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.require_caller(&app.clients)?;
    queries::read_page_query(call)?;
    let (from, limit) =
        pagination::page_start(&app.cursors.read_page_request(call, &caller).await?)?;
    let found = app.store.country_calendars(from.as_ref(), limit).await?;
    let views: Vec<_> = found.items.iter().map(CalendarView::of).collect();
    let next = pagination::next_position(found.next);
    Ok(app.cursors.current_cursors().list_reply(call, &caller, &views, next.as_deref()))
}

/// Reads the days added to the calendar of a country.
pub(crate) async fn read_calendar(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.require_caller(&app.clients)?;
    let country: CountryCode = call.path_id(str::parse)?;
    Ok(calendar_reply(&load_calendar(app, country).await?))
}

/// Reads what was written of the calendar of a country.
pub(crate) async fn read_history(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.require_caller(&app.clients)?;
    let country: CountryCode = call.path_id(str::parse)?;
    let (from, limit) = read_page_start(app, call, &caller).await?;
    let found = app.store.calendar_history(country, from.as_ref(), limit).await?;
    Ok(history_reply(app, call, &caller, found, CalendarView::of))
}

async fn load_calendar(
    app: &App,
    country: CountryCode,
) -> Result<RevisedEntry<CountryCalendar>, ApiError> {
    let entry = app.store.country_calendar(country).await?;
    Ok(RevisedEntry { revision: entry.revision, entry })
}

fn calendar_reply(stored: &RevisedEntry<CountryCalendar>) -> Reply {
    Reply::ok(&CalendarView::of(&stored.entry)).with_etag(entry::revision_tag(stored))
}
