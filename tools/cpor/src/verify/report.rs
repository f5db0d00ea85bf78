//! What came of a check.

use std::collections::HashSet;
use std::fmt::{self, Write as _};

use chrono::NaiveDate;
use domain::claim::Instant;
use domain::time::format_rfc3339;
use serde::{Serialize, Serializer};

use crate::visible::to_visible;

macro_rules! kinds {
    ($($(#[doc = $meaning:literal])* $case:ident => $text:literal,)*) => {
        /// What kind of thing was found.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FindingKind {$($(#[doc = $meaning])* $case,)*}

        impl FindingKind {
            /// Every kind there is.
            pub const ALL: &'static [Self] = &[$(Self::$case),*];

            /// Its name in the JSON of a report.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$case => $text,)* }
            }
        }
    };
}

kinds! {
    /// The form of the bundle is not known here.
    Format => "format",
    /// The digest is not that of the bundle: something in it was changed.
    Digest => "digest",
    /// A version is missing.
    VersionMissing => "version_missing",
    /// A version stands where another one belongs.
    VersionOrder => "version_order",
    /// The hash of an entry is not that of its text.
    Hash => "hash",
    /// An entry does not follow the one before it.
    Chain => "chain",
    /// The text of an entry cannot be read, or is of another claim or version.
    Entry => "entry",
    /// A part of an entry is not the one whose digest stands in the entry, or is not its reader's.
    Part => "part",
    /// The claim cannot come to be as the entry says.
    State => "state",
    /// A moment is before that of the version before, behind the bundle, or too late for what happened.
    Moment => "moment",
    /// A deadline is not the one that the rules and the calendar give.
    Deadline => "deadline",
    /// A window is not the one that the rules and the calendar give.
    Window => "window",
    /// Silence was acted on before its time, or did what it does not do.
    Silence => "silence",
    /// What the customer was to be shown is not what the digest of the content stands for.
    Content => "content",
    /// A policy is missing.
    Policy => "policy",
    /// A calendar, or what was added to it, is missing or cannot be read.
    Calendar => "calendar",
    /// A text of a notice is not the one whose digest stands beside it, or was not sent when it says.
    Text => "text",
    /// A delivery that counted was not reported.
    Receipt => "receipt",
    /// A version is not in the root of the day on which it was archived, that day cannot be, or no trusted root stands for it.
    Path => "path",
    /// A daily root is not what its chain stands for, does not follow the one before, or is not the trusted one.
    Root => "root",
}

impl Serialize for FindingKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Finding {
    /// What kind of thing it is.
    pub kind: FindingKind,
    /// The version it is about; `None`: the whole bundle.
    pub version: Option<u32>,
    /// What it is, in words.
    pub text: String,
}

/// How much was computed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Hashes of entries, each over the one before.
    pub hashes: u32,
    /// Digests of parts that were readable.
    pub parts: u32,
    /// States that were derived again.
    pub states: u32,
    /// Deadlines of partner and operator.
    pub deadlines: u32,
    /// Windows of the customer.
    pub windows: u32,
    /// Digests of the texts of notices.
    pub texts: u32,
    /// Daily roots.
    pub roots: u32,
    /// Paths from a version to the root of its day.
    pub paths: u32,
}

/// The daily root that stands for the last version, and with it for the whole history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RootOfVersion {
    /// The day by UTC on which the version was archived.
    pub date: NaiveDate,
    /// What stands for the root and all roots before.
    pub chain: String,
    /// Whether it is a root that is trusted, or leads to one.
    pub trusted: bool,
}

/// A step of the claim's story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The version that the event led to.
    pub version: u32,
    /// The moment of the command.
    #[serde(serialize_with = "instant")]
    pub at: Instant,
    /// What happened, in words.
    pub text: String,
}

/// Where an item stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemState {
    /// The item's number in the claim.
    pub no: u8,
    /// The id of the item.
    pub id: String,
    /// Its status, as the API names it.
    pub status: &'static str,
}

/// What came of the check of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BundleReport {
    /// The claim that it is about.
    pub claim: String,
    /// Whose bundle it is.
    pub reader: &'static str,
    /// The last version that was checked.
    pub version: u32,
    /// The hash of that version: other bundles of the claim must have the same.
    pub hash: Option<String>,
    /// The root of the day of that version; `None` while that day is not closed.
    pub root: Option<RootOfVersion>,
    /// The last version that a root stands for which is trusted, and with it all before; `None`: there is none.
    pub rooted: Option<u32>,
    /// Whether nothing was found.
    pub verified: bool,
    /// Whether all was computed again that can be: nothing is in `unchecked` because this program or the bundle lacks what
    /// it needs.
    pub fully_checked: bool,
    /// Where the claim stands, as it was derived; `None`: that is not known to its reader.
    pub status: Option<&'static str>,
    /// Where its items stand.
    pub items: Vec<ItemState>,
    /// What happened, a step for each version.
    pub story: Vec<Step>,
    /// Why the claim is where it is.
    pub why: Vec<String>,
    /// What is not as it must be.
    pub findings: Vec<Finding>,
    /// What was not checked, and why not.
    pub unchecked: Vec<String>,
    /// How much was computed again.
    pub checked: Counts,
    /// What was noted already, so that nothing is noted twice.
    #[serde(skip)]
    notes: ReportNotes,
}

