//! What an event decides, as members of its entry.

use super::entry::{Members, Noes, WindowText, status_decliners};
use crate::claim::{Claim, Subject};
use crate::event::{Event, EventBody, NoticeChange, Opening, Silence};
use crate::recipient::Decliners;

/// The members of the event that led from `old` to `new`.
pub(super) fn event_members(old: Option<&Claim>, new: &Claim, event: &Event) -> Members {
    let mut members = Members::default();
    if let Some(deadline) = event.body.deadline() {
        members.due_at = Some(deadline.at);
        members.counted_by.clone_from(&deadline.stand_in);
    }
    fill_members(&mut members, &event.body);
    let Some(old) = old else { return members };
    members.noes = added_noes(new, old);
    members.taken_back = added_noes(old, new);
    let is_moved = old.opened_by.is_some() && old.opened_by != new.opened_by;
    members.counted_from = new.opened_by.filter(|_| is_moved);
    members
}

fn fill_members(members: &mut Members, body: &EventBody) {
    match body {
        EventBody::Drafted { opening, discard_at } => {
            fill_opening(members, opening);
            members.discard_at = Some(*discard_at);
        }
        EventBody::Submitted { opening, priority_at, .. } => {
            fill_opening(members, opening);
            members.priority_at = Some(*priority_at);
        }
        EventBody::Edited { opening, discard_at, .. } => {
            if let Some(opening) = opening {
                fill_opening(members, opening);
            }
            members.discard_at = *discard_at;
        }
        EventBody::Recalled { discard_at, keeps_priority_until } => {
            members.discard_at = Some(*discard_at);
            members.keeps_priority_until = Some(keeps_priority_until.at);
            members.due_at = None;
        }
        EventBody::ReviewBegun { contested, defence_until, .. } => {
            members.contested = Some(*contested);
            members.defence_until = *defence_until;
        }
        EventBody::DefenceRequested { until } => members.defence_until = Some(*until),
        EventBody::InformationRequested { reasons, .. } => members.reasons.clone_from(reasons),
        EventBody::Rejected { rejection, disputable_until, ends_at, .. } => {
            members.reasons.clone_from(&rejection.reasons);
            members.rejected_by.clone_from(&rejection.by);
            members.disputable_until = *disputable_until;
            members.ends_at = *ends_at;
        }
        EventBody::Validated { explicit_yes, contested, notice, content_hash, .. } => {
            members.explicit_yes = *explicit_yes;
            members.contested = Some(*contested);
            members.notice = Some(*notice);
            members.content_hash = Some(*content_hash);
        }
        EventBody::WindowOpened { window, opened_by } => {
            members.window = Some(Box::new(WindowText::of(window)));
            members.opened_by = Some(*opened_by);
        }
        EventBody::NoticeFailed { with_operator, .. } => members.with_operator = *with_operator,
        EventBody::RecipientFailed { change }
        | EventBody::ContactRefused { change }
        | EventBody::LinkRetired { change } => fill_change(members, change),
        EventBody::ConsentChanged => members.explicit_yes = true,
        EventBody::ContactCorrected { notice, .. } | EventBody::Resumed { notice, .. } => {
            members.notice = Some(*notice);
        }
        EventBody::ItemsDeclined { in_time, ended_at, ends_at, .. } => {
            members.in_time = Some(*in_time);
            members.ended_at = *ended_at;
            members.ends_at = *ends_at;
        }
        EventBody::DeclineUndone { by_link, change, .. } => {
            members.by_link = *by_link;
            fill_change(members, change);
        }
        EventBody::WindowExtended { window, cause, .. } => {
            members.window = Some(Box::new(WindowText::of(window)));
            members.extended_by = Some(*cause);
        }
        EventBody::Held { reason } => members.hold_reason = *reason,
        EventBody::WindowClosed { outcome, ends_at } => {
            members.explicit_yes = *outcome == Silence::Decline;
            members.ends_at = *ends_at;
        }
        EventBody::ItemsAccepted { ends_at, .. } | EventBody::Withdrawn { ends_at } => {
            members.ends_at = *ends_at;
        }
        EventBody::AssociationEnded { reason, at, .. } => {
            members.end_reason = Some(*reason);
            members.ended_at = Some(*at);
        }
        EventBody::EvidenceAdded { by_partner, discard_at } => {
            members.by_partner = Some(*by_partner);
            members.discard_at = *discard_at;
        }
        EventBody::Discarded
        | EventBody::ReviewOverdue
        | EventBody::InformationAnswered { .. }
        | EventBody::ContactVouched
        | EventBody::ContactProposed { .. }
        | EventBody::ContactProposalRefused { .. }
        | EventBody::Disputed { .. }
        | EventBody::DisputeUpheld
        | EventBody::DisputeOverturned { .. }
        | EventBody::Erased => {}
    }
}

fn fill_opening(members: &mut Members, opening: &Opening) {
    // Whether silence is a no is the customer's: its partner learns it with the notice.
    members.subject = Some(Subject { explicit_yes: false, ..opening.subject.clone() });
    members.explicit_yes = opening.subject.explicit_yes;
    members.claimed = opening.items.iter().map(|item| item.id.clone()).collect();
}

fn fill_change(members: &mut Members, change: &NoticeChange) {
    match change {
        NoticeChange::None => {}
        NoticeChange::Window { window, cause, .. } => {
            members.window = Some(Box::new(WindowText::of(window)));
            members.extended_by = *cause;
        }
        NoticeChange::Renewed { notice, .. } => members.notice = Some(*notice),
        NoticeChange::Unreachable { with_operator, .. } => members.with_operator = *with_operator,
        NoticeChange::Held { reason } => members.hold_reason = Some(*reason),
    }
}

/// Whose "no" stands in `more` and not in `fewer`, and at which items.
fn added_noes(more: &Claim, fewer: &Claim) -> Option<Noes> {
    let mut noes = Noes::default();
    for item in &more.items {
        let before = fewer.find_item(item.no).map(|item| status_decliners(fewer.item_status(item)));
        let own = status_decliners(more.item_status(item)).without(before.unwrap_or_default());
        if own != Decliners::NOBODY {
            noes.by = noes.by.with(own);
            noes.items.push(item.no);
        }
    }
    (!noes.items.is_empty()).then_some(noes)
}
