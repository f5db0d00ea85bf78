//! The codes of problems, each with its name on the wire and the status it is answered with.

use lambda_http::http::StatusCode;

macro_rules! problem_codes {
    ($($(#[$doc:meta])* $case:ident => $text:literal, $status:ident;)*) => {
        /// The code of a problem (`docs/api.md §1.7`).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum ProblemCode {$($(#[$doc])* $case,)*}

        impl ProblemCode {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$case),*];

            /// The name on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$case => $text,)* }
            }

            /// The status it is answered with.
            pub fn status(self) -> StatusCode {
                match self { $(Self::$case => StatusCode::$status,)* }
            }
        }
    };
}

problem_codes! {
    /// The body cannot be read.
    MalformedBody => "malformed-body", BAD_REQUEST;
    /// The cursor is not this caller's for this list.
    InvalidCursor => "invalid-cursor", BAD_REQUEST;
    /// A query parameter is wrong.
    InvalidQuery => "invalid-query", BAD_REQUEST;
    /// No usable idempotency key.
    IdempotencyKeyMissing => "idempotency-key-missing", BAD_REQUEST;
    /// An `If-Match` that cannot be read.
    PreconditionMalformed => "precondition-malformed", BAD_REQUEST;
    /// No identity.
    Unauthenticated => "unauthenticated", UNAUTHORIZED;
    /// Not for this role.
    RoleNotAllowed => "role-not-allowed", FORBIDDEN;
    /// No active association, no data.
    AssociationNotActive => "association-not-active", FORBIDDEN;
    /// The code of the mail is wrong.
    CodeWrong => "code-wrong", FORBIDDEN;
    /// Not there.
    NotFound => "not-found", NOT_FOUND;
    /// Not in this state.
    InvalidState => "invalid-state", CONFLICT;
    /// The partner's own claim is in the way.
    DuplicateClaim => "duplicate-claim", CONFLICT;
    /// Another claim is in the way.
    ItemBusy => "item-busy", CONFLICT;
    /// The customer is in the way.
    BlockedByCustomer => "blocked-by-customer", CONFLICT;
    /// Nobody has verified the contact, or vouched for it.
    ContactUnverified => "contact-unverified", CONFLICT;
    /// The link takes a no and nothing else.
    LinkRetired => "link-retired", CONFLICT;
    /// Somebody else of the staff has to do it.
    AnotherReviewerRequired => "another-reviewer-required", CONFLICT;
    /// The version has moved on.
    VersionMismatch => "version-mismatch", PRECONDITION_FAILED;
    /// The body is too large.
    PayloadTooLarge => "payload-too-large", PAYLOAD_TOO_LARGE;
    /// The body is of another type.
    UnsupportedMediaType => "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE;
    /// Fields are wrong.
    InvalidFields => "invalid-fields", UNPROCESSABLE_ENTITY;
    /// The key belongs to another request.
    IdempotencyConflict => "idempotency-conflict", UNPROCESSABLE_ENTITY;
    /// No `If-Match`.
    PreconditionRequired => "precondition-required", PRECONDITION_REQUIRED;
    /// Too many claims or documents.
    QuotaExceeded => "quota-exceeded", TOO_MANY_REQUESTS;
    /// Too many wrong codes.
    CodeLocked => "code-locked", TOO_MANY_REQUESTS;
    /// Try again.
    Unavailable => "unavailable", SERVICE_UNAVAILABLE;
}
