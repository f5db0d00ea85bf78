//! Messages with what they speak about.

use domain::text::isolation::{ISOLATE_BEGIN, ISOLATE_END, isolate_name};
use fluent_bundle::{FluentArgs, FluentValue};

use crate::operator::Operator;
use language::{Language, TextSet};

/// A message that names nothing.
pub(crate) fn plain_message(language: Language, name: &str) -> String {
    find_message(language, name, None)
}

/// A message with its arguments. A name that ends in a full stop ends the sentence as well.
pub(crate) fn format_message(language: Language, name: &str, args: &FluentArgs<'_>) -> String {
    let (ended, twice) = (format!(".{ISOLATE_END}"), format!(".{ISOLATE_END}."));
    find_message(language, name, Some(args)).replace(&twice, &ended)
}

/// A message that a language lacks is said in English; one that nobody has is marked, and the tests
/// of the finished texts look for the mark.
///
/// In those tests what is said in English instead is marked as well: a complete language needs none.
fn find_message(language: Language, name: &str, args: Option<&FluentArgs<'_>>) -> String {
    language
        .find_message(TextSet::Notices, name, args)
        .or_else(|| Language::En.find_message(TextSet::Notices, name, args).map(mark_fallback))
        .unwrap_or_else(|| format!("⟦{name}⟧"))
}

fn mark_fallback(english: String) -> String {
    if cfg!(test) { format!("⟦{english}⟧") } else { english }
}

/// The messages of one language about one subject: what templates say.
pub(crate) struct Messages {
    language: Language,
    args: FluentArgs<'static>,
}

impl Messages {
    /// Messages about nothing yet.
    pub(crate) fn new(language: Language) -> Self {
        Self { language, args: FluentArgs::new() }
    }

    /// Messages about nothing but who writes.
    pub(crate) fn from_operator(language: Language, operator: &Operator) -> Self {
        Self::new(language)
            .with_name("operator", &operator.name)
            .with_value("operator-contact", operator.contact.clone())
    }

    /// The same, knowing `value` under `name`.
    pub(crate) fn with_value(
        mut self,
        name: &'static str,
        value: impl Into<FluentValue<'static>>,
    ) -> Self {
        self.args.set(name, value);
        self
    }

    /// The same, knowing a name that somebody typed under `name`: it is isolated wherever it stands.
    pub(crate) fn with_name(self, name: &'static str, value: &str) -> Self {
        self.with_value(name, isolate_name(value))
    }

    /// The language of the messages.
    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// The message of that name.
    pub(crate) fn of(&self, name: &str) -> String {
        format_message(self.language, name, &self.args)
    }

    /// The message of that name, where no markup can stand: without marks around names.
    pub(crate) fn of_attribute(&self, name: &str) -> String {
        self.of(name).replace([ISOLATE_BEGIN, ISOLATE_END], "")
    }

    /// The message of that name, which speaks also of a text.
    pub(crate) fn of_text(&self, name: &str, argument: &'static str, text: &str) -> String {
        self.of_one(name, argument, text.to_owned().into())
    }

    /// The message of that name, which speaks also of a number.
    pub(crate) fn of_number(&self, name: &str, argument: &'static str, number: u32) -> String {
        self.of_one(name, argument, number.into())
    }

    fn of_one(&self, name: &str, argument: &'static str, value: FluentValue<'static>) -> String {
        let known = self.args.iter().map(|(name, value)| (name.to_owned(), value.clone()));
        let mut args: FluentArgs<'_> = known.collect();
        args.set(argument, value);
        format_message(self.language, name, &args)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_that_ends_in_a_name_has_one_full_stop() {
        let czech = Language::of_tag("cs").unwrap();
        let ended_by = |name| {
            Messages::new(czech).with_name("operator", name).of_attribute("ended-operator-revoked")
        };
        assert_eq!(ended_by("Vendor, Ltd."), "Ukončila je společnost Vendor, Ltd.");
        assert_eq!(ended_by("Vendor"), "Ukončila je společnost Vendor.");
    }

    #[test]
    fn what_is_said_in_english_instead_does_not_pass_for_another_language() {
        let czech = Language::of_tag("cs").unwrap();
        // It wants an argument that is not there, which is as if the message were not.
        assert!(plain_message(czech, "holiday-of-nobody").contains('⟦'));
        assert!(!plain_message(czech, "greeting").contains('⟦'));
        assert_eq!(mark_fallback("Good day,".to_owned()), "⟦Good day,⟧");
    }
}
