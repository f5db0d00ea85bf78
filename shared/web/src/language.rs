//! The languages of problem texts: a file each. Adding a language is adding a file and its line here.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

/// A language we speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum ApiLanguage {
    /// English, where nothing else was asked for.
    #[default]
    En,
    /// Czech, where `Accept-Language` prefers it.
    Cs,
}

impl ApiLanguage {
    /// Every language of the answers.
    pub const ALL: [Self; 2] = [Self::En, Self::Cs];

    /// Its tag, for `Content-Language`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Cs => "cs",
        }
    }

    /// The best of ours for an `Accept-Language`; English where it names none of ours.
    pub fn negotiate(accepted: Option<&str>) -> Self {
        let asked = crate::accept::rank_entries(accepted.unwrap_or_default());
        asked.iter().find_map(|range| Self::match_range(range)).unwrap_or_default()
    }

    fn match_range(range: &str) -> Option<Self> {
        let primary = range.split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|own| primary.eq_ignore_ascii_case(own.tag()) || range == "*")
    }

    /// The text of `key` (`message` or `message.attribute`). A key without a text is answered with
    /// the key: a test keeps that from being shipped.
    pub(crate) fn message_text(self, key: &str, arguments: &[(&str, &str)]) -> String {
        self.find_message(key, arguments).unwrap_or_else(|| key.to_owned())
    }

    fn find_message(self, key: &str, arguments: &[(&str, &str)]) -> Option<String> {
        let bundle = self.message_bundle();
        let (message, attribute) = match key.split_once('.') {
            Some((message, attribute)) => (message, Some(attribute)),
            None => (key, None),
        };
        let message = bundle.get_message(message)?;
        let pattern = match attribute {
            Some(attribute) => message.get_attribute(attribute)?.value(),
            None => message.value()?,
        };
        let mut given = FluentArgs::new();
        for (name, value) in arguments {
            given.set(*name, *value);
        }
        Some(bundle.format_pattern(pattern, Some(&given), &mut Vec::new()).into_owned())
    }

    fn message_bundle(self) -> &'static FluentBundle<FluentResource> {
        static EN: LazyLock<FluentBundle<FluentResource>> =
            LazyLock::new(|| build_bundle(ApiLanguage::En, include_str!("texts/en.ftl")));
        static CS: LazyLock<FluentBundle<FluentResource>> =
            LazyLock::new(|| build_bundle(ApiLanguage::Cs, include_str!("texts/cs.ftl")));
        match self {
            Self::En => &EN,
            Self::Cs => &CS,
        }
    }
}

fn build_bundle(language: ApiLanguage, source: &str) -> FluentBundle<FluentResource> {
    let locale: LanguageIdentifier = language.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![locale]);
    // JSON is no place for invisible direction marks around arguments.
    bundle.set_use_isolating(false);
    // What cannot be parsed is left out; the tests below find it.
    let (Ok(resource) | Err((resource, _))) = FluentResource::try_new(source.to_owned());
    bundle.add_resource_overriding(resource);
    bundle
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::rejection::{FieldCode, TextForm};

    use super::*;
    use crate::problem_code::ProblemCode;

    const SOURCES: [(ApiLanguage, &str); 2] = [
        (ApiLanguage::En, include_str!("texts/en.ftl")),
        (ApiLanguage::Cs, include_str!("texts/cs.ftl")),
    ];

    /// Messages and attributes of a file: lines that begin with a name and `=`.
    fn keys(source: &str) -> BTreeSet<String> {
        let (mut keys, mut message) = (BTreeSet::new(), "");
        for (name, _) in source.lines().filter_map(|line| line.split_once(" =")) {
            if let Some(attribute) = name.trim_start().strip_prefix('.') {
                keys.insert(format!("{message}.{attribute}"));
            } else {
                message = name;
                keys.insert(name.to_owned());
            }
        }
        keys
    }

    #[test]
    fn every_code_has_a_title_and_a_detail_and_every_field_code_a_text_in_every_language() {
        for language in ApiLanguage::ALL {
            for code in ProblemCode::ALL {
                let name = code.as_str();
                assert!(language.find_message(name, &[]).is_some(), "{language:?} {name}");
                assert!(
                    language.find_message(&format!("{name}.detail"), &[]).is_some(),
                    "{language:?} {name}"
                );
            }
            for code in FieldCode::ALL {
                let key = format!("field-{}", code.as_str());
                assert!(language.find_message(&key, &[]).is_some(), "{language:?} {key}");
            }
            for form in TextForm::ALL {
                let key = format!("form-{}", form.as_str());
                assert!(language.find_message(&key, &[]).is_some(), "{language:?} {key}");
            }
            for hint in [
                "field-unknown-code.allowed",
                "field-unknown-parameter.allowed",
                "field-out-of-range.within",
                "field-too-long.most",
            ] {
                assert!(language.find_message(hint, &[]).is_some(), "{language:?} {hint}");
            }
        }
    }

    #[test]
    fn no_language_lacks_a_key_of_another_and_every_file_can_be_parsed() {
        for (language, source) in SOURCES {
            assert!(FluentResource::try_new(source.to_owned()).is_ok(), "{language:?}");
            assert_eq!(keys(source), keys(SOURCES[0].1), "{language:?}");
        }
    }

    #[test]
    fn the_language_is_the_callers_best_that_we_speak() {
        let speaks = |accepted| ApiLanguage::negotiate(Some(accepted));
        assert_eq!(speaks("cs-CZ,cs;q=0.9,en;q=0.8"), ApiLanguage::Cs);
        assert_eq!(speaks("de, en;q=0.4, cs;q=0.7"), ApiLanguage::Cs);
        assert_eq!(speaks("cs;q=0, en;q=0.1"), ApiLanguage::En);
        assert_eq!(speaks("de"), ApiLanguage::En);
        assert_eq!(speaks("*"), ApiLanguage::En);
        assert_eq!(speaks(";;q=,="), ApiLanguage::En);
        assert_eq!(ApiLanguage::negotiate(None), ApiLanguage::En);
    }
}
