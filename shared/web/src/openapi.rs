//! The contract as an OpenAPI 3.1 document, generated from the route table and from the types that
//! requests and answers are made of.

mod endpoint;
mod example;
mod operation;
mod parameter;
mod schema;
pub(crate) mod shape;

use domain::claim::MAX_ITEMS;
use domain::motive::Motive;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::path::HttpMethod;
use utoipa::openapi::{Components, ComponentsBuilder};

use crate::cursor::MAX_LIMIT;
use crate::openapi::shape::AnswerShape;
use crate::routes::{ROUTES, Route};
use crate::{Problem, bodies, views, words};

/// The name of the security scheme: a bearer token.
const BEARER: &str = "bearer";

/// The contract as an OpenAPI 3.1 document, made of the routes and the types of the bodies.
pub fn build_document() -> Value {
    let schemas = collect_schemas();
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Claiming a partner of record",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{
            "url": "https://{domain}",
            "description": "A stack with a domain: the address is its output `ApiEndpoint`, and the only one.",
            "variables": {
                "domain": {"default": "claims.example.com", "description": "The parameter `DomainName` of the stack."},
            },
        }, {
            "url": "https://{api}.execute-api.{region}.amazonaws.com",
            "description": "A sandbox without a domain: the address is its output `ApiEndpoint`.",
            "variables": {
                "api": {"default": "a1b2c3d4e5", "description": "The output `ApiId` of the stack."},
                "region": {"default": "eu-central-1", "description": "The region of the stack."},
            },
        }],
        "security": [{ BEARER: [] }],
        "tags": TAGS.map(|(name, description)| json!({"name": name, "description": description})),
        "paths": build_paths(),
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                BEARER: {
                    "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                    "description": "The ID token of the stack's user pool, got with the app client of the caller's side \
                                    (`aud`). Its claims `custom:role`, `custom:partner_id`, `custom:tenant_id` and `sub` \
                                    say who calls.",
                },
            },
        },
    });
    limit_integers(&mut document);
    example::add_to(&mut document);
    document
}

/// The greatest integer where nothing else is said: what fits into 32 bits with a sign.
const GREATEST: i32 = i32::MAX;

/// Gives every integer of a schema both of its limits. A list of integers is always one of numbers of items.
fn limit_integers(schema: &mut Value) {
    let is_list = schema.get("type").is_some_and(|own| is_named(own, "array"));
    if let Some(entry) = schema.get_mut("items").filter(|_| is_list)
        && let Some(own) = integer_schema(entry)
    {
        own.insert("minimum".to_owned(), json!(1));
        own.insert("maximum".to_owned(), json!(MAX_ITEMS));
    }
    if let Some(own) = integer_schema(schema) {
        own.entry("minimum").or_insert_with(|| json!(0));
        own.entry("maximum").or_insert_with(|| json!(GREATEST));
    }
    schema.as_array_mut().into_iter().flatten().for_each(limit_integers);
    schema.as_object_mut().into_iter().flat_map(Map::values_mut).for_each(limit_integers);
}

/// The members of a schema that is one of an integer.
fn integer_schema(schema: &mut Value) -> Option<&mut Map<String, Value>> {
    let is_integer = schema.get("type").is_some_and(|own| is_named(own, "integer"));
    schema.as_object_mut().filter(|_| is_integer)
}

/// Whether a type is that one, or that one or `null`.
fn is_named(own: &Value, name: &str) -> bool {
    *own == name || own.as_array().is_some_and(|types| types.iter().any(|one| one == name))
}

/// What the whole is about.
const ABOUT: &str = "A partner claims a customer's items, the vendor's operator validates, the customer is notified and has \
    five business days to say no, and silence makes the association official.\n\n\
    People sign in with the app client of their side, and send the ID token. Within `/v1` fields, codes and routes are added, and \
    none is taken away or means something else: a client ignores fields that it does not know. \
    Requests and answers are JSON in UTF-8 of at most 65,536 bytes, with instants as RFC 3339 and dates as `YYYY-MM-DD`. \
    Unknown fields and parameters are refused. A change of a claim names the version that the caller has seen in \
    `If-Match`; a create has an `Idempotency-Key`. Lists have pages, with `limit` and `cursor`. Refusals are problem \
    documents (RFC 9457) in English or Czech, as `Accept-Language` asks, with stable codes. `docs/api.md` says all of it \
    with examples, `docs/domain.md` the rules.";

/// The tags: a function each.
const TAGS: [(&str, &str); 9] = [
    ("claims", "The partner's claims, from the draft to the dispute."),
    ("evidence", "The documents that a partner brings as evidence."),
    ("review", "What the operator's staff do with claims."),
    ("decision", "The pages behind the links and codes of notices, for people without an account."),
    (
        "overview",
        "The pages on which a customer without an account sees who sees its data, and takes it away.",
    ),
    ("customer", "What the customer's signed-in administrator sees and decides."),
    ("associations", "Items of claims that became official, and their usage."),
    ("directory", "Partners, tenants, programs and calendars, and what belongs to nobody."),
    ("webhooks", "Where the events of a party's feed are sent to."),
];

