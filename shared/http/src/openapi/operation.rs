//! One operation: what it takes, what it answers.

use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn,
};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{
    ContentBuilder, Ref, RefOr, Required, Response, ResponseBuilder, ResponsesBuilder, Schema,
};

use crate::openapi::BEARER;
use crate::routes::{
    AssociationsRoute, Auth, ClaimsRoute, CustomerRoute, DecisionRoute, DirectoryRoute,
    EvidenceRoute, ReviewRoute, Route, RouteId,
};

/// What is said of a route beyond its row in the table.
struct Facts {
    summary: &'static str,
    /// The schema of the body, if it takes one.
    body: Option<&'static str>,
    answer: Answer,
    query: &'static [&'static str],
    headers: &'static [&'static str],
    /// What it may be refused with, beyond 401, 403, 404 and 503.
    refusals: &'static [u16],
}

/// What a success is made of.
enum Answer {
    One(&'static str),
    Created(&'static str),
    List(&'static str),
    Page,
    PageOr(&'static str),
    Document,
}

const LIST: [&str; 2] = ["limit", "cursor"];
const CHANGE: &[u16] = &[400, 409, 412, 413, 415, 422, 428];
const WRITE: &[u16] = &[400, 413, 415, 422];

/// The operation of a route. The second one of the decision page has a name of its own.
pub(super) fn of(route: &Route, method: &HttpMethod) -> Operation {
    let facts = facts(route.id, method);
    let second = route.method == "ANY" && *method == HttpMethod::Get;
    let name = if second { "getDecisionPage" } else { route.operation };
    let mut operation = OperationBuilder::new()
        .operation_id(Some(name))
        .summary(Some(facts.summary))
        .tag(route.function)
        .request_body(facts.body.map(|schema| body(route, schema)))
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

fn facts(id: RouteId, method: &HttpMethod) -> Facts {
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

const fn read(summary: &'static str, answer: Answer) -> Facts {
    Facts { summary, body: None, answer, query: &[], headers: &[], refusals: &[400] }
}

const fn write(summary: &'static str, body: &'static str, answer: Answer) -> Facts {
    Facts { summary, body: Some(body), answer, query: &[], headers: &[], refusals: WRITE }
}

fn claims(route: ClaimsRoute) -> Facts {
    match route {
        ClaimsRoute::Create => Facts {
            headers: &["Idempotency-Key"],
            refusals: &[400, 409, 413, 415, 422, 429],
            ..write(
                "Submit a claim, or store a draft",
                "CreateClaimBody",
                Answer::Created("ClaimView"),
            )
        },
        ClaimsRoute::Check => Facts {
            refusals: &[400, 413, 415],
            ..write("Judge a claim and store nothing", "CreateClaimBody", Answer::One("CheckView"))
        },
        ClaimsRoute::List => Facts {
            query: &["status", "tenant_id", "partner_id", LIST[0], LIST[1]],
            ..read("List claims, newest first", Answer::List("ClaimView"))
        },
        ClaimsRoute::Get => {
            Facts { headers: &["If-None-Match"], ..read("Read a claim", Answer::One("ClaimView")) }
        }
        ClaimsRoute::History => Facts {
            query: &LIST,
            ..read("Read a claim's history, oldest first", Answer::List("HistoryEntryView"))
        },
        ClaimsRoute::Edit => change("Edit, by a JSON merge patch", "EditClaimBody"),
        ClaimsRoute::Submit => Facts {
            refusals: &[400, 409, 412, 413, 415, 422, 428, 429],
            ..change("Submit a draft", "NoFieldsBody")
        },
        ClaimsRoute::Recall => change("Take a claim back before its review", "NoFieldsBody"),
        ClaimsRoute::Discard => change("Drop a draft", "NoFieldsBody"),
        ClaimsRoute::Respond => change("Answer what the operator asked", "CommentBody"),
        ClaimsRoute::Withdraw => change("Take back what is undecided", "CommentBody"),
        ClaimsRoute::Dispute => change("Dispute a rejection", "RequiredCommentBody"),
        ClaimsRoute::CorrectContact => {
            change("Name another contact at the customer", "CorrectContactBody")
        }
    }
}

/// A command on a claim.
const fn change(summary: &'static str, body: &'static str) -> Facts {
    Facts {
        headers: &["If-Match"],
        refusals: CHANGE,
        ..write(summary, body, Answer::One("ClaimView"))
    }
}

fn evidence(route: EvidenceRoute) -> Facts {
    match route {
        EvidenceRoute::Add => Facts {
            headers: &["Idempotency-Key"],
            refusals: &[400, 409, 413, 415, 422],
            ..write(
                "Add evidence, and get the form for its document",
                "EvidenceUploadBody",
                Answer::Created("EvidenceUploadView"),
            )
        },
        EvidenceRoute::Get => {
            read("Get the link to a clean document", Answer::One("EvidenceLinkView"))
        }
    }
}

fn review(route: ReviewRoute) -> Facts {
    match route {
        ReviewRoute::List => Facts {
            query: &["state", LIST[0], LIST[1]],
            ..read("What waits for the operator, longest first", Answer::List("ClaimView"))
        },
        ReviewRoute::Act => change("Act on a claim", "ReviewBody"),
    }
}

fn decision(route: DecisionRoute, method: &HttpMethod) -> Facts {
    match route {
        DecisionRoute::Page if *method == HttpMethod::Get => Facts {
            query: &["lang"],
            ..read("The decision page; it decides nothing", Answer::Page)
        },
        DecisionRoute::Page => Facts {
            refusals: &[403, 409, 413, 415, 422, 429],
            ..write("Decide, with link and code", FORM, Answer::PageOr("DecisionView"))
        },
        DecisionRoute::Notice => {
            Facts { query: &["lang"], ..read("The true text of a notice", Answer::Page) }
        }
    }
}

fn customer(route: CustomerRoute) -> Facts {
    let answer = |summary| Facts {
        refusals: &[400, 409, 413, 415, 422],
        ..write(summary, "ChosenItemsBody", Answer::One("CustomerClaimView"))
    };
    match route {
        CustomerRoute::Claims => Facts {
            query: &LIST,
            ..read("List the claims on one's tenant", Answer::List("CustomerClaimView"))
        },
        CustomerRoute::Ledger => Facts {
            query: &LIST,
            ..read("Who sees one's data, or asks to", Answer::List("LedgerView"))
        },
        CustomerRoute::GetRules => read("Read the standing rules", Answer::One("RulesView")),
        CustomerRoute::PutRules => {
            write("Write the standing rules", "RulesBody", Answer::One("RulesView"))
        }
        CustomerRoute::Accept => answer("Say yes, at once"),
        CustomerRoute::Decline => answer("Say no, at any time"),
        CustomerRoute::Undo => answer("Take a no back, until the deadline"),
        CustomerRoute::Extend => answer("Ask for more time, once"),
    }
}

fn associations(route: AssociationsRoute) -> Facts {
    match route {
        AssociationsRoute::List => Facts {
            query: &["tenant_id", "status", LIST[0], LIST[1]],
            ..read("List associations, newest claim first", Answer::List("AssociationView"))
        },
        AssociationsRoute::Get => read("Read an association", Answer::One("AssociationView")),
        AssociationsRoute::End => {
            write("End an association", "CommentBody", Answer::One("AssociationView"))
        }
        AssociationsRoute::Usage => Facts {
            query: &["from", "to"],
            ..read("Read the usage of the item while active", Answer::One("UsageView"))
        },
    }
}

fn directory(route: DirectoryRoute) -> Facts {
    match route {
        DirectoryRoute::PutPartner => {
            write("Write a partner", "PartnerBody", Answer::One("PartnerView"))
        }
        DirectoryRoute::GetPartner => read("Read a partner", Answer::One("PartnerView")),
        DirectoryRoute::PutTenant => {
            write("Write a tenant", "TenantBody", Answer::One("TenantView"))
        }
        DirectoryRoute::GetTenant => read("Read a tenant", Answer::One("TenantView")),
        DirectoryRoute::PutProgram => {
            write("Write a program", "ProgramBody", Answer::One("ProgramView"))
        }
        DirectoryRoute::GetProgram => read("Read a program", Answer::One("ProgramView")),
        DirectoryRoute::PutCalendar => {
            write("Add days to a country's calendar", "CalendarBody", Answer::One("CalendarView"))
        }
        DirectoryRoute::PutUsage => write("Write usage rows", "UsageBody", Answer::Document),
        DirectoryRoute::Windows => Facts {
            query: &["country", "subdivision", "time_zone", "delivered_at", "business_days"],
            refusals: &[400, 422],
            ..read("Explain a deadline", Answer::One("WindowView"))
        },
        DirectoryRoute::Health => read("Whether the API is there", Answer::One("HealthView")),
        DirectoryRoute::OpenApi => read("This document", Answer::Document),
        DirectoryRoute::GetClock => read("Read the test clock", Answer::One("ClockView")),
        DirectoryRoute::PutClock => {
            write("Move the test clock forwards", "ClockBody", Answer::One("ClockView"))
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

fn body(route: &Route, schema: &str) -> RequestBody {
    if schema == FORM {
        let form = ObjectBuilder::new()
            .property("decision", text())
            .property("items", ArrayBuilder::new().items(text()))
            .property("code", text())
            .required("decision");
        let content = ContentBuilder::new().schema(Some(form)).build();
        return RequestBodyBuilder::new()
            .content("application/x-www-form-urlencoded", content)
            .required(Some(Required::True))
            .build();
    }
    let needed = !route.path.ends_with("/withdraw") && !route.path.ends_with("/end");
    let content = ContentBuilder::new().schema(Some(reference(schema))).build();
    RequestBodyBuilder::new()
        .content("application/json", content)
        .required(Some(if needed { Required::True } else { Required::False }))
        .build()
}

fn parameters(route: &Route, facts: &Facts) -> Vec<Parameter> {
    let path = route.path.split('{').nth(1).and_then(|rest| rest.split('}').next());
    let required = |name: &str| matches!(name, "state" | "country" | "delivered_at");
    let header = |name: &str| name != "If-None-Match";
    let path = path.map(|name| parameter(name, ParameterIn::Path, true));
    let query = facts.query.iter().map(|name| parameter(name, ParameterIn::Query, required(name)));
    let headers =
        facts.headers.iter().map(|name| parameter(name, ParameterIn::Header, header(name)));
    path.into_iter().chain(query).chain(headers).collect()
}

fn parameter(name: &str, place: ParameterIn, required: bool) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(if required { Required::True } else { Required::False })
        .schema(Some(text()))
        .build()
}

fn responses(route: &Route, facts: &Facts) -> ResponsesBuilder {
    let success = match facts.answer {
        Answer::Created(_) => "201",
        Answer::One(_) | Answer::List(_) | Answer::Page | Answer::PageOr(_) | Answer::Document => {
            "200"
        }
    };
    let mut refusals = vec![404, 503];
    if route.auth == Auth::Jwt {
        refusals.extend([401, 403]);
    }
    refusals.extend(facts.refusals);
    refusals.sort_unstable();
    refusals.dedup();
    let mut responses = ResponsesBuilder::new().response(success, answer(&facts.answer));
    if facts.headers.contains(&"If-None-Match") {
        responses = responses.response("304", ResponseBuilder::new().description("Not changed"));
    }
    refusals
        .into_iter()
        .fold(responses, |responses, status| responses.response(status.to_string(), problem()))
}

fn answer(answer: &Answer) -> Response {
    let response = ResponseBuilder::new().description("Done");
    let json = |schema| ContentBuilder::new().schema(Some(schema)).build();
    match answer {
        Answer::One(schema) | Answer::Created(schema) => {
            response.content("application/json", json(reference(schema)))
        }
        Answer::List(schema) => response.content("application/json", json(list(schema))),
        Answer::Page => response.content("text/html", json(text())),
        Answer::PageOr(schema) => response
            .content("text/html", json(text()))
            .content("application/json", json(reference(schema))),
        Answer::Document => response.content("application/json", json(object())),
    }
    .build()
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

fn problem() -> Response {
    let content = ContentBuilder::new().schema(Some(reference("Problem"))).build();
    ResponseBuilder::new()
        .description("Refused")
        .content("application/problem+json", content)
        .build()
}
