//! Usage as a small line: how many people used an item, day by day.

use chrono::NaiveDate;

use crate::dates;
use crate::messages::Messages;
use language::Language;

/// The width of the picture, in its own units.
const WIDTH: u32 = 300;
/// The height of the picture, in its own units.
const HEIGHT: u32 = 40;
/// What is left free above and below the line, so that its stroke is whole.
const EDGE: u32 = 3;

/// The line of an item, and what it shows in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UsageLine {
    /// The points of each part of the line, as SVG writes them; a day that is not shown ends a part.
    pub(crate) parts: Vec<String>,
    /// The same in words, for whoever does not see it.
    pub(crate) text: String,
}

impl UsageLine {
    /// The line through the counts, which are in the order of their days.
    pub(crate) fn of(days: &[(NaiveDate, Option<u32>)], language: Language) -> Self {
        let shown: Vec<_> = days.iter().filter_map(|(_, count)| *count).collect();
        let (Some(least), Some(most)) = (shown.iter().min(), shown.iter().max()) else {
            let message = if days.is_empty() { "usage-line-none" } else { "usage-line-few" };
            return Self { parts: Vec::new(), text: Messages::new(language).of(message) };
        };
        Self { parts: line_parts(days, *most), text: line_text(days, (*least, *most), language) }
    }
}

fn line_text(
    days: &[(NaiveDate, Option<u32>)],
    (least, most): (u32, u32),
    language: Language,
) -> String {
    let day = |at: Option<&(NaiveDate, Option<u32>)>| {
        at.map(|(date, _)| dates::format_short(language, *date)).unwrap_or_default()
    };
    Messages::new(language)
        .with_value("from", day(days.first()))
        .with_value("to", day(days.last()))
        .with_value("least", least)
        .with_value("most", most)
        .of("usage-line")
}

/// The parts of the line: each day stands where its date is, each count as high as it is of the most.
fn line_parts(days: &[(NaiveDate, Option<u32>)], most: u32) -> Vec<String> {
    let first = days.first().map(|(date, _)| *date).unwrap_or_default();
    let last = days.last().map(|(date, _)| *date).unwrap_or_default();
    let length = u32::try_from((last - first).num_days()).unwrap_or(0).max(1);
    let mut parts: Vec<Vec<String>> = vec![Vec::new()];
    let mut before: Option<NaiveDate> = None;
    for (date, count) in days {
        let is_next = before.is_some_and(|before| (*date - before).num_days() == 1);
        if !is_next || count.is_none() {
            parts.push(Vec::new());
        }
        before = Some(*date);
        if let (Some(count), Some(part)) = (count, parts.last_mut()) {
            let day = u32::try_from((*date - first).num_days()).unwrap_or(0);
            part.push(format!("{},{}", x_of(day, length), y_of(*count, most)));
        }
    }
    let drawn = parts.into_iter().filter(|part| !part.is_empty());
    drawn.map(|points| close_dot(points).join(" ")).collect()
}

/// A single day is a dot: the same point twice, which a round end of the line shows.
fn close_dot(mut points: Vec<String>) -> Vec<String> {
    if let [only] = points.as_slice() {
        points.push(only.clone());
    }
    points
}

fn x_of(day: u32, length: u32) -> u32 {
    EDGE + day.saturating_mul(WIDTH - 2 * EDGE) / length
}

fn y_of(count: u32, most: u32) -> u64 {
    let height = u64::from(HEIGHT - 2 * EDGE);
    let risen = u64::from(count) * height / u64::from(most.max(1));
    u64::from(HEIGHT - EDGE).saturating_sub(risen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(counts: &[Option<u32>]) -> Vec<(NaiveDate, Option<u32>)> {
        let first = NaiveDate::from_ymd_opt(2026, 12, 1).unwrap();
        first.iter_days().zip(counts.iter().copied()).collect()
    }

    #[test]
    fn the_line_goes_from_edge_to_edge_and_as_high_as_the_most() {
        let line = UsageLine::of(&days(&[Some(10), Some(20), Some(5)]), Language::En);
        assert_eq!(line.parts, ["3,20 150,3 297,29"]);
        assert_eq!(line.text, "1 December to 3 December: 5 to 20 people a day");
    }

    #[test]
    fn a_day_without_a_count_or_with_one_that_is_not_shown_is_a_gap() {
        let mut some = days(&[Some(10), None, Some(10), Some(10), Some(10)]);
        some.remove(3);
        let line = UsageLine::of(&some, Language::En);
        assert_eq!(line.parts, ["3,3 3,3", "150,3 150,3", "297,3 297,3"]);
    }

    #[test]
    fn where_nothing_is_shown_words_say_why() {
        let line = UsageLine::of(&[], Language::En);
        assert!(line.parts.is_empty() && line.text.contains("No counts"), "{}", line.text);
        let few = UsageLine::of(&days(&[None, None]), Language::En);
        assert!(few.parts.is_empty() && few.text.contains("below five"), "{}", few.text);
    }

    #[test]
    fn no_count_leaves_the_picture() {
        let line = UsageLine::of(&days(&[Some(u32::MAX), Some(0)]), Language::En);
        assert_eq!(line.parts, ["3,3 297,37"]);
    }
}