fn build_paths() -> Value {
    let mut paths = Map::new();
    for route in ROUTES {
        let item = paths.entry(route.path).or_insert_with(|| json!({}));
        for (name, method) in route_methods(route) {
            item[*name] = operation::describe_operation(route, method);
        }
    }
    paths.into()
}

/// The methods of a route; of the decision page those that are meant for people.
fn route_methods(route: &Route) -> &'static [(&'static str, HttpMethod)] {
    match route.method {
        "GET" => &[("get", HttpMethod::Get)],
        "POST" => &[("post", HttpMethod::Post)],
        "PUT" => &[("put", HttpMethod::Put)],
        "PATCH" => &[("patch", HttpMethod::Patch)],
        "DELETE" => &[("delete", HttpMethod::Delete)],
        _ => &[("get", HttpMethod::Get), ("post", HttpMethod::Post)],
    }
}

/// Every schema, by its name.
fn collect_schemas() -> Map<String, Value> {
    let components = serde_json::to_value(build_components()).unwrap_or_default();
    let mut schemas = match components.get("schemas") {
        Some(Value::Object(schemas)) => schemas.clone(),
        _ => Map::new(),
    };
    schemas.values_mut().for_each(raise_descriptions);
    for route in ROUTES {
        for (_, method) in route_methods(route) {
            if let AnswerShape::List(entry) | AnswerShape::ListOrTable(entry) =
                endpoint::describe_endpoint(route.id, method).answer
            {
                schemas.insert(operation::list_name(entry), page_schema(entry));
            }
        }
    }
    schemas.insert("QueueList".to_owned(), queue_page_schema());
    schemas.insert("GatewayMessage".to_owned(), gateway_message());
    schemas.insert("DecisionForm".to_owned(), decision_form());
    schemas.insert("OverviewRequestForm".to_owned(), overview_request_form());
    schemas.insert("OverviewForm".to_owned(), overview_form());
    schemas
}

/// What is said of a field that may be `null` stands at the field, and not at the schema that it refers to else.
fn raise_descriptions(schema: &mut Value) {
    schema.as_array_mut().into_iter().flatten().for_each(raise_descriptions);
    let parts = schema.as_object_mut().into_iter().flat_map(Map::values_mut);
    parts.for_each(raise_descriptions);
    let Some(choices) = schema.get_mut("oneOf").and_then(Value::as_array_mut) else { return };
    let is_null = |choice: &Value| choice.get("type") == Some(&json!("null"));
    // Of more than two each says for itself what it is.
    if choices.len() > 2 || !choices.iter().any(is_null) {
        return;
    }
    let mut said = choices.iter_mut().filter_map(Value::as_object_mut);
    if let Some(description) = said.find_map(|choice| choice.remove("description")) {
        schema["description"] = description;
    }
}

/// A page of a list.
fn page_schema(entry: &str) -> Value {
    json!({
        "type": "object",
        "description": "A page of a list.",
        "required": ["items", "next_cursor"],
        "properties": {
            "items": {"type": "array", "items": schema::schema_reference(entry), "maxItems": MAX_LIMIT,
                      "description": "The entries of the page. It may be short or empty before the end of the list."},
            "next_cursor": {"type": ["string", "null"], "example": "q83vEjRWeJCrze8SNFZ4kHsicyI6IjE3In0",
                            "description": "The `cursor` of the next page; `null` at the end of the list."},
        },
    })
}

/// A page of what waits for the operator.
fn queue_page_schema() -> Value {
    let totals = json!({
        "oneOf": [schema::schema_reference("QueueTotalsView"), {"type": "null"}],
        "description": "How much waits, whatever the list asks for; `null` on every page but the first.",
    });
    let mut page = page_schema("ClaimView");
    if let Some(required) = page.get_mut("required").and_then(Value::as_array_mut) {
        required.push(json!("totals"));
    }
    if let Some(fields) = page.get_mut("properties").and_then(Value::as_object_mut) {
        fields.insert("totals".to_owned(), totals);
    }
    page
}

/// What the gateway answers where it does not ask a function.
fn gateway_message() -> Value {
    json!({
        "type": "object",
        "description": "What the gateway itself answers. It has no code: the status says what it is.",
        "example": {"message": "Unauthorized"},
        "properties": {
            "message": {"type": "string", "example": "Unauthorized",
                        "description": "The reason in the gateway's words, such as `Unauthorized`."},
        },
    })
}

/// The form of the decision page.
/// What a form says of the reason in it.
const REASON_OF_FORM: &str = "Why, where the customer says so: for the operator's staff, never for the partner. An empty field is none.";

