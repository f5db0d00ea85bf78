//! What the bus is told of the directory, without personal data.

use domain::time::format_rfc3339;
use runtime::BusEvent;
use serde_json::json;
use store::ContactVerified;

/// The detail-type of "a tenant has another verified contact".
const CONTACT_VERIFIED: &str = "contact_verified";

/// A tenant has a verified contact that it did not have; who that is, the directory says.
pub(crate) fn contact_verified_event(verified: &ContactVerified) -> BusEvent {
    let ContactVerified { tenant, at } = verified;
    let detail = json!({
        "id": format!("{tenant}-{}", at.timestamp_millis()),
        "type": CONTACT_VERIFIED,
        "tenant": tenant,
        "at": format_rfc3339(*at),
    });
    BusEvent { event_type: CONTACT_VERIFIED, detail, at: *at }
}
