//! One operation: what it takes, what it answers.

use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn,
};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{
    ContentBuilder, HeaderBuilder, Ref, RefOr, Required, Response, ResponseBuilder,
    ResponsesBuilder, Schema,
};

use crate::openapi::BEARER;
use crate::routes::{
    AssociationsRoute, Auth, ClaimsRoute, CustomerRoute, DecisionRoute, DirectoryRoute,
    EvidenceRoute, ReviewRoute, Route, RouteId,
};

/// What is said of a route beyond its row in the table.
struct RouteFacts {
    summary: &'static str,
    /// The schema of the body, if it takes one.
    body: Option<&'static str>,
    /// Whether no body means one without fields.
    may_lack_body: bool,
    answer: AnswerShape,
    query: &'static [&'static str],
    /// Headers that must be sent.
    headers: &'static [&'static str],
    /// Headers that may be sent.
    optional_headers: &'static [&'static str],
    /// What it may be refused with, beyond 401, 403, 404 and 503.
    refusals: &'static [u16],
}

/// What a success is made of.
enum AnswerShape {
    One(&'static str),
    /// A claim, with its version.
    Claim(&'static str),
    /// An entry of the directory, with its revision.
    Entry(&'static str),
    Created(&'static str),
    List(&'static str),
    /// One, or its days as a table.
    OneOrTable(&'static str),
    /// A list, or its days as a table.
    ListOrTable(&'static str),
    Page,
    PageOr(&'static str),
    Document,
}

const LIST: [&str; 2] = ["limit", "cursor"];
const CHANGE: &[u16] = &[400, 409, 412, 413, 415, 422, 428];
const WRITE: &[u16] = &[400, 413, 415, 422];
const WRITE_ENTRY: &[u16] = &[400, 412, 413, 415, 422];

/// The operation of a route. The second one of the decision page has a name of its own.
pub(super) fn of(route: &Route, method: &HttpMethod) -> Operation {
    let facts = facts(route.id, method);
    let second = route.method == "ANY" && *method == HttpMethod::Get;
    let name = if second { "getDecisionPage" } else { route.operation };
    let mut operation = OperationBuilder::new()
        .operation_id(Some(name))
        .summary(Some(facts.summary))
        .tag(route.function)
        .request_body(facts.body.map(|schema| body(route, schema, facts.may_lack_body)))
        .parameters(Some(parameters(route, &facts)))
        .responses(responses(route, &facts));
    if route.auth == Auth::Jwt {
        let roles: Vec<_> = route.roles.iter().map(|role| role.as_str()).collect();
        operation = operation
            .security(SecurityRequirement::new(BEARER, Vec::<String>::new()))
            .description(Some(format!("For {}.", roles.join(", "))));
    }
    operation.build()
}

fn facts(id: RouteId, method: &HttpMethod) -> RouteFacts {
    match id {
        RouteId::Claims(route) => claims(route),
        RouteId::Evidence(route) => evidence(route),
        RouteId::Review(route) => review(route),
        RouteId::Decision(route) => decision(route, method),
        RouteId::Customer(route) => customer(route),
        RouteId::Associations(route) => associations(route),
        RouteId::Directory(route) => directory(route),
    }
}

const fn read(summary: &'static str, answer: AnswerShape) -> RouteFacts {
    RouteFacts {
        summary,
        body: None,
        may_lack_body: false,
        answer,
        query: &[],
        headers: &[],
        optional_headers: &[],
        refusals: &[400],
    }
}

const fn write(summary: &'static str, body: &'static str, answer: AnswerShape) -> RouteFacts {
    RouteFacts { body: Some(body), refusals: WRITE, ..read(summary, answer) }
}

/// A write of an entry of the directory, whole.
const fn write_entry(
    summary: &'static str,
    body: &'static str,
    answer: &'static str,
) -> RouteFacts {
    RouteFacts {
        optional_headers: &["If-Match"],
        refusals: WRITE_ENTRY,
        ..write(summary, body, AnswerShape::Entry(answer))
    }
}

const fn read_revisions(summary: &'static str) -> RouteFacts {
    RouteFacts { query: &LIST, ..read(summary, AnswerShape::List("EntryRevisionView")) }
}

fn claims(route: ClaimsRoute) -> RouteFacts {
    match route {
        ClaimsRoute::Create => RouteFacts {
            headers: &["Idempotency-Key"],
            refusals: &[400, 409, 413, 415, 422, 429],
            ..write(
                "Submit a claim, or store a draft",
                "CreateClaimBody",
                AnswerShape::Created("ClaimView"),
            )
        },
        ClaimsRoute::Check => RouteFacts {
            refusals: &[400, 413, 415],
            ..write(
                "Judge a claim and store nothing",
                "CreateClaimBody",
                AnswerShape::One("CheckView"),
            )
        },
        ClaimsRoute::List => RouteFacts {
            query: &["status", "tenant_id", "partner_id", LIST[0], LIST[1]],
            ..read("List claims, newest first", AnswerShape::List("ClaimView"))
        },
        ClaimsRoute::Get => RouteFacts {
            optional_headers: &["If-None-Match"],
            ..read("Read a claim", AnswerShape::Claim("ClaimView"))
        },
        ClaimsRoute::History => RouteFacts {
            query: &LIST,
            ..read("Read a claim's history, oldest first", AnswerShape::List("HistoryEntryView"))
        },
        ClaimsRoute::Edit => change("Edit, by a JSON merge patch", "EditClaimBody"),
        ClaimsRoute::Submit => RouteFacts {
            may_lack_body: true,
            refusals: &[400, 409, 412, 413, 415, 422, 428, 429],
            ..change("Submit a draft", "NoFieldsBody")
        },
        ClaimsRoute::Recall => RouteFacts {
            may_lack_body: true,
            ..change("Take a claim back before its review", "NoFieldsBody")
        },
        ClaimsRoute::Discard => {
            RouteFacts { may_lack_body: true, ..change("Drop a draft", "NoFieldsBody") }
        }
        ClaimsRoute::Respond => RouteFacts {
            may_lack_body: true,
            ..change("Answer what the operator asked", "CommentBody")
        },
        ClaimsRoute::Withdraw => RouteFacts {
            may_lack_body: true,
            ..change("Take back what is undecided", "CommentBody")
        },
        ClaimsRoute::Dispute => change("Dispute a rejection", "RequiredCommentBody"),
        ClaimsRoute::CorrectContact => {
            change("Name another contact at the customer", "CorrectContactBody")
        }
    }
}

/// A command on a claim.
const fn change(summary: &'static str, body: &'static str) -> RouteFacts {
    RouteFacts {
        headers: &["If-Match"],
        refusals: CHANGE,
        ..write(summary, body, AnswerShape::Claim("ClaimView"))
    }
}

fn evidence(route: EvidenceRoute) -> RouteFacts {
    match route {
        EvidenceRoute::Add => RouteFacts {
            optional_headers: &["Idempotency-Key"],
            refusals: &[400, 409, 413, 415, 422, 429],
            ..write(
                "Add evidence, and get the form for its document",
                "EvidenceUploadBody",
                AnswerShape::Created("EvidenceUploadView"),
            )
        },
        EvidenceRoute::Get => {
            read("Get the link to a clean document", AnswerShape::One("EvidenceLinkView"))
        }
    }
}

fn review(route: ReviewRoute) -> RouteFacts {
    match route {
        ReviewRoute::List => RouteFacts {
            query: &["state", "needs", LIST[0], LIST[1]],
            ..read("What waits for the operator, longest first", AnswerShape::List("ClaimView"))
        },
        ReviewRoute::Act => change("Act on a claim", "ReviewBody"),
    }
}

fn decision(route: DecisionRoute, method: &HttpMethod) -> RouteFacts {
    match route {
        DecisionRoute::Page if *method == HttpMethod::Get => RouteFacts {
            query: &["lang"],
            ..read("The decision page; it decides nothing", AnswerShape::Page)
        },
        DecisionRoute::Page => RouteFacts {
            refusals: &[400, 403, 409, 413, 415, 422, 429],
            ..write("Decide, with link and code", FORM, AnswerShape::PageOr("DecisionView"))
        },
        DecisionRoute::Notice => {
            RouteFacts { query: &["lang"], ..read("The true text of a notice", AnswerShape::Page) }
        }
    }
}

fn customer(route: CustomerRoute) -> RouteFacts {
    let answer = |summary| RouteFacts {
        may_lack_body: true,
        refusals: &[400, 409, 413, 415, 422],
        ..write(summary, "ChosenItemsBody", AnswerShape::Claim("CustomerClaimView"))
    };
    match route {
        CustomerRoute::Claims => RouteFacts {
            query: &["status", LIST[0], LIST[1]],
            ..read("List the claims on one's tenant", AnswerShape::List("CustomerClaimView"))
        },
        CustomerRoute::Ledger => RouteFacts {
            query: &LIST,
            ..read("Who sees one's data, or asks to", AnswerShape::List("LedgerView"))
        },
        CustomerRoute::GetRules => read("Read the standing rules", AnswerShape::Entry("RulesView")),
        CustomerRoute::PutRules => {
            write_entry("Write the standing rules", "RulesBody", "RulesView")
        }
        CustomerRoute::Accept => answer("Say yes, at once"),
        CustomerRoute::Decline => answer("Say no, at any time"),
        CustomerRoute::Undo => answer("Take a no back, until the deadline"),
        CustomerRoute::Extend => answer("Ask for more time, once"),
        CustomerRoute::Claim => {
            read("Read a claim on one's tenant", AnswerShape::Claim("CustomerClaimView"))
        }
        CustomerRoute::History => RouteFacts {
            query: &LIST,
            ..read("Read a claim's history, oldest first", AnswerShape::List("HistoryEntryView"))
        },
        CustomerRoute::RetireLink => RouteFacts {
            may_lack_body: false,
            body: Some("RetireLinkBody"),
            ..answer("Retire the link of a recipient")
        },
    }
}

fn associations(route: AssociationsRoute) -> RouteFacts {
    match route {
        AssociationsRoute::List => RouteFacts {
            query: &["tenant_id", "program", "status", LIST[0], LIST[1]],
            ..read("List associations, newest claim first", AnswerShape::List("AssociationView"))
        },
        AssociationsRoute::Get => read("Read an association", AnswerShape::One("AssociationView")),
        AssociationsRoute::End => RouteFacts {
            may_lack_body: true,
            ..write("End an association", "CommentBody", AnswerShape::One("AssociationView"))
        },
        AssociationsRoute::Usage => RouteFacts {
            query: &["from", "to"],
            refusals: &[400, 422],
            ..read("Read the usage of the item while active", AnswerShape::OneOrTable("UsageView"))
        },
        AssociationsRoute::UsageOfMany => RouteFacts {
            query: &["tenant_id", "program", "from", "to", LIST[0], LIST[1]],
            ..read(
                "Read the usage of all active associations",
                AnswerShape::ListOrTable("AssociationUsageView"),
            )
        },
        AssociationsRoute::UsageOfCustomer => RouteFacts {
            query: &["from", "to"],
            refusals: &[400, 422],
            ..read(
                "Read what the partner reads of an association",
                AnswerShape::OneOrTable("UsageView"),
            )
        },
    }
}

fn directory(route: DirectoryRoute) -> RouteFacts {
    match route {
        DirectoryRoute::PutPartner => write_entry("Write a partner", "PartnerBody", "PartnerView"),
        DirectoryRoute::GetPartner => read("Read a partner", AnswerShape::Entry("PartnerView")),
        DirectoryRoute::PartnerHistory => read_revisions("Read a partner's history, oldest first"),
        DirectoryRoute::PutTenant => write_entry("Write a tenant", "TenantBody", "TenantView"),
        DirectoryRoute::GetTenant => read("Read a tenant", AnswerShape::Entry("TenantView")),
        DirectoryRoute::TenantHistory => read_revisions("Read a tenant's history, oldest first"),
        DirectoryRoute::RulesHistory => {
            read_revisions("Read the history of a customer's standing rules, oldest first")
        }
        DirectoryRoute::PutProgram => write_entry("Write a program", "ProgramBody", "ProgramView"),
        DirectoryRoute::GetProgram => read("Read a program", AnswerShape::Entry("ProgramView")),
        DirectoryRoute::ProgramHistory => read_revisions("Read a program's history, oldest first"),
        DirectoryRoute::PutCalendar => {
            write_entry("Add days to a country's calendar", "CalendarBody", "CalendarView")
        }
        DirectoryRoute::GetCalendar => {
            read("Read the days added to a country's calendar", AnswerShape::Entry("CalendarView"))
        }
        DirectoryRoute::CalendarHistory => {
            read_revisions("Read the history of a country's calendar, oldest first")
        }
        DirectoryRoute::PutUsage => write("Write usage rows", "UsageBody", AnswerShape::Document),
        DirectoryRoute::Windows => RouteFacts {
            query: &["country", "subdivision", "time_zone", "delivered_at", "business_days"],
            refusals: &[400, 422],
            ..read("Explain a deadline", AnswerShape::One("WindowView"))
        },
        DirectoryRoute::Health => read("Whether the API is there", AnswerShape::One("HealthView")),
        DirectoryRoute::OpenApi => read("This document", AnswerShape::Document),
        DirectoryRoute::GetClock => read("Read the test clock", AnswerShape::One("ClockView")),
        DirectoryRoute::PutClock => {
            write("Move the test clock forwards", "ClockBody", AnswerShape::One("ClockView"))
        }
    }
}

/// The body of the decision page: a form, which has no schema of its own.
const FORM: &str = "";

fn reference(schema: &str) -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name(schema))
}

fn object() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::Object).into()
}

fn text() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).into()
}

fn body(route: &Route, schema: &str, may_be_missing: bool) -> RequestBody {
    let body = RequestBodyBuilder::new().required(Some(needed(!may_be_missing)));
    if schema == FORM {
        let form = ObjectBuilder::new()
            .property("decision", text())
            .property("items", ArrayBuilder::new().items(text()))
            .property("code", text())
            .required("decision");
        let content = ContentBuilder::new().schema(Some(form)).build();
        return body.content("application/x-www-form-urlencoded", content).build();
    }
    let content = ContentBuilder::new().schema(Some(reference(schema))).build();
    let body = match route.method {
        "PATCH" => body.content("application/merge-patch+json", content.clone()),
        _ => body,
    };
    body.content("application/json", content).build()
}

fn needed(is_needed: bool) -> Required {
    if is_needed { Required::True } else { Required::False }
}

fn parameters(route: &Route, facts: &RouteFacts) -> Vec<Parameter> {
    let required = |name: &str| matches!(name, "country" | "delivered_at");
    let path = names(route.path).map(|name| parameter(name, ParameterIn::Path, true));
    let query = facts.query.iter().map(|name| parameter(name, ParameterIn::Query, required(name)));
    let header = |name: &&str, required| parameter(name, ParameterIn::Header, required);
    let headers = facts.headers.iter().map(|name| header(name, true));
    let optional = facts.optional_headers.iter().map(|name| header(name, false));
    path.chain(query).chain(headers).chain(optional).collect()
}

/// The names in a path, each in its braces.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split('}').next())
}

fn parameter(name: &str, place: ParameterIn, required: bool) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(needed(required))
        .schema(Some(text()))
        .build()
}