fn decision_form() -> Value {
    json!({
        "type": "object",
        "description": "The form of the decision page, as a browser sends it.",
        "required": ["decision", "code"],
        "properties": {
            "decision": {"type": "string", "enum": ["decline", "undo", "extend", "wrong_contact"],
                         "description": "What is decided. A link never says yes."},
            "items": {"type": "array", "items": {"type": "string", "pattern": "^[0-9]{1,3}$", "example": "1"},
                      "description": "The numbers of the items, each as a field of its own; none: all of them."},
            "reason_code": {"type": "string", "enum": Motive::CUSTOMER_NAMES, "description": REASON_OF_FORM},
            "code": {"type": "string", "pattern": "^[0-9 -]{6,}$", "example": "123456",
                     "description": "The code of the mail for this decision. Blanks and hyphens do not matter."},
        },
    })
}

fn overview_request_form() -> Value {
    json!({
        "type": "object",
        "description": "The form that asks for a link to the overview, as a browser sends it.",
        "required": ["email"],
        "properties": {
            "email": {"type": "string", "maxLength": 254, "example": "it@contoso.example",
                      "description": "The address that the link is asked for. Whatever stands here is answered alike."},
        },
    })
}

fn overview_form() -> Value {
    json!({
        "type": "object",
        "description": "The form of the overview, as a browser sends it. Something has to be chosen.",
        "required": ["code"],
        "properties": {
            "end": {"type": "array", "maxItems": 25,
                    "items": {"type": "string", "pattern": "^[a-z2-7]{26}-[1-9][0-9]{0,2}$", "example": "cbplyjelfz5a5xwmpnah5uzxk4-1"},
                    "description": "The associations that end at once, each as a field of its own."},
            "reason_code": {"type": "string", "enum": Motive::CUSTOMER_NAMES, "description": REASON_OF_FORM},
            "block": {"type": "array",
                      "items": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", "example": "p-alpine"},
                      "description": "The partners that may claim nothing from now on, each as a field of its own."},
            "yes": {"type": "string", "enum": ["all"], "description": "From now on silence is a no, in every program."},
            "take": {"type": "string", "enum": ["away"], "description": "The button of the form; it may be left out."},
            "code": {"type": "string", "pattern": "^[0-9 -]{6,}$", "example": "123456",
                     "description": "The six digits of the mail with the link. Blanks and hyphens do not matter."},
        },
    })
}

fn build_components() -> Components {
    let components = ComponentsBuilder::new();
    let components = with_schema::<Problem>(components);
    let components = with_schema::<bodies::CreateClaimBody>(components);
    let components = with_schema::<bodies::EditClaimBody>(components);
    let components = with_schema::<bodies::NoFieldsBody>(components);
    let components = with_schema::<bodies::RequiredCommentBody>(components);
    let components = with_schema::<bodies::CorrectContactBody>(components);
    let components = with_schema::<bodies::ReviewBody>(components);
    let components = with_schema::<bodies::AssignBody>(components);
    let components = with_schema::<views::ClaimCountsView>(components);
    let components = with_schema::<views::QueueTotalsView>(components);
    let components = with_schema::<bodies::EvidenceUploadBody>(components);
    let components = with_schema::<bodies::ChosenItemsBody>(components);
    let components = with_schema::<bodies::RetireLinkBody>(components);
    let components = with_schema::<views::CustomerClaimView>(components);
    let components = with_schema::<views::LedgerView>(components);
    let components = with_schema::<views::TenantCheckView>(components);
    let components = with_schema::<bodies::RulesBody>(components);
    let components = with_schema::<views::RulesView>(components);
    let components = with_schema::<bodies::CommentBody>(components);
    let components = with_schema::<bodies::DeclineBody>(components);
    let components = with_schema::<bodies::WithdrawBody>(components);
    let components = with_schema::<bodies::EndBody>(components);
    let components = with_schema::<bodies::PartnerBody>(components);
    let components = with_schema::<bodies::TenantBody>(components);
    let components = with_schema::<bodies::ProgramBody>(components);
    let components = with_schema::<bodies::CalendarBody>(components);
    let components = with_schema::<bodies::CalendarDayBody>(components);
    let components = with_schema::<bodies::ExtendWindowsBody>(components);
    let components = with_schema::<bodies::UsageBody>(components);
    let components = with_schema::<bodies::ClockBody>(components);
    let components = with_schema::<views::OutageView>(components);
    let components = with_schema::<views::ClaimView>(components);
    let components = with_schema::<views::CheckView>(components);
    let components = with_schema::<views::EvidenceUploadView>(components);
    let components = with_schema::<views::EvidenceLinkView>(components);
    let components = with_schema::<views::HistoryEntryView>(components);
    let components = with_schema::<views::HistoryPartView>(components);
    let components = with_schema::<views::BundleView>(components);
    let components = with_schema::<views::RemarkView>(components);
    let components = with_schema::<views::AssociationView>(components);
    let components = with_schema::<views::DecisionView>(components);
    let components = with_schema::<views::UsageView>(components);
    let components = with_schema::<views::AssociationUsageView>(components);
    let components = with_schema::<views::FedUsageView>(components);
    let components = with_schema::<views::PartnerView>(components);
    let components = with_schema::<views::TenantView>(components);
    let components = with_schema::<views::ProgramView>(components);
    let components = with_schema::<views::PartnerEntryView>(components);
    let components = with_schema::<views::TenantEntryView>(components);
    let components = with_schema::<views::MeView>(components);
    let components = with_schema::<views::CalendarView>(components);
    let components = with_schema::<views::FeedView>(components);
    let components = with_schema::<bodies::WebhookBody>(components);
    let components = with_schema::<bodies::ReplayBody>(components);
    let components = with_schema::<views::WebhookView>(components);
    let components = with_schema::<views::WebhooksView>(components);
    let components = with_schema::<views::WebhookSecretView>(components);
    let components = with_schema::<views::DeliveryView>(components);
    let components = with_schema::<views::DeliveriesView>(components);
    let components = with_schema::<views::ConsequencesView>(components);
    let components = with_schema::<views::EntryRevisionView>(components);
    let components = with_schema::<views::WindowView>(components);
    let components = with_schema::<views::ClockView>(components);
    let components = with_schema::<views::HealthView>(components);
    let components = with_schema::<words::QueueWord>(components);
    components.build()
}

