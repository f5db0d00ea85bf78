//! Things that vanish (`domain.md §3`, *vanish*): running associations end, undecided items are
//! rejected, and a window whose partner lost his enrolment is held. One event at a time: repeated
//! until nothing is left to do.

use crate::claim::{Claim, Item, RejectionRecord, State};
use crate::command::Vanished;
use crate::context::Context;
use crate::decide::next;
use crate::event::{Event, EventBody};
use crate::ids::ItemNo;
use crate::reason::{EndReason, Reason, ReasonCode};

pub(super) fn vanish(claim: &Claim, what: &Vanished, context: &Context) -> Option<Event> {
    let body = match what {
        Vanished::Items(items) => gone(claim, |no| items.contains(&no), EndReason::ItemGone),
        Vanished::Tenant => gone(claim, |_| true, EndReason::TenantGone),
        Vanished::Enrolment => held(claim),
    };
    body.map(|body| next(claim, context, body))
}

fn gone(claim: &Claim, is_gone: impl Fn(ItemNo) -> bool, reason: EndReason) -> Option<EventBody> {
    let numbers = |items: &mut dyn Iterator<Item = &Item>| -> Vec<ItemNo> {
        items.map(|item| item.no).filter(|no| is_gone(*no)).collect()
    };
    let ended = numbers(&mut claim.active());
    if !ended.is_empty() {
        return Some(EventBody::AssociationEnded { items: ended, reason });
    }
    let rejected = numbers(&mut claim.undecided());
    (claim.state.is_open() && !rejected.is_empty()).then(|| rejection(rejected))
}

fn rejection(items: Vec<ItemNo>) -> EventBody {
    let reason = |no: &ItemNo| Reason { code: ReasonCode::ItemNotClaimable, item_no: Some(*no) };
    let rejection = RejectionRecord { by: None, reasons: items.iter().map(reason).collect() };
    EventBody::Rejected { items, rejection, disputable_until: None }
}

fn held(claim: &Claim) -> Option<EventBody> {
    matches!(claim.state, State::AwaitingCustomer { .. }).then_some(EventBody::Held)
}