fn responses(route: &Route, facts: &RouteFacts) -> ResponsesBuilder {
    let success = match facts.answer {
        AnswerShape::Created(_) => "201",
        AnswerShape::One(_)
        | AnswerShape::Claim(_)
        | AnswerShape::Entry(_)
        | AnswerShape::List(_)
        | AnswerShape::OneOrTable(_)
        | AnswerShape::ListOrTable(_)
        | AnswerShape::Page
        | AnswerShape::PageOr(_)
        | AnswerShape::Document => "200",
    };
    let mut refusals = vec![404, 503];
    if route.auth == Auth::Jwt {
        refusals.extend([401, 403]);
    }
    refusals.extend(facts.refusals);
    refusals.sort_unstable();
    refusals.dedup();
    let mut responses = ResponsesBuilder::new().response(success, answer(&facts.answer));
    if facts.optional_headers.contains(&"If-None-Match") {
        let unchanged = ResponseBuilder::new().description("Not changed");
        responses = responses.response("304", with_headers(unchanged, &["ETag"]));
    }
    refusals.into_iter().fold(responses, |responses, status| {
        responses.response(status.to_string(), problem(status))
    })
}

fn answer(answer: &AnswerShape) -> Response {
    let response = with_headers(ResponseBuilder::new().description("Done"), sent_with(answer));
    let json = |schema| ContentBuilder::new().schema(Some(schema)).build();
    match answer {
        AnswerShape::One(schema)
        | AnswerShape::Claim(schema)
        | AnswerShape::Entry(schema)
        | AnswerShape::Created(schema) => {
            response.content("application/json", json(reference(schema)))
        }
        AnswerShape::List(schema) => response.content("application/json", json(list(schema))),
        AnswerShape::OneOrTable(schema) => response
            .content("application/json", json(reference(schema)))
            .content("text/csv", json(text())),
        AnswerShape::ListOrTable(schema) => response
            .content("application/json", json(list(schema)))
            .content("text/csv", json(text())),
        AnswerShape::Page => response.content("text/html", json(text())),
        AnswerShape::PageOr(schema) => response
            .content("text/html", json(text()))
            .content("application/json", json(reference(schema))),
        AnswerShape::Document => response.content("application/json", json(object())),
    }
    .build()
}

