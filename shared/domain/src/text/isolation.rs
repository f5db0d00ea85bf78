//! Names that are printed amid other text. A name that is isolated turns nothing around it, in whatever direction it
//! is written.

use std::iter::once;

use icu_properties::CodePointMapData;
use icu_properties::props::BidiClass;

/// Begins a text whose direction is its own (U+2068).
pub const ISOLATE_BEGIN: char = '\u{2068}';
/// Ends a text whose direction is its own (U+2069).
pub const ISOLATE_END: char = '\u{2069}';

/// The name between marks that isolate it. What in the name itself would turn text or end a line is left out: names
/// that were stored long ago may have it.
///
/// ```
/// assert_eq!(domain::text::isolation::isolate_name("Alpine"), "\u{2068}Alpine\u{2069}");
/// ```
pub fn isolate_name(name: &str) -> String {
    let kept = name.chars().filter(|c| !turns_text(*c));
    let kept = kept.map(|c| if is_line_break(c) { ' ' } else { c });
    once(ISOLATE_BEGIN).chain(kept).chain(once(ISOLATE_END)).collect()
}

/// The text without the marks around names that are written from left to right: among text that is written so too,
/// they change nothing. For texts that are shown where such a mark may be seen, as the subject of a mail.
pub fn without_idle_marks(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, name, after)) = next_isolated(rest) {
        kept.push_str(before);
        if name.chars().any(is_from_right_to_left) {
            kept.extend(once(ISOLATE_BEGIN).chain(name.chars()).chain(once(ISOLATE_END)));
        } else {
            kept.push_str(name);
        }
        rest = after;
    }
    kept.push_str(rest);
    kept
}

/// What stands before the first isolated name, the name, and what follows it.
fn next_isolated(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once(ISOLATE_BEGIN)?;
    let (name, after) = rest.split_once(ISOLATE_END)?;
    Some((before, name, after))
}

/// The characters that order text and are not seen (Unicode Standard Annex 9, sections 2.1 to 2.6).
fn turns_text(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

fn is_line_break(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

fn is_from_right_to_left(c: char) -> bool {
    let class = CodePointMapData::<BidiClass>::new().get(c);
    [BidiClass::RightToLeft, BidiClass::ArabicLetter, BidiClass::ArabicNumber].contains(&class)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Hebrew name.
    const HEBREW: &str = "אלפין";

    #[test]
    fn a_name_cannot_leave_its_isolation_or_turn_itself() {
        for name in [
            "Alpine\u{2069}\u{202e}Cloud",
            "\u{2067}Alpine\u{2068}Cloud",
            "Al\u{200f}pine\u{61c}Cloud",
            "\u{202d}AlpineCloud\u{202c}",
        ] {
            assert_eq!(isolate_name(name), "\u{2068}AlpineCloud\u{2069}", "{name:?}");
        }
        assert_eq!(isolate_name("a\u{2029}b\nc"), "\u{2068}a b c\u{2069}");
        // What joins letters stays.
        assert!(isolate_name("نامه\u{200c}ام").contains('\u{200c}'));
    }

    #[test]
    fn marks_stay_around_names_that_are_written_from_right_to_left_alone() {
        let text = format!("{}: {} 5", isolate_name(HEBREW), isolate_name("Alpine 5"));
        assert_eq!(without_idle_marks(&text), format!("\u{2068}{HEBREW}\u{2069}: Alpine 5 5"));
        assert_eq!(without_idle_marks("plain"), "plain");
        assert_eq!(without_idle_marks("\u{2068}no end"), "\u{2068}no end");
        assert_eq!(without_idle_marks(&isolate_name("٣")), isolate_name("٣"), "an Arabic digit");
    }
}
