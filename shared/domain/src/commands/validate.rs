//! `validate`: a reviewer finds the claim right, and the customer is to be told.

use crate::actor::{Actor, StaffRole};
use crate::claim::{Claim, Instant, Item, Mark};
use crate::command::{ClaimInput, CommandKind};
use crate::context::{Context, Rival, RivalStatus};
use crate::decision::deadlines::{delivery_deadline, window_can_be_counted};
use crate::decision::remark::with_remark;
use crate::decision::renewal::is_renewed;
use crate::decision::standing::refuse_blocked;
use crate::decision::two_people::reviewed_list;
use crate::decision::{Decision, invalid_state, new_event};
use crate::eligibility::{self, EvidenceMoments};
use crate::event::{Event, EventBody};
use crate::ids::{ClaimId, ItemNo, NoticeNo, Sha256Hash};
use crate::program::ItemRef;
use crate::reason::ReasonCode;
use crate::rejection::{FieldCode, FieldError, Rejection};
use crate::rule::{COMMANDS, Rule};
use crate::text::Comment;
use crate::transition::start_notice;
use crate::{content, program};

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(COMMANDS, "validate");

/// A reviewer finds the claim right: the customer is to be told.
pub(crate) fn decide(
    claim: &Claim,
    drop: &[(ItemNo, ReasonCode)],
    comment: Option<&Comment>,
    context: &Context,
) -> Decision {
    let kept = without_dropped(claim, drop);
    let contested = remaining_rivals(claim, drop, context).next().is_some();
    // What is another claim's next is busy: nobody can award it.
    let is_arbitrated =
        remaining_rivals(claim, drop, context).any(|rival| rival.standing != RivalStatus::Next);
    if is_arbitrated && !is_operator(&context.actor) {
        return Err(Rejection::RoleNotAllowed);
    }
    every_holder_is_heard(claim, drop, context)?;
    if context.places.customer.is_some() {
        window_can_be_counted(claim, CommandKind::Validate, context)?;
    }
    let mut errors = [drop_problems(claim, drop, &kept), check_eligible(&kept, context)].concat();
    if is_arbitrated && comment.is_none() {
        errors.push(FieldError::new("/comment", FieldCode::Required));
    }
    if !errors.is_empty() {
        return Err(Rejection::Fields(errors));
    }
    check_admissible(&kept, drop, context)?;
    let recipients = context.facts.recipients.as_ref();
    let list = reviewed_list(claim, recipients, context)?.ok_or(Rejection::ContactUnverified)?;
    // Last, since what is refused for another reason takes none of the month's notices.
    if let Some(retry_after_s) = context.facts.over_quota {
        return Err(Rejection::QuotaExceeded { retry_after_s });
    }
    let rules = context.facts.tenant.as_ref().map(|tenant| &tenant.rules);
    let body = EventBody::Validated {
        explicit_yes: rules.is_some_and(|rules| rules.needs_explicit_yes(&claim.subject.program)),
        dropped: drop.iter().map(|(no, _)| *no).collect(),
        contested,
        notice: list.notice,
        content_hash: content::content_hash(&kept, &context.policy),
        deliver_by: delivery_deadline(context),
    };
    let event = with_remark(comment, new_event(claim, context, body));
    Ok(Some(Event { recipients: Some(Box::new(list)), ..event }))
}

/// The notice is due, and what the reviewer dropped is out.
pub(crate) fn apply(
    claim: &mut Claim,
    dropped: &[ItemNo],
    contested: bool,
    notice: NoticeNo,
    content_hash: Sha256Hash,
    deliver_by: Instant,
) {
    claim.mark_items(dropped, Some(Mark::Dropped));
    settle_declines(claim);
    claim.contested = contested;
    claim.defence_until = None;
    claim.content_hash = Some(content_hash);
    start_notice(claim, notice, deliver_by);
}

/// What the customer declined before this review stays so in every window that it leads to.
fn settle_declines(claim: &mut Claim) {
    for item in &mut claim.items {
        if let Some(Mark::Declined { settled, .. }) = &mut item.mark {
            *settled = true;
        }
    }
}

/// The claim without the dropped items.
fn without_dropped(claim: &Claim, drop: &[(ItemNo, ReasonCode)]) -> Claim {
    let mut kept = claim.clone();
    let numbers: Vec<_> = drop.iter().map(|(no, _)| *no).collect();
    kept.mark_items(&numbers, Some(Mark::Dropped));
    kept
}

