//! The list of a notice: who is asked by it, and everybody who was asked before.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::claim::Claim;
use domain::ids::{ClaimId, NoticeNo, StaffId};
use domain::recipient::{
    Authority, Recipient, RecipientList, RecipientNo, RecipientStanding, Recipients,
};
use domain::text::{Email, Name};

use super::reports::{has_recipients, reports_key};
use crate::table::attributes::{
    Attributes, Reader, bytes_value, instant_value, item_key, number_value, put_value, text_value,
};
use crate::table::codec::codes::StoredCode;
use crate::table::codec::packing::{Bytes, pack_id, unpack_id};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey};
use crate::table::keys;

const LIST: &str = "l";
const TOLD_UNTIL: &str = "w";
const ACTED: &str = "s";
const RESENT_AT: &str = "r";
/// What an item from before there were lists has: the mailboxes that accepted, failed, answered automatically.
const BEFORE: [&str; 3] = ["a", "f", "t"];

/// Names within a recipient.
mod name {
    pub(super) const NO: &str = "n";
    pub(super) const NAME: &str = "a";
    pub(super) const EMAIL: &str = "e";
    pub(super) const AUTHORITY: &str = "u";
    pub(super) const STANDING: &str = "s";
    pub(super) const ASKED_AT: &str = "t";
}

impl Store {
    /// The recipients of the claim's last notice with what became of its mails, read strongly in one batch.
    /// `None`: there was no notice yet, or it is from before recipients were kept.
    ///
    /// # Errors
    /// Where the table does not answer, or an item cannot be read.
    pub async fn load_recipients(&self, claim: &Claim) -> Result<Option<Recipients>, StoreError> {
        let mut fetched = FetchedItems::default();
        self.fetch_items(&mut fetched, recipients_keys(claim)).await?;
        fetched.recipients(claim)
    }

    /// The recipients of one of a claim's notices, read strongly. `None`: there is no such notice, or it is from
    /// before recipients were kept.
    ///
    /// # Errors
    /// Where the table does not answer, or the item cannot be read.
    pub async fn recipient_list(
        &self,
        claim: &ClaimId,
        notice: NoticeNo,
    ) -> Result<Option<RecipientList>, StoreError> {
        let found =
            self.get_item(item_key(keys::claim_pk(claim), keys::recipients_sk(notice))).await?;
        found.map_or(Ok(None), |item| read_list(notice, &item))
    }
}

impl FetchedItems {
    /// The list of a notice, if its key was fetched.
    pub(crate) fn recipient_list(
        &self,
        claim: &ClaimId,
        notice: NoticeNo,
    ) -> Result<Option<RecipientList>, StoreError> {
        self.get(&list_key(claim, notice))?.map_or(Ok(None), |item| read_list(notice, item))
    }

    /// The list of the claim's last notice with its reports, if [`recipients_keys`] were fetched.
    pub(crate) fn recipients(&self, claim: &Claim) -> Result<Option<Recipients>, StoreError> {
        if !has_recipients(claim) {
            return Ok(None);
        }
        let Some(list) = self.recipient_list(&claim.id, claim.notice)? else { return Ok(None) };
        Ok(Some(Recipients { list, reports: self.reports(&claim.id, claim.notice)? }))
    }
}

/// Where the list of the claim's last notice and its reports stand; nowhere where nobody can be on it.
pub(crate) fn recipients_keys(claim: &Claim) -> Vec<ItemKey> {
    if !has_recipients(claim) {
        return Vec::new();
    }
    vec![list_key(&claim.id, claim.notice), reports_key(&claim.id, claim.notice)]
}

/// Where the list of a notice stands.
pub(crate) fn list_key(claim: &ClaimId, notice: NoticeNo) -> ItemKey {
    (keys::claim_pk(claim), keys::recipients_sk(notice))
}

