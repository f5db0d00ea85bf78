//! The history: one entry for each version, chained by digests (`docs/architecture.md §2`).
//!
//! An entry is the event that [`crate::evolve()`] needs, as canonical JSON. Each party is given the same text. What
//! not each party may read stands in it as a digest, one for each audience: whoever may read it is given salt and
//! value beside the text, and computes the digest again ([`SealedEntry`]).

mod annotation;
pub(crate) mod entry;
mod event;
mod first_format;
pub(crate) mod members;
mod sealed;
mod told_event;

pub use annotation::{Annotation, FieldChange};
pub use entry::{Entry, ItemsChange, StatusChange};
pub use members::{DeclinedItems, Members, WindowText};
pub use sealed::{Audience, ReadableEntry, SealedEntry, SealedPart, WithheldEntry};
pub use told_event::ToldEvent;

use crate::ids::Sha256Hash;

/// The hash of an entry: SHA-256 over the hash of the entry before, nothing for the first, and the entry's text.
///
/// ```
/// use domain::history::hash_entry;
///
/// let first = hash_entry(None, r#"{"version":1}"#);
/// let second = hash_entry(Some(first), r#"{"version":2}"#);
/// assert_ne!(second, hash_entry(None, r#"{"version":2}"#));
/// ```
pub fn hash_entry(previous: Option<Sha256Hash>, text: &str) -> Sha256Hash {
    let previous = previous.as_ref().map_or(&[][..], |hash| hash.0.as_slice());
    Sha256Hash::of(&[previous, text.as_bytes()].concat())
}
