//! The form of the page under inputs that nobody thought of (`CONTRIBUTING.md`, section 10.4).

use domain::command::ItemSelection;
use fuzz::{form_fields, texts};
use notice::page::FormChoices;

use crate::form::SentForm;

#[test]
fn a_form_asks_for_one_decision_with_a_code_of_its_digits() {
    let examples = [
        "decision=decline&items=1&items=2&code=304 999",
        "decision=undo&code=01234-56789",
        "decision=extend&code=３０４９９９",
        "decision=decline&reason_code=not_our_partner&code=304999",
    ];
    let tally = texts("decision form", &examples, |text| {
        let form = SentForm::new(form_fields(text));
        let FormChoices { decision, items, motive } = form.repeatable_fields();
        assert!(items.iter().all(|no| no.0 > 0));
        let Ok(asked) = form.to_request() else { return false };
        assert_eq!(decision, Some(asked.decision));
        assert!(asked.motive.is_none() || asked.motive == motive, "{motive:?}");
        assert_eq!(asked.code.len(), asked.decision.code_digits());
        assert!(asked.code.bytes().all(|digit| digit.is_ascii_digit()));
        if let ItemSelection::These(numbers) = &asked.items {
            assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
            assert!(numbers.iter().all(|no| items.contains(no)), "{numbers:?}");
        }
        true
    });
    assert!(tally.accepted > 0 && tally.accepted < tally.inputs, "{tally:?}");
}
