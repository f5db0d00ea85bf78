//! What is read of a bundle with more care than its form asks for: nothing is there twice, left out or unknown, and every moment
//! is within the years that are written with four digits.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate};
use domain::history::Audience;
use domain::program::Policy;
use serde::Deserializer;
use serde::de::{self, MapAccess, Visitor};
use serde_json::Value;

use super::bundle::BundlePart;

/// The members whose texts are whatever somebody wrote.
const WRITTEN: [&str; 7] =
    ["text", "name", "changes", "remarks", "customer_remarks", "staff_remarks", "reason_code"];

/// The parts of an entry, each once.
pub(crate) fn read_parts<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<Audience, BundlePart>, D::Error> {
    struct Parts;

    impl<'de> Visitor<'de> for Parts {
        type Value = BTreeMap<Audience, BundlePart>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the parts of an entry")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
            let mut parts = BTreeMap::new();
            while let Some((audience, part)) = members.next_entry::<Audience, BundlePart>()? {
                match parts.entry(audience) {
                    Entry::Vacant(free) => free.insert(part),
                    Entry::Occupied(_) => {
                        let name = audience.as_str();
                        return Err(de::Error::custom(format!("the part of the {name} twice")));
                    }
                };
            }
            Ok(parts)
        }
    }

    deserializer.deserialize_map(Parts)
}

/// The name of a member that a policy as it is given lacks, or has beyond those of a policy. That none is there twice, its form
/// says.
pub(crate) fn find_policy_difference(given: &Value, policy: &Policy) -> Option<String> {
    find_other_member(given, &serde_json::to_value(policy).unwrap_or_default())
}

/// The name of a member that one of the two has and the other has not.
fn find_other_member(given: &Value, known: &Value) -> Option<String> {
    let (Value::Object(given), Value::Object(known)) = (given, known) else { return None };
    let names = given.keys().chain(known.keys());
    for name in names {
        let (Some(own), Some(other)) = (given.get(name), known.get(name)) else {
            return Some(name.clone());
        };
        if let found @ Some(_) = find_other_member(own, other) {
            return found;
        }
    }
    None
}

/// The first moment or date outside the years 0 to 9999. What somebody wrote is not looked at.
pub(crate) fn find_far_moment(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text.as_str()).filter(|text| is_far(text)),
        Value::Array(values) => values.iter().find_map(find_far_moment),
        Value::Object(members) => {
            let stated = members.iter().filter(|(name, _)| !WRITTEN.contains(&name.as_str()));
            stated.map(|(_, value)| value).find_map(find_far_moment)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn is_far(text: &str) -> bool {
    // Years of four digits need no sign.
    if !text.starts_with(['+', '-']) && !text.starts_with("0000") {
        return false;
    }
    let moment = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc().year());
    let moment = moment.or_else(|_| text.parse::<DateTime<chrono::Utc>>().map(|at| at.year()));
    let year = moment.or_else(|_| text.parse::<NaiveDate>().map(|day| day.year()));
    year.is_ok_and(|year| !(0..=9999).contains(&year))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_moment_of_a_far_year_is_found_wherever_it_stands_but_in_what_somebody_wrote() {
        for far in
            ["+262142-12-31T23:59:59Z", "-0001-01-01T00:00:00Z", "+10000-01-01", "-262143-01-01"]
        {
            assert_eq!(find_far_moment(&json!({"a": [{"b": far}]})), Some(far));
            assert_eq!(find_far_moment(&json!({"remarks": [far], "text": far})), None);
        }
        for near in ["2026-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "9999-12-31", "+420 123", "-1"]
        {
            assert_eq!(find_far_moment(&json!([near])), None, "{near}");
        }
    }

    #[test]
    fn a_policy_has_each_member_and_no_other() {
        let differs = |given: &Value| find_policy_difference(given, &Policy::default());
        let whole = serde_json::to_value(Policy::default()).unwrap();
        assert_eq!(differs(&whole), None);
        for name in whole.as_object().unwrap().keys() {
            let mut other = whole.clone();
            other.as_object_mut().unwrap().remove(name);
            assert_eq!(differs(&other).as_ref(), Some(name));
        }
        let mut more = whole.clone();
        more["window_days"] = 1.into();
        assert_eq!(differs(&more).as_deref(), Some("window_days"));
        let mut inner = whole;
        inner["retention_days"]["other"] = 1.into();
        assert_eq!(differs(&inner).as_deref(), Some("other"));
    }
}
