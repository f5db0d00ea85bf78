//! The cursors of lists, under the keys that their secret has.

use std::convert::Infallible;
use std::sync::Arc;

use runtime::{KeyRing, Keys};
use web::{Call, Caller, Cursors, PageRequest, RequestError};

/// Seals cursors under the current key, and opens those of every key that is kept.
#[derive(Debug)]
pub struct ListCursors(KeyRing<Cursors>);

impl ListCursors {
    /// With the keys of a secret.
    pub fn new(keys: KeyRing<Cursors>) -> Self {
        Self(keys)
    }

    /// What cursors are made of keys.
    ///
    /// # Errors
    /// None: keys that were read can always serve.
    pub fn of_keys(keys: &Keys) -> Result<Cursors, Infallible> {
        Ok(Cursors::new(keys.current_secret(), keys.secrets.values().map(Vec::as_slice)))
    }

    /// The page that a request asks for. A cursor that none of the known keys has sealed may be of one that was added
    /// meanwhile.
    ///
    /// # Errors
    /// For a limit or a cursor that is none.
    pub async fn read_page_request(
        &self,
        call: &Call<'_>,
        caller: &Caller,
    ) -> Result<PageRequest, RequestError> {
        match self.0.current().read_page_request(call, caller) {
            Err(RequestError::InvalidCursor) => {
                self.0.read_again().await.read_page_request(call, caller)
            }
            read => read,
        }
    }

    /// Those that seal the next page's cursor.
    pub fn current_cursors(&self) -> Arc<Cursors> {
        self.0.current()
    }
}
