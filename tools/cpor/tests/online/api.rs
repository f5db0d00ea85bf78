//! An API that the tests play: claims by their keys, usage, quotas.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::server::{Said, Seen, Server};

/// The claims that were created: key, then id and body.
pub(crate) type Ledger = Arc<Mutex<BTreeMap<String, (String, Value)>>>;

/// What a fault does to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is answered as it should be.
    None,
    /// It is lost before it is done.
    LostBefore,
    /// It is done, and its answer is lost.
    LostAfter,
    /// The API asks to wait so many seconds.
    Unavailable(u64),
    /// The gateway asks to slow down.
    TooFast,
    /// The quota of the day is used up for so many seconds.
    Quota(u64),
    /// A quota is used up that no waiting helps.
    OpenQuota,
}

/// An API with a ledger. `fault_of` is told the number of each request for a claim, from 1 on.
pub(crate) fn start(
    ledger: &Ledger,
    mut fault_of: impl FnMut(u64) -> Fault + Send + 'static,
) -> Server {
    let ledger = Arc::clone(ledger);
    let mut count = 0;
    Server::start(move |seen| {
        let fault = if seen.method == "POST" {
            count += 1;
            fault_of(count)
        } else {
            Fault::None
        };
        match fault {
            Fault::None => answer(&ledger, seen),
            Fault::LostBefore => Said::Lost,
            Fault::LostAfter => {
                answer(&ledger, seen);
                Said::Lost
            }
            Fault::Unavailable(seconds) => {
                problem(503, "unavailable").with("retry-after", seconds.to_string())
            }
            Fault::TooFast => Said::json(429, &json!({"message": "Too Many Requests"})),
            Fault::Quota(seconds) => {
                problem(429, "quota-exceeded").with("retry-after", seconds.to_string())
            }
            Fault::OpenQuota => problem(429, "quota-exceeded"),
        }
    })
}

/// A refusal.
pub(crate) fn problem(status: u16, code: &str) -> Said {
    let body = json!({"type": format!("urn:cpor:problem:{code}"), "title": code, "status": status,
        "detail": "", "code": code, "instance": "i"});
    Said::json(status, &body)
}

fn answer(ledger: &Ledger, seen: &Seen) -> Said {
    match seen.route() {
        ("GET", "/v1/me") => Said::json(200, &me()),
        ("POST", "/v1/claims") => create(ledger, seen),
        ("POST", "/v1/claims:check") => check(ledger, seen),
        ("GET", path) if path.starts_with("/v1/claims/") => find(ledger, path),
        _ => problem(404, "not-found"),
    }
}

fn me() -> Value {
    json!({"role": "partner_admin", "actor_id": null,
        "party": {"id": "p-alpine", "name": "Alpine \u{202e}Cloud", "status": "active"},
        "quotas": {"daily_claim_quota": 40, "daily_claims_left": 30, "open_claim_quota": 1000, "open_claims_left": 50,
                   "open_draft_quota": 200, "open_drafts_left": 196, "daily_check_quota": 50, "daily_checks_left": 41}})
}

fn create(ledger: &Ledger, seen: &Seen) -> Said {
    let mut claims = ledger.lock().unwrap();
    let key = seen.headers["idempotency-key"].clone();
    let (body, next) = (seen.json(), format!("c{}", claims.len()));
    let (id, stored) = claims.entry(key).or_insert_with(|| (next.clone(), body.clone())).clone();
    match (stored == body, id == next) {
        (false, _) => problem(422, "idempotency-conflict"),
        (true, new) => {
            let said = Said::json(201, &claim(&id, &body));
            if new { said } else { said.with("idempotent-replayed", "true") }
        }
    }
}

fn claim(id: &str, body: &Value) -> Value {
    json!({"id": id, "version": 1, "status": "submitted", "external_ref": body["external_ref"], "turn": null})
}

fn check(ledger: &Ledger, seen: &Seen) -> Said {
    let (claims, body) = (ledger.lock().unwrap(), seen.json());
    let own = claims.values().find(|(_, stored)| stored["tenant"]["id"] == body["tenant"]["id"]);
    let errors: Vec<Value> = own
        .map(|(id, _)| json!({"pointer": "", "code": "duplicate-claim", "detail": "Yours.", "claim_id": id}))
        .into_iter()
        .collect();
    let warning = json!({"pointer": "/evidence", "code": "evidence-missing", "detail": "None."});
    Said::json(
        200,
        &json!({"ok": errors.is_empty(), "errors": errors, "contested": false, "earliest_closes_at": null,
                "warnings": [warning]}),
    )
}

fn find(ledger: &Ledger, path: &str) -> Said {
    let claims = ledger.lock().unwrap();
    let wanted = path.trim_start_matches("/v1/claims/");
    let found = claims.values().find(|(id, _)| id == wanted);
    found.map_or_else(|| problem(404, "not-found"), |(id, body)| Said::json(200, &claim(id, body)))
}
