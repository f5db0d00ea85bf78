//! The program as it is called: what it prints, and how it ends.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use domain::canonical;
use domain::ids::Sha256Hash;
use domain::root::{DailyRoot, DayLeaves};
use serde_json::Value;

/// The bundle of a claim, as a partner was given it: one item was declined, and silence made two official.
const BUNDLE: &str = include_str!("bundle.json");

/// How the program ended with these arguments and this standard input.
fn cpor(arguments: &[&str], input: &str) -> std::io::Result<Output> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_cpor"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // It may end before it has read all.
        stdin.write_all(input.as_bytes()).unwrap_or_default();
    }
    child.wait_with_output()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_bundle_that_verifies_ends_with_0_and_says_why_the_claim_is_where_it_is() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bundle.json");
    let output = cpor(&["verify", path], "").unwrap();
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}");
    for part in [
        "as its partner may see it: verified.",
        "The claim is associated",
        "by silence",
        "counted_days = ",
        "Item 3 (sharepoint-online) is declined since",
        "Not checked",
        "The parts of customer and staff",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn json_is_for_programs_and_says_the_same() {
    let output = cpor(&["verify", "--json", "-"], BUNDLE).unwrap();
    assert_eq!(output.status.code(), Some(0));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["verified"], &report["status"]), (&true.into(), &"associated".into()));
    assert_eq!(report["checked"]["hashes"], 6);
    assert_eq!(report["items"][2]["status"], "declined");
    assert!(report["findings"].as_array().unwrap().is_empty());
    assert!(!report["unchecked"].as_array().unwrap().is_empty());
}

#[test]
fn roots_that_are_trusted_are_a_file_and_one_that_is_another_ends_with_1() {
    let bundle: Value = serde_json::from_str(BUNDLE).unwrap();
    let file = concat!(env!("CARGO_TARGET_TMPDIR"), "/roots.json");
    let verify = |roots: &str| {
        std::fs::write(file, roots).unwrap();
        cpor(&["verify", "--json", "--root", file, "-"], BUNDLE).unwrap()
    };
    let trusted = verify(&bundle["roots"].to_string());
    assert_eq!(trusted.status.code(), Some(0), "{}", text(&trusted.stdout));
    let report: Value = serde_json::from_slice(&trusted.stdout).unwrap();
    assert_eq!(report["root"]["trusted"], true);
    assert_eq!((&report["checked"]["paths"], &report["checked"]["roots"]), (&6.into(), &1.into()));
    let mut other = bundle["roots"][0].clone();
    other["size"] = 7.into();
    assert_eq!(verify(&other.to_string()).status.code(), Some(2), "it contradicts itself");
    let nothing = DayLeaves::of(Vec::new());
    let date = bundle["roots"][0]["date"].as_str().unwrap().parse().unwrap();
    let other = serde_json::to_string(&DailyRoot::of(date, &nothing, None)).unwrap();
    let refused = verify(&other);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stdout).contains("another one than the trusted one"));
}

#[test]
fn what_is_found_ends_with_1_and_what_cannot_be_read_with_2() {
    let changed = BUNDLE.replacen("\"complete\":true", "\"complete\":false", 1);
    let output = cpor(&["verify", "-"], &changed).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("  digest: "), "{}", text(&output.stdout));
    for unreadable in ["", "{}", "[]", &BUNDLE[..BUNDLE.len() - 1]] {
        let output = cpor(&["verify", "-"], unreadable).unwrap();
        assert_eq!(output.status.code(), Some(2), "{unreadable:.20}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty());
    }
    let nowhere = cpor(&["verify", "/nowhere/\u{1b}[31m/bundle.json"], "").unwrap();
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(!text(&nowhere.stderr).contains('\u{1b}'));
}

#[test]
fn a_window_is_drawn_and_a_place_that_there_is_not_ends_with_2() {
    let window = ["window", "--delivered-at", "2026-12-22T14:00:00Z", "--country"];
    let drawn = cpor(&[&window[..], &["CZ", "--zone", "Europe/Prague"]].concat(), "").unwrap();
    assert_eq!(drawn.status.code(), Some(0));
    assert!(text(&drawn.stdout).contains("Ends       2027-01-01T00:00:00+01:00"));
    let json = cpor(&[&window[..], &["US", "--subdivision", "CA", "--json"]].concat(), "").unwrap();
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    // California's holidays, and the latest zone of the country.
    assert_eq!(
        (&json["calendar"], &json["time_zone"]),
        (&"US-CA@2026.12".into(), &"America/Adak".into())
    );
    for wrong in [&["XX"][..], &["CZ", "--zone", "Mars/Olympus"], &["CZ", "--subdivision", "ZZ"]] {
        assert_eq!(
            cpor(&[&window[..], wrong].concat(), "").unwrap().status.code(),
            Some(2),
            "{wrong:?}"
        );
    }
}

