//! Lists, claims, actions and exports, as they are printed.

use std::fs;

use serde_json::{Value, json};

use crate::api::problem;
use crate::program::{TOKEN, folder, run, sign_in, text};
use crate::server::{Said, Server};

/// What nobody may write to a terminal.
const HOSTILE: &str = "=a\u{1b}[2J\u{202e}b\u{9b}";

fn claim(no: u64) -> Value {
    json!({"id": format!("c{no}"), "version": no, "status": "awaiting_customer", "external_ref": HOSTILE,
        "label": "+1", "program": "osu-m365", "partner": {"id": "p-alpine", "name": "Alpine"},
        "tenant": {"id": "t1", "domain": "contoso.example", "name": HOSTILE},
        "items": [{"no": 1, "kind": "workload", "id": "teams", "status": "pending"}],
        "turn": {"who": "customer", "until": "2026-12-31T23:00:00Z", "on_silence": "associate"},
        "reasons": [{"code": "duplicate", "item_no": null, "comment": HOSTILE}],
        "allowed_actions": ["withdraw"], "explain": {"rule": {"says": HOSTILE}, "next": "The customer’s turn."}})
}

/// An API with 250 claims, a hundred a page.
fn played() -> Server {
    Server::start(|seen| match seen.route() {
        ("GET", "/v1/me") => {
            Said::json(200, &json!({"role": "operator", "actor_id": "olga", "party": null}))
        }
        ("GET", "/v1/claims" | "/v1/reviews") => {
            let from = match seen.path.split_once("cursor=") {
                Some((_, cursor)) => cursor.parse().unwrap(),
                None => 0,
            };
            let items: Vec<Value> = (from..(from + 100).min(250)).map(claim).collect();
            let next = (from + 100 < 250).then(|| (from + 100).to_string());
            Said::json(200, &json!({"items": items, "next_cursor": next}))
        }
        ("GET", "/v1/usage") => {
            let days = json!([{"date": "2026-11-01", "active_users": null, "provisioned_seats": 9},
                              {"date": "2026-11-02", "active_users": 7, "provisioned_seats": 9}]);
            let association = json!({"association_id": "c1-1", "tenant": {"id": "t1"}, "program": "osu-m365",
                "item": {"kind": "workload", "id": "teams"}, "usage": {"items": days}});
            Said::json(200, &json!({"items": [association], "next_cursor": null}))
        }
        ("GET", "/v1/claims/c7") => Said::json(200, &claim(7)).with("etag", "\"7\""),
        ("POST", path) if path.starts_with("/v1/claims") => {
            let mut after = claim(8);
            after["turn"] = Value::Null;
            Said::json(200, &after)
        }
        _ => problem(404, "not-found\u{1b}[2J"),
    })
}

fn printable(printed: &str) -> bool {
    printed.chars().all(|own| own == '\n' || !(own.is_control() || own == '\u{202e}'))
}

