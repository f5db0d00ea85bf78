//! Who may call what: every route under every role, and every decision of a link under every authority of its
//! recipient, as tables that a change of a rule shows up in.

use std::fmt::Write as _;

use chrono::Duration;
use domain::actor::{Actor, StaffRole};
use domain::claim::Scan;
use domain::command::Command;
use domain::ids::{ClaimId, StaffId};
use domain::program::{EvidencePolicy, Policy, Program};
use domain::recipient::RecipientNo;
use domain::text::Comment;
use notice::Link;
use serde_json::json;
use support::fixtures::{self, ALPINE, BOREALIS, CONTOSO, TAILWIND};
use support::stack::{self, Stack};
use support::test_env::{alpine, contoso_admin};
use web::event::RequestEvent;
use web::routes::{Auth, ROUTES, Route, RouteId};

/// Who calls. The other partner and the other customer are of the roles before them and of another party: they see
/// nothing of a claim of Alpine's at Contoso. The last one is of the first role that the route is for, and signed in with
/// another side's client.
const CALLERS: [&str; 11] = [
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
    "other_client",
];

fn from(event: RequestEvent, route: &Route, caller: &str) -> RequestEvent {
    match caller {
        "nobody" => event,
        "junk" => event.staff("emperor", "x"),
        "other_client" => {
            let role = route.roles.first().map_or("operator", |role| role.as_str());
            let client = if role == "customer_admin" { "operators" } else { "customers" };
            from(event, route, role).by_client(client)
        }
        "partner_admin" => event.partner_admin(ALPINE),
        "partner_user" => event.partner_user(ALPINE),
        "customer_admin" => event.customer_admin(CONTOSO),
        "other_partner" => event.partner_admin(BOREALIS),
        "other_customer" => event.customer_admin(TAILWIND),
        staff => event.staff(staff, "staff-1"),
    }
}

/// What there is to be seen: claims of Alpine's at Contoso.
struct There {
    /// One with an association.
    held: ClaimId,
    /// One with a clean document.
    documented: ClaimId,
}

/// The path with a claim in it, or its first association.
fn path_of(route: &Route, there: &There) -> String {
    let id = match route.id {
        RouteId::Claims(_) | RouteId::Review(_) | RouteId::Customer(_) => there.held.to_string(),
        RouteId::Evidence(_) => there.documented.to_string(),
        RouteId::Associations(_) => format!("{}-1", there.held),
        RouteId::Decision(_)
        | RouteId::Overview(_)
        | RouteId::Directory(_)
        | RouteId::Webhooks(_) => "unknown".to_owned(),
    };
    let path =
        route.path.replace("{id}", &id).replace("{country}", "CZ").replace("{date}", "2026-12-30");
    path.replace("{eid}", "e1").replace("{token}", "unknown").replace("{code}", "unknown")
}

/// What the door says: 401, 403 and, of a claim that is there, 404; anything else is past it.
async fn door(stack: &Stack, route: &Route, claims: &There, caller: &str) -> &'static str {
    let method = if route.method == "ANY" { "GET" } else { route.method };
    let event = RequestEvent::new(method, &path_of(route, claims)).json(&json!({}));
    let there = !matches!(
        route.id,
        RouteId::Decision(_) | RouteId::Overview(_) | RouteId::Directory(_) | RouteId::Webhooks(_)
    );
    match stack.send(from(event, route, caller)).await.status {
        401 => "401",
        403 => "403",
        404 if there => "404",
        _ => "-",
    }
}

/// A draft under a policy that asks for documents, with a clean one.
async fn documented(stack: &Stack) -> ClaimId {
    let policy = Policy { evidence: EvidencePolicy::Uploaded, ..Policy::default() };
    let program = Program { policy, ..fixtures::osu_m365() };
    stack.env.store.put_program(&program).await.unwrap();
    let mut body = fixtures::claim_body(&["exchange-online"]);
    body["draft"] = json!(true);
    let created = stack.submit(ALPINE, "k2", &body).await;
    let id = ClaimId::parse(created.body["id"].as_str().unwrap()).unwrap();
    let entry = &stack.env.read(&id).await.details.evidence[0];
    let add = Command::AddEvidence(Box::new(entry.as_declared()));
    stack.env.give(&id, &alpine(), &add).await.unwrap();
    let (eid, sha256) = (entry.id.clone(), entry.sha256);
    let clean = Command::RecordScan { id: eid, sha256, scan: Scan::Clean };
    stack.env.give(&id, &Actor::System, &clean).await.unwrap();
    id
}

