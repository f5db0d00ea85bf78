//! Why a claim stands where it stands, as it is answered.

use domain::explain::Explanation;
use domain::time::format_rfc3339;
use domain::turn::Turn;
use serde::Serialize;
use utoipa::ToSchema;

use crate::texts::problem_text;
use crate::views::hidden_event;
use language::Language;

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
    /// Where the rule stands: a relative reference whose base is the root of the system's source. `says` has the rule
    /// without it.
    #[schema(example = "docs/domain.md#32-commands")]
    pub href: String,
}

/// A fact that the explained rule used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FactView {
    /// The name of the fact.
    #[schema(example = "closes_at")]
    pub name: String,
    /// Its value: an instant, a date, dates with spaces between them, a number or a code.
    pub value: String,
}

impl ExplainView {
    /// The view of an explanation, in that language.
    pub fn of(explanation: Explanation, language: Language) -> Self {
        let rule = explanation.rule;
        let key = if explanation.is_final_rejection {
            "rejected-final".to_owned()
        } else {
            explanation.event.as_str().replace('_', "-")
        };
        Self {
            rule: RuleView {
                section: rule.section.to_owned(),
                name: rule.name.to_owned(),
                says: problem_text(language, &format!("rule-{key}"), &[]),
                href: rule.href.to_owned(),
            },
            by_silence: explanation.by_silence,
            facts: explanation
                .facts
                .into_iter()
                .map(|fact| FactView { name: fact.name.to_owned(), value: fact.value })
                .collect(),
            next: turn_sentence(explanation.turn, language),
        }
    }

    /// The same without the rule that was applied last, where it tells of single recipients.
    #[must_use]
    pub(super) fn without_recipients(self, language: Language) -> Self {
        Self { rule: hidden_event::explaining_rule(language), by_silence: false, ..self }
    }
}

/// Whose turn it is, until when, and what silence does, in a sentence.
fn turn_sentence(turn: Option<Turn>, language: Language) -> String {
    let Some(turn) = turn else { return problem_text(language, "next-over", &[]) };
    let who = problem_text(language, &format!("next-who-{}", turn.who.as_str()), &[]);
    let silence =
        problem_text(language, &format!("next-silence-{}", turn.on_silence.as_str()), &[]);
    match turn.until.map(format_rfc3339) {
        Some(until) => problem_text(
            language,
            "next-turn",
            &[("who", &who), ("until", &until), ("silence", &silence)],
        ),
        None => {
            problem_text(language, "next-turn.without-end", &[("who", &who), ("silence", &silence)])
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::event::EventType;
    use domain::turn::{OnSilence, Who};

    use super::*;

    #[test]
    fn every_event_has_its_rule_and_every_turn_its_sentence_in_every_language() {
        for language in Language::ALL {
            let events = EventType::ALL.iter().map(|event| event.as_str().replace('_', "-"));
            for event in events.chain(["rejected-final".to_owned(), "recipients".to_owned()]) {
                let key = format!("rule-{event}");
                assert_ne!(problem_text(language, &key, &[]), key, "{language:?}");
            }
            for (who, on_silence) in Who::ALL
                .iter()
                .flat_map(|who| OnSilence::ALL.iter().map(move |silence| (who, silence)))
            {
                let turn = Turn { who: *who, until: None, on_silence: *on_silence };
                let sentence = turn_sentence(Some(turn), language);
                assert!(!sentence.contains("next-"), "{language:?} {sentence}");
            }
        }
    }

    #[test]
    fn what_comes_next_is_told_in_the_callers_language() {
        let until = crate::values::parse_instant("2026-12-31T23:00:00Z");
        let turn = Turn { who: Who::Customer, until, on_silence: OnSilence::Associate };
        let english = "The customer's turn until 2026-12-31T23:00:00Z; silence makes the undecided items active.";
        assert_eq!(turn_sentence(Some(turn), Language::En), english);
        let endless = Turn { until: None, on_silence: OnSilence::Nothing, ..turn };
        assert_eq!(
            turn_sentence(Some(endless), Language::Cs),
            "Na řadě je zákazník, bez lhůty; mlčení nic nezmění."
        );
        assert_eq!(turn_sentence(None, Language::En), "The claim is final: nobody's turn.");
    }
}