/// The bundle with something else in it, and its digest made again.
fn changed(change: impl FnOnce(&mut Value)) -> Option<String> {
    let mut bundle: Value = serde_json::from_str(BUNDLE).ok()?;
    change(&mut bundle);
    bundle.as_object_mut()?.remove("digest");
    let digest = Sha256Hash::of(canonical::to_canonical_json(&bundle).as_bytes());
    bundle.as_object_mut()?.insert("digest".to_owned(), digest.to_string().into());
    Some(bundle.to_string())
}

#[test]
fn programs_are_told_up_to_which_version_a_trusted_root_stands_and_whether_all_was_checked() {
    let bundle: Value = serde_json::from_str(BUNDLE).unwrap();
    let file = concat!(env!("CARGO_TARGET_TMPDIR"), "/known.json");
    std::fs::write(file, bundle["roots"].to_string()).unwrap();
    let report = |arguments: &[&str], input: &str| -> (Option<i32>, Value) {
        let output = cpor(arguments, input).unwrap();
        (output.status.code(), serde_json::from_slice(&output.stdout).unwrap())
    };
    let (exit, alone) = report(&["verify", "--json", "-"], BUNDLE);
    assert_eq!((exit, &alone["rooted"]), (Some(0), &Value::Null));
    assert_eq!(alone["fully_checked"], true, "{alone}");
    let rooted = ["verify", "--json", "--root", file, "-"];
    let (exit, trusted) = report(&rooted, BUNDLE);
    assert_eq!((exit, &trusted["rooted"]), (Some(0), &6.into()));
    // By itself the bundle may be from before there were roots; whoever trusts one is not deceived.
    let unrooted = changed(|own| {
        own["roots"] = Value::Array(Vec::new());
        for entry in own["entries"].as_array_mut().unwrap() {
            entry["archived_on"] = Value::Null;
            entry["inclusion"] = Value::Null;
        }
    })
    .unwrap();
    let (exit, alone) = report(&["verify", "--json", "-"], &unrooted);
    assert_eq!((exit, &alone["verified"]), (Some(0), &true.into()));
    let (exit, found) = report(&rooted, &unrooted);
    assert_eq!((exit, &found["rooted"]), (Some(1), &Value::Null));
    assert_eq!(found["findings"].as_array().unwrap().len(), 6, "each version: {found}");
}

#[test]
fn a_version_that_was_archived_before_it_happened_is_of_a_sandbox_or_forged() {
    let early = changed(|own| {
        own["roots"] = Value::Array(Vec::new());
        for entry in own["entries"].as_array_mut().unwrap() {
            entry["archived_on"] = "2026-11-01".into();
            entry["inclusion"] = Value::Null;
        }
    })
    .unwrap();
    assert_eq!(cpor(&["verify", "-"], &early).unwrap().status.code(), Some(1));
    assert_eq!(cpor(&["verify", "--sandbox", "-"], &early).unwrap().status.code(), Some(0));
}

#[test]
fn a_moment_at_the_end_of_time_and_a_file_without_end_are_refused_with_2() {
    let far = changed(|own| own["made_at"] = "+262142-12-31T23:59:59Z".into()).unwrap();
    let refused = cpor(&["verify", "-"], &far).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused.stderr));
    assert!(text(&refused.stderr).contains("outside the years 0 to 9999"));
    let path = concat!(env!("CARGO_TARGET_TMPDIR"), "/long.json");
    let file = std::fs::File::create(path).unwrap();
    file.set_len(64 * 1024 * 1024 + 1).unwrap();
    let refused = cpor(&["verify", path], "").unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("longer than 64 MB"), "{}", text(&refused.stderr));
    std::fs::remove_file(path).unwrap();
    let window = ["window", "--delivered-at", "+262142-12-31T23:59:59Z", "--country", "CZ"];
    assert_eq!(cpor(&window, "").unwrap().status.code(), Some(2));
}
