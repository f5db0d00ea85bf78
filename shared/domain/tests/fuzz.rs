//! The parsers of this crate under inputs that nobody thought of (`CONTRIBUTING.md`, section 10.4).

use std::fmt::{Debug, Display};

use domain::calendar::{CalendarId, CountryCode, Subdivision, Tz};
use domain::claim::Status;
use domain::directory::Locale;
use domain::document::DocumentKind;
use domain::event::EventType;
use domain::ids::{AssociationId, ClaimId, ItemId, Sha256Hash, TenantId};
use domain::queue::Queue;
use domain::reason::ReasonCode;
use domain::reminder::Reminder;
use domain::text::isolation::{ISOLATE_BEGIN, ISOLATE_END, isolate_name, without_idle_marks};
use domain::text::{Comment, Domain, Email, Name, TextError};
use fuzz::{Tally, texts};

/// Whether a text is read; then what is printed is read as the same value, so that it is printed in one form alone.
fn is_read<T: PartialEq + Debug, E>(
    text: &str,
    parse: impl Fn(&str) -> Result<T, E>,
    print: impl Fn(&T) -> String,
) -> bool {
    let Ok(value) = parse(text) else { return false };
    let printed = print(&value);
    assert_eq!(parse(&printed).ok().as_ref(), Some(&value), "{printed:?}");
    assert_eq!(parse(&printed).ok().map(|again| print(&again)), Some(printed));
    true
}

fn is_id<T: PartialEq + Debug + Display, E>(
    text: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> bool {
    is_read(text, parse, T::to_string)
}

/// The examples are taken, and not everything is.
fn tells_apart(tally: Tally) {
    assert!(tally.accepted > 0 && tally.accepted < tally.inputs, "{tally:?}");
}

/// Characters that hide or turn a part of a text.
fn deceives(c: char) -> bool {
    let hidden = matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}');
    let turning = matches!(c, '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let unseen = matches!(
        c,
        '\u{3164}' | '\u{115f}' | '\u{1160}' | '\u{ffa0}' | '\u{34f}' | '\u{2800}'
    ) || matches!(c, '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0d}');
    hidden
        || turning
        || unseen
        || matches!(c, '\0' | '\u{2028}' | '\u{2029}' | '\u{e000}' | '\u{10ffff}')
}

const NAMES: &[&str] = &[
    "Contoso, a.s.",
    "Kateřina Nováková",
    "O’Brien, Jr.",
    "نامه\u{200c}ام",
    "ශ්\u{200d}රීලංකා",
    "Å \u{a0} e\u{301}",
    "שלום 5",
];

/// A text of a kind keeps its bounds, its one form, and no character that deceives.
fn is_text<T: PartialEq + Debug>(
    text: &str,
    most: usize,
    parse: impl Fn(&str) -> Result<T, TextError>,
    print: impl Fn(&T) -> String,
) -> bool {
    is_read(text, &parse, |value| {
        let printed = print(value);
        assert!(printed.chars().count() <= most && !printed.chars().any(deceives), "{printed:?}");
        assert_eq!(printed.trim(), printed);
        printed
    })
}

#[test]
fn a_name_has_its_bounds_and_one_form() {
    tells_apart(texts("name", NAMES, |text| {
        is_text(text, 200, Name::parse, |name| name.as_str().to_owned())
    }));
}

#[test]
fn a_person_and_a_title_are_names_and_no_address() {
    for (target, is_title) in [("person", false), ("title", true)] {
        let parse = if is_title { Name::parse_title } else { Name::parse_person };
        let examples =
            ["Kateřina Nováková", "Ing.\u{a0}Jan Novák, Ph.D.", "J.R.R. Tolkien", "王小明"];
        tells_apart(texts(target, &examples, |text| {
            is_text(text, 80, parse, |name| {
                let printed = name.as_str().to_owned();
                assert!(!printed.contains(['@', ':', '<', '>', '\\', '"', '%']), "{printed:?}");
                assert!(Name::parse(&printed).is_ok(), "{printed:?}");
                printed
            })
        }));
    }
}

#[test]
fn a_remark_has_its_bounds_and_one_form() {
    let examples = ["one\r\ntwo\tthree\n", "Děkujeme.", "نامه\u{200c}ام"];
    tells_apart(texts("comment", &examples, |text| {
        is_text(text, 2000, Comment::parse, |comment| comment.as_str().to_owned())
    }));
}

#[test]
fn an_address_is_ascii_with_the_domain_behind_its_one_at() {
    let examples = ["it+claims@contoso.example", "Jan@bücher.example", "a@xn--bcher-kva.example"];
    tells_apart(texts("email", &examples, |text| {
        is_read(text, Email::parse, |email| {
            let printed = email.as_str().to_owned();
            assert!(printed.is_ascii() && printed.len() <= 254, "{printed:?}");
            assert_eq!(printed.matches('@').count(), 1);
            assert!(printed.bytes().all(|c| c.is_ascii_graphic()), "{printed:?}");
            assert!(Domain::parse(&email.domain()).is_ok(), "{printed:?}");
            if let Some(other) = email.unicode_form() {
                let again = Email::parse(&other).unwrap();
                assert!(again.same_mailbox(&printed), "{other:?}");
            }
            assert!(email.to_printed().starts_with(&printed));
            printed
        })
    }));
}

