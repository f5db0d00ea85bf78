//! The languages of the answers, the pages and the mails. One is a folder of texts in `texts/`, and a variant of [`Language`].
//!
//! ```
//! use language::{Language, TextSet};
//!
//! let asked = Language::negotiate("de, cs;q=0.8, en;q=0.5");
//! assert_eq!(asked, Some(Language::Cs));
//! assert!(Language::Cs.find_message(TextSet::Problems, "not-found", None).is_some());
//! ```

mod negotiation;

use std::sync::LazyLock;

use domain::directory::Locale;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

pub use negotiation::rank_entries;

/// A language that there are texts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Language {
    /// English, for everybody who asks for no other.
    #[default]
    En,
    /// Czech, texts in `texts/cs`.
    Cs,
}

/// What a text is for. Each set has names of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextSet {
    /// The mails and the pages: `notices.ftl`.
    Notices,
    /// The problems of the API: `problems.ftl`.
    Problems,
}

type Bundle = FluentBundle<FluentResource>;

/// The texts of a language: those of notices and those of problems.
type Bundles = [Bundle; 2];

/// The texts of English.
static EN: LazyLock<Bundles> = LazyLock::new(|| Language::En.build_bundles());
/// The texts of Czech.
static CS: LazyLock<Bundles> = LazyLock::new(|| Language::Cs.build_bundles());

/// A message that does not parse is left out, and a test finds it missing.
fn build_bundle(language: Language, source: &str) -> Bundle {
    let locale: LanguageIdentifier = language.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![locale]);
    // Names are isolated where they are given; numbers, dates, links and JSON need no invisible marks.
    bundle.set_use_isolating(false);
    let resource = FluentResource::try_new(source.to_owned());
    bundle.add_resource_overriding(resource.unwrap_or_else(|(parsed, _)| parsed));
    bundle
}

impl Language {
    /// Every language. The first is the one for everybody else.
    pub const ALL: [Self; 2] = [Self::En, Self::Cs];

    /// The primary tag: `en`, `cs`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Cs => "cs",
        }
    }

    /// The files of the language: notices, then problems.
    fn sources(self) -> [&'static str; 2] {
        match self {
            Self::En => {
                [include_str!("../texts/en/notices.ftl"), include_str!("../texts/en/problems.ftl")]
            }
            Self::Cs => {
                [include_str!("../texts/cs/notices.ftl"), include_str!("../texts/cs/problems.ftl")]
            }
        }
    }

    fn build_bundles(self) -> Bundles {
        self.sources().map(|source| build_bundle(self, source))
    }

    fn bundles(self) -> &'static Bundles {
        match self {
            Self::En => &EN,
            Self::Cs => &CS,
        }
    }

    /// The language of a tag, whatever region it names.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The language a tenant or a partner is written to in: English where there is no better.
    pub fn of_locale(locale: &Locale) -> Self {
        Self::of_tag(locale.as_str()).unwrap_or_default()
    }

    /// The best of an `Accept-Language` header; `None` if it names none that is there, or prefers any (`*`).
    pub fn negotiate(accepted: &str) -> Option<Self> {
        let mut named = rank_entries(accepted).into_iter().take_while(|range| *range != "*");
        named.find_map(Self::of_tag)
    }

    /// The text of `key` (`message` or `message.attribute`), or `None` if the language has none or an argument is missing.
    pub fn find_message(
        self,
        set: TextSet,
        key: &str,
        arguments: Option<&FluentArgs<'_>>,
    ) -> Option<String> {
        let [notices, problems] = self.bundles();
        let bundle = match set {
            TextSet::Notices => notices,
            TextSet::Problems => problems,
        };
        let pattern = match key.split_once('.') {
            Some((message, attribute)) => {
                bundle.get_message(message)?.get_attribute(attribute)?.value()
            }
            None => bundle.get_message(key)?.value()?,
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, arguments, &mut errors).into_owned();
        errors.is_empty().then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Names of holidays are data, in English; a language may have its own for some of them.
    fn is_optional(name: &str) -> bool {
        name.starts_with("holiday-")
    }

    /// Messages and attributes of a file: lines that begin with a name and `=`.
    fn keys(source: &str) -> BTreeSet<String> {
        let (mut keys, mut message) = (BTreeSet::new(), "");
        for (name, _) in source.lines().filter_map(|line| line.split_once(" =")) {
            if let Some(attribute) = name.trim_start().strip_prefix('.') {
                keys.insert(format!("{message}.{attribute}"));
            } else if name.starts_with(|c: char| c.is_ascii_alphabetic()) && !is_optional(name) {
                message = name;
                keys.insert(name.to_owned());
            }
        }
        keys
    }

    #[test]
    fn no_language_lacks_a_text_of_another() {
        for language in Language::ALL {
            for (own, english) in language.sources().into_iter().zip(Language::En.sources()) {
                assert_eq!(keys(own), keys(english), "{language:?}");
            }
        }
    }

    #[test]
    fn every_text_of_every_language_can_be_read() {
        for language in Language::ALL {
            for source in language.sources() {
                let parsed = FluentResource::try_new(source.to_owned());
                assert!(
                    parsed.is_ok(),
                    "{language:?}: {:?}",
                    parsed.err().map(|(_, errors)| errors)
                );
            }
        }
    }

    #[test]
    fn the_languages_are_those_that_the_domain_knows() {
        assert_eq!(Language::ALL.map(Language::tag), domain::directory::LANGUAGES);
    }

    #[test]
    fn a_locale_without_texts_is_written_to_in_english() {
        let of = |tag| Language::of_locale(&Locale::parse(tag).unwrap()).tag();
        assert_eq!(
            [of("cs"), of("cs-CZ"), of("CS"), of("en-US"), of("ar-EG")],
            ["cs", "cs", "cs", "en", "en"]
        );
    }

    #[test]
    fn the_language_is_the_best_accepted_one_that_is_there() {
        let of = |header| Language::negotiate(header).map(Language::tag);
        assert_eq!(of("de, cs;q=0.8, en;q=0.5"), Some("cs"));
        assert_eq!(of("en-GB,en;q=0.9,cs;q=0.8"), Some("en"));
        assert_eq!(of("cs-CZ,cs;q=0.9,en;q=0.8"), Some("cs"));
        assert_eq!(of("de, en;q=0.4, cs;q=0.7"), Some("cs"));
        assert_eq!(of("cs;q=0, en;q=0.1"), Some("en"));
        assert_eq!(of("cs, *;q=0.5"), Some("cs"));
        assert_eq!(of("cs;q=0.5, *"), None);
        assert_eq!(of("*"), None);
        assert_eq!(of("cs;q=0"), None);
        assert_eq!(of("de"), None);
        assert_eq!(of(";;q=,="), None);
        assert_eq!(of("ž;;q=x,"), None);
    }
}