#[tokio::test]
async fn every_route_admits_exactly_the_roles_and_parties_of_the_table() {
    let stack = Stack::sandbox_at("2026-12-22T14:00:00Z").await;
    let held = stack.env.holding("k", &["teams"]).await.id;
    let claims = There { held, documented: documented(&stack).await };
    let saved = stack.env.engine.save();
    let mut table = format!("{:44}{}\n", "", CALLERS.join(" "));
    for route in ROUTES {
        let mut line = format!("{:44}", format!("{} {}", route.method, route.path));
        for caller in CALLERS {
            stack.env.engine.restore(&saved);
            let said = door(&stack, route, &claims, caller).await;
            write!(line, "{said:<width$} ", width = caller.len()).unwrap();
        }
        writeln!(table, "{}", line.trim_end()).unwrap();
    }
    let golden = include_str!("golden/roles.txt");
    assert_eq!(table, golden, "\n{table}");
}

#[test]
fn a_route_with_a_token_names_its_roles_and_one_without_has_none() {
    for route in ROUTES {
        assert_eq!(matches!(route.auth, Auth::Jwt), !route.roles.is_empty(), "{}", route.path);
    }
}

/// Whose link it is.
const LINKS: [&str; 6] = ["verified", "domain", "refused", "retired", "earlier", "old"];

/// What is done by a link, in a window that is open, to a claim with a no of that very link.
const DECISIONS: [&str; 5] = ["decline", "undo", "extend", "wrong_contact", "accept"];

/// A claim in its second notice with recipients of every kind: the contact of the tenant's domain, and three of the
/// customer's standing rules. The second of these counts for the window, one said that it is not the right person,
/// and one had its link retired.
async fn with_every_link(stack: &Stack) -> ClaimId {
    let contact = |name: &str| json!({"name": name, "email": format!("{name}@holding.example")});
    let rules = json!({"contacts": [contact("ciso"), contact("cfo"), contact("ceo")]});
    let put = RequestEvent::put("/v1/customer/rules").customer_admin(CONTOSO).json(&rules);
    assert_eq!(stack.send(put).await.status, 200);
    let claim = stack.env.awaiting("k", &["teams", "exchange-online"]).await;
    for command in [Command::Hold { comment: comment("wait") }, Command::Resume] {
        stack.env.give(&claim.id, &operator(), &command).await.unwrap();
    }
    let claim = stack.env.deliver(&stack.env.read(&claim.id).await).await.unwrap();
    let refused = stack.decide_by(&link_of(&claim.id, "refused"), "decision=wrong_contact").await;
    assert_eq!(refused.status, 200, "{}", refused.text);
    let retire = Command::RetireLink { recipient: 4, comment: None };
    stack.env.give(&claim.id, &contoso_admin(), &retire).await.unwrap();
    claim.id
}

fn comment(text: &str) -> Comment {
    Comment::parse(text).unwrap()
}

fn operator() -> Actor {
    Actor::Staff { id: StaffId::parse("operator-1").unwrap(), role: StaffRole::Operator }
}

fn link_of(claim: &ClaimId, whose: &str) -> Link {
    let (notice, no) = match whose {
        "domain" => (2, 1),
        "verified" => (2, 2),
        "earlier" => (1, 2),
        "refused" => (2, 3),
        "retired" => (2, 4),
        _ => return stack::old_link(claim, 2),
    };
    stack::link(claim, notice, RecipientNo(no))
}

#[tokio::test]
async fn every_link_decides_exactly_what_the_table_says() {
    let stack = Stack::at("2026-12-22T14:00:00Z").await;
    let claim = with_every_link(&stack).await;
    let saved = stack.env.engine.save();
    let mut table = format!("{:15}", "");
    for whose in LINKS {
        write!(table, "{whose:20}").unwrap();
    }
    table = format!("{}\n", table.trim_end());
    for decision in DECISIONS {
        let mut line = format!("{decision:15}");
        for whose in LINKS {
            stack.env.engine.restore(&saved);
            let own = link_of(&claim, whose);
            let no = stack.decide_by(&own, "decision=decline&items=2").await;
            assert_eq!(no.status, 200, "a no of {whose}: {}", no.text);
            stack.env.clock.advance(Duration::milliseconds(1));
            let answer = stack.decide_by(&own, &format!("decision={decision}")).await;
            let (status, code) = answer.problem();
            write!(line, "{:20}", format!("{status} {code}").trim_end()).unwrap();
        }
        writeln!(table, "{}", line.trim_end()).unwrap();
    }
    let golden = include_str!("golden/links.txt");
    assert_eq!(table, golden, "\n{table}");
}
