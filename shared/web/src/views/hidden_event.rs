//! What a partner is told of an event that concerns single recipients: that the notice has changed, and
//! nothing else. Otherwise the partner could count whom the customer's organisation has asked.

use domain::claim::Claim;
use domain::history::Entry;
use domain::ids::Sha256Hash;

use crate::caller::Viewer;
use crate::texts::problem_text;
use crate::views::RuleView;
use language::Language;

/// Whether `viewer` is not told what the last event of a claim was.
pub(super) fn must_hide_last_event(claim: &Claim, viewer: Viewer) -> bool {
    // What the details are does not matter here.
    let latest = Entry::from_last_event(claim, Sha256Hash([0; 32]));
    viewer == Viewer::Partner && latest.concerns_recipients()
}

/// The rule that explains such an event to the partner, in that language.
pub(super) fn explaining_rule(language: Language) -> RuleView {
    RuleView {
        section: "§5".to_owned(),
        name: "recipients".to_owned(),
        says: problem_text(language, "rule-recipients", &[]),
        href: "docs/domain.md#51-recipients".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_stands_where_it_is_said_to_stand() {
        let domain = include_str!("../../../../docs/domain.md");
        assert!(domain.contains("### 5.1. Recipients"), "{:?}", explaining_rule(Language::En));
    }
}
