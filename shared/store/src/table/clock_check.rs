//! The clock check (`docs/architecture.md §3.4`): the function's clock against the table's `Date` header.
//! It sits in the close itself, so that readers are bound by it too.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::config::interceptors::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use chrono::{DateTime, Duration, Utc};
use domain::claim::Instant;

use super::config::Store;
use super::error::StoreError;

/// How far the two clocks may differ.
const TOLERANCE: Duration = Duration::seconds(2);
/// `Date` is in whole seconds.
const RESOLUTION: Duration = Duration::seconds(1);

/// What both clocks said around one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClockSample {
    /// The function's clock when the request went out.
    pub(crate) sent_at: Instant,
    /// The function's clock when the answer came.
    pub(crate) received_at: Instant,
    /// The table's clock; `None` where the answer does not say.
    pub(crate) date: Option<Instant>,
}

impl ClockSample {
    /// The time by which deadlines are due: the earlier of the two clocks, if they agree.
    pub(crate) fn checked_time(&self) -> Result<Instant, StoreError> {
        let date = self.date.ok_or(StoreError::ClockUntrusted)?;
        let behind = date + RESOLUTION < self.sent_at - TOLERANCE;
        let ahead = date > self.received_at + TOLERANCE;
        if behind || ahead {
            return Err(StoreError::ClockUntrusted);
        }
        Ok(date.min(self.received_at))
    }

    /// The later of the two clocks: what is not due by it is not due.
    pub(crate) fn latest_time(&self) -> Instant {
        self.date.map_or(self.received_at, |date| date.max(self.received_at))
    }
}

type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// Takes a [`ClockSample`] of the call it is given to; of several attempts, the last.
#[derive(Clone)]
pub(crate) struct ClockProbe {
    clock: Clock,
    seen: Arc<Mutex<ClockReadings>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct ClockReadings {
    sent_at: Option<Instant>,
    received_at: Option<Instant>,
    date: Option<Instant>,
}

impl ClockProbe {
    /// The sample; without a date where no answer came.
    pub(crate) fn take_sample(&self) -> ClockSample {
        let seen = *self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = (self.clock)();
        ClockSample {
            sent_at: seen.sent_at.unwrap_or(now),
            received_at: seen.received_at.unwrap_or(now),
            date: seen.date,
        }
    }

    fn note_reading(&self, change: impl FnOnce(&mut ClockReadings)) {
        change(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl std::fmt::Debug for ClockProbe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClockProbe")
    }
}

impl Intercept for ClockProbe {
    fn name(&self) -> &'static str {
        "ClockProbe"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let sent_at = Some((self.clock)());
        self.note_reading(|seen| *seen = ClockReadings { sent_at, ..ClockReadings::default() });
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let header = context.response().headers().get("date");
        let date = header.and_then(|text| DateTime::parse_from_rfc2822(text).ok());
        let received_at = Some((self.clock)());
        self.note_reading(|seen| {
            seen.received_at = received_at;
            seen.date = date.map(|date| date.to_utc());
        });
        Ok(())
    }
}

impl Store {
    /// A probe for one call.
    pub(crate) fn clock_probe(&self) -> ClockProbe {
        ClockProbe { clock: Arc::clone(&self.config.clock), seen: Arc::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(date_ms: i64, sent_ms: i64, received_ms: i64) -> bool {
        let base = DateTime::from_timestamp_millis(1_795_000_000_000).unwrap();
        let at = |ms| base + Duration::milliseconds(ms);
        let (sent_at, received_at) = (at(sent_ms), at(received_ms));
        ClockSample { sent_at, received_at, date: Some(at(date_ms)) }.checked_time().is_ok()
    }

    #[test]
    fn two_seconds_either_way_are_within_what_whole_seconds_can_tell() {
        assert!(checked(0, 0, 10));
        assert!(checked(0, 3000, 3010) && !checked(0, 3001, 3010), "the function is ahead");
        assert!(checked(2000, 0, 0) && !checked(2001, 0, 0), "the function is behind");
    }

    #[test]
    fn an_hour_either_way_is_refused_and_so_is_an_answer_without_a_date() {
        assert!(!checked(0, 3_600_000, 3_600_010) && !checked(3_600_000, 0, 10));
        let now = DateTime::from_timestamp_millis(0).unwrap();
        let sample = ClockSample { sent_at: now, received_at: now, date: None };
        assert!(matches!(sample.checked_time(), Err(StoreError::ClockUntrusted)));
    }

    #[test]
    fn due_is_what_is_due_by_the_earlier_of_the_two_clocks() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let sample = ClockSample { sent_at: at(10), received_at: at(12), date: Some(at(11)) };
        assert_eq!((sample.checked_time().unwrap(), sample.latest_time()), (at(11), at(12)));
    }
}
