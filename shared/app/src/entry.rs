//! Writes to the directory (`docs/api.md §3.6`): their preconditions, what they name, and how they are answered.

use std::collections::BTreeSet;

use domain::ids::{PartnerId, ProgramId};
use domain::rejection::{FieldCode, FieldError, Rejection};
use serde::Serialize;
use store::{Consequences, DryRun, EntryWrite, RevisedEntry, Store, StoreError};
use web::views::{ConsequenceCounts, ConsequencesView};
use web::{EntityTag, IfMatch, Reply, RequestError};

/// The tag of an entry whose revision is all that changes.
pub fn revision_tag<T>(entry: &RevisedEntry<T>) -> EntityTag {
    EntityTag::of_revision(entry.revision)
}

/// What a write may replace: whatever `If-Match` names, and anything where there is none.
pub fn may_replace<'a, T>(
    expected: Option<&'a IfMatch>,
    tag: impl Fn(&RevisedEntry<T>) -> EntityTag + Send + Sync + 'a,
) -> impl Fn(Option<&RevisedEntry<T>>, bool) -> bool + Send + Sync + 'a {
    move |present, repeats| {
        expected.is_none_or(|expected| expected.permits_write(present.map(&tag).as_ref(), repeats))
    }
}

/// The entry as it is stored.
///
/// # Errors
/// [`RequestError::VersionMismatch`] where the caller has seen another one.
pub fn stored_entry<T>(
    write: EntryWrite<T>,
    tag: impl Fn(&RevisedEntry<T>) -> EntityTag,
) -> Result<RevisedEntry<T>, RequestError> {
    match write {
        EntryWrite::Created(entry) | EntryWrite::Stored(entry) => Ok(entry),
        EntryWrite::Stale(present) => {
            Err(RequestError::VersionMismatch { current: present.as_ref().map(tag) })
        }
    }
}

/// The answer to a write: 201 with the place of an entry that is new, else 200.
///
/// # Errors
/// As those of [`stored_entry`].
pub fn write_reply<T, V: Serialize>(
    write: EntryWrite<T>,
    path: &str,
    view: impl Fn(&T) -> V,
) -> Result<Reply, RequestError> {
    let is_new = matches!(write, EntryWrite::Created(_));
    let stored = stored_entry(write, revision_tag)?;
    let view = view(&stored.entry);
    let reply = if is_new { Reply::created(path, &view) } else { Reply::ok(&view) };
    Ok(reply.with_etag(revision_tag(&stored)))
}

/// What would follow from a write, as it is told.
pub fn consequences_view(consequences: &Consequences) -> ConsequencesView {
    let counts = ConsequenceCounts {
        lost: consequences.lost,
        held: consequences.held,
        touched_by_rules: consequences.touched_by_rules,
        is_complete: consequences.is_complete,
    };
    let claims = consequences.claims.iter().map(|one| (&one.claim, &one.consequence));
    ConsequencesView::of(claims, counts)
}

/// The present and the next entry of a dry run.
///
/// # Errors
/// [`RequestError::VersionMismatch`] where the caller has seen another entry.
pub fn dry_run_entries<T>(
    foreseen: DryRun<T>,
    tag: impl Fn(&RevisedEntry<T>) -> EntityTag,
) -> Result<(Option<RevisedEntry<T>>, T), RequestError> {
    match foreseen {
        DryRun::Next { present, next } => Ok((present, next)),
        DryRun::Stale(present) => {
            Err(RequestError::VersionMismatch { current: present.as_ref().map(tag) })
        }
    }
}

/// The answer to a dry run: what would follow, and the tag of the present entry.
pub fn dry_run_reply<T>(
    present: Option<&RevisedEntry<T>>,
    consequences: &Consequences,
    tag: impl Fn(&RevisedEntry<T>) -> EntityTag,
) -> Reply {
    let reply = Reply::ok(&consequences_view(consequences));
    match present {
        Some(present) => reply.with_etag(tag(present)),
        None => reply,
    }
}

/// An id of a body that names nothing, at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownReference<T> {
    /// The id that names nothing.
    pub id: T,
    /// Where it stands, and that it names nothing.
    pub error: FieldError,
}

/// Those of the named programs that there are not.
///
/// # Errors
/// Where the table does not answer.
pub async fn unknown_programs(
    store: &Store,
    named: Vec<(String, ProgramId)>,
) -> Result<Vec<UnknownReference<ProgramId>>, StoreError> {
    let ids = named.iter().map(|(_, id)| id).collect::<BTreeSet<_>>();
    let unknown = store.unknown_programs(ids).await?;
    Ok(unknown_references(named, &unknown, FieldCode::ProgramUnknown))
}

/// Those of the named partners that there are not.
///
/// # Errors
/// Where the table does not answer.
pub async fn unknown_partners(
    store: &Store,
    named: Vec<(String, PartnerId)>,
) -> Result<Vec<UnknownReference<PartnerId>>, StoreError> {
    let ids = named.iter().map(|(_, id)| id).collect::<BTreeSet<_>>();
    let unknown = store.unknown_partners(ids).await?;
    Ok(unknown_references(named, &unknown, FieldCode::PartnerUnknown))
}

fn unknown_references<T: Ord>(
    named: Vec<(String, T)>,
    unknown: &BTreeSet<T>,
    code: FieldCode,
) -> Vec<UnknownReference<T>> {
    let is_unknown = |(_, id): &(String, T)| unknown.contains(id);
    let place = |(at, id): (String, T)| UnknownReference { id, error: FieldError::new(at, code) };
    named.into_iter().filter(is_unknown).map(place).collect()
}

/// What was read of a body, unless that or one of the further `errors` refuses it: all of them at once.
///
/// # Errors
/// [`Rejection::Fields`].
pub fn check_body<T>(
    read: Result<T, RequestError>,
    errors: impl IntoIterator<Item = FieldError>,
) -> Result<T, Rejection> {
    let mut errors: Vec<_> = errors.into_iter().collect();
    let read = match read {
        Ok(read) => Some(read),
        // A body is refused for its fields and for nothing else.
        Err(failure) => {
            errors.extend(failure.field_errors().iter().cloned());
            None
        }
    };
    errors.sort();
    match read {
        Some(read) if errors.is_empty() => Ok(read),
        Some(_) | None => Err(Rejection::Fields(errors)),
    }
}
