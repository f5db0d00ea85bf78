//! The daily roots: each version is in the root of its day, and the roots are a chain that leads to one that is trusted.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::root::DailyRoot;
use serde_json::{Map, Value};

use crate::bundle::{Bundle, BundleEntry};
use crate::report::{FindingKind, Report, RootOfVersion};

/// The daily roots that whoever checks a bundle knows to be right: from the bus, from the bucket, or as they were published.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrustedRoots(BTreeMap<NaiveDate, DailyRoot>);

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

/// Checks the roots of a bundle, and that each of its versions is in the root of its day.
pub(crate) fn check_roots(bundle: &Bundle, trusted: &TrustedRoots, report: &mut Report) {
    let mut check = Check { bundle, trusted, open: BTreeMap::new(), before: None };
    check.check_chain(report);
    check.check_trusted(report);
    for entry in &bundle.entries {
        check.check_entry(entry, report);
    }
    check.tell_open(report);
    check.tell_head(report);
}

struct Check<'a> {
    bundle: &'a Bundle,
    trusted: &'a TrustedRoots,
    /// The days that are not closed yet, with their versions.
    open: BTreeMap<NaiveDate, Vec<u32>>,
    /// The version before, and its day.
    before: Option<(u32, NaiveDate)>,
}

impl Check<'_> {
    fn root_of(&self, day: NaiveDate) -> Option<&DailyRoot> {
        let in_bundle = self.bundle.roots.iter().find(|root| root.date == day);
        in_bundle.or_else(|| self.trusted.0.get(&day))
    }

    /// Each root is what its chain stands for, and follows the one of the day before.
    fn check_chain(&self, report: &mut Report) {
        let mut before: Option<&DailyRoot> = None;
        for root in &self.bundle.roots {
            let day = root.date;
            report.checked.roots += 1;
            if !root.is_whole() {
                let text = format!("the root of {day} is not what its own chain stands for");
                report.find(FindingKind::Root, None, text);
            }
            if let Some(before) = before {
                let last = before.date;
                if last.succ_opt() == Some(day) {
                    if !root.follows(before) {
                        let text = format!("the root of {day} is not chained to that of {last}");
                        report.find(FindingKind::Root, None, text);
                    }
                } else if last < day {
                    let text = "the roots between are not in the bundle";
                    report.leave(format!("The chain from {last} to {day}: {text}."));
                } else {
                    let text = format!("the root of {day} stands behind that of {last}");
                    report.find(FindingKind::Root, None, text);
                }
            }
            before = Some(root);
        }
    }

    /// No root is another one than a trusted one of its day, or not chained to a trusted one of a day beside it.
    fn check_trusted(&self, report: &mut Report) {
        for root in &self.bundle.roots {
            let (day, known) = (root.date, &self.trusted.0);
            if known.get(&day).is_some_and(|trusted| trusted != root) {
                let text = format!("the root of {day} is another one than the trusted one");
                report.find(FindingKind::Root, None, text);
            }
            let next = day.succ_opt().and_then(|next| known.get(&next));
            let last = day.pred_opt().and_then(|last| known.get(&last));
            let follows = next.is_none_or(|next| next.follows(root));
            if !follows || last.is_some_and(|last| !root.follows(last)) {
                let text = format!("the root of {day} is not chained to the trusted one beside it");
                report.find(FindingKind::Root, None, text);
            }
        }
    }

    /// The version is in the root of its day, or that day is not closed yet.
    fn check_entry(&mut self, entry: &BundleEntry, report: &mut Report) {
        let no = entry.version.0;
        let Some(day) = entry.archived_on else {
            if let Some((before, _)) = self.before {
                let text = format!(
                    "it is said to be from before there were daily roots, and version {before} is not"
                );
                report.find(FindingKind::Path, no, text);
            } else {
                let text = "it was archived before there were daily roots";
                report.leave(format!("The daily root of version {no}: {text}."));
            }
            return;
        };
        if let Some((before, last)) = self.before.filter(|(_, last)| *last > day) {
            let text = format!("it was archived on {day}, and version {before} on {last}");
            report.find(FindingKind::Path, no, text);
        }
        self.before = Some((no, day));
        let Some(root) = self.root_of(day) else { return self.check_open(day, no, report) };
        let is_in = entry.inclusion.as_ref().is_some_and(|place| root.includes(entry.hash, place));
        if is_in {
            report.checked.paths += 1;
        } else {
            let text = format!("it is not in the root of {day}, on which it was archived");
            report.find(FindingKind::Path, no, text);
        }
    }

    /// Days are closed in their order: one without a root is behind all that have one.
    fn check_open(&mut self, day: NaiveDate, no: u32, report: &mut Report) {
        let in_bundle = self.bundle.roots.iter().map(|root| root.date);
        let later = in_bundle.chain(self.trusted.0.keys().copied()).find(|other| *other > day);
        match later {
            Some(later) => {
                let text =
                    format!("{day}, on which it was archived, has no root, and {later} has one");
                report.find(FindingKind::Path, no, text);
            }
            None => self.open.entry(day).or_default().push(no),
        }
    }

    fn tell_open(&self, report: &mut Report) {
        for (day, versions) in &self.open {
            let named: Vec<_> = versions.iter().map(u32::to_string).collect();
            let named = named.join(", ");
            let why = format!("{day} was not closed yet when the bundle was made");
            report
                .leave(format!("The daily root of version {named}: {why}. Ask for it once more."));
        }
    }

    /// Says which root stands for the last version, and so for the whole history.
    fn tell_head(&self, report: &mut Report) {
        let head = self.bundle.entries.last();
        let root = head.and_then(|head| {
            let root = self.root_of(head.archived_on?)?;
            root.includes(head.hash, head.inclusion.as_ref()?).then_some(root)
        });
        let since = if let Some(root) = root {
            let trusted = self.trusted_days().contains(&root.date);
            let (date, chain) = (root.date, root.chain.to_string());
            report.root = Some(RootOfVersion { date, chain, trusted });
            if !trusted {
                let text = "compare its chain, or name roots that you trust with --root";
                report
                    .leave(format!("Whether the root of {date} is the one that was told: {text}."));
            }
            " A root says since when the history is so."
        } else {
            " No daily root stands for it yet."
        };
        report.leave(format!(
            "Who wrote the entries, and that nobody was shown another history: compare the hash of the last version with that \
             of another party's bundle.{since}"
        ));
    }

    /// The days whose roots are trusted, or lead to a trusted one of a later day.
    fn trusted_days(&self) -> BTreeSet<NaiveDate> {
        let mut days = BTreeSet::new();
        let known = self.trusted.0.values();
        for trusted in known.filter(|trusted| self.root_of(trusted.date) == Some(*trusted)) {
            let mut root = trusted;
            days.insert(root.date);
            while let Some(before) = root.date.pred_opt().and_then(|day| self.root_of(day))
                && root.follows(before)
                && before.is_whole()
            {
                if !days.insert(before.date) {
                    break;
                }
                root = before;
            }
        }
        days
    }
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
