//! Entity tags and idempotency keys (`docs/api.md §1.4` and `§1.5`).
//!
//! A claim's ETag is its version between quotes. `If-Match` must name exactly one version, strongly:
//! `*`, weak tags, lists, repeated headers and everything malformed name none, and are answered like
//! a stale one (412): the client has to read the claim again in each of these cases.

use domain::ids::Version;
use lambda_http::http::HeaderMap;
use lambda_http::http::header::{IF_MATCH, IF_NONE_MATCH};

use crate::failure::Failure;

/// The header of a repeatable create.
pub(crate) const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The ETag of a version.
pub fn etag(version: Version) -> String {
    format!("\"{version}\"")
}

/// The version an `If-Match` names.
pub(crate) fn if_match(headers: &HeaderMap) -> Result<Version, Failure> {
    let mut values = headers.get_all(IF_MATCH).iter();
    let value = values.next().ok_or(Failure::PreconditionRequired)?;
    let version = value.to_str().ok().and_then(strong).filter(|_| values.next().is_none());
    version.ok_or(Failure::VersionMismatch)
}

fn strong(tag: &str) -> Option<Version> {
    let digits = tag.trim().strip_prefix('"')?.strip_suffix('"')?;
    let version = Version(digits.parse().ok()?);
    (version.to_string() == digits).then_some(version)
}

/// Whether an `If-None-Match` names this version: the comparison is weak, a list is permitted, and
/// `*` names every version.
pub(crate) fn if_none_match(headers: &HeaderMap, version: Version) -> bool {
    let own = etag(version);
    let values = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == own)
}

/// The idempotency key: 1–255 visible ASCII characters.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<String, Failure> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let key = values.next().and_then(|value| value.to_str().ok());
    let fits =
        |key: &&str| (1..=255).contains(&key.len()) && key.bytes().all(|c| c.is_ascii_graphic());
    let key = key.filter(fits).filter(|_| values.next().is_none());
    key.map(str::to_owned).ok_or(Failure::IdempotencyKey)
}

#[cfg(test)]
mod tests {
    use lambda_http::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(name: &'static str, values: &[&str]) -> HeaderMap {
        let name = HeaderName::from_static(name);
        values.iter().map(|value| (name.clone(), HeaderValue::from_str(value).unwrap())).collect()
    }

    #[test]
    fn an_if_match_names_one_version_strongly_or_none() {
        let read = |values: &[&str]| if_match(&headers("if-match", values));
        assert_eq!(read(&["\"7\""]), Ok(Version(7)));
        assert_eq!(read(&[]), Err(Failure::PreconditionRequired));
        for values in [
            &["*"][..],
            &["W/\"7\""],
            &["7"],
            &["\"07\""],
            &["\"7\", \"8\""],
            &["\"7\"", "\"7\""],
            &["\"\""],
            &["\"-1\""],
            &["\"+7\""],
            &["\"99999999999\""],
            &[""],
        ] {
            assert_eq!(read(values), Err(Failure::VersionMismatch), "{values:?}");
        }
    }

    #[test]
    fn an_if_none_match_may_list_weak_tags_or_everything() {
        let names = |values: &[&str]| if_none_match(&headers("if-none-match", values), Version(7));
        assert!(names(&["\"7\""]) && names(&["*"]) && names(&["\"1\", W/\"7\""]));
        assert!(names(&["\"1\"", "\"7\""]));
        assert!(!names(&["\"8\""]) && !names(&[]) && !names(&["7"]));
    }

    #[test]
    fn an_idempotency_key_is_visible_ascii_of_bounded_length_and_given_once() {
        let read = |values: &[&str]| idempotency_key(&headers(IDEMPOTENCY_KEY, values));
        assert_eq!(read(&["k-1"]).unwrap(), "k-1");
        assert!(read(&[&"k".repeat(255)]).is_ok());
        for values in [&[][..], &[""], &["a b"], &["a\tb"], &["a", "a"], &[&"k".repeat(256)]] {
            assert_eq!(read(values), Err(Failure::IdempotencyKey), "{values:?}");
        }
        let mut unreadable = HeaderMap::new();
        unreadable.insert(IDEMPOTENCY_KEY, HeaderValue::from_bytes(b"k\xc5\xbe").unwrap());
        assert_eq!(idempotency_key(&unreadable), Err(Failure::IdempotencyKey));
    }
}
