//! The parsers of requests under inputs that nobody thought of (`CONTRIBUTING.md`, section 10.4).

use domain::canonical;
use domain::ids::{PartnerId, ProgramId, TenantId, Version};
use domain::rules::StandingRules;
use domain::time::format_rfc3339;
use fuzz::{Tally, bytes, texts};
use lambda_http::http::header::{IF_MATCH, IF_NONE_MATCH};
use lambda_http::http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::event::{RequestEvent, app_clients};
use crate::precondition::{self, IfMatch};
use crate::{
    Call, Cursors, Language, Problem, RequestError, Viewer, bodies, json, negotiation, queries,
    routes, values,
};

/// The examples are taken, and not everything is.
fn assert_tells_apart(tally: Tally) {
    assert!(tally.accepted > 0 && tally.accepted < tally.inputs, "{tally:?}");
}

/// What was read, of a body whose errors can be told.
fn check_errors<T>(read: Result<T, RequestError>) -> Option<T> {
    match read {
        Ok(read) => Some(read),
        Err(failure) => {
            if let RequestError::Fields(errors) = &failure {
                let is_pointer = |text: &str| text.is_empty() || text.starts_with('/');
                assert!(
                    !errors.is_empty() && errors.iter().all(|error| is_pointer(&error.pointer))
                );
            }
            for language in Language::ALL {
                let problem = Problem::of(&failure, language, "request-1");
                assert!((400..=599).contains(&problem.status), "{problem:?}");
            }
            None
        }
    }
}

const TENANT: &str = "6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c01";

/// A body of each kind that is taken.
fn full_bodies() -> Vec<String> {
    let contact = json!({"name": "Jana Malá", "title": "CIO", "email": "jana@contoso.example"});
    let entry =
        json!({"name": "sow.pdf", "sha256": "ab".repeat(32), "acknowledged_on": "2026-10-01"});
    let mut upload = entry.clone();
    upload["size"] = json!(1);
    upload["content_type"] = json!("application/pdf");
    let bodies = [
        json!({
            "program": "osu-m365", "activity": "usage", "location_id": "4711", "draft": true,
            "tenant": {"id": TENANT, "domain": "münchen.example"},
            "items": [{"kind": "workload", "id": "teams"}],
            "customer_contact": contact, "technical_contact": contact,
            "partner_contact": {"name": "Jan", "email": "jan@alpine.example"},
            "label": "Q4", "external_ref": "4711/2026", "evidence": [entry],
        }),
        json!({"customer_contact": contact}),
        json!({"comment": "one\ntwo"}),
        json!({"items": [1, 2]}),
        json!({"recipient": 2}),
        json!({"to": "reviewer-1"}),
        upload,
        json!({"action": "reject", "reasons": [{"code": "evidence_item_missing", "item_no": 1, "comment": "x"}]}),
        json!({"action": "validate", "drop": [{"item_no": 1, "code": "evidence_item_missing"}]}),
        json!({"action": "extend", "closes_on": "2027-01-04"}),
        json!({"action": "vouch", "comment": "called"}),
        json!({"action": "retire_link", "recipient": 3, "comment": "left"}),
        json!({"blocked_partners": ["p-1"], "explicit_yes": ["osu-m365"], "closures": ["2026-12-24"],
               "locale": "cs", "contacts": [{"name": "CIO", "email": "cio@contoso.example"}],
               "blocks": [{"partner_id": "p-1", "kind": "workload", "id": "teams", "until": "2027-01-01T00:00:00Z"}]}),
        json!({"explicit_yes": "all"}),
        json!({"rows": [{"kind": "workload", "id": "teams", "date": "2026-12-01", "active_users": 5, "provisioned_seats": 9}]}),
        json!({"added": [{"date": "2026-12-30", "name": "Day of mourning", "subdivision": null}]}),
        json!({"now": "2026-12-30T00:00:00Z"}),
        json!({"advance": "P1DT2H3M4S"}),
        json!({"id": "p-alpine", "name": "Alpine Cloud", "status": "active",
               "locations": [{"id": "4711", "programs": ["osu-m365"]}], "country": "CZ",
               "time_zone": "Europe/Prague", "daily_claim_quota": 5, "open_claim_quota": 50}),
        json!({"name": "Contoso", "status": "active", "domains": ["contoso.example"], "country": "US",
               "subdivision": "CA", "time_zone": null, "locale": "en", "closures": ["2026-12-24"],
               "contacts": [{"name": "IT", "email": "it@contoso.example", "verified": true}],
               "items": [{"kind": "workload", "id": "teams", "product": "e5", "claimable": true, "state": "active"}]}),
        json!({"name": "OSU", "status": "open", "family": "osu", "item_kind": "workload",
               "activities": ["usage"], "catalogue": ["teams"],
               "policy": {"window_business_days": 5, "consent": "opt_in", "term_months": 12}}),
    ];
    bodies.iter().map(Value::to_string).collect()
}

