//! Why a request is not answered with what it asked for, and how it is answered then.

use domain::rejection::{FieldCode, FieldError, Rejection};
use lambda_http::{Body, Response};
use runtime::telemetry;
use store::StoreError;
use web::{Call, RequestError};

/// A refusal that the caller can do something about, or an error of the store.
#[derive(Debug)]
pub enum ApiError {
    /// What the caller did wrong, or has to wait for.
    Refused(RequestError),
    /// What the store says.
    Store(StoreError),
}

impl From<RequestError> for ApiError {
    fn from(failure: RequestError) -> Self {
        Self::Refused(failure)
    }
}

impl From<Rejection> for ApiError {
    fn from(rejection: Rejection) -> Self {
        Self::Refused(rejection.into())
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl ApiError {
    /// What the caller is told. What is a fault of ours is logged here, once; a caller learns nothing of it
    /// but when to come again.
    pub fn into_failure(self) -> RequestError {
        let error = match self {
            Self::Refused(failure) => return failure,
            Self::Store(error) => error,
        };
        match error {
            StoreError::Rejected(Rejection::MissingFact(_))
            | StoreError::Unavailable(_)
            | StoreError::Corrupt(_) => {
                telemetry::log_failure("A request could not be answered", &error);
                RequestError::Unavailable
            }
            StoreError::ClockUntrusted => {
                telemetry::log_failure(
                    "A deadline was not carried out: the clock is wrong",
                    &error,
                );
                RequestError::Unavailable
            }
            StoreError::Rejected(rejection) => rejection.into(),
            StoreError::VersionMismatch { current } => {
                RequestError::VersionMismatch { current: Some(current.into()) }
            }
            StoreError::IdempotencyConflict => RequestError::IdempotencyConflict,
            StoreError::DomainsTaken(_) => {
                RequestError::Fields(vec![FieldError::new("/domains", FieldCode::DomainTaken)])
            }
        }
    }
}

/// The response of a handler, or the problem document of its error.
pub fn to_response<R: Into<Response<Body>>>(
    call: &Call<'_>,
    outcome: Result<R, ApiError>,
) -> Response<Body> {
    call.to_response(outcome.map_err(ApiError::into_failure))
}
