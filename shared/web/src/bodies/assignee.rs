//! Who is to work on a claim.

use domain::ids::StaffId;
use domain::rejection::TextForm;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::failure::RequestError;
use crate::fields::BodyFields;
use crate::queries::NOBODY;
use crate::values::ValueError;

/// Who is to work on a claim.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignBody {
    /// The member of the staff, as `actor_id` of `GET /v1/me` names one; `null`: nobody any more.
    #[schema(required, nullable, min_length = 1, max_length = 64, example = "reviewer-1")]
    pub to: Option<String>,
}

/// Reads who is to work on a claim; `None`: nobody.
pub fn read_assignee(body: &Value) -> Result<Option<StaffId>, RequestError> {
    let mut fields = BodyFields::of(body);
    if body.get("to").is_some_and(Value::is_null) {
        // It has to be said, so that a body without a word takes nobody's work away.
        let _: Option<StaffId> = fields.read_optional("to");
        return fields.finish_reading(Some(None));
    }
    let to: Option<StaffId> = fields.read_required("to");
    if to.as_ref().is_some_and(|to| to.as_str() == NOBODY) {
        fields.refuse_value("to", ValueError::wrong_form(TextForm::Id));
    }
    fields.finish_reading(to.map(Some))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::bodies::tests::refused;

    #[test]
    fn somebody_or_nobody_is_named() {
        let named = read_assignee(&json!({"to": "reviewer-1"})).unwrap();
        assert_eq!(named, StaffId::parse("reviewer-1").ok());
        assert_eq!(read_assignee(&json!({"to": null})).unwrap(), None);
        for (body, code) in [
            (json!({}), "required /to"),
            (json!({"to": ""}), "malformed /to"),
            (json!({"to": "none"}), "malformed /to"),
            (json!({"to": "a#b"}), "malformed /to"),
            (json!({"to": 7}), "wrong-type /to"),
            (json!({"to": "reviewer-1", "comment": "x"}), "unknown-field /comment"),
            (json!({"to": null, "comment": "x"}), "unknown-field /comment"),
        ] {
            assert_eq!(refused(read_assignee(&body)), [code], "{body}");
        }
    }
}
