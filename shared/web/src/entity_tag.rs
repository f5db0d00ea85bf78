//! Entity tags (`docs/api.md §1.4`): a claim's is its version between quotes, that of an entry of the directory its
//! revision.

use std::fmt;

use domain::canonical;
use domain::ids::Version;
use domain::rules::StandingRules;
use domain::webhook::Webhook;

/// An entity tag without its quotes. It is strong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityTag(pub(crate) String);

/// How much of a digest stands in a tag: of a customer's blocks in that of the rules, of what was written in that of a
/// webhook.
const DIGEST_DIGITS: usize = 16;

impl EntityTag {
    /// The tag of a revision of an entry of the directory.
    pub fn of_revision(revision: u32) -> Self {
        Self(revision.to_string())
    }

    /// The tag of a customer's rules. A "no" leaves a block without a revision, and blocks end, so that the
    /// blocks that hold stand in it: nobody lifts a block by rules that were read before it.
    pub fn of_rules(revision: u32, rules: &StandingRules) -> Self {
        let digest = canonical::hash_canonical(&rules.blocks).to_string();
        Self(format!("{revision}-{}", digest.get(..DIGEST_DIGITS).unwrap_or(&digest)))
    }

    /// The tag of a webhook: a digest of what was written, and when it was created. How far it is and whether it succeeds
    /// does not stand in it.
    pub fn of_webhook(webhook: &Webhook) -> Self {
        let written = (webhook.created_at, &webhook.url, &webhook.types);
        let digest = canonical::hash_canonical(&written).to_string();
        Self(digest.get(..DIGEST_DIGITS).unwrap_or(&digest).to_owned())
    }

    /// The number that it begins with: a version, or a revision.
    pub(crate) fn leading_number(&self) -> Option<u32> {
        let text = self.0.split('-').next()?;
        let number: u32 = text.parse().ok()?;
        (number.to_string() == text).then_some(number)
    }

    pub(crate) fn version(&self) -> Option<Version> {
        self.leading_number().map(Version).filter(|version| version.to_string() == self.0)
    }
}

impl From<Version> for EntityTag {
    fn from(version: Version) -> Self {
        Self(version.to_string())
    }
}

impl fmt::Display for EntityTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0)
    }
}
