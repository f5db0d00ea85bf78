//! The history of a claim.

use domain::claim::Claim;
use domain::event::EventType;
use domain::history::RECIPIENTS;
use domain::ids::Sha256Hash;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::caller::Viewer;
use crate::views::told;

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
    /// The view of an event of the claim as `domain::history` wrote it; `None` where it is not one. Of an event
    /// that concerns single recipients the partner is told that the notice changed.
    pub fn of(
        claim: &Claim,
        event: &Value,
        hash: Option<Sha256Hash>,
        previous: Option<Sha256Hash>,
        viewer: Viewer,
    ) -> Option<Self> {
        let text = |name: &str| event.get(name)?.as_str().map(str::to_owned);
        let whole = Self {
            version: event.get("version")?.as_u64()?.try_into().ok()?,
            event_type: text("type")?,
            at: text("at")?,
            actor: text("actor")?,
            actor_id: text("actor_id").filter(|_| viewer == Viewer::Staff),
            detail: detail(event.get("detail")?, viewer),
            hash: hash.map(|hash| hash.to_string()),
            previous_hash: previous.map(|hash| hash.to_string()),
        };
        let hides = match hash {
            Some(_) => viewer == Viewer::Partner && whole.concerns_recipients(),
            // Its detail is not there yet: the claim tells.
            None => told::hides_last_event(claim, viewer),
        };
        if hides {
            return Some(whole.without_recipients());
        }
        Some(Self { detail: told::detail(whole.detail, viewer), ..whole })
    }

    fn concerns_recipients(&self) -> bool {
        let event = EventType::parse(&self.event_type);
        let changes_items = self.detail.get("items").is_some();
        event.is_some_and(|event| told::concerns_recipients(event, changes_items))
    }

    fn without_recipients(self) -> Self {
        Self {
            event_type: told::NOTICE_CHANGED.to_owned(),
            actor: told::ACTOR.to_owned(),
            actor_id: None,
            detail: Value::Object(Map::new()),
            ..self
        }
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
    use crate::views::claim::tests::claim;

    fn event() -> Value {
        json!({"claim": "c", "version": 2, "type": "review_begun", "at": "2026-11-23T10:00:00Z",
               "actor": "operator", "actor_id": "s-1", "detail": {"status": {"from": "submitted", "to": "in_review"}},
               "details_sha256": "00"})
    }

    #[test]
    fn staff_are_named_to_staff_alone_and_a_version_not_archived_has_no_hash() {
        let view = |hash, viewer| {
            serde_json::to_value(
                HistoryEntryView::of(&claim(), &event(), hash, None, viewer).unwrap(),
            )
            .unwrap()
        };
        let partner = view(None, Viewer::Partner);
        assert!(partner.get("actor_id").is_none() && partner.get("hash").is_none());
        assert_eq!(partner["detail"]["status"]["to"], "in_review");
        let staff = view(Some(Sha256Hash::of(b"x")), Viewer::Staff);
        assert_eq!(staff["actor_id"], "s-1");
        assert!(staff["hash"].is_string());
    }

    fn of_recipients(event_type: &str, detail: &Value) -> Value {
        json!({"version": 7, "type": event_type, "at": "2026-12-29T10:00:00Z", "actor": "operator",
               "actor_id": "s-1", "detail": detail})
    }

    #[test]
    fn the_partner_reads_in_the_history_that_the_notice_changed_and_nothing_of_recipients() {
        let view = |event: &Value, viewer| {
            let hash = Some(Sha256Hash::of(b"x"));
            serde_json::to_value(HistoryEntryView::of(&claim(), event, hash, None, viewer).unwrap())
                .unwrap()
        };
        let status =
            json!({"status": {"from": "awaiting_customer", "to": "notifying"}, "notice": 2});
        for event in [
            of_recipients("recipient_failed", &status),
            of_recipients("contact_refused", &status),
            of_recipients("link_retired", &status),
            of_recipients("items_declined", &json!({})),
            of_recipients("decline_undone", &json!({})),
        ] {
            let partner = view(&event, Viewer::Partner);
            let mut expected = json!({"version": 7, "type": "notice_changed", "at": "2026-12-29T10:00:00Z",
                                      "actor": "system", "detail": {}, "previous_hash": null});
            expected["hash"] = partner["hash"].clone();
            assert_eq!(partner, expected);
            let staff = view(&event, Viewer::Staff);
            assert_eq!((&staff["type"], &staff["detail"]), (&event["type"], &event["detail"]));
        }
        let items = json!({"items": [{"no": 1, "from": "pending", "to": "declined"}]});
        let declined = of_recipients("items_declined", &items);
        assert_eq!(view(&declined, Viewer::Partner)["type"], "items_declined");
    }

    #[test]
    fn the_partner_reads_no_detail_about_recipients_of_any_event() {
        let detail =
            json!({"closes_at": "2027-01-05T23:00:00Z", "recipients": {"counted_from": 2}});
        let event = of_recipients("window_extended", &detail);
        let hash = Some(Sha256Hash::of(b"x"));
        let view =
            |viewer| HistoryEntryView::of(&claim(), &event, hash, None, viewer).unwrap().detail;
        assert_eq!(view(Viewer::Partner), json!({"closes_at": "2027-01-05T23:00:00Z"}));
        assert_eq!(view(Viewer::Staff), detail);
    }

    #[test]
    fn a_no_that_is_not_archived_yet_is_told_by_the_claim() {
        let event = of_recipients("items_declined", &json!({}));
        let view = |claim: &Claim| {
            HistoryEntryView::of(claim, &event, None, None, Viewer::Partner).unwrap().event_type
        };
        let mut claim = claim();
        assert_eq!(view(&claim), "items_declined");
        claim.last_event.at = crate::values::instant("2026-12-29T10:00:00Z").unwrap();
        assert_eq!(view(&claim), "notice_changed");
    }

    #[test]
    fn a_partner_reads_nothing_of_the_recipients_of_notices() {
        let mut event = event();
        event["detail"][RECIPIENTS] = json!({"noes": {"by": 6, "items": [1]}});
        let view =
            |viewer| HistoryEntryView::of(&claim(), &event, None, None, viewer).unwrap().detail;
        assert!(view(Viewer::Partner).get(RECIPIENTS).is_none());
        assert_eq!(view(Viewer::Staff)[RECIPIENTS]["noes"]["by"], 6);
    }

    #[test]
    fn what_is_no_event_has_no_view() {
        let nothing = HistoryEntryView::of(&claim(), &json!({}), None, None, Viewer::Staff);
        assert_eq!(nothing, None);
    }
}
