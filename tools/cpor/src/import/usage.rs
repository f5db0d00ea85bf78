//! A file of usage rows, sent by tenant.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use web::bodies::{UsageBody, UsageRowBody};

use super::claims::read_kind;
use super::outcome::{ImportOutcome, RowResult};
use super::run::{Kind, Plan, Unit, concerns_all};
use super::sheet::{Record, Sheet};
use crate::api::{ApiProblem, Failure, Request, Session, encode_segment};

/// The columns of a file of usage; all of them must be there.
pub const COLUMNS: &[&str] =
    &["tenant_id", "kind", "id", "date", "active_users", "provisioned_seats"];

/// The most rows of a request. With the longest ids they stay within the 64 KiB of a body.
const MOST_ROWS: usize = 300;

/// Rows of one tenant.
#[derive(Debug, Clone)]
pub struct UsageRows {
    /// The tenant that the rows are of.
    pub tenant: String,
    /// The rows of one request.
    pub rows: Vec<UsageRowBody>,
}

/// Usage: the same item and day overwrites.
#[derive(Debug, Clone, Copy)]
pub struct UsageImport;

impl UsageImport {
    /// Reads a file of usage.
    pub fn read(path: &Path) -> Result<Plan<UsageRows>, Failure> {
        Sheet::read(path, COLUMNS, COLUMNS).map(|sheet| Self::plan(&sheet))
    }

    /// What the rows of a file ask for: as few requests as they fit in.
    pub fn plan(sheet: &Sheet) -> Plan<UsageRows> {
        let mut units = Vec::new();
        let mut by_tenant: BTreeMap<String, Vec<(u64, String, UsageRowBody)>> = BTreeMap::new();
        for row in sheet.records.iter().filter(|row| !row.is_empty()) {
            let reference = tell_reference(row);
            match read_row(row) {
                Ok((tenant, body)) => {
                    by_tenant.entry(tenant).or_default().push((row.line, reference, body));
                }
                Err(why) => units.push(Unit { rows: vec![(row.line, reference)], work: Err(why) }),
            }
        }
        for (tenant, rows) in by_tenant {
            units.extend(rows.chunks(MOST_ROWS).map(|chunk| Unit {
                rows: chunk.iter().map(|(line, name, _)| (*line, name.clone())).collect(),
                work: Ok(UsageRows {
                    tenant: tenant.clone(),
                    rows: chunk.iter().map(|(_, _, body)| body.clone()).collect(),
                }),
            }));
        }
        Plan { units }
    }
}

fn tell_reference(row: &Record) -> String {
    let parts = ["tenant_id", "kind", "id", "date"].map(|name| row.get(name).unwrap_or_default());
    parts.join(" ")
}

fn read_row(row: &Record) -> Result<(String, UsageRowBody), String> {
    let number = |column| row.need(column).and_then(|_| row.number(column));
    let body = UsageRowBody {
        kind: read_kind(row.need("kind")?)?,
        id: row.need("id")?.to_owned(),
        date: row.need("date")?.to_owned(),
        active_users: number("active_users")?.unwrap_or_default(),
        provisioned_seats: number("provisioned_seats")?.unwrap_or_default(),
    };
    Ok((row.need("tenant_id")?.to_lowercase(), body))
}

impl Kind for UsageImport {
    type Work = UsageRows;

    /// One row that is refused refuses all. So the rows that were named are left out, and the others sent once more.
    fn send(
        &self,
        session: &mut Session,
        work: &UsageRows,
        dry_run: bool,
    ) -> Result<Vec<ImportOutcome>, Failure> {
        if dry_run {
            return Ok(vec![ImportOutcome::done(RowResult::Good, ""); work.rows.len()]);
        }
        let all: Vec<usize> = (0..work.rows.len()).collect();
        let Some(problem) = put_rows(session, work, &all)? else {
            return Ok(written_outcomes(work));
        };
        let wrong = find_wrong(&problem);
        let rest: Vec<usize> = all.into_iter().filter(|place| !wrong.contains(place)).collect();
        let again = match (wrong.is_empty(), rest.is_empty()) {
            (true, _) => Some(problem.clone()),
            (false, true) => None,
            (false, false) => put_rows(session, work, &rest)?,
        };
        let outcome = |place: usize| match &again {
            _ if wrong.contains(&place) => refuse_row(&problem, place),
            Some(again) => ImportOutcome::from_problem(again, str::to_owned),
            None => ImportOutcome::done(RowResult::Written, ""),
        };
        Ok((0..work.rows.len()).map(outcome).collect())
    }
}

