//! The reader of the mail provider's reports under inputs that nobody thought of (`CONTRIBUTING.md`, section 10.4).

use domain::recipient::RecipientNo;
use fuzz::{Tally, texts};

use crate::report::read_report;

/// The bodies of the reports in an event of the queue.
fn report_bodies(event: &str) -> Vec<String> {
    let event: serde_json::Value = serde_json::from_str(event).unwrap();
    let records = event["Records"].as_array().unwrap();
    records.iter().map(|record| record["body"].as_str().unwrap().to_owned()).collect()
}

/// The report without the envelope of the topic.
fn unwrap_envelope(body: &str) -> String {
    let envelope: serde_json::Value = serde_json::from_str(body).unwrap();
    envelope["Message"].as_str().unwrap().to_owned()
}

#[test]
fn a_report_is_of_a_claim_and_a_recipient_that_its_tags_name() {
    let events = [include_str!("../events/bounced.json"), include_str!("../events/delivered.json")];
    let wrapped: Vec<_> = events.into_iter().flat_map(report_bodies).collect();
    let plain: Vec<_> = wrapped.iter().map(|body| unwrap_envelope(body)).collect();
    let examples: Vec<_> = wrapped.iter().chain(&plain).map(String::as_str).collect();
    let tally: Tally = texts("mail report", &examples, |text| {
        let Some(report) = read_report(text) else { return false };
        assert!(RecipientNo::new(report.recipient.0).is_some(), "{report:?}");
        assert!(text.contains(&report.recipient.0.to_string()), "{report:?}");
        assert_eq!(read_report(text).as_ref(), Some(&report));
        true
    });
    assert!(tally.accepted > 0 && tally.accepted < tally.inputs, "{tally:?}");
}