/// The item of a list.
pub(crate) fn list_item(claim: &ClaimId, list: &RecipientList) -> Attributes {
    let mut item = item_key(keys::claim_pk(claim), keys::recipients_sk(list.notice));
    let recipients = list.recipients.iter().map(|own| AttributeValue::M(recipient_fields(own)));
    let mut acted = Vec::new();
    for staff in &list.acted {
        pack_id(staff.as_str(), &mut acted);
    }
    put_value(&mut item, LIST, Some(AttributeValue::L(recipients.collect())));
    put_value(&mut item, TOLD_UNTIL, list.told_until.map(instant_value));
    put_value(&mut item, RESENT_AT, list.resent_at.map(instant_value));
    put_value(&mut item, ACTED, (!acted.is_empty()).then(|| bytes_value(acted)));
    item
}

fn recipient_fields(own: &Recipient) -> Attributes {
    let mut fields = Attributes::new();
    put_value(&mut fields, name::NO, Some(number_value(own.no.0)));
    put_value(&mut fields, name::NAME, Some(text_value(own.name.as_str())));
    put_value(&mut fields, name::EMAIL, Some(text_value(own.email.as_str())));
    put_value(&mut fields, name::AUTHORITY, Some(number_value(own.authority.stored_code())));
    put_value(&mut fields, name::STANDING, Some(number_value(own.standing.stored_code())));
    put_value(&mut fields, name::ASKED_AT, own.asked_at.map(instant_value));
    fields
}

/// The list of an item; `None` for one from before there were lists.
fn read_list(notice: NoticeNo, item: &Attributes) -> Result<Option<RecipientList>, StoreError> {
    let reader = Reader::new("recipients", item);
    let recipients = match item.get(LIST) {
        None if BEFORE.iter().any(|name| item.contains_key(*name)) => return Ok(None),
        Some(AttributeValue::L(recipients)) => recipients,
        None | Some(_) => return Err(reader.attribute_error(LIST)),
    };
    let recipients = recipients.iter().map(|own| {
        let fields = own.as_m().map_err(|_| reader.attribute_error(LIST))?;
        read_recipient(Reader::new("recipient", fields))
    });
    Ok(Some(RecipientList {
        notice,
        told_until: reader.opt_instant(TOLD_UNTIL)?,
        resent_at: reader.opt_instant(RESENT_AT)?,
        recipients: recipients.collect::<Result<_, StoreError>>()?,
        acted: read_staff(reader)?,
    }))
}

fn read_recipient(fields: Reader<'_>) -> Result<Recipient, StoreError> {
    Ok(Recipient {
        no: read_code(fields, name::NO, RecipientNo::new)?,
        name: fields.read_parsed(name::NAME, Name::parse)?,
        email: fields.read_parsed(name::EMAIL, |text| Email::try_from(text.to_owned()))?,
        authority: read_code(fields, name::AUTHORITY, Authority::of_code)?,
        standing: read_code(fields, name::STANDING, RecipientStanding::of_code)?,
        asked_at: fields.opt_instant(name::ASKED_AT)?,
    })
}

fn read_code<T>(
    fields: Reader<'_>,
    name: &str,
    of: impl FnOnce(u8) -> Option<T>,
) -> Result<T, StoreError> {
    of(fields.read_number(name)?).ok_or_else(|| fields.attribute_error(name))
}

