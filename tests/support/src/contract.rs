//! The contract as a judge: whether an answer is one that the OpenAPI document describes, in its status, its content type
//! and every field of its body.

use std::collections::BTreeMap;

use regex_lite::Regex;
use serde_json::{Value, json};

use crate::stack::Answer;

/// The document.
pub struct Contract {
    document: Value,
}

impl Default for Contract {
    fn default() -> Self {
        Self { document: web::openapi::build_document() }
    }
}

impl Contract {
    /// The operation of a route for a method.
    pub fn operation(&self, method: &str, path: &str) -> &Value {
        &self.document["paths"][path][method.to_lowercase()]
    }

    /// What of an answer the document does not describe; nothing where all of it is described.
    pub fn undescribed(&self, method: &str, path: &str, answer: &Answer) -> Vec<String> {
        let response = &self.operation(method, path)["responses"][answer.status.to_string()];
        if response.is_null() {
            return vec![format!("the status {}", answer.status)];
        }
        let full_type = answer.header("content-type");
        let media_type = full_type.split(';').next().unwrap_or_default().trim();
        if media_type.is_empty() && answer.text.is_empty() {
            let asks_for_none = response["content"].is_null();
            return if asks_for_none { vec![] } else { vec!["an empty body".to_owned()] };
        }
        let content = &response["content"][media_type];
        if content.is_null() {
            return vec![format!("{media_type} with {}", answer.status)];
        }
        if !media_type.ends_with("json") {
            return Vec::new();
        }
        self.mismatches(&content["schema"], &answer.body, "")
    }

    /// Where a value is not as a schema says, each as a pointer and a reason.
    pub fn mismatches(&self, schema: &Value, value: &Value, at: &str) -> Vec<String> {
        let schema = self.resolved(schema);
        if let Some(choices) = schema["oneOf"].as_array() {
            let tried: Vec<_> =
                choices.iter().map(|choice| self.mismatches(choice, value, at)).collect();
            let fits = tried.iter().any(Vec::is_empty);
            let closest = tried.into_iter().min_by_key(Vec::len).unwrap_or_default();
            return if fits { Vec::new() } else { closest };
        }
        let own_type = &schema["type"];
        let types = own_type.as_array().map_or_else(|| vec![own_type.clone()], Clone::clone);
        let types: Vec<_> = types.into_iter().filter(|own| !own.is_null()).collect();
        if !types.is_empty() && !types.iter().any(|own| is_of_type(own, value)) {
            return vec![format!("{at}: {value} is no {}", schema["type"])];
        }
        if schema["enum"].as_array().is_some_and(|words| !words.contains(value)) {
            return vec![format!("{at}: {value} is none of {}", schema["enum"])];
        }
        match value {
            Value::String(text) => text_mismatches(schema, text, at),
            Value::Number(number) => {
                let (least, most) = (schema["minimum"].as_f64(), schema["maximum"].as_f64());
                let own = number.as_f64().unwrap_or_default();
                let fits =
                    least.is_none_or(|least| own >= least) && most.is_none_or(|most| own <= most);
                if fits { Vec::new() } else { vec![format!("{at}: {number} is out of range")] }
            }
            Value::Array(entries) => {
                let most = schema["maxItems"].as_u64().unwrap_or(u64::MAX);
                let too_many = length(entries.len()) > most;
                let all = entries.iter().enumerate();
                let inner = all.flat_map(|(no, entry)| {
                    self.mismatches(&schema["items"], entry, &format!("{at}/{no}"))
                });
                let many = too_many.then(|| format!("{at}: more than {most} entries"));
                inner.chain(many).collect()
            }
            Value::Object(_) => self.object_mismatches(schema, value, at),
            Value::Null | Value::Bool(_) => Vec::new(),
        }
    }

    fn object_mismatches(&self, schema: &Value, value: &Value, at: &str) -> Vec<String> {
        let (mut fields, mut required) = (BTreeMap::new(), Vec::new());
        self.collect(schema, &mut fields, &mut required);
        let mut found: Vec<_> = required
            .into_iter()
            .filter(|name| value.get(name).is_none())
            .map(|name| format!("{at}/{name}: is missing"))
            .collect();
        for (name, member) in value.as_object().into_iter().flatten() {
            let pointer = format!("{at}/{name}");
            match fields.get(name) {
                Some(field) => found.extend(self.mismatches(field, member, &pointer)),
                None if schema["additionalProperties"].is_object() => {
                    let inner = &schema["additionalProperties"];
                    found.extend(self.mismatches(inner, member, &pointer));
                }
                // An object of which nothing is said may have anything.
                None if fields.is_empty() => {}
                None => found.push(format!("{pointer}: is not described")),
            }
        }
        found
    }

    /// The fields of an object and those that must be there, with those of its parts.
    fn collect<'c>(
        &'c self,
        schema: &'c Value,
        fields: &mut BTreeMap<String, &'c Value>,
        required: &mut Vec<String>,
    ) {
        let schema = self.resolved(schema);
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            fields.insert(name.clone(), field);
        }
        let names = schema["required"].as_array().into_iter().flatten();
        required.extend(names.filter_map(|name| Some(name.as_str()?.to_owned())));
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.collect(part, fields, required);
        }
    }

    fn resolved<'c>(&'c self, schema: &'c Value) -> &'c Value {
        let Some(reference) = schema["$ref"].as_str() else { return schema };
        self.document.pointer(reference.trim_start_matches('#')).expect("a schema that is there")
    }
}

fn text_mismatches(schema: &Value, text: &str, at: &str) -> Vec<String> {
    let length = length(text.chars().count());
    let least = schema["minLength"].as_u64().unwrap_or_default();
    let most = schema["maxLength"].as_u64().unwrap_or(u64::MAX);
    let pattern = schema["pattern"].as_str().map(|own| Regex::new(own).expect("a pattern"));
    let is_of_form = match schema["format"].as_str() {
        Some("date") => text.parse::<chrono::NaiveDate>().is_ok(),
        Some("date-time") => chrono::DateTime::parse_from_rfc3339(text).is_ok(),
        _ => true,
    };
    let fits = (least..=most).contains(&length)
        && pattern.is_none_or(|pattern| pattern.is_match(text))
        && is_of_form;
    if fits { Vec::new() } else { vec![format!("{at}: {text:?} is not of its form")] }
}

fn length(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn is_of_type(name: &Value, value: &Value) -> bool {
    match name.as_str().unwrap_or_default() {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        other => *name == json!(other) && value.is_object(),
    }
}
