//! What a claim's history tells of an event. The claim itself may have moved on since.

use domain::ids::{ItemNo, Version};
use notice::mail::Deed;
use serde_json::Value;
use store::HistoryEntry;

/// The items to which the event of `version` did that.
pub(crate) fn items(history: &[HistoryEntry], version: Version, deed: Deed) -> Vec<ItemNo> {
    let entry = history.iter().find(|entry| entry.version == version);
    let changes = entry.and_then(|entry| entry.event.pointer("/detail/items")?.as_array());
    changes.into_iter().flatten().filter_map(|change| done(change, deed)).collect()
}

/// The item of a change, if the change is of that deed.
fn done(change: &Value, deed: Deed) -> Option<ItemNo> {
    let to = match deed {
        Deed::Declined => "declined",
        Deed::Undone => "pending",
        Deed::Accepted => "active",
        Deed::Ended => "ended",
    };
    let no = change.get("no")?.as_u64().and_then(|no| u8::try_from(no).ok())?;
    (change.get("to")?.as_str()? == to).then_some(ItemNo(no))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(version: u32, event: Value) -> HistoryEntry {
        HistoryEntry { version: Version(version), event, hash: None, previous_hash: None }
    }

    #[test]
    fn a_decision_is_told_by_what_it_changed_and_not_by_what_became_of_it() {
        let changes = json!([
            {"no": 1, "from": "pending", "to": "declined"},
            {"no": 3, "from": "active", "to": "ended"},
        ]);
        let history = [
            entry(
                5,
                json!({"detail": {"items": [{"no": 2, "from": "pending", "to": "declined"}]}}),
            ),
            entry(6, json!({"detail": {"items": changes}})),
            entry(7, json!({"detail": {}})),
        ];
        let of = |version, deed| items(&history, Version(version), deed);
        assert_eq!(of(6, Deed::Declined), [ItemNo(1)]);
        assert_eq!(of(6, Deed::Ended), [ItemNo(3)]);
        assert_eq!(of(6, Deed::Undone), []);
        assert_eq!(of(7, Deed::Declined), []);
    }
}
