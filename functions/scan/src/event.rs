//! Events of the bucket's malware scan, as Amazon `GuardDuty` puts them on the default bus.

use app::Document;
use domain::event::EventType;
use domain::ids::ClaimId;
use serde::Deserialize;
use serde_json::Value;

/// A document of the quarantine, and what the scan said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ScannedDocument {
    pub(crate) document: Document,
    /// Of the bytes that were scanned.
    pub(crate) etag: String,
    /// `None`: it could not be scanned.
    pub(crate) verdict: Option<ScanVerdict>,
}

/// What a scan says of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScanVerdict {
    NoThreats,
    /// Something was found, or it cannot be looked into: a password protects it, for example.
    Threats,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ScanDetail {
    s3_object_details: ObjectDetails,
    scan_result_details: ResultDetails,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ObjectDetails {
    object_key: String,
    e_tag: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResultDetails {
    scan_result_status: String,
}

/// The scan in a message of the bus; `None` where it is of nothing in the quarantine.
pub(crate) fn parse_scan(event: &Value) -> Option<ScannedDocument> {
    let detail: ScanDetail = serde_json::from_value(event.get("detail")?.clone()).ok()?;
    let verdict = match detail.scan_result_details.scan_result_status.as_str() {
        "NO_THREATS_FOUND" => Some(ScanVerdict::NoThreats),
        "THREATS_FOUND" | "UNSUPPORTED" => Some(ScanVerdict::Threats),
        _ => None,
    };
    let document = Document::in_quarantine(&detail.s3_object_details.object_key)?;
    Some(ScannedDocument { document, etag: detail.s3_object_details.e_tag, verdict })
}

/// The claim of an event of that type; `None` for any other event.
pub(crate) fn claim_of(event_type: EventType, event: &Value) -> Option<ClaimId> {
    let name = event.get("detail-type")?.as_str()?;
    let claim = event.get("detail")?.get("claim")?.as_str()?;
    (EventType::parse(name)? == event_type).then(|| ClaimId::parse(claim).ok())?
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(key: &str, status: &str) -> Value {
        json!({
            "source": "aws.guardduty",
            "detail-type": "GuardDuty Malware Protection Object Scan Result",
            "detail": {
                "schemaVersion": "1.0", "scanStatus": "COMPLETED", "resourceType": "S3_OBJECT",
                "s3ObjectDetails": {"bucketName": "b", "objectKey": key, "eTag": "tag"},
                "scanResultDetails": {"scanResultStatus": status, "threats": null},
            },
        })
    }

    #[test]
    fn a_scan_of_the_quarantine_is_read_and_anything_else_is_not() {
        let key = format!("quarantine/{}/e1/{}", "a".repeat(26), "ab".repeat(32));
        let verdict = |status| parse_scan(&event(&key, status)).unwrap().verdict;
        assert_eq!(verdict("NO_THREATS_FOUND"), Some(ScanVerdict::NoThreats));
        assert_eq!(verdict("THREATS_FOUND"), Some(ScanVerdict::Threats));
        assert_eq!(verdict("UNSUPPORTED"), Some(ScanVerdict::Threats));
        assert_eq!(verdict("FAILED"), None);
        assert_eq!(parse_scan(&event("clean/x", "NO_THREATS_FOUND")), None);
        assert_eq!(parse_scan(&json!({"detail": {}})), None);
    }
}
