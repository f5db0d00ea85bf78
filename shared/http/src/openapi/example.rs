//! Examples: of every field, and from them one of every body and answer. They follow one claim, as `docs/api.md` does.

use serde_json::{Map, Value, json};

/// Examples of fields by their names; a name has the same form wherever it stands. Where that is not so, the name of the
/// schema stands in front of it.
const FIELDS: &str = include_str!("examples.json");

/// Fields of bodies that are left out of an example: what is taken and ignored, and what a plain request does not say.
const LEFT_OUT: [&str; 15] = [
    "email_unicode",
    "domains_unicode",
    "domain_added",
    "verified_since",
    "verified_by",
    "policy_version",
    "versions",
    "added_at",
    "added_by",
    "draft",
    "technical_contact",
    "closures",
    "subdivision",
    "term_months",
    "drop",
];

/// Gives every field of the components an example, and every JSON body and answer one that is made of them.
pub(super) fn add_to(document: &mut Value) {
    let known: Value = serde_json::from_str(FIELDS).unwrap_or_default();
    if let Some(schemas) =
        document.pointer_mut("/components/schemas").and_then(Value::as_object_mut)
    {
        for (name, schema) in schemas {
            add_to_fields(name, schema, &known);
        }
    }
    let schemas = document.pointer("/components/schemas").cloned().unwrap_or_default();
    let paths = document.pointer_mut("/paths").and_then(Value::as_object_mut);
    for item in paths.into_iter().flat_map(Map::values_mut) {
        for operation in item.as_object_mut().into_iter().flat_map(Map::values_mut) {
            if let Some(content) = operation.pointer_mut("/requestBody/content") {
                add_to_content(content, &schemas, true);
            }
            let answers = operation.pointer_mut("/responses").and_then(Value::as_object_mut);
            for answer in answers.into_iter().flat_map(Map::values_mut) {
                if let Some(content) = answer.get_mut("content") {
                    add_to_content(content, &schemas, false);
                }
            }
        }
    }
}

/// Gives the fields of a schema, and of the objects in it, their examples.
fn add_to_fields(name: &str, schema: &mut Value, known: &Value) {
    if let Some(fields) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        for (field, own) in fields {
            let example =
                known.get(format!("{name}.{field}")).or_else(|| known.get(field.as_str()));
            if let (Some(example), Value::Object(own)) = (example, own)
                && is_plain(own)
            {
                own.entry("example").or_insert_with(|| example.clone());
            }
        }
    }
    for part in ["allOf", "oneOf"] {
        for inner in schema.get_mut(part).and_then(Value::as_array_mut).into_iter().flatten() {
            add_to_fields(name, inner, known);
        }
    }
}

/// Whether a field is a plain value, or a list of those.
fn is_plain(field: &Map<String, Value>) -> bool {
    let entries = field.get("items").and_then(Value::as_object);
    let is_list_of_more = entries.is_some_and(|own| !own.contains_key("type"));
    field.contains_key("type") && !field.contains_key("enum") && !is_list_of_more
}

/// Gives the JSON of a content its example.
fn add_to_content(content: &mut Value, schemas: &Value, is_body: bool) {
    for (media_type, own) in content.as_object_mut().into_iter().flatten() {
        if let Some(schema) = own.get("schema").filter(|_| media_type.ends_with("json"))
            && own.get("example").is_none()
            && let Some(example) = example_of(schema, schemas, is_body)
        {
            own["example"] = example;
        }
    }
}

/// An example of a schema: its own, or one made of its parts. An answer has the fields that are always there; a body has
/// those that a plain request says.
fn example_of(schema: &Value, schemas: &Value, is_body: bool) -> Option<Value> {
    if let Some(own) = schema.get("example") {
        return Some(own.clone());
    }
    if let Some(name) = schema.get("$ref").and_then(|own| own.as_str()?.rsplit('/').next()) {
        return example_of(schemas.get(name)?, schemas, is_body);
    }
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        return words.first().cloned();
    }
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
        let mut whole = Map::new();
        for part in parts {
            whole.extend(example_of(part, schemas, is_body)?.as_object()?.clone());
        }
        return Some(whole.into());
    }
    if let Some(parts) = schema.get("oneOf").and_then(Value::as_array) {
        let chosen = parts.iter().find(|part| part.get("type") != Some(&json!("null")))?;
        return example_of(chosen, schemas, is_body);
    }
    let types = schema.get("type")?;
    let own_type = types.as_array().map_or(Some(types), |types| types.first())?.as_str()?;
    match own_type {
        "object" => Some(object(schema, schemas, is_body)),
        "array" => {
            let entry = schema.get("items").and_then(|own| example_of(own, schemas, is_body));
            Some(Value::Array(entry.into_iter().collect()))
        }
        "boolean" => Some(json!(false)),
        "integer" => Some(schema.get("minimum").cloned().unwrap_or_else(|| json!(1))),
        _ => match schema.get("format").and_then(Value::as_str) {
            Some("date") => Some(json!("2026-12-14")),
            Some("date-time") => Some(json!("2026-12-14T09:00:00Z")),
            // What may be `null` is `null` where nothing else is known.
            _ => types.as_array().map(|_| Value::Null),
        },
    }
}

fn object(schema: &Value, schemas: &Value, is_body: bool) -> Value {
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|names| names.contains(&json!(name)));
    let fields = schema.get("properties").and_then(Value::as_object);
    let shown = fields
        .into_iter()
        .flatten()
        .filter(|(name, _)| is_required(name) || (is_body && !LEFT_OUT.contains(&name.as_str())));
    let members =
        shown.filter_map(|(name, own)| Some((name.clone(), example_of(own, schemas, is_body)?)));
    members.collect::<Map<_, _>>().into()
}
