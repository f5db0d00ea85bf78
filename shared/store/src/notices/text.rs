//! The texts of a notice, as they were sent: one a language, and one of its own for a recipient that was asked later.

use domain::claim::Instant;
use domain::ids::{ClaimId, NoticeNo};
use domain::recipient::RecipientNo;

use crate::table::attributes::{
    Attributes, Reader, bytes_value, instant_value, item_key, put_value,
};
use crate::table::codec::deflated::{deflate_text, inflate_text};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::transaction::Condition;

const TEXT: &str = "x";
const SENT_AT: &str = "a";

/// Which text of a claim's notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextKey<'a> {
    /// The number of the notice in its claim.
    pub notice: NoticeNo,
    /// Whose text, where it was sent to one recipient alone: whoever is asked later is told another deadline.
    pub recipient: Option<RecipientNo>,
    /// In which language, by its tag.
    pub language: &'a str,
}

impl TextKey<'_> {
    fn sort_key(self) -> String {
        keys::notice_text_sk(self.notice, self.recipient, self.language)
    }
}

/// The text of a notice, without what is only one recipient's: links and codes.
#[derive(Clone, PartialEq, Eq)]
pub struct NoticeText {
    /// Subject and text, without links and codes.
    pub text: String,
    /// When it was sent: the moment that its mail is dated by.
    pub sent_at: Instant,
}

/// It has names in it, so it does not print.
impl std::fmt::Debug for NoticeText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NoticeText(…)")
    }
}

impl Store {
    /// Keeps a text of a notice; what was stored first stays.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn put_notice_text(
        &self,
        claim: &ClaimId,
        text: TextKey<'_>,
        sent: &NoticeText,
    ) -> Result<(), StoreError> {
        let mut item = item_key(keys::claim_pk(claim), text.sort_key());
        put_value(&mut item, TEXT, Some(bytes_value(deflate_text(&sent.text)?)));
        put_value(&mut item, SENT_AT, Some(instant_value(sent.sent_at)));
        self.put_item_if(item, Condition::absent()).await.map(|_| ())
    }

    /// A text of a notice; `None`: it was not sent in that language, or not to that recipient alone.
    ///
    /// # Errors
    /// Where the table does not answer, or the item cannot be read.
    pub async fn notice_text(
        &self,
        claim: &ClaimId,
        text: TextKey<'_>,
    ) -> Result<Option<NoticeText>, StoreError> {
        let sort = text.sort_key();
        let item = self.get_item(item_key(keys::claim_pk(claim), sort)).await?;
        item.as_ref().map(read_text).transpose()
    }
}

/// The text of an item.
pub(crate) fn read_text(item: &Attributes) -> Result<NoticeText, StoreError> {
    let reader = Reader::new("notice text", item);
    let deflated = reader.opt_bytes(TEXT)?.ok_or_else(|| reader.attribute_error(TEXT))?;
    let text = inflate_text(deflated).ok_or_else(|| reader.attribute_error(TEXT))?;
    Ok(NoticeText { text, sent_at: reader.read_instant(SENT_AT)? })
}
