//! What came of a row.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::api::{ApiProblem, Failure, FieldProblem};

macro_rules! results {
    ($($(#[doc = $meaning:literal])* $case:ident => $text:literal,)*) => {
        /// What came of a row, in a word.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum RowResult {$($(#[doc = $meaning])* $case,)*}

        impl RowResult {
            /// Every result there is.
            pub const ALL: &'static [Self] = &[$(Self::$case),*];

            /// Its name in a report.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$case => $text,)* }
            }
        }
    };
}

results! {
    /// It is there now, and was not before.
    Created => "created",
    /// It was there before: nothing was done.
    Present => "present",
    /// It was written over what was there, or was the same.
    Written => "written",
    /// A dry run: it would be taken.
    Good => "good",
    /// It was sent before, with the same reference and other content. Nothing was done.
    Changed => "changed",
    /// The API refused it.
    Refused => "refused",
    /// It cannot be read. It was not sent.
    Unreadable => "unreadable",
    /// The run ended before its turn.
    NotSent => "not_sent",
}

impl RowResult {
    /// Whether somebody has to look at the row.
    pub fn is_open(self) -> bool {
        match self {
            Self::Created | Self::Present | Self::Written | Self::Good => false,
            Self::Changed | Self::Refused | Self::Unreadable | Self::NotSent => true,
        }
    }
}

/// What came of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportOutcome {
    /// What became of the row.
    pub result: RowResult,
    /// The id of what it became.
    pub id: String,
    /// Codes of what is wrong.
    pub code: String,
    /// What is wrong, in words.
    pub detail: String,
}

impl ImportOutcome {
    /// A row that became what has that id.
    pub fn done(result: RowResult, id: impl Into<String>) -> Self {
        Self { result, id: id.into(), code: String::new(), detail: String::new() }
    }

    /// A row with something wrong.
    pub fn open(result: RowResult, code: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { result, id: String::new(), code: code.into(), detail: detail.into() }
    }

    /// A row that was refused. `place_of`: what people call the place of a pointer.
    pub fn from_problem(problem: &ApiProblem, place_of: impl Fn(&str) -> String) -> Self {
        let told = |error: &FieldProblem| {
            format!("{}: {}", place_of(&error.pointer), error.detail)
                .trim_start_matches(": ")
                .to_owned()
        };
        let mut codes = vec![problem.code.clone()];
        codes.extend(problem.errors.iter().map(|error| error.code.clone()));
        let details: Vec<String> = problem.errors.iter().map(told).collect();
        let details = if details.is_empty() { problem.to_string() } else { details.join("; ") };
        let id = problem.claim_id.clone().unwrap_or_default();
        Self { id, ..Self::open(RowResult::Refused, codes.join(" "), details) }
    }
}

/// How many rows came to what.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Summary {
    /// How many rows have each result.
    pub counts: BTreeMap<RowResult, u64>,
    /// Why the run ended before the last row.
    pub stopped: Option<Failure>,
}

impl Summary {
    /// Adds one row to its result.
    pub fn count(&mut self, result: RowResult) {
        *self.counts.entry(result).or_default() += 1;
    }

    /// Whether nobody has to look at any row.
    pub fn is_clean(&self) -> bool {
        self.stopped.is_none() && !self.counts.keys().any(|result| result.is_open())
    }

    /// The counts, for people.
    pub fn to_text(&self) -> String {
        let parts = self.counts.iter().map(|(own, count)| format!("{count} {}", own.as_str()));
        let parts: Vec<String> = parts.collect();
        if parts.is_empty() { "no rows".to_owned() } else { parts.join(", ") }
    }

    /// The counts, for programs.
    pub fn to_json(&self) -> Value {
        let counts: BTreeMap<_, _> =
            self.counts.iter().map(|(own, count)| (own.as_str(), *count)).collect();
        let stopped = self.stopped.as_ref().map(|failure| failure.lines().join(" "));
        json!({"counts": counts, "stopped": stopped})
    }
}