/// Every reader of a body looks at it. How many take it.
fn count_accepting_readers(body: &Value) -> usize {
    let claim = crate::views::sample_claim();
    let (partner, program) =
        (PartnerId::parse("p-alpine").unwrap(), ProgramId::parse("osu").unwrap());
    let tenant = TenantId::parse(TENANT).unwrap();
    let new = bodies::read_claim(body);
    let errors =
        if new.malformed.is_empty() { Ok(()) } else { Err(RequestError::Fields(new.malformed)) };
    bodies::find_action(body);
    let now = claim.created_at;
    let read = [
        check_errors(errors).is_some(),
        check_errors(bodies::read_edit(&claim, body)).is_some(),
        check_errors(bodies::corrected_contact(body)).is_some(),
        check_errors(bodies::read_empty(body)).is_some(),
        check_errors(bodies::required_comment(body)).is_some(),
        check_errors(bodies::read_comment(body)).is_some(),
        check_errors(bodies::chosen_items(body)).is_some(),
        check_errors(bodies::read_decline(body)).is_some(),
        check_errors(bodies::read_withdrawal(body)).is_some(),
        check_errors(bodies::read_end(body)).is_some(),
        check_errors(bodies::retired_link(body)).is_some(),
        check_errors(bodies::read_assignee(body)).is_some(),
        check_errors(bodies::read_partner(&partner, body, None)).is_some(),
        check_errors(bodies::read_tenant(&tenant, body, None)).is_some(),
        check_errors(bodies::read_program(&program, body, None)).is_some(),
        check_errors(bodies::read_upload(body)).is_some(),
        check_errors(bodies::read_review(body)).is_some(),
        check_errors(bodies::read_rules(body, &StandingRules::default())).is_some(),
        check_errors(bodies::read_clock_move(body).and_then(|clock| clock.target_time(now)))
            .is_some(),
        check_errors(bodies::read_usage(body)).is_some(),
        check_errors(bodies::read_calendar("CZ".parse().unwrap(), body)).is_some(),
    ];
    read.into_iter().filter(|taken| *taken).count()
}

#[test]
fn a_body_is_read_by_every_reader_or_refused_with_errors_that_can_be_told() {
    let examples = full_bodies();
    let examples: Vec<_> = examples.iter().map(String::as_str).collect();
    assert_tells_apart(texts("body", &examples, |text| {
        let Ok(value) = json::parse_json(text.as_bytes()) else { return false };
        count_accepting_readers(&value) > 0
    }));
}

#[test]
fn json_has_each_name_once_and_one_canonical_text() {
    let examples = full_bodies();
    let more = br#"{"a":[null,true,-1,18446744073709551615,0.5,1e-7,6553553655355365535536553553655355365535536553553,"x\u0041\n"],"b":{"a":{}}}"#;
    let examples: Vec<_> = examples.iter().map(String::as_bytes).chain([more.as_slice()]).collect();
    assert_tells_apart(bytes("json", &examples, |text| {
        let Ok(value) = json::parse_json(text) else { return false };
        let canonical = canonical::to_canonical_json(&value);
        let again = json::parse_json(canonical.as_bytes()).unwrap();
        assert_eq!(canonical::to_canonical_json(&again), canonical);
        assert_eq!(bodies::request_hash(&again), bodies::request_hash(&value));
        true
    }));
}

