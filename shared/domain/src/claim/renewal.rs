//! A claim that goes on with what the same partner has: which associations it is to take the place of.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{AssociationId, ClaimId, ItemNo, MalformedId};

/// What a claim renews: the associations of another claim of the same partner, or one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Renewal {
    /// The claim whose associations are renewed.
    pub claim: ClaimId,
    /// The item whose association alone is renewed; `None`: those of all items.
    pub item: Option<ItemNo>,
}

impl Renewal {
    /// Reads the id of a claim or of an association.
    ///
    /// # Errors
    /// For a text that is neither.
    pub fn parse(text: &str) -> Result<Self, MalformedId> {
        if text.contains('-') {
            let AssociationId { claim, item } = AssociationId::parse(text)?;
            return Ok(Self { claim, item: Some(item) });
        }
        Ok(Self { claim: ClaimId::parse(text)?, item: None })
    }

    /// Whether the association of that item is renewed.
    pub fn covers(&self, no: ItemNo) -> bool {
        self.item.is_none_or(|own| own == no)
    }
}

impl fmt::Display for Renewal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.item {
            Some(item) => write!(f, "{}-{item}", self.claim),
            None => write!(f, "{}", self.claim),
        }
    }
}

impl TryFrom<String> for Renewal {
    type Error = MalformedId;

    fn try_from(text: String) -> Result<Self, MalformedId> {
        Self::parse(&text)
    }
}

impl From<Renewal> for String {
    fn from(renewal: Renewal) -> Self {
        renewal.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_and_an_association_are_read_and_printed_again() {
        let claim = "cbplyjelfz5a5xwmpnah5uzxk4";
        let all = Renewal::parse(claim).unwrap();
        assert_eq!((all.item, all.to_string()), (None, claim.to_owned()));
        let one = Renewal::parse(&format!("{claim}-3")).unwrap();
        assert_eq!((one.item, one.to_string()), (Some(ItemNo(3)), format!("{claim}-3")));
        assert!(one.covers(ItemNo(3)) && !one.covers(ItemNo(1)) && all.covers(ItemNo(1)));
        for wrong in ["", "-1", "cbplyjelfz5a5xwmpnah5uzxk4-", "cbplyjelfz5a5xwmpnah5uzxk4-0", "x"]
        {
            assert!(Renewal::parse(wrong).is_err(), "{wrong}");
        }
    }
}
