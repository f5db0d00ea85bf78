//! Write ids: by them a request knows its own write again after an answer was lost.

use data_encoding::HEXLOWER;

use super::random::random_bytes;

/// 64 random bits, new for every attempt to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WriteId(pub(crate) [u8; 8]);

impl WriteId {
    /// From the operating system's random source. Where it has none, which no function has met, the process's own
    /// numbers do: an id must be new, it need not be secret.
    pub(crate) fn new() -> Self {
        Self(random_bytes().unwrap_or_else(|_| fastrand::u64(..).to_be_bytes()))
    }

    /// The same as the client token of a transaction.
    pub(crate) fn client_token(self) -> String {
        HEXLOWER.encode(&self.0)
    }

    /// The id of such a token.
    pub(crate) fn of_token(token: &str) -> Option<Self> {
        Some(Self(HEXLOWER.decode(token.as_bytes()).ok()?.try_into().ok()?))
    }
}