/// The components with the schema of a type and of everything it is made of.
fn with_schema<T: ToSchema>(components: ComponentsBuilder) -> ComponentsBuilder {
    let mut parts = Vec::new();
    T::schemas(&mut parts);
    components.schema_from::<T>().schemas_from_iter(parts)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::actor::{Party, Role};
    use domain::claim::Status;
    use domain::event::EventType;
    use domain::reason::{EndReason, ReasonCode};
    use domain::rejection::FieldCode;

    use super::*;
    use crate::action::Action;
    use crate::problem_code::ProblemCode;

    /// Every `$ref` in the document.
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(reference)) = members.get("$ref") {
                    found.insert(reference.clone());
                }
                members.values().for_each(|value| references(value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| references(value, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    #[test]
    fn every_route_is_an_operation_and_every_operation_a_route() {
        let document = build_document();
        let paths = document["paths"].as_object().unwrap();
        let described: BTreeSet<_> = paths
            .iter()
            .flat_map(|(path, item)| {
                item.as_object().unwrap().keys().map(move |method| format!("{method} {path}"))
            })
            .collect();
        let routed: BTreeSet<_> = ROUTES
            .iter()
            .flat_map(|route| match route.method {
                "ANY" => vec![format!("get {}", route.path), format!("post {}", route.path)],
                method => vec![format!("{} {}", method.to_lowercase(), route.path)],
            })
            .collect();
        assert_eq!(described, routed);
    }

    #[test]
    fn every_function_that_answers_requests_has_a_tag_that_says_what_it_is_for() {
        let tagged: BTreeSet<_> = TAGS.iter().map(|(name, _)| *name).collect();
        let functions: BTreeSet<_> = ROUTES.iter().map(|route| route.function).collect();
        assert_eq!(tagged, functions);
    }

    #[test]
    fn the_text_of_every_operation_that_gives_a_command_names_the_states_that_take_it() {
        let document = build_document();
        let mut seen = 0;
        for route in ROUTES {
            let Some(kind) = operation::route_command(route) else { continue };
            for (name, _) in route_methods(route) {
                let text = document["paths"][route.path][*name]["description"].as_str().unwrap();
                let is_named = |status: &Status| text.contains(&format!("`{}`", status.as_str()));
                let allowed = |status: &&Status| domain::decide::is_allowed_in(kind, **status);
                let is_told = text.contains("States: every state")
                    || Status::ALL.iter().filter(allowed).all(is_named);
                assert!(is_told, "{kind:?}: {text}");
                seen += 1;
            }
        }
        assert!(seen > 10, "{seen}");
    }

    #[test]
    fn nothing_refers_to_a_schema_that_is_not_there() {
        let document = build_document();
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        assert!(found.len() > 20, "{found:?}");
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }

    #[test]
    fn every_schema_is_referred_to() {
        let document = build_document();
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        let schemas = document["components"]["schemas"].as_object().unwrap().keys();
        let unused: Vec<_> = schemas
            .filter(|name| !found.contains(&format!("#/components/schemas/{name}")))
            .collect();
        assert!(unused.is_empty(), "{unused:?}");
    }

    #[test]
    fn it_is_version_3_1_and_operations_have_names_of_their_own() {
        let document = build_document();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        let paths = document["paths"].as_object().unwrap();
        let operations: Vec<_> = paths
            .values()
            .flat_map(|item| item.as_object().unwrap().values())
            .map(|operation| operation["operationId"].as_str().unwrap().to_owned())
            .collect();
        let different: BTreeSet<_> = operations.iter().collect();
        assert_eq!(different.len(), operations.len());
    }

    /// Every operation, with its path.
    fn operations(document: &Value) -> Vec<(&str, &Value)> {
        let mut all = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            all.extend(item.as_object().unwrap().values().map(|one| (path.as_str(), one)));
        }
        all
    }

    fn names_of<'d>(operations: impl Iterator<Item = &'d Value>) -> BTreeSet<&'d str> {
        operations.map(|operation| operation["operationId"].as_str().unwrap()).collect()
    }

    /// The parameters of an operation that stand in a place, and whether they are required.
    fn parameters<'d>(operation: &'d Value, place: &str) -> Vec<(&'d str, bool)> {
        let all = operation["parameters"].as_array().into_iter().flatten();
        all.filter(|parameter| parameter["in"] == place)
            .map(|one| (one["name"].as_str().unwrap(), one["required"] == true))
            .collect()
    }

    #[test]
    fn the_parameters_of_a_path_are_those_of_its_route() {
        let document = build_document();
        for (path, operation) in operations(&document) {
            let names = path.split('/').filter_map(|part| part.strip_prefix('{'));
            let names: Vec<_> = names.map(|name| (name.trim_end_matches('}'), true)).collect();
            assert_eq!(parameters(operation, "path"), names, "{path}");
        }
    }

    #[test]
    fn whoever_creates_a_claim_needs_a_key_and_whoever_adds_evidence_may_have_one() {
        let document = build_document();
        let with = |required| {
            let operations = operations(&document).into_iter().map(|(_, operation)| operation);
            names_of(operations.filter(|operation| {
                parameters(operation, "header").contains(&("Idempotency-Key", required))
            }))
        };
        assert_eq!(with(true), BTreeSet::from(["createClaim"]));
        assert_eq!(with(false), BTreeSet::from(["addEvidence"]));
    }

    #[test]
    fn a_body_that_need_have_no_fields_may_be_left_out() {
        let document = build_document();
        let bodies = operations(&document).into_iter().map(|(_, operation)| operation);
        let optional = bodies.filter(|operation| operation["requestBody"]["required"] == false);
        let expected = BTreeSet::from([
            "submitClaim",
            "recallClaim",
            "discardClaim",
            "respondToClaim",
            "resendNotice",
            "acceptItems",
            "declineItems",
            "undoDecline",
            "extendWindow",
            "endAssociation",
            "eraseClaim",
        ]);
        assert_eq!(names_of(optional), expected);
    }

    #[test]
    fn a_claim_is_edited_by_a_merge_patch() {
        let document = build_document();
        let content = &document["paths"]["/v1/claims/{id}"]["patch"]["requestBody"]["content"];
        let types: Vec<_> = content.as_object().unwrap().keys().collect();
        assert_eq!(types, ["application/merge-patch+json"]);
    }

    #[test]
    fn a_success_names_the_headers_it_is_sent_with() {
        let document = build_document();
        for (path, operation) in operations(&document) {
            let responses = &operation["responses"];
            let headers = |status: &str| -> BTreeSet<&str> {
                let headers = responses[status]["headers"].as_object();
                headers.into_iter().flat_map(|headers| headers.keys().map(String::as_str)).collect()
            };
            let schema = &responses["200"]["content"]["application/json"]["schema"];
            let versioned = [
                "ClaimView",
                "PartnerView",
                "TenantView",
                "ProgramView",
                "CalendarView",
                "RulesView",
                "OutageView",
                "WebhookView",
            ];
            let written = &schema["oneOf"][0];
            let schema = if written.is_null() { schema } else { written };
            let schema_name = schema["$ref"].as_str().unwrap_or_default();
            // What was deleted has none any more.
            let is_there = operation["operationId"] != "deleteWebhook";
            let has_version = is_there && versioned.iter().any(|name| schema_name.ends_with(name));
            let is_list = schema_name.ends_with("List");
            assert_eq!(headers("200").contains("ETag"), has_version, "{path}");
            assert_eq!(headers("200").contains("Link"), is_list, "{path}");
            if !responses["201"].is_null() {
                let is_entry = operation["operationId"].as_str().unwrap().starts_with("put");
                let created = if is_entry {
                    BTreeSet::from(["ETag", "Location"])
                } else {
                    BTreeSet::from(["ETag", "Idempotent-Replayed", "Location"])
                };
                assert_eq!(headers("201"), created, "{path}");
            }
        }
    }

    #[test]
    fn every_command_on_a_claim_tells_its_version() {
        let document = build_document();
        let changes =
            |operation: &&Value| parameters(operation, "header").contains(&("If-Match", true));
        let operations = operations(&document).into_iter().map(|(_, operation)| operation);
        let commands: Vec<_> = operations.filter(changes).collect();
        assert_eq!(commands.len(), 11);
        for command in commands {
            assert!(command["responses"]["200"]["headers"]["ETag"].is_object(), "{command}");
        }
    }

    #[test]
    fn who_need_not_name_what_was_read_may_and_a_412_tells_the_present_one() {
        let document = build_document();
        let may = |operation: &&Value| {
            parameters(operation, "header").contains(&("If-Match", false))
                && operation["responses"]["412"]["headers"]["ETag"].is_object()
                && operation["responses"]["200"]["headers"]["ETag"].is_object()
        };
        let operations = operations(&document).into_iter().map(|(_, operation)| operation);
        let expected = BTreeSet::from([
            "putPartner",
            "putTenant",
            "putProgram",
            "putCalendar",
            "putCalendarDay",
            "deleteCalendarDay",
            "putRules",
            "putWebhook",
            "acceptItems",
            "undoDecline",
            "extendWindow",
            "extendWindows",
            "retireLink",
        ]);
        assert_eq!(names_of(operations.filter(may)), expected);
    }

    #[test]
    fn every_operation_says_which_roles_may_call_it() {
        let document = build_document();
        for (path, operation) in operations(&document) {
            let text = operation["description"].as_str().unwrap();
            let (_, roles) =
                text.split_once("\n\nRoles: ").unwrap_or_else(|| panic!("{path}: {text}"));
            let is_open = operation["security"] == json!([]);
            assert_eq!(roles.starts_with("anyone, without a token"), is_open, "{path}: {text}");
        }
    }

    #[test]
    fn a_refusal_that_passes_says_when_to_come_again() {
        let document = build_document();
        for (path, operation) in operations(&document) {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let says = response["headers"]["Retry-After"].is_object();
                let is_ours = response["content"]["application/problem+json"].is_object();
                let passes = is_ours && ["429", "503"].contains(&status.as_str());
                assert_eq!(says, passes, "{path} {status}");
            }
        }
        assert!(document["paths"]["/d/{token}"]["post"]["responses"]["400"].is_object());
    }

    #[test]
    fn every_list_of_words_of_the_domain_is_an_enum_of_the_document() {
        let document = build_document();
        let words = |name: &str| {
            let list = document["components"]["schemas"][name]["enum"].as_array();
            list.map_or(0, Vec::len)
        };
        for (name, count) in [
            ("ClaimStatus", Status::ALL.len()),
            ("ItemStatus", 8),
            ("Role", Role::ALL.len()),
            ("ReasonCode", ReasonCode::ALL.len()),
            ("EventType", EventType::ALL.len() + 2),
            ("EndReason", EndReason::ALL.len()),
            ("ProblemCode", ProblemCode::ALL.len()),
            ("FieldCode", FieldCode::ALL.len()),
            ("ClaimAction", Action::ALL.len()),
            ("ReviewQueue", 6),
        ] {
            assert_eq!(words(name), count, "{name}");
        }
    }

    #[test]
    fn the_body_of_a_review_is_told_by_its_action() {
        let document = build_document();
        let review = &document["components"]["schemas"]["ReviewBody"];
        assert_eq!(review["discriminator"]["propertyName"], "action");
        let mapping = review["discriminator"]["mapping"].as_object().unwrap();
        assert_eq!(mapping.len(), bodies::review_actions().len());
        for (action, reference) in mapping {
            let pointer = reference.as_str().unwrap().trim_start_matches('#');
            let body = document.pointer(pointer).unwrap();
            assert_eq!(body["properties"]["action"]["enum"], json!([action]));
            assert!(body["required"].as_array().unwrap().contains(&json!("action")), "{body}");
        }
    }

    #[test]
    fn a_route_without_a_token_says_so_and_the_gateways_answers_are_described_as_they_are() {
        let document = build_document();
        for route in ROUTES {
            for (method, _) in route_methods(route) {
                let operation = &document["paths"][route.path][method];
                let is_open = route.auth == crate::routes::Auth::None;
                assert_eq!(operation["security"] == json!([]), is_open, "{}", route.path);
                let refused = &operation["responses"]["401"]["content"];
                assert_eq!(refused["application/json"].is_object(), !is_open, "{}", route.path);
            }
        }
    }

    /// Every object with properties, by where it stands.
    fn objects<'d>(at: &str, schema: &'d Value, found: &mut Vec<(String, &'d Value)>) {
        if schema["properties"].is_object() {
            found.push((at.to_owned(), schema));
        }
        for (name, value) in schema.as_object().into_iter().flatten() {
            objects(&format!("{at}/{name}"), value, found);
        }
        for (no, value) in schema.as_array().into_iter().flatten().enumerate() {
            objects(&format!("{at}/{no}"), value, found);
        }
    }

    /// The least that a description has to say, in characters.
    const LEAST: usize = 20;

    #[test]
    fn every_field_and_every_parameter_says_what_it_means_and_has_an_example() {
        let document = build_document();
        let mut found = Vec::new();
        objects("", &document["components"]["schemas"], &mut found);
        let mut missing = Vec::new();
        let is_short = |value: &Value| value.as_str().unwrap_or_default().trim().len() < LEAST;
        for (at, object) in found {
            for (name, field) in object["properties"].as_object().unwrap() {
                if is_short(&field["description"]) {
                    missing.push(format!("{at}/{name}: {}", field["description"]));
                }
                let is_leaf = ["string", "integer"]
                    .iter()
                    .any(|own| field["type"] == *own || field["type"] == json!([own, "null"]));
                if is_leaf && field["enum"].is_null() && field["example"].is_null() {
                    missing.push(format!("{at}/{name}: no example"));
                }
            }
        }
        for (path, operation) in operations(&document) {
            if is_short(&operation["description"]) {
                missing.push(format!("{path}: {}", operation["description"]));
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                if is_short(&parameter["description"]) {
                    missing.push(format!("{path}: {}", parameter["name"]));
                }
            }
        }
        assert!(missing.is_empty(), "{}", missing.join("\n"));
    }

    /// The format of a text by its look.
    fn format_of(example: &str) -> Option<&'static str> {
        let is_uuid = example.len() == 36 && example.matches('-').count() == 4;
        if example.parse::<chrono::NaiveDate>().is_ok() {
            Some("date")
        } else if chrono::DateTime::parse_from_rfc3339(example).is_ok() {
            Some("date-time")
        } else {
            is_uuid.then_some("uuid")
        }
    }

    #[test]
    fn a_day_a_moment_and_an_id_of_a_tenant_say_their_format() {
        let document = build_document();
        let mut found = Vec::new();
        objects("", &document["components"]["schemas"], &mut found);
        let mut missing = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for (at, object) in found {
            for (name, field) in object["properties"].as_object().unwrap() {
                let Some(format) = field["example"].as_str().and_then(format_of) else { continue };
                // In a body the id of a tenant is taken in any case; the value of a fact is any text.
                let is_of_form = format == "uuid" && field["pattern"].is_string();
                let is_any_text = at == "/FactView" && name == "value";
                if field["format"] != format && !is_of_form && !is_any_text {
                    missing.push(format!("{at}/{name}: {format}"));
                }
                seen.insert(format);
            }
        }
        assert!(missing.is_empty(), "{}", missing.join("\n"));
        assert_eq!(seen.len(), 3, "{seen:?}");
    }

    #[test]
    fn every_body_and_every_answer_has_an_example() {
        let document = build_document();
        for (path, operation) in operations(&document) {
            let body = &operation["requestBody"]["content"];
            let answers = operation["responses"].as_object().unwrap().values();
            let contents = answers.map(|answer| &answer["content"]).chain([body]);
            for (media_type, content) in contents.filter_map(Value::as_object).flatten() {
                let is_itself = path == "/v1/openapi.json" && media_type == "application/json";
                assert!(is_itself || !content["example"].is_null(), "{path} {media_type}");
            }
        }
    }

    #[test]
    fn an_example_that_is_known_as_a_whole_is_one_of_the_document() {
        let document = build_document();
        let operations: Vec<_> = operations(&document).into_iter().map(|(_, own)| own).collect();
        let operations = names_of(operations.into_iter());
        let whole: Value = serde_json::from_str(include_str!("openapi/answers.json")).unwrap();
        for name in whole.as_object().unwrap().keys() {
            let schema = name.rsplit('.').next().unwrap();
            let is_schema = !document["components"]["schemas"][schema].is_null();
            let operation = name.split(['.', ' ']).next().unwrap();
            let is_operation = operations.contains(operation) || operation == "refusal";
            let has_schema = is_schema || name.contains(" text/");
            let is_own = !name.contains(['.', ' ']);
            assert!(has_schema && (is_own || is_operation), "{name}");
        }
    }

    #[test]
    fn what_the_gateway_answers_is_said_in_its_words_for_the_status() {
        let document = build_document();
        let words = [
            ("401", "Unauthorized"),
            ("413", "Request Entity Too Large"),
            ("429", "Too Many Requests"),
            ("500", "Internal Server Error"),
            ("503", "Service Unavailable"),
        ];
        for (path, operation) in operations(&document) {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let content = &response["content"]["application/json"];
                if content["schema"]["$ref"] == "#/components/schemas/GatewayMessage" {
                    let (_, expected) = words.iter().find(|(own, _)| own == status).unwrap();
                    assert_eq!(content["example"]["message"], *expected, "{path} {status}");
                }
            }
        }
    }

    #[test]
    fn pages_are_told_of_the_routes_of_people_alone() {
        let document = build_document();
        for (path, operation) in operations(&document) {
            let is_for_people = ["/d/", "/n/", "/c"].iter().any(|start| path.starts_with(start));
            for (status, response) in operation["responses"].as_object().unwrap() {
                let is_page = response["content"]["text/html"].is_object();
                assert!(is_for_people || !is_page, "{path} {status}");
            }
        }
    }

    /// Every object in a value that has both of these members.
    fn with_members<'d>(value: &'d Value, names: [&str; 2], found: &mut Vec<&'d Value>) {
        if names.iter().all(|name| value.get(name).is_some()) {
            found.push(value);
        }
        value
            .as_object()
            .into_iter()
            .flatten()
            .for_each(|(_, own)| with_members(own, names, found));
        value.as_array().into_iter().flatten().for_each(|own| with_members(own, names, found));
    }

    /// The parties as which somebody of a role acts.
    fn parties(role: Role) -> &'static [Party] {
        match role {
            Role::PartnerAdmin => &[Party::Partner, Party::PartnerAdmin],
            Role::PartnerUser => &[Party::Partner],
            Role::Reviewer => &[Party::Reviewer],
            Role::Operator => &[Party::Reviewer, Party::Operator],
            Role::Auditor => &[],
            Role::CustomerAdmin => &[Party::Customer, Party::CustomerAdmin],
        }
    }

    #[test]
    fn a_claim_of_an_example_stands_as_it_says_and_names_what_its_reader_can_do_there() {
        let document = build_document();
        let mut checked = 0;
        for route in ROUTES {
            for (method, _) in route_methods(route) {
                let operation = &document["paths"][route.path][method];
                let answers = operation["responses"].as_object().unwrap().iter();
                let answers = answers.filter(|(status, _)| status.starts_with('2'));
                let mut claims = Vec::new();
                for (_, answer) in answers {
                    let example = &answer["content"]["application/json"]["example"];
                    with_members(example, ["allowed_actions", "status"], &mut claims);
                }
                for claim in claims {
                    checked += 1;
                    let told = format!("{}: {claim}", route.operation);
                    let status = Status::parse(claim["status"].as_str().unwrap()).unwrap();
                    for action in claim["allowed_actions"].as_array().unwrap() {
                        let kind = Action::parse(action.as_str().unwrap()).unwrap().command_kind();
                        let row = kind.table_row();
                        let may =
                            |role: &Role| parties(*role).iter().any(|own| row.who.contains(own));
                        assert!(domain::decide::is_allowed_in(kind, status), "{action} in {told}");
                        assert!(route.roles.iter().any(may), "{action} in {told}");
                    }
                    let turn = &claim["turn"];
                    let silence = turn["on_silence"].as_str();
                    let asks_customer = status == Status::AwaitingCustomer;
                    assert_eq!(asks_customer, silence == Some("associate"), "{told}");
                    let is_before =
                        [Status::Draft, Status::Submitted, Status::InReview, Status::Disputed];
                    assert!(!is_before.contains(&status) || claim["window"].is_null(), "{told}");
                    if asks_customer {
                        assert_eq!(turn["until"], claim["window"]["closes_at"], "{told}");
                    }
                    let version = claim["version"].as_u64().unwrap();
                    assert!(version > 0, "{told}");
                }
            }
        }
        assert!(checked > 20, "{checked}");
    }

    #[test]
    fn an_association_of_an_example_has_an_end_where_it_has_ended_and_none_else() {
        let document = build_document();
        let mut found = Vec::new();
        with_members(&document["paths"], ["ended_at", "effective_at"], &mut found);
        let found: Vec<_> = found.into_iter().filter(|own| own["status"].is_string()).collect();
        assert!(found.len() > 3, "{found:?}");
        for association in found {
            let has_ended = association["status"] == "ended";
            for name in ["ended_at", "reason"] {
                assert_eq!(association[name].is_string(), has_ended, "{association}");
            }
        }
    }

    #[test]
    fn an_integer_says_its_least_and_its_greatest_and_fits_into_32_bits_with_a_sign() {
        fn check(value: &Value) {
            if is_named(&value["type"], "integer") {
                assert_eq!(value["format"], "int32", "{value}");
                for limit in ["minimum", "maximum"] {
                    let number = value[limit].as_i64().and_then(|own| i32::try_from(own).ok());
                    assert!(number.is_some_and(|own| own >= 0), "{limit} of {value}");
                }
            }
            value.as_object().into_iter().flatten().for_each(|(_, inner)| check(inner));
            value.as_array().into_iter().flatten().for_each(check);
        }
        check(&build_document());
    }

    #[test]
    fn the_number_of_an_item_is_one_of_1_to_25_in_requests_and_in_answers() {
        let document = build_document();
        let mut found = Vec::new();
        objects("", &document["components"]["schemas"], &mut found);
        let mut checked = 0;
        for (at, object) in found {
            for (name, field) in object["properties"].as_object().unwrap() {
                let is_recipient = at.ends_with("RecipientView");
                let number = match (name.as_str(), is_named(&field["type"], "array")) {
                    ("no", false) if !is_recipient => field,
                    ("item_no", false) => field,
                    (_, true) if is_named(&field["items"]["type"], "integer") => &field["items"],
                    (_, _) => continue,
                };
                checked += 1;
                assert_eq!(
                    (&number["minimum"], &number["maximum"]),
                    (&json!(1), &json!(25)),
                    "{at} {name}"
                );
            }
        }
        assert!(checked > 10, "{checked}");
    }

    /// The codes in the first column of the table under a heading of `docs/api.md`.
    fn documented(after: &str) -> Vec<String> {
        let api = include_str!("../../../docs/api.md");
        let (_, rest) = api.split_once(after).unwrap();
        let rows = rest.lines().skip_while(|line| !line.starts_with("|--"));
        let rows = rows.skip(1).take_while(|line| line.starts_with('|'));
        rows.map(|row| row.split('`').nth(1).unwrap().to_owned()).collect()
    }

    #[test]
    fn the_tables_of_codes_in_the_documentation_are_those_of_the_code() {
        let problems: Vec<_> = ProblemCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(documented("### 1.7. Codes"), problems);
        let fields: Vec<_> = FieldCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(documented("Codes of single fields, in `errors[]`:"), fields);
    }
}
