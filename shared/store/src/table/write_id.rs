//! Write ids: by them a request knows its own write again after an answer was lost.

use data_encoding::HEXLOWER;

/// 64 random bits, new for every attempt to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WriteId(pub(crate) [u8; 8]);

impl WriteId {
    pub(crate) fn new() -> Self {
        Self(fastrand::u64(..).to_be_bytes())
    }

    /// The same as the client token of a transaction.
    pub(crate) fn token(self) -> String {
        HEXLOWER.encode(&self.0)
    }
}
