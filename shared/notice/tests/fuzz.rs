//! The parsers of this crate under inputs that nobody thought of (`CONTRIBUTING.md`, section 10.4).

use domain::ids::{ClaimId, NoticeNo};
use domain::recipient::RecipientNo;
use fuzz::{Tally, texts};
use notice::code::{DECISION_CODE_DIGITS, UNDO_CODE_DIGITS, read_digits};
use notice::page::Decision;
use notice::{Language, Link, LinkKeys, NoticeCode};

/// The examples are taken, and not everything is.
fn tells_apart(tally: Tally) {
    assert!(tally.accepted > 0 && tally.accepted < tally.inputs, "{tally:?}");
}

#[test]
fn a_token_opens_in_the_form_in_which_it_was_made_alone() {
    let keys = LinkKeys::new(1, [(1, b"the first key, which is long".to_vec())]).unwrap();
    let claim = ClaimId::from_bytes(*b"sixteen bytes id");
    let token =
        |no| Link::of(&keys, &claim, NoticeNo(258), RecipientNo(no)).unwrap().to_token(&keys);
    // The last one is of the form without recipients.
    let made = [token(1), token(23), "AXNpeHRlZW4gYnl0ZXMgaWQBAjrmtK1eAFi-AQxl4PdBxP8".to_owned()];
    let examples: Vec<_> = made.iter().map(String::as_str).collect();
    tells_apart(texts("token", &examples, |text| {
        let Ok(link) = Link::from_token(&keys, text) else { return false };
        assert!(made.iter().any(|own| own == text), "{text:?} was never made");
        assert_eq!(link.to_token(&keys), text);
        assert_eq!((link.claim(), link.notice()), (&claim, NoticeNo(258)));
        true
    }));
}

#[test]
fn the_digits_of_a_code_are_ascii_and_as_many_as_asked() {
    let examples = ["304 999", "٣٠٤٩٩٩", "３０４－９９９", "\u{2066}304\u{200b}999\u{2069}"];
    tells_apart(texts("decision code", &examples, |text| {
        digits_are_read(text, DECISION_CODE_DIGITS)
    }));
    tells_apart(texts(
        "undo code",
        &["0123 456 789", "𝟘𝟙𝟚𝟛𝟜𝟝𝟞𝟟𝟠𝟡"],
        |text| digits_are_read(text, UNDO_CODE_DIGITS),
    ));
}

fn digits_are_read(text: &str, count: usize) -> bool {
    let Ok(digits) = read_digits(text, count) else { return false };
    assert!(digits.len() == count && digits.bytes().all(|c| c.is_ascii_digit()), "{digits:?}");
    assert_eq!(read_digits(&digits, count).as_deref(), Ok(digits.as_str()));
    true
}

#[test]
fn an_authenticity_code_has_one_form_however_it_is_typed() {
    tells_apart(texts("notice code", &["Q7KT7-P58KX", "q7kt7 p58kx", "OIL00OIL00"], |text| {
        let Some(code) = NoticeCode::parse(text) else { return false };
        assert!(code.as_str().len() == 11 && code.as_str().is_ascii(), "{code}");
        assert_eq!(NoticeCode::parse(code.as_str()).as_ref(), Some(&code));
        true
    }));
}

#[test]
fn a_language_is_one_of_those_that_the_header_names() {
    tells_apart(texts("accept-language", &["cs, en;q=0.8", "en-GB,de;q=0.5"], |text| {
        let Some(language) = Language::negotiate(text) else { return false };
        assert!(text.to_ascii_lowercase().contains(language.tag()), "{text:?}");
        assert_eq!(Language::of_tag(language.tag()), Some(language));
        true
    }));
}

#[test]
fn a_decision_has_one_name() {
    tells_apart(texts("decision", &["decline", "undo", "wrong_contact", "extend"], |text| {
        let decision = Decision::parse(text);
        assert!(decision.is_none_or(|decision| decision.as_str() == text));
        decision.is_some()
    }));
}
