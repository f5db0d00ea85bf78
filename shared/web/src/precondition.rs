//! Entity tags and idempotency keys (`docs/api.md §1.4` and `§1.5`).
//!
//! A claim's ETag is its version between quotes, that of an entry of the directory its revision. `If-Match` is read as
//! RFC 9110 §13.1.1 says: `*`, or a list of tags that are compared strongly, so that a weak tag names nothing.

use domain::ids::Version;
use lambda_http::http::HeaderMap;
use lambda_http::http::header::{IF_MATCH, IF_NONE_MATCH};

use crate::entity_tag::EntityTag;
use crate::failure::RequestError;

/// The header of a repeatable create.
pub(crate) const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// What an `If-Match` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    /// `*`: whatever version there is.
    Any,
    /// One of these. Weak tags are left out.
    OneOf(Vec<EntityTag>),
}

/// A version that no claim has, and that is none's last one.
const NO_VERSION: Version = Version(u32::MAX);

impl IfMatch {
    /// The version that the caller has seen of a claim whose present one is `current`: that, where it is named; else
    /// the one before, of which a repeat may come; else another, which is stale. `None`: the caller takes any.
    pub fn seen_version(&self, current: Version) -> Option<Version> {
        let Self::OneOf(tags) = self else { return None };
        let named: Vec<Version> = tags.iter().filter_map(EntityTag::version).collect();
        let present = named.iter().find(|own| **own == current);
        let before = || named.iter().find(|own| own.next() == current);
        Some(present.or_else(before).or(named.first()).copied().unwrap_or(NO_VERSION))
    }

    /// Whether the caller may write an entry whose present tag is `current`; `None`: there is none. A write that
    /// `repeats` what is stored may also name the revision before: its first answer was lost.
    pub fn permits_write(&self, current: Option<&EntityTag>, repeats: bool) -> bool {
        let Some(current) = current else { return false };
        let Self::OneOf(named) = self else { return true };
        let before = current.leading_number().and_then(|number| number.checked_sub(1));
        let is_before = |tag: &EntityTag| before.is_some() && tag.leading_number() == before;
        named.iter().any(|tag| tag == current || (repeats && is_before(tag)))
    }
}

/// What the `If-Match` of a request names.
///
/// # Errors
/// [`RequestError::PreconditionRequired`] where there is none, [`RequestError::PreconditionMalformed`] where it is neither `*`
/// nor a list of entity tags.
pub(crate) fn if_match(headers: &HeaderMap) -> Result<IfMatch, RequestError> {
    let malformed = || RequestError::PreconditionMalformed;
    let mut lines = Vec::new();
    for value in headers.get_all(IF_MATCH) {
        lines.push(value.to_str().map_err(|_| malformed())?);
    }
    if lines.is_empty() {
        return Err(RequestError::PreconditionRequired);
    }
    let text = lines.join(",");
    if text.trim() == "*" {
        return Ok(IfMatch::Any);
    }
    let tags = entity_tags(&text).filter(|tags| !tags.is_empty()).ok_or_else(malformed)?;
    Ok(IfMatch::OneOf(tags.into_iter().flatten().collect()))
}

/// The tags of a list, each if it is strong; `None` where the text is no list of tags. Elements may be empty.
fn entity_tags(text: &str) -> Option<Vec<Option<EntityTag>>> {
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
        tags.push((!weak).then(|| EntityTag(tag.to_owned())));
    }
    Some(tags)
}

/// Optional white space of a header.
const BLANKS: [char; 2] = [' ', '\t'];

/// Whether an `If-None-Match` names this version: the comparison is weak, a list is permitted, and
/// `*` names every version.
pub(crate) fn if_none_match(headers: &HeaderMap, version: Version) -> bool {
    let own = EntityTag::from(version).to_string();
    let values = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == own)
}

/// The idempotency key: 1–255 visible ASCII characters.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<String, RequestError> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let key = values.next().and_then(|value| value.to_str().ok());
    let fits =
        |key: &&str| (1..=255).contains(&key.len()) && key.bytes().all(|c| c.is_ascii_graphic());
    let key = key.filter(fits).filter(|_| values.next().is_none());
    key.map(str::to_owned).ok_or(RequestError::IdempotencyKey)
}

#[cfg(test)]
mod tests {
    use domain::rules::StandingRules;
    use lambda_http::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(name: &'static str, values: &[&str]) -> HeaderMap {
        let name = HeaderName::from_static(name);
        values.iter().map(|value| (name.clone(), HeaderValue::from_str(value).unwrap())).collect()
    }

