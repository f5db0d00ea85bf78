//! The program, killed in the middle of an import.

use std::fs;
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;

use crate::api::{Fault, Ledger, start};
use crate::program::{begin, claims_file, folder, report, run, sign_in, text};

#[test]
fn an_import_that_is_killed_and_run_again_makes_no_claim_twice_and_leaves_none_out() {
    let folder = folder("killed");
    let ledger = Ledger::default();
    let (told, reached) = mpsc::channel();
    let (held, release) = mpsc::channel::<()>();
    // The 22nd row is kept waiting until the process is gone.
    let server = start(&ledger, move |count| {
        if count == 22 {
            told.send(()).unwrap();
            release.recv().unwrap_or_default();
        }
        Fault::None
    });
    fs::write(folder.join("claims.csv"), claims_file(60)).unwrap();
    sign_in(&folder, &server.address);
    let mut first = begin(&folder, &["import", "claims.csv", "--per-second", "100"]);
    reached.recv_timeout(Duration::from_mins(2)).unwrap();
    first.kill().unwrap();
    first.wait().unwrap();
    drop(held);
    assert!(report(&folder.join("claims.report.csv")).len() >= 20);

    let server = start(&ledger, |_| Fault::None);
    sign_in(&folder, &server.address);
    let again = run(&folder, &["import", "claims.csv", "--per-second", "100", "--json"]);
    assert_eq!(again.status.code(), Some(0), "{}", text(&again.stderr));
    let counts: Value = serde_json::from_slice(&again.stdout).unwrap();
    let count = |name: &str| counts["counts"][name].as_u64().unwrap_or_default();
    assert_eq!(count("present") + count("created"), 60, "{counts}");
    assert!(count("present") >= 21, "{counts}");
    assert_eq!(ledger.lock().unwrap().len(), 60);
    // What was said before the first row: 60 claims, 30 today, 40 a day.
    let said = text(&again.stderr);
    assert!(
        said.contains(
            "needs 60 claims at most; 30 of 40 are left today: the rest goes on tomorrow."
        ),
        "{said}"
    );
    assert!(said.contains("Only 50 more claims may be open."), "{said}");
}

#[test]
fn a_file_with_a_row_that_needs_a_look_ends_with_1_and_one_that_is_none_with_2() {
    let folder = folder("looked-at");
    let server = start(&Ledger::default(), |_| Fault::None);
    sign_in(&folder, &server.address);
    fs::write(folder.join("bad.csv"), claims_file(2).replacen("workload:teams", "teams", 1))
        .unwrap();
    let bad = run(&folder, &["import", "claims", "bad.csv"]);
    assert_eq!(bad.status.code(), Some(1));
    assert!(text(&bad.stdout).starts_with("1 created, 1 unreadable. The report is bad.report.csv"));
    fs::write(folder.join("none.csv"), "import_id,unheard\n").unwrap();
    let none = run(&folder, &["import", "none.csv"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(text(&none.stderr).contains("no column “unheard”"));
    let over = run(&folder, &["import", "bad.csv", "--report", "./bad.csv"]);
    assert_eq!(over.status.code(), Some(2));
    assert!(fs::read_to_string(folder.join("bad.csv")).unwrap().starts_with("import_id"));
    let template = run(&folder, &["import", "template"]);
    fs::write(folder.join("template.csv"), &template.stdout).unwrap();
    let empty = run(&folder, &["import", "template.csv"]);
    assert!(text(&empty.stdout).contains("1 unreadable"), "{}", text(&empty.stderr));
}
