//! The languages customers are written to. One is a file of messages and a line below.

use std::fmt;
use std::sync::LazyLock;

use domain::directory::Locale;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

/// The languages there are: tag and messages. The first is the one for everybody else.
const LANGUAGES: &[(&str, &str)] = &[
    ("en", include_str!("../locales/en/notice.ftl")),
    ("cs", include_str!("../locales/cs/notice.ftl")),
];

/// A language there are messages in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct NoticeLanguage(usize);

/// The messages of one language.
type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<Vec<Bundle>> =
    LazyLock::new(|| LANGUAGES.iter().map(|(tag, text)| build_bundle(tag, text)).collect());

/// A message that does not parse is left out, and a test finds it missing.
fn build_bundle(tag: &str, text: &str) -> Bundle {
    let language: LanguageIdentifier = tag.parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // Names are isolated where they are given (`Messages::with_name`); numbers, dates and links need no marks.
    bundle.set_use_isolating(false);
    let resource = FluentResource::try_new(text.to_owned());
    bundle.add_resource_overriding(resource.unwrap_or_else(|(parsed, _)| parsed));
    bundle
}

impl NoticeLanguage {
    /// The language of those who have no other.
    pub const ENGLISH: Self = Self(0);

    /// Every language that there are texts in.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..LANGUAGES.len()).map(Self)
    }

    /// Its tag: `en`, `cs`.
    pub fn tag(self) -> &'static str {
        LANGUAGES.get(self.0).map_or("en", |(tag, _)| tag)
    }

    /// The language of a tag, whatever region it names.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        Self::all().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The language a tenant is written to in: English where there is no better.
    pub fn of_locale(locale: &Locale) -> Self {
        Self::of_tag(locale.as_str()).unwrap_or(Self::ENGLISH)
    }

    /// The best of an `Accept-Language` header; `None` if it names none that is there.
    pub fn negotiate(accepted: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for range in accepted.split(',').take(20) {
            let (tag, quality) = range.split_once(";q=").unwrap_or((range, "1"));
            let quality: f32 = quality.trim().parse().unwrap_or(0.0);
            let better = quality > best.map_or(0.0, |(quality, _)| quality);
            if let Some(language) = Self::of_tag(tag.trim()).filter(|_| better) {
                best = Some((quality, language));
            }
        }
        best.map(|(_, language)| language)
    }

    /// The message of that name, or `None` if the language has none.
    pub(crate) fn find_message(self, name: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        let bundle = BUNDLES.get(self.0)?;
        let pattern = bundle.get_message(name)?.value()?;
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, args, &mut errors).into_owned();
        errors.is_empty().then_some(text)
    }
}

impl fmt::Debug for NoticeLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
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

    fn names(text: &str) -> BTreeSet<&str> {
        text.lines()
            .filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()))
            .filter_map(|line| line.split_once(" ="))
            .map(|(name, _)| name)
            .filter(|name| !is_optional(name))
            .collect()
    }

    #[test]
    fn no_message_is_missing_in_a_language() {
        let (_, english) = LANGUAGES[0];
        for (tag, text) in LANGUAGES {
            assert_eq!(names(text), names(english), "{tag}");
        }
    }

    #[test]
    fn every_message_of_every_language_can_be_read() {
        for (tag, text) in LANGUAGES {
            let parsed = FluentResource::try_new((*text).to_owned());
            assert!(parsed.is_ok(), "{tag}: {:?}", parsed.err().map(|(_, errors)| errors));
        }
    }

    #[test]
    fn the_languages_are_those_that_the_domain_knows() {
        let tags: Vec<_> = LANGUAGES.iter().map(|(tag, _)| *tag).collect();
        assert_eq!(tags, domain::directory::LANGUAGES);
    }

    #[test]
    fn a_locale_without_messages_is_written_to_in_english() {
        let of = |tag| NoticeLanguage::of_locale(&Locale::parse(tag).unwrap()).tag();
        assert_eq!(
            [of("cs"), of("cs-CZ"), of("CS"), of("en-US"), of("ar-EG")],
            ["cs", "cs", "cs", "en", "en"]
        );
    }

    #[test]
    fn the_language_is_the_best_accepted_one_that_is_there() {
        let of = |header| NoticeLanguage::negotiate(header).map(NoticeLanguage::tag);
        assert_eq!(of("de, cs;q=0.8, en;q=0.5"), Some("cs"));
        assert_eq!(of("en-GB,en;q=0.9,cs;q=0.8"), Some("en"));
        assert_eq!(of("cs;q=0"), None);
        assert_eq!(of("ž;;q=x,"), None);
    }
}