/// Findings and sentences that a report has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct ReportNotes {
    findings: HashSet<Finding>,
    unchecked: HashSet<String>,
}

fn instant<S: Serializer>(at: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format_rfc3339(*at))
}

impl BundleReport {
    /// A report with nothing in it yet.
    pub(crate) fn new(claim: &str, reader: &'static str) -> Self {
        Self {
            claim: claim.to_owned(),
            reader,
            version: 0,
            hash: None,
            root: None,
            rooted: None,
            verified: false,
            fully_checked: true,
            status: None,
            items: Vec::new(),
            story: Vec::new(),
            why: Vec::new(),
            findings: Vec::new(),
            unchecked: Vec::new(),
            checked: Counts::default(),
            notes: ReportNotes::default(),
        }
    }

    /// Notes something that is not as it must be.
    pub(crate) fn add_finding(
        &mut self,
        kind: FindingKind,
        version: impl Into<Option<u32>>,
        text: impl AsRef<str>,
    ) {
        let finding = Finding { kind, version: version.into(), text: to_visible(text.as_ref()) };
        if self.notes.findings.insert(finding.clone()) {
            self.findings.push(finding);
        }
    }

    /// Notes what no check of a bundle can tell.
    pub(crate) fn note_uncheckable(&mut self, text: impl AsRef<str>) {
        let text = to_visible(text.as_ref());
        if self.notes.unchecked.insert(text.clone()) {
            self.unchecked.push(text);
        }
    }

    /// Notes what was not checked although it can be, where this program or the bundle had what it needs.
    pub(crate) fn note_unchecked(&mut self, text: impl AsRef<str>) {
        self.fully_checked = false;
        self.note_uncheckable(text);
    }

    /// Whether something of that kind was found.
    pub fn has(&self, kind: FindingKind) -> bool {
        self.findings.iter().any(|finding| finding.kind == kind)
    }
}

impl fmt::Display for BundleReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write_head(&mut text)?;
        for (title, lines) in
            [("What was found", self.list_findings()), ("Not checked", self.list_unchecked())]
        {
            if !lines.is_empty() {
                write!(text, "\n{title}\n{}", lines.concat())?;
            }
        }
        f.write_str(&text)
    }
}

impl BundleReport {
    fn write_head(&self, text: &mut String) -> fmt::Result {
        let said = match (self.verified, self.fully_checked) {
            (true, true) => "verified",
            (true, false) => "verified, but NOT all of it was checked",
            (false, _) => "NOT verified",
        };
        writeln!(text, "Claim {}, as its {} may see it: {said}.", self.claim, self.reader)?;
        let Counts { hashes, parts, states, deadlines, windows, texts, roots, paths } =
            self.checked;
        writeln!(
            text,
            "Computed again: hashes {hashes}, parts {parts}, states {states}, deadlines {deadlines}, windows {windows}, \
             texts {texts}, roots {roots}, paths {paths}."
        )?;
        if let Some(hash) = &self.hash {
            writeln!(text, "Version {} has the hash {hash}.", self.version)?;
        }
        if let Some(RootOfVersion { date, chain, trusted }) = &self.root {
            let known = if *trusted { ", which you trust" } else { "" };
            writeln!(text, "It is in the root of {date}{known}, whose chain is {chain}.")?;
        }
        if let Some(rooted) = self.rooted {
            writeln!(text, "A root that you trust stands for the versions up to {rooted}.")?;
        }
        text.push_str("\nWhat happened\n");
        for step in &self.story {
            writeln!(text, "  {:>3}. {} {}", step.version, format_rfc3339(step.at), step.text)?;
        }
        text.push_str("\nWhy it is where it is\n");
        for line in &self.why {
            writeln!(text, "  {line}")?;
        }
        Ok(())
    }

    fn list_findings(&self) -> Vec<String> {
        let line = |own: &Finding| {
            let version = own.version.map(|no| format!("version {no}, ")).unwrap_or_default();
            format!("  {version}{}: {}\n", own.kind.as_str(), own.text)
        };
        self.findings.iter().map(line).collect()
    }

    fn list_unchecked(&self) -> Vec<String> {
        self.unchecked.iter().map(|line| format!("  {line}\n")).collect()
    }
}
