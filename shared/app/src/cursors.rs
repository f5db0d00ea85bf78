//! The cursors of lists, under the keys that their secret has.

use runtime::{KeyRing, Keys, keys::KeysError};
use serde::Serialize;
use web::views::{ClaimView, QueueTotalsView};
use web::{Call, Caller, Cursors, Failure, Page, Reply};

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
    pub fn of_keys(keys: &Keys) -> Result<Cursors, KeysError> {
        Ok(Cursors::new(keys.current_secret(), keys.secrets.values().map(Vec::as_slice)))
    }

    /// The page that a request asks for. A cursor that none of the known keys has sealed may be of one that was added
    /// meanwhile.
    ///
    /// # Errors
    /// For a limit or a cursor that is none.
    pub async fn page(&self, call: &Call<'_>, caller: &Caller) -> Result<Page, Failure> {
        match self.0.current().page(call, caller) {
            Err(Failure::InvalidCursor) => self.0.renewed().await.page(call, caller),
            read => read,
        }
    }

    /// A page of a list, and how to get the next one.
    pub fn list<T: Serialize>(
        &self,
        call: &Call<'_>,
        caller: &Caller,
        items: &[T],
        next: Option<&str>,
    ) -> Reply {
        self.0.current().list(call, caller, items, next)
    }

    /// A page of what waits for the operator, with how much does.
    pub fn queue(
        &self,
        call: &Call<'_>,
        caller: &Caller,
        items: &[ClaimView],
        totals: Option<QueueTotalsView>,
        next: Option<&str>,
    ) -> Reply {
        self.0.current().queue(call, caller, items, totals, next)
    }

    /// A page of a list as a table.
    pub fn table(
        &self,
        call: &Call<'_>,
        caller: &Caller,
        text: String,
        next: Option<&str>,
    ) -> Reply {
        self.0.current().table(call, caller, text, next)
    }
}
