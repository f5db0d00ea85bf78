//! Which characters a text may have, so that no text looks like another or hides a part of itself.

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::props::{
    CanonicalCombiningClass, DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup,
    JoiningType,
};
use icu_properties::{CodePointMapData, CodePointSetData};

/// How many combining marks may follow one another: more than any script needs.
const MOST_MARKS: usize = 4;

/// Characters that no text has.
const REFUSED: [GeneralCategory; 5] = [
    GeneralCategory::PrivateUse,
    GeneralCategory::Surrogate,
    GeneralCategory::Unassigned,
    GeneralCategory::LineSeparator,
    GeneralCategory::ParagraphSeparator,
];

/// A pattern of no dots: it looks like a blank.
const BRAILLE_BLANK: char = '\u{2800}';
/// Ask for a sign in one colour, or in many.
const STYLES_OF_SIGNS: [char; 2] = ['\u{fe0e}', '\u{fe0f}'];

/// Breaks the connection of the letters beside it.
const NON_JOINER: char = '\u{200c}';
/// A blank at which no line ends.
const NO_BREAK_SPACE: char = '\u{a0}';
/// Connects the letters beside it.
const JOINER: char = '\u{200d}';

/// The text in Unicode's composed form (NFC), without blanks around it.
pub(super) fn normalize_text(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(text.trim()).into_owned()
}

/// Whether a text that is normalized can be printed as it is: it has no control, format, private or unassigned
/// characters and no separators of lines and paragraphs, no letter or mark that nobody sees, no mark without a letter
/// before it, and no tower of marks.
/// `may_have` are control characters that are permitted all the same.
pub(super) fn is_printable_as_is(text: &str, may_have: &[char]) -> bool {
    let characters: Vec<_> = text.chars().collect();
    let mut marks = 0;
    for (at, character) in characters.iter().enumerate() {
        let category = general_category(*character);
        let is_mark = GeneralCategoryGroup::Mark.contains(category);
        marks = if is_mark { marks + 1 } else { 0 };
        if (is_mark && at == 0) || marks > MOST_MARKS {
            return false;
        }
        let is_permitted = if category == GeneralCategory::Format {
            is_valid_joiner(&characters, at)
        } else if category == GeneralCategory::Control {
            may_have.contains(character)
        } else {
            !REFUSED.contains(&category)
                && (!is_invisible(*character) || is_style_mark(&characters, at))
        };
        if !is_permitted {
            return false;
        }
    }
    !characters.is_empty()
}

/// Whether a character does not show, or changes how others do: control, format, private and unassigned characters,
/// separators of lines and paragraphs, and letters and marks that nobody sees.
pub fn is_hidden(character: char) -> bool {
    let category = general_category(character);
    let acts = matches!(category, GeneralCategory::Control | GeneralCategory::Format);
    acts || REFUSED.contains(&category) || is_invisible(character)
}

/// Whether a character takes no place, or the place of a blank, where it is no blank.
fn is_invisible(character: char) -> bool {
    character == BRAILLE_BLANK
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
}

/// Whether the character at a place says how the sign before it is shown.
fn is_style_mark(text: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| text.get(before));
    let is_sign = |own: &char| GeneralCategoryGroup::Symbol.contains(general_category(*own));
    text.get(at).is_some_and(|own| STYLES_OF_SIGNS.contains(own)) && before.is_some_and(is_sign)
}

/// Whether a text is a person's name: letters with their marks, blanks, apostrophes, hyphens and commas, and a full
/// stop before a blank or at the end (`Jr.`).
pub(super) fn is_person(text: &str) -> bool {
    consists_of(text, is_name_character)
}

/// Whether a text is a title or a function: as a person's name, and with digits, `&`, `/` and brackets.
pub(super) fn is_title(text: &str) -> bool {
    let more = |character: char| {
        let is_digit = general_category(character) == GeneralCategory::DecimalNumber;
        is_digit || "&/()[]–+".contains(character)
    };
    consists_of(text, |character| is_name_character(character) || more(character))
}

/// Whether a label of a domain has letters, marks, digits, hyphens, and what IDNA 2008 allows between them (RFC 5892,
/// appendix A), and no signs.
pub(super) fn is_label(label: &str) -> bool {
    let is_permitted = |character: char| {
        let category = general_category(character);
        GeneralCategoryGroup::Letter.contains(category)
            || GeneralCategoryGroup::Mark.contains(category)
            || category == GeneralCategory::DecimalNumber
            || "-·͵׳״・\u{200c}\u{200d}".contains(character)
    };
    label.chars().all(is_permitted)
}

fn consists_of(text: &str, is_permitted: impl Fn(char) -> bool) -> bool {
    let characters: Vec<_> = text.chars().collect();
    let mut has_letter = false;
    for (at, character) in characters.iter().enumerate() {
        has_letter |= is_letter(*character);
        let is_joiner = matches!(*character, JOINER | NON_JOINER);
        let after = characters.get(at + 1..).unwrap_or_default();
        if !(is_permitted(*character) || is_joiner || (*character == '.' && is_abbreviation(after)))
        {
            return false;
        }
    }
    has_letter
}

