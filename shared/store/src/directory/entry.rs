//! What the entries of the directory have in common: a key, and the entry as one attribute.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::table::attributes::{Attributes, put};
use crate::table::config::Store;
use crate::table::error::StoreError;

/// The entry itself; around it stand the keys.
const BODY: &str = "b";
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
