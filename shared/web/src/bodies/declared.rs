//! The structs of bodies and their readers: what the contract declares is read, and nothing else is.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{PartnerId, ProgramId, TenantId};
use domain::rejection::{FieldCode, FieldError};
use domain::rules::StandingRules;
use serde_json::{Value, json};

use crate::failure::RequestError;
use crate::{bodies, openapi};

/// The errors that a reader tells of a body.
type Reader = fn(&Value) -> Vec<FieldError>;

fn read_errors<T>(read: Result<T, RequestError>) -> Vec<FieldError> {
    match read {
        Ok(_) => Vec::new(),
        Err(RequestError::Fields(errors)) => errors,
        Err(other) => panic!("{other:?}"),
    }
}

/// The reader of each body of a request, by the name of its schema.
fn body_readers() -> BTreeMap<&'static str, Reader> {
    let readers: [(&'static str, Reader); 25] = [
        ("AssignBody", |body| read_errors(bodies::read_assignee(body))),
        ("CalendarBody", |body| read_errors(bodies::read_calendar("US".parse().unwrap(), body))),
        ("CalendarDayBody", |body| {
            let date = "2026-12-30".parse().unwrap();
            read_errors(bodies::calendar_day("US".parse().unwrap(), date, body))
        }),
        ("ChosenItemsBody", |body| read_errors(bodies::chosen_items(body))),
        ("ClockBody", |body| read_errors(bodies::read_clock_move(body))),
        ("CommentBody", |body| read_errors(bodies::read_comment(body))),
        ("CorrectContactBody", |body| read_errors(bodies::corrected_contact(body))),
        ("CreateClaimBody", |body| bodies::read_claim(body).malformed),
        ("DeclineBody", |body| read_errors(bodies::read_decline(body))),
        ("EditClaimBody", |body| {
            read_errors(bodies::read_edit(&crate::views::sample_claim(), body))
        }),
        ("EndBody", |body| read_errors(bodies::read_end(body))),
        ("EvidenceUploadBody", |body| read_errors(bodies::read_upload(body))),
        ("ExtendWindowsBody", |body| {
            read_errors(bodies::read_outage(body, "2026-12-31T19:00:00Z".parse().unwrap()))
        }),
        ("NoFieldsBody", |body| read_errors(bodies::read_empty(body))),
        ("PartnerBody", |body| {
            read_errors(bodies::read_partner(&PartnerId::parse("p-alpine").unwrap(), body, None))
        }),
        ("ProgramBody", |body| {
            read_errors(bodies::read_program(&ProgramId::parse("osu-m365").unwrap(), body, None))
        }),
        ("ReplayBody", |body| {
            read_errors(bodies::read_replay(body, "2026-12-31T19:00:00Z".parse().unwrap()))
        }),
        ("RequiredCommentBody", |body| read_errors(bodies::required_comment(body))),
        ("RetireLinkBody", |body| read_errors(bodies::retired_link(body))),
        ("ReviewBody", |body| read_errors(bodies::read_review(body))),
        ("RulesBody", |body| read_errors(bodies::read_rules(body, &StandingRules::default()))),
        ("TenantBody", |body| {
            let id = TenantId::parse("6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c01").unwrap();
            read_errors(bodies::read_tenant(&id, body, None))
        }),
        ("UsageBody", |body| read_errors(bodies::read_usage(body))),
        ("WebhookBody", |body| read_errors(bodies::read_webhook(body))),
        ("WithdrawBody", |body| read_errors(bodies::read_withdrawal(body))),
    ];
    readers.into()
}

/// The contract, and what its schemas say.
struct Contract(Value);

impl Contract {
    fn resolve_schema<'c>(&'c self, schema: &'c Value) -> &'c Value {
        match schema["$ref"].as_str() {
            Some(name) => self.0.pointer(name.trim_start_matches('#')).expect("a schema"),
            None => schema,
        }
    }

    fn find_schema(&self, name: &str) -> &Value {
        &self.0["components"]["schemas"][name]
    }

    /// The names of the schemas of all JSON bodies of requests.
    fn body_names(&self) -> BTreeSet<&str> {
        let paths = self.0["paths"].as_object().unwrap().values();
        let operations = paths.filter_map(Value::as_object).flat_map(|path| path.values());
        let contents = operations.filter_map(|own| own["requestBody"]["content"].as_object());
        let json = contents.flatten().filter(|(media_type, _)| media_type.ends_with("json"));
        let names = json.map(|(_, content)| content["schema"]["$ref"].as_str().unwrap());
        names.map(|name| name.rsplit('/').next().unwrap()).collect()
    }

    /// The schemas that a value may follow; more than one where there is a choice.
    fn schema_choices<'c>(&'c self, schema: &'c Value) -> Vec<&'c Value> {
        let schema = self.resolve_schema(schema);
        match schema["oneOf"].as_array() {
            None => vec![schema],
            Some(choices) => {
                let choices = choices.iter().map(|choice| self.resolve_schema(choice));
                choices.filter(|choice| choice["type"] != "null").collect()
            }
        }
    }

    /// The members of an object, with those of its parts.
    fn object_members<'c>(&'c self, schema: &'c Value) -> Members<'c> {
        let schema = self.resolve_schema(schema);
        let parts = schema["allOf"].as_array().into_iter().flatten();
        let mut members: Members<'_> = parts.flat_map(|part| self.object_members(part)).collect();
        let own = schema["properties"].as_object().into_iter().flatten();
        members.extend(own.map(|(name, member)| (name.as_str(), member)));
        members
    }