/// The headers of a success.
fn sent_with(answer: &AnswerShape) -> &'static [&'static str] {
    match answer {
        AnswerShape::Claim(_) | AnswerShape::Entry(_) => &["ETag"],
        AnswerShape::Created(_) => &["ETag", "Location", "Idempotent-Replayed"],
        AnswerShape::List(_) | AnswerShape::ListOrTable(_) => &["Link"],
        AnswerShape::One(_)
        | AnswerShape::OneOrTable(_)
        | AnswerShape::Page
        | AnswerShape::PageOr(_)
        | AnswerShape::Document => &[],
    }
}

fn with_headers(response: ResponseBuilder, names: &[&str]) -> ResponseBuilder {
    let header = || HeaderBuilder::new().schema(Some(text())).build();
    names.iter().fold(response, |response, name| response.header(*name, header()))
}

fn list(schema: &str) -> RefOr<Schema> {
    let cursor = ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::SchemaType::from_iter([Type::String, Type::Null]));
    ObjectBuilder::new()
        .property("items", ArrayBuilder::new().items(reference(schema)))
        .required("items")
        .property("next_cursor", cursor)
        .required("next_cursor")
        .into()
}

/// A refusal; one that says when to come again says it in a header, and so does one that says which version there is.
fn problem(status: u16) -> Response {
    let content = ContentBuilder::new().schema(Some(reference("Problem"))).build();
    let headers: &[&str] = match status {
        412 => &["ETag"],
        429 | 503 => &["Retry-After"],
        _ => &[],
    };
    with_headers(ResponseBuilder::new().description("Refused"), headers)
        .content("application/problem+json", content)
        .build()
}
