//! What the program prints stands in the contract.

use cpor::columns::{
    AnswerField, CLAIM_FILE, CLAIM_LIST, CLAIM_SHOWN, Column, EVENT_LIST, ITEMS, PROGRAM_LIST,
    PROGRAM_SHOWN, REASONS, USAGE_OF_ASSOCIATION, USAGE_OF_DAY,
};
use serde_json::Value;

const CONTRACT: &str = include_str!("../../../../docs/openapi.json");

/// The schemas that a schema stands for: what it refers to, and what it may be.
fn expand<'a>(contract: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    let referred = schema.get("$ref").and_then(Value::as_str);
    let referred = referred.and_then(|own| contract.pointer(own.trim_start_matches('#')));
    let parts = ["oneOf", "anyOf", "allOf"].iter().filter_map(|name| schema.get(name)?.as_array());
    let mut found = vec![schema];
    for part in referred.into_iter().chain(parts.flatten()) {
        found.extend(expand(contract, part));
    }
    found
}

/// Whether an answer of that schema can have something at a place.
fn has(contract: &Value, schema: &Value, place: &str) -> bool {
    let Some(place) = place.strip_prefix('/') else { return true };
    let (name, rest) = place.split_at(place.find('/').unwrap_or(place.len()));
    expand(contract, schema)
        .into_iter()
        .filter_map(|own| own.get("properties")?.get(name))
        .any(|member| has(contract, member, rest))
}

#[track_caller]
fn assert_places<'a>(contract: &Value, schema: &str, places: impl Iterator<Item = &'a str>) {
    let found = contract.pointer(&format!("/components/schemas/{schema}"));
    let found = found.unwrap_or_else(|| panic!("no schema {schema}"));
    for place in places {
        assert!(has(contract, found, place), "{schema} has nothing at {place}");
    }
}

fn places(columns: &[Column]) -> impl Iterator<Item = &'static str> {
    columns.iter().map(|(_, place)| *place)
}

fn fields(fields: &[AnswerField]) -> impl Iterator<Item = &'static str> {
    fields.iter().flat_map(|(_, places)| places.iter().copied())
}

#[test]
fn every_place_that_is_printed_is_one_of_the_contract() {
    let contract: Value = serde_json::from_str(CONTRACT).unwrap();
    assert_places(&contract, "ClaimView", places(&CLAIM_LIST).chain(places(&CLAIM_FILE)));
    assert_places(&contract, "ClaimView", fields(&CLAIM_SHOWN));
    assert_places(&contract, "ClaimItemView", places(&ITEMS));
    assert_places(&contract, "ReasonView", places(&REASONS));
    assert_places(&contract, "ProgramView", places(&PROGRAM_LIST).chain(fields(&PROGRAM_SHOWN)));
    assert_places(&contract, "AssociationUsageView", places(&USAGE_OF_ASSOCIATION));
    assert_places(&contract, "FeedEventView", places(&EVENT_LIST));
    assert_places(&contract, "UsageDay", places(&USAGE_OF_DAY));
}

#[test]
fn a_place_that_the_contract_does_not_have_is_found() {
    let contract: Value = serde_json::from_str(CONTRACT).unwrap();
    let claim = &contract["components"]["schemas"]["ClaimView"];
    assert!(has(&contract, claim, "/turn/who"));
    assert!(!has(&contract, claim, "/turn/whom") && !has(&contract, claim, "/turns"));
}
