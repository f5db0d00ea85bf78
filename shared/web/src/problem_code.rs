//! The codes of problems, each with its name on the wire and the status it is answered with.

use lambda_http::http::StatusCode;

macro_rules! problem_codes {
    ($($(#[doc = $meaning:literal])* $case:ident => $text:literal, $status:ident;)*) => {
        /// The code of a problem (`docs/api.md §1.7`).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum ProblemCode {$($(#[doc = $meaning])* $case,)*}

        impl ProblemCode {
            /// Every code, in the order of `docs/api.md §1.7`.
            pub const ALL: &'static [Self] = &[$(Self::$case),*];

            /// The name on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$case => $text,)* }
            }

            /// When it is answered, in a sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$case => concat!($($meaning),*).trim_ascii(),)* }
            }

            /// The status it is answered with.
            pub fn status(self) -> StatusCode {
                match self { $(Self::$case => StatusCode::$status,)* }
            }
        }
    };
}

problem_codes! {
    /// The body is empty, is no JSON (no form) in UTF-8, or an object in it has a name twice.
    MalformedBody => "malformed-body", BAD_REQUEST;
    /// The cursor is not this caller's for this list and filter.
    InvalidCursor => "invalid-cursor", BAD_REQUEST;
    /// A parameter of the query is unknown, repeated, missing or wrong; `errors` says which one, and why.
    InvalidQuery => "invalid-query", BAD_REQUEST;
    /// `Idempotency-Key` is missing, malformed, repeated or over-long.
    IdempotencyKeyMissing => "idempotency-key-missing", BAD_REQUEST;
    /// `If-Match` is neither `*` nor a list of entity tags.
    PreconditionMalformed => "precondition-malformed", BAD_REQUEST;
    /// No token, or one without a role, without the party that its role needs, or of another side's app client.
    Unauthenticated => "unauthenticated", UNAUTHORIZED;
    /// The role may not do this.
    RoleNotAllowed => "role-not-allowed", FORBIDDEN;
    /// Usage can be read only while the association is active and its partner not suspended.
    AssociationNotActive => "association-not-active", FORBIDDEN;
    /// The code of the mail is wrong; `tries_left` says how many tries are left, where they are counted.
    CodeWrong => "code-wrong", FORBIDDEN;
    /// There is nothing of that name, or it is another party's.
    NotFound => "not-found", NOT_FOUND;
    /// The state of the claim or the moment does not take the command; `possible` lists what else the caller can do.
    InvalidState => "invalid-state", CONFLICT;
    /// An open or active claim of the same partner names an item: `claim_id`.
    DuplicateClaim => "duplicate-claim", CONFLICT;
    /// Another claim was validated for an item and is not decided yet: `items`.
    ItemBusy => "item-busy", CONFLICT;
    /// The customer has blocked this partner, or this partner and item: `items`.
    BlockedByCustomer => "blocked-by-customer", CONFLICT;
    /// Nobody whom the notice would ask is verified, and nobody has vouched for the contact.
    ContactUnverified => "contact-unverified", CONFLICT;
    /// The link was retired: it takes a no and nothing else.
    LinkRetired => "link-retired", CONFLICT;
    /// The caller made a contact of this claim reachable within the last 7 days, or rejected it and now judges the dispute: somebody else of the staff has to act.
    AnotherReviewerRequired => "another-reviewer-required", CONFLICT;
    /// The write would end associations or reject claims for good: `consequences` says in how many, and what `confirm` has to say.
    ConfirmationRequired => "confirmation-required", CONFLICT;
    /// `If-Match` does not name the present version or revision, which the header `ETag` has.
    VersionMismatch => "version-mismatch", PRECONDITION_FAILED;
    /// The body has more than 65,536 bytes.
    PayloadTooLarge => "payload-too-large", PAYLOAD_TOO_LARGE;
    /// The content type is another one, or its charset is not UTF-8.
    UnsupportedMediaType => "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE;
    /// Fields are wrong: `errors` lists all of them.
    InvalidFields => "invalid-fields", UNPROCESSABLE_ENTITY;
    /// The `Idempotency-Key` was used for another body.
    IdempotencyConflict => "idempotency-conflict", UNPROCESSABLE_ENTITY;
    /// `If-Match` is required for this and missing.
    PreconditionRequired => "precondition-required", PRECONDITION_REQUIRED;
    /// The partner's quota of claims, drafts, checks or uploads, or the tenant's of notices, is used up; or label and reference are edited again within a minute; or the party has 20 webhooks, or tests one again within ten seconds.
    QuotaExceeded => "quota-exceeded", TOO_MANY_REQUESTS;
    /// Too many wrong codes were given for this decision of this link.
    CodeLocked => "code-locked", TOO_MANY_REQUESTS;
    /// The server could not answer. Nothing is lost: try again after `Retry-After`.
    Unavailable => "unavailable", SERVICE_UNAVAILABLE;
}
