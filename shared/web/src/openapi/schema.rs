//! References to the schemas of the contract.

use serde_json::{Value, json};

/// The reference to a schema of the components.
pub(super) fn schema_reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}
