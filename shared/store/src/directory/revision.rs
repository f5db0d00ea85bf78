//! A revision of an entry: whose it is, and the item under which it is archived.

use domain::actor::{Actor, ActorKind};
use domain::canonical;
use domain::claim::Instant;
use domain::ids::StaffId;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::table::attributes::{Attributes, instant_value, item_key, put_value, text_value};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::transaction::TransactionAction;

/// The entry itself; around it stand the keys.
pub(super) const BODY: &str = "b";
/// When the revision was written; a revision from before there was a history has neither this nor the next two.
pub(super) const AT: &str = "t";
/// Whose doing it was.
pub(super) const KIND: &str = "k";
/// The name of operator staff.
pub(super) const STAFF: &str = "s";

/// Who writes an entry, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// Whose doing it is.
    pub kind: ActorKind,
    /// The name of operator staff; people of customers have none here.
    pub staff: Option<StaffId>,
    /// When the entry arrived.
    pub at: Instant,
}

impl Author {
    /// The actor as the author of what arrived at `at`.
    pub fn of(actor: &Actor, at: Instant) -> Self {
        Self { kind: actor.kind(), staff: actor.staff_id().cloned(), at }
    }
}

/// A kind of entries.
pub(super) trait EntryKind:
    Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync
{
    /// The attribute that holds the number of the revision. An entry from before it was kept has none.
    const REVISION: &'static str = "v";

    /// Whether both say the same, whatever the system keeps in them for itself.
    fn has_same_content(&self, other: &Self) -> bool {
        self == other
    }

    /// What else is written with an entry, by what other items of the table say.
    fn extra_actions(
        _store: &Store,
        _before: Option<&Self>,
        _next: &Self,
    ) -> impl Future<Output = Result<Vec<TransactionAction>, StoreError>> + Send {
        async { Ok(Vec::new()) }
    }
}

/// The item of a revision. The entry is kept as canonical JSON. Without an author: it was written before there was
/// a history.
pub(super) fn revision_item<T: EntryKind>(
    pk: &str,
    revision: u32,
    entry: &T,
    author: Option<&Author>,
) -> Result<Attributes, StoreError> {
    let body = serde_json::to_value(entry)
        .map_err(|_| StoreError::unreadable_attribute("directory entry", BODY))?;
    let mut item = item_key(pk, keys::revision_sk(revision));
    put_value(&mut item, BODY, Some(text_value(canonical::to_canonical_json(&body))));
    if let Some(author) = author {
        let Author { kind, staff, at } = author;
        put_value(&mut item, AT, Some(instant_value(*at)));
        put_value(&mut item, KIND, Some(text_value(kind.as_str())));
        put_value(&mut item, STAFF, staff.as_ref().map(|staff| text_value(staff.as_str())));
    }
    Ok(item)
}
