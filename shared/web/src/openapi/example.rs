//! Examples: of every field, and one of every body and answer. They follow one claim, as `docs/api.md` does.

use serde_json::{Map, Value, json};

/// Examples of fields by their names; a name has the same form wherever it stands. Where that is not so, the name of the
/// schema stands in front of it.
const FIELDS: &str = include_str!("examples.json");

/// Examples of whole answers and bodies, whose fields have to fit each other: of a schema by its name; of a schema in one
/// operation by both names, what is different there; and what is no JSON by the operation and the media type. A schema
/// that is not here has an example made of its fields.
const WHOLE: &str = include_str!("answers.json");

/// Fields of bodies that are left out of an example: what is taken and ignored, and what a plain request does not say.
const LEFT_OUT: [&str; 16] = [
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
    "renews",
];

/// Gives every field of the components an example, and every body and answer one.
pub(super) fn add_to(document: &mut Value) {
    let known: Value = serde_json::from_str(FIELDS).unwrap_or_default();
    let whole: Value = serde_json::from_str(WHOLE).unwrap_or_default();
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
            let name = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
            let name = name.to_owned();
            let mut maker =
                ExampleMaker { schemas: &schemas, whole: &whole, operation: &name, is_body: true };
            if let Some(content) = operation.pointer_mut("/requestBody/content") {
                maker.add_to_content(content, &name);
            }
            maker.is_body = false;
            let answers = operation.pointer_mut("/responses").and_then(Value::as_object_mut);
            for (status, answer) in answers.into_iter().flatten() {
                let said_of = if status.starts_with('2') { &name } else { REFUSAL };
                if let Some(content) = answer.get_mut("content") {
                    maker.add_to_content(content, said_of);
                }
            }
        }
    }
}

/// What stands for the operation where a page is refused: the page is the same everywhere.
const REFUSAL: &str = "refusal";

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

/// What examples of bodies and answers are made of.
struct ExampleMaker<'a> {
    /// The schemas of the components.
    schemas: &'a Value,
    /// The examples that are known as a whole.
    whole: &'a Value,
    /// The operation for which they are made.
    operation: &'a str,
    /// Whether it is a body: that has what a plain request says, an answer has the fields that are always there.
    is_body: bool,
}

impl ExampleMaker<'_> {
    /// Gives a content its examples. What is no JSON has the one that is known under `said_of`.
    fn add_to_content(&self, content: &mut Value, said_of: &str) {
        for (media_type, own) in content.as_object_mut().into_iter().flatten() {
            let Some(schema) = own.get("schema").filter(|_| own.get("example").is_none()) else {
                continue;
            };
            let is_text = media_type.starts_with("text/");
            let known = self.whole.get(format!("{said_of} {media_type}")).cloned();
            let example = if is_text { known } else { self.example_of(schema) };
            if let Some(example) = example {
                own["example"] = example;
            }
        }
    }

    /// An example of a schema: its own, or one made of its parts.
    fn example_of(&self, schema: &Value) -> Option<Value> {
        if let Some(own) = schema.get("example") {
            return Some(own.clone());
        }
        if let Some(name) = schema.get("$ref").and_then(|own| own.as_str()?.rsplit('/').next()) {
            return self.example_of_named(name);
        }
        if let Some(words) = schema.get("enum").and_then(Value::as_array) {
            return words.first().cloned();
        }
        if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
            let mut whole = Map::new();
            for part in parts {
                whole.extend(self.example_of(part)?.as_object()?.clone());
            }
            return Some(whole.into());
        }
        if let Some(parts) = schema.get("oneOf").and_then(Value::as_array) {
            let chosen = parts.iter().find(|part| part.get("type") != Some(&json!("null")))?;
            return self.example_of(chosen);
        }
        let types = schema.get("type")?;
        let own_type = types.as_array().map_or(Some(types), |types| types.first())?.as_str()?;
        match own_type {
            "object" => Some(self.object_example(schema)),
            "array" => {
                let entry = schema.get("items").and_then(|own| self.example_of(own));
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

    /// An example of a schema of the components, as this operation has it.
    fn example_of_named(&self, name: &str) -> Option<Value> {
        let known = self.whole.get(name).cloned();
        let mut example = match known {
            Some(known) => known,
            None => self.example_of(self.schemas.get(name)?)?,
        };
        let differs = self.whole.get(format!("{}.{name}", self.operation));
        if let (Some(members), Some(different)) =
            (example.as_object_mut(), differs.and_then(Value::as_object))
        {
            members.extend(different.clone());
        }
        Some(example)
    }

    fn object_example(&self, schema: &Value) -> Value {
        let required = schema.get("required").and_then(Value::as_array);
        let is_required = |name: &str| required.is_some_and(|names| names.contains(&json!(name)));
        let fields = schema.get("properties").and_then(Value::as_object);
        let is_shown =
            |name: &str| is_required(name) || (self.is_body && !LEFT_OUT.contains(&name));
        let shown = fields.into_iter().flatten().filter(|(name, _)| is_shown(name));
        let members = shown.filter_map(|(name, own)| Some((name.clone(), self.example_of(own)?)));
        members.collect::<Map<_, _>>().into()
    }
}
