//! The address of a webhook: `https`, port 443, a name. What the name leads to is judged when it is connected to.

use domain::webhook::MAX_WEBHOOK_URL_BYTES;
use url::{Host, Url};

/// The port of `https`.
pub const HTTPS_PORT: u16 = 443;

/// An address that events may be sent to, as far as the address itself tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookUrl {
    text: String,
    host: String,
    target: String,
}

impl WebhookUrl {
    /// Reads an address: of the scheme `https`, with a name of more than one label, on port 443, without user, password
    /// and fragment. `None`: it is none of these, or has more than 2,048 bytes.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = |text: &str| text.len() <= MAX_WEBHOOK_URL_BYTES;
        // What an address cannot have, the library would take away without a word.
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        let url = Url::parse(text).ok().filter(|_| fits(text) && is_plain)?;
        // Of an at sign with nothing before it the library says no word either.
        let authority = text.get("https://".len()..)?.split(['/', '?', '#']).next()?;
        let bare = url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none()
            && !text.contains('#')
            && !authority.contains('@');
        let is_https = url.scheme() == "https" && url.port_or_known_default() == Some(HTTPS_PORT);
        let Host::Domain(host) = url.host()? else { return None };
        let is_name = host.contains('.') && !host.starts_with('.') && !host.ends_with('.');
        let target = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let read = Self { text: url.to_string(), host: host.to_owned(), target };
        (bare && is_https && is_name && fits(&read.text)).then_some(read)
    }

    /// The address as it is kept.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The name in it.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Path and query, as a request line has them.
    pub fn target(&self) -> &str {
        &self.target
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_https_with_a_name_is_one() {
        let longest = format!("https://crm.example/{}", "a".repeat(2_048 - 20));
        for (text, host, target) in [
            ("https://crm.example", "crm.example", "/"),
            ("https://crm.example:443/hook?key=a&b=%20", "crm.example", "/hook?key=a&b=%20"),
            ("HTTPS://CRM.Example/Hook", "crm.example", "/Hook"),
            ("https://xn--hkyrky-ptac70bc.example/", "xn--hkyrky-ptac70bc.example", "/"),
            (longest.as_str(), "crm.example", &longest["https://crm.example".len()..]),
        ] {
            let read = WebhookUrl::parse(text).unwrap();
            assert_eq!((read.host(), read.target()), (host, target), "{text}");
            assert_eq!(WebhookUrl::parse(read.as_str()), Some(read), "what is kept is read again");
        }
    }

    #[test]
    fn whatever_else_an_address_may_be_is_refused() {
        let too_long = format!("https://crm.example/{}", "a".repeat(2_049 - 20));
        for text in [
            "",
            "crm.example",
            "http://crm.example/",
            "ftp://crm.example/",
            "file:///etc/passwd",
            "https:///hook",
            "https://crm.example:8443/",
            "https://crm.example:80/",
            "https://user@crm.example/",
            "https://user:secret@crm.example/",
            "https://@crm.example/",
            "https://:@crm.example/",
            "https://crm.example/#part",
            "https://crm.example/#",
            "https://localhost/",
            "https://intranet/",
            "https://crm.example./",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.0.0.1/",
            "https://0177.0.0.1/",
            "https://169.254.169.254/latest/meta-data/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://\u{ff11}27.0.0.1/",
            "https://crm.example\\@evil.example/",
            "https://crm.example /",
            " https://crm.example/",
            "https://crm.exa\nmple/",
            "https://crm.example/\tx",
            "https://h\u{e1}\u{10d}ek.example/",
            too_long.as_str(),
        ] {
            assert_eq!(WebhookUrl::parse(text), None, "{text:?}");
        }
    }
}
