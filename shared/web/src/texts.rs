//! The texts of problems, explanations and warnings, in the caller's language.

use fluent_bundle::FluentArgs;
use language::{Language, TextSet};

/// The text of `key` (`message` or `message.attribute`). A key without a text is answered with the key: a test keeps that
/// from being shipped.
pub(crate) fn problem_text(language: Language, key: &str, arguments: &[(&str, &str)]) -> String {
    let given: FluentArgs<'_> = arguments.iter().copied().collect();
    let text = language.find_message(TextSet::Problems, key, Some(&given));
    text.unwrap_or_else(|| key.to_owned())
}

#[cfg(test)]
mod tests {
    use domain::rejection::{FieldCode, TextForm};

    use super::*;
    use crate::problem_code::ProblemCode;

    /// Whether there is a text, whatever it has to be told.
    fn has_text(language: Language, key: &str) -> bool {
        const TOLD: [&str; 12] = [
            "parameter",
            "reason",
            "tries",
            "command",
            "status",
            "allowed",
            "minimum",
            "maximum",
            "first",
            "who",
            "until",
            "roles",
        ];
        problem_text(language, key, &TOLD.map(|name| (name, "x"))) != key
    }

    #[test]
    fn every_code_has_a_title_and_a_detail_and_every_field_code_a_text_in_every_language() {
        for language in Language::ALL {
            for code in ProblemCode::ALL {
                let name = code.as_str();
                assert!(has_text(language, name), "{language:?} {name}");
                assert!(has_text(language, &format!("{name}.detail")), "{language:?} {name}");
            }
            for code in FieldCode::ALL {
                let key = format!("field-{}", code.as_str());
                assert!(has_text(language, &key), "{language:?} {key}");
            }
            for form in TextForm::ALL {
                let key = format!("form-{}", form.as_str());
                assert!(has_text(language, &key), "{language:?} {key}");
            }
            for hint in [
                "field-unknown-code.allowed",
                "field-unknown-parameter.allowed",
                "field-out-of-range.within",
                "field-too-long.most",
            ] {
                assert!(has_text(language, hint), "{language:?} {hint}");
            }
        }
    }
}
