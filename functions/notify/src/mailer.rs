//! What is handed to the mail service, and what it says.

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::http::HttpResponse;
use aws_sdk_sesv2::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{Destination, EmailContent, MessageTag, RawMessage};
use domain::ids::{ClaimId, NoticeNo};
use domain::recipient::RecipientNo;
use domain::text::Email;
use notice::mail::Mail;
use runtime::fields::metric;
use runtime::telemetry;

use crate::stop::Stop;

/// Sends mails from the operator's address.
pub struct Mailer {
    client: Client,
    sender: Email,
    configuration_set: String,
}

/// What the mail service is told to report about a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MailTracking {
    /// A notice: what becomes of it at its recipient moves the claim.
    Notice(NoticeNo, RecipientNo),
    /// A mail about what became active: that it comes back is counted.
    Activation(RecipientNo),
    /// Any other to the customer: a report about it proves nothing.
    No,
    /// A mail to a partner: a report about it has no tag by which a claim could be found.
    Nothing,
}

impl Mailer {
    /// The mail service under the configuration set that reports deliveries.
    pub fn new(client: Client, sender: Email, configuration_set: impl Into<String>) -> Self {
        Self { client, sender, configuration_set: configuration_set.into() }
    }

    /// The operator's sending address.
    pub(crate) fn sender_address(&self) -> &Email {
        &self.sender
    }

    /// Hands a mail over that is about no claim. A report about it has no tag to be told by.
    ///
    /// # Errors
    /// As [`Self::send_mail`].
    pub(crate) async fn send_directory_mail(&self, mail: &Mail) -> Result<(), Stop> {
        self.send_raw(mail, Vec::new()).await
    }

    /// Hands a mail over.
    ///
    /// # Errors
    /// Where the mail service refuses it, or does not answer.
    pub(crate) async fn send_mail(
        &self,
        mail: &Mail,
        claim: &ClaimId,
        followed: MailTracking,
    ) -> Result<(), Stop> {
        self.send_raw(mail, message_tags(claim, followed)?).await
    }

    async fn send_raw(&self, mail: &Mail, tags: Vec<MessageTag>) -> Result<(), Stop> {
        let raw = RawMessage::builder().data(Blob::new(mail.raw.clone())).build()?;
        let sent = self
            .client
            .send_email()
            .from_email_address(self.sender.as_str())
            .destination(Destination::builder().to_addresses(mail.to.as_str()).build())
            .content(EmailContent::builder().raw(raw).build())
            .configuration_set_name(&self.configuration_set)
            .set_email_tags((!tags.is_empty()).then_some(tags))
            .send()
            .await;
        match sent {
            Ok(_) => {
                telemetry::add_to_metric(metric::MAILS, 1);
                Ok(())
            }
            Err(error) => Err(send_error(&error)),
        }
    }
}

/// The codes by which the mail service says that it takes no more for now. Its guide and its API name some of them
/// differently.
const WAITS: [&str; 6] = [
    "TooManyRequestsException",
    "ThrottlingException",
    "Throttling",
    "LimitExceededException",
    "SendingPausedException",
    "AccountSuspendedException",
];

/// Why a mail was not taken. The code alone is told: the texts of the mail service quote addresses.
fn send_error<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Stop {
    let code = error.code().unwrap_or_default();
    let status = error.raw_response().map(|response| response.status().as_u16());
    if WAITS.contains(&code) || status == Some(429) {
        return Stop::Wait;
    }
    if matches!(error, SdkError::ServiceError(_)) {
        return Stop::fault(&format!("the mail service refuses a mail: {code}"));
    }
    Stop::fault("the mail service did not answer")
}

fn message_tags(claim: &ClaimId, followed: MailTracking) -> Result<Vec<MessageTag>, BuildError> {
    let claim = ("claim", claim.to_string());
    let recipient = |no: RecipientNo| ("recipient", no.0.to_string());
    let all = match followed {
        MailTracking::Notice(notice, no) => {
            vec![claim, ("notice", notice.0.to_string()), recipient(no)]
        }
        MailTracking::Activation(no) => {
            vec![claim, ("kind", "activation".to_owned()), recipient(no)]
        }
        MailTracking::No => vec![claim],
        MailTracking::Nothing => Vec::new(),
    };
    let tag = |(name, value): (&str, String)| MessageTag::builder().name(name).value(value).build();
    all.into_iter().map(tag).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(followed: MailTracking) -> Vec<(String, String)> {
        let tags = message_tags(&ClaimId::from_bytes([7; 16]), followed).unwrap();
        tags.iter().skip(1).map(|tag| (tag.name().to_owned(), tag.value().to_owned())).collect()
    }

    #[test]
    fn only_a_notice_names_its_number_and_whoever_is_followed_is_named() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let notice = named(MailTracking::Notice(NoticeNo(2), RecipientNo(3)));
        assert_eq!(notice, [pair("notice", "2"), pair("recipient", "3")]);
        let activation = named(MailTracking::Activation(RecipientNo(3)));
        assert_eq!(activation, [pair("kind", "activation"), pair("recipient", "3")]);
        assert_eq!(named(MailTracking::No), []);
    }
}
