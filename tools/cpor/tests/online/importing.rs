//! Imports: what is sent, waited for and reported.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cpor::api::{Address, Exit, Failure, Pace, Session, Tokens, Transport};
use cpor::import::{
    AtQuota, CLAIM_COLUMNS, ClaimImport, ImportReport, RowResult, Sheet, Summary, USAGE_COLUMNS,
    UsageImport, run,
};
use cpor::sign_in::SignInSecret;
use serde_json::json;

use crate::api::{Fault, Ledger, problem, start};
use crate::program::{claims_file, folder, report};
use crate::server::{Said, Server};

/// Waits that were asked for. None is waited.
type Waits = Arc<Mutex<Vec<(u64, String)>>>;

struct NoWaiting(Waits);

impl Pace for NoWaiting {
    fn await_turn(&mut self) {}

    fn pause(&mut self, wait: Duration, why: &str) {
        self.0.lock().unwrap().push((wait.as_secs(), why.to_owned()));
    }
}

struct OneToken(SignInSecret);

impl Tokens for OneToken {
    fn token(&self) -> &SignInSecret {
        &self.0
    }

    fn renew(&mut self) -> Result<bool, Failure> {
        Ok(false)
    }
}

fn session(server: &Server) -> (Session, Waits) {
    let address = Address::parse(&server.address).unwrap();
    let transport = Transport::new(address, None).unwrap();
    let waits = Waits::default();
    let pace = NoWaiting(Arc::clone(&waits));
    (Session::new(transport, OneToken(SignInSecret::new("t")), pace), waits)
}

struct Run {
    summary: Summary,
    rows: Vec<Vec<String>>,
    waits: Vec<(u64, String)>,
}

impl Run {
    fn count(&self, result: RowResult) -> u64 {
        self.summary.counts.get(&result).copied().unwrap_or_default()
    }
}

fn import(server: &Server, name: &str, file: &str, dry_run: bool, at_quota: AtQuota) -> Run {
    let plan = ClaimImport::plan(&Sheet::parse(file, CLAIM_COLUMNS, &[]).unwrap()).unwrap();
    let path = folder(name).join("report.csv");
    let (mut session, waits) = session(server);
    let report_file = ImportReport::begin(&path).unwrap();
    let summary =
        run(&ClaimImport, &plan, &mut session, (dry_run, at_quota), report_file, |_| ()).unwrap();
    let waits = waits.lock().unwrap().clone();
    Run { summary, rows: report(&path), waits }
}

#[test]
fn every_row_is_one_claim_whatever_is_lost_late_or_asked_to_wait() {
    let ledger = Ledger::default();
    let server = start(&ledger, |count| match count % 11 {
        3 => Fault::LostAfter,
        5 => Fault::LostBefore,
        7 => Fault::Unavailable(17),
        9 => Fault::TooFast,
        _ => Fault::None,
    });
    let done = import(&server, "faults", &claims_file(60), false, AtQuota::Wait);
    assert!(done.summary.is_clean(), "{:?}", done.summary);
    assert_eq!(done.count(RowResult::Created) + done.count(RowResult::Present), 60);
    let claims = ledger.lock().unwrap();
    let references: BTreeMap<_, _> =
        claims.values().map(|(id, body)| (body["external_ref"].to_string(), id)).collect();
    assert_eq!((claims.len(), references.len()), (60, 60));
    assert_eq!(done.rows.len(), 60);
    assert!(done.waits.iter().any(|(seconds, why)| *seconds == 17 && why.starts_with("503")));
    assert!(done.waits.iter().any(|(_, why)| why.starts_with("429: Too Many")));
}

