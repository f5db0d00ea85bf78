//! What is remembered of mails beside the notices themselves: who was told that a link was retired, where the
//! mail about an activation came back, and how many mails went to addresses outside a tenant on a day.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use domain::claim::Instant;
use domain::ids::{ClaimId, PartnerId};
use domain::recipient::RecipientNo;

use crate::table::attributes::{Attributes, item_key};
use crate::table::config::Store;
use crate::table::counter::Counter;
use crate::table::error::StoreError;
use crate::table::keys;

const RETIRED: &str = "t";
const FAILED: &str = "f";
/// The most mails a day to addresses outside the tenants of a partner's claims.
const MOST_OUTSIDE: u32 = 20;

/// The recipients at whom the mails about an activation failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedActivations {
    /// Before this failure was noted.
    pub before: BTreeSet<RecipientNo>,
    /// With this failure counted in.
    pub after: BTreeSet<RecipientNo>,
}

impl Store {
    /// Counts one more mail to an address outside the tenant of a claim of the partner's; `false`, with nothing
    /// counted, where the day's are used up.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn count_outside_mail(
        &self,
        partner: &PartnerId,
        at: Instant,
    ) -> Result<bool, StoreError> {
        let day = item_key(keys::quotas_pk(partner), keys::outside_mails_sk(at.date_naive()));
        let most = Counter { name: "n".to_owned(), step: 1, most: Some(MOST_OUTSIDE) };
        self.count_up(day, &[most]).await
    }

    /// The recipients of a claim who were told that their link was retired.
    ///
    /// # Errors
    /// Where the table does not answer, or the item cannot be read.
    pub async fn told_of_retirement(
        &self,
        claim: &ClaimId,
    ) -> Result<BTreeSet<RecipientNo>, StoreError> {
        let item = self.get_item(item_key(keys::claim_pk(claim), keys::MAILS)).await?;
        item.as_ref().map_or(Ok(BTreeSet::new()), |item| read_recipients(item, RETIRED))
    }

    /// Notes that a recipient was told so.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn note_told_of_retirement(
        &self,
        claim: &ClaimId,
        recipient: RecipientNo,
    ) -> Result<(), StoreError> {
        self.note_mail(claim, "ADD t :no", recipient).await.map(|_| ())
    }

    /// Notes that a mail about an activation failed at a recipient; the same twice is noted once.
    ///
    /// # Errors
    /// Where the table does not answer, or the item cannot be read.
    pub async fn note_failed_activation(
        &self,
        claim: &ClaimId,
        recipient: RecipientNo,
    ) -> Result<FailedActivations, StoreError> {
        let old = self.note_mail(claim, "ADD f :no", recipient).await?;
        let before = read_recipients(&old, FAILED)?;
        let mut after = before.clone();
        after.insert(recipient);
        Ok(FailedActivations { before, after })
    }

    /// Adds a recipient to a set; the item as it was before.
    async fn note_mail(
        &self,
        claim: &ClaimId,
        expression: &str,
        recipient: RecipientNo,
    ) -> Result<Attributes, StoreError> {
        let no = AttributeValue::Ns(vec![recipient.0.to_string()]);
        let answer = self
            .client
            .update_item()
            .table_name(self.table_name())
            .set_key(Some(item_key(keys::claim_pk(claim), keys::MAILS)))
            .update_expression(expression)
            .expression_attribute_values(":no", no)
            .return_values(ReturnValue::AllOld)
            .send()
            .await?;
        Ok(answer.attributes.unwrap_or_default())
    }
}

fn read_recipients(item: &Attributes, name: &str) -> Result<BTreeSet<RecipientNo>, StoreError> {
    let bad = || StoreError::unreadable_attribute("mails", name);
    let read = |no: &String| no.parse().ok().and_then(RecipientNo::new).ok_or_else(bad);
    match item.get(name) {
        None => Ok(BTreeSet::new()),
        Some(AttributeValue::Ns(numbers)) => numbers.iter().map(read).collect(),
        Some(_) => Err(bad()),
    }
}
