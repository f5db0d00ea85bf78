//! The recipients of a notice (`C#<claim>`, `P#<notice>`): the list that the event wrote which made the notice due,
//! and everybody who was asked before. Mails, reminders, receipts, reports and links read it; nobody computes it
//! again.

use std::collections::BTreeSet;

use domain::claim::{Claim, Instant};
use domain::ids::{ClaimId, NoticeNo, StaffId};
use domain::recipient::{
    Authority, Recipient, RecipientList, RecipientNo, RecipientStanding, Recipients,
};
use domain::text::{Email, Name};
use serde::{Deserialize, Serialize};

use super::reports::reports_key;
use crate::table::attributes::{Attributes, Reader, instant, key, put};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey};
use crate::table::keys;
use crate::table::transaction::Action;

const RECIPIENTS: &str = "l";
const TOLD_UNTIL: &str = "t";
const ACTED: &str = "by";
/// What the item is called where it cannot be read.
const WHAT: &str = "recipients";

/// A recipient as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecipientFields {
    n: u8,
    w: Name,
    e: Email,
    a: Authority,
    s: RecipientStanding,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    t: Option<Instant>,
}

impl RecipientFields {
    fn of(own: &Recipient) -> Self {
        Self {
            n: own.no.0,
            w: own.name.clone(),
            e: own.email.clone(),
            a: own.authority,
            s: own.standing,
            t: own.asked_at,
        }
    }

    fn recipient(self) -> Option<Recipient> {
        Some(Recipient {
            no: RecipientNo::new(self.n)?,
            name: self.w,
            email: self.e,
            authority: self.a,
            standing: self.s,
            asked_at: self.t,
        })
    }
}

impl Store {
    /// The list of a notice; `None` where it has none: there is no such notice, or it is from before recipients were
    /// kept.
    ///
    /// # Errors
    /// Where the table does not answer, or the list cannot be read.
    pub async fn recipient_list(
        &self,
        id: &ClaimId,
        notice: NoticeNo,
    ) -> Result<Option<RecipientList>, StoreError> {
        let found = self.get_item(key(keys::claim(id), keys::recipients(notice))).await?;
        found.as_ref().map(|item| list_of(item, notice)).transpose().map(Option::flatten)
    }

    /// The recipients of a claim's last notice, with what was reported of its mails.
    ///
    /// # Errors
    /// Those of [`Store::recipient_list`].
    pub async fn recipients(&self, claim: &Claim) -> Result<Option<Recipients>, StoreError> {
        let mut fetched = FetchedItems::default();
        self.fetch(&mut fetched, recipients_keys(claim).into()).await?;
        fetched.recipients(claim)
    }
}

impl FetchedItems {
    /// The recipients of a claim's last notice, if the keys were fetched.
    pub(crate) fn recipients(&self, claim: &Claim) -> Result<Option<Recipients>, StoreError> {
        let Some(list) = self.recipient_list(&claim.id, claim.notice)? else { return Ok(None) };
        Ok(Some(Recipients { list, reports: self.reports(&claim.id, claim.notice)? }))
    }

    /// The list of a notice, if its key was fetched.
    pub(crate) fn recipient_list(
        &self,
        id: &ClaimId,
        notice: NoticeNo,
    ) -> Result<Option<RecipientList>, StoreError> {
        match self.get(&list_key(id, notice))? {
            Some(item) => list_of(item, notice),
            None => Ok(None),
        }
    }
}

/// Where the list of a notice stands.
pub(crate) fn list_key(id: &ClaimId, notice: NoticeNo) -> ItemKey {
    (keys::claim(id), keys::recipients(notice))
}

/// Where the list and the reports of a claim's last notice stand.
pub(crate) fn recipients_keys(claim: &Claim) -> [ItemKey; 2] {
    [list_key(&claim.id, claim.notice), reports_key(&claim.id, claim.notice)]
}

/// The write of a list.
pub(crate) fn put_list(id: &ClaimId, list: &RecipientList) -> Result<Action, StoreError> {
    Ok(Action::Put(attributes(id, list)?, None))
}

fn attributes(id: &ClaimId, list: &RecipientList) -> Result<Attributes, StoreError> {
    let unstorable = |name| move |_| StoreError::unreadable(WHAT, name);
    let fields: Vec<_> = list.recipients.iter().map(RecipientFields::of).collect();
    let fields = serde_dynamo::to_attribute_value(fields).map_err(unstorable(RECIPIENTS))?;
    let acted = serde_dynamo::to_attribute_value(&list.acted).map_err(unstorable(ACTED))?;
    let mut item = key(keys::claim(id), keys::recipients(list.notice));
    put(&mut item, RECIPIENTS, Some(fields));
    put(&mut item, TOLD_UNTIL, list.told_until.map(instant));
    put(&mut item, ACTED, (!list.acted.is_empty()).then_some(acted));
    Ok(item)
}

/// The list of an item; `None` of what stood under that key before recipients were kept.
fn list_of(item: &Attributes, notice: NoticeNo) -> Result<Option<RecipientList>, StoreError> {
    let Some(stored) = item.get(RECIPIENTS) else { return Ok(None) };
    let unreadable = |name| move |_| StoreError::unreadable(WHAT, name);
    let fields: Vec<RecipientFields> =
        serde_dynamo::from_attribute_value(stored.clone()).map_err(unreadable(RECIPIENTS))?;
    let recipients: Option<Vec<_>> = fields.into_iter().map(RecipientFields::recipient).collect();
    let acted: BTreeSet<StaffId> = match item.get(ACTED) {
        Some(acted) => {
            serde_dynamo::from_attribute_value(acted.clone()).map_err(unreadable(ACTED))?
        }
        None => BTreeSet::new(),
    };
    Ok(Some(RecipientList {
        notice,
        told_until: Reader::new(WHAT, item).opt_instant(TOLD_UNTIL)?,
        recipients: recipients.ok_or_else(|| StoreError::unreadable(WHAT, RECIPIENTS))?,
        acted,
    }))
}
