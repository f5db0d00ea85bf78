//! The names of events, and what makes a repeat known: all that a claim keeps of its last event.

use crate::codes::codes;

codes! {
    /// The name of an event, in the history and on the bus.
    EventType {
        /// A draft was stored.
        Drafted => "drafted",
        /// The claim was submitted.
        Submitted => "submitted",
        /// Its content was edited.
        Edited => "edited",
        /// It was taken back before its review.
        Recalled => "recalled",
        /// The draft was dropped.
        Discarded => "discarded",
        /// A reviewer began the review.
        ReviewBegun => "review_begun",
        /// A review deadline passed.
        ReviewOverdue => "review_overdue",
        /// A holder was asked to defend.
        DefenceRequested => "defence_requested",
        /// The partner was asked.
        InformationRequested => "information_requested",
        /// The partner answered the request for information.
        InformationAnswered => "information_answered",
        /// Undecided items were rejected, by the operator, by silence, or because they are gone.
        Rejected => "rejected",
        /// It was validated: a notice is due.
        Validated => "validated",
        /// A notice was delivered: the customer's window is open.
        WindowOpened => "window_opened",
        /// No contact could be reached.
        NoticeFailed => "notice_failed",
        /// The contact was corrected: a new notice is due.
        ContactCorrected => "contact_corrected",
        /// A recipient said that it is not the right person.
        ContactRefused => "contact_refused",
        /// The operator vouched for a contact.
        ContactVouched => "contact_vouched",
        /// The partner proposed another contact.
        ContactProposed => "contact_proposed",
        /// The operator refused the proposed contact.
        ContactProposalRefused => "contact_proposal_refused",
        /// The notice failed at the recipient whose delivery counted.
        RecipientFailed => "recipient_failed",
        /// A recipient's link was retired.
        LinkRetired => "link_retired",
        /// The customer's rules make silence a no.
        ConsentChanged => "consent_changed",
        /// The customer said no to items.
        ItemsDeclined => "items_declined",
        /// The customer took a no back.
        DeclineUndone => "decline_undone",
        /// The customer said yes.
        ItemsAccepted => "items_accepted",
        /// The window became longer.
        WindowExtended => "window_extended",
        /// The operator holds the claim.
        Held => "held",
        /// The hold is over: a new notice is due.
        Resumed => "resumed",
        /// The window passed, and silence decided what nobody had decided.
        WindowClosed => "window_closed",
        /// The partner withdrew the undecided items.
        Withdrawn => "withdrawn",
        /// The partner disputed the rejection.
        Disputed => "disputed",
        /// Another reviewer found the rejection right: it is final.
        DisputeUpheld => "dispute_upheld",
        /// Another reviewer found the rejection wrong: the claim is in review again.
        DisputeOverturned => "dispute_overturned",
        /// Associations of the claim ended.
        AssociationEnded => "association_ended",
        /// An entry of evidence was added, or the scan of a document was recorded.
        EvidenceAdded => "evidence_added",
        /// The personal data were erased.
        Erased => "erased",
    }
}

impl EventType {
    /// Whether a notice may go out on that event.
    pub fn makes_notice_due(self) -> bool {
        match self {
            Self::Validated
            | Self::ContactCorrected
            | Self::ContactRefused
            | Self::RecipientFailed
            | Self::LinkRetired
            | Self::DeclineUndone
            | Self::Resumed => true,
            Self::Drafted
            | Self::Submitted
            | Self::Edited
            | Self::Recalled
            | Self::Discarded
            | Self::ReviewBegun
            | Self::ReviewOverdue
            | Self::DefenceRequested
            | Self::InformationRequested
            | Self::InformationAnswered
            | Self::Rejected
            | Self::WindowOpened
            | Self::NoticeFailed
            | Self::ContactVouched
            | Self::ContactProposed
            | Self::ContactProposalRefused
            | Self::ConsentChanged
            | Self::ItemsDeclined
            | Self::ItemsAccepted
            | Self::WindowExtended
            | Self::Held
            | Self::WindowClosed
            | Self::Withdrawn
            | Self::Disputed
            | Self::DisputeUpheld
            | Self::DisputeOverturned
            | Self::AssociationEnded
            | Self::EvidenceAdded
            | Self::Erased => false,
        }
    }
}

/// 16 bytes of SHA-256 over a command, its arguments and the party that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 16]);
