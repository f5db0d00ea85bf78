//! Bounded texts. Personal ones do not print.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Empty, a control character in it, or not of the form asked for.
    #[error("malformed")]
    Malformed,
    /// More characters than permitted.
    #[error("too long")]
    TooLong,
}

macro_rules! bounded_text {
    ($($(#[$doc:meta])* $name:ident, $max:literal, $valid:path;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Parses the text.
            pub fn parse(text: &str) -> Result<Self, TextError> {
                if text.chars().count() > $max {
                    return Err(TextError::TooLong);
                }
                if $valid(text) { Ok(Self(text.to_owned())) } else { Err(TextError::Malformed) }
            }

            /// The text itself.
            pub fn as_str(&self) -> &str { &self.0 }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }

        impl TryFrom<String> for $name {
            type Error = TextError;
            fn try_from(text: String) -> Result<Self, TextError> { Self::parse(&text) }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self { text.0 }
        }
    )*};
}

bounded_text! {
    /// A name or title: 1–200 characters on one line.
    Name, 200, is_line;
    /// An e-mail address: one `@`, no white space, a dotted domain; at most 254 characters.
    Email, 254, is_email;
    /// A remark: 1–2000 characters; line breaks of every system are permitted.
    Comment, 2000, is_remark;
}

fn is_line(text: &str) -> bool {
    !text.trim().is_empty() && !text.chars().any(char::is_control)
}

fn is_remark(text: &str) -> bool {
    let is_space = |c: char| matches!(c, '\r' | '\n' | '\t');
    !text.trim().is_empty() && !text.chars().any(|c| c.is_control() && !is_space(c))
}

fn is_email(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_graphic() && !"\"(),:;<>@[\\]".contains(c);
    text.split_once('@').is_some_and(|(local, domain)| {
        (1..=64).contains(&local.len()) && local.chars().all(plain) && Domain::parse(domain).is_ok()
    })
}

impl Email {
    /// The domain behind the `@`, in lower case.
    pub fn domain(&self) -> String {
        self.0.rsplit('@').next().unwrap_or_default().to_ascii_lowercase()
    }

    /// Whether the two addresses name one mailbox: compared without regard to case.
    pub fn same_mailbox(&self, other: &str) -> bool {
        self.0.eq_ignore_ascii_case(other)
    }
}

/// An Internet domain name in lower case, with at least one dot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Domain(String);

impl Domain {
    /// Parses the name; upper case is folded.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        if text.len() > 253 {
            return Err(TextError::TooLong);
        }
        let label = |part: &str| {
            (1..=63).contains(&part.len())
                && part.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-')
                && !part.starts_with('-')
                && !part.ends_with('-')
        };
        if text.contains('.') && text.split('.').all(label) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(TextError::Malformed)
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Domain {
    type Error = TextError;
    fn try_from(text: String) -> Result<Self, TextError> {
        Self::parse(&text)
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
        for text in ["", "a", "a@b", "a@b.c\r\nBcc: x@y.z", "a b@c.d", "a@@b.c", "a@-b.c", "@b.c"] {
            assert_eq!(Email::parse(text), Err(TextError::Malformed), "{text:?}");
        }
        assert!(Email::parse("it+claims@contoso.example").is_ok());
    }

    #[test]
    fn names_are_bounded_in_characters_and_have_no_control_characters() {
        assert!(Name::parse(&"ž".repeat(200)).is_ok());
        assert_eq!(Name::parse(&"ž".repeat(201)), Err(TextError::TooLong));
        assert_eq!(Name::parse("a\u{7}"), Err(TextError::Malformed));
        assert_eq!(Name::parse("  "), Err(TextError::Malformed));
    }

    #[test]
    fn a_remark_has_lines_as_any_system_ends_them_and_no_other_control_characters() {
        for text in ["one\ntwo", "one\r\ntwo", "one\ttwo"] {
            assert!(Comment::parse(text).is_ok(), "{text:?}");
        }
        for text in ["\r\n", "a\u{0}", "a\u{1b}[1m"] {
            assert_eq!(Comment::parse(text), Err(TextError::Malformed), "{text:?}");
        }
    }

    #[test]
    fn personal_texts_do_not_print() {
        assert_eq!(format!("{:?}", Email::parse("jan@contoso.example").unwrap()), "Email(…)");
    }
}
