//! Failures: of an invocation, and of the start.

use std::error::Error;
use std::fmt;

use lambda_runtime::Diagnostic;

use crate::keys::KeysError;
use crate::settings::SettingsError;
use crate::telemetry::error_chain;

/// Why an invocation failed and shall be retried by the platform. Foreseen failures are answers,
/// not this. [`crate::serve_event`] logs it, once.
pub struct InvocationError(Box<dyn Error + Send + Sync>);

impl InvocationError {
    /// A failure with no other error behind it.
    pub fn new(message: &str) -> Self {
        Self(message.into())
    }

    /// The error behind it.
    pub fn source_error(&self) -> &(dyn Error + 'static) {
        self.0.as_ref()
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for InvocationError {
    fn from(error: E) -> Self {
        Self(Box::new(error))
    }
}

// The causes by their own words: what `Debug` of an SDK's error prints may be personal.
impl fmt::Debug for InvocationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&error_chain(self.source_error()))
    }
}

impl From<InvocationError> for Diagnostic {
    fn from(failure: InvocationError) -> Self {
        Self { error_type: "Failure".to_owned(), error_message: failure.0.to_string() }
    }
}

/// Why a function could not start.
#[derive(thiserror::Error)]
pub enum StartError {
    /// Its settings are wrong: all of them are named.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The keys could not be read.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// There is nothing to sign with: no credentials, or no region.
    #[error("no credentials or no region to sign with")]
    NoCredentials,
    /// The platform's interface for functions failed.
    #[error("the runtime interface failed: {0}")]
    Serve(#[source] lambda_runtime::Error),
}

// What `main` prints.
impl fmt::Debug for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&error_chain(self))
    }
}