fn written_outcomes(work: &UsageRows) -> Vec<ImportOutcome> {
    vec![ImportOutcome::done(RowResult::Written, ""); work.rows.len()]
}

/// Sends the rows at those places. What came back is why they were refused.
fn put_rows(
    session: &mut Session,
    work: &UsageRows,
    places: &[usize],
) -> Result<Option<ApiProblem>, Failure> {
    let rows = places.iter().filter_map(|place| work.rows.get(*place).cloned()).collect();
    let path = format!("/v1/tenants/{}/usage", encode_segment(&work.tenant));
    match session.call(&Request::put(path, &UsageBody { rows })?) {
        Ok(_) => Ok(None),
        Err(Failure::Refused(problem)) if !concerns_all(&problem) => Ok(Some(*problem)),
        Err(failure) => Err(failure),
    }
}

/// The places of the rows that the problem names.
fn find_wrong(problem: &ApiProblem) -> BTreeSet<usize> {
    problem.errors.iter().filter_map(|error| place_of(&error.pointer)).collect()
}

fn place_of(pointer: &str) -> Option<usize> {
    pointer.strip_prefix("/rows/")?.split('/').next()?.parse().ok()
}

/// What is wrong with one row.
fn refuse_row(problem: &ApiProblem, place: usize) -> ImportOutcome {
    let mut own = problem.clone();
    own.errors.retain(|error| place_of(&error.pointer) == Some(place));
    let prefix = format!("/rows/{place}");
    ImportOutcome::from_problem(&own, |pointer| {
        pointer.strip_prefix(&prefix).unwrap_or_default().trim_start_matches('/').to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "tenant_id,kind,id,date,active_users,provisioned_seats\n";

    #[test]
    fn rows_are_sent_by_tenant_and_within_the_size_of_a_body() {
        let id = "i".repeat(64);
        let row = |tenant: &str, no: usize| {
            format!("{tenant},subscription,{id},2026-{no:04},2147483647,2147483647\n")
        };
        let rows: String =
            (0..700).map(|no| row(if no % 2 == 0 { "T1" } else { "t2" }, no)).collect();
        let plan =
            UsageImport::plan(&Sheet::parse(&format!("{HEAD}{rows}"), COLUMNS, COLUMNS).unwrap());
        let works: Vec<_> = plan.sendable_work().collect();
        let sizes: Vec<_> =
            works.iter().map(|work| (work.tenant.as_str(), work.rows.len())).collect();
        assert_eq!(sizes, [("t1", 300), ("t1", 50), ("t2", 300), ("t2", 50)]);
        for work in works {
            let body = serde_json::to_vec(&UsageBody { rows: work.rows.clone() }).unwrap();
            assert!(body.len() < web::MAX_BODY_BYTES, "{}", body.len());
        }
        assert_eq!(plan.count_rows(), 700);
    }

    #[test]
    fn a_row_that_cannot_be_read_is_named_and_the_others_are_sent() {
        let text =
            format!("{HEAD}t1,workload,teams,2026-01-11,-1,5\nt1,workload,teams,2026-01-11,1,5\n");
        let plan = UsageImport::plan(&Sheet::parse(&text, COLUMNS, COLUMNS).unwrap());
        assert_eq!(plan.units.len(), 2);
        assert!(plan.units[0].work.as_ref().unwrap_err().contains("active_users"));
        assert_eq!(plan.sendable_work().count(), 1);
    }
}
