//! How much there was of what the promises are about: a story in which nothing happens keeps them all.
#![expect(clippy::wildcard_enum_match_arm, reason = "a few events of many are counted")]

use std::collections::BTreeMap;

use domain::claim::{Claim, HoldReason, ItemStatus, State};
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
    /// The window is counted from another delivery.
    Recounted,
    /// Somebody else is asked, since a notice failed.
    Renewed,
    /// One more party says no to an item.
    Joined,
    UndoneByLink,
    Retired,
    /// What silence made active ends, since no delivery had stood long enough.
    NoticeFailed,
    /// A claim is held, since the customer's calendar does not reach to the end of a window.
    HeldForTheCalendar,
    /// A claim is held, since its partner is suspended.
    HeldForThePartner,
    /// What silence made active ends, since the partner had lost the right to claim.
    EndedForThePartner,
    /// A draft was taken back after its submit, or forgotten.
    Recalled,
    Forgotten,
    /// The personal data of a claim have ended.
    Erased,
    /// A partner was suspended while a claim of its had that status.
    SuspendedIn(&'static str),
    Died,
    /// A notice was mailed after the key of links was rotated.
    MailedUnderANewKey,
    /// A partner asks anew for what ends with its term.
    RenewalAsked,
    /// An association ends as its renewal begins.
    OldOneRenewed,
    /// A renewal begins after the old association has ended with its term.
    RenewedAfterTheTerm,
    /// The customer refuses a renewal by ending what it renews.
    OldOneRefused,
    /// The customer refuses a renewal, and leaves what it renews.
    RenewalRefused,
    TermExpired,
    /// A receiver took an event, for the first time or again.
    EventTaken,
    EventSentAgain,
    /// A receiver answered what is no success, did not answer, broke the connection, or wanted nothing more.
    ReceiverFailed,
    ReceiverSilent,
    ReceiverBroke,
    ReceiverGone,
    /// A webhook was given up after days.
    GivenUp,
    /// A receiver answered when the turn was over, and somebody else had one in between.
    AnsweredAfterTheLease,
    /// Somebody had the message of a webhook whose events somebody else was sending.
    TwoSenders,
    DiedInATurn,
    PlacePutBack,
    SecretRotated,
    /// A publisher stood still in the middle of a write into a feed, while others wrote and read.
    PublisherStalled,
    /// A page of a feed was not told.
    FeedRefused,
}

/// There is some of each in every run of many seeds.
pub(super) const ALL: [Happened; 54] = [
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
    Happened::Recounted,
    Happened::Renewed,
    Happened::Joined,
    Happened::UndoneByLink,
    Happened::Retired,
    Happened::NoticeFailed,
    Happened::HeldForTheCalendar,
    Happened::HeldForThePartner,
    Happened::EndedForThePartner,
    Happened::Recalled,
    Happened::Forgotten,
    Happened::Erased,
    Happened::SuspendedIn("submitted"),
    Happened::SuspendedIn("in_review"),
    Happened::SuspendedIn("notifying"),
    Happened::SuspendedIn("unreachable"),
    Happened::SuspendedIn("awaiting_customer"),
    Happened::SuspendedIn("on_hold"),
    Happened::SuspendedIn("associated"),
    Happened::SuspendedIn("rejected"),
    Happened::SuspendedIn("declined"),
    Happened::Died,
    Happened::MailedUnderANewKey,
    Happened::RenewalAsked,
    Happened::OldOneRenewed,
    Happened::RenewedAfterTheTerm,
    Happened::OldOneRefused,
    Happened::RenewalRefused,
    Happened::TermExpired,
    Happened::EventTaken,
    Happened::EventSentAgain,
    Happened::ReceiverFailed,
    Happened::ReceiverSilent,
    Happened::ReceiverBroke,
    Happened::ReceiverGone,
    Happened::GivenUp,
    Happened::AnsweredAfterTheLease,
    Happened::TwoSenders,
    Happened::DiedInATurn,
    Happened::PlacePutBack,
    Happened::SecretRotated,
    Happened::PublisherStalled,
    Happened::FeedRefused,
];

/// How often each was.
pub(super) type Coverage = BTreeMap<Happened, usize>;

impl Sim {
    /// What the stream has told of, and how many processes have died.
    pub(super) fn coverage(&self) -> Coverage {
        let mut coverage = Coverage::from([(Happened::Died, self.deaths)]);
        coverage.insert(Happened::MailedUnderANewKey, self.books.mails_under_another_key());
        coverage.insert(Happened::GivenUp, self.books.given_up);
        coverage.extend(self.receipts.tally());
        for status in self.books.suspensions.iter().flat_map(|one| &one.met) {
            *coverage.entry(Happened::SuspendedIn(status.as_str())).or_default() += 1;
        }
        for happened in self.renewals_met() {
            *coverage.entry(happened).or_default() += 1;
        }
        for Made { id, .. } in &self.made {
            let mut before = None::<Claim>;
            for record in self.books.stream_of(id) {
                let image = checks::image(record["dynamodb"]["NewImage"].clone());
                let claim = image.claim().clone();
                if let Some(before) = before.filter(|before| before.version < claim.version) {
                    for happened in between(&before, &claim) {
                        *coverage.entry(happened).or_default() += 1;
                    }
                }
                before = Some(claim);
            }
        }
        coverage
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
        EventType::Held => match &new.state {
            State::OnHold { reason: Some(HoldReason::CalendarEnds) } => {
                vec![Happened::HeldForTheCalendar]
            }
            State::OnHold { reason: Some(HoldReason::PartnerSuspended) } => {
                vec![Happened::HeldForThePartner]
            }
            _ => vec![Happened::Held],
        },
        EventType::Recalled => vec![Happened::Recalled],
        EventType::Discarded if event.by_silence => vec![Happened::Forgotten],
        EventType::LinkRetired => vec![Happened::Retired],
        EventType::Erased => vec![Happened::Erased],
        EventType::RecipientFailed if old.notice < new.notice => vec![Happened::Renewed],
        EventType::ItemsDeclined if has_joined(old, new) => vec![Happened::Joined],
        _ => Vec::new(),
    };
    let reopened = matches!(new.state, State::AwaitingCustomer { .. }) && old.opened_by.is_some();
    if reopened && old.opened_by != new.opened_by {
        happened.push(Happened::Recounted);
    }
    if old.notice == new.notice && old.used.undos < new.used.undos {
        happened.push(Happened::UndoneByLink);
    }
    let changed = new.items.iter().filter_map(|item| {
        let status = new.item_status(item);
        let was = old.find_item(item.no).map(|item| old.item_status(item));
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
        ItemStatus::Ended { reason: EndReason::TermExpired, .. } => Some(Happened::TermExpired),
        ItemStatus::Ended { reason: EndReason::NoticeFailed, .. } => Some(Happened::NoticeFailed),
        ItemStatus::Ended { reason: EndReason::NotEnrolled, .. } => {
            Some(Happened::EndedForThePartner)
        }
        _ => None,
    }));
    happened
}

/// Whether an item that was declined has one more party's "no".
fn has_joined(old: &Claim, new: &Claim) -> bool {
    let by = |claim: &Claim, no| {
        let ItemStatus::Declined { by, .. } = claim.item_status(claim.find_item(no)?) else {
            return None;
        };
        Some(by)
    };
    new.items.iter().any(|item| by(old, item.no).is_some_and(|own| by(new, item.no) != Some(own)))
}
