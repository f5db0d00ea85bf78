//! Which rule each event applied.

use crate::event::EventType;

/// A rule, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The section of the rules.
    pub section: &'static str,
    /// The name of the rule in it.
    pub name: &'static str,
    /// What it says, in one sentence.
    pub says: &'static str,
}

/// The rule behind an event.
pub(super) fn behind(event: EventType) -> Rule {
    let (section, name, says) = match event {
        EventType::Drafted => {
            ("§3", "draft", "a draft waits for its partner, who edits and submits it")
        }
        EventType::Edited => ("§3", "edit", "the partner changed what the state lets him change"),
        EventType::Submitted => {
            ("§3", "submit", "every guard of a submission held, so a reviewer is due")
        }
        EventType::Recalled => (
            "§3",
            "recall",
            "before its review a claim can be taken back, and keeps its priority date through a short recall",
        ),
        EventType::Discarded => {
            ("§3", "discard", "a draft is dropped by its partner, or after its idle days")
        }
        EventType::ReviewBegun => (
            "§3",
            "begin",
            "a reviewer reads the claim; who else holds or claims its items was looked up",
        ),
        EventType::ReviewOverdue => (
            "§3",
            "review overdue",
            "a review deadline that passes decides nothing; it is recorded once",
        ),
        EventType::DefenceRequested => (
            "§3",
            "exclusivity",
            "another claim names an item that is held, so the holder may defend it",
        ),
        EventType::InformationRequested => {
            ("§3", "request information", "the reviewer asked, so the partner must answer")
        }
        EventType::InformationAnswered => {
            ("§3", "respond", "the partner answered in time, so the review goes on")
        }
        EventType::Rejected => {
            ("§3", "reject", "a rejection names its reasons; the partner may dispute it once")
        }
        EventType::Validated => (
            "§3",
            "validate",
            "the operator found the claim in order, so the customer must be notified",
        ),
        EventType::WindowOpened => (
            "§4",
            "window",
            "a notice was proved delivered: its local date is day 0, and business days are counted from the day after",
        ),
        EventType::NoticeFailed => {
            ("§5", "notice", "no notice could be proved delivered, so no window runs")
        }
        EventType::ContactCorrected => ("§3", "correct contact", "a new contact gets a new notice"),
        EventType::ContactRefused => ("§5", "notice", "a contact said that he is the wrong one"),
        EventType::ItemsDeclined => {
            ("§3", "decline", "the customer's no is never refused and never lost")
        }
        EventType::DeclineUndone => {
            ("§3", "undo", "until the deadline the customer may take a no back")
        }
        EventType::ItemsAccepted => ("§3", "accept", "the customer's yes acts at once"),
        EventType::WindowExtended => ("§4", "window", "a deadline moves later, never earlier"),
        EventType::Held => ("§3", "hold", "on hold no window runs"),
        EventType::Resumed => {
            ("§3", "resume", "after a hold the customer gets a new notice and a full new window")
        }
        EventType::WindowClosed => (
            "§3",
            "close",
            "the window and its grace passed, so the policy's consent decides what silence does",
        ),
        EventType::Withdrawn => {
            ("§3", "withdraw", "until it is official a partner may withdraw a claim")
        }
        EventType::Disputed => {
            ("§3", "dispute", "a rejection is judged once more, by another reviewer")
        }
        EventType::DisputeUpheld => {
            ("§3", "uphold", "another reviewer found the rejection right: it is final")
        }
        EventType::DisputeOverturned => (
            "§3",
            "overturn",
            "another reviewer found the rejection wrong: the review begins again",
        ),
        EventType::AssociationEnded => (
            "§3",
            "end",
            "an association ends by its customer, its partner, the operator, its term, its item, or a rival's activation",
        ),
        EventType::EvidenceAdded => {
            ("§3", "add evidence", "evidence can be added and moves no deadline")
        }
    };
    Rule { section, name, says }
}
