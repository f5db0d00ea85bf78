//! The text of a notice as it was sent (`C#<claim>`, `X#<notice>#<language>`): once a notice and language.

use domain::ids::{ClaimId, NoticeNo};

use crate::table::attributes::{Reader, key, put, text};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::transaction::Condition;

const TEXT: &str = "t";

impl Store {
    /// Stores the text of a notice in a language. What was stored first stays.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn put_notice_text(
        &self,
        id: &ClaimId,
        notice: NoticeNo,
        language: &str,
        sent: &str,
    ) -> Result<(), StoreError> {
        let mut item = key(keys::claim(id), keys::notice_text(notice, language));
        put(&mut item, TEXT, Some(text(sent)));
        self.put_item_if(item, Condition::absent()).await.map(drop)
    }

    /// The text of a notice in a language, as it was sent; `None` where it was not stored.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn notice_text(
        &self,
        id: &ClaimId,
        notice: NoticeNo,
        language: &str,
    ) -> Result<Option<String>, StoreError> {
        let found =
            self.get_item(key(keys::claim(id), keys::notice_text(notice, language))).await?;
        let Some(item) = found else { return Ok(None) };
        Ok(Some(Reader::new("notice text", &item).text(TEXT)?.to_owned()))
    }
}
