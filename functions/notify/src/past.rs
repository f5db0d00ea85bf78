//! What a claim's history tells of an event. The claim itself may have moved on since.

use domain::history::RECIPIENTS;
use domain::ids::ItemNo;
use domain::recipient::Decliners;
use serde_json::Value;
use store::HistoryEntry;

/// An event as its archive has it.
pub(crate) struct PastEvent(Value);

/// Whose "no" came, or was taken back, and at which items.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Noes {
    pub(crate) by: Decliners,
    pub(crate) items: Vec<ItemNo>,
}

impl PastEvent {
    /// The event of an entry.
    pub(crate) fn of(entry: &HistoryEntry) -> Self {
        Self(entry.event.get("detail").cloned().unwrap_or_default())
    }

    /// The items that got that status by the event.
    pub(crate) fn became(&self, status: &str) -> Vec<ItemNo> {
        let changes = self.0.get("items").and_then(Value::as_array);
        let fits = |change: &&Value| change.get("to").and_then(Value::as_str) == Some(status);
        let changes = changes.into_iter().flatten().filter(fits);
        changes.filter_map(|change| number(change.get("no")?)).collect()
    }

    /// Whether a new notice is due since the event.
    pub(crate) fn has_new_notice(&self) -> bool {
        self.0.get("notice").is_some()
    }

    /// Whose "no" came with it.
    pub(crate) fn noes(&self) -> Noes {
        self.parties("noes")
    }

    /// Whose "no" was taken back with it.
    pub(crate) fn taken_back(&self) -> Noes {
        self.parties("taken_back")
    }

    /// Whether the window is counted from another delivery since the event.
    pub(crate) fn is_counted_anew(&self) -> bool {
        self.of_recipients("counted_from").is_some()
    }

    fn of_recipients(&self, name: &str) -> Option<&Value> {
        self.0.get(RECIPIENTS)?.get(name)
    }

    fn parties(&self, name: &str) -> Noes {
        let Some(change) = self.of_recipients(name) else { return Noes::default() };
        let bits = change.get("by").and_then(Value::as_u64).and_then(|bits| bits.try_into().ok());
        let items = change.get("items").and_then(Value::as_array);
        Noes {
            by: bits.and_then(Decliners::of_bits).unwrap_or_default(),
            items: items.into_iter().flatten().filter_map(number).collect(),
        }
    }
}

fn number(value: &Value) -> Option<ItemNo> {
    value.as_u64().and_then(|no| u8::try_from(no).ok()).map(ItemNo)
}

#[cfg(test)]
mod tests {
    use domain::ids::Version;
    use domain::recipient::RecipientNo;
    use serde_json::json;

    use super::*;

    fn past(detail: &Value) -> PastEvent {
        let event = json!({ "detail": detail });
        PastEvent::of(&HistoryEntry { version: Version(6), event, hash: None, previous_hash: None })
    }

    #[test]
    fn a_decision_is_told_by_what_it_changed_and_not_by_what_became_of_it() {
        let event = past(&json!({"items": [
            {"no": 1, "from": "pending", "to": "declined"},
            {"no": 3, "from": "active", "to": "ended"},
        ]}));
        assert_eq!(event.became("declined"), [ItemNo(1)]);
        assert_eq!(event.became("ended"), [ItemNo(3)]);
        assert_eq!(event.became("pending"), []);
        assert_eq!(past(&json!({})).became("declined"), []);
    }

    #[test]
    fn whose_no_it_was_is_told_also_where_no_item_changed() {
        let event = past(&json!({"recipients": {"noes": {"by": 4, "items": [1, 2]}}}));
        let by = Decliners::recipient(RecipientNo(2));
        assert_eq!(event.noes(), Noes { by, items: vec![ItemNo(1), ItemNo(2)] });
        assert_eq!(event.taken_back(), Noes::default());
        assert!(past(&json!({})).noes().by.is_empty());
    }

    #[test]
    fn a_new_notice_and_another_delivery_are_told() {
        assert!(past(&json!({"notice": 2})).has_new_notice());
        assert!(!past(&json!({"status": {}})).has_new_notice());
        assert!(past(&json!({"recipients": {"counted_from": 2}})).is_counted_anew());
        assert!(!past(&json!({"recipients": {}})).is_counted_anew());
    }
}
