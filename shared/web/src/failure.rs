//! Why a request is not answered with what it asked for. Functions map their own errors into this;
//! what each becomes on the wire is decided here alone.

use chrono::NaiveDate;
use domain::rejection::{FieldCode, FieldError, Rejection};
use lambda_http::http::StatusCode;

use crate::entity_tag::EntityTag;
use crate::problem_code::ProblemCode;
use crate::views::ConsequencesView;
use domain::actor::Role;

/// A refusal, or a fault, as the caller may know it. It carries nothing internal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The body is not JSON in UTF-8.
    #[error("malformed body")]
    MalformedBody,
    /// The body is not a form in UTF-8, where one is asked for.
    #[error("malformed form")]
    MalformedForm,
    /// The cursor is not one of ours, or of another caller or list.
    #[error("invalid cursor")]
    InvalidCursor,
    /// What is wrong with a query parameter; its pointer is `/` and the parameter's name.
    #[error("invalid query parameter {}", .0.pointer)]
    InvalidQuery(FieldError),
    /// The idempotency key is missing, malformed or over-long.
    #[error("idempotency key missing")]
    IdempotencyKey,
    /// Nobody, or nobody we know.
    #[error("unauthenticated")]
    Unauthenticated,
    /// The role may not do this.
    #[error("role not allowed")]
    RoleNotAllowed,
    /// The role may not do this, and it is known which roles may.
    #[error("role is none of {allowed:?}")]
    RoleNotAmong {
        /// The roles that may.
        allowed: Vec<Role>,
    },
    /// Usage is readable only while the association is active.
    #[error("association not active")]
    AssociationNotActive,
    /// The code printed in the mail was given wrong.
    #[error("code wrong")]
    CodeWrong {
        /// How often it may be tried yet; `None` where wrong ones lock nothing.
        tries_left: Option<u8>,
    },
    /// No such thing, or not the caller's.
    #[error("not found")]
    NotFound,
    /// The `If-Match` does not name the present version.
    #[error("version mismatch")]
    VersionMismatch {
        /// The tag of the present version; `None` where there is nothing of that name.
        current: Option<EntityTag>,
    },
    /// The body has more than [`crate::MAX_BODY_BYTES`].
    #[error("payload too large")]
    PayloadTooLarge,
    /// Not the content type of this request, which is one of JSON.
    #[error("unsupported media type")]
    UnsupportedMediaType,
    /// Not the content type of a form, where one is asked for.
    #[error("no form")]
    NotForm,
    /// Fields are wrong: all of them.
    #[error("{} fields are wrong", .0.len())]
    Fields(Vec<FieldError>),
    /// Days of usage are asked for from before the association.
    #[error("days before the association")]
    BeforeAssociation {
        /// The first day that can be read.
        first: NaiveDate,
        /// Where the request names an earlier one.
        pointers: Vec<&'static str>,
    },
    /// The key was used for another request.
    #[error("idempotency conflict")]
    IdempotencyConflict,
    /// `If-Match` is neither `*` nor a list of entity tags.
    #[error("precondition malformed")]
    PreconditionMalformed,
    /// `If-Match` is required and missing.
    #[error("precondition required")]
    PreconditionRequired,
    /// Too many wrong codes.
    #[error("code locked")]
    CodeLocked {
        /// Seconds until it can be tried again.
        retry_after_s: u32,
    },
    /// Something we depend on does not answer, or is not as it must be.
    #[error("unavailable")]
    Unavailable,
    /// A write would end associations or reject claims, and that is not confirmed.
    #[error("not confirmed")]
    Unconfirmed {
        /// What the write would do to claims and associations.
        consequences: Box<ConsequencesView>,
        /// The tag of the present entry, which `If-Match` must name.
        current: EntityTag,
    },
    /// The domain refused the command.
    #[error(transparent)]
    Rejected(Rejection),
}

impl From<Rejection> for RequestError {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::RoleNotAllowed => Self::RoleNotAllowed,
            Rejection::NotFound => Self::NotFound,
            Rejection::Fields(errors) => Self::Fields(errors),
            Rejection::MissingFact(_) => Self::Unavailable,
            Rejection::InvalidState { .. }
            | Rejection::DuplicateClaim { .. }
            | Rejection::ContactUnverified
            | Rejection::LinkRetired
            | Rejection::AnotherReviewerRequired
            | Rejection::ItemBusy { .. }
            | Rejection::BlockedByCustomer { .. }
            | Rejection::QuotaExceeded { .. }
            | Rejection::OutsideCalendar => Self::Rejected(rejection),
        }
    }
}

/// A date that was asked for lies outside the years of the calendar data (`docs/domain.md §4`, 7).
pub fn outside_data() -> RequestError {
    let error = FieldError::new("/delivered_at", FieldCode::OutOfRange);
    RequestError::Fields(vec![error])
}

