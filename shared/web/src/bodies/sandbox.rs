//! The test clock: forwards only, at most 400 days at once.

use chrono::{DateTime, Duration, Utc};
use domain::rejection::{FieldCode, FieldError, TextForm};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::failure::RequestError;
use crate::fields::BodyFields;
use crate::values::ValueError;

/// The furthest a call may move the clock.
const MAX_DAYS: i64 = 400;

/// Move the test clock, to a moment or by a duration.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ClockBody {
    /// Move the clock to a moment, at most 400 days ahead.
    To {
        /// The moment that the clock is to show.
        #[schema(format = DateTime)]
        now: String,
    },
    /// Move the clock by a duration of at most 400 days.
    By {
        /// By how much: an ISO 8601 duration in weeks, or in days, hours, minutes and seconds.
        #[schema(pattern = "^P(\\d+W|(\\d+D)?(T(\\d+H)?(\\d+M)?(\\d+S)?)?)$", example = "P7D")]
        advance: String,
    },
}

/// Where the test clock is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockMove {
    /// To this moment, not before what the clock shows.
    To(DateTime<Utc>),
    /// By this duration, forwards only.
    By(Duration),
}

impl ClockMove {
    /// The moment the clock is to show, where it shows `now`.
    pub fn target_time(self, now: DateTime<Utc>) -> Result<DateTime<Utc>, RequestError> {
        let (target, pointer) = match self {
            Self::To(target) => (Some(target), "/now"),
            Self::By(duration) => (now.checked_add_signed(duration), "/advance"),
        };
        let refused = |code| RequestError::Fields(vec![FieldError::new(pointer, code)]);
        match target {
            Some(target) if target < now => Err(refused(FieldCode::NotLater)),
            Some(target) if target - now <= Duration::days(MAX_DAYS) => Ok(target),
            Some(_) | None => Err(refused(FieldCode::OutOfRange)),
        }
    }
}

/// Reads a move of the clock: one of the two ways to say it.
pub fn read_clock_move(body: &Value) -> Result<ClockMove, RequestError> {
    let mut fields = BodyFields::of(body);
    let (to, by) = (fields.read_optional("now"), fields.read_optional::<String>("advance"));
    let by = by.map(|text| parse_duration(&text));
    if by == Some(None) {
        fields.refuse_value("advance", ValueError::wrong_form(TextForm::Duration));
    }
    let chosen = match (to, by) {
        (Some(_), Some(_)) => {
            fields.report_error("advance", FieldCode::UnknownField);
            None
        }
        (Some(to), None) => Some(ClockMove::To(to)),
        (None, Some(by)) => by.map(ClockMove::By),
        (None, None) => {
            if body.get("now").is_none() && body.get("advance").is_none() {
                fields.report_error("now", FieldCode::Required);
            }
            None
        }
    };
    fields.finish_reading(chosen)
}

/// An ISO 8601 duration without years and months, whose lengths differ.
fn parse_duration(text: &str) -> Option<Duration> {
    let text = text.strip_prefix('P')?;
    let (days, time) = match text.split_once('T') {
        Some((days, time)) => (days, Some(time)),
        None => (text, None),
    };
    if (days.is_empty() && time.is_none()) || time == Some("") {
        return None;
    }
    let whole_day = 24 * 60 * 60;
    let units: &[(char, i64)] =
        if days.ends_with('W') { &[('W', 7 * whole_day)] } else { &[('D', whole_day)] };
    let seconds = sum_units(days, units)?
        .checked_add(sum_units(time.unwrap_or_default(), &[('H', 3600), ('M', 60), ('S', 1)])?)?;
    Duration::try_seconds(seconds)
}

/// The sum of numbers with units, each unit at most once and in this order.
fn sum_units(mut text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut total: i64 = 0;
    for (unit, seconds) in units {
        let Some((number, rest)) = text.split_once(*unit) else { continue };
        let number: u32 =
            number.parse().ok().filter(|_| number.bytes().all(|c| c.is_ascii_digit()))?;
        total = total.checked_add(i64::from(number).checked_mul(*seconds)?)?;
        text = rest;
    }
    text.is_empty().then_some(total)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::bodies::tests::refused;

    fn noon() -> DateTime<Utc> {
        crate::values::parse_instant("2026-11-23T12:00:00Z").unwrap()
    }

    fn moved(body: &Value) -> Result<DateTime<Utc>, RequestError> {
        read_clock_move(body)?.target_time(noon())
    }

    #[test]
    fn the_clock_goes_to_a_moment_or_by_a_duration() {
        assert_eq!(moved(&json!({"now": "2026-11-24T12:00:00Z"})), Ok(noon() + Duration::days(1)));
        for (text, seconds) in [
            ("P7D", 7 * 86_400),
            ("P1W", 7 * 86_400),
            ("PT90M", 5400),
            ("P1DT2H3M4S", 93_784),
            ("PT0S", 0),
            ("P400D", 400 * 86_400),
        ] {
            let target = moved(&json!({"advance": text}));
            assert_eq!(target, Ok(noon() + Duration::seconds(seconds)), "{text}");
        }
    }

    #[test]
    fn durations_that_are_none_are_malformed() {
        for text in [
            "",
            "P",
            "PT",
            "7D",
            "P-1D",
            "P+1D",
            "P1M",
            "P1Y",
            "P1DT",
            "PT1S1M",
            "P1D2D",
            "P1.5D",
            "P99999999999999999999D",
            "P1WT1H ",
            "PD",
        ] {
            assert_eq!(refused(moved(&json!({"advance": text}))), ["malformed /advance"], "{text}");
        }
    }

    #[test]
    fn it_never_goes_back_nor_further_than_400_days() {
        assert_eq!(refused(moved(&json!({"now": "2026-11-23T11:59:59Z"}))), ["not-later /now"]);
        assert_eq!(refused(moved(&json!({"advance": "P400DT1S"}))), ["out-of-range /advance"]);
        assert_eq!(refused(moved(&json!({"now": "9999-01-01T00:00:00Z"}))), ["out-of-range /now"]);
    }

    #[test]
    fn one_way_to_say_it_is_asked_for() {
        assert_eq!(refused(moved(&json!({}))), ["required /now"]);
        assert_eq!(refused(moved(&json!({"now": "tomorrow"}))), ["malformed /now"]);
        let both = json!({"now": "2026-11-24T12:00:00Z", "advance": "P1D"});
        assert_eq!(refused(moved(&both)), ["unknown-field /advance"]);
    }
}