    /// A value in which every member of the schema is there.
    fn fill_schema(&self, schema: &Value) -> Value {
        let schema = self.schema_choices(schema)[0];
        let members = self.object_members(schema);
        if !members.is_empty() {
            let filled = members.iter().map(|(name, member)| (*name, self.fill_schema(member)));
            return filled.collect();
        }
        if !schema["items"].is_null() {
            return json!([self.fill_schema(&schema["items"])]);
        }
        match schema["enum"].as_array() {
            Some(words) => words[0].clone(),
            None => schema["example"].clone(),
        }
    }

    /// The objects in a filled value, each with its pointer and its members.
    fn find_objects<'c>(&'c self, schema: &'c Value, at: &str) -> Vec<(String, Members<'c>)> {
        let schema = self.schema_choices(schema)[0];
        if !schema["items"].is_null() {
            return self.find_objects(&schema["items"], &format!("{at}/0"));
        }
        let mut found = Vec::new();
        let members = self.object_members(schema);
        for (name, own) in members.clone() {
            found.extend(self.find_objects(own, &format!("{at}/{name}")));
        }
        if !members.is_empty() {
            found.push((at.to_owned(), members));
        }
        found
    }
}

/// The members of an object, by name.
type Members<'c> = BTreeMap<&'c str, &'c Value>;

/// An object in a body.
struct BodyObject<'c> {
    contract: &'c Contract,
    /// The name of the body's schema.
    body: &'static str,
    reader: Reader,
    /// A whole body, with every member.
    whole: Value,
    /// Where the object stands in it.
    at: String,
    members: Members<'c>,
}

impl BodyObject<'_> {
    /// The codes that are told at a member, once it has this value.
    fn error_codes(&self, name: &str, value: Value) -> Vec<FieldCode> {
        let mut body = self.whole.clone();
        body.pointer_mut(&self.at).expect("an object")[name] = value;
        let pointer = format!("{}/{name}", self.at);
        let told = (self.reader)(&body).into_iter().filter(|error| error.pointer == pointer);
        told.map(|error| error.code).collect()
    }

    /// Whether a member is one that a body has instead of another.
    fn is_alternative(&self, name: &str) -> bool {
        self.body == "ClockBody" && ["now", "advance"].contains(&name)
    }
}

/// Every object in every body.
fn body_objects(contract: &Contract) -> Vec<BodyObject<'_>> {
    let mut places = Vec::new();
    for (body, reader) in body_readers() {
        for choice in contract.schema_choices(contract.find_schema(body)) {
            let whole = contract.fill_schema(choice);
            let objects = contract.find_objects(choice, "").into_iter();
            places.extend(objects.map(|(at, members)| {
                let whole = whole.clone();
                BodyObject { contract, body, reader, whole, at, members }
            }));
        }
    }
    places
}

#[test]
fn every_body_of_a_request_has_its_reader() {
    let contract = Contract(openapi::build_document());
    assert_eq!(contract.body_names(), body_readers().into_keys().collect());
}

#[test]
fn every_member_of_a_body_is_read() {
    let contract = Contract(openapi::build_document());
    let mut seen = 0;
    for place in body_objects(&contract) {
        for name in place.members.keys() {
            let told = place.error_codes(name, json!({"?": 1}));
            let is_read = !told.contains(&FieldCode::UnknownField);
            assert!(is_read, "{} declares {}/{name}, which nobody reads", place.body, place.at);
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn no_member_is_read_that_its_body_does_not_declare() {
    let contract = Contract(openapi::build_document());
    let places = body_objects(&contract);
    let declared = places.iter().flat_map(|place| place.members.keys().copied());
    let names: BTreeSet<&str> = declared.chain(["colour"]).collect();
    for place in &places {
        for name in names.iter().filter(|name| !place.members.contains_key(*name)) {
            let told = place.error_codes(name, json!("x"));
            let is_refused = told.contains(&FieldCode::UnknownField) || place.is_alternative(name);
            assert!(is_refused, "{} does not declare {}/{name}: {told:?}", place.body, place.at);
        }
    }
}

#[test]
fn what_is_longer_than_a_body_declares_is_refused_at_its_place() {
    let contract = Contract(openapi::build_document());
    let mut seen = 0;
    for place in body_objects(&contract) {
        for (name, member) in &place.members {
            let schema = place.contract.schema_choices(member)[0];
            let longer = if let Some(most) = schema["maxLength"].as_u64() {
                json!("x".repeat(usize::try_from(most).unwrap() + 1))
            } else if let Some(most) = schema["maxItems"].as_u64() {
                let entry = place.contract.fill_schema(&schema["items"]);
                json!(vec![entry; usize::try_from(most).unwrap() + 1])
            } else {
                continue;
            };
            let told = place.error_codes(name, longer);
            let is_long =
                |code: &FieldCode| matches!(code, FieldCode::TooLong | FieldCode::Malformed);
            assert!(told.iter().any(is_long), "{} {}/{name}: {told:?}", place.body, place.at);
            seen += 1;
        }
    }
    assert!(seen > 30, "{seen}");
}
