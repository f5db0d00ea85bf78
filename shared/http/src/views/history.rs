//! The history of a claim.

use domain::history::RECIPIENTS;
use domain::ids::Sha256Hash;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::caller::Viewer;

/// One version of a claim: what happened, chained by digests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HistoryEntryView {
    /// The version.
    pub version: u32,
    /// What happened.
    #[serde(rename = "type")]
    pub event_type: String,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// Whose doing it was.
    #[schema(pattern = "^(partner|customer|operator|system)$")]
    pub actor: String,
    /// Which member of the staff; for operator staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<String>,
    /// What changed.
    pub detail: Value,
    /// SHA-256 of the previous hash and the event; absent while the version is not archived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// The hash of the version before; `null` for the first.
    pub previous_hash: Option<String>,
}

impl HistoryEntryView {
    /// The view of an event as `domain::history` wrote it; `None` where it is not one.
    pub fn of(
        event: &Value,
        hash: Option<Sha256Hash>,
        previous: Option<Sha256Hash>,
        viewer: Viewer,
    ) -> Option<Self> {
        let text = |name: &str| event.get(name)?.as_str().map(str::to_owned);
        Some(Self {
            version: event.get("version")?.as_u64()?.try_into().ok()?,
            event_type: text("type")?,
            at: text("at")?,
            actor: text("actor")?,
            actor_id: text("actor_id").filter(|_| viewer == Viewer::Staff),
            detail: detail(event.get("detail")?, viewer),
            hash: hash.map(|hash| hash.to_string()),
            previous_hash: previous.map(|hash| hash.to_string()),
        })
    }
}

/// What changed, as the viewer may read it: a partner learns nothing of the recipients of notices.
fn detail(detail: &Value, viewer: Viewer) -> Value {
    let mut detail = detail.clone();
    if let (Viewer::Partner, Some(members)) = (viewer, detail.as_object_mut()) {
        members.remove(RECIPIENTS);
    }
    detail
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event() -> Value {
        json!({"claim": "c", "version": 2, "type": "review_begun", "at": "2026-11-23T10:00:00Z",
               "actor": "operator", "actor_id": "s-1", "detail": {"status": {"from": "submitted", "to": "in_review"}},
               "details_sha256": "00"})
    }

    #[test]
    fn staff_are_named_to_staff_alone_and_a_version_not_archived_has_no_hash() {
        let view = |hash, viewer| {
            serde_json::to_value(HistoryEntryView::of(&event(), hash, None, viewer).unwrap())
                .unwrap()
        };
        let partner = view(None, Viewer::Partner);
        assert!(partner.get("actor_id").is_none() && partner.get("hash").is_none());
        assert_eq!(partner["detail"]["status"]["to"], "in_review");
        let staff = view(Some(Sha256Hash::of(b"x")), Viewer::Staff);
        assert_eq!(staff["actor_id"], "s-1");
        assert!(staff["hash"].is_string());
    }

    #[test]
    fn a_partner_reads_nothing_of_the_recipients_of_notices() {
        let mut event = event();
        event["detail"][RECIPIENTS] = json!({"noes": {"by": 6, "items": [1]}});
        let view = |viewer| HistoryEntryView::of(&event, None, None, viewer).unwrap().detail;
        assert!(view(Viewer::Partner).get(RECIPIENTS).is_none());
        assert_eq!(view(Viewer::Staff)[RECIPIENTS]["noes"]["by"], 6);
    }

    #[test]
    fn what_is_no_event_has_no_view() {
        assert_eq!(HistoryEntryView::of(&json!({}), None, None, Viewer::Staff), None);
    }
}
