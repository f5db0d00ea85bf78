//! Whether a word is written in one script (Unicode Technical Standard 39, section 5.1).

use std::collections::BTreeSet;

use icu_properties::props::Script;
use icu_properties::script::ScriptWithExtensions;

/// A way of writing: a script, or scripts that are written together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Writing {
    One(Script),
    /// Han and Bopomofo, as Chinese is written.
    Chinese,
    /// Han, Hiragana and Katakana.
    Japanese,
    /// Han and Hangul, as Korean is written.
    Korean,
}

/// Whether one way of writing has all the characters. Digits and marks that every script has belong to each.
pub(super) fn is_single(word: &str) -> bool {
    let mut common: Option<BTreeSet<Writing>> = None;
    for own in word.chars().filter_map(character_writings) {
        common = Some(match common {
            Some(before) => before.intersection(&own).copied().collect(),
            None => own,
        });
    }
    common.is_none_or(|left| !left.is_empty())
}

/// The ways of writing that have a character; `None`: all of them.
fn character_writings(character: char) -> Option<BTreeSet<Writing>> {
    let scripts = ScriptWithExtensions::new().get_script_extensions_val(character);
    if scripts.contains(&Script::Common) || scripts.contains(&Script::Inherited) {
        return None;
    }
    let mut all = BTreeSet::new();
    for script in scripts.iter() {
        all.insert(Writing::One(script));
        all.extend(scripts_written_with(script));
    }
    Some(all)
}

/// The scripts with which one is written.
fn scripts_written_with(script: Script) -> &'static [Writing] {
    match script {
        Script::Han => &[Writing::Chinese, Writing::Japanese, Writing::Korean],
        Script::Hiragana | Script::Katakana => &[Writing::Japanese],
        Script::Bopomofo => &[Writing::Chinese],
        Script::Hangul => &[Writing::Korean],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_script_is_single_and_the_scripts_of_chinese_japanese_and_korean_are_as_well() {
        for word in [
            "münchen-24",
            "пример",
            "παράδειγμα",
            "例え",
            "例えテスト",
            "ドメイン名例",
            "漢字ㄅㄆ",
            "한국漢字",
            "מבחן",
            "123",
            "",
        ] {
            assert!(is_single(word), "{word}");
        }
    }

    #[test]
    fn letters_of_two_scripts_are_mixed() {
        for word in
            ["соntoso", "c\u{43e}ntoso", "αlpine", "한국かな", "ㄅかな", "ㄅ한", "例abc", "paypaӏ"]
        {
            assert!(!is_single(word), "{word}");
        }
    }
}
