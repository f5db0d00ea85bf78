//! The SDK's clients, one configuration for all of them.

use std::time::Duration;

use aws_config::environment::{
    EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider,
};
use aws_config::meta::region::ProvideRegion as _;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_dynamodb::config::StalledStreamProtectionConfig;
use aws_sdk_dynamodb::config::retry::{RetryPartition, TokenBucket};
use aws_sdk_s3::config::SharedCredentialsProvider;

use crate::{https, settings};

/// A connection that is not there within this time will not come.
const CONNECT: Duration = Duration::from_secs(1);
/// DynamoDB answers in milliseconds; who has not answered by now is asked again.
const ATTEMPT: Duration = Duration::from_secs(2);
/// How long the mail service may take for a mail.
const MAIL_ATTEMPT: Duration = Duration::from_secs(10);
/// All attempts together: well within every function's own timeout.
const OPERATION: Duration = Duration::from_secs(5);
const ATTEMPTS: u32 = 3;
/// The table throttles single calls while its partitions split: it is asked again soon, and as often as the
/// time of an operation allows, so that a request is slow rather than refused.
const TABLE_ATTEMPTS: u32 = 24;
const TABLE_BACKOFF: Duration = Duration::from_millis(25);
const TABLE_LONGEST_BACKOFF: Duration = Duration::from_millis(250);

/// Makes the clients. The configuration (region, credentials, `AWS_ENDPOINT_URL`) is loaded once;
/// a client that is never asked for is never made.
#[derive(Debug, Clone)]
pub struct Clients {
    config: SdkConfig,
}

/// Credentials and the region they sign for.
#[derive(Debug, Clone)]
pub struct Signer {
    /// The credentials, new whenever the old ones run out.
    pub credentials: SharedCredentialsProvider,
    /// The region that signatures are made for.
    pub region: String,
}

impl Clients {
    /// Reads the configuration where Lambda and the local cloud put it, in the environment. The SDK's own
    /// search would go on to files and to other services, whose clients every binary would carry.
    pub async fn load() -> Self {
        let credentials = EnvironmentVariableCredentialsProvider::new();
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(EnvironmentVariableRegionProvider::new().region().await)
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(https::https_client())
            .timeout_config(timeout_config())
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS));
        config.set_endpoint_url(settings::service_endpoint());
        Self { config: config.build() }
    }

    /// The table. Its answers are short and each attempt's time is bounded: nothing watches over streams. What
    /// bounds its retries is the time of an operation and not a number of tokens: a function serves one request
    /// at a time, so nobody's retries add up to a storm.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let retries = RetryConfig::standard()
            .with_max_attempts(TABLE_ATTEMPTS)
            .with_initial_backoff(TABLE_BACKOFF)
            .with_max_backoff(TABLE_LONGEST_BACKOFF);
        let unlimited = RetryPartition::custom("table").token_bucket(TokenBucket::unlimited());
        let config = aws_sdk_dynamodb::config::Builder::from(&self.config)
            .retry_config(retries)
            .retry_partition(unlimited.build())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        aws_sdk_dynamodb::Client::from_conf(config.build())
    }

    /// The client of the event bus.
    pub fn eventbridge(&self) -> aws_sdk_eventbridge::Client {
        aws_sdk_eventbridge::Client::new(&self.config)
    }

    /// The client of the queues.
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.config)
    }

    /// The mail service: asked once, with more time than the others. Whether a mail was taken nobody knows after a timeout,
    /// and whoever asks again knows more of it.
    pub fn ses(&self) -> aws_sdk_sesv2::Client {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .operation_attempt_timeout(MAIL_ATTEMPT)
            .operation_timeout(MAIL_ATTEMPT + CONNECT);
        let config = aws_sdk_sesv2::config::Builder::from(&self.config)
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts.build());
        aws_sdk_sesv2::Client::from_conf(config.build())
    }

    /// The bucket of the documents.
    pub fn s3(&self) -> aws_sdk_s3::Client {
        aws_sdk_s3::Client::new(&self.config)
    }

    /// What signs forms and links: the function's own credentials, in its region.
    pub fn signer(&self) -> Option<Signer> {
        let credentials = self.config.credentials_provider()?;
        let region = self.config.region()?.as_ref().to_owned();
        Some(Signer { credentials, region })
    }

    /// The client of the secrets.
    pub fn secrets(&self) -> aws_sdk_secretsmanager::Client {
        aws_sdk_secretsmanager::Client::new(&self.config)
    }
}

/// Waits for a cheap read made during the start, which opens the connection while nobody waits yet.
/// Its refusal is no failure: the first request will meet the reason, and answer it.
pub async fn warm_up<E>(read: impl Future<Output = Result<(), E>>) {
    drop(read.await);
}

fn timeout_config() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_handed_over_once_however_late_the_answer_is() {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(https::https_client())
            .timeout_config(timeout_config())
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS));
        let mails = Clients { config: config.build() }.ses();
        let retries = mails.config().retry_config().map(RetryConfig::max_attempts);
        let timeouts = mails.config().timeout_config();
        let attempt = timeouts.and_then(TimeoutConfig::operation_attempt_timeout);
        assert_eq!((retries, attempt), (Some(1), Some(MAIL_ATTEMPT)));
        assert_ne!((ATTEMPTS, ATTEMPT), (1, MAIL_ATTEMPT), "all other calls are asked again");
    }
}
