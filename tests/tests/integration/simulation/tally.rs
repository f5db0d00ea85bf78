//! How much there was of what the promises are about: a story in which nothing happens keeps them all.
#![expect(clippy::wildcard_enum_match_arm, reason = "a few events of many are counted")]

use std::collections::BTreeMap;

use domain::claim::{Claim, ItemStatus};
use domain::event::EventType;
use domain::reason::EndReason;

use super::{Made, Sim, checks};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Happened {
    Opened,
    ClosedBySilence,
    RefusedInTime,
    RefusedLate,
    Undone,
    Accepted,
    Superseded,
    Bounced,
    PassedOn,
    Held,
    Revoked,
    Died,
}

/// Every one: there is some of each in every run of many seeds.
pub(super) const ALL: [Happened; 12] = [
    Happened::Opened,
    Happened::ClosedBySilence,
    Happened::RefusedInTime,
    Happened::RefusedLate,
    Happened::Undone,
    Happened::Accepted,
    Happened::Superseded,
    Happened::Bounced,
    Happened::PassedOn,
    Happened::Held,
    Happened::Revoked,
    Happened::Died,
];

/// How often each was.
pub(super) type Tally = BTreeMap<Happened, usize>;

impl Sim {
    /// What the stream has told of, and how many processes have died.
    pub(super) fn tally(&self) -> Tally {
        let mut tally = Tally::from([(Happened::Died, self.deaths)]);
        for Made { id, .. } in &self.made {
            let mut before = None::<Claim>;
            for record in self.books.stream_of(id) {
                let image = checks::image(record["dynamodb"]["NewImage"].clone());
                let claim = image.claim().clone();
                if let Some(before) = before.filter(|before| before.version < claim.version) {
                    for happened in between(&before, &claim) {
                        *tally.entry(happened).or_default() += 1;
                    }
                }
                before = Some(claim);
            }
        }
        tally
    }
}

/// What a step was.
fn between(old: &Claim, new: &Claim) -> Vec<Happened> {
    let event = &new.last_event;
    let mut happened: Vec<Happened> = match event.event_type {
        EventType::WindowOpened => vec![Happened::Opened],
        EventType::WindowClosed if event.by_silence => vec![Happened::ClosedBySilence],
        EventType::NoticeFailed if !event.by_silence => vec![Happened::Bounced],
        EventType::ContactRefused => vec![Happened::PassedOn],
        EventType::DeclineUndone => vec![Happened::Undone],
        EventType::ItemsAccepted => vec![Happened::Accepted],
        EventType::Held => vec![Happened::Held],
        _ => Vec::new(),
    };
    let changed = new.items.iter().filter_map(|item| {
        let status = new.item_status(item);
        let was = old.item(item.no).map(|item| old.item_status(item));
        (was != Some(status)).then_some(status)
    });
    happened.extend(changed.filter_map(|status| match status {
        ItemStatus::Declined { no_answer: false, in_time: true, .. } => {
            Some(Happened::RefusedInTime)
        }
        ItemStatus::Declined { no_answer: false, in_time: false, .. } => {
            Some(Happened::RefusedLate)
        }
        ItemStatus::Ended { reason: EndReason::Superseded, .. } => Some(Happened::Superseded),
        ItemStatus::Ended { reason: EndReason::CustomerRevoked, .. } => Some(Happened::Revoked),
        _ => None,
    }));
    happened
}
