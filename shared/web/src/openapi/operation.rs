//! One operation of the document: a route and what is said of its endpoint.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domain::claim::Status;
use domain::command::CommandKind;
use domain::decide::is_allowed_in;
use serde_json::{Map, Value, json};
use utoipa::openapi::path::HttpMethod;

use crate::action::Action;
use crate::openapi::endpoint::{self, DRY_RUN};
use crate::openapi::schema::schema_reference;
use crate::openapi::shape::{AnswerShape, BodyShape, Endpoint};
use crate::openapi::{BEARER, parameter};
use crate::problem::Problem;
use crate::problem_code::ProblemCode;
use crate::routes::{
    Auth, ClaimsRoute, DirectoryRoute, EvidenceRoute, ReviewRoute, Route, RouteId,
};

/// The operation of a route. The second one of a page behind a link has a name of its own.
pub(super) fn describe_operation(route: &Route, method: &HttpMethod) -> Value {
    let endpoint = endpoint::describe_endpoint(route.id, method);
    let is_second = route.method == "ANY" && *method == HttpMethod::Get;
    let is_overview = matches!(route.id, RouteId::Overview(_));
    let name = match (is_second, is_overview) {
        (true, true) => "getOverview",
        (true, false) => "getDecisionPage",
        (false, _) => route.operation,
    };
    let security = match route.auth {
        Auth::Jwt => json!([{ BEARER: [] }]),
        Auth::None => json!([]),
    };
    let operation = json!({
        "operationId": name,
        "summary": endpoint.summary,
        "description": operation_description(route, &endpoint),
        "tags": [route.function],
        "parameters": operation_parameters(route, &endpoint),
        "responses": operation_responses(route, &endpoint),
        "security": security,
    });
    match endpoint.body {
        Some(shape) => with_member(operation, "requestBody", request_body(shape)),
        None => operation,
    }
}

/// An object with one more member.
fn with_member(mut object: Value, name: &str, member: Value) -> Value {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), member);
    }
    object
}

/// What the operation does, for whom, and in which states.
fn operation_description(route: &Route, endpoint: &Endpoint) -> String {
    let mut text = endpoint.description.to_owned();
    let roles: Vec<_> = route.roles.iter().map(|role| format!("`{}`", role.as_str())).collect();
    if roles.is_empty() {
        text.push_str("\n\nRoles: anyone, without a token.");
    } else {
        let _ = write!(text, "\n\nRoles: {}.", roles.join(", "));
    }
    if route.id == RouteId::Review(ReviewRoute::Act) {
        text.push_str("\n\nWho may take which action, and in which states:\n");
        for (name, kind) in crate::bodies::review_actions() {
            let who = if kind.table_row().who.contains(&domain::actor::Party::Reviewer) {
                "`reviewer`, `operator`"
            } else {
                "`operator`"
            };
            let _ = write!(text, "\n- `{name}`: {who}; {}", allowed_states(*kind));
        }
    } else if let Some(kind) = route_command(route) {
        let _ = write!(text, "\n\nStates: {}", allowed_states(kind));
    }
    text
}

/// The command that a route gives to a claim.
pub(super) fn route_command(route: &Route) -> Option<CommandKind> {
    if route.roles.is_empty() || !["POST", "PATCH"].contains(&route.method) {
        return None;
    }
    let last = route.path.rsplit('/').next().unwrap_or_default();
    let name = match (route.method, last) {
        ("PATCH", _) => "edit".to_owned(),
        (_, "evidence") => "add_evidence".to_owned(),
        (_, other) => other.replace('-', "_"),
    };
    Action::parse(&name).map(Action::command_kind)
}

/// The states that take a command, as the table of commands has them.
fn allowed_states(kind: CommandKind) -> String {
    let taken: Vec<_> =
        Status::ALL.iter().copied().filter(|status| is_allowed_in(kind, *status)).collect();
    if matches!(kind, CommandKind::RetireLink | CommandKind::Decline) {
        return "every state, from the first notice on.".to_owned();
    }
    if taken.len() == Status::ALL.len() {
        return "every state; the items tell what comes of it.".to_owned();
    }
    let names: Vec<_> = taken.iter().map(|status| format!("`{}`", status.as_str())).collect();
    format!("{}.", names.join(", "))
}

