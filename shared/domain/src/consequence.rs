//! What becomes of a claim by a change of the directory or of a customer's rules, before it is written.

use crate::claim::{Claim, Instant};
use crate::command::{Command, DirectoryLoss, ItemSelection};
use crate::commands::change_consent::commands_demanded_by;
use crate::context::Context;
use crate::decide::decide;
use crate::event::EventBody;
use crate::evolve::evolve;
use crate::ids::ItemNo;
use crate::rejection::Rejection;
use crate::rules::StandingRules;

/// What becomes of a claim by a change of the directory, all steps together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Consequence {
    /// The items whose associations end.
    pub ended: Vec<ItemNo>,
    /// The undecided items that are rejected for good.
    pub rejected: Vec<ItemNo>,
    /// Whether the claim is held until somebody resumes it.
    pub held: bool,
    /// The items that a customer's rules decline.
    pub declined: Vec<ItemNo>,
    /// Whether silence becomes a "no" by a customer's rules.
    pub needs_yes: bool,
}

impl Consequence {
    /// What rules that a customer writes at `at` in place of `before` do to the claim: what they demand, and `before` did
    /// not.
    pub fn of_rules(
        claim: &Claim,
        before: &StandingRules,
        rules: &StandingRules,
        at: Instant,
    ) -> Self {
        let demanded = commands_demanded_by(before, claim, at);
        let mut all = Self::default();
        for command in commands_demanded_by(rules, claim, at) {
            if demanded.contains(&command) {
                continue;
            }
            all.needs_yes |= matches!(command, Command::ChangeConsent);
            if let Command::Decline { items: ItemSelection::These(items), .. } = command {
                all.declined.extend(items);
            }
        }
        all
    }

    /// Whether something is lost that nobody can bring back.
    pub fn is_final(&self) -> bool {
        !self.ended.is_empty() || !self.rejected.is_empty()
    }
}

/// What the loss would do to a claim if it were carried out by `context` until nothing is left to do. The claim stays
/// as it is.
///
/// # Errors
/// As those of the command, which the sweep would meet as well.
pub fn foresee_loss(
    claim: &Claim,
    what: &DirectoryLoss,
    context: &Context,
) -> Result<Consequence, Rejection> {
    let (mut claim, mut all) = (claim.clone(), Consequence::default());
    let command = Command::Vanish(what.clone());
    while let Some(event) = decide(Some(&claim), &command, context)? {
        if let EventBody::AssociationEnded { items, .. } = &event.body {
            all.ended.extend(items);
        }
        if let EventBody::Rejected { items, .. } = &event.body {
            all.rejected.extend(items);
        }
        all.held |= matches!(event.body, EventBody::Held { .. });
        let Ok(after) = evolve(Some(claim), &event) else { return Ok(all) };
        claim = after;
    }
    Ok(all)
}
