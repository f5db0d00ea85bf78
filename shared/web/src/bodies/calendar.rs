//! What the operator adds to the calendar of a country.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::calendar::{CountryCode, Exception, Subdivision};
use domain::directory::MAX_ADDED_DAYS;
use domain::rejection::FieldCode;
use domain::text::Name;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::failure::RequestError;
use crate::fields::BodyFields;

/// Write the days that are added to the calendar of a country, all of them.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarBody {
    /// The days; none takes all of them back.
    #[schema(max_items = 200)]
    pub added: Vec<AddedDayBody>,
    /// Taken and ignored: the path says it.
    pub country: Option<String>,
    /// Taken and ignored: the system counts the revisions.
    pub revision: Option<u32>,
}

/// A holiday that was announced.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddedDayBody {
    /// The day that is no business day, as `YYYY-MM-DD`.
    #[schema(format = Date)]
    pub date: String,
    /// What it is called, in English.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Where; not given: in the whole country.
    pub subdivision: Option<String>,
    /// Taken and ignored: the system says when it was added.
    #[schema(format = DateTime)]
    pub added_at: Option<String>,
    /// Taken and ignored: the system says who added it.
    pub added_by: Option<String>,
}

/// Add a day to the calendar of a country.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarDayBody {
    /// What it is called, in English.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Where; not given: in the whole country.
    pub subdivision: Option<String>,
}

/// Reads one day that is added to the calendar of `country`.
pub fn calendar_day(
    country: CountryCode,
    date: NaiveDate,
    body: &Value,
) -> Result<Exception, RequestError> {
    let mut fields = BodyFields::of(body);
    let name = fields.read_required::<Name>("name");
    let subdivision = read_subdivision(&mut fields, Some(country));
    let name = name.map(|name| name.as_str().to_owned());
    let day = name.map(|name| Exception { date, name, subdivision });
    fields.finish_reading(day)
}

/// Reads the days added to the calendar of `country`. The same day and place twice leaves open which
/// name is meant.
pub fn read_calendar(
    country: CountryCode,
    body: &Value,
) -> Result<BTreeSet<Exception>, RequestError> {
    let mut fields = BodyFields::of(body);
    fields.ignore_member("country");
    fields.ignore_member("revision");
    let added =
        fields.read_objects("added", 0..=MAX_ADDED_DAYS, |fields| added_day(fields, country));
    let place = |day: &Exception| (day.date, day.subdivision.clone());
    fields.require_unique("added", added.iter().map(|day| day.as_ref().map(place)));
    if body.get("added").is_none_or(Value::is_null) {
        fields.report_error("added", FieldCode::Required);
    }
    fields.finish_reading(Some(added.into_iter().flatten().collect()))
}

fn added_day(fields: &mut BodyFields<'_>, country: CountryCode) -> Option<Exception> {
    let (date, name) = (fields.read_required("date"), fields.read_required::<Name>("name"));
    let subdivision = read_subdivision(fields, Some(country));
    fields.ignore_member("added_at");
    fields.ignore_member("added_by");
    Some(Exception { date: date?, name: name?.as_str().to_owned(), subdivision })
}

/// A subdivision means something only within its country.
pub(super) fn read_subdivision(
    fields: &mut BodyFields<'_>,
    country: Option<CountryCode>,
) -> Option<Subdivision> {
    let code: String = fields.read_optional("subdivision")?;
    let known = Subdivision::parse(country?, &code).ok();
    if known.is_none() {
        fields.report_error("subdivision", FieldCode::UnknownCode);
    }
    known
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::bodies::tests::refused;

    fn read(country: &str, added: &Value) -> Result<BTreeSet<Exception>, RequestError> {
        read_calendar(country.parse().unwrap(), &json!({"added": added}))
    }

    #[test]
    fn days_are_of_the_whole_country_or_of_a_part_of_it() {
        let added = json!([
            {"date": "2026-12-31", "name": "Day of mourning"},
            {"date": "2026-12-31", "name": "Recount", "subdivision": "CA"},
        ]);
        let days: Vec<_> = read("US", &added).unwrap().into_iter().collect();
        let parts: Vec<_> = days.iter().map(|day| day.subdivision.is_some()).collect();
        assert_eq!((parts, read("CZ", &json!([])).unwrap().len()), (vec![false, true], 0));
    }

    #[test]
    fn a_day_without_date_or_name_or_of_a_foreign_part_is_refused_with_its_place() {
        let added = json!([
            {"date": "31 December", "name": "Day of mourning"},
            {"date": "2026-12-31"},
            {"date": "2026-12-30", "name": "Recount", "subdivision": "CA"},
            {"date": "2026-12-29", "name": "Once"},
            {"date": "2026-12-29", "name": "Twice"},
        ]);
        let expected = [
            "malformed /added/0/date",
            "required /added/1/name",
            "unknown-code /added/2/subdivision",
            "duplicate /added/4",
        ];
        assert_eq!(refused(read("CZ", &added)), expected);
        let day = |no: u32| json!({"date": format!("{}-01-01", 2000 + no), "name": "Day"});
        let many: Vec<_> = (0..201).map(day).collect();
        assert_eq!(refused(read("CZ", &json!(many))), ["too-long /added"]);
        assert_eq!(refused(read_calendar("CZ".parse().unwrap(), &json!({}))), ["required /added"]);
    }
}
