//! The keys under which the table names mailboxes: no key of an item holds an address, and nobody who reads keys can try
//! addresses out.

use std::fmt;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What the digests are about, so that none can stand in for another use of the secret.
const LABEL: &[u8] = b"cpor/mailbox/1\0";

/// The keys of a secret, the current one first: what was written under an older one is found as long as that is kept.
#[derive(Clone)]
pub struct MailboxKeys(Vec<Vec<u8>>);

impl MailboxKeys {
    /// `current` is the key of what is written now.
    pub fn new<'k>(current: &'k [u8], all: impl IntoIterator<Item = &'k [u8]>) -> Self {
        let others = all.into_iter().filter(|key| *key != current);
        let keys = std::iter::once(current).chain(others);
        Self(keys.map(<[u8]>::to_vec).collect())
    }

    /// What stands for a mailbox, an address in lower case, under each key, the current one first: HMAC-SHA-256 in
    /// hexadecimal.
    pub(crate) fn digests(&self, mailbox: &str) -> Vec<String> {
        self.0.iter().map(|key| digest(key, mailbox)).collect()
    }

    /// The same under the current key.
    pub(crate) fn current_digest(&self, mailbox: &str) -> String {
        self.digests(mailbox).into_iter().next().unwrap_or_default()
    }
}

fn digest(key: &[u8], mailbox: &str) -> String {
    // HMAC takes keys of any length: the error cannot come.
    let mac = Hmac::<Sha256>::new_from_slice(key)
        .unwrap_or_else(|_| Hmac::<Sha256>::new(&hmac::digest::Key::<Hmac<Sha256>>::default()));
    let mac = mac.chain_update(LABEL).chain_update(mailbox.as_bytes());
    HEXLOWER.encode(&mac.finalize().into_bytes())
}

impl fmt::Debug for MailboxKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailboxKeys(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_named_by_the_current_key_and_what_was_written_by_each() {
        let [old, new] = [b"the first key".as_slice(), b"the second key"];
        let before = MailboxKeys::new(old, [old]);
        let after = MailboxKeys::new(new, [old, new]);
        let of_new = after.current_digest("it@contoso.example");
        assert_eq!(
            after.digests("it@contoso.example"),
            [of_new.clone(), before.current_digest("it@contoso.example")]
        );
        assert_eq!(of_new.len(), 64);
        assert_ne!(of_new, after.current_digest("it@fabrikam.example"));
    }

    #[test]
    fn keys_do_not_print() {
        assert_eq!(format!("{:?}", MailboxKeys::new(b"secret", [])), "MailboxKeys(…)");
    }
}
