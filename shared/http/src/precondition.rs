//! Entity tags and idempotency keys (`docs/api.md §1.4` and `§1.5`).
//!
//! A claim's ETag is its version between quotes. `If-Match` is read as RFC 9110 §13.1.1 says: `*`, or a list of tags
//! that are compared strongly, so that a weak tag names no version.

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

/// What an `If-Match` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    /// Whatever version there is.
    Any,
    /// One of these. Tags that are no version of a claim, and weak ones, name none.
    OneOf(Vec<Version>),
}

/// A version that no claim has, and that is none's last one.
const NO_VERSION: Version = Version(u32::MAX);

impl IfMatch {
    /// The version that the caller has seen of a claim whose present one is `current`: that, where it is named; else
    /// the one before, of which a repeat may come; else another, which is stale. `None`: the caller takes any.
    pub fn seen(&self, current: Version) -> Option<Version> {
        let Self::OneOf(named) = self else { return None };
        let present = named.iter().find(|own| **own == current);
        let before = || named.iter().find(|own| own.next() == current);
        Some(present.or_else(before).or(named.first()).copied().unwrap_or(NO_VERSION))
    }
}

/// What the `If-Match` of a request names.
///
/// # Errors
/// [`Failure::PreconditionRequired`] where there is none, [`Failure::PreconditionMalformed`] where it is neither `*`
/// nor a list of entity tags.
pub(crate) fn if_match(headers: &HeaderMap) -> Result<IfMatch, Failure> {
    let malformed = || Failure::PreconditionMalformed;
    let mut lines = Vec::new();
    for value in headers.get_all(IF_MATCH) {
        lines.push(value.to_str().map_err(|_| malformed())?);
    }
    if lines.is_empty() {
        return Err(Failure::PreconditionRequired);
    }
    let text = lines.join(",");
    if text.trim() == "*" {
        return Ok(IfMatch::Any);
    }
    let tags = entity_tags(&text).filter(|tags| !tags.is_empty()).ok_or_else(malformed)?;
    Ok(IfMatch::OneOf(tags.into_iter().flatten().collect()))
}

/// The tags of a list, each as the version that it names strongly, if it names one; `None` where the text is no list
/// of tags. Elements may be empty.
fn entity_tags(text: &str) -> Option<Vec<Option<Version>>> {
    let mut tags = Vec::new();
    let mut rest = text.trim_matches(BLANKS);
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(',') {
            rest = after.trim_start_matches(BLANKS);
            continue;
        }
        let (weak, quoted) = match rest.strip_prefix("W/") {
            Some(quoted) => (true, quoted),
            None => (false, rest),
        };
        let (tag, after) = quoted.strip_prefix('"')?.split_once('"')?;
        if !tag.bytes().all(|byte| byte == b'!' || (0x23..=0x7e).contains(&byte)) {
            return None;
        }
        rest = after.trim_start_matches(BLANKS);
        if !rest.is_empty() && !rest.starts_with(',') {
            return None;
        }
        tags.push(version(tag).filter(|_| !weak));
    }
    Some(tags)
}

/// Optional white space of a header.
const BLANKS: [char; 2] = [' ', '\t'];

fn version(tag: &str) -> Option<Version> {
    let version = Version(tag.parse().ok()?);
    (version.to_string() == tag).then_some(version)
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
    fn an_if_match_is_a_star_or_a_list_of_tags_and_weak_ones_name_nothing() {
        let read = |values: &[&str]| if_match(&headers("if-match", values));
        let versions =
            |numbers: &[u32]| Ok(IfMatch::OneOf(numbers.iter().copied().map(Version).collect()));
        assert_eq!(read(&["\"7\""]), versions(&[7]));
        assert_eq!(read(&[" \"7\" ,, \"8\","]), versions(&[7, 8]));
        assert_eq!(read(&["\"7\"", "\"8\""]), versions(&[7, 8]));
        assert_eq!(read(&["*"]), Ok(IfMatch::Any));
        for none in ["W/\"7\"", "\"07\"", "\"\"", "\"-1\"", "\"a,b\"", "\"99999999999\""] {
            assert_eq!(read(&[none]), versions(&[]), "{none}");
        }
        assert_eq!(read(&[]), Err(Failure::PreconditionRequired));
        for values in [
            &["7"][..],
            &[""],
            &[","],
            &["\"7"],
            &["7\""],
            &["\"7\" \"8\""],
            &["\"7\"x"],
            &["w/\"7\""],
            &["\"a b\""],
            &["*, \"7\""],
            &["*", "*"],
        ] {
            assert_eq!(read(values), Err(Failure::PreconditionMalformed), "{values:?}");
        }
    }

    #[test]
    fn of_several_versions_the_present_one_counts_then_the_one_before() {
        let named =
            |numbers: &[u32]| IfMatch::OneOf(numbers.iter().copied().map(Version).collect());
        let seen = |numbers: &[u32]| named(numbers).seen(Version(7));
        assert_eq!(seen(&[5, 6, 7]), Some(Version(7)));
        assert_eq!(seen(&[5, 6]), Some(Version(6)));
        assert_eq!(seen(&[5, 9]), Some(Version(5)));
        assert_eq!(seen(&[]), Some(NO_VERSION), "no version of any claim");
        assert_eq!(IfMatch::Any.seen(Version(7)), None);
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
