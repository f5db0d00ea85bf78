//! Authenticity codes: which notice a code stands for, for a year.

use chrono::Duration;
use domain::ids::{ClaimId, NoticeNo};

use crate::attributes::{Reader, key, number, put, text};
use crate::config::Store;
use crate::error::StoreError;
use crate::keys;
use crate::transaction::{Condition, Written};

const CLAIM: &str = "c";
const NOTICE: &str = "n";
/// How long a code is answered.
const YEAR: Duration = Duration::days(366);

impl Store {
    /// Stores the code of a notice, before its mail. A retry stores the same.
    ///
    /// # Errors
    /// `Corrupt` where the code stands for another notice: a code is made from its notice.
    pub async fn put_notice_code(
        &self,
        code: &str,
        claim: &ClaimId,
        notice: NoticeNo,
    ) -> Result<(), StoreError> {
        let mut item = key(keys::notice_code(code), keys::RECORD);
        put(&mut item, CLAIM, Some(text(claim.as_str())));
        put(&mut item, NOTICE, Some(number(notice.0)));
        put(&mut item, "expires", Some(number((self.raw_now() + YEAR).timestamp())));
        let same = Condition::new("(attribute_not_exists(pk) OR (c = :c AND n = :n))")
            .with(":c", text(claim.as_str()))
            .with(":n", number(notice.0));
        if self.put_if(item, same).await? == Written::Done {
            return Ok(());
        }
        match self.notice_of_code(code).await? {
            Some(other) if other != (claim.clone(), notice) => {
                Err(StoreError::Corrupt("the code stands for another notice".to_owned()))
            }
            Some(_) | None => Err(StoreError::Unavailable("the code is being written".to_owned())),
        }
    }

    /// The notice a code stands for.
    pub async fn notice_of_code(
        &self,
        code: &str,
    ) -> Result<Option<(ClaimId, NoticeNo)>, StoreError> {
        let found = self.get(key(keys::notice_code(code), keys::RECORD)).await?;
        let Some(item) = found else { return Ok(None) };
        let item = Reader::new("notice code", &item);
        let claim = item.parsed(CLAIM, ClaimId::parse)?;
        Ok(Some((claim, NoticeNo(item.number(NOTICE)?))))
    }
}
