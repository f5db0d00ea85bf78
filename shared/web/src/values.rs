//! Plain values of requests: from JSON, and from text.

use chrono::{DateTime, NaiveDate, Utc};
use domain::calendar::{CountryCode, Tz, UnknownSubdivision};
use domain::claim::Renewal;
use domain::directory::{Locale, PartnerStatus, TenantItemState, TenantStatus};
use domain::ids::{
    Activity, FamilyId, ItemId, ItemNo, LocationId, PartnerId, ProductId, ProgramId, Sha256Hash,
    StaffId, TenantId,
};
use domain::motive::Motive;
use domain::partner_news::PartnerTopic;
use domain::program::{Consent, EvidencePolicy, ItemKind, ProgramStatus, UsageHistory, Vouching};
use domain::reason::ReasonCode;
use domain::rejection::{FieldCode, FieldError, Hint, TextForm};
use domain::text::{Comment, Domain, Email, Name, TextError};
use serde_json::Value;

/// Why a value was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ValueError {
    pub(crate) code: FieldCode,
    pub(crate) hint: Hint,
}

impl ValueError {
    /// Not of that form.
    pub(crate) fn wrong_form(form: TextForm) -> Self {
        Self { code: FieldCode::Malformed, hint: Hint::Form(form) }
    }

    /// None of these codes.
    pub(crate) fn one_of(known: &'static [&'static str]) -> Self {
        Self { code: FieldCode::UnknownCode, hint: Hint::OneOf(known) }
    }

    /// A number outside of that range.
    pub(crate) fn out_of_range(least: u64, most: u64) -> Self {
        Self { code: FieldCode::OutOfRange, hint: Hint::Within(least, most) }
    }

    /// The error at `pointer`.
    pub(crate) fn at_pointer(self, pointer: impl Into<String>) -> FieldError {
        FieldError::new(pointer, self.code).with_hint(self.hint)
    }
}

impl From<FieldCode> for ValueError {
    fn from(code: FieldCode) -> Self {
        Self { code, hint: Hint::None }
    }
}

/// A value that a request's field can hold.
pub(crate) trait Readable: Sized {
    /// Reads it, or says what is wrong with it.
    fn from_json(value: &Value) -> Result<Self, ValueError>;
}

pub(crate) fn read_text(value: &Value) -> Result<&str, ValueError> {
    value.as_str().ok_or_else(|| FieldCode::WrongType.into())
}

/// What is wrong with a text of that form, of at most `most` characters.
fn text_error(error: TextError, form: TextForm, most: u64) -> ValueError {
    match error {
        TextError::Malformed => ValueError::wrong_form(form),
        TextError::TooShort => FieldCode::TooShort.into(),
        TextError::TooLong => ValueError { code: FieldCode::TooLong, hint: Hint::AtMost(most) },
    }
}

macro_rules! texts {
    ($($name:ty, $form:ident, $most:literal;)*) => {$(
        impl Readable for $name {
            fn from_json(value: &Value) -> Result<Self, ValueError> {
                Self::parse(read_text(value)?)
                    .map_err(|error| text_error(error, TextForm::$form, $most))
            }
        }
    )*};
}

/// The name of a person, as a partner types it.
pub(crate) struct PersonName(pub(crate) Name);

impl PersonName {
    fn parse(text: &str) -> Result<Self, TextError> {
        Name::parse_person(text).map(Self)
    }
}

/// The title of a person, as a partner types it.
pub(crate) struct PersonTitle(pub(crate) Name);

impl PersonTitle {
    fn parse(text: &str) -> Result<Self, TextError> {
        Name::parse_title(text).map(Self)
    }
}

macro_rules! forms {
    ($($form:ident: $($name:ty),*;)*) => {$($(
        impl Readable for $name {
            fn from_json(value: &Value) -> Result<Self, ValueError> {
                Self::parse(read_text(value)?).map_err(|_| ValueError::wrong_form(TextForm::$form))
            }
        }
    )*)*};
}

macro_rules! codes {
    ($($name:ty),* $(,)?) => {$(
        impl Readable for $name {
            fn from_json(value: &Value) -> Result<Self, ValueError> {
                Self::parse(read_text(value)?).ok_or_else(|| ValueError::one_of(Self::NAMES))
            }
        }
    )*};
}

