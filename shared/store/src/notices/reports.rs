//! What the mail provider reported of a notice's mails (`C#<claim>`, `R#<notice>`), by the number of the recipient. Each
//! report is one write unit, and is noted before anything is decided.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use domain::claim::Instant;
use domain::event::FailureCause;
use domain::ids::{ClaimId, NoticeNo};
use domain::recipient::{Failure, MAX_RECIPIENTS, RecipientNo, Reports};

use crate::table::attributes::{Attributes, Reader, bytes, instant, key};
use crate::table::codec::codes::StoredCode;
use crate::table::codec::packing::{Bytes, pack_instant};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey};
use crate::table::keys;

/// What happened to a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noted {
    /// The provider took it.
    Sent,
    /// The recipient's server took it; the earliest counts.
    Delivered {
        /// When, by the provider's clock.
        at: Instant,
    },
    /// It failed; the earliest counts.
    Failed {
        /// When, by the provider's clock.
        at: Instant,
        /// Why.
        cause: FailureCause,
    },
    /// A machine answered that nobody is there now.
    Unattended,
}

/// The attributes of a recipient: the letter and the number.
fn sent(no: RecipientNo) -> String {
    format!("s{}", no.0)
}

fn delivered(no: RecipientNo) -> String {
    format!("d{}", no.0)
}

fn failed(no: RecipientNo) -> String {
    format!("f{}", no.0)
}

fn unattended(no: RecipientNo) -> String {
    format!("u{}", no.0)
}

impl Store {
    /// Notes what happened to the mail of a notice at a recipient; the same twice is noted once. All that is known of
    /// the notice then.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn note_report(
        &self,
        id: &ClaimId,
        notice: NoticeNo,
        recipient: RecipientNo,
        noted: Noted,
    ) -> Result<Reports, StoreError> {
        let (name, value, earliest) = match noted {
            Noted::Sent => (sent(recipient), AttributeValue::Bool(true), false),
            Noted::Delivered { at } => (delivered(recipient), instant(at), true),
            Noted::Failed { at, cause } => {
                (failed(recipient), bytes(pack_failure(Failure { at, cause })), true)
            }
            Noted::Unattended => (unattended(recipient), AttributeValue::Bool(true), false),
        };
        let condition = earliest.then(|| format!("attribute_not_exists({name}) OR {name} > :v"));
        let call = self
            .client
            .update_item()
            .table_name(self.table())
            .set_key(Some(key(keys::claim(id), keys::reports(notice))))
            .update_expression(format!("SET {name} = :v"))
            .set_condition_expression(condition)
            .expression_attribute_values(":v", value)
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match call.send().await {
            Ok(answer) => reports_of(&answer.attributes.unwrap_or_default()),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(known)) => {
                    reports_of(known.item().unwrap_or(&HashMap::new()))
                }
                Some(_) | None => Err(StoreError::of_call(error)),
            },
        }
    }

    /// Notes that the provider took the mails to these recipients.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn note_sent(
        &self,
        id: &ClaimId,
        notice: NoticeNo,
        recipients: &[RecipientNo],
    ) -> Result<(), StoreError> {
        if recipients.is_empty() {
            return Ok(());
        }
        let marks: Vec<_> = recipients.iter().map(|no| format!("{} = :v", sent(*no))).collect();
        self.client
            .update_item()
            .table_name(self.table())
            .set_key(Some(key(keys::claim(id), keys::reports(notice))))
            .update_expression(format!("SET {}", marks.join(", ")))
            .expression_attribute_values(":v", AttributeValue::Bool(true))
            .send()
            .await
            .map_err(StoreError::of_call)?;
        Ok(())
    }
}

impl FetchedItems {
    /// The reports of a notice, if its key was fetched.
    pub(crate) fn reports(&self, id: &ClaimId, notice: NoticeNo) -> Result<Reports, StoreError> {
        match self.get(&reports_key(id, notice))? {
            Some(item) => reports_of(item),
            None => Ok(Reports::default()),
        }
    }
}

/// Where the reports of a notice stand.
pub(crate) fn reports_key(id: &ClaimId, notice: NoticeNo) -> ItemKey {
    (keys::claim(id), keys::reports(notice))
}

fn reports_of(item: &Attributes) -> Result<Reports, StoreError> {
    let read = Reader::new("reports", item);
    let mut reports = Reports::default();
    for no in (1..=MAX_RECIPIENTS).map(RecipientNo) {
        let delivered_at = read.opt_instant(&delivered(no))?;
        let failure = read.opt_bytes(&failed(no))?;
        let failure = failure.map(|packed| unpack_failure(packed).ok_or_else(|| read.bad("f")));
        let (is_sent, is_unattended) = (read.flag(&sent(no))?, read.flag(&unattended(no))?);
        let is_known = is_sent || is_unattended || delivered_at.is_some() || failure.is_some();
        if is_known {
            let report = reports.entry(no);
            report.sent = is_sent;
            report.delivered_at = delivered_at;
            report.failure = failure.transpose()?;
            report.unattended = is_unattended;
        }
    }
    Ok(reports)
}

/// The instant first, so that the earlier of two is the smaller.
fn pack_failure(failure: Failure) -> Vec<u8> {
    let mut packed = pack_instant(failure.at).to_vec();
    packed.push(failure.cause.code());
    packed
}

fn unpack_failure(packed: &[u8]) -> Option<Failure> {
    let mut bytes = Bytes(packed);
    let (at, cause) = (bytes.instant()?, FailureCause::of_code(bytes.next()?)?);
    bytes.is_empty().then_some(Failure { at, cause })
}
