//! The list of the claims whose personal data were erased: ids and moments alone, so that a table that was restored
//! to an earlier moment can be erased again (`docs/operations.md §6.5`).

use domain::claim::Instant;
use domain::ids::ClaimId;

use crate::table::attributes::{Attributes, Reader, instant_value, item_key, put_value};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;

const AT: &str = "at";

/// Where an erased claim is listed.
pub(crate) fn erasure_key(claim: &ClaimId) -> Attributes {
    item_key(keys::ERASED, claim.as_str())
}

/// The item of an erased claim.
pub(crate) fn erased_item(claim: &ClaimId, at: Instant) -> Attributes {
    let mut item = erasure_key(claim);
    put_value(&mut item, AT, Some(instant_value(at)));
    item
}

impl Store {
    /// When the personal data of a claim were erased, by the list; `None`: they were not.
    pub(crate) async fn erased_at(&self, claim: &ClaimId) -> Result<Option<Instant>, StoreError> {
        let found = self.get_item(item_key(keys::ERASED, claim.as_str())).await?;
        found.map(|item| Reader::new("erasure", &item).read_instant(AT)).transpose()
    }
}