/// Whether a full stop abbreviates, by what follows it: a blank, a comma, the end, or one letter alone (`Ph.D.`). The
/// domain of an address has more.
fn is_abbreviation(after: &[char]) -> bool {
    match after {
        [] | [' ' | NO_BREAK_SPACE | ',', ..] => true,
        [letter] => is_letter(*letter),
        [letter, next, ..] => {
            is_letter(*letter) && matches!(*next, ' ' | NO_BREAK_SPACE | ',' | '.' | '-')
        }
    }
}

fn is_letter(character: char) -> bool {
    GeneralCategoryGroup::Letter.contains(general_category(character))
}

fn is_name_character(character: char) -> bool {
    let category = general_category(character);
    GeneralCategoryGroup::Letter.contains(category)
        || GeneralCategoryGroup::Mark.contains(category)
        || character == NO_BREAK_SPACE
        || " '’‘-,·・".contains(character)
}

fn general_category(character: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(character)
}

/// Whether the character at a place is a joiner where letters need it (RFC 5892, appendix A.1 and A.2).
fn is_valid_joiner(text: &[char], at: usize) -> bool {
    let (before, after) =
        (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default());
    let after_virama = before.last().is_some_and(|last| {
        let class = CodePointMapData::<CanonicalCombiningClass>::new().get(*last);
        class == CanonicalCombiningClass::Virama
    });
    match text.get(at) {
        Some(&JOINER) => after_virama,
        Some(&NON_JOINER) => after_virama || breaks_connection(before, after),
        Some(_) | None => false,
    }
}

/// Whether the letters on both sides would be connected.
fn breaks_connection(before: &[char], after: &[char]) -> bool {
    let joining = |character: &char| CodePointMapData::<JoiningType>::new().get(*character);
    let is_opaque = |kind: &JoiningType| *kind != JoiningType::Transparent;
    let left = before.iter().rev().map(joining).find(is_opaque);
    let right = after.iter().map(joining).find(is_opaque);
    matches!(left, Some(JoiningType::LeftJoining | JoiningType::DualJoining))
        && matches!(right, Some(JoiningType::RightJoining | JoiningType::DualJoining))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_or_turns_text_is_refused() {
        for text in [
            "Contoso\u{202e}moc.evil",
            "Alp\u{200b}ine",
            "Alp\u{3164}ine",
            "Alp\u{ffa0}ine",
            "Alp\u{34f}ine",
            "Alp\u{fe0f}ine",
            "Alp\u{2800}ine",
            "\u{115f}\u{1160}",
            "❤\u{fe01}",
            "a\u{2028}b",
            "a\u{2029}b",
            "a\u{feff}b",
            "a\u{2066}b\u{2069}",
            "a\u{e000}b",
            "a\u{7}b",
            "\u{301}a",
            "",
        ] {
            assert!(!is_printable_as_is(&normalize_text(text), &[]), "{text:?}");
        }
        let tower = format!("a{}", "\u{316}".repeat(50));
        assert!(!is_printable_as_is(&normalize_text(&tower), &[]));
        assert!(is_printable_as_is("a\nb", &['\n']) && !is_printable_as_is("a\nb", &[]));
    }

    #[test]
    fn a_joiner_stays_where_a_script_needs_it() {
        // Persian "nāmeh‌ām" and Sinhala "śrī".
        for text in ["نامه\u{200c}ام", "ශ්\u{200d}රී"] {
            assert!(is_printable_as_is(text, &[]), "{text:?}");
            assert!(is_person(text), "{text:?}");
        }
        for text in ["a\u{200c}b", "a\u{200d}b", "\u{200d}", "a\u{200c}"] {
            assert!(!is_printable_as_is(text, &[]), "{text:?}");
        }
    }

    #[test]
    fn names_of_people_from_everywhere_are_names_and_addresses_are_not() {
        for name in [
            "Kateřina Nováková",
            "O’Brien, Jr.",
            "Nguyễn Thị Ánh",
            "王小明",
            "محمد بن سلمان",
            "Jean-Luc d'Arc",
            "Ing.\u{a0}Jan Novák, CSc., Ph.D.",
            "J.R.R. Tolkien",
            "ジョン・スミス",
        ] {
            assert!(is_person(&normalize_text(name)), "{name}");
        }
        for text in [
            "visit https://evil.example now",
            "evil.example",
            "t.co",
            "a.b.co",
            "evil.x/y",
            "call 123",
            "a@b",
            "<b>x</b>",
            "…",
            "- -",
        ] {
            assert!(!is_person(&normalize_text(text)), "{text}");
        }
        assert!(
            is_title("Head of IT & Security – R+D (EMEA) 2/3") && !is_title("see evil.example")
        );
    }

    #[test]
    fn a_composed_and_a_decomposed_name_are_one() {
        assert_eq!(normalize_text(" Kater\u{30c}ina "), normalize_text("Kateřina"));
    }
}
