//! What exists can be found (`docs/api.md §3.6`): partners, tenants and programs by name, and who one is.

use std::collections::BTreeSet;

use domain::command::Command;
use domain::ids::ClaimId;
use serde_json::{Value, json};
use support::fixtures::{self, ALPINE, BOREALIS, CONTOSO, FABRIKAM, TAILWIND};
use support::stack::{Answer, Stack};
use support::test_env::{partner_admin, partner_id, reviewer, validate, withdraw};
use support::wire::Call;
use web::event::RequestEvent;

mod page_changes;

const NOW: &str = "2026-12-22T14:00:00Z";

async fn stack() -> Stack {
    Box::pin(Stack::at(NOW)).await
}

async fn get(stack: &Stack, path: &str) -> Answer {
    let answer = stack.send(RequestEvent::get(path).staff("auditor", "anna")).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer
}

async fn put(stack: &Stack, path: &str, body: &Value) {
    let answer = stack.send(RequestEvent::put(path).staff("operator", "olga").json(body)).await;
    assert!([200, 201].contains(&answer.status), "{path}: {}", answer.text);
}

async fn partner(stack: &Stack, event: RequestEvent) -> Answer {
    stack.send(event.partner_user(ALPINE)).await
}

fn ids(page: &Answer) -> Vec<String> {
    let items = page.body["items"].as_array().unwrap().iter();
    items.map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn partners_and_tenants_are_listed_by_name() {
    let stack = stack().await;
    let partners = get(&stack, "/v1/partners").await;
    assert_eq!(ids(&partners), [ALPINE, BOREALIS]);
    let first = json!({"id": ALPINE, "name": "Alpine Cloud", "status": "active", "country": "CZ"});
    assert_eq!(partners.body["items"][0], first, "nothing else is in the list");
    let tenants = get(&stack, "/v1/tenants").await;
    assert_eq!(ids(&tenants), [CONTOSO, FABRIKAM, TAILWIND]);
    let first = json!({"id": CONTOSO, "name": "Contoso", "status": "active", "country": "CZ"});
    assert_eq!(tenants.body["items"][0], first);
}

#[tokio::test]
async fn a_name_is_found_by_its_beginning_in_either_case_and_follows_a_renaming() {
    let stack = stack().await;
    assert_eq!(ids(&get(&stack, "/v1/partners?name=bOR").await), [BOREALIS]);
    assert_eq!(ids(&get(&stack, "/v1/partners?name=realis").await), Vec::<String>::new());
    put(&stack, "/v1/partners/p-borealis", &json!({"name": "Žlutý # kůň"})).await;
    assert_eq!(ids(&get(&stack, "/v1/partners?name=bor").await), Vec::<String>::new());
    assert_eq!(ids(&get(&stack, "/v1/partners?name=%C5%BDLUT%C3%BD%20%23").await), [BOREALIS]);
    assert_eq!(ids(&get(&stack, "/v1/partners").await), [ALPINE, BOREALIS]);
}

#[tokio::test]
async fn a_status_narrows_the_list_and_the_page_is_filled_up() {
    let stack = stack().await;
    for no in 0..7 {
        let body = json!({"name": format!("Partner {no}"), "status": if no % 3 == 0 { "suspended" } else { "active" },
            "country": "CZ", "time_zone": "Europe/Prague", "daily_claim_quota": 1, "open_claim_quota": 1});
        put(&stack, &format!("/v1/partners/p-{no}"), &body).await;
    }
    let mut found = Vec::new();
    let mut path = "/v1/partners?name=Partner%20&status=suspended&limit=2".to_owned();
    loop {
        let page = get(&stack, &path).await;
        found.push(ids(&page));
        // The link leads on as it is, whatever is in the name.
        let link = page.header("link").to_owned();
        match link.strip_prefix('<').and_then(|link| link.split_once('>')) {
            Some((next, _)) => path = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(found.concat(), ["p-0", "p-3", "p-6"]);
    assert_eq!(found[0].len(), 2, "the first page is full");
    assert_eq!(ids(&get(&stack, "/v1/tenants?status=deleted").await), Vec::<String>::new());
}

#[tokio::test]
async fn a_tenant_is_found_by_its_domain_in_any_spelling() {
    let stack = stack().await;
    let path = format!("/v1/tenants/{CONTOSO}");
    put(&stack, &path, &json!({"domains": ["contoso.example", "münchen.example"]})).await;
    for domain in ["contoso.example", "m%C3%BCnchen.example", "XN--MNCHEN-3YA.example"] {
        let found = get(&stack, &format!("/v1/tenants?domain={domain}")).await;
        assert_eq!(ids(&found), [CONTOSO], "{domain}");
    }
    assert_eq!(ids(&get(&stack, "/v1/tenants?domain=nobody.example").await), Vec::<String>::new());
    assert_eq!(
        ids(&get(&stack, "/v1/tenants?domain=contoso.example&name=tail").await),
        Vec::<String>::new()
    );
    put(&stack, &path, &json!({"domains": ["contoso.example"]})).await;
    assert_eq!(
        ids(&get(&stack, "/v1/tenants?domain=m%C3%BCnchen.example").await),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_list_takes_no_other_parameters() {
    let stack = stack().await;
    for path in [
        "/v1/partners?domain=contoso.example",
        "/v1/partners?status=deleted",
        "/v1/tenants?status=suspended",
        "/v1/tenants?domain=-",
        "/v1/tenants?name=",
        "/v1/programs?name=x",
        "/v1/me?x=1",
        "/v1/calendars?x=1",
    ] {
        let refused = stack.send(RequestEvent::get(path).staff("auditor", "anna")).await;
        assert_eq!(refused.problem(), (400, "invalid-query"), "{path}");
    }
}

#[tokio::test]
async fn a_list_costs_a_read_of_the_index_and_a_batch_and_an_entry_one_unit_of_the_index() {
    let stack = stack().await;
    let wire = &stack.wires[6];
    wire.reset();
    get(&stack, "/v1/tenants").await;
    let operations =
        |calls: &[Call]| calls.iter().map(|call| call.operation.clone()).collect::<Vec<_>>();
    assert_eq!(wire.told(operations), ["Query", "BatchGetItem"]);
    wire.reset();
    let path = format!("/v1/tenants/{CONTOSO}");
    put(&stack, &path, &json!({"closures": ["2026-12-31"]})).await;
    assert!(wire.spent().written.indexes < 0.5, "the name is the same");
    wire.reset();
    put(&stack, &path, &json!({"name": "Contoso Ltd"})).await;
    let indexes = wire.spent().written.indexes;
    assert!((indexes - 2.0).abs() < 0.5, "one name goes and one comes: {indexes}");
}

#[tokio::test]
async fn a_partner_finds_the_programs_with_what_it_may_claim_from_where() {
    let stack = stack().await;
    put(&stack, "/v1/partners/p-alpine", &json!({"locations": [
        {"id": "4711", "programs": ["osu-m365", "osa-sell"]}, {"id": "4713", "programs": ["osu-m365"]}]})).await;
    put(&stack, "/v1/programs/osa-sell", &json!({"status": "closed"})).await;
    let names = json!({"teams": {"en": "Microsoft Teams", "cs": "Týmy"}});
    let rules = json!({"term_months": 24, "evidence": "uploaded"});
    let written = json!({"catalogue_names": names, "policy": rules});
    put(&stack, "/v1/programs/osu-m365", &written).await;
    let list = partner(&stack, RequestEvent::get("/v1/programs")).await;
    assert_eq!(list.status, 200, "{}", list.text);
    let told: Vec<_> = list.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| json!([one["id"], one["status"], one["enrolled_locations"]]))
        .collect();
    let expected = [
        json!(["osa-sell", "closed", ["4711"]]),
        json!(["osu-business-apps", "open", []]),
        json!(["osu-m365", "open", ["4711", "4713"]]),
    ];
    assert_eq!(told, expected, "by name");
    let one = partner(&stack, RequestEvent::get("/v1/programs/osu-m365")).await;
    assert_eq!((one.status, one.header("etag")), (200, "\"2\""));
    assert_eq!(
        (&one.body["activities"], &one.body["policy"]["consent"]),
        (&json!(["usage"]), &json!("opt_out"))
    );
    assert_eq!(one.body["catalogue_names"], names, "{}", one.text);
    assert_eq!(
        (&one.body["policy"]["evidence"], &one.body["policy"]["term_months"]),
        (&json!("uploaded"), &json!(24))
    );
    assert_eq!(one.body["policy"]["window_business_days"], 5);
    let staff = get(&stack, "/v1/programs").await;
    assert!(staff.body["items"][0].get("enrolled_locations").is_none());
    let customer = stack.send(RequestEvent::get("/v1/programs").customer_admin(CONTOSO)).await;
    assert_eq!(customer.problem(), (403, "role-not-allowed"));
}

#[tokio::test]
async fn a_program_tells_its_versions_with_dates_and_what_changed_and_never_who_did_it() {
    let stack = stack().await;
    stack.env.clock.advance(chrono::Duration::hours(1));
    for no in 6..=12 {
        put(&stack, "/v1/programs/osu-m365", &json!({"policy": {"window_business_days": no}}))
            .await;
    }
    put(&stack, "/v1/programs/osu-m365", &json!({"policy": {"term_months": 24}})).await;
    for event in [
        RequestEvent::get("/v1/programs/osu-m365").partner_admin(ALPINE),
        RequestEvent::get("/v1/programs/osu-m365").staff("auditor", "a"),
    ] {
        let answer = stack.send(event).await;
        assert!(!answer.text.contains("olga"), "{}", answer.text);
        let versions = answer.body["versions"].as_array().unwrap().clone();
        assert_eq!(versions.len(), 9);
        assert_eq!(versions[0], json!({"policy_version": 1, "since": NOW, "changed": []}));
        let changed = json!([{"key": "window_business_days", "from": 11, "to": 12}]);
        assert_eq!(
            versions[7],
            json!({"policy_version": 8, "since": "2026-12-22T15:00:00Z", "changed": changed})
        );
        let changed = json!([{"key": "term_months", "from": null, "to": 24}]);
        assert_eq!(versions[8]["changed"], changed);
    }
    let read = get(&stack, "/v1/programs/osu-m365").await;
    let back = stack
        .send(RequestEvent::put("/v1/programs/osu-m365").staff("operator", "olga").json(&read.body))
        .await;
    assert_eq!(
        (back.status, back.header("etag")),
        (200, read.header("etag")),
        "what is read can be written back"
    );
}

#[tokio::test]
async fn everyone_learns_who_one_is_and_a_partner_what_is_left() {
    let stack = stack().await;
    put(&stack, "/v1/partners/p-alpine", &json!({"daily_claim_quota": 3, "open_claim_quota": 5}))
        .await;
    Box::pin(stack.env.submitted("k", &["teams"])).await;
    let mut draft = fixtures::claim_body(&["exchange-online"]);
    draft["draft"] = json!(true);
    assert_eq!(stack.submit(ALPINE, "draft", &draft).await.status, 201);
    let me = partner(&stack, RequestEvent::get("/v1/me").header("accept-language", "cs")).await;
    let programs = ["osa-sell", "osu-business-apps", "osu-m365"];
    let expected = json!({"role": "partner_user", "actor_id": null,
        "party": {"id": ALPINE, "name": "Alpine Cloud", "status": "active"},
        "locations": [{"id": "4711", "programs": programs}],
        "quotas": {"daily_claim_quota": 3, "daily_claims_left": 2, "open_claim_quota": 5, "open_claims_left": 4,
            "open_draft_quota": 200, "open_drafts_left": 199, "daily_check_quota": 50, "daily_checks_left": 50},
        "mails": {"notify": [], "locale": null, "contacts": []}, "language": "cs"});
    assert_eq!((me.status, me.body), (200, expected));
    stack.env.clock.advance(chrono::Duration::days(1));
    let next = partner(&stack, RequestEvent::get("/v1/me")).await;
    assert_eq!(next.body["quotas"]["daily_claims_left"], 3, "a new day");
    let staff = stack.send(RequestEvent::get("/v1/me").staff("reviewer", "rita")).await;
    let expected = json!({"role": "reviewer", "actor_id": "rita", "party": null, "locations": null, "quotas": null,
        "mails": null, "language": "en"});
    assert_eq!((staff.status, staff.body), (200, expected));
    let customer = stack.send(RequestEvent::get("/v1/me").customer_admin(CONTOSO)).await;
    let expected = json!({"role": "customer_admin", "actor_id": null,
        "party": {"id": CONTOSO, "name": "Contoso", "status": "active"}, "locations": null, "quotas": null,
        "mails": null, "language": "cs"});
    assert_eq!(customer.body, expected);
    let unknown = stack.send(RequestEvent::get("/v1/me").partner_admin("p-nobody")).await;
    assert_eq!(unknown.body["party"], json!({"id": "p-nobody", "name": null, "status": null}));
}

#[tokio::test]
async fn a_location_is_called_by_its_name_in_the_language_of_who_reads() {
    let stack = stack().await;
    let programs = ["osu-m365"];
    let locations = json!([{"id": "4711", "programs": programs, "name": "Praha", "names": {"en": "Prague"}},
        {"id": "4712", "programs": programs, "names": {"en": "Brno office"}}, {"id": "4713", "programs": programs}]);
    put(&stack, "/v1/partners/p-alpine", &json!({"locations": locations})).await;
    for (language, expected) in [
        ("cs", [json!("Praha"), json!("Brno office"), Value::Null]),
        ("en", [json!("Prague"), json!("Brno office"), Value::Null]),
    ] {
        let me =
            partner(&stack, RequestEvent::get("/v1/me").header("accept-language", language)).await;
        let called = me.body["locations"].as_array().unwrap().iter().map(|own| own["name"].clone());
        assert_eq!(called.collect::<Vec<_>>(), expected, "{language}");
        assert!(me.body["locations"][0].get("names").is_none(), "{}", me.text);
    }
    let entry =
        stack.send(RequestEvent::get("/v1/partners/p-alpine").staff("operator", "olga")).await;
    assert_eq!(entry.body["locations"], locations, "the directory has all of them");
}

/// Something that is done while somebody reads a list page by page.
enum Change {
    /// An entry of the directory is written.
    Put(String, Value),
    /// A partner claims an item of Contoso's under a key of its own, and the review begins.
    Claim(&'static str, &'static str, &'static str),
    /// The customer is notified of it.
    Validate(&'static str, &'static str),
    /// Its partner takes it back.
    Withdraw(&'static str, &'static str),
    /// A partner stores a draft for an item of Contoso's under a key of its own.
    Draft(&'static str, &'static str, &'static str),
    /// The draft is submitted.
    Submit(&'static str, &'static str),
    /// A partner looks at what it could claim at Contoso.
    Check(&'static str),
    /// A day passes.
    Day,
}

use Change::{Check, Claim, Day, Draft, Put, Submit, Validate, Withdraw};

impl Change {
    async fn apply(&self, stack: &Stack) {
        let env = &stack.env;
        // No two claims are of one moment.
        env.clock.advance(chrono::Duration::minutes(1));
        let id = |partner: &str, key: &str| ClaimId::of(&partner_id(partner), key);
        match self {
            Put(path, body) => put(stack, path, body).await,
            Claim(partner, key, item) => {
                let body = claim_of(partner, item);
                let claim = env.create_of(partner, key, &body).await.unwrap().claim;
                env.give(&claim.id, &reviewer(), &Command::BeginReview).await.unwrap();
            }
            Validate(partner, key) => {
                env.give(&id(partner, key), &reviewer(), &validate()).await.unwrap();
            }
            Withdraw(partner, key) => {
                let by = partner_admin(partner);
                env.give(&id(partner, key), &by, &withdraw()).await.unwrap();
            }
            Draft(partner, key, item) => {
                let mut body = claim_of(partner, item);
                body["draft"] = json!(true);
                env.create_of(partner, key, &body).await.unwrap();
            }
            Submit(partner, key) => {
                let by = partner_admin(partner);
                env.give(&id(partner, key), &by, &Command::Submit(None)).await.unwrap();
            }
            Check(partner) => {
                let mut body = claim_of(partner, "teams");
                body.as_object_mut().unwrap().remove("items");
                let check =
                    RequestEvent::post("/v1/claims:check").partner_user(partner).json(&body);
                assert_eq!(stack.send(check).await.status, 200);
            }
            Day => env.clock.advance(chrono::Duration::days(1)),
        }
    }
}

/// The body of a partner's claim on an item of Contoso's.
fn claim_of(partner: &str, item: &str) -> Value {
    let location = if partner == ALPINE { "4711" } else { "4712" };
    let mut body = fixtures::claim_body_of(location, CONTOSO, "contoso.example", &[item]);
    if item.starts_with("sub-") {
        body["program"] = json!("osu-business-apps");
        body["items"][0]["kind"] = json!("subscription");
        body["technical_contact"] = body["customer_contact"].clone();
    }
    body
}

/// A list that changes while it is read.
struct Changing {
    path: String,
    /// Contoso's administrator reads it, and no auditor.
    is_customers: bool,
    /// What tells its entries apart.
    ids: fn(&Value) -> Vec<String>,
    before: Vec<Change>,
    /// What comes between its first page of two entries and the others: something before the end of that page, something
    /// behind it, and entries that move and stay on their side of it.
    between: Vec<Change>,
}

impl Changing {
    async fn page(&self, stack: &Stack, query: &str) -> Answer {
        let mark = if self.path.contains('?') { '&' } else { '?' };
        let event = RequestEvent::get(&format!("{}{mark}{query}", self.path));
        let event = if self.is_customers {
            event.customer_admin(CONTOSO)
        } else {
            event.staff("auditor", "anna")
        };
        let answer = stack.send(event).await;
        assert_eq!(answer.status, 200, "{}: {}", self.path, answer.text);
        answer
    }

    fn found(&self, page: &Answer) -> Vec<String> {
        page.body["items"].as_array().unwrap().iter().flat_map(self.ids).collect()
    }
}

fn id_of(entry: &Value) -> Vec<String> {
    vec![entry["id"].as_str().unwrap().to_owned()]
}

fn check_of(partner: &Value, check: &Value) -> String {
    format!("{} {}", partner["id"].as_str().unwrap(), check["date"].as_str().unwrap())
}

/// The claims and the looks of an entry of the ledger.
fn in_ledger(entry: &Value) -> Vec<String> {
    let claims = entry["pending"].as_array().unwrap().iter().flat_map(id_of);
    let checks = entry["checks"].as_array().unwrap().iter();
    claims.chain(checks.map(|check| check_of(&entry["partner"], check))).collect()
}

/// The lists by name.
fn named_lists() -> Vec<Changing> {
    let name = |path: &str, name: &str| Put(path.to_owned(), json!({"name": name}));
    let partner = |id: &str, name: &str| {
        let body = json!({"name": name, "status": "active", "country": "CZ",
            "time_zone": "Europe/Prague", "daily_claim_quota": 1, "open_claim_quota": 1});
        Put(format!("/v1/partners/{id}"), body)
    };
    let tenant_at = |no: u8| format!("/v1/tenants/6f3c0000-0000-4000-8000-0000000001{no:02}");
    let tenant = |no: u8, name: &str| {
        let body = json!({"name": name, "status": "active", "country": "CZ", "locale": "cs",
            "domains": [format!("{}.example", name.to_lowercase())]});
        Put(tenant_at(no), body)
    };
    let program = |id: &str, name: &str| {
        let body = json!({"name": name, "status": "open", "family": id, "item_kind": "workload",
            "activities": ["usage"]});
        Put(format!("/v1/programs/{id}"), body)
    };
    let day = |country: &str, date: &str| {
        Put(format!("/v1/calendars/{country}/days/{date}"), json!({"name": "Mourning"}))
    };
    let list = |path: &str, ids, before, between| Changing {
        path: path.to_owned(),
        is_customers: false,
        ids,
        before,
        between,
    };
    vec![
        list(
            "/v1/partners",
            id_of,
            vec![partner("p-d", "Delta"), partner("p-f", "Foxtrot"), partner("p-h", "Hotel")],
            vec![
                partner("p-a", "Aachen"),
                partner("p-e", "Echo"),
                name("/v1/partners/p-borealis", "Aalto"),
                name("/v1/partners/p-h", "Golf"),
            ],
        ),
        list(
            "/v1/tenants",
            id_of,
            vec![tenant(1, "Woodgrove"), tenant(2, "Xylo")],
            vec![
                tenant(3, "Adatum"),
                tenant(4, "Wingtip"),
                name(&format!("/v1/tenants/{FABRIKAM}"), "Bellows"),
                name(&tenant_at(2), "Vigor"),
            ],
        ),
        list(
            "/v1/programs",
            id_of,
            vec![program("sec", "Security")],
            vec![
                program("ana", "Analytics"),
                program("pag", "Pages"),
                name("/v1/programs/osu-business-apps", "Business applications"),
                name("/v1/programs/sec", "Quality"),
            ],
        ),
        list(
            "/v1/calendars",
            |entry| vec![entry["country"].as_str().unwrap().to_owned()],
            ["AT", "CZ", "DE", "FR"].map(|country| day(country, "2026-12-30")).into(),
            vec![day("BE", "2026-12-30"), day("ES", "2026-12-30"), day("CZ", "2026-12-29")],
        ),
    ]
}

/// The claims at a tenant, the newest first: a draft that is submitted stands where it was made. The last of the first
/// page leaves one of these lists, and stays in the other.
fn claims_at_contoso() -> [Changing; 2] {
    let all = format!("/v1/claims?tenant_id={CONTOSO}");
    let undecided = format!("{all}&status=submitted&status=in_review");
    [all, undecided].map(|path| Changing {
        path,
        is_customers: false,
        ids: id_of,
        before: vec![
            Claim(ALPINE, "k1", "teams"),
            Draft(ALPINE, "d1", "exchange-online"),
            Claim(BOREALIS, "k2", "sharepoint-online"),
            Claim(ALPINE, "k3", "sharepoint-online"),
            Claim(BOREALIS, "k4", "exchange-online"),
        ],
        between: vec![
            Withdraw(ALPINE, "k3"),
            Submit(ALPINE, "d1"),
            Draft(BOREALIS, "d2", "sub-contoso-d365-sales"),
            Claim(BOREALIS, "k5", "teams"),
        ],
    })
}

/// The lists of what happens at a tenant, the newest first, and those of parties by party.
fn lists_at_contoso() -> Vec<Changing> {
    let notified = |partner, key, item| [Claim(partner, key, item), Validate(partner, key)];
    let over = |key| [Claim(ALPINE, key, "teams"), Validate(ALPINE, key), Withdraw(ALPINE, key)];
    let late = || Claim(ALPINE, "late", "exchange-online");
    let claims = over("k1").into_iter().chain([late()]).chain(over("k2")).chain(over("k3"));
    let claims = claims.chain(notified(ALPINE, "k4", "teams")).collect();
    let ledger = [Check(ALPINE), Check(BOREALIS), Day].into_iter().chain([late()]);
    let ledger = ledger.chain(notified(BOREALIS, "k1", "sharepoint-online"));
    let ledger = ledger.chain(notified(ALPINE, "k1", "teams")).collect();
    let sale = notified(BOREALIS, "k2", "sub-contoso-d365-sales");
    vec![
        Changing {
            path: "/v1/customer/claims".to_owned(),
            is_customers: true,
            ids: id_of,
            before: claims,
            between: [Validate(ALPINE, "late"), Withdraw(ALPINE, "k4")]
                .into_iter()
                .chain(notified(ALPINE, "k5", "teams"))
                .collect(),
        },
        Changing {
            path: "/v1/customer/ledger".to_owned(),
            is_customers: true,
            ids: in_ledger,
            before: ledger,
            between: [Validate(ALPINE, "late")].into_iter().chain(sale).collect(),
        },
        Changing {
            path: format!("/v1/tenants/{CONTOSO}/checks"),
            is_customers: false,
            ids: |entry| vec![check_of(&entry["partner"], entry)],
            before: vec![Check(ALPINE), Check(BOREALIS), Day, Check(ALPINE), Check(BOREALIS)],
            between: vec![Day, Check(ALPINE), Check(BOREALIS)],
        },
    ]
}

#[tokio::test]
async fn whatever_comes_and_moves_while_a_list_is_read_every_entry_that_was_there_is_read_once() {
    let lists = named_lists().into_iter().chain(lists_at_contoso()).chain(claims_at_contoso());
    for list in lists {
        let stack = stack().await;
        for change in &list.before {
            change.apply(&stack).await;
        }
        let was_there = list.found(&list.page(&stack, "limit=100").await);
        let mut page = list.page(&stack, "limit=2").await;
        let mut read = list.found(&page);
        assert_eq!(read.len(), 2, "{}", list.path);
        for change in &list.between {
            change.apply(&stack).await;
        }
        while let Some(cursor) = page.body["next_cursor"].as_str() {
            page = list.page(&stack, &format!("limit=2&cursor={cursor}")).await;
            read.extend(list.found(&page));
        }
        let whole: BTreeSet<_> =
            list.found(&list.page(&stack, "limit=100").await).into_iter().collect();
        let came = |id: &&String| !was_there.contains(id);
        assert_eq!(whole.iter().filter(came).count(), 2, "{}: one on either side", list.path);
        assert_eq!(read.iter().filter(came).count(), 1, "{}: what came behind", list.path);
        read.retain(|id| was_there.contains(id));
        read.sort();
        let mut expected = was_there.clone();
        expected.sort();
        assert_eq!(read, expected, "{}", list.path);
    }
}