/// The pointer to a parameter of the query.
pub(crate) fn query_pointer(parameter: &str) -> String {
    let name: String = parameter.chars().take(64).collect();
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Seconds after which a client may try again when we could not answer.
const UNAVAILABLE_RETRY_S: u32 = 2;

impl RequestError {
    /// A query parameter that is wrong, for a reason that has a code. The name is bounded: it may be the caller's.
    pub fn invalid_query(parameter: &str, code: FieldCode) -> Self {
        Self::InvalidQuery(FieldError::new(query_pointer(parameter), code))
    }

    /// The stable code that the answer bears (`docs/api.md §1.7`).
    pub fn problem_code(&self) -> ProblemCode {
        match self {
            Self::MalformedBody | Self::MalformedForm => ProblemCode::MalformedBody,
            Self::InvalidCursor => ProblemCode::InvalidCursor,
            Self::InvalidQuery(_) => ProblemCode::InvalidQuery,
            Self::IdempotencyKey => ProblemCode::IdempotencyKeyMissing,
            Self::Unauthenticated => ProblemCode::Unauthenticated,
            Self::RoleNotAllowed | Self::RoleNotAmong { .. } => ProblemCode::RoleNotAllowed,
            Self::AssociationNotActive => ProblemCode::AssociationNotActive,
            Self::CodeWrong { .. } => ProblemCode::CodeWrong,
            Self::NotFound => ProblemCode::NotFound,
            Self::VersionMismatch { .. } => ProblemCode::VersionMismatch,
            Self::PayloadTooLarge => ProblemCode::PayloadTooLarge,
            Self::UnsupportedMediaType | Self::NotForm => ProblemCode::UnsupportedMediaType,
            Self::Fields(_) | Self::BeforeAssociation { .. } => ProblemCode::InvalidFields,
            Self::IdempotencyConflict => ProblemCode::IdempotencyConflict,
            Self::PreconditionMalformed => ProblemCode::PreconditionMalformed,
            Self::PreconditionRequired => ProblemCode::PreconditionRequired,
            Self::CodeLocked { .. } => ProblemCode::CodeLocked,
            Self::Unconfirmed { .. } => ProblemCode::ConfirmationRequired,
            Self::Unavailable => ProblemCode::Unavailable,
            Self::Rejected(rejection) => rejection_code(rejection),
        }
    }

    /// The tag of the present version, where the caller named another one or has to name it.
    pub fn current_tag(&self) -> Option<&EntityTag> {
        if let Self::Unconfirmed { current, .. } = self {
            return Some(current);
        }
        if let Self::VersionMismatch { current } = self { current.as_ref() } else { None }
    }

    /// The fields that are wrong, or the parameter of the query.
    pub fn field_errors(&self) -> &[FieldError] {
        if let Self::Fields(errors) | Self::Rejected(Rejection::Fields(errors)) = self {
            errors
        } else if let Self::InvalidQuery(error) = self {
            std::slice::from_ref(error)
        } else {
            &[]
        }
    }

    /// The status of the answer.
    pub fn status_code(&self) -> StatusCode {
        self.problem_code().status()
    }

    /// After how many seconds it is worth trying again, where that is known.
    pub fn retry_after_s(&self) -> Option<u32> {
        if let Self::CodeLocked { retry_after_s } = self {
            return Some(*retry_after_s);
        }
        if let Self::Rejected(Rejection::QuotaExceeded { retry_after_s }) = self {
            return *retry_after_s;
        }
        (self.problem_code() == ProblemCode::Unavailable).then_some(UNAVAILABLE_RETRY_S)
    }
}

fn rejection_code(rejection: &Rejection) -> ProblemCode {
    match rejection {
        Rejection::RoleNotAllowed => ProblemCode::RoleNotAllowed,
        Rejection::NotFound => ProblemCode::NotFound,
        Rejection::InvalidState { .. } | Rejection::OutsideCalendar => ProblemCode::InvalidState,
        Rejection::Fields(_) => ProblemCode::InvalidFields,
        Rejection::DuplicateClaim { .. } => ProblemCode::DuplicateClaim,
        Rejection::ContactUnverified => ProblemCode::ContactUnverified,
        Rejection::LinkRetired => ProblemCode::LinkRetired,
        Rejection::AnotherReviewerRequired => ProblemCode::AnotherReviewerRequired,
        Rejection::ItemBusy { .. } => ProblemCode::ItemBusy,
        Rejection::BlockedByCustomer { .. } => ProblemCode::BlockedByCustomer,
        Rejection::QuotaExceeded { .. } => ProblemCode::QuotaExceeded,
        Rejection::MissingFact(_) => ProblemCode::Unavailable,
    }
}
