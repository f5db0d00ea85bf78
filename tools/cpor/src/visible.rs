//! Text of others, printed so that it deceives nobody.

use std::fmt::Write as _;

use domain::text::is_hidden;

/// The text with every control, escape, format and direction character as `\u{…}`, and a backslash doubled.
///
/// ```
/// assert_eq!(cpor::visible::to_visible("a\u{1b}[31m\u{202e}b\\"), "a\\u{1b}[31m\\u{202e}b\\\\");
/// assert_eq!(cpor::visible::to_visible("Jana Nováková"), "Jana Nováková");
/// ```
pub fn to_visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character == '\\' {
            shown.push_str("\\\\");
        } else if is_hidden(character) {
            // A `String` takes whatever is written to it.
            write!(shown, "\\u{{{:x}}}", u32::from(character)).unwrap_or_default();
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_has_no_character_that_moves_the_cursor_or_turns_the_direction() {
        let hostile: String = ('\0'..=char::MAX).filter(|own| is_hidden(*own)).collect();
        let shown = to_visible(&hostile);
        assert!(shown.chars().all(|own| own.is_ascii_graphic()), "ASCII alone");
        for own in ['\n', '\r', '\u{1b}', '\u{9b}', '\u{202e}', '\u{2066}', '\u{200b}', '\u{feff}']
        {
            assert!(is_hidden(own), "{own:?}");
        }
    }

    #[test]
    fn names_of_people_are_shown_as_they_are() {
        for name in ["Jana Nováková", "山田 太郎", "O’Neil", "אורי", "a-b.c@d.example"]
        {
            assert_eq!(to_visible(name), name);
        }
    }
}
