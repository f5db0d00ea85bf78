//! Bounded texts. Personal ones do not print. What comes in is normalized and judged by `characters`; what is stored
//! from before stays readable.

mod characters;
pub mod isolation;
mod script;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use characters::is_hidden;

/// Why a text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// With a character in it that no text may have, or not of the form asked for.
    #[error("malformed")]
    Malformed,
    /// There is nothing in it but blanks.
    #[error("too short")]
    TooShort,
    /// More characters than permitted.
    #[error("too long")]
    TooLong,
}

macro_rules! bounded_text {
    ($($(#[$doc:meta])* $name:ident, $max:literal, $read:path, $is_stored:path;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Parses a text that comes in: normalized, without blanks around it.
            pub fn parse(text: &str) -> Result<Self, TextError> {
                parse_bounded(text, $max, $read).map(Self)
            }

            /// The text as it was parsed.
            pub fn as_str(&self) -> &str { &self.0 }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }

        impl TryFrom<String> for $name {
            type Error = TextError;
            fn try_from(text: String) -> Result<Self, TextError> {
                if $is_stored(&text) { Ok(Self(text)) } else { Err(TextError::Malformed) }
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self { text.0 }
        }
    )*};
}

bounded_text! {
    /// A name, title, label, reference or file name: 1–200 characters on one line.
    Name, 200, read_line, is_line;
    /// An e-mail address: one `@`, no white space, a dotted domain; at most 254 characters. The domain is stored as
    /// IDNA's A-labels.
    Email, 254, read_email, is_email;
    /// A remark: 1–2000 characters; line breaks of every system are permitted.
    Comment, 2000, read_remark, is_remark;
}

/// The most characters of a person's name or title that a partner types.
const MAX_PERSON: usize = 80;

impl Name {
    /// Parses the name of a person, as a partner types it: letters, marks, blanks, `'`, `’`, `-`, `,`, and a full stop
    /// before a blank or at the end; 1–80 characters.
    pub fn parse_person(text: &str) -> Result<Self, TextError> {
        let read = |text: &str| read_line(text).filter(|name| characters::is_person(name));
        parse_bounded(text, MAX_PERSON, read).map(Self)
    }

    /// Parses the title of a person: as a name, and with digits, `&`, `/` and brackets; 1–80 characters.
    pub fn parse_title(text: &str) -> Result<Self, TextError> {
        let read = |text: &str| read_line(text).filter(|title| characters::is_title(title));
        parse_bounded(text, MAX_PERSON, read).map(Self)
    }
}

/// A text that `read` takes, of at most `max` characters as it came and as it is stored.
fn parse_bounded(
    text: &str,
    max: usize,
    read: impl Fn(&str) -> Option<String>,
) -> Result<String, TextError> {
    if text.chars().count() > max {
        return Err(TextError::TooLong);
    }
    if text.trim().is_empty() {
        return Err(TextError::TooShort);
    }
    let text = read(text).ok_or(TextError::Malformed)?;
    if text.chars().count() > max { Err(TextError::TooLong) } else { Ok(text) }
}

fn read_line(text: &str) -> Option<String> {
    Some(characters::normalize_text(text)).filter(|line| characters::is_printable_as_is(line, &[]))
}

fn read_remark(text: &str) -> Option<String> {
    let remark = characters::normalize_text(text);
    Some(remark).filter(|remark| characters::is_printable_as_is(remark, &SPACES))
}

fn read_email(text: &str) -> Option<String> {
    let (local, domain) = text.trim().split_once('@')?;
    // The dots of RFC 5321: between two characters. Most mail servers refuse every other place.
    let is_dotted = local.split('.').all(|atom| !atom.is_empty());
    let is_taken = is_dotted && !reads_as_link(local);
    let domain = is_taken.then(|| Domain::parse(domain).ok()).flatten()?;
    let address = if domain.as_str().eq_ignore_ascii_case(text.rsplit('@').next()?.trim()) {
        text.trim().to_owned()
    } else {
        format!("{local}@{}", domain.as_str())
    };
    is_email(&address).then_some(address)
}

/// Whether programs that show an address could make a web link of what stands before its `@`: a partner's address is
/// printed in mails and on pages of the operator's.
fn reads_as_link(local: &str) -> bool {
    let begins_as_host = local.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www."));
    begins_as_host || local.contains(['/', '?', '#'])
}

/// The control characters of a remark.
const SPACES: [char; 3] = ['\r', '\n', '\t'];

fn is_line(text: &str) -> bool {
    !text.trim().is_empty() && !text.chars().any(char::is_control)
}

fn is_remark(text: &str) -> bool {
    !text.trim().is_empty() && !text.chars().any(|c| c.is_control() && !SPACES.contains(&c))
}

fn is_email(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_graphic() && !"\"(),:;<>@[\\]".contains(c);
    text.split_once('@').is_some_and(|(local, domain)| {
        (1..=64).contains(&local.len()) && local.chars().all(plain) && is_ascii_domain(domain)
    })
}

impl Email {
    /// The domain behind the `@`, in lower case.
    pub fn domain(&self) -> String {
        self.0.rsplit('@').next().unwrap_or_default().to_ascii_lowercase()
    }

    /// The address with its domain in its own script, where that is another spelling ([`Domain::unicode_form`]).
    pub fn unicode_form(&self) -> Option<String> {
        let (local, domain) = self.0.split_once('@')?;
        Some(format!("{local}@{}", read_unicode(domain)?))
    }

    /// The address as people read it: as it is stored, with its other spelling beside it, isolated.
    pub fn to_printed(&self) -> String {
        with_spelling(&self.0, self.unicode_form())
    }

    /// The mailbox that the address names: its text in lower case.
    pub fn mailbox(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// Whether the two addresses name one mailbox: compared without regard to case.
    pub fn same_mailbox(&self, other: &str) -> bool {
        self.0.eq_ignore_ascii_case(other)
    }
}

/// An Internet domain name with at least one dot, in lower case and as IDNA 2008's A-labels (not transitional).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Domain(String);

impl Domain {
    /// Parses the name in any script and case.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        if text.chars().count() > MAX_DOMAIN {
            return Err(TextError::TooLong);
        }
        let ascii = idna::domain_to_ascii(text).map_err(|_| TextError::Malformed)?;
        if ascii.len() > MAX_DOMAIN {
            return Err(TextError::TooLong);
        }
        if is_ascii_domain(&ascii) { Ok(Self(ascii)) } else { Err(TextError::Malformed) }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name in its own script, where that is another spelling. `None` also where a label mixes scripts, and could
    /// pass for another name: it is shown as A-labels alone.
    pub fn unicode_form(&self) -> Option<String> {
        read_unicode(&self.0)
    }

    /// The name as people read it: as A-labels, with its other spelling beside it, isolated.
    pub fn to_printed(&self) -> String {
        with_spelling(&self.0, self.unicode_form())
    }
}

/// The name in U-labels, where they differ from the A-labels and each is written in one script.
fn read_unicode(domain: &str) -> Option<String> {
    let (unicode, read) = idna::domain_to_unicode(domain);
    let differs = read.is_ok() && !unicode.eq_ignore_ascii_case(domain);
    let is_plain = |label: &str| script::is_single(label) && characters::is_label(label);
    (differs && unicode.split('.').all(is_plain)).then_some(unicode)
}

fn with_spelling(text: &str, other: Option<String>) -> String {
    match other {
        Some(other) => format!("{text} ({})", isolation::isolate_name(&other)),
        None => text.to_owned(),
    }
}

/// The most characters of a domain name.
const MAX_DOMAIN: usize = 253;

fn is_ascii_domain(text: &str) -> bool {
    let label = |part: &str| {
        (1..=63).contains(&part.len())
            && part.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    text.len() <= MAX_DOMAIN && text.contains('.') && text.split('.').all(label)
}

impl TryFrom<String> for Domain {
    type Error = TextError;
    fn try_from(text: String) -> Result<Self, TextError> {
        if is_ascii_domain(&text) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(TextError::Malformed)
        }
    }
}

impl From<Domain> for String {
    fn from(domain: Domain) -> Self {
        domain.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_a_line_break_is_refused() {
        for text in ["a", "a@b", "a@b.c\r\nBcc: x@y.z", "a b@c.d", "a@@b.c", "a@-b.c", "@b.c"] {
            assert_eq!(Email::parse(text), Err(TextError::Malformed), "{text:?}");
        }
        assert!(Email::parse("it+claims@contoso.example").is_ok());
    }

    #[test]
    fn a_dot_stands_between_two_characters_of_an_address_that_comes_in_and_what_is_stored_is_read()
    {
        for text in ["jan.@b.example", ".jan@b.example", "jan..a@b.example"] {
            assert_eq!(Email::parse(text), Err(TextError::Malformed), "{text:?}");
            let stored: Email = serde_json::from_value(serde_json::json!(text)).unwrap();
            assert_eq!(stored.as_str(), text);
        }
        assert!(Email::parse("jan.a@b.example").is_ok());
    }

    #[test]
    fn an_address_that_comes_in_has_no_web_address_before_its_at_sign_and_what_is_stored_is_read() {
        for text in [
            "www.evil.example/contoso-login@alpine.example",
            "WWW.evil.example@alpine.example",
            "evil.example/login@alpine.example",
            "evil.example?to=contoso@alpine.example",
            "evil.example#contoso@alpine.example",
        ] {
            assert_eq!(Email::parse(text), Err(TextError::Malformed), "{text:?}");
            let stored: Email = serde_json::from_value(serde_json::json!(text)).unwrap();
            assert_eq!(stored.as_str(), text);
        }
        for text in
            ["www@b.example", "wwwilma.k@b.example", "r&d@b.example", "o'hara_j+x=1@b.example"]
        {
            assert!(Email::parse(text).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn a_text_of_nothing_but_blanks_is_too_short() {
        for blank in ["", " ", "\r\n"] {
            assert_eq!(Email::parse(blank), Err(TextError::TooShort), "{blank:?}");
            assert_eq!(Comment::parse(blank), Err(TextError::TooShort), "{blank:?}");
            assert_eq!(Name::parse_person(blank), Err(TextError::TooShort), "{blank:?}");
        }
    }

    #[test]
    fn names_are_bounded_in_characters_and_have_no_control_characters() {
        assert!(Name::parse(&"ž".repeat(200)).is_ok());
        assert_eq!(Name::parse(&"ž".repeat(201)), Err(TextError::TooLong));
        assert_eq!(Name::parse("a\u{7}"), Err(TextError::Malformed));
        assert_eq!(Name::parse("  "), Err(TextError::TooShort));
    }

    #[test]
    fn a_remark_has_lines_as_any_system_ends_them_and_no_other_control_characters() {
        for text in ["one\ntwo", "one\r\ntwo", "one\ttwo"] {
            assert!(Comment::parse(text).is_ok(), "{text:?}");
        }
        for text in ["a\u{0}", "a\u{1b}[1m"] {
            assert_eq!(Comment::parse(text), Err(TextError::Malformed), "{text:?}");
        }
    }

    #[test]
    fn a_domain_in_any_script_and_case_is_its_a_label() {
        let parse = |text: &str| Domain::parse(text).map(String::from);
        for text in [
            "münchen.example",
            "MÜNCHEN.example",
            "mu\u{308}nchen.example",
            "münchen\u{ff0e}example",
            "xn--mnchen-3ya.example",
        ] {
            assert_eq!(parse(text).as_deref(), Ok("xn--mnchen-3ya.example"), "{text}");
        }
        assert_eq!(parse("faß.de").as_deref(), Ok("xn--fa-hia.de"));
        assert_eq!(parse("fass.de").as_deref(), Ok("fass.de"));
        for text in
            ["münchen", "a..b", "xn--a.example", "a_b.example", "a b.example", ".a.b", "a.b."]
        {
            assert_eq!(parse(text), Err(TextError::Malformed), "{text}");
        }
        let long = format!("{}.example", "ü".repeat(250));
        assert_eq!(parse(&long), Err(TextError::TooLong));
    }

    #[test]
    fn a_domain_is_printed_in_both_spellings_where_they_differ() {
        let printed = |text: &str| Domain::parse(text).unwrap().to_printed();
        assert_eq!(
            printed("München.example"),
            "xn--mnchen-3ya.example (\u{2068}münchen.example\u{2069})"
        );
        assert_eq!(printed("contoso.example"), "contoso.example");
        assert_eq!(
            Domain::parse("例え.テスト").unwrap().unicode_form().as_deref(),
            Some("例え.テスト")
        );
        let address = Email::parse("jan@bücher.example").unwrap();
        let both = "jan@xn--bcher-kva.example (\u{2068}jan@bücher.example\u{2069})";
        assert_eq!(address.to_printed(), both);
        assert_eq!(
            Email::parse("Jan@Contoso.example").unwrap().to_printed(),
            "Jan@Contoso.example"
        );
    }

    #[test]
    fn a_domain_that_mixes_scripts_or_has_signs_is_printed_as_a_labels_alone() {
        // A Cyrillic letter among Latin ones, Latin after Chinese, a heart, and what no domain has.
        for text in ["c\u{43e}ntoso.example", "例abc.example", "a.c\u{43e}ntoso.test", "♥.example"]
        {
            let domain = Domain::parse(text).unwrap();
            assert_eq!(
                (domain.unicode_form(), domain.to_printed()),
                (None, domain.as_str().to_owned())
            );
        }
        let stored = Domain::try_from("xn--a.example".to_owned()).unwrap();
        assert_eq!(stored.to_printed(), "xn--a.example");
    }

    #[test]
    fn the_domain_of_an_address_is_stored_as_its_a_label() {
        let parse = |text: &str| Email::parse(text).map(String::from);
        assert_eq!(parse("jan@bücher.example").as_deref(), Ok("jan@xn--bcher-kva.example"));
        assert_eq!(parse(" Jan@Contoso.example ").as_deref(), Ok("Jan@Contoso.example"));
        assert_eq!(parse("ján@contoso.example"), Err(TextError::Malformed));
    }

    #[test]
    fn a_name_that_was_stored_is_read_as_it_is_and_not_taken_again() {
        let old = "Alp\u{200b}ine".to_owned();
        assert_eq!(Name::try_from(old.clone()).map(String::from), Ok(old.clone()));
        assert_eq!(Name::parse(&old), Err(TextError::Malformed));
        assert_eq!(Name::parse(" Contoso ").map(String::from).as_deref(), Ok("Contoso"));
    }

    #[test]
    fn a_person_has_eighty_characters_at_most_and_no_address_for_a_name() {
        assert!(Name::parse_person(&"a".repeat(80)).is_ok());
        assert_eq!(Name::parse_person(&"a".repeat(81)), Err(TextError::TooLong));
        assert_eq!(Name::parse_person("visit https://evil.example"), Err(TextError::Malformed));
        assert!(Name::parse_title("IT manager (2/3)").is_ok());
    }

    #[test]
    fn personal_texts_do_not_print() {
        assert_eq!(format!("{:?}", Email::parse("jan@contoso.example").unwrap()), "Email(…)");
    }
}