texts! {
    Name, Line, 200;
    PersonName, Person, 80;
    PersonTitle, Title, 80;
    Email, Email, 254;
    Comment, Remark, 2000;
    Domain, Domain, 253;
}
forms! {
    Id: Activity, FamilyId, ItemId, LocationId, PartnerId, ProductId, ProgramId, StaffId;
    Sha256: Sha256Hash;
    Uuid: TenantId;
}
codes!(
    PartnerStatus,
    PartnerTopic,
    TenantStatus,
    TenantItemState,
    ProgramStatus,
    Consent,
    EvidencePolicy,
    UnknownSubdivision,
    Vouching,
    UsageHistory,
    ItemKind,
    ReasonCode,
    Motive,
);

/// Why a customer acts: one of a customer's motives.
pub(crate) struct CustomerMotive(pub(crate) Motive);

impl Readable for CustomerMotive {
    fn from_json(value: &Value) -> Result<Self, ValueError> {
        let named =
            Motive::parse(read_text(value)?).filter(|own| Motive::OF_CUSTOMER.contains(own));
        named.map(Self).ok_or_else(|| ValueError::one_of(Motive::CUSTOMER_NAMES))
    }
}

/// Why a partner acts: one of a partner's motives.
pub(crate) struct PartnerMotive(pub(crate) Motive);

impl Readable for PartnerMotive {
    fn from_json(value: &Value) -> Result<Self, ValueError> {
        let named = Motive::parse(read_text(value)?).filter(|own| Motive::OF_PARTNER.contains(own));
        named.map(Self).ok_or_else(|| ValueError::one_of(Motive::PARTNER_NAMES))
    }
}

impl Readable for Renewal {
    fn from_json(value: &Value) -> Result<Self, ValueError> {
        Self::parse(read_text(value)?).map_err(|_| ValueError::wrong_form(TextForm::Id))
    }
}

impl Readable for Locale {
    fn from_json(value: &Value) -> Result<Self, ValueError> {
        Self::parse(read_text(value)?).ok_or_else(|| ValueError::wrong_form(TextForm::Language))
    }
}

impl Readable for CountryCode {
    fn from_json(value: &Value) -> Result<Self, ValueError> {
        read_text(value)?.parse().map_err(|_| ValueError::wrong_form(TextForm::Country))
    }
}

impl Readable for Tz {
    fn from_json(value: &Value) -> Result<Self, ValueError> {
        read_text(value)?.parse().map_err(|_| ValueError::wrong_form(TextForm::TimeZone))
    }
}

impl Readable for NaiveDate {
    fn from_json(value: &Value) -> Result<Self, ValueError> {
        parse_date(read_text(value)?).ok_or_else(|| ValueError::wrong_form(TextForm::Date))
    }
}

impl Readable for DateTime<Utc> {
    fn from_json(value: &Value) -> Result<Self, ValueError> {
        parse_instant(read_text(value)?).ok_or_else(|| ValueError::wrong_form(TextForm::Instant))
    }
}

impl Readable for String {
    fn from_json(value: &Value) -> Result<Self, ValueError> {
        read_text(value).map(str::to_owned)
    }
}

impl Readable for bool {
    fn from_json(value: &Value) -> Result<Self, ValueError> {
        value.as_bool().ok_or_else(|| FieldCode::WrongType.into())
    }
}

/// The most that a number of a request can be: what every client has as an integer of 32 bits with a sign.
const MOST: u64 = 2_147_483_647;

/// A whole number in that range.
fn read_number<T: TryFrom<u64>>(value: &Value, least: u64, most: u64) -> Result<T, ValueError> {
    if !value.is_i64() && !value.is_u64() {
        return Err(FieldCode::WrongType.into());
    }
    let within = value.as_u64().filter(|number| (least..=most).contains(number));
    within
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(|| ValueError::out_of_range(least, most))
}

impl Readable for u32 {
    fn from_json(value: &Value) -> Result<Self, ValueError> {
        read_number(value, 0, MOST)
    }
}

impl Readable for u8 {
    fn from_json(value: &Value) -> Result<Self, ValueError> {
        read_number(value, 0, u8::MAX.into())
    }
}

impl Readable for ItemNo {
    fn from_json(value: &Value) -> Result<Self, ValueError> {
        read_number(value, 1, u8::MAX.into()).map(Self)
    }
}

/// `YYYY-MM-DD`, and nothing that merely resembles it.
pub(crate) fn parse_date(text: &str) -> Option<NaiveDate> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    (date.to_string() == text).then_some(date)
}

/// RFC 3339, in any offset.
pub(crate) fn parse_instant(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.to_utc())
}