fn drop_problems(claim: &Claim, drop: &[(ItemNo, ReasonCode)], kept: &Claim) -> Vec<FieldError> {
    let undecided = |no: ItemNo| claim.undecided_items().any(|item| item.no == no);
    let mut errors: Vec<_> = drop
        .iter()
        .enumerate()
        .filter(|(_, (no, _))| !undecided(*no))
        .map(|(at, _)| FieldError::new(format!("/drop/{at}/item_no"), FieldCode::ItemUnknown))
        .collect();
    if kept.undecided_items().next().is_none() {
        errors.push(FieldError::new("/drop", FieldCode::NothingLeft));
    }
    errors
}

/// Submit's guards once more, for the undecided items that are left of the claim: what the customer has
/// answered or has no more waits for nothing. Evidence is as old as it was at submit, and a program that has closed
/// since takes no new claims and keeps those that it has.
fn check_eligible(claim: &Claim, context: &Context) -> Vec<FieldError> {
    // Each at its place, so that a pointer means the item that the claim has there.
    let in_place = |item: &Item| {
        let judged = claim.undecided_items().any(|own| own.no == item.no);
        judged.then(|| (claim.subject.kind, item.id.clone()))
    };
    let items = claim.items.iter().map(in_place).collect();
    let input = ClaimInput { items, ..ClaimInput::of(claim) };
    let submitted_at = claim.submitted_at.unwrap_or(context.at);
    let moments = EvidenceMoments { now: context.at, submitted_at };
    let facts = &context.facts;
    let place = context.places.partner.as_ref();
    let mut errors = eligibility::missing_fields(&input, Some(claim.subject.kind), &[]);
    errors.extend(eligibility::eligibility_errors(&input, facts, &context.policy, moments, place));
    let evidence = &claim.details.evidence;
    let usable = |scan| match context.policy.evidence {
        program::EvidencePolicy::Declared => eligibility::is_usable(scan),
        program::EvidencePolicy::Uploaded => scan == crate::claim::Scan::Clean,
    };
    if evidence.is_empty() {
        errors.push(FieldError::new("/evidence", FieldCode::Required));
    } else if !evidence.iter().any(|entry| usable(entry.scan)) {
        errors.push(FieldError::new("/evidence", FieldCode::EvidenceRejected));
    }
    errors.into_iter().map(FieldError::of_claim).collect()
}

fn check_admissible(
    claim: &Claim,
    drop: &[(ItemNo, ReasonCode)],
    context: &Context,
) -> Result<(), Rejection> {
    let facts = &context.facts;
    let is_judged =
        |item: &ItemRef| claim.undecided_items().any(|own| claim.item_ref(own) == *item);
    let renewal = claim.details.renews.as_ref();
    let duplicate = |(item, own): &&(ItemRef, ClaimId)| {
        *own != claim.id && is_judged(item) && !is_renewed(renewal, facts, (item, own))
    };
    if let Some((_, own)) = facts.own_claims.iter().find(duplicate) {
        return Err(Rejection::DuplicateClaim { claim: own.clone() });
    }
    refuse_blocked(claim, context)?;
    let next = |rival: &&Rival| rival.standing == RivalStatus::Next;
    let busy: Vec<_> =
        remaining_rivals(claim, drop, context).filter(next).map(|rival| rival.item).collect();
    if busy.is_empty() { Ok(()) } else { Err(Rejection::ItemBusy { items: busy }) }
}

/// The rivals on items that are not dropped.
fn remaining_rivals<'a>(
    claim: &'a Claim,
    drop: &'a [(ItemNo, ReasonCode)],
    context: &'a Context,
) -> impl Iterator<Item = &'a Rival> {
    let dropped = |rival: &&Rival| drop.iter().any(|(no, _)| *no == rival.item);
    context.rivals_of(claim).filter(move |rival| !dropped(rival))
}

/// A contested claim waits until every holder has defended or had the time to.
fn every_holder_is_heard(
    claim: &Claim,
    drop: &[(ItemNo, ReasonCode)],
    context: &Context,
) -> Result<(), Rejection> {
    if remaining_rivals(claim, drop, context).all(|rival| is_heard(claim, rival, context)) {
        Ok(())
    } else {
        Err(invalid_state(claim, CommandKind::Validate))
    }
}

/// Only the operator decides a contested claim.
fn is_operator(actor: &Actor) -> bool {
    matches!(actor, Actor::Staff { role: StaffRole::Operator, .. })
}

/// Whether a rival has nothing to defend, or has done so, or had the time to: a later newcomer's request does not make
/// this one wait longer. A rival that holds the item only since this claim asked was asked by somebody else.
fn is_heard(claim: &Claim, rival: &Rival, context: &Context) -> bool {
    let own_time = claim.defence_until.is_some_and(|until| {
        context.at >= until && rival.full_defence(context).is_none_or(|full| full <= until)
    });
    let asked = rival
        .defence_of_item(context)
        .is_some_and(|defence| own_time || defence.is_over(context.at));
    rival.standing != RivalStatus::Active || asked
}
