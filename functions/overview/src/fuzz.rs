//! The form of the overview under inputs that nobody thought of (`CONTRIBUTING.md`, section 10.4).

use domain::overview::MOST_ENDS;
use fuzz::{form_fields, texts};
use notice::overview::OverviewChoices;

use crate::form::{read_choices, read_form};

#[test]
fn a_form_takes_something_away_with_six_digits_and_what_is_shown_again_is_what_was_asked() {
    let examples = [
        "end=cbplyjelfz5a5xwmpnah5uzxk4-1&end=cbplyjelfz5a5xwmpnah5uzxk4-2&code=304 999",
        "block=p-alpine&block=p-borealis&take=away&code=304-999",
        "yes=all&code=３０４９９９",
    ];
    let tally = texts("overview form", &examples, |text| {
        let fields = form_fields(text);
        let shown = read_choices(&fields);
        let Ok(form) = read_form(&fields) else { return false };
        assert_eq!(form.choices, shown);
        assert!(shown != OverviewChoices::default() && shown.ends.len() <= MOST_ENDS);
        assert!(form.code.len() == 6 && form.code.bytes().all(|digit| digit.is_ascii_digit()));
        true
    });
    assert!(tally.accepted > 0 && tally.accepted < tally.inputs, "{tally:?}");
}
