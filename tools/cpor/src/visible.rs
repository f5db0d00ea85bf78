//! Text of others, printed so that it deceives nobody.

use std::fmt::Write as _;

/// The ranges of characters that do not show or that change how others do: format characters and those that are laid out
/// in the other direction, variation selectors, tags, private use, separators of lines and paragraphs.
const HIDDEN: [(char, char); 30] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{e000}', '\u{f8ff}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e007f}'),
    ('\u{e0100}', '\u{e01ef}'),
    ('\u{e0080}', '\u{e00ff}'),
    ('\u{f0000}', '\u{ffffd}'),
    ('\u{100000}', '\u{10fffd}'),
];

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

fn is_hidden(character: char) -> bool {
    let is_in = |(first, last): &(char, char)| (*first..=*last).contains(&character);
    character.is_control() || HIDDEN.iter().any(is_in)
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
