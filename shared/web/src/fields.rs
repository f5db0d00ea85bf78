//! Reading a request's JSON field by field, so that every error is found and told at once, each at
//! its JSON Pointer (`docs/api.md §1.2`).

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use domain::rejection::{FieldCode, FieldError, Hint};
use serde_json::{Map, Value};

use crate::failure::RequestError;
use crate::values::{Readable, ValueError};

/// The pointer of a member of the value at `at`.
fn member_pointer(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn read_plain<T: Readable>(value: &Value, at: &str, errors: &mut Vec<FieldError>) -> Option<T> {
    T::from_json(value).map_err(|wrong| errors.push(wrong.at_pointer(at))).ok()
}

fn read_by_key<'v, K: Readable + Ord, T>(
    value: &'v Value,
    at: &str,
    most: usize,
    errors: &mut Vec<FieldError>,
    read: impl Fn(&'v Value, &str, &mut Vec<FieldError>) -> Option<T>,
) -> BTreeMap<K, T> {
    let Some(members) = value.as_object() else {
        errors.push(FieldError::new(at, FieldCode::WrongType));
        return BTreeMap::new();
    };
    if members.len() > most {
        errors.push(FieldError::new(at, FieldCode::TooLong));
        return BTreeMap::new();
    }
    let mut found = BTreeMap::new();
    for (key, value) in members {
        let at = member_pointer(at, key);
        let key = read_plain(&Value::String(key.clone()), &at, errors);
        if let Some((key, value)) = key.zip(read(value, &at, errors)) {
            found.insert(key, value);
        }
    }
    found
}

/// An object of a request while it is being read. What was asked for is known; what is left over at
/// the end is an unknown field.
pub(crate) struct BodyFields<'v> {
    members: Option<&'v Map<String, Value>>,
    at: String,
    known: Vec<&'static str>,
    errors: Vec<FieldError>,
}

impl<'v> BodyFields<'v> {
    /// The members of the whole body; where the body is no object, that is an error.
    pub(crate) fn of(body: &'v Value) -> Self {
        Self::new(body, String::new())
    }

    fn new(value: &'v Value, at: String) -> Self {
        let members = value.as_object();
        let errors = match members {
            Some(_) => Vec::new(),
            None => vec![FieldError::new(at.clone(), FieldCode::WrongType)],
        };
        Self { members, at, known: Vec::new(), errors }
    }

    /// Records an error at a field.
    pub(crate) fn report_error(&mut self, name: &str, code: FieldCode) {
        let pointer = self.member_pointer(name);
        self.errors.push(FieldError::new(pointer, code));
    }

    /// Records at a field what would have been right.
    pub(crate) fn refuse_value(&mut self, name: &str, wrong: ValueError) {
        let pointer = self.member_pointer(name);
        self.errors.push(wrong.at_pointer(pointer));
    }

    /// Records an error at a member of a field.
    pub(crate) fn report_member_error(&mut self, name: &str, member: &str, code: FieldCode) {
        let pointer = member_pointer(&self.member_pointer(name), member);
        self.errors.push(FieldError::new(pointer, code));
    }

    fn member_pointer(&self, name: &str) -> String {
        member_pointer(&self.at, name)
    }

    /// The member of that name; `null` counts as left out.
    fn find_member(&mut self, name: &'static str) -> Option<&'v Value> {
        self.known.push(name);
        self.members?.get(name).filter(|value| !value.is_null())
    }

    /// Whether a field is there and is `null`, where that is not the same as leaving it out.
    pub(crate) fn is_null(&mut self, name: &'static str) -> bool {
        self.known.push(name);
        self.members.and_then(|members| members.get(name)).is_some_and(Value::is_null)
    }

    /// A field that is taken and ignored, whatever it says: what is read can be written back.
    pub(crate) fn ignore_member(&mut self, name: &'static str) {
        self.known.push(name);
    }

    /// A field that may be left out.
    pub(crate) fn read_optional<T: Readable>(&mut self, name: &'static str) -> Option<T> {
        let value = self.find_member(name)?;
        match T::from_json(value) {
            Ok(read) => Some(read),
            Err(wrong) => {
                self.refuse_value(name, wrong);
                None
            }
        }
    }

    /// A field that must be there.
    pub(crate) fn read_required<T: Readable>(&mut self, name: &'static str) -> Option<T> {
        self.require_member(name);
        self.read_optional(name)
    }

    /// Reports a field that is not there, unless the whole object could not be read.
    fn require_member(&mut self, name: &'static str) {
        if self.members.is_some() && self.find_member(name).is_none() {
            self.report_error(name, FieldCode::Required);
        }
    }

    /// An object that may be left out.
    pub(crate) fn read_object<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut BodyFields<'v>) -> Option<T>,
    ) -> Option<T> {
        let value = self.find_member(name)?;
        let pointer = self.member_pointer(name);
        self.read_nested(value, pointer, read)
    }

