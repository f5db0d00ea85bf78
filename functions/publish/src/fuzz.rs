//! The reader of the stream's records under inputs that nobody thought of (`CONTRIBUTING.md`, section 10.4).

use fuzz::bytes;
use serde_json::Value;

use crate::record::{RecordChange, read_change, sequence_number};

/// The one record of an event of the stream.
fn stream_record(event: &str) -> Value {
    let event: Value = serde_json::from_str(event).unwrap();
    event["Records"][0].clone()
}

#[test]
fn a_record_is_read_or_parked_with_its_number() {
    let submitted = stream_record(include_str!("../events/submitted.json"));
    let mut modified = submitted.clone();
    modified["eventName"] = "MODIFY".into();
    modified["dynamodb"]["OldImage"] = submitted["dynamodb"]["NewImage"].clone();
    modified["dynamodb"]["NewImage"]["v"]["N"] = "2".into();
    let reminder = stream_record(include_str!("../events/reminder.json"));
    let examples = [submitted, modified, reminder].map(|record| record.to_string());
    let examples = examples.each_ref().map(std::string::String::as_bytes);
    let tally = bytes("stream record", &examples, |bytes| {
        let Ok(record) = serde_json::from_slice::<Value>(bytes) else { return false };
        assert!(sequence_number(&record).len() <= bytes.len());
        match read_change(&record) {
            Ok(RecordChange::Version { old, new }) => {
                assert!(old.is_none_or(|old| old.version() < new.version()));
                true
            }
            Ok(RecordChange::Reminder(_) | RecordChange::Nothing) => true,
            Err(_) => false,
        }
    });
    assert!(tally.accepted > 0 && tally.accepted < tally.inputs, "{tally:?}");
}
