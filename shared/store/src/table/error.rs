//! What can go wrong, by what the caller does on seeing it.

use std::collections::BTreeSet;
use std::error::Error;

use aws_sdk_dynamodb::error::SdkError;
use domain::evolve::EvolveError;
use domain::ids::Version;
use domain::rejection::Rejection;
use domain::text::Domain;

/// Why the store did not do what it was asked. The text is for logs, never for answers.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The rules refuse it.
    #[error("refused: {0}")]
    Rejected(#[from] Rejection),
    /// The caller has seen an older version.
    #[error("the claim is at version {current}")]
    VersionMismatch {
        /// The version the claim has now.
        current: Version,
    },
    /// The idempotency key stands for another request already.
    #[error("the key was used for another request")]
    IdempotencyConflict,
    /// The domains are other tenants'.
    #[error("{} domains are other tenants'", .0.len())]
    DomainsTaken(BTreeSet<Domain>),
    /// The table does not answer, or not in time. Nothing is known to have changed.
    #[error("the table is unavailable: {0}")]
    Unavailable(String),
    /// The function's clock and the table's do not agree, so nobody can say what is due.
    #[error("the clock cannot be trusted")]
    ClockUntrusted,
    /// A stored item says something that no version of this program writes.
    #[error("a stored item cannot be read: {0}")]
    Corrupt(String),
}

impl StoreError {
    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unavailable(_) | Self::ClockUntrusted => true,
            Self::Rejected(_)
            | Self::VersionMismatch { .. }
            | Self::IdempotencyConflict
            | Self::DomainsTaken(_)
            | Self::Corrupt(_) => false,
        }
    }

    /// An attribute that is missing or of the wrong kind.
    pub(crate) fn unreadable_attribute(item: &str, attribute: &str) -> Self {
        Self::Corrupt(format!("{item}: attribute {attribute:?}"))
    }
}

/// A failed call, as the chain of its causes' texts: an SDK error's `Debug` would print items.
impl<E, R> From<SdkError<E, R>> for StoreError
where
    E: Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    fn from(error: SdkError<E, R>) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        Self::Unavailable(text)
    }
}

impl From<EvolveError> for StoreError {
    fn from(error: EvolveError) -> Self {
        Self::Corrupt(error.to_string())
    }
}