#[test]
fn a_form_is_read_whatever_is_sent() {
    assert_tells_apart(bytes(
        "form",
        &[b"decision=decline&items=1&items=2&code=12%33+456"],
        |body| {
            let event = RequestEvent::post("/d/x")
                .header("content-type", "application/x-www-form-urlencoded");
            let request = event.bytes(body).request();
            let form = Call::new(&request).form_fields();
            form.is_ok_and(|fields| {
                let length: usize =
                    fields.iter().map(|(name, value)| name.len() + value.len()).sum();
                // What is no UTF-8 once it is decoded is replaced by a character of three bytes.
                assert!(length <= 3 * body.len());
                true
            })
        },
    ));
}

#[test]
fn a_date_and_a_moment_have_one_form() {
    assert_tells_apart(texts("date", &["2026-12-31", "2028-02-29"], |text| {
        let Some(date) = values::parse_date(text) else { return false };
        assert_eq!(date.to_string(), text);
        true
    }));
    let moments = ["2026-12-31T23:00:00Z", "2026-12-31T23:59:60.5+01:00", "0001-01-01t00:00:00z"];
    assert_tells_apart(texts("moment", &moments, |text| {
        let Some(moment) = values::parse_instant(text) else { return false };
        let printed = format_rfc3339(moment);
        let again = values::parse_instant(&printed);
        assert_eq!(again.map(format_rfc3339), Some(printed));
        true
    }));
}

fn build_headers(name: HeaderName, text: &str) -> Option<HeaderMap> {
    let value = HeaderValue::from_bytes(text.as_bytes()).ok()?;
    Some(HeaderMap::from_iter([(name, value)]))
}

#[test]
fn the_tags_of_an_if_match_are_those_that_it_names() {
    let examples = ["*", "\"7\"", "\"7\", W/\"8\",, \"x\"", "\"4294967295\""];
    assert_tells_apart(texts("if-match", &examples, |text| {
        let Some(headers) = build_headers(IF_MATCH, text) else { return false };
        let Ok(read) = precondition::if_match(&headers) else { return false };
        read.seen_version(Version(7));
        if let IfMatch::OneOf(tags) = &read {
            assert!(tags.iter().all(|tag| text.contains(&tag.to_string())), "{text:?}");
        }
        true
    }));
    let examples = ["*", "\"7\"", "\"8\", W/\"7\""];
    assert_tells_apart(texts("if-none-match", &examples, |text| {
        let Some(headers) = build_headers(IF_NONE_MATCH, text) else { return false };
        let is_known = precondition::if_none_match(&headers, Version(7));
        assert!(!is_known || text.contains("\"7\"") || text.contains('*'), "{text:?}");
        is_known
    }));
}

#[test]
fn an_idempotency_key_is_bounded_and_visible() {
    assert_tells_apart(texts("idempotency key", &["k-1", "6f3c1a52"], |text| {
        let name = HeaderName::from_static(precondition::IDEMPOTENCY_KEY);
        let key =
            build_headers(name, text).and_then(|own| precondition::idempotency_key(&own).ok());
        key.is_some_and(|key| {
            assert!(key == text && (1..=255).contains(&key.len()) && key.is_ascii());
            true
        })
    }));
}

#[test]
fn what_is_accepted_is_ranked_out_of_the_header_itself() {
    let examples = ["text/html;q=0.1, application/json", "cs;q=0.8,en-GB", "*/*", "*"];
    texts("accept", &examples, |text| {
        let ranked = language::rank_entries(text);
        assert!(ranked.len() <= text.split(',').count());
        assert!(ranked.iter().all(|name| text.contains(name)), "{text:?}");
        let language = Language::negotiate(text).unwrap_or_default();
        assert!(language == Language::En || text.to_ascii_lowercase().contains("cs"), "{text:?}");
        assert!(
            !negotiation::prefers_json(Some(text)) || text.to_ascii_lowercase().contains("json")
        );
        !ranked.is_empty()
    });
}

