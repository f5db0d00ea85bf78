//! What a claim's history tells of an event. The claim itself may have moved on since.

use domain::ids::ItemNo;
use notice::mail::Deed;
use serde_json::Value;
use store::HistoryEntry;

/// The items to which the event did that.
pub(crate) fn items(entry: Option<&HistoryEntry>, deed: Deed) -> Vec<ItemNo> {
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
    use domain::ids::Version;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_decision_is_told_by_what_it_changed_and_not_by_what_became_of_it() {
        let changes = json!([
            {"no": 1, "from": "pending", "to": "declined"},
            {"no": 3, "from": "active", "to": "ended"},
        ]);
        let of = |event, deed| {
            let entry =
                HistoryEntry { version: Version(6), event, hash: None, previous_hash: None };
            items(Some(&entry), deed)
        };
        let event = json!({"detail": {"items": changes}});
        assert_eq!(of(event.clone(), Deed::Declined), [ItemNo(1)]);
        assert_eq!(of(event.clone(), Deed::Ended), [ItemNo(3)]);
        assert_eq!(of(event, Deed::Undone), []);
        assert_eq!(of(json!({"detail": {}}), Deed::Declined), []);
        assert_eq!(items(None, Deed::Declined), []);
    }
}