fn request_body(shape: BodyShape) -> Value {
    let content = |media_type: &str, schema: Value, is_required: bool| json!({"required": is_required, "content": { media_type: { "schema": schema } }});
    match shape {
        BodyShape::Json(schema) => content("application/json", schema_reference(schema), true),
        BodyShape::JsonOrNone(schema) => {
            content("application/json", schema_reference(schema), false)
        }
        BodyShape::MergePatch(schema) => {
            content("application/merge-patch+json", schema_reference(schema), true)
        }
        BodyShape::Form(schema) => {
            content("application/x-www-form-urlencoded", schema_reference(schema), true)
        }
    }
}

fn operation_parameters(route: &Route, endpoint: &Endpoint) -> Vec<Value> {
    let path = path_names(route.path).map(|name| parameter::path_parameter(route.path, name));
    let query = endpoint.query.iter().map(|name| parameter::query_parameter(route.id, name));
    let headers = endpoint.headers.iter().map(|name| parameter::header_parameter(name, true));
    let optional =
        endpoint.optional_headers.iter().map(|name| parameter::header_parameter(name, false));
    path.chain(query).chain(headers).chain(optional).collect()
}

/// The names in a path, each in its braces.
fn path_names(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split('}').next())
}

fn operation_responses(route: &Route, endpoint: &Endpoint) -> Map<String, Value> {
    let mut responses = Map::new();
    let (status, response) = success_response(endpoint);
    responses.insert(status.to_owned(), response);
    if let AnswerShape::NewEntry(schema) = endpoint.answer {
        let content = json!({ "application/json": { "schema": schema_reference(schema) } });
        let created =
            json!({"description": "There was none, and now there is.", "content": content});
        responses.insert("201".to_owned(), with_headers(created, &["ETag", "Location"]));
    }
    if endpoint.optional_headers.contains(&"If-None-Match") {
        let headers = response_headers(&["ETag"]);
        let unchanged = json!({"description": "The caller has this version.", "headers": headers});
        responses.insert("304".to_owned(), unchanged);
    }
    let mut codes: BTreeMap<u16, Vec<ProblemCode>> = BTreeMap::new();
    for code in possible_problems(route, endpoint) {
        codes.entry(code.status().as_u16()).or_default().push(code);
    }
    for (status, codes) in &codes {
        let takes_form = matches!(endpoint.body, Some(BodyShape::Form(_)));
        responses.insert(status.to_string(), problem_response(route, *status, codes, takes_form));
    }
    // What the gateway itself answers, whatever the operation.
    for status in [429, 500] {
        if let Some((meaning, message)) =
            gateway_refusal(status).filter(|_| !codes.contains_key(&status))
        {
            let content = json!({ "application/json": gateway_message(message) });
            let response =
                json!({"description": format!("The gateway. {meaning}"), "content": content});
            responses.insert(status.to_string(), response);
        }
    }
    responses
}

