//! Where an API or a sign-in answers.

use url::{Host, Url};

/// An address that a token may be sent to: `https`, or `http` on this machine. A path may follow the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    base: String,
    secure: bool,
}

/// Why a text is no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It is no URL with a host.
    #[error("an address is https://, a host, and no more than a path")]
    Malformed,
    /// A token would be sent in clear text.
    #[error("an address is https; http is for this machine alone (127.0.0.1, [::1], localhost)")]
    Insecure,
}

impl Address {
    /// Reads an address.
    ///
    /// ```
    /// use cpor::api::Address;
    /// assert_eq!(Address::parse("https://api.example.com/").unwrap().join("/v1/me"), "https://api.example.com/v1/me");
    /// assert!(Address::parse("http://api.example.com").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let url = Url::parse(text).map_err(|_| AddressError::Malformed)?;
        let host = url.host().ok_or(AddressError::Malformed)?;
        let secure = match url.scheme() {
            "https" => true,
            "http" if is_this_machine(&host) => false,
            "http" => return Err(AddressError::Insecure),
            _ => return Err(AddressError::Malformed),
        };
        let named = !url.username().is_empty() || url.password().is_some();
        if named || url.query().is_some() || url.fragment().is_some() {
            return Err(AddressError::Malformed);
        }
        Ok(Self { base: url.as_str().trim_end_matches('/').to_owned(), secure })
    }

    /// The address of something below it; `path` begins with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The address as it is stored.
    pub fn as_str(&self) -> &str {
        &self.base
    }

    /// Whether it is called with TLS.
    pub fn is_secure(&self) -> bool {
        self.secure
    }
}

fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_out_with_tls_or_stays_on_this_machine() {
        for good in [
            "https://a.example",
            "https://a.example:8443/edge/",
            "http://127.0.0.1:4566",
            "http://127.9.9.9",
            "http://[::1]:80",
            "http://localhost:4566",
        ] {
            assert!(Address::parse(good).is_ok(), "{good}");
        }
        for clear in [
            "http://a.example",
            "http://10.0.0.1",
            "http://0.0.0.0",
            "http://localhost.a.example",
            "http://127.0.0.1.a.example",
            "http://[::ffff:10.0.0.1]",
        ] {
            assert_eq!(Address::parse(clear), Err(AddressError::Insecure), "{clear}");
        }
    }

    #[test]
    fn what_is_more_than_a_host_and_a_path_is_refused() {
        for wrong in [
            "",
            "a.example",
            "ftp://a.example",
            "file:///etc/passwd",
            "https://user@a.example",
            "https://user:word@a.example",
            "https://a.example?x=1",
            "https://a.example#x",
            "http://127.0.0.1@a.example",
        ] {
            assert!(Address::parse(wrong).is_err(), "{wrong}");
        }
    }
}
