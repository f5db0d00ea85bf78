//! Who may call what: every route under every role, as a table that a change of a rule shows up in.

use std::fmt::Write as _;

use integration::fixtures::{ALPINE, CONTOSO};
use integration::stack::Stack;
use serde_json::json;
use web::event::Event;
use web::routes::{Auth, ROUTES};

const ROLES: [&str; 8] = [
    "nobody",
    "junk",
    "partner_admin",
    "partner_user",
    "reviewer",
    "operator",
    "auditor",
    "customer_admin",
];

fn from(event: Event, role: &str) -> Event {
    match role {
        "nobody" => event,
        "junk" => event.jwt(&[("custom:role", "emperor"), ("sub", "x")]),
        "partner_admin" => event.partner_admin(ALPINE),
        "partner_user" => event.partner_user(ALPINE),
        "customer_admin" => event.customer_admin(CONTOSO),
        staff => event.staff(staff, "staff-1"),
    }
}

/// What the door says: 401 and 403 as they are, anything else is past it.
async fn door(stack: &Stack, method: &str, path: &str, role: &str) -> &'static str {
    let path =
        path.replace("{id}", "unknown").replace("{token}", "unknown").replace("{code}", "unknown");
    let event = Event::new(if method == "ANY" { "GET" } else { method }, &path).json(&json!({}));
    match stack.send(from(event, role)).await.status {
        401 => "401",
        403 => "403",
        _ => "-",
    }
}

#[tokio::test]
async fn every_route_admits_exactly_the_roles_of_the_table() {
    let stack = Stack::sandbox_at("2026-12-22T14:00:00Z").await;
    let mut table = format!("{:42}{}\n", "", ROLES.join(" "));
    for route in ROUTES {
        let mut line = format!("{:42}", format!("{} {}", route.method, route.path));
        for role in ROLES {
            let said = door(&stack, route.method, route.path, role).await;
            write!(line, "{said:<width$} ", width = role.len()).unwrap();
        }
        writeln!(table, "{}", line.trim_end()).unwrap();
    }
    let golden = include_str!("../golden/roles.txt");
    assert_eq!(table, golden, "\n{table}");
}

#[test]
fn a_route_with_a_token_names_its_roles_and_one_without_has_none() {
    for route in ROUTES {
        assert_eq!(matches!(route.auth, Auth::Jwt), !route.roles.is_empty(), "{}", route.path);
    }
}
