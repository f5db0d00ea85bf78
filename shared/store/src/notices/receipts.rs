//! What became of the mails of a notice: which recipients accepted it, which did not.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use domain::ids::{ClaimId, NoticeNo};
use domain::text::Email;

use crate::table::attributes::{Attributes, key};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey};
use crate::table::keys;

const ACCEPTED: &str = "a";
const FAILED: &str = "f";
const UNATTENDED: &str = "t";

/// What the mail provider said about a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipt {
    /// His server took the mail.
    Accepted,
    /// It came back, or he complained about it.
    Failed,
    /// A machine answered that nobody is there now.
    Unattended,
}

/// What is known of the recipients of a notice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Receipts {
    accepted: BTreeSet<String>,
    failed: BTreeSet<String>,
    unattended: BTreeSet<String>,
}

impl Receipts {
    /// Whether the recipient has the notice: accepted, and not failed since.
    pub fn accepted(&self, recipient: &Email) -> bool {
        self.accepted.contains(&keys::mailbox(recipient.as_str())) && !self.failed(recipient)
    }

    /// Whether the notice failed to reach the recipient.
    pub fn failed(&self, recipient: &Email) -> bool {
        self.failed.contains(&keys::mailbox(recipient.as_str()))
    }

    /// How many recipients had an automatic answer.
    pub fn unattended(&self) -> usize {
        self.unattended.len()
    }

    fn read(item: &Attributes) -> Result<Self, StoreError> {
        Ok(Self {
            accepted: mailboxes(item, ACCEPTED)?,
            failed: mailboxes(item, FAILED)?,
            unattended: mailboxes(item, UNATTENDED)?,
        })
    }
}

impl Store {
    /// Notes what became of a notice at a recipient; the same twice is noted once.
    pub async fn record_receipt(
        &self,
        claim: &ClaimId,
        notice: NoticeNo,
        recipient: &Email,
        receipt: Receipt,
    ) -> Result<Receipts, StoreError> {
        let expression = match receipt {
            Receipt::Accepted => "ADD a :mailbox",
            Receipt::Failed => "ADD f :mailbox",
            Receipt::Unattended => "ADD t :mailbox",
        };
        let mailbox = AttributeValue::Ss(vec![keys::mailbox(recipient.as_str())]);
        let answer = self
            .client
            .update_item()
            .table_name(self.table())
            .set_key(Some(key(keys::claim(claim), keys::receipts(notice))))
            .update_expression(expression)
            .expression_attribute_values(":mailbox", mailbox)
            .return_values(ReturnValue::AllNew)
            .send()
            .await
            .map_err(StoreError::of_call)?;
        Receipts::read(&answer.attributes.unwrap_or_default())
    }
}

impl FetchedItems {
    /// What is known of the recipients of a notice, if the key was fetched.
    pub(crate) fn receipts(
        &self,
        claim: &ClaimId,
        notice: NoticeNo,
    ) -> Result<Receipts, StoreError> {
        let found = self.get(&receipts_key(claim, notice))?.map(Receipts::read).transpose()?;
        Ok(found.unwrap_or_default())
    }
}

/// Where the receipts of a notice stand.
pub(crate) fn receipts_key(claim: &ClaimId, notice: NoticeNo) -> ItemKey {
    (keys::claim(claim), keys::receipts(notice))
}

fn mailboxes(item: &Attributes, name: &str) -> Result<BTreeSet<String>, StoreError> {
    match item.get(name) {
        None => Ok(BTreeSet::new()),
        Some(AttributeValue::Ss(texts)) => Ok(texts.iter().cloned().collect()),
        Some(_) => Err(StoreError::unreadable("receipts", name)),
    }
}