#[test]
fn a_domain_has_one_form_and_another_spelling_only_if_that_leads_back_to_it() {
    let examples = [
        "münchen.example",
        "例え.テスト",
        "xn--mnchen-3ya.example",
        "a-b.c",
        "faß.de",
        "пример.рф",
    ];
    tells_apart(texts("domain", &examples, |text| {
        is_read(text, Domain::parse, |domain| {
            let printed = domain.as_str().to_owned();
            assert!(printed.len() <= 253 && printed.is_ascii(), "{printed:?}");
            assert_eq!(printed.to_ascii_lowercase(), printed);
            if let Some(other) = domain.unicode_form() {
                assert_ne!(other, printed);
                assert_eq!(Domain::parse(&other).ok().as_ref(), Some(domain), "{other:?}");
                assert!(!other.chars().any(deceives), "{other:?}");
            }
            printed
        })
    }));
}

#[test]
fn a_name_that_is_isolated_stays_inside_whatever_it_is() {
    texts("isolation", NAMES, |text| {
        let isolated = isolate_name(text);
        let inner =
            isolated.strip_prefix(ISOLATE_BEGIN).and_then(|rest| rest.strip_suffix(ISOLATE_END));
        let inner = inner.unwrap();
        assert!(!inner.contains([ISOLATE_BEGIN, ISOLATE_END, '\n', '\r', '\u{2029}']));
        assert!(!inner.contains(|c| matches!(c, '\u{202a}'..='\u{202e}')), "{inner:?}");
        assert_eq!(isolate_name(inner), isolated);
        let whole = format!("a {isolated}: b");
        let kept = without_idle_marks(&whole);
        assert!(kept == whole || kept == format!("a {inner}: b"), "{kept:?}");
        true
    });
}

#[test]
fn ids_have_one_form() {
    let claim = "a2".repeat(13);
    tells_apart(texts("claim id", &[&claim], |text| is_id(text, ClaimId::parse)));
    tells_apart(texts("item id", &["exchange-online", "4711"], |text| {
        is_id(text, |text| {
            let id = ItemId::parse(text)?;
            assert!(id.as_str().len() <= 64 && !id.as_str().contains(['#', '/', '%', ' ']));
            Ok::<_, domain::ids::MalformedId>(id)
        })
    }));
    let tenants = [
        "6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c01",
        "{6F3C1A52-9D4E-4B7A-8C21-0A5E7D9B1C01}",
        "6f3c1a529d4e4b7a8c210a5e7d9b1c01",
    ];
    tells_apart(texts("tenant id", &tenants, |text| {
        is_id(text, |text| {
            let id = TenantId::parse(text)?;
            assert_eq!(id.as_str().len(), 36);
            Ok::<_, domain::ids::MalformedId>(id)
        })
    }));
    let association = format!("{claim}-7");
    tells_apart(texts("association id", &[&association], |text| is_id(text, AssociationId::parse)));
    let hash = "aB".repeat(32);
    tells_apart(texts("sha256", &[&hash], |text| is_id(text, Sha256Hash::parse)));
}

#[test]
fn a_claim_id_of_sixteen_bytes_is_theirs_alone() {
    let examples = ["a2".repeat(13), format!("{}a", "b3".repeat(13).split_at(25).0)];
    let examples: Vec<_> = examples.iter().map(String::as_str).collect();
    texts("claim id as bytes", &examples, |text| {
        let Ok(id) = ClaimId::parse(text) else { return false };
        if let Some(bytes) = id.to_bytes() {
            assert_eq!(ClaimId::from_bytes(bytes), id);
        }
        true
    });
}

#[test]
fn countries_subdivisions_zones_and_languages_have_one_form() {
    tells_apart(texts("country", &["CZ", "us"], |text| is_id(text, CountryCode::parse)));
    let country = CountryCode::parse("US").unwrap();
    tells_apart(texts("subdivision", &["CA", "us-ny"], |text| {
        is_id(text, |text| Subdivision::parse(country, text))
    }));
    tells_apart(texts("time zone", &["Europe/Prague", "UTC"], |text| {
        is_read(text, str::parse::<Tz>, |zone| zone.name().to_owned())
    }));
    tells_apart(texts("locale", &["cs", "en-US"], |text| {
        is_read(text, |text| Locale::parse(text).ok_or(()), |locale| locale.as_str().to_owned())
    }));
}

#[test]
fn the_id_of_a_calendar_is_read_whatever_it_says() {
    let examples = ["CZ@2026.12", "US-CA@2026.12+3", "US-none@2026.12", "weekdays"];
    texts("calendar id", &examples, |text| {
        let id = CalendarId::from_stored(text);
        assert_eq!(id.as_str(), text);
        let revision = id.revision();
        id.data_version();
        drop(id.with_revision(revision));
        id.country().is_none_or(|country| country.as_str().len() == 2)
    });
}

#[test]
fn a_word_of_a_closed_list_is_that_word_alone() {
    type Parse = fn(&str) -> Option<&'static str>;
    let lists: [(&str, &str, Parse); 5] = [
        ("status", "awaiting_customer", |text| Status::parse(text).map(Status::as_str)),
        ("event type", "validated", |text| EventType::parse(text).map(EventType::as_str)),
        ("reason", "customer_declined", |text| ReasonCode::parse(text).map(ReasonCode::as_str)),
        ("reminder", "last_day", |text| Reminder::parse(text).map(Reminder::as_str)),
        ("queue", "submitted", |text| Queue::parse(text).map(Queue::as_str)),
    ];
    for (target, example, parse) in lists {
        texts(target, &[example], |text| {
            let word = parse(text);
            assert!(word.is_none_or(|word| word == text), "{text:?}");
            word.is_some()
        });
    }
}

#[test]
fn the_ending_of_a_file_name_is_that_of_its_kind() {
    tells_apart(texts("file name", &["sow.pdf", "a.b.DOCX", "photo.jpeg"], |text| {
        let Some(kind) = DocumentKind::of_file_name(text) else { return false };
        let ending = text.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        assert!(kind.file_endings().contains(&ending.as_str()), "{text:?}");
        true
    }));
}
