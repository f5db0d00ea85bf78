//! The daily roots: each version is in the root of its day, and the roots are a chain that leads to one that is trusted.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use domain::claim::Instant;
use domain::root::DailyRoot;
use domain::time::format_rfc3339;

use super::bundle::{Bundle, BundleEntry};
use super::moments::{CLOCKS, later};
use super::report::{BundleReport, FindingKind, RootOfVersion};
use super::trust::Trust;

/// Checks the roots of a bundle, and that each of its versions is in the root of its day.
pub(crate) fn check_roots(bundle: &Bundle, trust: &Trust, report: &mut BundleReport) {
    let mut known: BTreeMap<_, _> = trust.roots.0.iter().map(|(day, own)| (*day, own)).collect();
    known.extend(bundle.roots.iter().map(|own| (own.date, own)));
    let is_sandbox = trust.is_sandbox;
    let (trusted, open) = (&trust.roots.0, BTreeMap::new());
    let mut check = RootCheck { bundle, trusted, known, is_sandbox, open, before: None };
    check.check_chain(report);
    check.check_trusted(report);
    let stands = check.trusted_days();
    for entry in &bundle.entries {
        let day = check.check_entry(entry, report);
        if day.is_some_and(|day| stands.contains(&day)) {
            report.rooted = Some(entry.version.0);
        }
    }
    check.check_rooted(report);
    check.tell_open(report);
    check.tell_head(&stands, report);
}

struct RootCheck<'a> {
    bundle: &'a Bundle,
    trusted: &'a BTreeMap<NaiveDate, DailyRoot>,
    /// Every root that is known, by its day; where there are two, the bundle's.
    known: BTreeMap<NaiveDate, &'a DailyRoot>,
    is_sandbox: bool,
    /// The days that are not closed yet, with their versions.
    open: BTreeMap<NaiveDate, Vec<u32>>,
    /// The version before, and its day.
    before: Option<(u32, NaiveDate)>,
}

