//! The contract as an OpenAPI 3.1 document, generated from the route table and from the types that
//! requests and answers are made of.

mod operation;

use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::path::{HttpMethod, PathItem, Paths, PathsBuilder};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApiBuilder};

use crate::routes::{ROUTES, Route};
use crate::{Problem, bodies, views};

/// The name of the security scheme: a bearer token.
const BEARER: &str = "bearer";

/// The document.
pub fn document() -> Value {
    let licence = LicenseBuilder::new().name("MIT OR Apache-2.0").build();
    let info = InfoBuilder::new()
        .title("Claiming a partner of record")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "A partner claims a customer's items, the vendor validates, the customer has five \
             business days to opt out, and the association becomes official.",
        ))
        .license(Some(licence))
        .build();
    let document =
        OpenApiBuilder::new().info(info).paths(paths()).components(Some(components())).build();
    serde_json::to_value(document).unwrap_or(Value::Null)
}

fn paths() -> Paths {
    let entries = ROUTES.iter().flat_map(|route| {
        methods(route)
            .iter()
            .map(|method| (route.path, PathItem::new(method.clone(), operation::of(route, method))))
    });
    entries.fold(PathsBuilder::new(), |paths, (path, item)| paths.path(path, item)).build()
}

/// The methods of a route; of the decision page those that are meant for people.
fn methods(route: &Route) -> &'static [HttpMethod] {
    match route.method {
        "GET" => &[HttpMethod::Get],
        "POST" => &[HttpMethod::Post],
        "PUT" => &[HttpMethod::Put],
        "PATCH" => &[HttpMethod::Patch],
        _ => &[HttpMethod::Get, HttpMethod::Post],
    }
}

fn components() -> Components {
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    let components = ComponentsBuilder::new();
    let components = with::<Problem>(components);
    let components = with::<bodies::CreateClaimBody>(components);
    let components = with::<bodies::EditClaimBody>(components);
    let components = with::<bodies::NoFieldsBody>(components);
    let components = with::<bodies::RequiredCommentBody>(components);
    let components = with::<bodies::CorrectContactBody>(components);
    let components = with::<bodies::ReviewBody>(components);
    let components = with::<bodies::EvidenceUploadBody>(components);
    let components = with::<bodies::ChosenItemsBody>(components);
    let components = with::<bodies::RetireLinkBody>(components);
    let components = with::<views::CustomerClaimView>(components);
    let components = with::<views::LedgerView>(components);
    let components = with::<bodies::RulesBody>(components);
    let components = with::<views::RulesView>(components);
    let components = with::<bodies::CommentBody>(components);
    let components = with::<bodies::PartnerBody>(components);
    let components = with::<bodies::TenantBody>(components);
    let components = with::<bodies::ProgramBody>(components);
    let components = with::<bodies::CalendarBody>(components);
    let components = with::<bodies::UsageBody>(components);
    let components = with::<bodies::ClockBody>(components);
    let components = with::<views::ClaimView>(components);
    let components = with::<views::CheckView>(components);
    let components = with::<views::EvidenceUploadView>(components);
    let components = with::<views::EvidenceLinkView>(components);
    let components = with::<views::HistoryEntryView>(components);
    let components = with::<views::HistoryPartView>(components);
    let components = with::<views::AssociationView>(components);
    let components = with::<views::DecisionView>(components);
    let components = with::<views::UsageView>(components);
    let components = with::<views::AssociationUsageView>(components);
    let components = with::<views::PartnerView>(components);
    let components = with::<views::TenantView>(components);
    let components = with::<views::ProgramView>(components);
    let components = with::<views::CalendarView>(components);
    let components = with::<views::EntryRevisionView>(components);
    let components = with::<views::WindowView>(components);
    let components = with::<views::ClockView>(components);
    let components = with::<views::HealthView>(components);
    components.security_scheme(BEARER, SecurityScheme::Http(bearer)).build()
}

