//! What an event decides, as members of its entry.

use super::entry::{Members, Noes, WindowText, status_decliners};
use crate::claim::{Claim, Subject};
use crate::event::{Event, NoticeChange, Opening};
use crate::recipient::Decliners;

/// The members of the event that led from `old` to `new`.
pub(super) fn event_members(old: Option<&Claim>, new: &Claim, event: &Event) -> Members {
    let mut members = Members::default();
    if let Some(deadline) = event.body.deadline() {
        members.due_at = Some(deadline.at);
        members.counted_by.clone_from(&deadline.stand_in);
    }
    event.body.fill_members(&mut members);
    let Some(old) = old else { return members };
    members.noes = added_noes(new, old);
    members.taken_back = added_noes(old, new);
    let is_moved = old.opened_by.is_some() && old.opened_by != new.opened_by;
    members.counted_from = new.opened_by.filter(|_| is_moved);
    members
}

pub(crate) fn fill_opening(members: &mut Members, opening: &Opening) {
    // Whether silence is a no is the customer's: its partner learns it with the notice.
    members.subject = Some(Subject { explicit_yes: false, ..opening.subject.clone() });
    members.explicit_yes = opening.subject.explicit_yes;
    members.claimed = opening.items.iter().map(|item| item.id.clone()).collect();
}

pub(crate) fn fill_change(members: &mut Members, change: &NoticeChange) {
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
