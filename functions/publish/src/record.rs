//! A record of the stream, read by itself, so that one that cannot be read stops no other.

use aws_lambda_events::event::dynamodb::{EventRecord, StreamRecord};
use serde_json::Value;
use store::{ClaimImage, ReminderDue};

/// What a record says.
pub(crate) enum RecordChange {
    /// The claim has a new version.
    Version {
        /// `None` of the first version.
        old: Option<Box<ClaimImage>>,
        new: Box<ClaimImage>,
    },
    /// A reminder is due.
    Reminder(ReminderDue),
    /// Nothing that concerns the history.
    Nothing,
}

/// The record's number, by which the platform knows it.
pub(crate) fn sequence_number(record: &Value) -> String {
    let number = record.pointer("/dynamodb/SequenceNumber").and_then(Value::as_str);
    number.unwrap_or_default().to_owned()
}

/// Reads a record. A put that changes nothing makes a record, too: only a version that rose counts.
///
/// # Errors
/// Why it cannot be read.
pub(crate) fn read_change(record: &Value) -> Result<RecordChange, String> {
    let is_mark = is_mark_of_reminder(record);
    let record: EventRecord =
        serde_json::from_value(record.clone()).map_err(|error| error.to_string())?;
    let (name, change) = (record.event_name, record.change);
    if is_mark {
        return read_reminder(&name, change);
    }
    let read =
        |item| ClaimImage::from_stream(item).map(Box::new).map_err(|error| error.to_string());
    match name.as_str() {
        "INSERT" => Ok(RecordChange::Version { old: None, new: read(change.new_image)? }),
        "MODIFY" => {
            let (old, new) = (read(change.old_image)?, read(change.new_image)?);
            if new.version() <= old.version() {
                return Ok(RecordChange::Nothing);
            }
            Ok(RecordChange::Version { old: Some(old), new })
        }
        "REMOVE" => Ok(RecordChange::Nothing),
        other => Err(format!("unknown event name {other:?}")),
    }
}

/// Whether the record is of the mark that a reminder leaves beside its claim.
fn is_mark_of_reminder(record: &Value) -> bool {
    let sort = record.pointer("/dynamodb/Keys/sk/S").and_then(Value::as_str);
    sort.is_some_and(|sort| sort.starts_with("M#"))
}

/// A mark is put once and never changed.
fn read_reminder(event_name: &str, change: StreamRecord) -> Result<RecordChange, String> {
    if event_name != "INSERT" {
        return Ok(RecordChange::Nothing);
    }
    ReminderDue::from_stream(change.new_image)
        .map(RecordChange::Reminder)
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(name: &str, change: &Value) -> Value {
        let mut record = json!({
            "eventID": "e", "eventName": name, "awsRegion": "us-east-1",
            "dynamodb": {
                "ApproximateCreationDateTime": 1_795_390_881, "SequenceNumber": "7", "SizeBytes": 0,
                "Keys": {"pk": {"S": "C#aaaa"}, "sk": {"S": "A"}},
            },
        });
        for (name, value) in change.as_object().unwrap() {
            record["dynamodb"][name] = value.clone();
        }
        record
    }

    #[test]
    fn a_record_of_an_unknown_version_cannot_be_read_and_keeps_its_number() {
        let unknown = record("INSERT", &json!({"NewImage": {"v": {"S": "FAILME"}}}));
        assert!(read_change(&unknown).is_err());
        assert_eq!(sequence_number(&unknown), "7");
    }

    #[test]
    fn an_unknown_kind_of_record_cannot_be_read_and_a_removal_says_nothing() {
        assert!(read_change(&record("RENAME", &json!({}))).is_err());
        assert!(read_change(&json!({"eventName": "INSERT"})).is_err());
        assert!(matches!(read_change(&record("REMOVE", &json!({}))), Ok(RecordChange::Nothing)));
    }
}
