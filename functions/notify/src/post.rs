//! The mail service.

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::BuildError;
use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{Destination, EmailContent, MessageTag, RawMessage};
use domain::ids::{ClaimId, NoticeNo};
use domain::text::Email;
use notice::mail::Mail;
use runtime::fields::metric;
use runtime::{Failure, telemetry};

/// Sends mails from the operator's address.
pub struct Post {
    client: Client,
    sender: Email,
    configuration_set: String,
}

impl Post {
    /// The mail service under the configuration set that reports deliveries.
    pub fn new(client: Client, sender: Email, configuration_set: impl Into<String>) -> Self {
        Self { client, sender, configuration_set: configuration_set.into() }
    }

    /// The operator's sending address.
    pub(crate) fn sender(&self) -> &Email {
        &self.sender
    }

    /// Hands the mails to all recipients over: one that is refused keeps nobody else from his.
    ///
    /// # Errors
    /// The first failure. A retry sends every mail again, as the same mail.
    pub(crate) async fn send_all(
        &self,
        mails: &[Mail],
        claim: &ClaimId,
        notice: Option<NoticeNo>,
    ) -> Result<(), Failure> {
        let mut result = Ok(());
        for mail in mails {
            result = result.and(self.send(mail, claim, notice).await);
        }
        result
    }

    /// Hands a mail over. Only a notice bears its number: what the provider reports about any other
    /// mail proves nothing.
    async fn send(
        &self,
        mail: &Mail,
        claim: &ClaimId,
        notice: Option<NoticeNo>,
    ) -> Result<(), Failure> {
        let raw = RawMessage::builder().data(Blob::new(mail.raw.clone())).build()?;
        self.client
            .send_email()
            .from_email_address(self.sender.as_str())
            .destination(Destination::builder().to_addresses(mail.to.as_str()).build())
            .content(EmailContent::builder().raw(raw).build())
            .configuration_set_name(&self.configuration_set)
            .set_email_tags(Some(tags(claim, notice)?))
            .send()
            .await?;
        telemetry::count(metric::MAILS, 1);
        Ok(())
    }
}

fn tags(claim: &ClaimId, notice: Option<NoticeNo>) -> Result<Vec<MessageTag>, BuildError> {
    let tag = |name: &str, value: String| MessageTag::builder().name(name).value(value).build();
    let notice = notice.map(|notice| tag("notice", notice.0.to_string()));
    std::iter::once(tag("claim", claim.to_string())).chain(notice).collect()
}
