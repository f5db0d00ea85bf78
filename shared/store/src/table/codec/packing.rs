//! Items, their exceptions and reasons, packed: ten items leave room in a kilobyte.

mod bytes;
mod ids;
mod marks;
mod reasons;

pub(crate) use bytes::{Bytes, pack_instant};
pub(crate) use ids::{id_of, pack_id, pack_items, packed_id, unpack_id, unpack_items};
pub(crate) use marks::{pack_marks, unpack_marks};
pub(crate) use reasons::{pack_reasons, unpack_reasons};
