//! Pages of the store's lists: a position within a request's cursor is the store's own.

use store::Cursor;
use web::{PageRequest, RequestError};

/// Where a page begins in the store's list, and how many entries it may have.
pub fn page_start(page: &PageRequest) -> Result<(Option<Cursor>, u16), RequestError> {
    let from = page.position.as_deref().map(serde_json::from_str).transpose();
    let limit = u16::try_from(page.limit).unwrap_or(u16::MAX);
    Ok((from.map_err(|_| RequestError::InvalidCursor)?, limit))
}

/// The position at which the next page begins.
pub fn next_position(cursor: Option<Cursor>) -> Option<String> {
    cursor.map(|cursor| position_of(&cursor))
}

/// The position of a place in a list.
pub fn position_of(cursor: &Cursor) -> String {
    serde_json::to_string(cursor).unwrap_or_default()
}
