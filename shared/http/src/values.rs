//! Plain values of requests: from JSON, and from text.

use chrono::{DateTime, NaiveDate, Utc};
use domain::calendar::{CountryCode, Tz, UnknownSubdivision};
use domain::directory::{Locale, PartnerStatus, TenantItemState, TenantStatus};
use domain::ids::{
    Activity, FamilyId, ItemId, ItemNo, LocationId, PartnerId, ProductId, ProgramId, Sha256Hash,
    TenantId,
};
use domain::program::{Consent, EvidencePolicy, ItemKind, ProgramStatus, UsageHistory, Vouching};
use domain::reason::ReasonCode;
use domain::rejection::FieldCode;
use domain::text::{Comment, Domain, Email, Name, TextError};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A value that a request's field can hold.
pub(crate) trait Readable: Sized {
    /// Reads it, or says what is wrong with it.
    fn read(value: &Value) -> Result<Self, FieldCode>;
}

fn text(value: &Value) -> Result<&str, FieldCode> {
    value.as_str().ok_or(FieldCode::Malformed)
}

macro_rules! texts {
    ($($name:ty),*) => {$(
        impl Readable for $name {
            fn read(value: &Value) -> Result<Self, FieldCode> {
                Self::parse(text(value)?).map_err(text_code)
            }
        }
    )*};
}

/// The name of a person, as a partner types it.
pub(crate) struct PersonName(pub(crate) Name);

/// The title of a person, as a partner types it.
pub(crate) struct PersonTitle(pub(crate) Name);

impl Readable for PersonName {
    fn read(value: &Value) -> Result<Self, FieldCode> {
        Name::parse_person(text(value)?).map(Self).map_err(text_code)
    }
}

impl Readable for PersonTitle {
    fn read(value: &Value) -> Result<Self, FieldCode> {
        Name::parse_title(text(value)?).map(Self).map_err(text_code)
    }
}

fn text_code(error: TextError) -> FieldCode {
    match error {
        TextError::Malformed => FieldCode::Malformed,
        TextError::TooLong => FieldCode::TooLong,
    }
}

macro_rules! ids {
    ($($name:ty),*) => {$(
        impl Readable for $name {
            fn read(value: &Value) -> Result<Self, FieldCode> {
                Self::parse(text(value)?).map_err(|_| FieldCode::Malformed)
            }
        }
    )*};
}

macro_rules! words {
    ($($name:ty),*) => {$(
        impl Readable for $name {
            fn read(value: &Value) -> Result<Self, FieldCode> {
                word(value)
            }
        }
    )*};
}

texts!(Name, Email, Comment, Domain);
ids!(Activity, FamilyId, ItemId, LocationId, PartnerId, ProductId, ProgramId, Sha256Hash, TenantId);
words!(
    PartnerStatus,
    TenantStatus,
    TenantItemState,
    ProgramStatus,
    Consent,
    EvidencePolicy,
    UnknownSubdivision,
    Vouching,
    UsageHistory
);

/// One of a closed list of words, by the name it has on the wire.
fn word<T: DeserializeOwned>(value: &Value) -> Result<T, FieldCode> {
    T::deserialize(text(value).map(serde_json::Value::from)?).map_err(|_| FieldCode::Malformed)
}

impl Readable for ItemKind {
    fn read(value: &Value) -> Result<Self, FieldCode> {
        Self::parse(text(value)?).ok_or(FieldCode::Malformed)
    }
}

impl Readable for ReasonCode {
    fn read(value: &Value) -> Result<Self, FieldCode> {
        Self::parse(text(value)?).ok_or(FieldCode::Malformed)
    }
}

impl Readable for Locale {
    fn read(value: &Value) -> Result<Self, FieldCode> {
        Self::parse(text(value)?).ok_or(FieldCode::Malformed)
    }
}

impl Readable for CountryCode {
    fn read(value: &Value) -> Result<Self, FieldCode> {
        text(value)?.parse().map_err(|_| FieldCode::Malformed)
    }
}

impl Readable for Tz {
    fn read(value: &Value) -> Result<Self, FieldCode> {
        text(value)?.parse().map_err(|_| FieldCode::Malformed)
    }
}

impl Readable for NaiveDate {
    fn read(value: &Value) -> Result<Self, FieldCode> {
        date(text(value)?).ok_or(FieldCode::Malformed)
    }
}

impl Readable for DateTime<Utc> {
    fn read(value: &Value) -> Result<Self, FieldCode> {
        instant(text(value)?).ok_or(FieldCode::Malformed)
    }
}

impl Readable for String {
    fn read(value: &Value) -> Result<Self, FieldCode> {
        text(value).map(str::to_owned)
    }
}

impl Readable for bool {
    fn read(value: &Value) -> Result<Self, FieldCode> {
        value.as_bool().ok_or(FieldCode::Malformed)
    }
}

impl Readable for u32 {
    fn read(value: &Value) -> Result<Self, FieldCode> {
        value.as_u64().and_then(|number| number.try_into().ok()).ok_or(FieldCode::Malformed)
    }
}

impl Readable for u8 {
    fn read(value: &Value) -> Result<Self, FieldCode> {
        value.as_u64().and_then(|number| number.try_into().ok()).ok_or(FieldCode::Malformed)
    }
}

impl Readable for ItemNo {
    fn read(value: &Value) -> Result<Self, FieldCode> {
        let number = value.as_u64().and_then(|number| number.try_into().ok());
        number.filter(|number| *number > 0).map(Self).ok_or(FieldCode::Malformed)
    }
}

/// `YYYY-MM-DD`, and nothing that merely resembles it.
pub(crate) fn date(text: &str) -> Option<NaiveDate> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    (date.to_string() == text).then_some(date)
}

/// RFC 3339, in any offset.
pub(crate) fn instant(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.to_utc())
}