#[test]
fn a_run_that_lost_the_api_is_run_again_with_no_claim_twice_and_none_missing() {
    let ledger = Ledger::default();
    let away = start(&ledger, |count| if count > 20 { Fault::LostBefore } else { Fault::None });
    let first = import(&away, "away", &claims_file(60), false, AtQuota::Wait);
    assert_eq!(first.summary.stopped.as_ref().map(Failure::exit), Some(Exit::Unreachable));
    assert_eq!((first.count(RowResult::Created), first.count(RowResult::NotSent)), (20, 40));
    // What was not sent was not tried, row by row, against an API that is away.
    assert_eq!(away.seen().len(), 20 + 8);
    let back = start(&ledger, |_| Fault::None);
    let again = import(&back, "back", &claims_file(60), false, AtQuota::Wait);
    assert!(again.summary.is_clean());
    assert_eq!((again.count(RowResult::Present), again.count(RowResult::Created)), (20, 40));
    assert_eq!(ledger.lock().unwrap().len(), 60);
}

#[test]
fn a_changed_row_is_reported_and_not_sent_twice() {
    let ledger = Ledger::default();
    let server = start(&ledger, |_| Fault::None);
    import(&server, "changed-1", &claims_file(3), false, AtQuota::Wait);
    let changed = claims_file(4).replace("Row 2", "Another label");
    let again = import(&server, "changed-2", &changed, false, AtQuota::Wait);
    let told: Vec<_> = again.rows.iter().map(|row| (row[1].as_str(), row[2].as_str())).collect();
    let expected =
        [("CRM-1", "present"), ("CRM-2", "changed"), ("CRM-3", "present"), ("CRM-4", "created")];
    assert_eq!(told, expected);
    assert_eq!(again.rows[1][4], "idempotency-conflict");
    assert!(!again.summary.is_clean());
    let claims = ledger.lock().unwrap();
    assert_eq!(claims.len(), 4);
    assert!(claims.values().all(|(_, body)| body["label"] != "Another label"));
}

#[test]
fn a_quota_of_the_day_is_waited_for_and_one_that_no_waiting_helps_ends_the_run() {
    let ledger = Ledger::default();
    let tomorrow =
        start(&ledger, |count| if count == 3 { Fault::Quota(36_000) } else { Fault::None });
    let done = import(&tomorrow, "tomorrow", &claims_file(4), false, AtQuota::Wait);
    assert_eq!(done.count(RowResult::Created), 4);
    assert_eq!(done.waits, [(36_000, "the quota of the day is used up".to_owned())]);

    let stopped = start(&Ledger::default(), |count| match count {
        3 => Fault::Quota(36_000),
        _ => Fault::None,
    });
    let done = import(&stopped, "stopped", &claims_file(4), false, AtQuota::Stop);
    assert_eq!((done.count(RowResult::Created), done.count(RowResult::NotSent)), (2, 2));
    assert_eq!(done.summary.stopped.as_ref().map(Failure::exit), Some(Exit::QuotaEnded));
    assert_eq!(done.waits, []);

    let full = start(&Ledger::default(), |count| match count {
        3 => Fault::OpenQuota,
        _ => Fault::None,
    });
    let done = import(&full, "full", &claims_file(4), false, AtQuota::Wait);
    assert_eq!((done.count(RowResult::Created), done.count(RowResult::NotSent)), (2, 2));
    assert_eq!(full.seen().len(), 3);
}

#[test]
fn a_dry_run_asks_for_each_row_and_submits_nothing() {
    let ledger = Ledger::default();
    let server = start(&ledger, |_| Fault::None);
    let file = claims_file(3);
    let dry = import(&server, "dry-1", &file, true, AtQuota::Wait);
    assert_eq!(dry.count(RowResult::Good), 3);
    assert!(dry.rows[0][5].contains("evidence-missing"));
    assert!(ledger.lock().unwrap().is_empty());
    assert!(server.seen().iter().all(|seen| seen.path == "/v1/claims:check"));

    import(&server, "dry-2", &file, false, AtQuota::Wait);
    let dry = import(&server, "dry-3", &file, true, AtQuota::Wait);
    assert_eq!(dry.count(RowResult::Present), 3);
    let other = file.replace("CRM-2", "CRM-9");
    let dry = import(&server, "dry-4", &other, true, AtQuota::Wait);
    assert_eq!((dry.rows[1][2].as_str(), dry.rows[1][4].as_str()), ("refused", "duplicate-claim"));
}

