//! Whose days were counted at a moment: the calendars and zones of the bundle, as they were then.

use chrono::Duration;
use domain::calendar::{BusinessCalendar, CalendarId, CountryCode, Exception, Zone};
use domain::claim::Instant;
use domain::context::LocalCalendar;
use domain::program::Policy;

use crate::bundle::{AddedCalendar, Bundle};

/// How far a command's moment may be from that of a write to the directory that it was or was not decided on: both are
/// stamped when they arrive, and carried out later.
const NEAR: Duration = Duration::minutes(5);

/// The calendar of an id with the days that the bundle has of its revision; `None` where it cannot be made here.
pub(crate) fn load_calendar(bundle: &Bundle, id: &CalendarId) -> Option<BusinessCalendar> {
    let calendar = id.embedded_calendar().ok()?;
    let days = added_days(bundle, calendar.country(), id.revision())?;
    Some(calendar.with_exceptions(id.revision(), days))
}

fn added_days(bundle: &Bundle, country: CountryCode, revision: u32) -> Option<Vec<Exception>> {
    if revision == 0 {
        return Some(Vec::new());
    }
    let is_it = |own: &&AddedCalendar| own.country == country && own.revision == revision;
    bundle.calendars.iter().find(is_it).map(|own| own.days.clone())
}

/// Where the operator may have counted its days then.
pub(crate) fn operator_places(bundle: &Bundle, at: Instant) -> Vec<LocalCalendar> {
    let Ok(calendar) = bundle.operator.calendar.embedded_calendar() else { return Vec::new() };
    let country = calendar.country();
    let zone = bundle.operator.time_zone.map_or(Zone::AnyOf(country), Zone::Known);
    let place = |calendar| LocalCalendar { calendar, zone };
    revised_calendars(bundle, &calendar, at).into_iter().map(place).collect()
}

/// Where the partner may have counted its days then; nowhere in the bundle of a customer.
pub(crate) fn partner_places(bundle: &Bundle, policy: &Policy, at: Instant) -> Vec<LocalCalendar> {
    let since: Vec<_> = bundle.partner.iter().map(|own| own.since).collect();
    let places = indexes_near(&since, at).into_iter().filter_map(|index| bundle.partner.get(index));
    let mut found = Vec::new();
    for own in places {
        let unknown = policy.unknown_subdivision;
        let Ok(calendar) = BusinessCalendar::new(own.country, None, unknown) else { continue };
        let zone = Zone::Known(own.time_zone);
        let place = |calendar| LocalCalendar { calendar, zone };
        found.extend(revised_calendars(bundle, &calendar, at).into_iter().map(place));
    }
    found
}

/// The calendar with what was added to it then: as a rule one, more where that had just changed.
fn revised_calendars(
    bundle: &Bundle,
    calendar: &BusinessCalendar,
    at: Instant,
) -> Vec<BusinessCalendar> {
    let country = calendar.country();
    let known: Vec<_> = bundle.calendars.iter().filter(|own| own.country == country).collect();
    let since: Vec<_> = known.iter().map(|own| own.since).collect();
    let revision = |index: usize| {
        let own = known.get(index)?;
        Some(calendar.clone().with_exceptions(own.revision, own.days.clone()))
    };
    let mut found: Vec<_> = indexes_near(&since, at).into_iter().filter_map(revision).collect();
    // Before the first revision nothing was added.
    let is_before = |own: &AddedCalendar| own.since.is_some_and(|since| at < since + NEAR);
    if known.first().is_none_or(|own| own.revision == 1 && is_before(own)) {
        found.push(calendar.clone());
    }
    found
}

/// Which of several that follow each other were in force at about that moment.
fn indexes_near(since: &[Option<Instant>], at: Instant) -> Vec<usize> {
    let ends = since.iter().skip(1).copied().chain([None]);
    let is_near = |(start, end): (&Option<Instant>, Option<Instant>)| {
        start.is_none_or(|start| start <= at + NEAR) && end.is_none_or(|end| at <= end + NEAR)
    };
    let all = since.iter().zip(ends).map(is_near).enumerate();
    all.filter(|(_, is_near)| *is_near).map(|(index, _)| index).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_force_changes_at_its_moment_and_is_taken_either_way_around_it() {
        let at = |text: &str| -> Instant { text.parse().unwrap() };
        let since = [None, Some(at("2026-12-01T12:00:00Z")), Some(at("2026-12-02T12:00:00Z"))];
        let found = |text| indexes_near(&since, at(text));
        assert_eq!(found("2026-11-30T12:00:00Z"), [0]);
        assert_eq!(found("2026-12-01T11:58:00Z"), [0, 1]);
        assert_eq!(found("2026-12-01T12:04:00Z"), [0, 1]);
        assert_eq!(found("2026-12-01T13:00:00Z"), [1]);
        assert_eq!(found("2026-12-03T12:00:00Z"), [2]);
        assert_eq!(indexes_near(&[], at("2026-12-03T12:00:00Z")), Vec::<usize>::new());
    }
}
