//! A run over the rows of a file.

use std::collections::BTreeSet;

use super::outcome::{ImportOutcome, RowResult, Summary};
use super::report::ImportReport;
use crate::api::{ApiProblem, Failure, Session};

/// How the rows of a file are sent.
pub trait Kind {
    /// What goes with one request.
    type Work;

    /// Sends it, or asks what would come of it. One outcome for each row of it, in their order. An error concerns every
    /// row behind it as well.
    fn send(
        &self,
        session: &mut Session,
        work: &Self::Work,
        dry_run: bool,
    ) -> Result<Vec<ImportOutcome>, Failure>;
}

/// Rows that go with one request.
#[derive(Debug, Clone)]
pub struct Unit<W> {
    /// The line and the reference of each row.
    pub rows: Vec<(u64, String)>,
    /// What is sent, or why nothing can be.
    pub work: Result<W, String>,
}

/// What a file asks for.
#[derive(Debug, Clone)]
pub struct Plan<W> {
    /// In the order of the file.
    pub units: Vec<Unit<W>>,
}

impl<W> Plan<W> {
    /// How many rows there are.
    pub fn count_rows(&self) -> u64 {
        self.units.iter().map(|unit| unit.rows.len()).sum::<usize>().try_into().unwrap_or(u64::MAX)
    }

    /// What is sent of rows without a fault.
    pub fn sendable_work(&self) -> impl Iterator<Item = &W> {
        self.units.iter().filter_map(|unit| unit.work.as_ref().ok())
    }

    /// Refuses the rows whose reference is there more than once: which of them is right cannot be known.
    pub(crate) fn refuse_repeated(mut self, what: &str) -> Self {
        let (mut seen, mut repeated) = (BTreeSet::new(), BTreeSet::new());
        for (_, reference) in self.units.iter().flat_map(|unit| &unit.rows) {
            if !reference.is_empty() && !seen.insert(reference.clone()) {
                repeated.insert(reference.clone());
            }
        }
        for unit in &mut self.units {
            if unit.rows.iter().any(|(_, reference)| repeated.contains(reference)) {
                unit.work = Err(format!("{what} is in the file more than once"));
            }
        }
        self
    }
}

/// What is done when a quota of the day is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtQuota {
    /// Waiting for the next day.
    Wait,
    /// The run ends before this row.
    Stop,
}

/// Sends the rows of a file one after the other, and reports what came of each. `step` is told how many are done.
pub fn run<K: Kind>(
    kind: &K,
    plan: &Plan<K::Work>,
    session: &mut Session,
    (dry_run, at_quota): (bool, AtQuota),
    mut report: ImportReport,
    mut step: impl FnMut(usize),
) -> Result<Summary, Failure> {
    let mut stopped: Option<Failure> = None;
    for unit in &plan.units {
        let outcomes = match &unit.work {
            Err(why) => repeat_outcome(
                unit.rows.len(),
                &ImportOutcome::open(RowResult::Unreadable, "", why),
            ),
            Ok(_) if stopped.is_some() => unsent_outcomes(unit.rows.len()),
            Ok(work) => {
                send_patiently(kind, work, session, dry_run, at_quota).unwrap_or_else(|failure| {
                    stopped = Some(failure);
                    unsent_outcomes(unit.rows.len())
                })
            }
        };
        for ((line, reference), outcome) in unit.rows.iter().zip(outcomes) {
            report.write(*line, reference, outcome)?;
        }
        step(unit.rows.len());
    }
    Ok(report.end(stopped))
}

fn repeat_outcome(count: usize, outcome: &ImportOutcome) -> Vec<ImportOutcome> {
    vec![outcome.clone(); count]
}

fn unsent_outcomes(count: usize) -> Vec<ImportOutcome> {
    repeat_outcome(count, &ImportOutcome::open(RowResult::NotSent, "", "the run ended before"))
}

fn send_patiently<K: Kind>(
    kind: &K,
    work: &K::Work,
    session: &mut Session,
    dry_run: bool,
    at_quota: AtQuota,
) -> Result<Vec<ImportOutcome>, Failure> {
    loop {
        let sent = kind.send(session, work, dry_run);
        let wait = match &sent {
            Err(Failure::Refused(problem)) if problem.is_quota() => problem.retry_after,
            _ => None,
        };
        match wait.filter(|_| at_quota == AtQuota::Wait) {
            Some(wait) => session.pause(wait, "the quota of the day is used up"),
            None => return sent,
        }
    }
}

/// Whether a refusal of one row would be that of every other: of the caller, or of a quota.
pub(crate) fn concerns_all(problem: &ApiProblem) -> bool {
    problem.is_quota() || problem.code == "role-not-allowed"
}

/// What came of a row that was sent: a refusal of the row is an outcome, and any other failure is the run's.
pub(crate) fn sort_refusal(
    failure: Failure,
    place_of: impl Fn(&str) -> String,
) -> Result<ImportOutcome, Failure> {
    match &failure {
        Failure::Refused(problem) if !concerns_all(problem) => {
            Ok(ImportOutcome::from_problem(problem, place_of))
        }
        Failure::Refused(_)
        | Failure::Unreadable(_)
        | Failure::SignedOut(_)
        | Failure::Unreachable(_) => Err(failure),
    }
}