#[test]
fn a_refused_row_is_told_by_its_columns_and_hinders_no_other() {
    let server = Server::start(|seen| {
        if seen.json()["external_ref"] != "CRM-2" {
            return Said::json(201, &json!({"id": "c1"}));
        }
        let errors = json!([{"pointer": "/items/0/id", "code": "item-not-in-tenant", "detail": "=No such item."},
                            {"pointer": "/customer_contact/email", "code": "malformed", "detail": "No address."}]);
        let body = json!({"title": "x", "status": 422, "code": "invalid-fields", "errors": errors});
        Said::json(422, &body)
    });
    let done = import(&server, "refused", &claims_file(3), false, AtQuota::Wait);
    assert_eq!((done.count(RowResult::Created), done.count(RowResult::Refused)), (2, 1));
    let row = &done.rows[1];
    assert_eq!(row[4], "invalid-fields item-not-in-tenant malformed");
    assert_eq!(row[5], "items 1: =No such item.; customer_email: No address.");
}

#[test]
fn a_role_that_may_not_ends_the_run_at_the_first_row() {
    let server = Server::start(|_| problem(403, "role-not-allowed"));
    let done = import(&server, "role", &claims_file(5), false, AtQuota::Wait);
    assert_eq!(done.count(RowResult::NotSent), 5);
    assert_eq!(done.summary.stopped.as_ref().map(Failure::exit), Some(Exit::Refused));
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn a_report_has_no_formula_whatever_a_reference_begins_with() {
    let ledger = Ledger::default();
    let server = start(&ledger, |_| Fault::None);
    let mut file = claims_file(4);
    for (no, begin) in ["=1+1", "+1", "-1", "@x"].into_iter().enumerate() {
        file = file.replace(&format!("CRM-{}", no + 1), begin);
    }
    let done = import(&server, "formulas", &file, false, AtQuota::Wait);
    let references: Vec<_> = done.rows.iter().map(|row| row[1].as_str()).collect();
    assert_eq!(references, ["'=1+1", "'+1", "'-1", "'@x"]);
}

#[test]
fn a_row_of_usage_that_is_refused_is_named_and_the_others_are_written() {
    let server = Server::start(|seen| {
        let rows = seen.json()["rows"].as_array().unwrap().clone();
        let wrong = rows.iter().position(|row| row["id"] == "unknown");
        let Some(wrong) = wrong else { return Said::json(200, &json!({"rows": rows.len()})) };
        let pointer = format!("/rows/{wrong}/id");
        let errors = json!([{"pointer": pointer, "code": "item-not-in-tenant", "detail": "None."}]);
        Said::json(422, &json!({"title": "x", "code": "invalid-fields", "errors": errors}))
    });
    let file = "tenant_id,kind,id,date,active_users,provisioned_seats\n\
                t1,workload,teams,2026-11-01,4,10\nt1,workload,unknown,2026-11-01,4,10\nt1,workload,teams,2026-11-02,5,10\n";
    let plan = UsageImport::plan(&Sheet::parse(file, USAGE_COLUMNS, USAGE_COLUMNS).unwrap());
    let path = folder("usage").join("report.csv");
    let (mut session, _) = session(&server);
    let begun = ImportReport::begin(&path).unwrap();
    let wish = (false, AtQuota::Wait);
    let summary = run(&UsageImport, &plan, &mut session, wish, begun, |_| ()).unwrap();
    assert_eq!(summary.to_text(), "2 written, 1 refused");
    let rows = report(&path);
    assert_eq!((rows[1][0].as_str(), rows[1][2].as_str()), ("3", "refused"));
    assert_eq!(rows[1][5], "id: None.");
    let sent: Vec<usize> =
        server.seen().iter().map(|seen| seen.json()["rows"].as_array().unwrap().len()).collect();
    assert_eq!(sent, [3, 2]);
}
