//! Where the documents of evidence lie in their bucket. Nothing is read from the quarantine but by
//! the scan; what it found clean lies elsewhere, under the digest that was declared.

use domain::ids::{ClaimId, EvidenceId, Sha256Hash};

/// The place of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Whose evidence it is.
    pub claim: ClaimId,
    /// Which entry of the claim.
    pub id: EvidenceId,
    /// The digest that its entry declares.
    pub sha256: Sha256Hash,
}

const QUARANTINE: &str = "quarantine";
const CLEAN: &str = "clean";

impl Document {
    /// Where it is uploaded to.
    pub fn quarantine_key(&self) -> String {
        self.object_key(QUARANTINE)
    }

    /// Where it lies once it was found clean.
    pub fn clean_key(&self) -> String {
        self.object_key(CLEAN)
    }

    /// What the keys of a claim's documents in the quarantine begin with.
    pub fn quarantine_prefix(claim: &ClaimId) -> String {
        format!("{QUARANTINE}/{claim}/")
    }

    /// What the keys of a claim's clean documents begin with.
    pub fn clean_prefix(claim: &ClaimId) -> String {
        format!("{CLEAN}/{claim}/")
    }

    /// The document of a key of the quarantine; `None` for any other key.
    pub fn in_quarantine(key: &str) -> Option<Self> {
        Self::parse_key(QUARANTINE, key)
    }

    /// The document of a key of the clean ones; `None` for any other key.
    pub fn in_clean(key: &str) -> Option<Self> {
        Self::parse_key(CLEAN, key)
    }

    fn parse_key(prefix: &str, key: &str) -> Option<Self> {
        let mut parts = key.split('/');
        (parts.next()? == prefix).then_some(())?;
        let claim = ClaimId::parse(parts.next()?).ok()?;
        let id = EvidenceId::parse(parts.next()?).ok()?;
        let sha256 = Sha256Hash::parse(parts.next()?).ok()?;
        parts.next().is_none().then_some(Self { claim, id, sha256 })
    }

    fn object_key(&self, prefix: &str) -> String {
        format!("{prefix}/{}/{}/{}", self.claim, self.id, self.sha256)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_found_again_by_its_key_in_the_quarantine_and_by_no_other() {
        let document = Document {
            claim: ClaimId::from_bytes(*b"sixteen bytes id"),
            id: EvidenceId::parse("e1").unwrap(),
            sha256: Sha256Hash([7; 32]),
        };
        let key = document.quarantine_key();
        assert_eq!(Document::in_quarantine(&key), Some(document.clone()));
        assert_eq!(Document::in_clean(&document.clean_key()), Some(document.clone()));
        assert_eq!(Document::in_clean(&key), None);
        assert!(key.starts_with(&Document::quarantine_prefix(&document.claim)));
        assert!(document.clean_key().starts_with(&Document::clean_prefix(&document.claim)));
        let others = [document.clean_key(), format!("{key}/x"), format!("/{key}"), String::new()];
        for other in others {
            assert_eq!(Document::in_quarantine(&other), None, "{other}");
        }
    }

    mod fuzz {
        use super::*;

        #[test]
        fn a_key_is_that_of_the_document_that_it_names() {
            let key = format!("quarantine/{}/e1/{}", "a".repeat(26), "ab".repeat(32));
            let tally = ::fuzz::texts("document key", &[&key], |text| {
                let Some(document) = Document::in_quarantine(text) else { return false };
                assert!(document.quarantine_key().eq_ignore_ascii_case(text), "{text:?}");
                true
            });
            assert!(tally.accepted > 0 && tally.accepted < tally.inputs, "{tally:?}");
        }
    }
}
