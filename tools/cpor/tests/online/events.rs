//! What happened, as it is listed and followed.

use std::io::{BufRead as _, BufReader};

use serde_json::{Value, json};

use crate::program::{begin, folder, run, sign_in, text};
use crate::server::{Said, Server};

/// What nobody may write to a terminal.
const HOSTILE: &str = "validated\u{1b}[2J\u{202e}";

fn event(no: usize) -> Value {
    let kind = if no == 3 { HOSTILE } else { "window_opened" };
    json!({"id": format!("c{no}-4"), "claim_id": format!("c{no}"), "version": 4, "type": kind,
        "at": "2026-12-22T14:00:00Z", "status": "awaiting_customer", "items": [1, 2]})
}

/// A parameter of a query.
fn parameter(path: &str, name: &str) -> Option<String> {
    let query = path.split_once('?')?.1.as_bytes();
    url::form_urlencoded::parse(query).find(|own| own.0 == name).map(|own| own.1.into_owned())
}

/// A feed of 250 events; with each look that finds nothing another one comes, as far as 253.
fn played() -> Server {
    let mut there = 250;
    Server::start(move |seen| {
        let (("GET", "/v1/events"), path) = (seen.route(), &seen.path) else {
            return Said::json(200, &json!({"role": "partner_user"}));
        };
        let from = parameter(path, "after").map_or(0, |after| after.parse().unwrap());
        let limit: usize = parameter(path, "limit").unwrap().parse().unwrap();
        let to = (from + limit).min(there);
        let items: Vec<Value> = (from + 1..=to).map(event).collect();
        let page = json!({"items": items, "next_cursor": to.to_string(), "more": to < there});
        if items.is_empty() && there < 253 {
            there += 1;
        }
        Said::json(200, &page)
    })
}

#[test]
fn events_are_listed_as_far_as_they_are_wanted_and_the_place_behind_them_is_told() {
    let (folder, server) = (folder("events"), played());
    sign_in(&folder, &server.address);
    let list = |arguments: &[&str]| run(&folder, &[&["events", "list"], arguments].concat());
    let json = |arguments: &[&str]| -> Value {
        serde_json::from_slice(&list(&[&["--json"], arguments].concat()).stdout).unwrap()
    };
    let fifty = json(&[]);
    assert_eq!(fifty["items"].as_array().unwrap().len(), 50);
    assert_eq!((&fifty["next_cursor"], &fifty["more"]), (&json!("50"), &json!(true)));
    let many = json(&["--limit", "120", "--after", "50"]);
    assert_eq!(many["items"].as_array().unwrap().len(), 120);
    assert_eq!(many["next_cursor"], "170", "behind the last that is listed");
    let rest = json(&["--limit", "1000", "--after", "170"]);
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["more"]), (80, &json!(false)));
    assert_eq!(json(&["--limit", "1"])["items"][0], event(1));
    list(&["--type", "validated", "--type", "submitted", "--limit", "5"]);
    let asked = server.seen().last().unwrap().path.clone();
    assert_eq!(
        asked, "/v1/events?types=validated%2Csubmitted&limit=100",
        "few of them are of these types"
    );
}

#[test]
fn a_table_of_events_is_for_people_and_shows_what_is_hidden() {
    let (folder, server) = (folder("events-shown"), played());
    sign_in(&folder, &server.address);
    let output = run(&folder, &["events", "list", "--limit", "3"]);
    let printed = text(&output.stdout);
    assert_eq!(printed.lines().count(), 4, "{printed}");
    for part in ["AT", "EVENT", "c1", "window_opened", "awaiting_customer", "1 2", "\\u{202e}"] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    assert!(!printed.contains('\u{1b}') && !printed.contains('\u{202e}'), "{printed:?}");
    assert_eq!(text(&output.stderr), "Go on with --after=3\n");
}

#[test]
fn who_follows_gets_a_line_for_each_event_as_it_comes() {
    let (folder, server) = (folder("followed"), played());
    sign_in(&folder, &server.address);
    let follow = ["events", "list", "--follow", "--every", "1", "--json", "--after", "248"];
    let mut program = begin(&folder, &follow);
    let lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let ids: Vec<String> = lines
        .take(5)
        .map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap()["claim_id"].to_string())
        .collect();
    program.kill().unwrap();
    program.wait().unwrap();
    assert_eq!(ids, ["\"c249\"", "\"c250\"", "\"c251\"", "\"c252\"", "\"c253\""]);
}

#[test]
fn a_feed_that_does_not_move_on_and_what_contradicts_itself_are_refused() {
    let folder = folder("events-circle");
    let server =
        Server::start(|_| Said::json(200, &json!({"items": [], "next_cursor": "7", "more": true})));
    sign_in(&folder, &server.address);
    assert_eq!(run(&folder, &["events", "list"]).status.code(), Some(5));
    for wrong in [&["--follow", "--limit", "3"][..], &["--every", "9"], &["--limit", "x"]] {
        let output = run(&folder, &[&["events", "list"], wrong].concat());
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
    }
}
