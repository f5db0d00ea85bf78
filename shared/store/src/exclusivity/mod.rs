//! Exclusivity: locks, blocks, and who else claims an item (`docs/domain.md §3`, *Exclusivity*).

pub(crate) mod block;
pub(crate) mod lock;
pub(crate) mod rivals;
pub(crate) mod superseded;
