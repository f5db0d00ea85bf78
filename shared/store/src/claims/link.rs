//! A claim as the answer by a link finds it.

use domain::ids::{ClaimId, NoticeNo};
use domain::recipient::{RecipientList, RecipientNo};

use super::load::{AssembledClaim, LoadResult};
use super::run::OpenClaim;
use crate::notices::recipients::list_key;
use crate::notices::tries::{WrongCodes, tries_key};
use crate::table::clock::RequestTime;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, details_key, record_key};

/// A claim as a link finds it.
#[derive(Debug, Clone)]
pub struct LinkClaim {
    /// The claim, opened as [`Store::open_claim`] opens it.
    pub open: OpenClaim,
    /// The wrong codes that the link was given with.
    pub wrong: WrongCodes,
    /// The recipients of the link's notice; `None` of a notice from before recipients were kept.
    pub list: Option<RecipientList>,
}

impl Store {
    /// Opens a claim as [`Store::open_claim`] does, with the wrong codes of a link and the list of its notice in
    /// the same batch. `recipient` is `None` for a link of the form without recipients.
    ///
    /// # Errors
    /// Where silence is due and cannot be executed now.
    pub async fn open_by_link(
        &self,
        id: &ClaimId,
        notice: NoticeNo,
        recipient: Option<RecipientNo>,
        moment: RequestTime,
    ) -> Result<Option<LinkClaim>, StoreError> {
        let mut fetched = FetchedItems::default();
        let tries = tries_key(id, notice, recipient);
        let keys = vec![record_key(id), details_key(id), tries, list_key(id, notice)];
        let clock = self.fetch_items(&mut fetched, keys).await?;
        let wrong = fetched.wrong_codes(id, notice, recipient)?;
        let list = fetched.recipient_list(id, notice)?;
        let loaded = match (fetched.claim(id)?, clock) {
            (AssembledClaim::Whole(stored), Some(clock)) => {
                LoadResult { stored: Some(*stored), clock }
            }
            (AssembledClaim::Absent, _) => return Ok(None),
            (AssembledClaim::Whole(_) | AssembledClaim::Torn, _) => self.load_claim(id).await?,
        };
        let Some(stored) = loaded.stored else { return Ok(None) };
        let open = self.open_stored(stored, loaded.clock, moment).await?;
        Ok(open.map(|open| LinkClaim { open, wrong, list }))
    }
}
