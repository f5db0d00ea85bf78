//! JSON in which no object has a name twice (RFC 8259 §4 leaves open what that means; here it means nothing).

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::failure::RequestError;

/// The JSON value of these bytes.
///
/// # Errors
/// [`RequestError::MalformedBody`] for what is no JSON, is nested too deep, or has a name twice in one object.
pub(crate) fn parse_json(bytes: &[u8]) -> Result<Value, RequestError> {
    let value = serde_json::from_slice::<UniqueMembers>(bytes);
    value.map(|value| value.0).map_err(|_| RequestError::MalformedBody)
}

/// A value in which each object has each of its names once.
struct UniqueMembers(Value);

impl<'de> Deserialize<'de> for UniqueMembers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue).map(Self)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value without a name twice")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element::<UniqueMembers>()? {
            list.push(item.0);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, member)) = members.next_entry::<String, UniqueMembers>()? {
            if object.insert(name, member.0).is_some() {
                return Err(A::Error::custom("a name twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_given_twice_is_malformed_at_any_depth() {
        for text in [
            r#"{"program":"a","program":"b"}"#,
            r#"{"program":"a","program":"a"}"#,
            r#"{"tenant":{"id":"a","id":"b"}}"#,
            r#"[{"a":1},{"b":[{"c":1,"c":2}]}]"#,
            r#"{"a":1,"\u0061":2}"#,
        ] {
            assert_eq!(parse_json(text.as_bytes()), Err(RequestError::MalformedBody), "{text}");
        }
    }

    #[test]
    fn everything_else_is_read_as_it_is() {
        let text = r#"{"a":[null,true,-1,18446744073709551615,0.5,"x\ny"],"b":{"a":1},"":{}}"#;
        let expected = json!({
            "a": [null, true, -1, 18_446_744_073_709_551_615_u64, 0.5, "x\ny"], "b": {"a": 1}, "": {},
        });
        assert_eq!(parse_json(text.as_bytes()), Ok(expected));
        let nested = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        for text in ["", "{", "{}x", "nul", "1e999", nested.as_str()] {
            assert_eq!(
                parse_json(text.as_bytes()),
                Err(RequestError::MalformedBody),
                "{}",
                text.len()
            );
        }
    }
}
