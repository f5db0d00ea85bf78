//! The operator's secrets, from which every token and code of a notice comes.

use std::collections::BTreeMap;
use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The keys by number. New tokens bear the current one; a link that was sent under an older key
/// stays valid as long as that key is kept, and decision links never expire (`docs/domain.md §5`).
#[derive(Clone)]
pub struct LinkKeys {
    current: u8,
    keys: BTreeMap<u8, Vec<u8>>,
}

/// A secret that cannot serve: a deployment's fault, found when a function starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkKeysError {
    /// `current` names no key.
    #[error("the current link key is missing")]
    NoCurrent,
    /// A key of fewer than 16 bytes.
    #[error("a link key is too short")]
    TooShort,
}

/// The least number of bytes of a key: as many as of the MAC's own strength.
const MIN_KEY_BYTES: usize = 16;

/// What a MAC is about. One secret serves several purposes, and none of the results can stand in for
/// another.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Label {
    /// The token of a recipient's link.
    Token,
    /// The six digits beside it.
    DecisionCode,
    /// The code by which a recipient's notice proves genuine.
    NoticeCode,
    /// The ten digits of a receipt.
    UndoCode,
    /// The token of a link to an overview.
    OverviewToken,
    /// The six digits beside it.
    OverviewCode,
    /// The pseudonym of the contact that it speaks for.
    OverviewContact,
    /// The token of a link of the form without recipients.
    OldToken,
    /// The six digits beside such a link.
    OldDecisionCode,
    /// The code by which such a notice proves genuine.
    OldNoticeCode,
}

impl Label {
    fn as_bytes(self) -> &'static [u8] {
        match self {
            Self::Token => b"cpor/link-token/2",
            Self::DecisionCode => b"cpor/decision-code/2",
            Self::NoticeCode => b"cpor/notice-code/2",
            Self::UndoCode => b"cpor/undo-code/1",
            Self::OverviewToken => b"cpor/overview-token/1",
            Self::OverviewCode => b"cpor/overview-code/1",
            Self::OverviewContact => b"cpor/overview-contact/1",
            Self::OldToken => b"cpor/link-token/1",
            Self::OldDecisionCode => b"cpor/decision-code/1",
            Self::OldNoticeCode => b"cpor/notice-code/1",
        }
    }
}

impl LinkKeys {
    /// The keys `all`, of which `current` makes new tokens.
    pub fn new(
        current: u8,
        all: impl IntoIterator<Item = (u8, Vec<u8>)>,
    ) -> Result<Self, LinkKeysError> {
        let keys: BTreeMap<_, _> = all.into_iter().collect();
        if !keys.contains_key(&current) {
            return Err(LinkKeysError::NoCurrent);
        }
        if keys.values().any(|key| key.len() < MIN_KEY_BYTES) {
            return Err(LinkKeysError::TooShort);
        }
        Ok(Self { current, keys })
    }

    /// Whether there is a key of that number.
    pub fn has_key(&self, key: u8) -> bool {
        self.keys.contains_key(&key)
    }

    /// The numbers of all keys, the newest first.
    pub(crate) fn newest_first(&self) -> impl Iterator<Item = u8> {
        self.keys.keys().rev().copied()
    }

    /// The number of the key that makes new tokens.
    pub(crate) fn current_key(&self) -> u8 {
        self.current
    }

    /// A MAC in progress under the key of that number. An unknown number gets a key of zeros and
    /// `false`, so that a foreign token takes as long as a tampered one.
    pub(crate) fn new_mac(&self, key: u8, label: Label) -> (Hmac<Sha256>, bool) {
        let known = self.keys.get(&key);
        let bytes = known.map_or([0; 32].as_slice(), Vec::as_slice);
        // HMAC takes keys of any length: the error cannot come.
        let mac = Hmac::<Sha256>::new_from_slice(bytes)
            .unwrap_or_else(|_| Hmac::<Sha256>::new(&hmac::digest::Key::<Hmac<Sha256>>::default()));
        (mac.chain_update(label.as_bytes()).chain_update([0, key]), known.is_some())
    }
}

impl fmt::Debug for LinkKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkKeys(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_cannot_serve_are_refused_before_a_mail_goes_out() {
        let check = |current, key: &[u8]| LinkKeys::new(current, [(1, key.to_vec())]).unwrap_err();
        assert_eq!(check(2, b"0123456789abcdef"), LinkKeysError::NoCurrent);
        assert_eq!(check(1, b"short"), LinkKeysError::TooShort);
    }

    #[test]
    fn keys_do_not_print() {
        let keys = LinkKeys::new(1, [(1, b"0123456789abcdef".to_vec())]).unwrap();
        assert_eq!(format!("{keys:?}"), "LinkKeys(…)");
    }
}
