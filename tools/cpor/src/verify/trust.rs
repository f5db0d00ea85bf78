//! The daily roots that somebody trusts, as they are read from a file.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::root::DailyRoot;
use serde_json::{Map, Value};

/// The daily roots that whoever checks a bundle knows to be right: from the bus, from the bucket, or as they were published.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrustedRoots(pub(crate) BTreeMap<NaiveDate, DailyRoot>);

/// A text that is no root and no list of roots, or one in which roots contradict themselves.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableRoots {
    /// It is no JSON.
    #[error("these are no daily roots: {0}")]
    Json(#[from] serde_json::Error),
    /// It is neither an object nor a list of objects.
    #[error("these are no daily roots: neither one nor a list of them")]
    Form,
    /// A root's chain is not that of what it says.
    #[error("the root of {0} is not what its own chain stands for")]
    Chain(NaiveDate),
    /// There are two roots of a day.
    #[error("there are two different roots of {0}")]
    Twice(NaiveDate),
}

impl TrustedRoots {
    /// Reads a root or a list of roots: as in the bucket, as in a bundle, or the details of events of the bus.
    ///
    /// # Errors
    /// [`UnreadableRoots`].
    pub fn read(text: &str) -> Result<Self, UnreadableRoots> {
        let list = match serde_json::from_str(text)? {
            Value::Array(list) => list,
            one @ Value::Object(_) => vec![one],
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                return Err(UnreadableRoots::Form);
            }
        };
        let mut roots = BTreeMap::new();
        for value in list {
            let root = read_root(value)?;
            if !root.is_whole() {
                return Err(UnreadableRoots::Chain(root.date));
            }
            if roots.insert(root.date, root).is_some_and(|other| other != root) {
                return Err(UnreadableRoots::Twice(root.date));
            }
        }
        Ok(Self(roots))
    }
}

/// The members of a root; an event has others beside them.
fn read_root(value: Value) -> Result<DailyRoot, UnreadableRoots> {
    let Value::Object(mut members) = value else { return Err(UnreadableRoots::Form) };
    let mut own = Map::new();
    for name in ["date", "size", "root", "previous", "chain"] {
        own.extend(members.remove(name).map(|value| (name.to_owned(), value)));
    }
    Ok(serde_json::from_value(Value::Object(own))?)
}

/// What whoever checks a bundle knows beside it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trust {
    /// The daily roots that are right. Where there are any, one of them must stand for each version of a closed day.
    pub roots: TrustedRoots,
    /// Whether the bundle is of a sandbox: its moments are those of a clock that may have been moved ahead, and the days of its
    /// roots are real.
    pub is_sandbox: bool,
}

#[cfg(test)]
mod tests {
    use domain::ids::Sha256Hash;
    use domain::root::DayLeaves;

    use super::*;

    fn root(date: &str) -> DailyRoot {
        let leaves = DayLeaves::of(vec![Sha256Hash::of(date.as_bytes())]);
        DailyRoot::of(date.parse().unwrap(), &leaves, None)
    }

    #[test]
    fn roots_are_read_alone_in_a_list_and_as_events_of_the_bus() {
        let one = serde_json::to_value(root("2026-12-22")).unwrap();
        let mut event = serde_json::to_value(root("2026-12-23")).unwrap();
        event["id"] = "root-2026-12-23".into();
        event["type"] = "day_closed".into();
        let days = |text: &str| TrustedRoots::read(text).unwrap().0.into_keys().collect::<Vec<_>>();
        let date = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(days(&one.to_string()), [date("2026-12-22")]);
        let list = Value::Array(vec![event, one.clone(), one]);
        assert_eq!(days(&list.to_string()), [date("2026-12-22"), date("2026-12-23")]);
        assert!(days("[]").is_empty());
    }

    #[test]
    fn roots_that_are_none_or_contradict_themselves_are_not_believed() {
        let one = serde_json::to_value(root("2026-12-22")).unwrap();
        let mut longer = one.clone();
        longer["size"] = 2.into();
        assert!(matches!(TrustedRoots::read(&longer.to_string()), Err(UnreadableRoots::Chain(_))));
        let other = DayLeaves::of(Vec::new());
        let other = DailyRoot::of("2026-12-22".parse().unwrap(), &other, None);
        let both = Value::Array(vec![one, serde_json::to_value(other).unwrap()]);
        assert!(matches!(TrustedRoots::read(&both.to_string()), Err(UnreadableRoots::Twice(_))));
        for junk in ["", "1", "null", "\"x\"", "[1]", "{}", "[{\"date\":\"2026-12-22\"}]"] {
            assert!(TrustedRoots::read(junk).is_err(), "{junk}");
        }
    }
}
