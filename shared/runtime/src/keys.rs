//! The keys that links and codes are signed with, and those of cursors (`docs/architecture.md §4`).

use std::collections::BTreeMap;
use std::fmt;

use aws_sdk_secretsmanager::Client;

use crate::telemetry::error_chain;

/// Secrets by key id. New links use the current one; older ones stay, since links never expire.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys {
    /// The id of the key for what is signed now.
    pub current: u8,
    /// Every secret, by its key id.
    pub secrets: BTreeMap<u8, Vec<u8>>,
}

/// Why there are no keys. Tells nothing of the secret itself.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The secret could not be read.
    #[error("cannot read the secret {id}: {reason}")]
    Unread {
        /// The id by which the secret was asked for.
        id: String,
        /// What the SDK says.
        reason: String,
    },
    /// It is not the JSON that it should be.
    #[error(
        "the secret is not a JSON object of texts with \"current\" and secrets under key ids 1–255"
    )]
    Malformed,
    /// Its keys cannot serve what they are for.
    #[error("the keys of the secret cannot serve: {0}")]
    Unfit(String),
    /// `current` names a key that is not there.
    #[error("the secret has no key {0}, its current one")]
    CurrentMissing(u8),
}

impl Keys {
    /// Reads `{"current": "1", "1": "<secret>", …}`.
    ///
    /// ```
    /// let keys = runtime::Keys::parse(r#"{"current": "2", "1": "old", "2": "new"}"#)?;
    /// assert_eq!((keys.current, keys.current_secret()), (2, "new".as_bytes()));
    /// # Ok::<(), runtime::keys::KeysError>(())
    /// ```
    ///
    /// # Errors
    /// If it is of another form, a key is empty, or the current one is missing.
    pub fn parse(json: &str) -> Result<Self, KeysError> {
        let malformed = |_| KeysError::Malformed;
        let mut texts: BTreeMap<String, String> = serde_json::from_str(json).map_err(malformed)?;
        let current = texts.remove("current").ok_or(KeysError::Malformed)?;
        let current = key_id(&current)?;
        let secrets: BTreeMap<_, _> =
            texts.into_iter().map(parse_secret).collect::<Result<_, _>>()?;
        if !secrets.contains_key(&current) {
            return Err(KeysError::CurrentMissing(current));
        }
        Ok(Self { current, secrets })
    }

    /// The secret for what is signed now.
    pub fn current_secret(&self) -> &[u8] {
        self.secrets.get(&self.current).map_or(&[], Vec::as_slice)
    }
}

fn key_id(text: &str) -> Result<u8, KeysError> {
    text.parse().ok().filter(|id| *id > 0).ok_or(KeysError::Malformed)
}

fn parse_secret((id, secret): (String, String)) -> Result<(u8, Vec<u8>), KeysError> {
    if secret.is_empty() {
        return Err(KeysError::Malformed);
    }
    Ok((key_id(&id)?, secret.into_bytes()))
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<_> = self.secrets.keys().collect();
        f.debug_struct("Keys").field("current", &self.current).field("ids", &ids).finish()
    }
}

/// Reads the keys of a secret, once, at the start.
///
/// # Errors
/// If the secret cannot be read or is not what it should be.
pub async fn load_keys(client: &Client, secret_id: &str) -> Result<Keys, KeysError> {
    let unread = |reason: String| KeysError::Unread { id: secret_id.to_owned(), reason };
    let answer = client.get_secret_value().secret_id(secret_id).send().await;
    let answer = answer.map_err(|error| unread(error_chain(&error)))?;
    let json = answer.secret_string().ok_or_else(|| unread("it holds no text".to_owned()))?;
    Keys::parse(json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_secret_is_one_key() {
        let keys = Keys::parse(r#"{"current":"1","1":"s3cret"}"#).unwrap();
        assert_eq!((keys.current, keys.current_secret()), (1, b"s3cret".as_slice()));
    }

    #[test]
    fn a_secret_of_another_form_is_refused_without_showing_it() {
        for json in [
            "",
            "[]",
            "{}",
            r#"{"1":"s3cret"}"#,
            r#"{"current":"1"}"#,
            r#"{"current":"1","1":""}"#,
            r#"{"current":"0","0":"s3cret"}"#,
            r#"{"current":"1","1":"s3cret","x":"s3cret"}"#,
        ] {
            let error = Keys::parse(json).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{json}");
        }
    }

    #[test]
    fn keys_do_not_print() {
        let keys = Keys::parse(r#"{"current":"1","1":"s3cret"}"#).unwrap();
        assert_eq!(format!("{keys:?}"), "Keys { current: 1, ids: [1] }");
    }
}
