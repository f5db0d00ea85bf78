//! The preconditions of a write to the directory (`docs/api.md §3.6`): `If-Match` names the tag of what was read.

use store::{EntryWrite, Revised};
use web::{EntityTag, Failure, IfMatch};

/// The tag of an entry whose revision is all that changes.
pub fn tag_of<T>(entry: &Revised<T>) -> EntityTag {
    EntityTag::of_revision(entry.revision)
}

/// What a write may replace: whatever `If-Match` names, and anything where there is none.
pub fn permits<'a, T>(
    expected: Option<&'a IfMatch>,
    tag: impl Fn(&Revised<T>) -> EntityTag + Send + Sync + 'a,
) -> impl Fn(Option<&Revised<T>>, bool) -> bool + Send + Sync + 'a {
    move |present, repeats| {
        expected.is_none_or(|expected| expected.permits(present.map(&tag).as_ref(), repeats))
    }
}

/// The entry as it is stored.
///
/// # Errors
/// [`Failure::VersionMismatch`] where the caller has seen another one.
pub fn stored<T>(
    write: EntryWrite<T>,
    tag: impl Fn(&Revised<T>) -> EntityTag,
) -> Result<Revised<T>, Failure> {
    match write {
        EntryWrite::Stored(entry) => Ok(entry),
        EntryWrite::Stale(present) => {
            Err(Failure::VersionMismatch { current: present.as_ref().map(tag) })
        }
    }
}

/// What to answer where the body cannot be read: first that the caller has seen another entry than the present one.
pub fn stale_first<T>(
    expected: Option<&IfMatch>,
    present: Option<&Revised<T>>,
    tag: impl Fn(&Revised<T>) -> EntityTag,
    failure: Failure,
) -> Failure {
    let current = present.map(tag);
    match expected {
        Some(expected) if !expected.permits(current.as_ref(), false) => {
            Failure::VersionMismatch { current }
        }
        Some(_) | None => failure,
    }
}
