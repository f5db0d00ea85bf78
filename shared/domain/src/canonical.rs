//! Canonical JSON, so that equal values have equal digests.

use serde::Serialize;
use serde_json::Value;

use crate::ids::Sha256Hash;

/// The JSON text of `value` without white space and with the members of every object in the order
/// of their names.
pub fn to_canonical_json(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            let members: Vec<_> = sorted
                .into_iter()
                .map(|(name, value)| {
                    format!("{}:{}", Value::from(name.as_str()), to_canonical_json(value))
                })
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(values) => {
            format!("[{}]", values.iter().map(to_canonical_json).collect::<Vec<_>>().join(","))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

/// SHA-256 of the canonical JSON of `value`. A value that has no JSON form hashes as `null`; the
/// types of this crate all have one.
pub fn hash_canonical<T: Serialize>(value: &T) -> Sha256Hash {
    let value = serde_json::to_value(value).unwrap_or(Value::Null);
    Sha256Hash::of(to_canonical_json(&value).as_bytes())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_of_members_does_not_matter_and_that_of_values_does() {
        assert_eq!(
            hash_canonical(&json!({"a": 1, "b": [1, 2]})),
            hash_canonical(&json!({"b": [1, 2], "a": 1}))
        );
        assert_ne!(hash_canonical(&json!([1, 2])), hash_canonical(&json!([2, 1])));
        assert_eq!(to_canonical_json(&json!({"b": "é\"", "a": null})), r#"{"a":null,"b":"é\""}"#);
    }
}
