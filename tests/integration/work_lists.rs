//! What exists can be found (`docs/api.md §3.1.3`): what waits for a partner, what has a reference, what has a status, and
//! for staff whatever was submitted.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration};
use domain::claim::{Claim, State, Status};
use domain::ids::ClaimId;
use serde_json::{Value, json};
use support::fixtures::{self, ALPINE, BOREALIS, CONTOSO, TAILWIND, claim_body, claim_body_of};
use support::stack::{Answer, Stack};
use support::test_env::TestEnv;
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";
const OVERVIEW: &str = "/v1/claims?limit=100";

async fn stack() -> Stack {
    Box::pin(Stack::at(NOW)).await
}

async fn get(stack: &Stack, path: &str) -> Answer {
    let answer = stack.send(RequestEvent::get(path).partner_user(ALPINE)).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer
}

async fn staff(stack: &Stack, path: &str) -> Answer {
    let answer = stack.send(RequestEvent::get(path).staff("auditor", "anna")).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer
}

fn ids(page: &Answer) -> Vec<String> {
    let items = page.body["items"].as_array().unwrap().iter();
    items.map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

/// The ids of every page of a list, and how long each page was.
async fn all(
    stack: &Stack,
    event: impl Fn(&str) -> RequestEvent,
    path: &str,
) -> (Vec<String>, Vec<usize>) {
    let (mut found, mut lengths) = (Vec::new(), Vec::new());
    let mut next = path.to_owned();
    loop {
        let page = stack.send(event(&next)).await;
        assert_eq!(page.status, 200, "{next}: {}", page.text);
        lengths.push(ids(&page).len());
        found.extend(ids(&page));
        match page.header("link").strip_prefix('<').and_then(|link| link.split_once('>')) {
            Some((link, _)) => next = link.to_owned(),
            None => return (found, lengths),
        }
    }
}

fn by_partner(path: &str) -> RequestEvent {
    RequestEvent::get(path).partner_user(ALPINE)
}

fn by_staff(path: &str) -> RequestEvent {
    RequestEvent::get(path).staff("auditor", "anna")
}

/// Draft or claim of Alpine's with a reference.
fn body(workload: &str, reference: &str, draft: bool) -> Value {
    let mut body = claim_body(&[workload]);
    body["external_ref"] = json!(reference);
    body["draft"] = json!(draft);
    body
}

async fn created(stack: &Stack, key: &str, body: &Value) -> Claim {
    let answer = stack.submit(ALPINE, key, body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    stack.env.read(&ClaimId::parse(answer.body["id"].as_str().unwrap()).unwrap()).await
}

/// A claim for each of three workloads, each so much later than the one before.
async fn one_after_another(stack: &Stack, later: Duration) -> Vec<Claim> {
    let mut claims = Vec::new();
    for workload in ["teams", "exchange-online", "sharepoint-online"] {
        stack.env.clock.advance(later);
        claims.push(created(stack, workload, &claim_body(&[workload])).await);
    }
    claims
}

async fn act(stack: &Stack, claim: &Claim, body: &Value) -> Claim {
    let claim = stack.env.read(&claim.id).await;
    let answer = stack.review(claim.id.as_str(), claim.version.0.into(), body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    stack.env.read(&claim.id).await
}

async fn command(stack: &Stack, claim: &Claim, name: &str, body: &Value) -> Claim {
    let claim = stack.env.read(&claim.id).await;
    let answer = stack.command(ALPINE, &claim, name, body).await;
    assert_eq!(answer.status, 200, "{name}: {}", answer.text);
    stack.env.read(&claim.id).await
}

fn question() -> Value {
    json!({"action": "request_information", "reasons": [{"code": "evidence_missing"}]})
}

fn refusal() -> Value {
    json!({"action": "reject", "reasons": [{"code": "evidence_item_missing"}]})
}

/// The records of a claim copied so often past the wire, each under an id, a moment of submission and a deadline of its
/// own, where it has one; the ids by their deadlines.
pub(super) fn copies(env: &TestEnv, claim: &Claim, number: usize) -> Vec<String> {
    let items = env.engine.items(&format!("C#{}", claim.id));
    let (mut ids, mut all) = (Vec::new(), Vec::new());
    for copy in 0..number {
        let id = format!("{:a>26}", letters(copy));
        for item in &items {
            let mut item = item.clone();
            item["pk"] = json!({"S": format!("C#{id}")});
            for sort in ["ik", "iu", "iz"] {
                let Some(text) = item[sort]["S"].as_str() else { continue };
                let mut parts: Vec<_> = text.split('#').map(str::to_owned).collect();
                let time = parts.len() - 2;
                let millis: usize = parts[time].parse().unwrap();
                parts[time] = format!("{:013}", millis + copy + 1);
                parts[time + 1].clone_from(&id);
                item[sort] = json!({"S": parts.join("#")});
            }
            if let Some(text) = item["ih"]["S"].as_str() {
                let (hash, _) = text.rsplit_once('#').unwrap();
                item["ih"] = json!({"S": format!("{hash}#{id}")});
            }
            if let Some(until) = item["du"]["N"].as_str() {
                let until: i64 = until.parse().unwrap();
                let until = until + 1_000 * i64::try_from(copy + 1).unwrap();
                item["du"] = json!({"N": until.to_string()});
                item["ib"] = json!({"S": format!("{until:013}#{id}")});
            }
            all.push(item);
        }
        ids.push(id);
    }
    env.engine.import(all);
    ids
}

/// A number in letters of a claim's id, in the order of numbers.
fn letters(number: usize) -> String {
    let letter = |digit: u8| char::from(b'b' + (digit - b'0'));
    format!("{number:05}").bytes().map(letter).collect()
}

/// Whether the partner's list of what waits is what a reader of all its claims finds.
async fn assert_turns(stack: &Stack, at: &str) {
    let overview = get(stack, OVERVIEW).await;
    let waiting = overview.body["items"].as_array().unwrap().iter();
    let waiting = waiting.filter(|claim| claim["turn"]["who"] == "partner");
    let expected: BTreeSet<_> =
        waiting.map(|claim| claim["id"].as_str().unwrap().to_owned()).collect();
    let found = get(stack, "/v1/claims?turn=partner&limit=100").await;
    assert_eq!(ids(&found).into_iter().collect::<BTreeSet<_>>(), expected, "{at}");
    let untils = found.body["items"].as_array().unwrap().iter();
    let untils: Vec<_> = untils.map(|claim| claim["turn"]["until"].clone()).collect();
    let mut sorted = untils.clone();
    sorted.sort_by_key(ToString::to_string);
    assert_eq!(untils, sorted, "{at}");
}

// What waits

#[tokio::test]
async fn what_waits_for_a_partner_is_one_query_with_ten_claims_and_with_ten_thousand() {
    for number in [10, 10_000] {
        let stack = stack().await;
        let claim = created(&stack, "k", &body("teams", "CRM-1", false)).await;
        act(&stack, &claim, &json!({"action": "begin"})).await;
        let asked = act(&stack, &claim, &question()).await;
        created(&stack, "other", &body("exchange-online", "CRM-2", false)).await;
        let copied = copies(&stack.env, &asked, number);
        let wire = &stack.wires[0];
        wire.reset();
        let page = get(&stack, "/v1/claims?turn=partner&limit=5").await;
        assert_eq!(wire.operations(), ["Query", "BatchGetItem"], "{number} claims");
        let mut expected = vec![asked.id.to_string()];
        expected.extend_from_slice(&copied[..4]);
        assert_eq!(ids(&page), expected, "{number} claims");
        assert!(page.body["next_cursor"].is_string());
        wire.reset();
        let named = get(&stack, "/v1/claims?external_ref=CRM-1&limit=5").await;
        assert_eq!((ids(&named).len(), wire.operations().len()), (5, 2), "{number} claims");
        wire.reset();
        let named = get(&stack, "/v1/claims?external_ref=CRM-2").await;
        assert_eq!(ids(&named), [ClaimId::of(&fixtures::alpine().id, "other").as_str()]);
        assert_eq!(wire.operations(), ["Query", "BatchGetItem"], "{number} claims");
    }
}

#[tokio::test]
async fn a_claim_is_in_the_list_exactly_while_it_is_its_partners_turn() {
    let stack = stack().await;
    let draft = created(&stack, "draft", &body("teams", "CRM-1", true)).await;
    let claim = created(&stack, "claim", &body("exchange-online", "CRM-2", false)).await;
    assert_turns(&stack, "a draft waits").await;
    assert_eq!(ids(&get(&stack, "/v1/claims?turn=partner").await), [draft.id.as_str()]);
    command(&stack, &draft, "submit", &json!({})).await;
    assert_turns(&stack, "it is submitted").await;
    command(&stack, &draft, "recall", &json!({})).await;
    assert_turns(&stack, "it is recalled").await;
    command(&stack, &draft, "discard", &json!({})).await;
    assert_turns(&stack, "it is discarded").await;
    act(&stack, &claim, &json!({"action": "begin"})).await;
    act(&stack, &claim, &question()).await;
    assert_turns(&stack, "the partner is asked").await;
    assert_eq!(ids(&get(&stack, "/v1/claims?turn=partner").await), [claim.id.as_str()]);
    command(&stack, &claim, "respond", &json!({})).await;
    assert_turns(&stack, "it has answered").await;
    act(&stack, &claim, &refusal()).await;
    assert_turns(&stack, "the claim is rejected").await;
    assert_eq!(ids(&get(&stack, "/v1/claims?turn=partner").await), [claim.id.as_str()]);
    command(&stack, &claim, "dispute", &json!({"comment": "no"})).await;
    assert_turns(&stack, "the rejection is disputed").await;
    assert_eq!(ids(&get(&stack, "/v1/claims?turn=partner").await), Vec::<String>::new());
}

#[tokio::test]
async fn a_rejection_that_nobody_disputes_leaves_the_list_without_a_write() {
    let stack = stack().await;
    let claim = created(&stack, "k", &body("teams", "CRM-1", false)).await;
    act(&stack, &claim, &json!({"action": "begin"})).await;
    let rejected = act(&stack, &claim, &refusal()).await;
    let State::Rejected { disputable_until: Some(until), .. } = rejected.state else {
        panic!("{:?}", rejected.state)
    };
    let of = |part: &str| format!("/v1/claims?status=rejected:{part}");
    assert_eq!(ids(&get(&stack, &of("disputable")).await), [claim.id.as_str()]);
    assert_eq!(ids(&get(&stack, &of("final")).await), Vec::<String>::new());
    stack.env.clock.set(until - Duration::seconds(1));
    assert_eq!(ids(&get(&stack, "/v1/claims?turn=partner").await), [claim.id.as_str()]);
    stack.env.clock.set(until);
    let wire = &stack.wires[0];
    wire.reset();
    assert_eq!(ids(&get(&stack, "/v1/claims?turn=partner").await), Vec::<String>::new());
    assert!(!wire.calls().iter().any(support::wire::Call::writes));
    assert_eq!(ids(&get(&stack, &of("disputable")).await), Vec::<String>::new());
    assert_eq!(ids(&get(&stack, &of("final")).await), [claim.id.as_str()]);
    assert_turns(&stack, "the rejection is final").await;
    assert_eq!(stack.env.read(&claim.id).await.version, rejected.version);
}

#[tokio::test]
async fn a_deadline_that_has_passed_is_carried_out_and_nothing_stale_waits() {
    let stack = stack().await;
    let claim = created(&stack, "k", &body("teams", "CRM-1", false)).await;
    act(&stack, &claim, &json!({"action": "begin"})).await;
    let asked = act(&stack, &claim, &question()).await;
    let until = asked.state.runs_until().unwrap();
    stack.env.let_pass(until);
    // Nobody has looked at the claim since: the index has it still, with an end that has passed.
    assert_eq!(stack.env.stored(&claim.id)["st"]["S"], "action_required");
    assert_eq!(ids(&get(&stack, "/v1/claims?turn=partner").await), Vec::<String>::new());
    assert_turns(&stack, "silence has rejected it").await;
}

#[tokio::test]
async fn an_erased_claim_waits_for_nobody_and_is_found_by_no_reference() {
    let stack = stack().await;
    let claim = created(&stack, "k", &body("teams", "CRM-1", false)).await;
    command(&stack, &claim, "withdraw", &json!({"reason_code": "customer_request"})).await;
    assert_eq!(ids(&get(&stack, "/v1/claims?external_ref=CRM-1").await), [claim.id.as_str()]);
    let operator = support::rivals::operator();
    let erase = domain::command::Command::Erase;
    stack.env.give(&claim.id, &operator, &erase).await.unwrap();
    assert_eq!(ids(&get(&stack, "/v1/claims?external_ref=CRM-1").await), Vec::<String>::new());
    let details = stack.env.engine.item(&format!("C#{}", claim.id), "D").unwrap();
    assert!(details.get("ir").is_none() && details.get("ih").is_none(), "{details}");
}

// Filters

#[tokio::test]
async fn a_reference_is_found_in_any_form_of_unicode_and_follows_an_edit() {
    let stack = stack().await;
    let draft = created(&stack, "k", &body("teams", "Zakázka č. 7 / 2026", true)).await;
    let other = created(&stack, "o", &body("exchange-online", "Zakázka č. 8 / 2026", true)).await;
    let composed = "Zak%C3%A1zka%20%C4%8D.%207%20%2F%202026";
    let decomposed = "Zaka%CC%81zka%20c%CC%8C.%207%20%2F%202026";
    for reference in [composed, decomposed] {
        let path = format!("/v1/claims?external_ref={reference}");
        assert_eq!(ids(&get(&stack, &path).await), [draft.id.as_str()], "{reference}");
    }
    // It is exact: neither a beginning nor another case is the same.
    for reference in ["Zak%C3%A1zka", "ZAK%C3%81ZKA%20%C4%8C.%207%20%2F%202026"] {
        let path = format!("/v1/claims?external_ref={reference}");
        assert_eq!(ids(&get(&stack, &path).await), Vec::<String>::new(), "{reference}");
    }
    let edited = stack.edit(ALPINE, &draft, &json!({"external_ref": "CRM-9"})).await;
    assert_eq!(edited.status, 200, "{}", edited.text);
    let path = format!("/v1/claims?external_ref={composed}");
    assert_eq!(ids(&get(&stack, &path).await), Vec::<String>::new());
    assert_eq!(ids(&get(&stack, "/v1/claims?external_ref=CRM-9").await), [draft.id.as_str()]);
    let removed = stack.edit(ALPINE, &other, &json!({"external_ref": null})).await;
    assert_eq!(removed.status, 200, "{}", removed.text);
    let path = "/v1/claims?external_ref=Zak%C3%A1zka%20%C4%8D.%208%20%2F%202026";
    assert_eq!(ids(&get(&stack, path).await), Vec::<String>::new());
}

#[tokio::test]
async fn nobody_finds_another_partners_claims_by_reference_or_turn() {
    let stack = stack().await;
    let claim = created(&stack, "k", &body("teams", "CRM-1", true)).await;
    for path in ["/v1/claims?external_ref=CRM-1", "/v1/claims?turn=partner", "/v1/claims"] {
        let rival = stack.send(RequestEvent::get(path).partner_user(BOREALIS)).await;
        assert_eq!((rival.status, ids(&rival)), (200, Vec::new()), "{path}");
        assert_eq!(ids(&get(&stack, path).await), [claim.id.as_str()], "{path}");
    }
    for path in [
        format!("/v1/claims?external_ref=CRM-1&partner_id={ALPINE}"),
        format!("/v1/claims?turn=partner&partner_id={ALPINE}"),
    ] {
        assert_eq!(ids(&staff(&stack, &path).await), [claim.id.as_str()], "{path}");
        let rival = stack.send(RequestEvent::get(&path).partner_user(BOREALIS)).await;
        assert_eq!(rival.problem(), (400, "invalid-query"), "{path}");
    }
}

#[tokio::test]
async fn filters_narrow_together_and_several_statuses_widen() {
    let stack = stack().await;
    let draft = created(&stack, "d", &body("teams", "CRM-1", true)).await;
    stack.env.clock.advance(Duration::minutes(1));
    let submitted = created(&stack, "s", &body("exchange-online", "CRM-1", false)).await;
    stack.env.clock.advance(Duration::minutes(1));
    let asked = created(&stack, "a", &body("sharepoint-online", "CRM-2", false)).await;
    act(&stack, &asked, &json!({"action": "begin"})).await;
    let asked = act(&stack, &asked, &question()).await;
    let found = async |query: &str| ids(&get(&stack, &format!("/v1/claims?{query}")).await);
    let (draft, submitted) = (draft.id.to_string(), submitted.id.to_string());
    let until = asked.state.runs_until().unwrap();
    let asked = asked.id.to_string();
    assert_eq!(found("status=submitted&status=draft").await, [&*submitted, &draft]);
    assert_eq!(found("status=draft&status=action_required").await, [&*asked, &draft]);
    assert_eq!(found("status=discarded").await, Vec::<String>::new());
    assert_eq!(found("external_ref=CRM-1&status=draft").await, [&*draft]);
    assert_eq!(found("program=osu-m365").await, [&*asked, &submitted, &draft]);
    assert_eq!(found("program=osu-business-apps").await, Vec::<String>::new());
    assert_eq!(found("turn=partner").await, [&*asked, &draft]);
    assert_eq!(found("turn=partner&sort=created").await, [&*asked, &draft]);
    assert_eq!(found("turn=partner&status=draft").await, [&*draft]);
    assert_eq!(found(&format!("turn=partner&tenant_id={TAILWIND}")).await, Vec::<String>::new());
    assert_eq!(found(&format!("turn=partner&tenant_id={CONTOSO}")).await, [&*asked, &draft]);
    let text = |at: DateTime<_>| at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let before = |at| format!("turn=partner&until_before={}", text(at));
    assert_eq!(found(&before(until)).await, Vec::<String>::new());
    assert_eq!(found(&before(until + Duration::seconds(1))).await, [&*asked]);
    assert_eq!(found(&before(until - Duration::days(400))).await, Vec::<String>::new());
    let before = format!("until_before={}", text(until + Duration::seconds(1)));
    assert!(found(&before).await.contains(&asked), "without a turn it is a filter");
    let since =
        |minutes| text(stack.env.clock.now() - Duration::minutes(minutes)).replace('+', "%2B");
    assert_eq!(found(&format!("updated_since={}", since(0))).await, [&*asked]);
    assert_eq!(found(&format!("updated_since={}", since(1))).await, [&*asked, &submitted]);
}

#[tokio::test]
async fn what_is_wrong_in_a_query_is_told_by_its_name() {
    let stack = stack().await;
    created(&stack, "k", &body("teams", "CRM-1", true)).await;
    let cases = [
        ("status=draft&status=draft", "/status"),
        ("status=draft,submitted", "/status"),
        ("turn=partner&turn=partner", "/turn"),
        ("turn=customer", "/turn"),
        ("limit=1&limit=2", "/limit"),
        ("limit=101", "/limit"),
        ("limit=2.0", "/limit"),
        ("sort=until", "/sort"),
        ("sort=created&external_ref=CRM-1", "/sort"),
        ("turn=partner&status=ended", "/status"),
        ("until_before=soon", "/until_before"),
        ("updated_since=2026-13-01T00:00:00Z", "/updated_since"),
        ("external_ref=", "/external_ref"),
        ("program=a%23b", "/program"),
        ("label=x", "/label"),
        ("partner_id=p-alpine", "/partner_id"),
    ];
    for (query, pointer) in cases {
        let refused = stack.send(by_partner(&format!("/v1/claims?{query}"))).await;
        assert_eq!(refused.problem(), (400, "invalid-query"), "{query}: {}", refused.text);
        assert_eq!(refused.errors()[0].0, pointer, "{query}: {}", refused.text);
    }
    for query in ["turn=partner", "external_ref=CRM-1", "status=draft", "status=discarded"] {
        let refused = stack.send(by_staff(&format!("/v1/claims?{query}"))).await;
        assert_eq!(
            refused.errors(),
            [("/partner_id".to_owned(), "required".to_owned())],
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_cursor_is_for_the_filter_it_was_given_with_and_for_no_other() {
    let stack = stack().await;
    for (no, workload) in ["teams", "exchange-online", "sharepoint-online"].iter().enumerate() {
        created(&stack, &format!("k{no}"), &body(workload, "CRM-1", true)).await;
    }
    let lists = [
        "turn=partner",
        "turn=partner&sort=created",
        "turn=partner&status=draft",
        "status=draft",
        "status=draft&status=submitted",
        "external_ref=CRM-1",
        "program=osu-m365",
    ];
    for given in lists {
        let first = get(&stack, &format!("/v1/claims?{given}&limit=1")).await;
        let cursor = first.body["next_cursor"].as_str().unwrap().to_owned();
        for other in lists {
            let path = format!("/v1/claims?{other}&limit=2&cursor={cursor}");
            let answer = stack.send(by_partner(&path)).await;
            if other == given {
                assert_eq!((answer.status, ids(&answer).len()), (200, 2), "{given}");
            } else {
                assert_eq!(answer.problem(), (400, "invalid-cursor"), "{given} → {other}");
            }
        }
    }
    // The order of several statuses is no other filter.
    let first = get(&stack, "/v1/claims?status=draft&status=ended&limit=1").await;
    let cursor = first.body["next_cursor"].as_str().unwrap();
    get(&stack, &format!("/v1/claims?status=ended&cursor={cursor}&status=draft")).await;
}

// Pages

#[tokio::test]
async fn a_page_is_filled_from_behind_claims_that_the_filter_does_not_take() {
    let stack = stack().await;
    let old = created(&stack, "old", &body("teams", "CRM-1", false)).await;
    act(&stack, &old, &json!({"action": "begin"})).await;
    let asked = act(&stack, &old, &question()).await;
    copies(&stack.env, &asked, 300);
    let withdrawn =
        command(&stack, &old, "withdraw", &json!({"reason_code": "customer_request"})).await;
    assert_eq!(withdrawn.status(), Status::Withdrawn);
    // It is the oldest of its partner's 301 claims.
    let wire = &stack.wires[0];
    wire.reset();
    let page = get(&stack, "/v1/claims?status=withdrawn").await;
    assert_eq!(ids(&page), [old.id.as_str()]);
    assert_eq!(page.body["next_cursor"], Value::Null);
    let queries = wire.calls().into_iter().filter(|call| call.operation == "Query").count();
    assert!(queries <= 10, "{queries}");
}

#[tokio::test]
async fn an_unfilled_page_has_a_cursor_after_ten_reads_and_the_cursor_leads_to_the_rest() {
    let stack = stack().await;
    let claim = created(&stack, "k", &body("teams", "CRM-1", false)).await;
    act(&stack, &claim, &json!({"action": "begin"})).await;
    let asked = act(&stack, &claim, &question()).await;
    copies(&stack.env, &asked, 1_200);
    command(&stack, &claim, "withdraw", &json!({"reason_code": "customer_request"})).await;
    let wire = &stack.wires[0];
    wire.reset();
    let (found, lengths) =
        Box::pin(all(&stack, by_partner, "/v1/claims?status=withdrawn&limit=10")).await;
    assert_eq!(found, [claim.id.as_str()]);
    assert_eq!(lengths.len(), 2, "some hundreds of claims are looked through in a request");
    let queries = wire.calls().into_iter().filter(|call| call.operation == "Query").count();
    assert!(queries <= 20, "{queries}");
}

#[tokio::test]
async fn claims_that_come_or_go_while_pages_are_read_displace_no_other() {
    let stack = stack().await;
    let env = &stack.env;
    let mut drafts = Vec::new();
    for no in 0..6 {
        env.clock.advance(Duration::minutes(1));
        drafts.push(created(&stack, &format!("d{no}"), &body("teams", "CRM-1", true)).await);
    }
    for (key, list) in [("n1", "/v1/claims?limit=2"), ("n2", "/v1/claims?limit=2&program=osu-m365")]
    {
        let first = get(&stack, list).await;
        // One comes, and one that was read is edited.
        created(&stack, key, &body("exchange-online", "CRM-2", true)).await;
        let (_, next) = first.header("link").split_once('<').unwrap();
        let (next, _) = next.split_once('>').unwrap();
        let (rest, _) = Box::pin(all(&stack, by_partner, next)).await;
        let both: Vec<_> = ids(&first).into_iter().chain(rest).collect();
        assert_eq!(both.iter().collect::<BTreeSet<_>>().len(), both.len(), "{list}");
        assert!(drafts.iter().all(|own| both.contains(&own.id.to_string())), "{list}");
    }
    // By the end of turns: the second is submitted after the first page was read.
    let waiting = "/v1/claims?turn=partner&limit=2";
    let first = get(&stack, waiting).await;
    let seen = ids(&first);
    let moved = drafts.iter().find(|own| !seen.contains(&own.id.to_string())).unwrap();
    command(&stack, moved, "discard", &json!({})).await;
    let (_, next) = first.header("link").split_once('<').unwrap();
    let (next, _) = next.split_once('>').unwrap();
    let (rest, _) = Box::pin(all(&stack, by_partner, next)).await;
    let both: Vec<_> = seen.into_iter().chain(rest).collect();
    assert_eq!(both.iter().collect::<BTreeSet<_>>().len(), both.len());
    for own in &drafts {
        assert_eq!(both.contains(&own.id.to_string()), own.id != moved.id, "{}", own.id);
    }
}

// Staff

#[tokio::test]
async fn staff_list_whatever_was_submitted_by_days_back_and_no_draft() {
    let stack = stack().await;
    let env = &stack.env;
    let mut submitted = Vec::new();
    for (no, days) in [0, 0, 1, 40, 0].into_iter().enumerate() {
        env.clock.advance(Duration::days(days) + Duration::seconds(1));
        let key = format!("k{no}");
        let claim = match no {
            2 => env.rival_submitted(&key, &["teams"]).await,
            3 => {
                let at = claim_body_of("4711", TAILWIND, "tailwind.example", &["teams"]);
                created(&stack, &key, &at).await
            }
            _ => {
                let workload = ["teams", "exchange-online", "", "", "sharepoint-online"][no];
                created(&stack, &key, &claim_body(&[workload])).await
            }
        };
        submitted.insert(0, claim.id.to_string());
    }
    created(&stack, "draft", &body("teams", "CRM-1", true)).await;
    for limit in [1, 2, 5, 100] {
        let path = format!("/v1/claims?limit={limit}");
        let (found, lengths) = Box::pin(all(&stack, by_staff, &path)).await;
        assert_eq!(found, submitted, "{limit}");
        assert!(lengths.iter().all(|length| *length <= limit));
        // Back to the first day there can be a claim of, in some requests.
        assert!(lengths.len() <= 12, "{limit}: {lengths:?}");
    }
    let path = "/v1/claims?status=submitted&program=osu-m365";
    assert_eq!(Box::pin(all(&stack, by_staff, path)).await.0, submitted);
}

#[tokio::test]
async fn a_request_of_staff_looks_at_ten_stretches_of_days_at_the_most() {
    let stack = stack().await;
    let wire = &stack.wires[0];
    wire.reset();
    let page = staff(&stack, "/v1/claims").await;
    assert_eq!(ids(&page), Vec::<String>::new());
    assert!(page.body["next_cursor"].is_string(), "{}", page.text);
    // 1, 2, 4, 8, and six times 16 days.
    assert_eq!(wire.operations().len(), 111);
}

#[tokio::test]
async fn what_is_submitted_while_staff_read_pages_displaces_nothing() {
    let stack = stack().await;
    let workloads = ["teams", "exchange-online", "sharepoint-online"];
    let mut before = Vec::new();
    for workload in workloads {
        stack.env.clock.advance(Duration::hours(7));
        before.push(created(&stack, workload, &claim_body(&[workload])).await.id.to_string());
    }
    let first = staff(&stack, "/v1/claims?limit=1").await;
    stack.env.clock.advance(Duration::hours(1));
    stack.env.rival_submitted("new", &["teams"]).await;
    let (_, next) = first.header("link").split_once('<').unwrap();
    let (rest, _) = Box::pin(all(&stack, by_staff, next.split_once('>').unwrap().0)).await;
    let mut both: Vec<_> = ids(&first).into_iter().chain(rest).collect();
    both.reverse();
    assert_eq!(both, before);
}

// Associations

/// Claims of Alpine's with two associations each, so many of them, and one without any.
async fn associated(stack: &Stack, number: usize) {
    let env = &stack.env;
    let claim = env.awaiting("k", &["teams", "exchange-online"]).await;
    let accept = RequestEvent::post(&format!("/v1/customer/claims/{}/accept", claim.id));
    let accept = accept.customer_admin(CONTOSO).json(&json!({}));
    assert_eq!(stack.send(accept).await.status, 200);
    let items = env.engine.items(&format!("C#{}", claim.id));
    let mut all = Vec::new();
    for copy in 1..number {
        let id = format!("{:a>26}", letters(copy));
        for item in &items {
            let mut item = item.clone();
            item["pk"] = json!({"S": format!("C#{id}")});
            for sort in ["ik", "iu", "iz"] {
                let Some(text) = item[sort]["S"].as_str() else { continue };
                let (before, _) = text.rsplit_once('#').unwrap();
                item[sort] = json!({"S": format!("{before}#{id}")});
            }
            all.push(item);
        }
    }
    env.engine.import(all);
    env.clock.advance(Duration::seconds(1));
    env.submitted("without", &["sharepoint-online"]).await;
}

#[tokio::test]
async fn a_page_of_associations_is_full_and_every_one_is_on_one_page() {
    let stack = stack().await;
    associated(&stack, 30).await;
    let expected = Box::pin(all(&stack, by_partner, "/v1/associations?limit=100")).await.0;
    assert_eq!(expected.len(), 60);
    for limit in [1, 7, 25] {
        let path = format!("/v1/associations?status=active&limit={limit}");
        let (found, lengths) = Box::pin(all(&stack, by_partner, &path)).await;
        assert_eq!(found, expected, "{limit}");
        assert!(lengths.iter().rev().skip(2).all(|length| *length == limit), "{lengths:?}");
        let (found, _) = Box::pin(all(&stack, by_staff, &path)).await;
        assert_eq!(found, expected, "staff, {limit}");
        let of = |partner| format!("{path}&partner_id={partner}");
        assert_eq!(Box::pin(all(&stack, by_staff, &of(ALPINE))).await.0, expected);
        assert_eq!(Box::pin(all(&stack, by_staff, &of(BOREALIS))).await.0, Vec::<String>::new());
    }
    let refused = stack.send(by_partner("/v1/associations?partner_id=p-alpine")).await;
    assert_eq!(refused.errors(), [("/partner_id".to_owned(), "unknown-parameter".to_owned())]);
}

#[tokio::test]
async fn an_association_that_ends_while_pages_are_read_hides_no_other() {
    let stack = stack().await;
    associated(&stack, 4).await;
    let list = "/v1/associations?status=active&limit=3";
    let whole = Box::pin(all(&stack, by_partner, list)).await.0;
    let first = get(&stack, list).await;
    // The page ends in the middle of a claim, and what it ends with is over now.
    let ending = ids(&first).pop().unwrap();
    let end = RequestEvent::post(&format!("/v1/associations/{ending}/end")).partner_admin(ALPINE);
    let ended = stack.send(end.json(&json!({"reason_code": "other", "comment": "done"}))).await;
    assert_eq!(ended.status, 200, "{}", ended.text);
    stack.env.clock.advance(Duration::seconds(1));
    let (_, next) = first.header("link").split_once('<').unwrap();
    let (rest, _) = Box::pin(all(&stack, by_partner, next.split_once('>').unwrap().0)).await;
    let both: Vec<_> = ids(&first).into_iter().chain(rest).collect();
    assert_eq!(both, whole);
}

// Counts

/// The counts of Alpine's claims: what waits, and each status in which something stands.
async fn counts(stack: &Stack, event: RequestEvent) -> (u64, Vec<(String, u64)>, bool) {
    let answer = stack.send(event).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let statuses = answer.body["statuses"].as_array().unwrap();
    assert_eq!(statuses.len(), Status::ALL.len());
    let count =
        |one: &Value| (one["status"].as_str().unwrap().to_owned(), one["count"].as_u64().unwrap());
    let counted = statuses.iter().map(count).filter(|(_, count)| *count > 0).collect();
    let complete = answer.body["complete"].as_bool().unwrap();
    (answer.body["waiting"].as_u64().unwrap(), counted, complete)
}

fn named(counted: &[(&str, u64)]) -> Vec<(String, u64)> {
    counted.iter().map(|(status, count)| ((*status).to_owned(), *count)).collect()
}

const COUNTS: &str = "/v1/claims:counts";

#[tokio::test]
async fn counts_are_a_partners_own_and_tell_nothing_of_anybody_else() {
    let stack = stack().await;
    assert_eq!(counts(&stack, by_partner(COUNTS)).await, (0, Vec::new(), true));
    created(&stack, "d", &body("teams", "CRM-1", true)).await;
    let claim = created(&stack, "s", &body("exchange-online", "CRM-1", false)).await;
    let asked = created(&stack, "a", &body("sharepoint-online", "CRM-2", false)).await;
    act(&stack, &asked, &json!({"action": "begin"})).await;
    act(&stack, &asked, &question()).await;
    let own = (2, named(&[("draft", 1), ("submitted", 1), ("action_required", 1)]), true);
    let before = stack.send(by_partner(COUNTS)).await.text;
    assert_eq!(counts(&stack, by_partner(COUNTS)).await, own);
    // A rival on the same items, and what becomes of it, changes no byte of the answer.
    let rival = stack.env.rival_submitted("rival", &["exchange-online", "teams"]).await;
    assert_eq!(stack.send(by_partner(COUNTS)).await.text, before);
    stack.review(rival.id.as_str(), 1, &json!({"action": "begin"})).await;
    assert_eq!(stack.send(by_partner(COUNTS)).await.text, before);
    let of_rival = RequestEvent::get(COUNTS).partner_user(BOREALIS);
    assert_eq!(counts(&stack, of_rival).await, (0, named(&[("in_review", 1)]), true));
    let by_name = format!("{COUNTS}?partner_id={ALPINE}");
    assert_eq!(stack.send(by_staff(&by_name)).await.text, before);
    for (event, code) in [
        (by_staff(COUNTS), "required"),
        (by_partner(&by_name), "unknown-parameter"),
        (by_partner(&format!("{COUNTS}?partner_id={BOREALIS}")), "unknown-parameter"),
    ] {
        let refused = stack.send(event).await;
        assert_eq!(refused.errors(), [("/partner_id".to_owned(), code.to_owned())]);
    }
    let customer = stack.send(RequestEvent::get(COUNTS).customer_admin(CONTOSO)).await;
    assert_eq!(customer.problem(), (403, "role-not-allowed"));
    command(&stack, &claim, "withdraw", &json!({"reason_code": "customer_request"})).await;
    let (_, counted, _) = counts(&stack, by_partner(COUNTS)).await;
    assert_eq!(counted, named(&[("draft", 1), ("action_required", 1), ("withdrawn", 1)]));
}

#[tokio::test]
async fn a_claim_that_is_due_is_counted_as_what_silence_makes_of_it() {
    let stack = stack().await;
    let claim = stack.env.awaiting("k", &["teams"]).await;
    let counted = counts(&stack, by_partner(COUNTS)).await;
    assert_eq!(counted, (0, named(&[("awaiting_customer", 1)]), true));
    stack.env.let_pass(support::test_env::closes_at(&claim));
    let counted = counts(&stack, by_partner(COUNTS)).await;
    assert_eq!(counted, (0, named(&[("associated", 1)]), true));
}

#[tokio::test]
async fn beyond_two_thousand_claims_what_waits_is_exact_and_the_rest_says_that_it_is_not() {
    for (number, is_complete) in [(2_000, true), (2_001, false)] {
        let stack = stack().await;
        let claim = created(&stack, "k", &body("teams", "CRM-1", false)).await;
        act(&stack, &claim, &json!({"action": "begin"})).await;
        let asked = act(&stack, &claim, &question()).await;
        copies(&stack.env, &asked, number - 1);
        let (waiting, counted, complete) = counts(&stack, by_partner(COUNTS)).await;
        assert_eq!((usize::try_from(waiting).unwrap(), complete), (number, is_complete));
        assert_eq!(counted, named(&[("action_required", 2_000)]), "{number}");
    }
}

// The operator's queue

async fn reviews(stack: &Stack, query: &str) -> Answer {
    staff(stack, &format!("/v1/reviews?{query}")).await
}

#[tokio::test]
async fn the_queue_takes_filters_and_tells_how_much_waits() {
    let stack = stack().await;
    let env = &stack.env;
    let mut waiting = Vec::new();
    for (no, workload) in ["teams", "exchange-online", "sharepoint-online"].iter().enumerate() {
        env.clock.advance(Duration::minutes(1));
        let claim = created(&stack, &format!("k{no}"), &claim_body(&[workload])).await;
        waiting.push(claim);
    }
    env.clock.advance(Duration::minutes(1));
    let rival = env.rival_submitted("rival", &["teams"]).await;
    env.clock.advance(Duration::minutes(1));
    act(&stack, &waiting[0], &json!({"action": "begin"})).await;
    let of = |indexes: &[usize]| -> Vec<String> {
        indexes.iter().map(|index| waiting[*index].id.to_string()).collect()
    };
    let rivals = [rival.id.to_string()];
    let page = reviews(&stack, "state=submitted").await;
    assert_eq!(ids(&page), [of(&[1, 2]), rivals.to_vec()].concat());
    let totals =
        json!({"submitted": 3, "in_review": 1, "disputed": 0, "on_hold": 0, "unreachable": 0});
    assert_eq!(page.body["totals"], totals);
    // Whatever waits is one list: the review began last.
    let page = reviews(&stack, "").await;
    assert_eq!(ids(&page), [of(&[1, 2]), rivals.to_vec(), of(&[0])].concat());
    for limit in 1..4 {
        let path = format!("/v1/reviews?limit={limit}");
        assert_eq!(Box::pin(all(&stack, by_staff, &path)).await.0, ids(&page), "{limit}");
    }
    let first = reviews(&stack, "limit=1").await;
    let (_, next) = first.header("link").split_once('<').unwrap();
    let second = staff(&stack, next.split_once('>').unwrap().0).await;
    assert_eq!((&first.body["totals"], &second.body["totals"]), (&totals, &Value::Null));
    let found = async |query: &str| ids(&reviews(&stack, query).await);
    assert_eq!(found(&format!("partner_id={BOREALIS}")).await, rivals);
    assert_eq!(found(&format!("partner_id={ALPINE}&state=in_review")).await, of(&[0]));
    assert_eq!(found("program=osu-m365&limit=2").await, of(&[1, 2]));
    assert_eq!(found("program=osu-business-apps").await, Vec::<String>::new());
    assert_eq!(found("overdue=true").await, Vec::<String>::new());
    assert_eq!(found("overdue=false").await.len(), 4);
    for (query, pointer, code) in [
        ("overdue=maybe", "/overdue", "unknown-code"),
        ("state=overdue&overdue=false", "/overdue", "contradictory"),
        ("state=submitted&needs=vouch", "/needs", "contradictory"),
        ("partner_id=a&partner_id=b", "/partner_id", "duplicate"),
        ("assignee=a", "/assignee", "unknown-parameter"),
    ] {
        let refused = stack.send(by_staff(&format!("/v1/reviews?{query}"))).await;
        assert_eq!(refused.errors(), [(pointer.to_owned(), code.to_owned())], "{query}");
    }
}

#[tokio::test]
async fn what_is_overdue_is_one_list_by_how_long_it_waits() {
    let stack = stack().await;
    let env = &stack.env;
    let claims = one_after_another(&stack, Duration::hours(1)).await;
    // The first waits as one that is reviewed, and it has waited there for the shortest time.
    env.clock.advance(Duration::hours(1));
    act(&stack, &claims[0], &json!({"action": "begin"})).await;
    env.clock.advance(Duration::days(60));
    let expected: Vec<_> = [1, 2, 0].iter().map(|no| claims[*no].id.to_string()).collect();
    for query in ["state=overdue", "overdue=true", "overdue=true&limit=1", "state=overdue&limit=2"]
    {
        let path = format!("/v1/reviews?{query}");
        assert_eq!(Box::pin(all(&stack, by_staff, &path)).await.0, expected, "{query}");
    }
    assert_eq!(ids(&reviews(&stack, "state=in_review&overdue=true").await), expected[2..]);
    assert_eq!(ids(&reviews(&stack, "overdue=false").await), Vec::<String>::new());
}

#[tokio::test]
async fn a_claim_whose_review_begins_while_the_queue_is_read_hides_no_other() {
    let stack = stack().await;
    let env = &stack.env;
    let claims = one_after_another(&stack, Duration::minutes(1)).await;
    let first = reviews(&stack, "limit=1").await;
    assert_eq!(ids(&first), [claims[0].id.as_str()]);
    env.clock.advance(Duration::minutes(1));
    act(&stack, &claims[1], &json!({"action": "begin"})).await;
    let (_, next) = first.header("link").split_once('<').unwrap();
    let next = next.split_once('>').unwrap().0;
    let (rest, _) = Box::pin(all(&stack, by_staff, next)).await;
    assert_eq!(rest, [claims[2].id.as_str(), claims[1].id.as_str()], "it waits anew, at the end");
}

// Who works on a claim

async fn assign(stack: &Stack, claim: &Claim, by: &str, to: &Value) -> Answer {
    let event =
        RequestEvent::post(&format!("/v1/claims/{}/assign", claim.id)).staff("reviewer", by);
    stack.send(event.json(&json!({ "to": to }))).await
}

#[tokio::test]
async fn who_works_on_a_claim_is_told_to_staff_alone_and_moves_no_version() {
    let stack = stack().await;
    let claim = stack.env.awaiting("k", &["teams"]).await;
    let other = created(&stack, "o", &claim_body(&["exchange-online"])).await;
    let mine = created(&stack, "m", &claim_body(&["sharepoint-online"])).await;
    for claim in [&claim, &mine] {
        let assigned = assign(&stack, claim, "reviewer-1", &json!("reviewer-2")).await;
        assert_eq!(assigned.status, 200, "{}", assigned.text);
        assert_eq!(assigned.body["assigned_to"], "reviewer-2");
        assert_eq!(assigned.header("etag"), format!("\"{}\"", claim.version.0));
        let seen = staff(&stack, &format!("/v1/claims/{}", claim.id)).await;
        assert_eq!(seen.body["assigned_to"], "reviewer-2");
        assert_eq!(stack.env.read(&claim.id).await.version, claim.version);
    }
    for event in [
        by_partner(&format!("/v1/claims/{}", claim.id)),
        by_partner("/v1/claims"),
        by_partner(&format!("/v1/claims/{}/history", claim.id)),
        RequestEvent::get(&format!("/v1/customer/claims/{}", claim.id)).customer_admin(CONTOSO),
        RequestEvent::get("/v1/customer/claims").customer_admin(CONTOSO),
        RequestEvent::get("/v1/customer/ledger").customer_admin(CONTOSO),
    ] {
        let answer = stack.send(event).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(!answer.text.contains("reviewer-2"), "{}", answer.text);
        assert!(!answer.text.contains("assigned_to"), "{}", answer.text);
    }
    let of_mine = reviews(&stack, "assigned_to=reviewer-2").await;
    assert_eq!(ids(&of_mine), [mine.id.as_str()], "the other one waits for its customer");
    assert_eq!(of_mine.body["items"][0]["assigned_to"], "reviewer-2");
    assert_eq!(ids(&reviews(&stack, "assigned_to=none").await), [other.id.as_str()]);
    assert_eq!(ids(&reviews(&stack, "assigned_to=reviewer-1").await), Vec::<String>::new());
    // Another member of the staff acts all the same.
    act(&stack, &mine, &json!({"action": "begin"})).await;
    let back = assign(&stack, &mine, "reviewer-3", &Value::Null).await;
    assert_eq!((back.status, &back.body["assigned_to"]), (200, &Value::Null), "{}", back.text);
    let unassigned = ids(&reviews(&stack, "assigned_to=none").await);
    assert_eq!(unassigned.len(), 2);
}

#[tokio::test]
async fn nobody_is_assigned_to_what_is_over_and_an_erasure_takes_the_name_away() {
    let stack = stack().await;
    let claim = created(&stack, "k", &claim_body(&["teams"])).await;
    let to = json!("reviewer-2");
    assert_eq!(assign(&stack, &claim, "reviewer-1", &to).await.status, 200);
    command(&stack, &claim, "withdraw", &json!({"reason_code": "customer_request"})).await;
    let refused = assign(&stack, &claim, "reviewer-1", &to).await;
    assert_eq!(refused.errors(), [("/to".to_owned(), "not-editable".to_owned())]);
    let place = format!("C#{}", claim.id);
    assert_eq!(stack.env.engine.item(&place, "Y").unwrap()["to"]["S"], "reviewer-2");
    let operator = support::rivals::operator();
    let erase = domain::command::Command::Erase;
    stack.env.give(&claim.id, &operator, &erase).await.unwrap();
    assert_eq!(stack.env.engine.item(&place, "Y"), None);
    // Whoever read the claim before it was erased writes the name too late.
    let staff = domain::ids::StaffId::parse("reviewer-2").unwrap();
    let at = stack.env.clock.now();
    let late = stack.env.store.assign_claim(&claim.id, Some(&staff), &staff, at).await.unwrap();
    assert!(!late);
    assert_eq!(stack.env.engine.item(&place, "Y"), None);
    for (body, code) in [(json!({}), "required"), (json!({"to": "none"}), "malformed")] {
        let event = RequestEvent::post(&format!("/v1/claims/{}/assign", claim.id));
        let refused = stack.send(event.staff("operator", "o").json(&body)).await;
        assert_eq!(refused.errors(), [("/to".to_owned(), code.to_owned())]);
    }
    let nowhere = RequestEvent::post(&format!("/v1/claims/{}/assign", "a".repeat(26)));
    let missing = stack.send(nowhere.staff("reviewer", "r").json(&json!({"to": null}))).await;
    assert_eq!(missing.status, 404);
}
