//! Whose days were counted at a moment: the calendars and zones of the bundle, as they were then.

use domain::calendar::{
    BusinessCalendar, CalendarId, CountryCode, CountryFile, DATA_VERSION, Exception, Zone,
};
use domain::claim::Instant;
use domain::context::LocalCalendar;
use domain::program::Policy;

use super::bundle::{AddedCalendar, Bundle, CarriedFile};
use super::moments::{NEAR, later};
use super::report::{BundleReport, FindingKind};

/// Each file of holidays is the one of its digest, and where this program has that version, it is the same.
pub(crate) fn check_files(bundle: &Bundle, report: &mut BundleReport) {
    for own in &bundle.country_files {
        let (country, version) = (own.country, own.version.as_str());
        let file = own.to_file();
        if file.digest() != own.sha256 {
            let text =
                format!("the holidays of {country} are not those that their digest stands for");
            report.add_finding(FindingKind::Calendar, None, text);
        }
        if version != DATA_VERSION {
            report.note_unchecked(format!(
                "Whether the holidays of {country} were those of version {version}: they are taken as the bundle has them, \
                 SHA-256 {}. This program has version {DATA_VERSION}.",
                own.sha256
            ));
        } else if file != CountryFile::embedded(country) {
            let text = format!("the holidays of {country} are not those of version {version}");
            report.add_finding(FindingKind::Calendar, None, text);
        }
    }
}

/// Whether windows that were counted by that calendar can be counted by the same data here.
pub(crate) fn has_data_of(bundle: &Bundle, id: &CalendarId) -> bool {
    id.data_version() == DATA_VERSION || find_file(bundle, id).is_some()
}

/// The holidays of the calendar's version, where the bundle has them.
fn find_file(bundle: &Bundle, id: &CalendarId) -> Option<CountryFile> {
    bundle.country_files.iter().map(CarriedFile::to_file).find(|file| file.is_of(id))
}

/// The calendar of an id with the days that the bundle has of its revision; `None` where it cannot be made here.
pub(crate) fn load_calendar(bundle: &Bundle, id: &CalendarId) -> Option<BusinessCalendar> {
    let carried = if id.data_version() == DATA_VERSION { None } else { find_file(bundle, id) };
    let calendar = match carried {
        Some(file) => file.calendar(id),
        None => id.embedded_calendar(),
    };
    let calendar = calendar.ok()?;
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
    let calendars = list_versions(bundle, calendar);
    let revised = calendars.iter().flat_map(|calendar| revised_calendars(bundle, calendar, at));
    revised.map(place).collect()
}

/// The calendar by this program's data, and by each other version of it in the bundle.
fn list_versions(bundle: &Bundle, calendar: BusinessCalendar) -> Vec<BusinessCalendar> {
    let others = bundle.country_files.iter().filter(|own| own.version != DATA_VERSION);
    let others = others.filter(|own| own.country == calendar.country());
    let id = calendar.id().clone();
    let carried = others.filter_map(|own| own.to_file().calendar(&id).ok()).collect::<Vec<_>>();
    [calendar].into_iter().chain(carried).collect()
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
        for calendar in list_versions(bundle, calendar) {
            found.extend(revised_calendars(bundle, &calendar, at).into_iter().map(place));
        }
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
    let is_before = |own: &AddedCalendar| own.since.is_some_and(|since| at < later(since, NEAR));
    if known.first().is_none_or(|own| own.revision == 1 && is_before(own)) {
        found.push(calendar.clone());
    }
    found
}

/// Which of several that follow each other were in force at about that moment.
fn indexes_near(since: &[Option<Instant>], at: Instant) -> Vec<usize> {
    let ends = since.iter().skip(1).copied().chain([None]);
    let is_near = |(start, end): (&Option<Instant>, Option<Instant>)| {
        start.is_none_or(|start| start <= later(at, NEAR))
            && end.is_none_or(|end| at <= later(end, NEAR))
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
