//! Which rule each event applied, and where `docs/domain.md` has it.

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
    /// The path of the document with the rule in this repository, and its heading there.
    pub href: &'static str,
}

/// A section of the rules, and the heading under which it has the rule.
type Place = (&'static str, &'static str);

const COMMANDS: Place = ("§3", "docs/domain.md#32-commands");
const EXCLUSIVITY: Place = ("§3", "docs/domain.md#34-exclusivity");
const COUNTING: Place = ("§4", "docs/domain.md#41-counting");
const LONGER: Place = ("§4", "docs/domain.md#44-longer-windows");
const DELIVERY: Place = ("§5", "docs/domain.md#53-delivery-bounce-complaint");
const PAGE: Place = ("§5", "docs/domain.md#55-the-decision-page");

impl Rule {
    /// The rule that an event applied.
    #[expect(clippy::too_many_lines, reason = "a table: a row for each event")]
    pub fn of(event: EventType) -> Self {
        let ((section, href), name, says) = match event {
            EventType::Drafted => {
                (COMMANDS, "draft", "a draft waits for its partner, who edits and submits it")
            }
            EventType::Edited => {
                (COMMANDS, "edit", "the partner changed what the state lets him change")
            }
            EventType::Submitted => {
                (COMMANDS, "submit", "every guard of a submission held, so a reviewer is due")
            }
            EventType::Recalled => (
                COMMANDS,
                "recall",
                "before its review a claim can be taken back, and keeps its priority date through a short recall",
            ),
            EventType::Discarded => {
                (COMMANDS, "discard", "a draft is dropped by its partner, or after its idle days")
            }
            EventType::ReviewBegun => (
                COMMANDS,
                "begin",
                "a reviewer reads the claim; who else holds or claims its items was looked up",
            ),
            EventType::ReviewOverdue => (
                COMMANDS,
                "review overdue",
                "a review deadline that passes decides nothing; it is recorded once",
            ),
            EventType::DefenceRequested => (
                EXCLUSIVITY,
                "exclusivity",
                "another claim names an item that is held, so the holder may defend it",
            ),
            EventType::InformationRequested => {
                (COMMANDS, "request information", "the reviewer asked, so the partner must answer")
            }
            EventType::InformationAnswered => {
                (COMMANDS, "respond", "the partner answered in time, so the review goes on")
            }
            EventType::Rejected => (
                COMMANDS,
                "reject",
                "a rejection names its reasons; the partner may dispute it once",
            ),
            EventType::Validated => (
                COMMANDS,
                "validate",
                "the operator found the claim in order, so the customer must be notified",
            ),
            EventType::WindowOpened => (
                COUNTING,
                "window",
                "a notice was proved delivered: its local date is day 0, and business days are counted from the day after",
            ),
            EventType::NoticeFailed => {
                (DELIVERY, "notice", "no notice could be proved delivered, so no window runs")
            }
            EventType::ContactCorrected => {
                (COMMANDS, "correct contact", "a new contact gets a new notice")
            }
            EventType::ContactRefused => {
                (PAGE, "notice", "a contact said that he is the wrong one")
            }
            EventType::ItemsDeclined => {
                (COMMANDS, "decline", "the customer's no is never refused and never lost")
            }
            EventType::DeclineUndone => {
                (COMMANDS, "undo", "until the deadline the customer may take a no back")
            }
            EventType::ItemsAccepted => (COMMANDS, "accept", "the customer's yes acts at once"),
            EventType::WindowExtended => {
                (LONGER, "window", "a deadline moves later, never earlier")
            }
            EventType::Held => (COMMANDS, "hold", "on hold no window runs"),
            EventType::Resumed => (
                COMMANDS,
                "resume",
                "after a hold the customer gets a new notice and a full new window",
            ),
            EventType::WindowClosed => (
                COMMANDS,
                "close",
                "the window and its grace passed, so the policy's consent decides what silence does",
            ),
            EventType::Withdrawn => {
                (COMMANDS, "withdraw", "until it is official a partner may withdraw a claim")
            }
            EventType::Disputed => {
                (COMMANDS, "dispute", "a rejection is judged once more, by another reviewer")
            }
            EventType::DisputeUpheld => {
                (COMMANDS, "uphold", "another reviewer found the rejection right: it is final")
            }
            EventType::DisputeOverturned => (
                COMMANDS,
                "overturn",
                "another reviewer found the rejection wrong: the review begins again",
            ),
            EventType::AssociationEnded => (
                COMMANDS,
                "end",
                "an association ends by its customer, its partner, the operator, its term, its item, or a rival's activation",
            ),
            EventType::EvidenceAdded => {
                (COMMANDS, "add evidence", "evidence can be added and moves no deadline")
            }
        };
        Self { section, name, says, href }
    }
}
