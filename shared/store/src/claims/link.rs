//! A claim as the answer by a link finds it.

use domain::ids::{ClaimId, NoticeNo};

use super::load::{Assembled, Loaded};
use super::run::OpenClaim;
use crate::notices::tries::{Tries, tries_key};
use crate::table::clock::Moment;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, details_key, record_key};

impl Store {
    /// Opens a claim as [`Store::open_claim`] does, with the tries of a notice's code in the same batch.
    ///
    /// # Errors
    /// Where silence is due and cannot be executed now.
    pub async fn open_by_link(
        &self,
        id: &ClaimId,
        notice: NoticeNo,
        moment: Moment,
    ) -> Result<Option<(OpenClaim, Tries)>, StoreError> {
        let mut fetched = FetchedItems::default();
        let keys = vec![record_key(id), details_key(id), tries_key(id, notice)];
        let clock = self.fetch(&mut fetched, keys).await?;
        let tries = fetched.tries(id, notice, moment.at)?;
        let loaded = match (fetched.claim(id)?, clock) {
            (Assembled::Whole(stored), Some(clock)) => Loaded { stored: Some(*stored), clock },
            (Assembled::Absent, _) => return Ok(None),
            (Assembled::Whole(_) | Assembled::Torn, _) => self.load_claim(id).await?,
        };
        let Some(stored) = loaded.stored else { return Ok(None) };
        let open = self.open_stored(stored, loaded.clock, moment).await?;
        Ok(open.map(|open| (open, tries)))
    }
}
