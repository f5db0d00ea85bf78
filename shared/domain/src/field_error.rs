//! What is wrong with the fields of a request.

use crate::codes::codes;

codes! {
    /// What is wrong with one field of a request (`docs/api.md §1.7`).
    FieldCode {
        /// A field that must be there is not.
        Required => "required",
        /// The text is not of the form asked for.
        Malformed => "malformed",
        /// Another type of JSON value than the one asked for.
        WrongType => "wrong-type",
        /// Not one of the codes that are known here.
        UnknownCode => "unknown-code",
        /// A number below or above what is permitted.
        OutOfRange => "out-of-range",
        /// The text is empty.
        TooShort => "too-short",
        /// More characters, bytes or entries than permitted.
        TooLong => "too-long",
        /// This is fixed by the path, or by the state of the claim, and cannot be changed.
        NotEditable => "not-editable",
        /// The name does not end as files of that type do.
        EndingWrong => "ending-wrong",
        /// Not later than what holds now, or than what it has to come after.
        NotLater => "not-later",
        /// No business day of whoever it is for.
        NotABusinessDay => "not-a-business-day",
        /// A day that has not come yet.
        InTheFuture => "in-the-future",
        /// The claim has no such item that this could be about.
        ItemUnknown => "item-unknown",
        /// The claim has no recipient with a link of that number.
        RecipientUnknown => "recipient-unknown",
        /// No item would be left that nobody has decided.
        NothingLeft => "nothing-left",
        /// Not a field of this request.
        UnknownField => "unknown-field",
        /// Not a parameter of this request's query.
        UnknownParameter => "unknown-parameter",
        /// This does not go with something else that the request says.
        Contradictory => "contradictory",
        /// The same entry twice.
        Duplicate => "duplicate",
        /// No such tenant, or it is deleted, or the domain is not one of its own: which of them is not told.
        TenantUnknown => "tenant-unknown",
        /// There is no such program.
        ProgramUnknown => "program-unknown",
        /// The program takes no new claims.
        ProgramClosed => "program-closed",
        /// Not an activity of the program.
        ActivityNotAllowed => "activity-not-allowed",
        /// Workload where the program has subscriptions, or the reverse.
        ItemKindWrong => "item-kind-wrong",
        /// The tenant has no such item, or it has ended.
        ItemNotInTenant => "item-not-in-tenant",
        /// Not in the program's catalogue, or excluded.
        ItemNotClaimable => "item-not-claimable",
        /// The location is not the partner's, or not enrolled in the program.
        LocationNotEnrolled => "location-not-enrolled",
        /// The partner may not claim.
        PartnerSuspended => "partner-suspended",
        /// No recipient could open a window.
        CustomerUnreachable => "customer-unreachable",
        /// Acknowledged too long ago.
        EvidenceTooOld => "evidence-too-old",
        /// Its document is infected, or none of the claim's documents is usable.
        EvidenceRejected => "evidence-rejected",
        /// A day before the association, of which the partner may not read.
        BeforeAssociation => "before-association",
        /// There is no such partner.
        PartnerUnknown => "partner-unknown",
        /// Nobody can be written to in that language.
        LanguageUnknown => "language-unknown",
        /// The domain is another tenant's.
        DomainTaken => "domain-taken",
        /// The address is at none of the partner's domains.
        DomainNotOwn => "domain-not-own",
        /// The partner has no such association there, in that family of programs.
        AssociationUnknown => "association-unknown",
        /// It has no term, does not run, or its term does not end soon; an item is none of it.
        NotRenewable => "not-renewable",
    }
}

codes! {
    /// The form of a text.
    TextForm {
        /// An id: 1–64 letters, digits, full stops, hyphens and underscores, a letter or digit first.
        Id => "id",
        /// A UUID, taken in any case.
        Uuid => "uuid",
        /// A domain name with a full stop in it.
        Domain => "domain",
        /// An e-mail address of at most 254 characters.
        Email => "email",
        /// A date in the form `YYYY-MM-DD`.
        Date => "date",
        /// An instant with its offset.
        Instant => "instant",
        /// A text on one line without control characters.
        Line => "line",
        /// A text of several lines without control characters.
        Remark => "remark",
        /// The name of a person.
        Person => "person",
        /// The title of a person.
        Title => "title",
        /// A SHA-256 digest: 64 hexadecimal digits.
        Sha256 => "sha256",
        /// A country by its two letters.
        Country => "country",
        /// A name of the time zone database.
        TimeZone => "time-zone",
        /// A tag of a language.
        Language => "language",
        /// A duration of ISO 8601 without years and months.
        Duration => "duration",
        /// How many claims a write may end, as a dry run tells it.
        Confirmation => "confirmation",
        /// The digits of a mail.
        Code => "code",
        /// The number of an item.
        ItemNumber => "item-number",
        /// An address of `https` with a name, on port 443.
        HttpsUrl => "https-url",
    }
}

/// What would have been right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Hint {
    /// The code says it all.
    #[default]
    None,
    /// One of these codes or names.
    OneOf(&'static [&'static str]),
    /// A number from the first to the second.
    Within(u64, u64),
    /// At most so many characters, bytes or entries.
    AtMost(u64),
    /// A text of this form.
    Form(TextForm),
    /// A list with an entry in it.
    Entry,
}

/// What a pointer leads into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum PointsInto {
    /// The request's own body, or its query.
    #[default]
    Request,
    /// The claim that the request is about, in the form in which a partner submits it.
    Claim,
}

/// What is wrong with one field, by JSON Pointer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldError {
    /// Where: `/items/0/id`; empty for the whole.
    pub pointer: String,
    /// What is wrong with the field.
    pub code: FieldCode,
    /// What would have been right.
    pub hint: Hint,
    /// What the pointer leads into.
    pub into: PointsInto,
}

impl FieldError {
    /// An error at `pointer` of the request.
    pub fn new(pointer: impl Into<String>, code: FieldCode) -> Self {
        let (hint, into) = (Hint::default(), PointsInto::default());
        Self { pointer: pointer.into(), code, hint, into }
    }

    /// The same, about the claim as it is stored and not about what the request says.
    #[must_use]
    pub fn of_claim(self) -> Self {
        Self { into: PointsInto::Claim, ..self }
    }

    /// The same with what would have been right.
    #[must_use]
    pub fn with_hint(self, hint: Hint) -> Self {
        Self { hint, ..self }
    }
}
