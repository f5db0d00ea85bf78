//! Entries of the first format, whose text every party could not be given.

use serde_json::{Map, Value, json};

/// The members of the present format that an entry of the first one has.
pub(super) fn upgrade_members(old: &Map<String, Value>) -> Option<Map<String, Value>> {
    let detail = old.get("detail")?.as_object()?;
    let mut new = Map::new();
    new.insert("format".to_owned(), 1.into());
    for name in ["claim", "version", "type", "at", "actor", "actor_id"] {
        new.insert(name.to_owned(), old.get(name)?.clone());
    }
    new.insert("details".to_owned(), old.get("details_sha256")?.clone());
    for name in ["status", "by", "reasons", "notice", "explicit_yes"] {
        if let Some(value) = detail.get(name) {
            new.insert(name.to_owned(), value.clone());
        }
    }
    let items = detail.get("items").and_then(Value::as_array);
    let change = |item: &Value| json!({"from": item["from"], "to": item["to"], "no": [item["no"]]});
    let items: Vec<Value> = items.into_iter().flatten().map(change).collect();
    new.insert("items".to_owned(), items.into());
    if let Some(recipients) = detail.get("recipients").and_then(Value::as_object) {
        new.extend(recipients.clone());
    }
    Some(new)
}
