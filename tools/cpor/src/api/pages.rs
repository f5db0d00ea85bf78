//! Lists, page by page (`docs/api.md §1.6`).

use std::ops::ControlFlow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::failure::Failure;
use super::request::Request;
use super::session::Session;

/// What a segment of a path has as it is.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The parameters of a query.
#[derive(Debug, Clone, Default)]
pub struct Query(Vec<(&'static str, String)>);

impl Query {
    /// The query with one more parameter, if it has a value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        self.0.extend(value.map(|value| (name, value.into())));
        self
    }

    /// The query with a parameter for each value.
    #[must_use]
    pub fn with_each(mut self, name: &'static str, values: &[String]) -> Self {
        self.0.extend(values.iter().map(|value| (name, value.clone())));
        self
    }

    /// A path with the query behind it.
    pub fn of_path(&self, path: &str) -> String {
        if self.0.is_empty() {
            return path.to_owned();
        }
        let mut query = Serializer::new(String::new());
        query.extend_pairs(&self.0);
        format!("{path}?{}", query.finish())
    }
}

/// A text as one segment of a path.
///
/// ```
/// assert_eq!(cpor::api::encode_segment("a/b?c d"), "a%2Fb%3Fc%20d");
/// ```
pub fn encode_segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// Reads a list until it ends or `take` has enough. `take` is given each entry, and what else the page says.
pub fn read_pages(
    session: &mut Session,
    path: &str,
    query: &Query,
    mut take: impl FnMut(&Value, &Value) -> Result<ControlFlow<()>, Failure>,
) -> Result<(), Failure> {
    let mut cursor: Option<String> = None;
    loop {
        let path = query.clone().with("cursor", cursor.clone()).of_path(path);
        let page = session.call(&Request::get(path))?.json()?;
        for entry in page.get("items").and_then(Value::as_array).into_iter().flatten() {
            if take(entry, &page)?.is_break() {
                return Ok(());
            }
        }
        let next = page.get("next_cursor").and_then(Value::as_str).map(str::to_owned);
        match next {
            None => return Ok(()),
            Some(next) if cursor.as_ref() == Some(&next) => {
                return Err(Failure::Unreachable("the list goes round in a circle".to_owned()));
            }
            Some(next) => cursor = Some(next),
        }
    }
}
