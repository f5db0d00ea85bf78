//! Which items a signed-in customer means, and whose link is to be retired.

use domain::claim::MAX_ITEMS;
use domain::command::{Command, ItemSelection};
use domain::ids::ItemNo;
use domain::rejection::{FieldCode, Hint};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::failure::RequestError;
use crate::fields::BodyFields;
use crate::values::ValueError;

/// The items of an answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChosenItemsBody {
    /// The numbers of the items, each once; left out: all of them. An empty list is refused.
    #[schema(min_items = 1, max_items = 25, required = false, nullable, example = json!([1]))]
    pub items: Vec<u8>,
}

/// Whose link is to be retired.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetireLinkBody {
    /// The number of the recipient in the claim, 1–23.
    #[schema(minimum = 1, maximum = 23)]
    pub recipient: u8,
}

/// Reads the items of an answer. A list without an entry means nothing: it is refused.
pub fn chosen_items(body: &Value) -> Result<ItemSelection, RequestError> {
    let mut fields = BodyFields::of(body);
    let selection = read_selection(&mut fields, body);
    fields.finish_reading(Some(selection))
}

/// The items of an answer, as a field of its body.
pub(super) fn read_selection(fields: &mut BodyFields<'_>, body: &Value) -> ItemSelection {
    let items: Vec<ItemNo> = fields.read_values("items", 0..=MAX_ITEMS);
    fields.require_unique("items", items.iter().map(|no| Some(*no)));
    if body.get("items").and_then(Value::as_array).is_some_and(Vec::is_empty) {
        fields.refuse_value("items", ValueError { code: FieldCode::Required, hint: Hint::Entry });
    }
    if items.is_empty() { ItemSelection::All } else { ItemSelection::These(items) }
}

/// Reads whose link an administrator retires.
pub fn retired_link(body: &Value) -> Result<Command, RequestError> {
    let mut fields = BodyFields::of(body);
    let recipient: Option<u8> = fields.read_required("recipient");
    fields
        .finish_reading(recipient.map(|recipient| Command::RetireLink { recipient, comment: None }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::bodies::tests::refused;

    #[test]
    fn none_are_all_and_each_is_named_once() {
        assert_eq!(chosen_items(&json!({})).unwrap(), ItemSelection::All);
        let these = ItemSelection::These(vec![ItemNo(2), ItemNo(1)]);
        assert_eq!(chosen_items(&json!({"items": [2, 1]})).unwrap(), these);
        assert_eq!(refused(chosen_items(&json!({"items": [1, 1]}))), ["duplicate /items/1"]);
        assert_eq!(refused(chosen_items(&json!({"items": [0]}))), ["out-of-range /items/0"]);
        assert_eq!(refused(chosen_items(&json!({"items": vec![1; 26]}))), ["too-long /items"]);
        assert_eq!(refused(chosen_items(&json!({"yes": 1}))), ["unknown-field /yes"]);
    }

    #[test]
    fn an_empty_list_of_items_is_refused_and_does_not_mean_all() {
        assert_eq!(refused(chosen_items(&json!({"items": []}))), ["required /items"]);
        assert_eq!(chosen_items(&json!({"items": null})).unwrap(), ItemSelection::All);
    }

    #[test]
    fn a_retired_link_is_named_by_its_recipients_number_without_a_comment() {
        let read = retired_link(&json!({"recipient": 2})).unwrap();
        assert_eq!(read, Command::RetireLink { recipient: 2, comment: None });
        assert_eq!(refused(retired_link(&json!({}))), ["required /recipient"]);
        for (wrong, code) in [
            (json!("2"), "wrong-type"),
            (json!(1.5), "wrong-type"),
            (json!(-1), "out-of-range"),
            (json!(256), "out-of-range"),
        ] {
            let body = json!({"recipient": wrong});
            assert_eq!(refused(retired_link(&body)), [format!("{code} /recipient")], "{body}");
        }
        let body = json!({"recipient": 2, "comment": "x"});
        assert_eq!(refused(retired_link(&body)), ["unknown-field /comment"]);
    }
}
