//! The table of events: the name of each, its row, and what it carries. Whoever adds one adds its name, its row and its
//! case here, and its arms in the file of the forms. An event without a row does not compile.

use super::row::event_rows;
use super::{NoticeChange, Opening, Silence};
use crate::calendar::Window;
use crate::claim::{ExtensionCause, HoldReason, Instant, RejectionRecord};
use crate::codes::{coded, codes};
use crate::commands::{
    accept, add_evidence, apply_reports, begin_review, change_consent, correct_contact,
    deadline_passed, decline, discard, dispute, draft, edit, end, erase, extend, hold, overturn,
    recall, refuse_contact, reject, request_defence, request_information, resend, respond, resume,
    retire_link, submit, undo, uphold, validate, vouch, withdraw, wrong_contact,
};
use crate::deadline::Deadline;
use crate::ids::{ItemNo, NoticeNo, Sha256Hash};
use crate::reason::{EndReason, Reason};
use crate::recipient::{Decliners, RecipientNo};

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
        /// The notice was sent once more to whoever had no receipt of it.
        NoticeResent => "notice_resent",
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

// NEW: a claim's first. OPEN, ANY: see `AllowedStates`.
event_rows! {
//  event                  | number | mail       | new notice | comments | deadline          | rule                           | of a claim in
    Drafted                | 1      | Nothing    | false      | staff    | Nothing           | draft::RULE                    | NEW;
    Submitted              | 2      | Nothing    | false      | staff    | ReviewStart       | submit::RULE                   | NEW Draft;
    Edited                 | 3      | Nothing    | false      | staff    | Nothing           | edit::RULE                     | Draft Submitted InReview ActionRequired Disputed Rejected Unreachable OnHold Associated;
    Recalled               | 4      | Nothing    | false      | staff    | Nothing           | recall::RULE                   | Submitted;
    Discarded              | 5      | Nothing    | false      | staff    | Nothing           | discard::RULE                  | Draft;
    ReviewBegun            | 6      | Nothing    | false      | staff    | Review            | begin_review::RULE             | Submitted InReview;
    ReviewOverdue          | 7      | Nothing    | false      | staff    | Nothing           | deadline_passed::OVERDUE_RULE  | Submitted InReview Disputed Unreachable;
    DefenceRequested       | 8      | Nothing    | false      | staff    | Nothing           | request_defence::RULE          | ANY;
    InformationRequested   | 9      | Nothing    | false      | partner  | Answer            | request_information::RULE      | InReview;
    InformationAnswered    | 10     | Nothing    | false      | partner  | Review            | respond::RULE                  | ActionRequired;
    Rejected               | 11     | Rejection  | false      | partner  | Nothing           | reject::RULE                   | OPEN;
    Validated              | 12     | Notice     | true       | staff    | Delivery          | validate::RULE                 | InReview;
    WindowOpened           | 13     | Opening    | false      | staff    | Nothing           | apply_reports::OPENING_RULE    | Notifying;
    NoticeFailed           | 14     | Nothing    | false      | staff    | Contact           | apply_reports::FAILURE_RULE    | Notifying AwaitingCustomer OnHold;
    ContactCorrected       | 15     | Notice     | true       | partner  | Delivery          | correct_contact::RULE          | Unreachable;
    ContactRefused         | 16     | Refusal    | true       | staff    | DeliveryOrContact | wrong_contact::RULE            | Notifying Unreachable AwaitingCustomer OnHold Associated Declined;
    ContactVouched         | 30     | Nothing    | false      | staff    | Nothing           | vouch::RULE                    | Submitted InReview Unreachable;
    ContactProposed        | 31     | Nothing    | false      | partner  | Review            | correct_contact::PROPOSAL_RULE | Unreachable;
    ContactProposalRefused | 32     | Nothing    | false      | partner  | Contact           | refuse_contact::RULE           | Unreachable;
    RecipientFailed        | 33     | Failure    | true       | staff    | DeliveryOrContact | apply_reports::RECIPIENT_RULE  | Notifying AwaitingCustomer Declined;
    LinkRetired            | 34     | Retirement | true       | staff    | DeliveryOrContact | retire_link::RULE              | ANY;
    NoticeResent           | 37     | Resend     | false      | staff    | Nothing           | resend::RULE                   | Notifying AwaitingCustomer;
    ConsentChanged         | 35     | Consent    | false      | staff    | Nothing           | change_consent::RULE           | Submitted InReview ActionRequired Disputed Notifying Unreachable AwaitingCustomer OnHold Rejected Declined;
    ItemsDeclined          | 17     | Decision   | false      | staff    | Nothing           | decline::RULE                  | InReview ActionRequired Disputed Notifying Unreachable AwaitingCustomer OnHold Associated Rejected Declined;
    DeclineUndone          | 18     | Decision   | true       | staff    | DeliveryOrContact | undo::RULE                     | AwaitingCustomer Declined;
    ItemsAccepted          | 19     | Yes        | false      | staff    | Nothing           | accept::RULE                   | AwaitingCustomer;
    WindowExtended         | 20     | Extension  | false      | staff    | Nothing           | extend::RULE                   | AwaitingCustomer Declined;
    Held                   | 21     | Nothing    | false      | partner  | Nothing           | hold::RULE                     | Notifying AwaitingCustomer Unreachable;
    Resumed                | 22     | Notice     | true       | staff    | Delivery          | resume::RULE                   | OnHold AwaitingCustomer;
    WindowClosed           | 23     | Close      | false      | staff    | Nothing           | deadline_passed::CLOSE_RULE    | AwaitingCustomer;
    Withdrawn              | 24     | Withdrawal | false      | partner  | Nothing           | withdraw::RULE                 | OPEN;
    Disputed               | 25     | Nothing    | false      | partner  | Review            | dispute::RULE                  | Rejected;
    DisputeUpheld          | 26     | Nothing    | false      | partner  | Nothing           | uphold::RULE                   | Disputed;
    DisputeOverturned      | 27     | Nothing    | false      | partner  | Review            | overturn::RULE                 | Disputed;
    AssociationEnded       | 28     | End        | false      | all      | Nothing           | end::RULE                      | ANY;
    EvidenceAdded          | 29     | Nothing    | false      | staff    | Nothing           | add_evidence::RULE             | Draft Submitted InReview ActionRequired Disputed Notifying Unreachable AwaitingCustomer OnHold Associated Rejected Declined;
    Erased                 | 36     | Nothing    | false      | staff    | Nothing           | erase::RULE                    | Rejected Declined Withdrawn Discarded Ended;
}