    fn named(tags: &[&str]) -> IfMatch {
        IfMatch::OneOf(tags.iter().map(|tag| EntityTag((*tag).to_owned())).collect())
    }

    #[test]
    fn an_if_match_is_a_star_or_a_list_of_tags_and_weak_ones_name_nothing() {
        let read = |values: &[&str]| if_match(&headers("if-match", values));
        assert_eq!(read(&["\"7\""]), Ok(named(&["7"])));
        assert_eq!(read(&[" \"7\" ,, \"8\","]), Ok(named(&["7", "8"])));
        assert_eq!(read(&["\"7\"", "\"8-ab\""]), Ok(named(&["7", "8-ab"])));
        assert_eq!(read(&["\"a,b\""]), Ok(named(&["a,b"])));
        assert_eq!(read(&["*"]), Ok(IfMatch::Any));
        assert_eq!(read(&["W/\"7\""]), Ok(named(&[])), "a weak tag names nothing");
        assert_eq!(read(&[]), Err(RequestError::PreconditionRequired));
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
            assert_eq!(read(values), Err(RequestError::PreconditionMalformed), "{values:?}");
        }
    }

    #[test]
    fn of_several_versions_the_present_one_counts_then_the_one_before() {
        let seen = |tags: &[&str]| named(tags).seen_version(Version(7));
        assert_eq!(seen(&["5", "6", "7"]), Some(Version(7)));
        assert_eq!(seen(&["5", "6"]), Some(Version(6)));
        assert_eq!(seen(&["5", "9"]), Some(Version(5)));
        for none in ["07", "", "-1", "7-ab", "a,b", "99999999999"] {
            assert_eq!(seen(&[none]), Some(NO_VERSION), "{none} is no version of any claim");
        }
        assert_eq!(seen(&[]), Some(NO_VERSION));
        assert_eq!(IfMatch::Any.seen_version(Version(7)), None);
    }

    #[test]
    fn an_entry_is_written_over_the_revision_that_was_read_and_a_repeat_over_the_one_before() {
        let current = EntityTag::of_revision(7);
        let permits = |tags: &[&str], repeats| named(tags).permits_write(Some(&current), repeats);
        for repeats in [true, false] {
            assert!(permits(&["7"], repeats) && permits(&["5", "7"], repeats));
            assert!(IfMatch::Any.permits_write(Some(&current), repeats));
            for stale in [&["8"][..], &["5"], &["07"], &["7-ab"], &[]] {
                assert!(!permits(stale, repeats), "{stale:?}");
            }
        }
        assert!(permits(&["6"], true) && !permits(&["6"], false));
        let first = EntityTag::of_revision(0);
        assert!(!named(&["x"]).permits_write(Some(&first), true), "nothing comes before the first");
    }

    #[test]
    fn where_there_is_no_entry_an_if_match_permits_nothing() {
        assert!(
            !IfMatch::Any.permits_write(None, false) && !named(&["0"]).permits_write(None, false)
        );
    }

    #[test]
    fn the_tag_of_rules_changes_with_the_blocks_that_hold() {
        let rules = |blocks: serde_json::Value| -> StandingRules {
            let mut rules = serde_json::to_value(StandingRules::default()).unwrap();
            rules["blocks"] = blocks;
            serde_json::from_value(rules).unwrap()
        };
        let none = rules(serde_json::json!([]));
        let one = rules(serde_json::json!([{"partner": "p", "kind": "workload", "id": "teams",
                                            "until": "2027-01-01T00:00:00Z"}]));
        let (before, after) = (EntityTag::of_rules(7, &none), EntityTag::of_rules(7, &one));
        assert_ne!(before, after);
        assert_eq!(before, EntityTag::of_rules(7, &none));
        assert!(before.to_string().starts_with("\"7-"), "{before}");
        let seen = IfMatch::OneOf(vec![before]);
        assert!(
            !seen.permits_write(Some(&after), true),
            "not the revision before, and not the same"
        );
        assert!(seen.permits_write(Some(&EntityTag::of_rules(8, &one)), true));
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
            assert_eq!(read(values), Err(RequestError::IdempotencyKey), "{values:?}");
        }
        let mut unreadable = HeaderMap::new();
        unreadable.insert(IDEMPOTENCY_KEY, HeaderValue::from_bytes(b"k\xc5\xbe").unwrap());
        assert_eq!(idempotency_key(&unreadable), Err(RequestError::IdempotencyKey));
    }
}
