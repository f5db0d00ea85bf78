//! Many runs of the same thing, in a few figures.

use std::time::Duration;

/// Measured values.
#[derive(Debug, Clone, Default)]
pub struct Series(Vec<f64>);

impl Series {
    /// Adds a value.
    pub fn add(&mut self, value: f64) {
        self.0.push(value);
    }

    /// Adds a time, in milliseconds.
    pub fn add_ms(&mut self, time: Duration) {
        self.add(time.as_secs_f64() * 1e3);
    }

    /// Adds all values of another.
    pub fn extend(&mut self, other: &Self) {
        self.0.extend(&other.0);
    }

    /// The value at that part of the way from the smallest to the largest.
    pub fn quantile(&self, part: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().saturating_sub(1);
        let place = (as_f64(last) * part).round();
        let place = (0..=last).find(|at| as_f64(*at) >= place).unwrap_or(last);
        sorted.get(place).copied().unwrap_or(f64::NAN)
    }

    /// The median.
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// How many values there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Median and spread, in as many digits as mean something: `4.2 (4.0–4.9)`; a dash for nothing.
    pub fn text(&self) -> String {
        if self.0.is_empty() {
            return "–".to_owned();
        }
        let [median, low, high] = [0.5, 0.0, 1.0].map(|part| digits(self.quantile(part)));
        format!("{median} ({low}–{high})")
    }
}

/// A number in three significant digits, or whole.
pub fn digits(value: f64) -> String {
    match value {
        value if value < 1.0 => format!("{value:.2}"),
        value if value < 100.0 => format!("{value:.1}"),
        value => grouped(value),
    }
}

/// A whole number in groups of three digits.
pub fn grouped(value: f64) -> String {
    let text = format!("{value:.0}");
    let mut groups: Vec<&str> = Vec::new();
    let mut rest = text.as_str();
    while rest.len() > 3 {
        let (front, group) = rest.split_at(rest.len() - 3);
        groups.push(group);
        rest = front;
    }
    groups.push(rest);
    groups.reverse();
    groups.join(",")
}

/// A count as a number to calculate with.
#[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "counts are far below 2^52")]
pub fn as_f64(count: usize) -> f64 {
    count as f64
}

/// Bytes in megabytes of a million.
pub fn megabytes(bytes: u64) -> f64 {
    as_f64(usize::try_from(bytes).unwrap_or(usize::MAX)) / 1e6
}
