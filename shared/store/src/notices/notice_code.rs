//! Authenticity codes: which notice a code stands for, for a year.

use chrono::Duration;
use domain::claim::Instant;
use domain::ids::{ClaimId, NoticeNo};

use crate::table::attributes::{Reader, instant, key, number, put, text};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::transaction::{Condition, Written};

const CLAIM: &str = "c";
const NOTICE: &str = "n";
const PROMISED: &str = "w";
/// How long a code is answered.
const YEAR: Duration = Duration::days(366);

/// The notice behind a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeOfCode {
    /// Of which claim.
    pub claim: ClaimId,
    /// Its number.
    pub notice: NoticeNo,
    /// The end of the window that its mail gives as the earliest; `None` where it gives none.
    pub promised: Option<Instant>,
}

impl Store {
    /// Stores the code of a notice, before its mail. What was stored first stays: a retry promises what
    /// the first mail did.
    ///
    /// # Errors
    /// `Corrupt` where the code stands for another notice: a code is made from its notice.
    pub async fn put_notice_code(&self, code: &str, of: &NoticeOfCode) -> Result<(), StoreError> {
        let mut item = key(keys::notice_code(code), keys::RECORD);
        put(&mut item, CLAIM, Some(text(of.claim.as_str())));
        put(&mut item, NOTICE, Some(number(of.notice.0)));
        put(&mut item, PROMISED, of.promised.map(instant));
        put(&mut item, "expires", Some(number((self.raw_now() + YEAR).timestamp())));
        if self.put_item_if(item, Condition::absent()).await? == Written::Done {
            return Ok(());
        }
        match self.notice_of_code(code).await? {
            Some(found) if (&found.claim, found.notice) == (&of.claim, of.notice) => Ok(()),
            Some(_) => Err(StoreError::Corrupt("the code stands for another notice".to_owned())),
            None => Err(StoreError::Unavailable("the code is being written".to_owned())),
        }
    }

    /// The notice a code stands for.
    pub async fn notice_of_code(&self, code: &str) -> Result<Option<NoticeOfCode>, StoreError> {
        let found = self.get_item(key(keys::notice_code(code), keys::RECORD)).await?;
        let Some(item) = found else { return Ok(None) };
        let item = Reader::new("notice code", &item);
        Ok(Some(NoticeOfCode {
            claim: item.parsed(CLAIM, ClaimId::parse)?,
            notice: NoticeNo(item.number(NOTICE)?),
            promised: item.opt_instant(PROMISED)?,
        }))
    }
}
