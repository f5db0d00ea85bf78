//! The list of the claims whose personal data were erased: ids and moments alone, so that a table that was restored
//! to an earlier moment can be erased again (`docs/operations.md §6.5`).

use domain::claim::Instant;
use domain::ids::ClaimId;

use crate::table::attributes::{Attributes, Reader, instant, key, put};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;

const AT: &str = "at";

/// Where an erased claim is listed.
pub(crate) fn erasure_key(claim: &ClaimId) -> Attributes {
    key(keys::ERASED, claim.as_str())
}

/// The item of an erased claim.
pub(crate) fn attributes(claim: &ClaimId, at: Instant) -> Attributes {
    let mut item = erasure_key(claim);
    put(&mut item, AT, Some(instant(at)));
    item
}

impl Store {
    /// When the personal data of a claim were erased, by the list; `None`: they were not.
    pub(crate) async fn erased_at(&self, claim: &ClaimId) -> Result<Option<Instant>, StoreError> {
        let found = self.get_item(key(keys::ERASED, claim.as_str())).await?;
        found.map(|item| Reader::new("erasure", &item).instant(AT)).transpose()
    }
}
