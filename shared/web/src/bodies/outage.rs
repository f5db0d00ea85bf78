//! An outage for which windows become longer.

use domain::claim::Instant;
use domain::outage::{OutageWish, interval_error};
use domain::text::Comment;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::failure::RequestError;
use crate::fields::BodyFields;

/// Give every window that ends in an interval one business day more.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtendWindowsBody {
    /// From which end of a window on, with its offset from UTC.
    #[schema(format = DateTime)]
    pub closing_from: String,
    /// Up to which end of a window, exclusive: at most 3 days behind `closing_from`, and at most 7 days ahead.
    #[schema(format = DateTime)]
    pub closing_until: String,
    /// Why customers cannot answer, for the operator's staff.
    #[schema(min_length = 1, max_length = 2000)]
    pub comment: String,
}

/// Reads an outage that is announced at `at`.
///
/// # Errors
/// Every field that is wrong.
pub fn read_outage(body: &Value, at: Instant) -> Result<OutageWish, RequestError> {
    let mut fields = BodyFields::of(body);
    let from = fields.read_required::<Instant>("closing_from");
    let until = fields.read_required::<Instant>("closing_until");
    let comment = fields.read_required::<Comment>("comment");
    if let Some(code) = from.zip(until).and_then(|(from, until)| interval_error(from, until, at)) {
        fields.report_error("closing_until", code);
    }
    let wish = from.zip(until).zip(comment).map(|((closing_from, closing_until), comment)| {
        OutageWish { closing_from, closing_until, comment }
    });
    fields.finish_reading(wish)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::bodies::tests::refused;

    const NOW: &str = "2026-12-22T14:00:00Z";

    fn read(from: &str, until: &str) -> Result<OutageWish, RequestError> {
        let body = json!({"closing_from": from, "closing_until": until, "comment": "Unreachable"});
        read_outage(&body, NOW.parse().unwrap())
    }

    #[test]
    fn an_interval_may_have_begun_and_may_not_be_over() {
        assert!(read("2026-12-20T14:00:00Z", "2026-12-22T14:00:00.001Z").is_ok());
        assert!(read("2026-12-22T23:00:00+01:00", "2026-12-23T23:00:00+01:00").is_ok());
        for until in ["2026-12-22T14:00:00Z", "2026-12-20T14:00:00Z", "2026-12-19T14:00:00Z"] {
            assert_eq!(refused(read("2026-12-20T14:00:00Z", until)), ["not-later /closing_until"]);
        }
    }

    #[test]
    fn an_interval_is_of_three_days_at_most_and_ends_within_a_week() {
        assert!(read("2026-12-22T14:00:00Z", "2026-12-25T14:00:00Z").is_ok());
        assert!(read("2026-12-26T14:00:00Z", "2026-12-29T14:00:00Z").is_ok());
        for (from, until) in [
            ("2026-12-22T14:00:00Z", "2026-12-25T14:00:00.001Z"),
            ("2026-12-29T13:00:00Z", "2026-12-29T14:00:00.001Z"),
            ("2026-12-22T14:00:00Z", "2027-12-22T14:00:00Z"),
        ] {
            assert_eq!(refused(read(from, until)), ["out-of-range /closing_until"], "{until}");
        }
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let body = json!({"closing_from": "yesterday", "comment": "x".repeat(2001), "days": 2});
        let expected = [
            "malformed /closing_from",
            "required /closing_until",
            "too-long /comment",
            "unknown-field /days",
        ];
        assert_eq!(refused(read_outage(&body, NOW.parse().unwrap())), expected);
        let inverted = json!({"closing_from": NOW, "closing_until": NOW, "comment": " "});
        let expected = ["not-later /closing_until", "too-short /comment"];
        assert_eq!(refused(read_outage(&inverted, NOW.parse().unwrap())), expected);
    }
}