#[test]
fn what_others_wrote_is_shown_and_does_nothing_to_the_terminal() {
    let (folder, server) = (folder("shown"), played());
    sign_in(&folder, &server.address);
    for arguments in [
        &["claims", "list"][..],
        &["claims", "list", "--json"],
        &["claims", "show", "c7"],
        &["claims", "show", "c7", "--json"],
        &["reviews", "list"],
        &["export", "claims"],
        &["export", "claims", "--format", "ndjson"],
        &["claims", "show", "unknown"],
    ] {
        let output = run(&folder, arguments);
        let printed = text(&output.stdout).replace("\r\n", "\n") + &text(&output.stderr);
        assert!(printable(&printed), "{arguments:?}: {printed:?}");
        let escaped = printed.contains("\\u{1b}") || printed.contains("\\u001b");
        assert!(escaped, "{arguments:?}: {printed:.300}");
    }
    let shown = text(&run(&folder, &["claims", "show", "c7"]).stdout);
    for part in ["awaiting_customer", "You can    withdraw", "REASON", "workload"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let json: Value =
        serde_json::from_slice(&run(&folder, &["claims", "show", "c7", "--json"]).stdout).unwrap();
    assert_eq!(json, claim(7));
}

#[test]
fn a_list_is_read_as_far_as_it_is_wanted() {
    let (folder, server) = (folder("listed"), played());
    sign_in(&folder, &server.address);
    let count = |arguments: &[&str]| {
        let output = run(&folder, arguments);
        serde_json::from_slice::<Value>(&output.stdout).unwrap().as_array().unwrap().len()
    };
    assert_eq!(count(&["claims", "list", "--json"]), 50);
    assert_eq!(count(&["claims", "list", "--json", "--limit", "101"]), 101);
    assert_eq!(count(&["claims", "list", "--json", "--limit", "1000"]), 250);
    let filters = [
        "claims",
        "list",
        "--status",
        "draft",
        "--status",
        "ended",
        "--waiting",
        "--external-ref",
        "A&b=c",
    ];
    run(&folder, &filters);
    let asked = server.seen().last().unwrap().path.clone();
    assert_eq!(
        asked,
        "/v1/claims?status=draft&status=ended&turn=partner&external_ref=A%26b%3Dc&limit=50"
    );
}

#[test]
fn an_action_names_the_version_that_was_looked_at() {
    let (folder, server) = (folder("acted"), played());
    sign_in(&folder, &server.address);
    let begun = run(&folder, &["reviews", "begin", "c7"]);
    assert_eq!(begun.status.code(), Some(0), "{}", text(&begun.stderr));
    assert_eq!(text(&begun.stdout), "c8 version 8, awaiting_customer; nobody’s turn\n");
    let last = |server: &Server| server.seen().last().unwrap().clone();
    assert_eq!(last(&server).headers["if-match"], "\"7\"");
    assert_eq!(last(&server).json(), json!({"action": "begin", "note": null}));
    run(&folder, &["reviews", "hold", "c7", "--comment", "Wait.", "--at-version", "5"]);
    assert_eq!(last(&server).headers["if-match"], "\"5\"");
    run(&folder, &["claims", "withdraw", "c7", "--reason", "claimed_in_error"]);
    assert_eq!(last(&server).route(), ("POST", "/v1/claims/c7/withdraw"));
    run(&folder, &["claims", "submit", "--draft", "c7"]);
    assert_eq!(last(&server).route(), ("POST", "/v1/claims/c7/submit"));
    assert_eq!(last(&server).headers["authorization"], format!("Bearer {TOKEN}"));
    assert_eq!(last(&server).headers["host"], "api.played");
}

#[test]
fn the_same_file_is_the_same_claim_and_another_key_another_one() {
    let (folder, server) = (folder("submitted"), played());
    sign_in(&folder, &server.address);
    fs::write(folder.join("one.json"), "{\"program\": \"p\", \"items\": []}").unwrap();
    fs::write(folder.join("same.json"), "{\"items\":[],\"program\":\"p\"}").unwrap();
    let key = |arguments: &[&str]| {
        assert_eq!(run(&folder, arguments).status.code(), Some(0));
        server.seen().last().unwrap().headers["idempotency-key"].clone()
    };
    let one = key(&["claims", "submit", "one.json"]);
    assert_eq!(key(&["claims", "submit", "same.json"]), one);
    assert_eq!(key(&["claims", "submit", "one.json", "--key", "k2"]), "k2");
}

#[test]
fn a_file_for_a_spreadsheet_has_no_formula_and_every_claim() {
    let (folder, server) = (folder("exported"), played());
    sign_in(&folder, &server.address);
    let output = run(&folder, &["export", "claims", "--output", "claims.csv"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let written = fs::read_to_string(folder.join("claims.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(written.as_bytes());
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 250);
    assert!(rows.iter().flatten().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r'])));
    assert_eq!((&rows[0][5], &rows[0][4]), ("'+1", "'=a\\u{1b}[2J\\u{202e}b\\u{9b}"));
    let usage = run(&folder, &["export", "usage", "--from", "2026-11-01"]);
    let lines = text(&usage.stdout);
    let lines: Vec<_> = lines.lines().collect();
    assert_eq!(lines[1], "c1-1,t1,osu-m365,workload,teams,2026-11-01,,9");
    assert_eq!(lines[2], "c1-1,t1,osu-m365,workload,teams,2026-11-02,7,9");
    let json = run(&folder, &["export", "usage", "--format", "ndjson"]);
    let line: Value = serde_json::from_str(text(&json.stdout).lines().nth(1).unwrap()).unwrap();
    assert_eq!((&line["association_id"], &line["active_users"]), (&json!("c1-1"), &json!(7)));
}

#[test]
fn a_claim_is_watched_until_nobody_has_a_turn() {
    let mut looks = 0;
    let server = Server::start(move |seen| {
        if seen.path == "/v1/me" {
            return Said::json(200, &json!({"role": "partner_user"}));
        }
        looks += 1;
        match looks {
            1 => Said::json(200, &claim(7)).with("etag", "\"7\""),
            2 => {
                assert_eq!(seen.headers["if-none-match"], "\"7\"");
                Said::Answer { status: 304, headers: Vec::new(), body: String::new() }
            }
            _ => {
                let mut over = claim(9);
                over["turn"] = Value::Null;
                Said::json(200, &over).with("etag", "\"9\"")
            }
        }
    });
    let folder = folder("watched");
    sign_in(&folder, &server.address);
    let output = run(&folder, &["claims", "watch", "c7", "--every", "1"]);
    assert_eq!(output.status.code(), Some(0));
    let printed = text(&output.stdout);
    assert_eq!(printed.lines().count(), 2, "{printed}");
    assert!(printed.lines().last().unwrap().contains("nobody’s turn"));
}

#[test]
fn the_shells_are_told_what_there_is() {
    let folder = folder("completed");
    for shell in ["bash", "zsh", "fish"] {
        let output = run(&folder, &["completions", shell]);
        let script = text(&output.stdout);
        assert!(script.contains("correct-contact") && script.contains("stop-at-quota"), "{shell}");
    }
    let help = text(&run(&folder, &["--help"]).stdout);
    assert!(help.contains("6  A quota is used up."), "{help}");
}
