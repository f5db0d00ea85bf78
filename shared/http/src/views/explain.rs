//! Why a claim stands where it stands, as it is answered.

use domain::explain::Explanation;
use serde::Serialize;
use utoipa::ToSchema;

use crate::views::told;

/// The explanation of a claim's present state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExplainView {
    /// The rule that was applied last.
    pub rule: RuleView,
    /// Whether a deadline that passed unanswered applied it.
    pub by_silence: bool,
    /// What it used, and what the state now rests on.
    pub facts: Vec<FactView>,
    /// Whose turn it is, until when, and what silence does then.
    #[schema(
        example = "The customer's turn until 2026-12-31T23:00:00Z; silence makes the undecided items active."
    )]
    pub next: String,
}

/// A rule, by its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RuleView {
    /// The section of the rules.
    #[schema(example = "§3")]
    pub section: String,
    /// The rule's name in that section.
    #[schema(example = "decline")]
    pub name: String,
    /// What the rule says, in a sentence.
    pub says: String,
    /// The path of the document with the rule in the project's repository, and its heading there.
    #[schema(example = "docs/domain.md#32-commands")]
    pub href: String,
}

/// A fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FactView {
    /// The name of the fact.
    #[schema(example = "closes_at")]
    pub name: String,
    /// Its value: an instant, a date, dates with spaces between them, a number or a code.
    pub value: String,
}

impl ExplainView {
    /// The view of an explanation.
    pub fn of(explanation: Explanation) -> Self {
        let rule = explanation.rule;
        Self {
            rule: RuleView {
                section: rule.section.to_owned(),
                name: rule.name.to_owned(),
                says: rule.says.to_owned(),
                href: rule.href.to_owned(),
            },
            by_silence: explanation.by_silence,
            facts: explanation
                .facts
                .into_iter()
                .map(|fact| FactView { name: fact.name.to_owned(), value: fact.value })
                .collect(),
            next: explanation.next,
        }
    }

    /// The same without the rule that was applied last, where it tells of single recipients.
    #[must_use]
    pub(super) fn without_recipients(self) -> Self {
        Self { rule: told::rule(), by_silence: false, ..self }
    }
}