/// The components with the schema of a type and of everything it is made of.
fn with<T: ToSchema>(components: ComponentsBuilder) -> ComponentsBuilder {
    let mut parts = Vec::new();
    T::schemas(&mut parts);
    components.schema_from::<T>().schemas_from_iter(parts)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

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
        let document = document();
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
    fn nothing_refers_to_a_schema_that_is_not_there() {
        let document = document();
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        assert!(found.len() > 20, "{found:?}");
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }

    #[test]
    fn it_is_version_3_1_and_operations_have_names_of_their_own() {
        let document = document();
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
        let document = document();
        for (path, operation) in operations(&document) {
            let names = path.split('/').filter_map(|part| part.strip_prefix('{'));
            let names: Vec<_> = names.map(|name| (name.trim_end_matches('}'), true)).collect();
            assert_eq!(parameters(operation, "path"), names, "{path}");
        }
    }

    #[test]
    fn whoever_creates_a_claim_needs_a_key_and_whoever_adds_evidence_may_have_one() {
        let document = document();
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
        let document = document();
        let bodies = operations(&document).into_iter().map(|(_, operation)| operation);
        let optional = bodies.filter(|operation| operation["requestBody"]["required"] == false);
        let expected = BTreeSet::from([
            "submitClaim",
            "recallClaim",
            "discardClaim",
            "respondToClaim",
            "withdrawClaim",
            "acceptItems",
            "declineItems",
            "undoDecline",
            "extendWindow",
            "endAssociation",
        ]);
        assert_eq!(names_of(optional), expected);
    }

    #[test]
    fn a_claim_is_edited_by_a_merge_patch() {
        let document = document();
        let content = &document["paths"]["/v1/claims/{id}"]["patch"]["requestBody"]["content"];
        let types: Vec<_> = content.as_object().unwrap().keys().collect();
        assert_eq!(types, ["application/json", "application/merge-patch+json"]);
    }

    #[test]
    fn a_success_names_the_headers_it_is_sent_with() {
        let document = document();
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
            ];
            let schema_name = schema["$ref"].as_str().unwrap_or_default();
            let has_version = versioned.iter().any(|name| schema_name.ends_with(name));
            let is_list = !schema["properties"]["next_cursor"].is_null();
            assert_eq!(headers("200").contains("ETag"), has_version, "{path}");
            assert_eq!(headers("200").contains("Link"), is_list, "{path}");
            if !responses["201"].is_null() {
                let created = BTreeSet::from(["ETag", "Idempotent-Replayed", "Location"]);
                assert_eq!(headers("201"), created, "{path}");
            }
        }
    }

    #[test]
    fn every_command_on_a_claim_tells_its_version() {
        let document = document();
        let changes =
            |operation: &&Value| parameters(operation, "header").contains(&("If-Match", true));
        let operations = operations(&document).into_iter().map(|(_, operation)| operation);
        let commands: Vec<_> = operations.filter(changes).collect();
        assert_eq!(commands.len(), 9);
        for command in commands {
            assert!(command["responses"]["200"]["headers"]["ETag"].is_object(), "{command}");
        }
    }

    #[test]
    fn every_put_of_an_entry_may_name_the_revision_that_was_read_and_a_412_tells_the_present_one() {
        let document = document();
        let may = |operation: &&Value| {
            parameters(operation, "header").contains(&("If-Match", false))
                && operation["responses"]["412"]["headers"]["ETag"].is_object()
                && operation["responses"]["200"]["headers"]["ETag"].is_object()
        };
        let operations = operations(&document).into_iter().map(|(_, operation)| operation);
        let expected =
            BTreeSet::from(["putPartner", "putTenant", "putProgram", "putCalendar", "putRules"]);
        assert_eq!(names_of(operations.filter(may)), expected);
    }

    #[test]
    fn a_refusal_that_passes_says_when_to_come_again() {
        let document = document();
        for (path, operation) in operations(&document) {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let says = response["headers"]["Retry-After"].is_object();
                assert_eq!(says, ["429", "503"].contains(&status.as_str()), "{path} {status}");
            }
        }
        assert!(document["paths"]["/d/{token}"]["post"]["responses"]["400"].is_object());
    }
}
