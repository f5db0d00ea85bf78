//! For whom a mail was handed over. No address is kept, and nothing for long.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use domain::ids::{ClaimId, PartnerId, TenantId};

use crate::table::attributes::{Attributes, item_key, number_value, text_value};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::transaction::is_refused;

/// The addressees for whom the mail was handed over.
const MARKS: &str = "s";
/// How long a message about a mail may be under way, and some more: the time to live runs on the real clock.
const KEPT: Duration = Duration::days(90);

/// What a mail is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailSubject<'a> {
    /// A mail about a claim, to the customer or the partner.
    Claim(&'a ClaimId),
    /// A mail about the contacts of a tenant.
    Tenant(&'a TenantId),
    /// A mail to a partner about no claim.
    Partner(&'a PartnerId),
}

impl MailSubject<'_> {
    fn mark_key(self, mail: &str) -> Attributes {
        match self {
            Self::Claim(claim) => item_key(keys::claim_pk(claim), keys::mail_marks_sk(mail)),
            Self::Tenant(tenant) => {
                item_key(keys::tenant_quotas_pk(tenant), keys::mail_marks_sk(mail))
            }
            Self::Partner(partner) => item_key(keys::quotas_pk(partner), keys::mail_marks_sk(mail)),
        }
    }
}

impl Store {
    /// For whom a mail was handed over, as the mail names its addressees.
    ///
    /// # Errors
    /// Where the table does not answer, or the item cannot be read.
    pub async fn mail_marks(
        &self,
        of: MailSubject<'_>,
        mail: &str,
    ) -> Result<BTreeSet<String>, StoreError> {
        let item = self.get_item(of.mark_key(mail)).await?;
        match item.as_ref().and_then(|item| item.get(MARKS)) {
            None => Ok(BTreeSet::new()),
            Some(AttributeValue::Ss(marks)) => Ok(marks.iter().cloned().collect()),
            Some(_) => Err(StoreError::unreadable_attribute("mail", MARKS)),
        }
    }

    /// Notes that a mail was handed over for an addressee: one unit, and none where that is noted.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn mark_mail(
        &self,
        of: MailSubject<'_>,
        mail: &str,
        addressee: &str,
    ) -> Result<(), StoreError> {
        let expires = number_value((self.system_time() + KEPT).timestamp());
        let marked = self
            .client
            .update_item()
            .table_name(self.table_name())
            .set_key(Some(of.mark_key(mail)))
            .update_expression(format!(
                "ADD {MARKS} :marks SET expires = if_not_exists(expires, :x)"
            ))
            .condition_expression(format!("NOT contains({MARKS}, :mark)"))
            .expression_attribute_values(":marks", AttributeValue::Ss(vec![addressee.to_owned()]))
            .expression_attribute_values(":mark", text_value(addressee))
            .expression_attribute_values(":x", expires)
            .send()
            .await;
        match marked {
            Ok(_) => Ok(()),
            Err(error) if is_refused(&error) => Ok(()),
            Err(error) => Err(StoreError::from(error)),
        }
    }
}
