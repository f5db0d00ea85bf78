//! The digits of a code, as people paste them.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// The digits of a notice's code.
pub const DECISION_CODE_DIGITS: usize = 6;
/// The digits of a receipt's code.
pub const UNDO_CODE_DIGITS: usize = 10;
/// The most characters of a code as it is typed, with everything that does not count.
pub const MAX_TYPED_CHARS: usize = 100;

/// A text that is not the digits of a code. It is no try: nobody guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the digits of a code")]
pub struct MalformedCode;

/// The `count` digits that a text says, as ASCII. White space, dashes and invisible characters do not count; the
/// decimal digits of every script do.
///
/// ```
/// use notice::code::{MalformedCode, read_digits};
///
/// assert_eq!(read_digits(" 304-999 ", 6), Ok("304999".to_owned()));
/// assert_eq!(read_digits("٣٠٤٩٩٩", 6), Ok("304999".to_owned()));
/// assert_eq!(read_digits("304 99", 6), Err(MalformedCode));
/// ```
///
/// # Errors
/// [`MalformedCode`].
pub fn read_digits(text: &str, count: usize) -> Result<String, MalformedCode> {
    if text.chars().nth(MAX_TYPED_CHARS).is_some() {
        return Err(MalformedCode);
    }
    let counted = text.chars().filter(|c| !is_ignored(*c));
    let digits: String = counted.map(ascii_digit).collect::<Option<_>>().ok_or(MalformedCode)?;
    if digits.len() == count { Ok(digits) } else { Err(MalformedCode) }
}

/// Whether a character only separates digits, or is not seen.
fn is_ignored(c: char) -> bool {
    let of_its_kind = matches!(
        c.general_category(),
        GeneralCategory::DashPunctuation | GeneralCategory::Format | GeneralCategory::Control
    );
    c.is_whitespace() || of_its_kind || is_other_dash(c) || is_other_invisible(c)
}

/// The characters with the property `Dash` that are no punctuation: minus signs, and the swung dash.
fn is_other_dash(c: char) -> bool {
    matches!(c, '\u{2053}' | '\u{207b}' | '\u{208b}' | '\u{2212}')
}

/// Marks that are not seen: the grapheme joiner, and the selectors of a way to show the character before.
fn is_other_invisible(c: char) -> bool {
    matches!(c, '\u{34f}' | '\u{fe00}'..='\u{fe0f}')
}

/// The ASCII digit of the same value, of a decimal digit of any script.
fn ascii_digit(c: char) -> Option<char> {
    if !is_decimal(c) {
        return None;
    }
    // By the stability policy of Unicode they come in runs of ten, zero first; a test counts them.
    let before = (0..u32::from(c)).rev();
    let before = before.take_while(|code| char::from_u32(*code).is_some_and(is_decimal)).count();
    u32::try_from(before % 10).ok().and_then(|value| char::from_digit(value, 10))
}

fn is_decimal(c: char) -> bool {
    c.general_category() == GeneralCategory::DecimalNumber
}

#[cfg(test)]
mod tests {
    use super::*;

    fn six(text: &str) -> Result<String, MalformedCode> {
        read_digits(text, DECISION_CODE_DIGITS)
    }

    #[test]
    fn a_code_is_taken_as_people_paste_it() {
        for text in [
            "304999",
            "304-999",
            "304 999\r\n",
            "\u{a0}\u{200b}304999\u{200b}\u{a0}",
            "\u{feff}304\u{ad}999",
            "\u{200e}304\u{202f}999\u{200f}",
            "\u{2066}304999\u{2069}",
            "304\u{2010}9\u{2011}9\u{2013}9\u{2014}",
            "304\u{2212}999",
            "３０４９９９",
            "３０４－９９９",
            "٣٠٤٩٩٩",
            "۳۰۴۹۹۹",
            "३०४९९९",
            "𝟛𝟘𝟜𝟡𝟡𝟡",
            "3\u{fe0f}04999",
            "\t3\u{3000}0\u{2003}4\u{2028}999",
        ] {
            assert_eq!(six(text), Ok("304999".to_owned()), "{text:?}");
        }
    }

    #[test]
    fn what_is_not_six_digits_is_malformed() {
        let long = format!("304999{}", " ".repeat(MAX_TYPED_CHARS));
        for text in [
            "",
            " ",
            "-",
            "30499",
            "3049991",
            "30499x",
            "304.999",
            "30499²",
            "30499½",
            "三〇四九九九",
            "304999!",
            "Code: 304999",
            &long,
            &"0".repeat(1_000_000),
        ] {
            assert_eq!(six(text), Err(MalformedCode), "{text:.20}");
        }
        assert_eq!(read_digits("0123 456 789", UNDO_CODE_DIGITS), Ok("0123456789".to_owned()));
        assert_eq!(read_digits("304999", UNDO_CODE_DIGITS), Err(MalformedCode));
    }

    #[test]
    fn the_decimal_digits_of_every_script_come_in_runs_of_ten() {
        let (mut run, mut all) = (0, 0);
        for code in 0..=u32::from(char::MAX) {
            if char::from_u32(code).is_some_and(is_decimal) {
                (run, all) = (run + 1, all + 1);
            } else {
                assert_eq!(run % 10, 0, "before U+{code:04X}");
                run = 0;
            }
        }
        assert!(all >= 650, "{all}");
        for (zero, nine) in [('0', '9'), ('٠', '٩'), ('०', '९'), ('๐', '๙'), ('𝟎', '𝟗'), ('𝟶', '𝟿')]
        {
            assert_eq!((ascii_digit(zero), ascii_digit(nine)), (Some('0'), Some('9')), "{zero}");
        }
    }
}
