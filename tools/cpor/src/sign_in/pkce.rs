//! What binds a code to who asked for it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::secret::SignInSecret;
use crate::api::Failure;

/// A verifier, of which the sign-in is told the digest first and the text with the code.
#[derive(Debug, Clone)]
pub struct Challenge {
    verifier: SignInSecret,
}

impl Challenge {
    /// A new one, of 256 random bits.
    pub fn random() -> Result<Self, Failure> {
        random_text().map(Self::of)
    }

    fn of(verifier: String) -> Self {
        Self { verifier: SignInSecret::new(verifier) }
    }

    /// What goes with the code.
    pub fn verifier(&self) -> &SignInSecret {
        &self.verifier
    }

    /// What the sign-in is told first: the SHA-256 of the verifier (`S256`).
    pub fn digest(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.reveal().as_bytes()))
    }
}

/// 256 random bits as text.
pub(crate) fn random_text() -> Result<String, Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| Failure::unreadable("random numbers", error))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_rfc_7636_appendix_b() {
        let challenge = Challenge::of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned());
        assert_eq!(challenge.digest(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn no_two_verifiers_are_the_same_and_each_has_43_characters() {
        let (one, two) = (random_text().unwrap(), random_text().unwrap());
        assert_ne!(one, two);
        assert_eq!((one.len(), two.len()), (43, 43));
    }
}
