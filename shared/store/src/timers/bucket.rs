//! Buckets: the quarters of an hour in which timers stand.

use chrono::{DateTime, Duration};
use domain::claim::Instant;

/// The length of a bucket. Every UTC offset in use is a multiple of it.
pub(crate) const QUARTER: Duration = Duration::minutes(15);
/// When a bucket may be drained, after its time: the longest grace, and longer than any function
/// that writes timers runs.
pub(crate) const SETTLING_TIME: Duration = Duration::seconds(120);

/// The deadline rounded up to a quarter, never earlier than the next quarter from now.
pub(super) fn bucket_of(deadline: Instant, now: Instant) -> Instant {
    let floor = floor_quarter(deadline);
    let rounded = if floor == deadline { floor } else { floor + QUARTER };
    rounded.max(floor_quarter(now) + QUARTER)
}

/// The quarter an instant is in.
pub(crate) fn floor_quarter(at: Instant) -> Instant {
    let quarter = QUARTER.num_milliseconds();
    let millis = at.timestamp_millis().div_euclid(quarter) * quarter;
    DateTime::from_timestamp_millis(millis).unwrap_or(at)
}

/// The bucket after another.
pub(crate) fn next_bucket(bucket: Instant) -> Instant {
    bucket + QUARTER
}

/// The last bucket that may be drained at `now`.
pub(crate) fn last_drainable(now: Instant) -> Instant {
    floor_quarter(now - SETTLING_TIME)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    #[test]
    fn a_deadline_is_found_in_the_quarter_at_or_after_it() {
        let now = at("2026-12-01T00:00:00Z");
        let quarter = at("2026-12-31T23:00:00Z");
        assert_eq!(bucket_of(quarter, now), quarter);
        assert_eq!(bucket_of(quarter - Duration::milliseconds(1), now), quarter);
        assert_eq!(bucket_of(quarter + Duration::milliseconds(1), now), quarter + QUARTER);
    }

    #[test]
    fn no_timer_goes_into_a_quarter_that_has_begun() {
        let now = at("2026-12-01T12:00:00Z");
        assert_eq!(bucket_of(now, now), now + QUARTER);
        assert_eq!(bucket_of(now - Duration::days(3), now), now + QUARTER);
    }
}
