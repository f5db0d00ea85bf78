//! Reading and writing the attributes of an item: an absent or unknown value is an error with the
//! attribute's name, never a default.

use std::collections::HashMap;
use std::str::FromStr;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::DateTime;
use domain::claim::Instant;
use domain::ids::Sha256Hash;

use super::error::StoreError;

/// An item as the SDK has it.
pub(crate) type Attributes = HashMap<String, AttributeValue>;

pub(crate) fn text_value(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number_value(value: impl Into<i64>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

/// An instant, as milliseconds since 1970.
pub(crate) fn instant_value(value: Instant) -> AttributeValue {
    number_value(value.timestamp_millis())
}

pub(crate) fn bytes_value(value: impl Into<Vec<u8>>) -> AttributeValue {
    AttributeValue::B(Blob::new(value))
}

/// The key of an item.
pub(crate) fn item_key(pk: impl Into<String>, sk: impl Into<String>) -> Attributes {
    HashMap::from([("pk".to_owned(), text_value(pk)), ("sk".to_owned(), text_value(sk))])
}

/// Puts an attribute where there is a value.
pub(crate) fn put_value(item: &mut Attributes, name: &str, value: Option<AttributeValue>) {
    if let Some(value) = value {
        item.insert(name.to_owned(), value);
    }
}

/// The instant of that many milliseconds since 1970.
pub(crate) fn instant_from_millis(millis: i64) -> Option<Instant> {
    DateTime::from_timestamp_millis(millis)
}

/// An instant without what the table does not keep.
pub(crate) fn whole_millis(at: Instant) -> Instant {
    instant_from_millis(at.timestamp_millis()).unwrap_or(at)
}

/// Reads an item of a named kind.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    what: &'static str,
    item: &'a Attributes,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(what: &'static str, item: &'a Attributes) -> Self {
        Self { what, item }
    }

    /// The error that names this attribute.
    pub(crate) fn attribute_error(&self, name: &str) -> StoreError {
        StoreError::unreadable_attribute(self.what, name)
    }

    fn required_value<T>(&self, name: &str, value: Option<T>) -> Result<T, StoreError> {
        value.ok_or_else(|| self.attribute_error(name))
    }

    pub(crate) fn opt_text(&self, name: &str) -> Result<Option<&'a str>, StoreError> {
        let value = self.item.get(name);
        value
            .map(|value| value.as_s().map(String::as_str).map_err(|_| self.attribute_error(name)))
            .transpose()
    }

    pub(crate) fn read_text(&self, name: &str) -> Result<&'a str, StoreError> {
        self.required_value(name, self.opt_text(name)?)
    }

    pub(crate) fn opt_number<T: FromStr>(&self, name: &str) -> Result<Option<T>, StoreError> {
        let Some(value) = self.item.get(name) else { return Ok(None) };
        let parsed = value.as_n().ok().and_then(|value| value.parse().ok());
        self.required_value(name, parsed).map(Some)
    }

    pub(crate) fn read_number<T: FromStr>(&self, name: &str) -> Result<T, StoreError> {
        self.required_value(name, self.opt_number(name)?)
    }

    pub(crate) fn opt_bytes(&self, name: &str) -> Result<Option<&'a [u8]>, StoreError> {
        let value = self.item.get(name);
        value
            .map(|value| value.as_b().map(Blob::as_ref).map_err(|_| self.attribute_error(name)))
            .transpose()
    }

    pub(crate) fn opt_array<const N: usize>(
        &self,
        name: &str,
    ) -> Result<Option<[u8; N]>, StoreError> {
        let bytes = self.opt_bytes(name)?;
        bytes.map(|bytes| bytes.try_into().map_err(|_| self.attribute_error(name))).transpose()
    }

    pub(crate) fn read_array<const N: usize>(&self, name: &str) -> Result<[u8; N], StoreError> {
        self.required_value(name, self.opt_array(name)?)
    }

    pub(crate) fn opt_hash(&self, name: &str) -> Result<Option<Sha256Hash>, StoreError> {
        Ok(self.opt_array(name)?.map(Sha256Hash))
    }

    pub(crate) fn opt_instant(&self, name: &str) -> Result<Option<Instant>, StoreError> {
        let millis = self.opt_number(name)?;
        millis.map(|millis| self.required_value(name, instant_from_millis(millis))).transpose()
    }

    pub(crate) fn read_instant(&self, name: &str) -> Result<Instant, StoreError> {
        self.required_value(name, self.opt_instant(name)?)
    }

    /// A flag: present and true, or absent.
    pub(crate) fn read_flag(&self, name: &str) -> Result<bool, StoreError> {
        match self.item.get(name) {
            None => Ok(false),
            Some(AttributeValue::Bool(true)) => Ok(true),
            Some(_) => Err(self.attribute_error(name)),
        }
    }

    /// Bytes that unpack to `T`.
    pub(crate) fn read_packed<T>(
        &self,
        name: &str,
        unpack: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<T, StoreError> {
        let packed = self.required_value(name, self.opt_bytes(name)?)?;
        self.required_value(name, unpack(packed))
    }

    /// A text that parses as `T`.
    pub(crate) fn read_parsed<T, E>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, StoreError> {
        parse(self.read_text(name)?).map_err(|_| self.attribute_error(name))
    }

    /// The same, where it may be absent.
    pub(crate) fn opt_parsed<T, E>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, StoreError> {
        self.opt_text(name)?.map(parse).transpose().map_err(|_| self.attribute_error(name))
    }
}

/// The flag's attribute: there where it is set.
pub(crate) fn flag_value(set: bool) -> Option<AttributeValue> {
    set.then_some(AttributeValue::Bool(true))
}
