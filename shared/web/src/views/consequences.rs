//! What a write to the directory would do to claims.

use domain::claim::Claim;
use domain::consequence::Consequence;
use domain::ids::ItemNo;
use serde::Serialize;
use utoipa::ToSchema;

use crate::words::{StatusWord, Word};

/// What a write would do to claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConsequencesView {
    /// What `confirm` must say for the write; `null` where nothing has to be confirmed. Of an outage it always is.
    #[schema(example = "3", required)]
    pub confirm: Option<String>,
    /// In how many claims associations end or items are rejected for good, or, of an outage, how many windows become
    /// longer; absent where not all claims were counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub count: Option<u32>,
    /// The same where not all claims were counted: there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub at_least: Option<u32>,
    /// How many further claims are held until somebody resumes them.
    pub held: u32,
    /// In how many claims a customer's rules decline items, or make silence a "no".
    pub touched_by_rules: u32,
    /// The first 100 of these claims: those that lose something before those that are held. Of an outage, those whose
    /// windows become longer, in the order in which they end.
    #[schema(max_items = 100)]
    pub claims: Vec<ClaimConsequenceView>,
}

/// What a write would do to a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClaimConsequenceView {
    /// The claim, by its id.
    pub claim_id: String,
    /// The partner whose claim it is.
    pub partner_id: String,
    /// The tenant whose items it names.
    #[schema(format = "uuid")]
    pub tenant_id: String,
    /// The program that it is in.
    pub program: String,
    /// Where the claim stands now.
    pub status: StatusWord,
    /// The numbers of the items whose associations end.
    pub ended: Vec<u8>,
    /// The numbers of the undecided items that are rejected for good.
    pub rejected: Vec<u8>,
    /// Whether the claim is held.
    pub held: bool,
    /// The numbers of the items that the customer's rules decline.
    pub declined: Vec<u8>,
    /// Whether silence becomes a "no" by the customer's rules.
    pub needs_yes: bool,
}

/// In how many claims something happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ConsequenceCounts {
    /// Associations end or items are rejected for good.
    pub lost: u32,
    /// The claim is held and loses nothing else.
    pub held: u32,
    /// A customer's rules decline items, or make silence a "no".
    pub touched_by_rules: u32,
    /// Whether all claims were counted.
    pub is_complete: bool,
}

/// How many claims are told.
const MOST_TOLD: usize = 100;

impl ConsequencesView {
    /// The view of the claims whose windows become longer; where they are not all, there are more.
    pub fn of_windows(claims: &[Claim], is_complete: bool) -> Self {
        let counted = u32::try_from(claims.len()).unwrap_or(u32::MAX);
        let nothing = Consequence::default();
        let told = claims.iter().take(MOST_TOLD).map(|claim| (claim, &nothing));
        let counts =
            ConsequenceCounts { lost: counted, is_complete, ..ConsequenceCounts::default() };
        let view = Self::of(told, counts);
        Self { confirm: view.confirm.or_else(|| Some(counted.to_string())), ..view }
    }

    /// The view of what would become of so many claims; `claims` are the first of them.
    pub fn of<'a>(
        claims: impl Iterator<Item = (&'a Claim, &'a Consequence)>,
        counts: ConsequenceCounts,
    ) -> Self {
        let ConsequenceCounts { lost, held, touched_by_rules, is_complete } = counts;
        let confirm = if is_complete {
            (lost > 0).then(|| lost.to_string())
        } else {
            Some(format!("{lost}+"))
        };
        Self {
            confirm,
            count: is_complete.then_some(lost),
            at_least: (!is_complete).then_some(lost),
            held,
            touched_by_rules,
            claims: claims.map(|(claim, own)| ClaimConsequenceView::of(claim, own)).collect(),
        }
    }
}

impl ClaimConsequenceView {
    fn of(claim: &Claim, consequence: &Consequence) -> Self {
        let numbers = |items: &[ItemNo]| items.iter().map(|no| no.0).collect();
        Self {
            claim_id: claim.id.to_string(),
            partner_id: claim.subject.partner.to_string(),
            tenant_id: claim.subject.tenant.to_string(),
            program: claim.subject.program.to_string(),
            status: Word(claim.status()),
            ended: numbers(&consequence.ended),
            rejected: numbers(&consequence.rejected),
            held: consequence.held,
            declined: numbers(&consequence.declined),
            needs_yes: consequence.needs_yes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_to_be_confirmed_is_the_number_and_says_where_it_is_not_the_whole() {
        let confirm = |lost, is_complete| {
            let counts = ConsequenceCounts { lost, is_complete, ..ConsequenceCounts::default() };
            let view = ConsequencesView::of(std::iter::empty(), counts);
            (view.confirm, view.count, view.at_least)
        };
        assert_eq!(confirm(0, true), (None, Some(0), None));
        assert_eq!(confirm(3, true), (Some("3".to_owned()), Some(3), None));
        assert_eq!(confirm(1000, false), (Some("1000+".to_owned()), None, Some(1000)));
    }

    #[test]
    fn that_no_window_becomes_longer_is_confirmed_as_well() {
        let view = ConsequencesView::of_windows(&[], true);
        assert_eq!((view.confirm.as_deref(), view.count), (Some("0"), Some(0)));
    }
}
