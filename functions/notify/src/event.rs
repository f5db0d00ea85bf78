//! Events as the bus tells them.

use chrono::{DateTime, Utc};
use domain::actor::ActorKind;
use domain::event::EventType;
use domain::ids::{ClaimId, NoticeNo, Version};
use serde::Deserialize;
use serde_json::Value;

/// What the bus told.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct ClaimEvent {
    pub(crate) claim: ClaimId,
    pub(crate) version: Version,
    #[serde(rename = "type")]
    pub(crate) event_type: EventType,
    pub(crate) actor: ActorKind,
    pub(crate) at: DateTime<Utc>,
    pub(crate) notice: NoticeNo,
}

/// The event in a message of the bus; `None` where it is not one of this system's.
pub(crate) fn parse_event(event: &Value) -> Option<ClaimEvent> {
    serde_json::from_value(event.get("detail")?.clone()).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_of_the_bus_is_read_and_anything_else_is_not() {
        let detail = json!({
            "id": "x-3", "claim": "a".repeat(26), "version": 3, "type": "validated",
            "at": "2026-12-21T09:00:00Z", "notice": 1, "tenant": "t", "actor": "operator",
        });
        let read = parse_event(&json!({"source": "cpor", "detail": detail})).unwrap();
        assert_eq!((read.event_type, read.notice), (EventType::Validated, NoticeNo(1)));
        for event in [json!(null), json!({}), json!({"detail": {"type": "validated"}})] {
            assert_eq!(parse_event(&event), None);
        }
    }
}