fn read_staff(item: Reader<'_>) -> Result<BTreeSet<StaffId>, StoreError> {
    let mut packed = Bytes(item.opt_bytes(ACTED)?.unwrap_or_default());
    let mut acted = BTreeSet::new();
    while !packed.is_empty() {
        let staff = unpack_id(&mut packed).and_then(|id| StaffId::parse(&id).ok());
        acted.insert(staff.ok_or_else(|| item.attribute_error(ACTED))?);
    }
    Ok(acted)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use domain::claim::State;
    use domain::ids::PartnerId;

    use super::*;
    use crate::table::codec::claim_item::tests::{largest, size};

    fn claim() -> ClaimId {
        ClaimId::of(&PartnerId::parse("p").unwrap(), "k")
    }

    fn own(no: u8, name: &str, email: &str) -> Recipient {
        Recipient {
            no: RecipientNo(no),
            name: Name::parse(name).unwrap(),
            email: Email::parse(email).unwrap(),
            authority: Authority::Verified,
            standing: RecipientStanding::Asked,
            asked_at: DateTime::from_timestamp_millis(1_790_000_000_123),
        }
    }

    fn list(recipients: Vec<Recipient>) -> RecipientList {
        let staff = ["6f3c0a50-0f6a-4c7e-9b1c-2f0a1f3e5d77", "o.novak"];
        RecipientList {
            notice: NoticeNo(12),
            told_until: DateTime::from_timestamp_millis(1_791_000_000_000),
            resent_at: DateTime::from_timestamp_millis(1_790_500_000_000),
            recipients,
            acted: staff.iter().map(|id| StaffId::parse(id).unwrap()).collect(),
        }
    }

    #[test]
    fn a_list_comes_back_as_it_was_with_every_authority_and_standing() {
        let mut all = Vec::new();
        for authority in Authority::ALL {
            for standing in RecipientStanding::ALL {
                let no = u8::try_from(all.len() + 1).unwrap();
                let own = own(no, "Jana Nováková", &format!("r{no}@contoso.example"));
                all.push(Recipient { authority: *authority, standing: *standing, ..own });
            }
        }
        all[3].asked_at = None;
        let list = list(all);
        assert_eq!(read_list(NoticeNo(12), &list_item(&claim(), &list)).unwrap(), Some(list));
    }

    #[test]
    fn a_list_of_nobody_that_nobody_acted_on_is_a_list() {
        let mut empty = list(Vec::new());
        (empty.told_until, empty.resent_at, empty.acted) = (None, None, BTreeSet::new());
        assert_eq!(read_list(NoticeNo(12), &list_item(&claim(), &empty)).unwrap(), Some(empty));
    }

    #[test]
    fn a_list_of_three_recipients_with_long_names_and_addresses_fits_in_a_kilobyte() {
        let name = "N".repeat(80);
        let email = format!("{}@{}.example", "l".repeat(64), "d".repeat(60));
        let list = list((1..=3).map(|no| own(no, &name, &email)).collect());
        let size = size(&list_item(&claim(), &list));
        assert!(size <= 1024, "{size} bytes");
    }

    #[test]
    fn a_claim_before_its_first_notice_has_no_recipients_and_needs_no_read_to_say_so() {
        let mut claim = largest(State::Submitted { due_at: None }, None);
        let wanted = [list_key(&claim.id, claim.notice), reports_key(&claim.id, claim.notice)];
        assert_eq!(recipients_keys(&claim), wanted);
        claim.notice = NoticeNo(0);
        assert_eq!(recipients_keys(&claim), []);
        assert_eq!(FetchedItems::default().recipients(&claim).unwrap(), None);
    }

    #[test]
    fn receipts_from_before_there_were_lists_are_no_list() {
        let mailbox = AttributeValue::Ss(vec!["0123456789abcdef".to_owned()]);
        for name in BEFORE {
            let mut item = item_key("C#x", "P#12");
            item.insert(name.to_owned(), mailbox.clone());
            assert_eq!(read_list(NoticeNo(12), &item).unwrap(), None, "{name}");
        }
    }

    #[test]
    fn an_item_that_is_neither_list_nor_receipts_is_an_error() {
        assert!(matches!(
            read_list(NoticeNo(12), &item_key("C#x", "P#12")),
            Err(StoreError::Corrupt(_))
        ));
        let unknown = [
            (name::NO, number_value(0)),
            (name::NO, number_value(24)),
            (name::EMAIL, text_value("nobody")),
            (name::AUTHORITY, number_value(9)),
            (name::STANDING, number_value(0)),
        ];
        for (name, value) in unknown {
            let mut fields = recipient_fields(&own(1, "Jana", "jana@contoso.example"));
            fields.insert(name.to_owned(), value);
            let mut item = item_key("C#x", "P#12");
            item.insert(LIST.to_owned(), AttributeValue::L(vec![AttributeValue::M(fields)]));
            assert!(
                matches!(read_list(NoticeNo(12), &item), Err(StoreError::Corrupt(_))),
                "{name}"
            );
        }
    }
}
