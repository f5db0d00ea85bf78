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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_are_the_same_and_none_is_zero() {
        let all: Vec<[u8; 16]> = (0..8).map(|_| random_bytes().unwrap()).collect();
        let different: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
        assert!(!all.contains(&[0; 16]));
    }
}
