//! Authenticity codes: which notice a code stands for, for a year.

use chrono::Duration;
use domain::claim::Instant;
use domain::ids::{ClaimId, NoticeNo};
use domain::recipient::RecipientNo;

use crate::table::attributes::{
    Attributes, Reader, instant_value, item_key, number_value, put_value, text_value,
};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::transaction::{Condition, WriteOutcome};

const CLAIM: &str = "c";
const NOTICE: &str = "n";
const RECIPIENT: &str = "r";
const PROMISED: &str = "w";
/// How long a code is answered.
const YEAR: Duration = Duration::days(366);

/// The notice behind a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeOfCode {
    /// The claim that the notice is about.
    pub claim: ClaimId,
    /// The number of the notice in its claim.
    pub notice: NoticeNo,
    /// To whom its mail went; `None` for a mail from before each recipient had a code.
    pub recipient: Option<RecipientNo>,
    /// The end of the window that its mail gives as the earliest; `None` where it gives none.
    pub promised: Option<Instant>,
}

impl Store {
    /// Stores the code of a recipient's notice, before its mail. What was stored first stays: a retry promises what
    /// the first mail did.
    ///
    /// # Errors
    /// `Corrupt` where the code stands for another notice or recipient: a code is made from both.
    pub async fn put_notice_code(&self, code: &str, of: &NoticeOfCode) -> Result<(), StoreError> {
        let mut item = of.to_attributes(code);
        put_value(
            &mut item,
            "expires",
            Some(number_value((self.system_time() + YEAR).timestamp())),
        );
        if self.put_item_if(item, Condition::absent()).await? == WriteOutcome::Done {
            return Ok(());
        }
        match self.notice_of_code(code).await? {
            Some(found) if found.is_of_same_mail(of) => Ok(()),
            Some(_) => Err(StoreError::Corrupt("the code stands for another notice".to_owned())),
            None => Err(StoreError::Unavailable("the code is being written".to_owned())),
        }
    }

    /// The notice a code stands for.
    pub async fn notice_of_code(&self, code: &str) -> Result<Option<NoticeOfCode>, StoreError> {
        let found = self.get_item(item_key(keys::notice_code_pk(code), keys::RECORD)).await?;
        found.as_ref().map(NoticeOfCode::from_item).transpose()
    }
}

impl NoticeOfCode {
    fn is_of_same_mail(&self, other: &Self) -> bool {
        (&self.claim, self.notice, self.recipient) == (&other.claim, other.notice, other.recipient)
    }

    fn to_attributes(&self, code: &str) -> Attributes {
        let mut item = item_key(keys::notice_code_pk(code), keys::RECORD);
        put_value(&mut item, CLAIM, Some(text_value(self.claim.as_str())));
        put_value(&mut item, NOTICE, Some(number_value(self.notice.0)));
        put_value(&mut item, RECIPIENT, self.recipient.map(|no| number_value(no.0)));
        put_value(&mut item, PROMISED, self.promised.map(instant_value));
        item
    }

    fn from_item(item: &Attributes) -> Result<Self, StoreError> {
        let item = Reader::new("notice code", item);
        let recipient = item.opt_number(RECIPIENT)?.map(RecipientNo::new);
        Ok(Self {
            claim: item.read_parsed(CLAIM, ClaimId::parse)?,
            notice: NoticeNo(item.read_number(NOTICE)?),
            recipient: recipient
                .map(|no| no.ok_or_else(|| item.attribute_error(RECIPIENT)))
                .transpose()?,
            promised: item.opt_instant(PROMISED)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use domain::ids::PartnerId;

    use super::*;

    fn of(recipient: Option<RecipientNo>) -> NoticeOfCode {
        NoticeOfCode {
            claim: ClaimId::of(&PartnerId::parse("p").unwrap(), "k"),
            notice: NoticeNo(2),
            recipient,
            promised: DateTime::from_timestamp_millis(1_790_000_000_000),
        }
    }

    #[test]
    fn a_code_stands_for_a_recipient_and_one_from_before_for_the_notice_alone() {
        for recipient in [None, Some(RecipientNo(1)), Some(RecipientNo(23))] {
            let of = of(recipient);
            assert_eq!(NoticeOfCode::from_item(&of.to_attributes("ABCDE-FGHJK")).unwrap(), of);
        }
    }

    #[test]
    fn codes_of_two_recipients_are_of_two_mails_whatever_end_they_promise() {
        let (one, other) = (of(Some(RecipientNo(1))), of(Some(RecipientNo(2))));
        assert!(!one.is_of_same_mail(&other));
        assert!(one.is_of_same_mail(&NoticeOfCode { promised: None, ..one.clone() }));
    }

    #[test]
    fn a_code_of_a_recipient_that_there_is_not_is_an_error() {
        let mut item = of(Some(RecipientNo(1))).to_attributes("ABCDE-FGHJK");
        item.insert(RECIPIENT.to_owned(), number_value(24));
        assert!(matches!(NoticeOfCode::from_item(&item), Err(StoreError::Corrupt(_))));
    }
}