#[test]
fn a_query_is_read_or_refused_by_every_list() {
    let tenant = format!("status=awaiting_customer&tenant_id={TENANT}&partner_id=p-1&limit=5");
    let examples = [
        tenant.as_str(),
        "state=submitted&limit=25",
        "overdue=true&assigned_to=reviewer-1&program=osu&partner_id=p-1",
        "status=draft&status=rejected:final&external_ref=CRM-1&updated_since=2026-12-22T14:00:00Z",
        "turn=partner&sort=until&until_before=2026-12-22T14:00:00Z",
        "needs=vouch",
        "status=active",
        "from=2026-12-01&to=2026-12-31",
        "country=US&subdivision=CA&time_zone=America%2FDenver&delivered_at=2026-12-22T14:00:00Z&business_days=5",
        "",
    ];
    assert_tells_apart(texts("query", &examples, |text| {
        let Some(target) = encode_target(text) else { return false };
        let request = RequestEvent::get(&target).request();
        let call = Call::new(&request);
        let read = [
            check_errors(queries::refuse_parameters(&call)).is_some(),
            check_errors(queries::read_history_query(&call)).is_some(),
            check_errors(queries::read_claims_query(&call, Viewer::Staff)).is_some(),
            check_errors(queries::read_reviews_query(&call)).is_some(),
            check_errors(queries::read_counts_query(&call, Viewer::Staff)).is_some(),
            check_errors(queries::read_associations_query(&call, Viewer::Staff)).is_some(),
            check_errors(queries::read_page_query(&call)).is_some(),
            check_errors(queries::read_usage_query(&call)).is_some(),
            check_errors(queries::read_window_query(&call)).is_some(),
        ];
        read.contains(&true)
    }));
}

/// A target with the query as a gateway lets it pass: printable ASCII without blanks and fragments.
fn encode_target(query: &str) -> Option<String> {
    let passes = |c: u8| c.is_ascii_graphic() && !b"#\"<>\\^`{|}".contains(&c);
    query.bytes().all(passes).then(|| format!("/v1/claims?{query}"))
}

#[test]
fn a_cursor_opens_where_it_was_made_and_in_no_other_form() {
    const POSITION: &str = "2026-12-22#x/ž";
    let cursors = Cursors::new(b"the secret of the tests", []);
    let request = RequestEvent::get("/v1/claims?limit=5").partner_admin("p-alpine").request();
    let call = Call::new(&request);
    let caller = call.require_caller(&app_clients()).unwrap();
    let nothing: &[Value] = &[];
    let reply = cursors.list_reply(&call, &caller, nothing, Some(POSITION)).into_response();
    let made = crate::event::json_of(&reply)["next_cursor"].as_str().unwrap().to_owned();
    assert_tells_apart(texts("cursor", &[&format!("cursor={made}"), "limit=100"], |text| {
        let Some(target) = encode_target(text) else { return false };
        let request = RequestEvent::get(&target).partner_admin("p-alpine").request();
        let call = Call::new(&request);
        let Ok(page) = cursors.read_page_request(&call, &caller) else { return false };
        assert!((1..=crate::MAX_LIMIT).contains(&page.limit));
        if let Some(position) = page.position {
            assert_eq!(position, POSITION);
            assert!(call.query_parameters().first("cursor") == Some(made.as_str()), "{text:?}");
        }
        true
    }));
}

#[test]
fn a_path_leads_to_the_route_that_it_fits() {
    let claim = "a2".repeat(13);
    let examples = ["/v1/claims".to_owned(), format!("/v1/claims/{claim}"), format!("/d/{claim}")];
    let examples: Vec<_> = examples.iter().map(String::as_str).collect();
    texts("path", &examples, |path| {
        let found = ["GET", "POST", "PUT", "PATCH"].map(|method| routes::find_route(method, path));
        for (route, parameter) in found.iter().flatten() {
            assert_eq!(route.path.split('/').count(), path.split('/').count(), "{path:?}");
            assert!(parameter.is_none_or(|own| path.contains(own) && !own.contains('/')));
            assert!(routes::path_parameters(route.path, path).count() <= 2);
        }
        found.iter().any(Option::is_some)
    });
}