impl<'a> RootCheck<'a> {
    fn root_of(&self, day: NaiveDate) -> Option<&'a DailyRoot> {
        self.known.get(&day).copied()
    }

    /// Each root is what its chain stands for, and follows the one of the day before. The first day of all has none before.
    fn check_chain(&self, report: &mut BundleReport) {
        let mut before: Option<&DailyRoot> = None;
        for root in &self.bundle.roots {
            let day = root.date;
            report.checked.roots += 1;
            if !root.is_whole() {
                let text = format!("the root of {day} is not what its own chain stands for");
                report.add_finding(FindingKind::Root, None, text);
            }
            if root.previous.is_none()
                && let Some((first, _)) = self.known.range(..day).next()
            {
                let text = format!("the root of {day} begins a chain, and there is one of {first}");
                report.add_finding(FindingKind::Root, None, text);
            }
            if let Some(before) = before {
                let last = before.date;
                if last.succ_opt() == Some(day) {
                    if !root.follows(before) {
                        let text = format!("the root of {day} is not chained to that of {last}");
                        report.add_finding(FindingKind::Root, None, text);
                    }
                } else if last < day {
                    let text = "the roots between are not in the bundle";
                    report.note_uncheckable(format!("The chain from {last} to {day}: {text}."));
                } else {
                    let text = format!("the root of {day} stands behind that of {last}");
                    report.add_finding(FindingKind::Root, None, text);
                }
            }
            before = Some(root);
        }
    }

    /// No root is another one than a trusted one of its day, or not chained to a trusted one of a day beside it.
    fn check_trusted(&self, report: &mut BundleReport) {
        for root in &self.bundle.roots {
            let (day, known) = (root.date, self.trusted);
            if known.get(&day).is_some_and(|trusted| trusted != root) {
                let text = format!("the root of {day} is another one than the trusted one");
                report.add_finding(FindingKind::Root, None, text);
            }
            let next = day.succ_opt().and_then(|next| known.get(&next));
            let last = day.pred_opt().and_then(|last| known.get(&last));
            let follows = next.is_none_or(|next| next.follows(root));
            if !follows || last.is_some_and(|last| !root.follows(last)) {
                let text = format!("the root of {day} is not chained to the trusted one beside it");
                report.add_finding(FindingKind::Root, None, text);
            }
        }
    }

    /// The version is in the root of its day, or that day is not closed yet. The day, where it is in its root.
    fn check_entry(&mut self, entry: &BundleEntry, report: &mut BundleReport) -> Option<NaiveDate> {
        let no = entry.version.0;
        let Some(day) = entry.archived_on else {
            self.check_without_day(entry, report);
            return None;
        };
        if let Some((before, last)) = self.before.filter(|(_, last)| *last > day) {
            let text = format!("it was archived on {day}, and version {before} on {last}");
            report.add_finding(FindingKind::Path, no, text);
        }
        self.before = Some((no, day));
        self.check_day(entry, day, report);
        let Some(root) = self.root_of(day) else {
            self.check_open(day, no, report);
            return None;
        };
        let is_in = entry.inclusion.as_ref().is_some_and(|place| root.includes(entry.hash, place));
        if is_in {
            report.checked.paths += 1;
            return Some(day);
        }
        let text = format!("it is not in the root of {day}, on which it was archived");
        report.add_finding(FindingKind::Path, no, text);
        None
    }

    /// A version that names no day was archived before there was any root.
    fn check_without_day(&self, entry: &BundleEntry, report: &mut BundleReport) {
        let no = entry.version.0;
        if let Some((before, _)) = self.before {
            let text = format!(
                "it is said to be from before there were daily roots, and version {before} is not"
            );
            report.add_finding(FindingKind::Path, no, text);
            return;
        }
        // On the first day of all, a version may have been archived before the first one that has a day.
        let happened = entry.at().map(|at| at.date_naive()).filter(|_| !self.is_sandbox);
        let is_later = |root: &DailyRoot| {
            happened.is_some_and(|day| root.date < day || root.previous.is_some())
        };
        let earlier = happened.and_then(|day| self.known.range(..=day).map(|(_, own)| *own).next());
        if let Some(root) = earlier.filter(|root| is_later(root)) {
            let text = format!(
                "it is said to be from before there were daily roots, and there is one of {}",
                root.date
            );
            report.add_finding(FindingKind::Path, no, text);
            return;
        }
        let text = "it was archived before there were daily roots";
        report.note_uncheckable(format!("The daily root of version {no}: {text}."));
    }

    /// A version is archived once it has happened, and before a bundle has it.
    fn check_day(&self, entry: &BundleEntry, day: NaiveDate, report: &mut BundleReport) {
        let no = entry.version.0;
        // The clocks of who writes are not the same.
        let earliest = |at: Instant| at.checked_sub_signed(CLOCKS).map(|at| at.date_naive());
        let happened = entry.at().filter(|_| !self.is_sandbox);
        if let Some(at) = happened.filter(|at| earliest(*at).is_some_and(|first| day < first)) {
            let at = format_rfc3339(at);
            let text = format!(
                "it was archived on {day}, and happened at {at}, which is later; in a sandbox alone that can be"
            );
            report.add_finding(FindingKind::Path, no, text);
        }
        if later(self.bundle.made_at, CLOCKS).date_naive() < day {
            let made = format_rfc3339(self.bundle.made_at);
            let text = format!("it was archived on {day}, and the bundle was made at {made}");
            report.add_finding(FindingKind::Path, no, text);
        }
    }

    /// Days are closed in their order: one without a root is behind all that have one.
    fn check_open(&mut self, day: NaiveDate, no: u32, report: &mut BundleReport) {
        match self.known.range(day..).next() {
            Some((later, _)) => {
                let text =
                    format!("{day}, on which it was archived, has no root, and {later} has one");
                report.add_finding(FindingKind::Path, no, text);
            }
            None => self.open.entry(day).or_default().push(no),
        }
    }

    /// Whether a day had ended more than a day before the bundle was made: then it should have been closed.
    fn is_overdue(&self, day: NaiveDate) -> bool {
        let due = day.checked_add_days(Days::new(2));
        !self.is_sandbox && due.is_some_and(|due| due <= self.bundle.made_at.date_naive())
    }

    /// By roots that are trusted: one of them stands for each version, or for one behind it. The hash of that one stands for
    /// all before. What was archived on a day that is not closed yet has to wait for it.
    fn check_rooted(&self, report: &mut BundleReport) {
        if self.trusted.is_empty() {
            return;
        }
        let rooted = report.rooted.unwrap_or_default();
        let mut waits = Vec::new();
        for entry in self.bundle.entries.iter().filter(|own| own.version.0 > rooted) {
            let no = entry.version.0;
            let day = entry.archived_on.filter(|day| self.open.contains_key(day));
            if day.is_some_and(|day| !self.is_overdue(day) && self.is_fresh(entry, day)) {
                waits.push(no.to_string());
            } else {
                let text = "none of the roots that are trusted stands for it";
                report.add_finding(FindingKind::Path, no, text);
            }
        }
        if !waits.is_empty() {
            report.note_unchecked(format!(
                "Version {}: NO ROOT THAT IS TRUSTED STANDS FOR IT, since its day is not closed. Ask for the bundle once more.",
                waits.join(", ")
            ));
        }
    }

    /// Whether a version is no older than two days on the day on which it was archived: an older one would have been archived
    /// before. That is asked where roots are trusted, and nowhere else: an outage of days is no forgery.
    fn is_fresh(&self, entry: &BundleEntry, day: NaiveDate) -> bool {
        let happened = entry.at().map(|at| at.date_naive());
        let latest = happened.and_then(|happened| happened.checked_add_days(Days::new(2)));
        self.is_sandbox || latest.is_none_or(|latest| day <= latest)
    }

    fn tell_open(&self, report: &mut BundleReport) {
        for (day, versions) in &self.open {
            let named: Vec<_> = versions.iter().map(u32::to_string).collect();
            let named = named.join(", ");
            if self.is_overdue(*day) {
                let made = format_rfc3339(self.bundle.made_at);
                let why = format!("{day} had no root at {made}, and it should have had one");
                report.note_unchecked(format!(
                    "The daily root of version {named}: {why}. Ask the operator for it."
                ));
                continue;
            }
            let why = format!("{day} was not closed yet when the bundle was made");
            report.note_uncheckable(format!(
                "The daily root of version {named}: {why}. Ask for it once more."
            ));
        }
    }

    /// Says which root stands for the last version, and so for the whole history.
    fn tell_head(&self, stands: &BTreeSet<NaiveDate>, report: &mut BundleReport) {
        let head = self.bundle.entries.last();
        let root = head.and_then(|head| {
            let root = self.root_of(head.archived_on?)?;
            root.includes(head.hash, head.inclusion.as_ref()?).then_some(root)
        });
        let since = if let Some(root) = root {
            let trusted = stands.contains(&root.date);
            let (date, chain) = (root.date, root.chain.to_string());
            report.root = Some(RootOfVersion { date, chain, trusted });
            if !trusted {
                let text = "compare its chain, or name roots that you trust with --root";
                report.note_uncheckable(format!(
                    "Whether the root of {date} is the one that was told: {text}."
                ));
            }
            " A root says since when the history is so."
        } else {
            " No daily root stands for it yet."
        };
        report.note_uncheckable(format!(
            "Who wrote the entries, and that nobody was shown another history: compare the hash of the last version with that \
             of another party's bundle.{since}"
        ));
    }

    /// The days whose roots are trusted, or lead to a trusted one of a later day.
    fn trusted_days(&self) -> BTreeSet<NaiveDate> {
        let mut days = BTreeSet::new();
        let known = self.trusted.values();
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
