//! Which rule each event applied.

use crate::commands::{
    accept, add_evidence, apply_reports, begin_review, change_consent, correct_contact,
    deadline_passed, decline, discard, dispute, draft, edit, end, erase, extend, hold, overturn,
    recall, refuse_contact, reject, request_defence, request_information, respond, resume,
    retire_link, submit, undo, uphold, validate, vouch, withdraw, wrong_contact,
};
use crate::event::EventType;
use crate::rule::Rule;

impl Rule {
    /// The rule that an event applied: that of the command that the event is named after.
    pub fn of(event: EventType) -> Self {
        match event {
            EventType::Drafted => draft::RULE,
            EventType::Edited => edit::RULE,
            EventType::Submitted => submit::RULE,
            EventType::Recalled => recall::RULE,
            EventType::Discarded => discard::RULE,
            EventType::ReviewBegun => begin_review::RULE,
            EventType::ReviewOverdue => deadline_passed::OVERDUE_RULE,
            EventType::DefenceRequested => request_defence::RULE,
            EventType::InformationRequested => request_information::RULE,
            EventType::InformationAnswered => respond::RULE,
            EventType::Rejected => reject::RULE,
            EventType::Validated => validate::RULE,
            EventType::WindowOpened => apply_reports::OPENING_RULE,
            EventType::NoticeFailed => apply_reports::FAILURE_RULE,
            EventType::RecipientFailed => apply_reports::RECIPIENT_RULE,
            EventType::ContactVouched => vouch::RULE,
            EventType::ContactProposed => correct_contact::PROPOSAL_RULE,
            EventType::ContactProposalRefused => refuse_contact::RULE,
            EventType::LinkRetired => retire_link::RULE,
            EventType::ConsentChanged => change_consent::RULE,
            EventType::ContactCorrected => correct_contact::RULE,
            EventType::ContactRefused => wrong_contact::RULE,
            EventType::ItemsDeclined => decline::RULE,
            EventType::DeclineUndone => undo::RULE,
            EventType::ItemsAccepted => accept::RULE,
            EventType::WindowExtended => extend::RULE,
            EventType::Held => hold::RULE,
            EventType::Resumed => resume::RULE,
            EventType::WindowClosed => deadline_passed::CLOSE_RULE,
            EventType::Withdrawn => withdraw::RULE,
            EventType::Disputed => dispute::RULE,
            EventType::DisputeUpheld => uphold::RULE,
            EventType::DisputeOverturned => overturn::RULE,
            EventType::AssociationEnded => end::RULE,
            EventType::EvidenceAdded => add_evidence::RULE,
            EventType::Erased => erase::RULE,
        }
    }
}