coded! {
    of
    /// What happened, with exactly what `evolve` needs.
    #[derive(Debug, Clone, PartialEq, Eq)]
    EventBody {
        /// [`EventType::Drafted`]: a draft is stored, and its program and tenant are fixed.
        Drafted {
            /// The content of the draft, as far as it is given.
            opening: Box<Opening>,
            /// When idleness discards it.
            discard_at: Instant,
        },
        /// [`EventType::Submitted`], at once or from a draft.
        Submitted {
            /// The content as submitted.
            opening: Box<Opening>,
            /// When the review should have begun.
            due_at: Deadline,
            /// The date that ranks rivals.
            priority_at: Instant,
        },
        /// [`EventType::Edited`]: the partner changed the content, or removed items that it was asked about.
        Edited {
            /// The content after it, where the claim is a draft.
            opening: Option<Box<Opening>>,
            /// Items removed under a request for information.
            removed: Vec<ItemNo>,
            /// A draft's new idle deadline.
            discard_at: Option<Instant>,
        },
        /// [`EventType::Recalled`]: the claim is a draft again.
        Recalled {
            /// When idleness discards the draft.
            discard_at: Instant,
            /// Until when a resubmit keeps the priority date.
            keeps_priority_until: Deadline,
        },
        /// [`EventType::Discarded`]: the draft is over, by the partner or by silence.
        Discarded,
        /// [`EventType::ReviewBegun`]: a reviewer begins, or asks holders who came in meanwhile.
        ReviewBegun {
            /// When it should be decided.
            due_at: Deadline,
            /// Whether somebody else holds or claims an item.
            contested: bool,
            /// Until when the holder may defend.
            defence_until: Option<Instant>,
        },
        /// [`EventType::ReviewOverdue`]: the deadline of a review passed, which is recorded once.
        ReviewOverdue,
        /// [`EventType::DefenceRequested`], of the holder's claim.
        DefenceRequested {
            /// The end of the time to defend, exclusive (`docs/domain.md §3.4`).
            until: Instant,
        },
        /// [`EventType::InformationRequested`]: it is the partner's turn to answer.
        InformationRequested {
            /// What is asked, at least one reason; their comments stand in the details.
            reasons: Vec<Reason>,
            /// The end of the time to answer, exclusive: silence rejects the claim.
            answer_by: Deadline,
        },
        /// [`EventType::InformationAnswered`]: the claim is in review again.
        InformationAnswered {
            /// When the review should be done.
            due_at: Deadline,
        },
        /// [`EventType::Rejected`]: undecided items are refused, by staff, by silence, or because they are gone.
        Rejected {
            /// Which undecided items; empty: all of them.
            items: Vec<ItemNo>,
            /// The reasons, and the reviewer; no reviewer where silence or the system did it.
            rejection: RejectionRecord,
            /// Until when it can be disputed.
            disputable_until: Option<Instant>,
            /// When the policy's term runs out, where nothing but associations is left.
            ends_at: Option<Instant>,
        },
        /// [`EventType::Validated`]: the content is frozen, and a notice is due.
        Validated {
            /// Whether the customer's rules ask for a yes by now.
            explicit_yes: bool,
            /// Items the reviewer dropped.
            dropped: Vec<ItemNo>,
            /// Whether an item is held by another partner.
            contested: bool,
            /// The notice that is due.
            notice: NoticeNo,
            /// What the notice will say.
            content_hash: Sha256Hash,
            /// Until when a proof of delivery must come.
            deliver_by: Deadline,
        },
        /// [`EventType::WindowOpened`]: a notice was delivered to a verified recipient.
        WindowOpened {
            /// The customer's window, with the days that it counts and those that it skips.
            window: Window,
            /// Whose delivery it is counted from.
            opened_by: RecipientNo,
        },
        /// [`EventType::NoticeFailed`]: nobody can be reached.
        NoticeFailed {
            /// Until when the contact must be corrected.
            correct_by: Deadline,
            /// Whether that is the operator's turn.
            with_operator: bool,
        },
        /// [`EventType::RecipientFailed`]: the delivery that counted failed, or no proof of it came in time.
        RecipientFailed {
            /// What becomes of the notice.
            change: NoticeChange,
        },
        /// [`EventType::ContactVouched`]: the details name the address and who vouched.
        ContactVouched,
        /// [`EventType::ContactProposed`]: the operator has to answer, and nothing is mailed.
        ContactProposed {
            /// When the operator should have answered.
            due_at: Deadline,
        },
        /// [`EventType::ContactProposalRefused`]: it is the partner's turn again, with the full time.
        ContactProposalRefused {
            /// Until when the contact must be corrected.
            correct_by: Deadline,
        },
        /// [`EventType::LinkRetired`]: the link takes a "no" and nothing else, for ever.
        LinkRetired {
            /// What becomes of the notice.
            change: NoticeChange,
        },
        /// [`EventType::NoticeResent`]: nothing of the claim changes.
        NoticeResent,
        /// [`EventType::ConsentChanged`]: silence is a "no" from now on.
        ConsentChanged,
        /// [`EventType::ContactCorrected`]: another contact gets the next notice.
        ContactCorrected {
            /// The number of the notice that is due.
            notice: NoticeNo,
            /// Until when a proof of delivery must come.
            deliver_by: Deadline,
        },
        /// [`EventType::ContactRefused`]: a recipient says that it is not the right person.
        ContactRefused {
            /// What becomes of the notice.
            change: NoticeChange,
        },
        /// [`EventType::ItemsDeclined`]: a "no" of the customer to items that were undecided, active or declined.
        ItemsDeclined {
            /// Items that were undecided.
            declined: Vec<ItemNo>,
            /// Items that were active: their associations end.
            ended: Vec<ItemNo>,
            /// Since when those run no more, where another partner's had begun before the "no"; `None`: since the "no".
            ended_at: Option<Instant>,
            /// Items that somebody else had declined before.
            joined: Vec<ItemNo>,
            /// The parties whose "no" it is.
            by: Decliners,
            /// Whether the no arrived in time.
            in_time: bool,
            /// When the policy's term runs out, where nothing but associations is left.
            ends_at: Option<Instant>,
        },
        /// [`EventType::DeclineUndone`]: the "no" of some parties is taken back; an item without any other waits again.
        DeclineUndone {
            /// The items of which a no is taken back.
            items: Vec<ItemNo>,
            /// The parties whose "no" is taken back.
            by: Decliners,
            /// Whether it was by a link.
            by_link: bool,
            /// What becomes of the notice: no delivery may stand any more, or the window becomes longer.
            change: NoticeChange,
        },
        /// [`EventType::ItemsAccepted`]: a yes of the customer's administrator.
        ItemsAccepted {
            /// The items that are active now.
            items: Vec<ItemNo>,
            /// When the policy's term runs out, where nothing but associations is left.
            ends_at: Option<Instant>,
        },
        /// [`EventType::WindowExtended`]: the window ends later, never earlier.
        WindowExtended {
            /// The window that replaces the one before.
            window: Window,
            /// Why it ends later, as `window.extended_by` lists it (`docs/domain.md §4.4`).
            cause: ExtensionCause,
            /// Whose delivery it is counted from now, where that has changed.
            opened_by: Option<RecipientNo>,
            /// The last outage for which a day was given, by its number.
            outage: Option<u32>,
        },
        /// [`EventType::Held`]: no window runs until the claim is resumed.
        Held {
            /// Why the system holds it; `None`: the operator does.
            reason: Option<HoldReason>,
        },
        /// [`EventType::Resumed`]: the hold is over, and a full new window will follow.
        Resumed {
            /// The number of the notice that is due.
            notice: NoticeNo,
            /// Until when a proof of delivery must come.
            deliver_by: Deadline,
        },
        /// [`EventType::WindowClosed`]: silence decides the items that nobody has decided (`docs/domain.md §4.3`).
        WindowClosed {
            /// What silence did to the undecided items.
            outcome: Silence,
            /// When the policy's term runs out.
            ends_at: Option<Instant>,
        },
        /// [`EventType::Withdrawn`]: the partner takes the undecided items back.
        Withdrawn {
            /// When the policy's term runs out, where nothing but associations is left.
            ends_at: Option<Instant>,
        },
        /// [`EventType::Disputed`]: the partner objects to the rejection, once in the life of a claim.
        Disputed {
            /// When it should be judged.
            due_at: Deadline,
        },
        /// [`EventType::DisputeUpheld`]: the rejection stands, and is final.
        DisputeUpheld,
        /// [`EventType::DisputeOverturned`]: the rejected items are proposed again.
        DisputeOverturned {
            /// When the new review should be done.
            due_at: Deadline,
        },
        /// [`EventType::AssociationEnded`]: active items are over.
        AssociationEnded {
            /// The items that are no associations any more.
            items: Vec<ItemNo>,
            /// Why they ended, the same for all of them.
            reason: EndReason,
            /// Since when they run no more: where another partner took over, since that partner's began.
            at: Instant,
        },
        /// [`EventType::EvidenceAdded`]: an entry, a document, or what its scan said.
        EvidenceAdded {
            /// When a draft that it was added to is discarded; it idles anew.
            discard_at: Option<Instant>,
            /// Whether the partner brought it, which uses the defence that was asked for.
            by_partner: bool,
        },
        /// [`EventType::Erased`]: the details are those that are left.
        Erased,
    }
    event_type: EventType
}