    /// An object that must be there.
    pub(crate) fn required_object<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut BodyFields<'v>) -> Option<T>,
    ) -> Option<T> {
        self.require_member(name);
        self.read_object(name, read)
    }

    fn read_nested<T>(
        &mut self,
        value: &'v Value,
        pointer: String,
        read: impl FnOnce(&mut BodyFields<'v>) -> Option<T>,
    ) -> Option<T> {
        let mut inner = BodyFields::new(value, pointer);
        let found = read(&mut inner);
        self.errors.extend(inner.into_errors());
        found
    }

    /// The entries of a list, each with its pointer; too many are none. A list that is left out is
    /// empty, and `Required` is reported where that is too few.
    fn read_entries(
        &mut self,
        name: &'static str,
        count: &RangeInclusive<usize>,
    ) -> Vec<(String, &'v Value)> {
        let value = self.find_member(name);
        let list = match value {
            None => &[],
            Some(Value::Array(list)) => list.as_slice(),
            Some(_) => {
                self.report_error(name, FieldCode::WrongType);
                return Vec::new();
            }
        };
        if list.len() > *count.end() {
            let most = u64::try_from(*count.end()).unwrap_or(u64::MAX);
            self.refuse_value(
                name,
                ValueError { code: FieldCode::TooLong, hint: Hint::AtMost(most) },
            );
            return Vec::new();
        }
        if list.len() < *count.start() && self.members.is_some() {
            self.refuse_value(name, ValueError { code: FieldCode::Required, hint: Hint::Entry });
        }
        let at = self.member_pointer(name);
        list.iter().enumerate().map(|(no, value)| (format!("{at}/{no}"), value)).collect()
    }

    /// A list of objects; `None` where an entry could not be read, so that places keep their
    /// numbers.
    pub(crate) fn read_objects<T>(
        &mut self,
        name: &'static str,
        count: RangeInclusive<usize>,
        mut read: impl FnMut(&mut BodyFields<'v>) -> Option<T>,
    ) -> Vec<Option<T>> {
        let entries = self.read_entries(name, &count);
        entries.into_iter().map(|(at, value)| self.read_nested(value, at, &mut read)).collect()
    }

    /// A list of plain values, those that could be read.
    pub(crate) fn read_values<T: Readable>(
        &mut self,
        name: &'static str,
        count: RangeInclusive<usize>,
    ) -> Vec<T> {
        let mut values = Vec::new();
        for (at, value) in self.read_entries(name, &count) {
            match T::from_json(value) {
                Ok(read) => values.push(read),
                Err(wrong) => self.errors.push(wrong.at_pointer(at)),
            }
        }
        values
    }

    /// An object whose keys are data, with a plain value each: those that could be read, none where there are too many.
    pub(crate) fn read_map<K: Readable + Ord, T: Readable>(
        &mut self,
        name: &'static str,
        most: usize,
    ) -> BTreeMap<K, T> {
        let Some(value) = self.find_member(name) else { return BTreeMap::new() };
        let at = self.member_pointer(name);
        read_by_key(value, &at, most, &mut self.errors, read_plain)
    }

    /// The same, with such an object of at most `most_each` values each.
    pub(crate) fn read_nested_map<K: Readable + Ord, L: Readable + Ord, T: Readable>(
        &mut self,
        name: &'static str,
        most: usize,
        most_each: usize,
    ) -> BTreeMap<K, BTreeMap<L, T>> {
        let Some(value) = self.find_member(name) else { return BTreeMap::new() };
        let at = self.member_pointer(name);
        read_by_key(value, &at, most, &mut self.errors, |value, at, errors| {
            Some(read_by_key(value, at, most_each, errors, read_plain))
        })
    }

    /// Reports every entry of `name` whose key came before in the list.
    pub(crate) fn require_unique<K: Ord>(
        &mut self,
        name: &str,
        keys: impl IntoIterator<Item = Option<K>>,
    ) {
        let mut seen = std::collections::BTreeSet::new();
        for (no, key) in keys.into_iter().enumerate() {
            if key.is_some_and(|key| !seen.insert(key)) {
                let pointer = format!("{}/{no}", self.member_pointer(name));
                self.errors.push(FieldError::new(pointer, FieldCode::Duplicate));
            }
        }
    }

    /// Every error, with the fields that nobody asked for, in the order of the pointers.
    pub(crate) fn into_errors(mut self) -> Vec<FieldError> {
        let left: Vec<_> = self
            .members
            .into_iter()
            .flat_map(Map::keys)
            .filter(|name| !self.known.contains(&name.as_str()))
            .cloned()
            .collect();
        for name in left {
            self.report_error(&name, FieldCode::UnknownField);
        }
        self.errors.sort();
        self.errors.dedup();
        self.errors
    }

    /// What was read, if nothing was wrong.
    pub(crate) fn finish_reading<T>(self, read: Option<T>) -> Result<T, RequestError> {
        let mut errors = self.into_errors();
        match read {
            Some(read) if errors.is_empty() => Ok(read),
            Some(_) => Err(RequestError::Fields(errors)),
            None => {
                if errors.is_empty() {
                    errors.push(FieldError::new("", FieldCode::Malformed));
                }
                Err(RequestError::Fields(errors))
            }
        }
    }
}
