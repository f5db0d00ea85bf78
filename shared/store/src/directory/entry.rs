//! What the entries of the directory have in common: a key, and the entry as one attribute.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::table::attributes::{Attributes, Reader, number, put};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::retry::pause;
use crate::table::transaction::{Condition, Written};

/// The entry itself; around it stand the keys.
const BODY: &str = "b";
/// How often it was changed: a change is put only over the entry that it was made of. An entry that was put
/// as it stands has none.
const REVISION: &str = "v";
/// How often an entry is put again when somebody else puts it too.
pub(super) const ATTEMPTS: u32 = 5;

impl Store {
    /// The entry of that key.
    pub(super) async fn load_entry<T: DeserializeOwned>(
        &self,
        key: Attributes,
    ) -> Result<Option<T>, StoreError> {
        self.get_item(key).await?.map(body_of).transpose()
    }

    /// Puts what `next` makes of the entry of that key, over no other entry; gives what is stored.
    pub(super) async fn change_entry<T: Serialize + DeserializeOwned>(
        &self,
        key: &Attributes,
        next: impl Fn(Option<&T>) -> T,
    ) -> Result<T, StoreError> {
        for attempt in 0..ATTEMPTS {
            let stored = self.get_item(key.clone()).await?;
            let revision = match &stored {
                Some(item) => Reader::new("directory entry", item).opt_number::<u32>(REVISION)?,
                None => None,
            };
            let unchanged = match (&stored, revision) {
                (None, _) => Condition::absent(),
                (Some(_), None) => Condition::new("attribute_not_exists(v)"),
                (Some(_), Some(revision)) => Condition::new("v = :v").with(":v", number(revision)),
            };
            let entry = next(stored.map(body_of).transpose()?.as_ref());
            let mut item = with_body(key.clone(), &entry)?;
            put(&mut item, REVISION, Some(number(revision.unwrap_or(0).saturating_add(1))));
            if self.put_item_if(item, unchanged).await? == Written::Done {
                return Ok(entry);
            }
            pause(attempt).await;
        }
        Err(StoreError::Unavailable("others put the same entry all the time".to_owned()))
    }
}

/// The entry that an item holds.
pub(super) fn body_of<T: DeserializeOwned>(mut item: Attributes) -> Result<T, StoreError> {
    let unreadable = || StoreError::unreadable("directory entry", BODY);
    let body = item.remove(BODY).ok_or_else(unreadable)?;
    serde_dynamo::from_attribute_value(body).map_err(|_| unreadable())
}

/// The item that holds an entry.
pub(super) fn with_body<T: Serialize>(
    mut key: Attributes,
    body: &T,
) -> Result<Attributes, StoreError> {
    let body = serde_dynamo::to_attribute_value(body)
        .map_err(|_| StoreError::unreadable("directory entry", BODY))?;
    put(&mut key, BODY, Some(body));
    Ok(key)
}
