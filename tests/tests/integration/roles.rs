//! Who may call what: every route under every role, as a table that a change of a rule shows up in.

use std::fmt::Write as _;

use domain::ids::ClaimId;
use integration::fixtures::{ALPINE, BOREALIS, CONTOSO, TAILWIND};
use integration::stack::Stack;
use serde_json::json;
use web::event::Event;
use web::routes::{Auth, ROUTES, Route, RouteId};

/// Who calls. The other two are of the roles before them and of another party: they see nothing of a
/// claim of Alpine's at Contoso.
const CALLERS: [&str; 10] = [
    "nobody",
    "junk",
    "partner_admin",
    "partner_user",
    "reviewer",
    "operator",
    "auditor",
    "customer_admin",
    "other_partner",
    "other_customer",
];

fn from(event: Event, caller: &str) -> Event {
    match caller {
        "nobody" => event,
        "junk" => event.jwt(&[("custom:role", "emperor"), ("sub", "x")]),
        "partner_admin" => event.partner_admin(ALPINE),
        "partner_user" => event.partner_user(ALPINE),
        "customer_admin" => event.customer_admin(CONTOSO),
        "other_partner" => event.partner_admin(BOREALIS),
        "other_customer" => event.customer_admin(TAILWIND),
        staff => event.staff(staff, "staff-1"),
    }
}

/// The path with a claim of Alpine's at Contoso in it, or its first association.
fn path_of(route: &Route, claim: &ClaimId) -> String {
    let id = match route.id {
        RouteId::Claims(_) | RouteId::Review(_) => claim.to_string(),
        RouteId::Associations(_) => format!("{claim}-1"),
        RouteId::Decision(_) | RouteId::Directory(_) => "unknown".to_owned(),
    };
    let path = route.path.replace("{id}", &id).replace("{country}", "CZ");
    path.replace("{token}", "unknown").replace("{code}", "unknown")
}

/// What the door says: 401, 403 and, of a claim that is there, 404; anything else is past it.
async fn door(stack: &Stack, route: &Route, claim: &ClaimId, caller: &str) -> &'static str {
    let method = if route.method == "ANY" { "GET" } else { route.method };
    let event = Event::new(method, &path_of(route, claim)).json(&json!({}));
    let there = !matches!(route.id, RouteId::Decision(_) | RouteId::Directory(_));
    match stack.send(from(event, caller)).await.status {
        401 => "401",
        403 => "403",
        404 if there => "404",
        _ => "-",
    }
}

#[tokio::test]
async fn every_route_admits_exactly_the_roles_and_parties_of_the_table() {
    let stack = Stack::sandbox_at("2026-12-22T14:00:00Z").await;
    let claim = stack.world.holding("k", &["teams"]).await.id;
    let saved = stack.world.engine.save();
    let mut table = format!("{:42}{}\n", "", CALLERS.join(" "));
    for route in ROUTES {
        let mut line = format!("{:42}", format!("{} {}", route.method, route.path));
        for caller in CALLERS {
            stack.world.engine.restore(&saved);
            let said = door(&stack, route, &claim, caller).await;
            write!(line, "{said:<width$} ", width = caller.len()).unwrap();
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
