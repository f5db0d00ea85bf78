//! `change_consent`: the customer's standing rules make silence a "no" in a claim under way.

use crate::claim::{Basis, Claim, Instant, Item, ItemStatus};
use crate::command::{Command, ItemSelection};
use crate::commands::undo::undo_is_open;
use crate::context::Context;
use crate::decision::new_event;
use crate::decision::selection::items_with_status;
use crate::effects::declines_can_be_undone;
use crate::event::{Event, EventBody};
use crate::ids::NoticeNo;
use crate::reason::EndReason;
use crate::recipient::Decliners;
use crate::rule::{COMMANDS, Rule};
use crate::rules::StandingRules;

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(COMMANDS, "change consent");

/// Silence is a "no" from the moment of the rule on, also of what can wait for it again: a "no" may be taken back,
/// a rejection overturned. What silence made active meanwhile, although the rule came
/// before the window's end, ends.
pub(crate) fn decide(claim: &Claim, context: &Context) -> Option<Event> {
    let closes_at = claim.state.window().map(|window| window.closes_at);
    let before = closes_at.is_some_and(|closes_at| context.at < closes_at);
    let deemed = |status| {
        let ItemStatus::Active { basis: Basis::Deemed, effective_at } = status else {
            return false;
        };
        before && Some(effective_at) == closes_at
    };
    let items = items_with_status(claim, deemed);
    if !items.is_empty() {
        let at = context.at.max(claim.last_event.at);
        let body = EventBody::AssociationEnded { items, reason: EndReason::CustomerRevoked, at };
        return Some(new_event(claim, context, body));
    }
    let waits = claim.state.is_open() && claim.undecided_items().next().is_some();
    let may_wait = undo_is_open(claim, context.at)
        || (claim.state.can_be_overturned() && !claim.is_final(context.at));
    let in_window = closes_at.is_none_or(|closes_at| context.at < closes_at);
    let changes = !claim.subject.explicit_yes && (waits || may_wait) && in_window;
    changes.then(|| new_event(claim, context, EventBody::ConsentChanged))
}

/// What the standing rules, as they were written at `at`, demand of a claim under way: silence is a "no" where a yes
/// is asked for, and what they block is declined, if the claim had a notice.
pub fn commands_demanded_by(rules: &StandingRules, claim: &Claim, at: Instant) -> Vec<Command> {
    let yes = rules.needs_explicit_yes(&claim.subject.program).then_some(Command::ChangeConsent);
    let closes_at = claim.state.window().map(|window| window.closes_at);
    let is_touched = |status| match status {
        ItemStatus::Proposed | ItemStatus::Pending => claim.state.is_open(),
        ItemStatus::Active { basis: Basis::Deemed, effective_at } => {
            Some(effective_at) == closes_at && at < effective_at
        }
        // A "no" of somebody else's can be taken back; this one then stands.
        ItemStatus::Declined { by, settled: false, no_answer: false, .. } => {
            declines_can_be_undone(&claim.state) && !by.contains(Decliners::ADMINISTRATOR)
        }
        ItemStatus::Active { .. }
        | ItemStatus::Declined { .. }
        | ItemStatus::Ended { .. }
        | ItemStatus::Dropped
        | ItemStatus::Withdrawn
        | ItemStatus::Rejected => false,
    };
    let blocked = |item: &&Item| {
        is_touched(claim.item_status(item))
            && rules.blocks_claim(&claim.subject.partner, &claim.item_ref(item), at)
    };
    let items: Vec<_> = claim.items.iter().filter(blocked).map(|item| item.no).collect();
    let had_notice = claim.notice != NoticeNo::default();
    let decline = (had_notice && !items.is_empty())
        .then_some(Command::Decline { items: ItemSelection::These(items), motive: None });
    decline.into_iter().chain(yes).collect()
}

/// Silence is a "no".
pub(crate) fn apply(claim: &mut Claim) {
    claim.subject.explicit_yes = true;
}