/// The problems that an endpoint may answer: those that follow from what it takes, and its own.
pub(super) fn possible_problems(route: &Route, endpoint: &Endpoint) -> Vec<ProblemCode> {
    let takes = |header: &str| {
        endpoint.headers.contains(&header) || endpoint.optional_headers.contains(&header)
    };
    let is_list = matches!(
        endpoint.answer,
        AnswerShape::List(_) | AnswerShape::ListOrTable(_) | AnswerShape::Queue
    );
    let follows: [(bool, &[ProblemCode]); 10] = [
        (true, &[ProblemCode::Unavailable]),
        (reads_query(route, endpoint), &[ProblemCode::InvalidQuery]),
        (route.auth == Auth::Jwt, &[ProblemCode::Unauthenticated, ProblemCode::RoleNotAllowed]),
        (route.path.contains('{') || route.path.contains("/sandbox/"), &[ProblemCode::NotFound]),
        (
            endpoint.body.is_some(),
            &[
                ProblemCode::MalformedBody,
                ProblemCode::PayloadTooLarge,
                ProblemCode::UnsupportedMediaType,
                ProblemCode::InvalidFields,
            ],
        ),
        (is_list, &[ProblemCode::InvalidCursor]),
        (takes("If-Match"), &[ProblemCode::PreconditionMalformed, ProblemCode::VersionMismatch]),
        (endpoint.headers.contains(&"If-Match"), &[ProblemCode::PreconditionRequired]),
        (takes("Idempotency-Key"), &[ProblemCode::IdempotencyKeyMissing]),
        (takes("Idempotency-Key"), &[ProblemCode::IdempotencyConflict]),
    ];
    let following = follows.iter().filter(|(is_so, _)| *is_so).flat_map(|(_, codes)| *codes);
    let mut all: Vec<_> = following.chain(endpoint.problems).copied().collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Whether the query is read, so that one which is wrong is refused.
fn reads_query(route: &Route, endpoint: &Endpoint) -> bool {
    let reads_none = [
        RouteId::Claims(ClaimsRoute::Get),
        RouteId::Claims(ClaimsRoute::Bundle),
        RouteId::Evidence(EvidenceRoute::Get),
        RouteId::Directory(DirectoryRoute::Me),
    ];
    let is_page = matches!(endpoint.answer, AnswerShape::Page);
    !is_page && (!endpoint.query.is_empty() || reads_none.contains(&route.id))
}

/// A refusal: which problems it can be, and how it is told. One that says when to come again says it in a header, and
/// so does one that says which version there is. The gateway answers some of them itself, in a form of its own; a page
/// that is asked for by a person is refused with a page.
fn problem_response(route: &Route, status: u16, codes: &[ProblemCode], takes_form: bool) -> Value {
    let lines = codes.iter().map(|code| format!("\n- `{}`: {}", code.as_str(), code.meaning()));
    let mut description = format!("Refused:\n{}", lines.collect::<String>());
    let mut content = Map::new();
    if let Some(code) = codes.first() {
        let example =
            if takes_form { Problem::example_with_form(*code) } else { Problem::example_of(*code) };
        let example = json!({"schema": schema_reference("Problem"), "example": example});
        content.insert("application/problem+json".to_owned(), example);
    }
    if let Some((meaning, message)) = gateway_refusal(status) {
        let _ = write!(description, "\n- without a code: the gateway. {meaning}");
        content.insert("application/json".to_owned(), gateway_message(message));
    }
    if matches!(route.id, RouteId::Decision(_) | RouteId::Overview(_)) {
        content.insert("text/html".to_owned(), json!({ "schema": {"type": "string"} }));
    }
    let names: &[&str] = match status {
        412 => &["ETag"],
        429 | 503 => &["Retry-After"],
        _ => &[],
    };
    with_headers(json!({"description": description, "content": content}), names)
}

/// A response with the headers of these names, if any.
fn with_headers(response: Value, names: &[&str]) -> Value {
    if names.is_empty() {
        response
    } else {
        with_member(response, "headers", response_headers(names))
    }
}

/// When the gateway itself answers with that status, and with which words.
fn gateway_refusal(status: u16) -> Option<(&'static str, &'static str)> {
    match status {
        401 => Some(("The token is missing, has ended or is not the user pool's.", "Unauthorized")),
        413 => Some(("The body has more than 10 MB.", "Request Entity Too Large")),
        429 => Some((
            "Calls come too fast: 500 a second, with bursts of 1,000, over all callers.",
            "Too Many Requests",
        )),
        500 => Some(("The function failed. Nothing is lost: try again.", "Internal Server Error")),
        503 => Some(("The function did not answer.", "Service Unavailable")),
        _ => None,
    }
}

/// The content of an answer of the gateway's own.
fn gateway_message(message: &str) -> Value {
    json!({"schema": schema_reference("GatewayMessage"), "example": {"message": message}})
}

fn success_response(endpoint: &Endpoint) -> (&'static str, Value) {
    let answer = &endpoint.answer;
    let json = |schema: Value| json!({ "application/json": { "schema": schema } });
    let page = json!({ "schema": { "type": "string" } });
    let (status, description, content) = match answer {
        AnswerShape::One(schema) => ("200", "What was asked for.", json(schema_reference(schema))),
        AnswerShape::Claim(schema) => (
            "200",
            "The claim as it is now, with its version in `ETag`.",
            json(schema_reference(schema)),
        ),
        AnswerShape::Entry(schema) | AnswerShape::NewEntry(schema)
            if endpoint.query.contains(&DRY_RUN) =>
        {
            let told =
                json!({"oneOf": [schema_reference(schema), schema_reference("ConsequencesView")]});
            (
                "200",
                "The entry as it is now, with its revision in `ETag`; with `dry_run=true` what would follow.",
                json(told),
            )
        }
        AnswerShape::Entry(schema) | AnswerShape::NewEntry(schema) => (
            "200",
            "The entry as it is now, with its revision in `ETag`.",
            json(schema_reference(schema)),
        ),
        AnswerShape::Created(schema) => (
            "201",
            "It was created, now or by the same request before.",
            json(schema_reference(schema)),
        ),
        AnswerShape::List(schema) => {
            ("200", "A page of the list.", json(schema_reference(&list_name(schema))))
        }
        AnswerShape::Queue => {
            ("200", "A page of what waits, and how much does.", json(schema_reference("QueueList")))
        }
        AnswerShape::OneOrTable(schema) => (
            "200",
            "What was asked for, as JSON or as a table.",
            json!({"application/json": { "schema": schema_reference(schema) }, "text/csv": page}),
        ),
        AnswerShape::ListOrTable(schema) => (
            "200",
            "A page of the list, as JSON or as a table.",
            json!({"application/json": { "schema": schema_reference(&list_name(schema)) }, "text/csv": page}),
        ),
        AnswerShape::Page => ("200", "A page for people.", json!({ "text/html": page })),
        AnswerShape::PageOr(schema) => (
            "200",
            "What came of the decision.",
            json!({"text/html": page, "application/json": { "schema": schema_reference(schema) }}),
        ),
        AnswerShape::Rows => {
            let rows = json!({"type": "integer", "format": "int32", "minimum": 1, "maximum": 500,
                              "description": "How many rows were written.", "example": 1});
            let object =
                json!({"type": "object", "required": ["rows"], "properties": { "rows": rows }});
            ("200", "The rows are written.", json(object))
        }
        AnswerShape::Document => ("200", "The document.", json(json!({"type": "object"}))),
    };
    let response = json!({"description": description, "content": content});
    (status, with_headers(response, success_headers(answer)))
}

/// The name of the schema of a page of a list.
pub(super) fn list_name(entry: &str) -> String {
    format!("{}List", entry.trim_end_matches("View"))
}

/// The headers of a success.
fn success_headers(answer: &AnswerShape) -> &'static [&'static str] {
    match answer {
        AnswerShape::Claim(_) | AnswerShape::Entry(_) | AnswerShape::NewEntry(_) => &["ETag"],
        AnswerShape::Created(_) => &["ETag", "Location", "Idempotent-Replayed"],
        AnswerShape::List(_) | AnswerShape::ListOrTable(_) | AnswerShape::Queue => &["Link"],
        AnswerShape::One(_)
        | AnswerShape::OneOrTable(_)
        | AnswerShape::Page
        | AnswerShape::PageOr(_)
        | AnswerShape::Rows
        | AnswerShape::Document => &[],
    }
}

fn response_headers(names: &[&str]) -> Value {
    let text = |description: &str, example: &str| json!({"description": description, "schema": {"type": "string", "example": example}});
    let header = |name: &str| match name {
        "ETag" => text("The version or revision between quotes, for `If-Match`.", "\"7\""),
        "Location" => {
            text("The path of what was created.", "/v1/claims/cbplyjelfz5a5xwmpnah5uzxk4")
        }
        "Link" => text(
            "The path of the next page with `rel=\"next\"`, where there is one.",
            "</v1/claims?limit=1&cursor=q83vEjRWeJCr>; rel=\"next\"",
        ),
        "Idempotent-Replayed" => text("`true` where the same request was answered before.", "true"),
        _ => json!({"description": "Seconds after which it is worth trying again.",
                    "schema": {"type": "integer", "format": "int32", "minimum": 1, "example": 2}}),
    };
    names.iter().map(|name| ((*name).to_owned(), header(name))).collect::<Map<_, _>>().into()
}
