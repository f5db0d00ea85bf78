//! Which items a signed-in customer means.

use domain::claim::MAX_ITEMS;
use domain::command::Selection;
use domain::ids::ItemNo;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::failure::Failure;
use crate::fields::Fields;

/// The items of an answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChosenItemsBody {
    /// Their numbers; none: all of them.
    #[schema(max_items = 25, required = false, nullable, example = json!([1]))]
    pub items: Vec<u8>,
}

/// Reads the items of an answer.
pub fn chosen_items(body: &Value) -> Result<Selection, Failure> {
    let mut fields = Fields::of(body);
    let items: Vec<ItemNo> = fields.values("items", 0..=MAX_ITEMS);
    fields.unique("items", items.iter().map(|no| Some(*no)));
    let selection = if items.is_empty() { Selection::All } else { Selection::These(items) };
    fields.finish(Some(selection))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::bodies::tests::refused;

    #[test]
    fn none_are_all_and_each_is_named_once() {
        assert_eq!(chosen_items(&json!({})).unwrap(), Selection::All);
        let these = Selection::These(vec![ItemNo(2), ItemNo(1)]);
        assert_eq!(chosen_items(&json!({"items": [2, 1]})).unwrap(), these);
        assert_eq!(refused(chosen_items(&json!({"items": [1, 1]}))), ["duplicate /items/1"]);
        assert_eq!(refused(chosen_items(&json!({"items": [0]}))), ["malformed /items/0"]);
        assert_eq!(refused(chosen_items(&json!({"items": vec![1; 26]}))), ["too-long /items"]);
        assert_eq!(refused(chosen_items(&json!({"yes": 1}))), ["unknown-field /yes"]);
    }
}
