//! What a partner is told of an event that concerns single recipients: that the notice has changed, and
//! nothing else. Otherwise the partner could count whom the customer's organisation has asked.

use domain::claim::{Claim, ItemStatus};
use domain::event::EventType;
use serde_json::Value;

use crate::caller::Viewer;
use crate::views::RuleView;

/// The type of such an event for the partner.
pub(super) const NOTICE_CHANGED: &str = "notice_changed";
/// Whose doing it is for the partner.
pub(super) const ACTOR: &str = "system";

/// The member of an event's detail that tells of recipients.
const RECIPIENTS: &str = "recipients";

/// The detail of an event as `viewer` may read it.
pub(super) fn detail(mut detail: Value, viewer: Viewer) -> Value {
    if let (Viewer::Partner, Some(members)) = (viewer, detail.as_object_mut()) {
        members.remove(RECIPIENTS);
    }
    detail
}

/// Whether an event concerns single recipients: a failure, a refusal, a retirement, and a no or an undo that leaves
/// every item as it was.
pub(super) fn concerns_recipients(event: EventType, changes_items: bool) -> bool {
    let always = matches!(
        event,
        EventType::RecipientFailed | EventType::ContactRefused | EventType::LinkRetired
    );
    let by_items = matches!(event, EventType::ItemsDeclined | EventType::DeclineUndone);
    always || (by_items && !changes_items)
}

/// Whether `viewer` is not told what the last event of a claim was.
pub(super) fn hides_last_event(claim: &Claim, viewer: Viewer) -> bool {
    let event = claim.last_event.event_type;
    viewer == Viewer::Partner && concerns_recipients(event, has_changed_items(claim))
}

/// Whether the last event, a no or an undo, changed an item, as far as the claim tells. While an item is declined, the
/// undo may have taken one of several noes to it: that counts as if nothing had changed.
fn has_changed_items(claim: &Claim) -> bool {
    if claim.last_event.event_type == EventType::DeclineUndone {
        let is_declined = |status| {
            matches!(status, ItemStatus::Declined { no_answer: false, settled: false, .. })
        };
        return !claim.items.iter().any(|item| is_declined(claim.item_status(item)));
    }
    let is_new = |status| {
        let (ItemStatus::Declined { at, .. } | ItemStatus::Ended { at, .. }) = status else {
            return false;
        };
        at == claim.last_event.at
    };
    claim.items.iter().any(|item| is_new(claim.item_status(item)))
}

/// The rule that explains such an event to the partner.
pub(super) fn rule() -> RuleView {
    RuleView {
        section: "§5".to_owned(),
        name: "recipients".to_owned(),
        says: "who is asked, and whose answer counts, is between the customer, the operator and the system"
            .to_owned(),
        href: "docs/domain.md#51-recipients".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_a_refusal_and_a_retirement_always_concern_recipients_and_answers_where_no_item_changed()
     {
        for event in EventType::ALL.iter().copied() {
            let (changing, idle) =
                (concerns_recipients(event, true), concerns_recipients(event, false));
            let expected = match event.as_str() {
                "recipient_failed" | "contact_refused" | "link_retired" => (true, true),
                "items_declined" | "decline_undone" => (false, true),
                _ => (false, false),
            };
            assert_eq!((changing, idle), expected, "{event:?}");
        }
    }

    #[test]
    fn the_rule_stands_where_it_is_said_to_stand() {
        let domain = include_str!("../../../../docs/domain.md");
        assert!(domain.contains("### 5.1. Recipients"), "{:?}", rule());
    }
}
