//! What nobody can guess, and what no two requests share: from the operating system's random source.

use super::error::StoreError;

/// Random bytes.
///
/// # Errors
/// `Unavailable` where the operating system has none.
pub(crate) fn random_bytes<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    let filled = getrandom::fill(&mut bytes);
    filled.map_err(|_| StoreError::Unavailable("no random source".into()))?;
    Ok(bytes)
}
