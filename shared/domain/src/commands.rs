//! The commands (`docs/domain.md §3`, *Commands*): what can be asked of a claim, the row of each in the table, and which
//! file has its rule. Whoever adds one adds its file, its case, its row and its arms here.

pub(crate) mod accept;
pub(crate) mod add_evidence;
pub(crate) mod apply_reports;
pub(crate) mod begin_review;
pub(crate) mod change_consent;
pub(crate) mod correct_contact;
pub(crate) mod deadline_passed;
pub(crate) mod decline;
pub(crate) mod discard;
pub(crate) mod dispute;
pub(crate) mod draft;
pub(crate) mod edit;
pub(crate) mod end;
pub(crate) mod erase;
pub(crate) mod extend;
pub(crate) mod hold;
pub(crate) mod overturn;
pub(crate) mod recall;
pub(crate) mod record_scan;
pub(crate) mod recount;
pub(crate) mod refuse_contact;
pub(crate) mod reject;
pub(crate) mod request_defence;
pub(crate) mod request_information;
pub(crate) mod resend;
pub(crate) mod respond;
pub(crate) mod resume;
pub(crate) mod retire_link;
pub(crate) mod submit;
pub(crate) mod supersede;
pub(crate) mod table;
pub(crate) mod undo;
pub(crate) mod uphold;
pub(crate) mod validate;
pub(crate) mod vanish;
pub(crate) mod vouch;
pub(crate) mod withdraw;
pub(crate) mod wrong_contact;

use chrono::NaiveDate;
use serde::Serialize;

use crate::actor::Actor;
use crate::claim::{Claim, CustomerContact, Instant, ItemStatus, Scan, State, UsedChances};
use crate::codes::coded;
use crate::command::{
    ClaimInput, Creation, DeclaredEvidence, DirectoryLoss, GivenReason, ItemSelection,
};
use crate::context::Context;
use crate::decision::dispute::is_finally_rejected;
use crate::decision::window::{awaits_notice, open_window};
use crate::decision::{Decision, invalid_state};
use crate::ids::{EvidenceId, ItemNo, NoticeNo, Sha256Hash};
use crate::motive::Motive;
use crate::reason::ReasonCode;
use crate::recipient::Decliners;
use crate::text::Comment;

use decline::refusable_items;
use undo::undoable_items;

coded! {
    /// A command with its arguments.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    #[serde(rename_all = "snake_case")]
    Command {
        /// Store a draft, which needs program and tenant alone.
        Draft(Box<Creation>) => "draft",
        /// Submit: a new claim at once; `None`: a draft as it stands.
        Submit(Option<Box<Creation>>) => "submit",
        /// Edit: the whole content as it shall be.
        Edit(Box<ClaimInput>) => "edit",
        /// Take a submitted claim back.
        Recall => "recall",
        /// Drop a draft for good.
        Discard => "discard",
        /// Begin the review of a submitted claim, or ask holders who came in since.
        BeginReview => "begin_review",
        /// Ask the partner for information.
        RequestInformation {
            /// At least one, each of the claim or of an item that is not dropped.
            reasons: Vec<GivenReason>,
        } => "request_information",
        /// Answer a request for information.
        Respond {
            /// What the partner says with the answer, to be read by the staff.
            comment: Option<Comment>,
        } => "respond",
        /// Reject the undecided items.
        Reject {
            /// At least one, each of the claim or of an item that is not dropped.
            reasons: Vec<GivenReason>,
        } => "reject",
        /// Find the claim right, so that the customer is notified.
        Validate {
            /// Undecided items that are left out of the notice, each with the reason; one undecided item must stay.
            drop: Vec<(ItemNo, ReasonCode)>,
            /// The grounds, required of a contested claim.
            comment: Option<Comment>,
        } => "validate",
        /// Reports of the mail provider were noted: do what they call for.
        ApplyReports {
            /// The notice that the reports are about; those of an earlier one move nothing.
            notice: NoticeNo,
        } => "apply_reports",
        /// Vouch for a contact of the tenant's domain.
        Vouch {
            /// Why the contact speaks for the tenant; required, and read by staff alone.
            comment: Option<Comment>,
        } => "vouch",
        /// Refuse the contact that the partner proposes.
        RefuseContact {
            /// Why it is refused, to be read by the partner.
            comment: Option<Comment>,
        } => "refuse_contact",
        /// Retire the link of a recipient.
        RetireLink {
            /// The recipient's number, as it was given.
            recipient: u8,
            /// Why; required of the operator.
            comment: Option<Comment>,
        } => "retire_link",
        /// The customer's rules make silence a no.
        ChangeConsent => "change_consent",
        /// Name another contact at the customer, or propose one (`docs/domain.md §3.2`).
        CorrectContact {
            /// Who is to get the next notice.
            contact: CustomerContact,
            /// Why this contact, where that is said: partner and staff read it.
            comment: Option<Comment>,
        } => "correct_contact",
        /// The customer says no.
        Decline {
            /// The items that the customer refuses.
            items: ItemSelection,
            /// Why, where the customer says so.
            #[serde(skip_serializing_if = "Option::is_none")]
            motive: Option<Motive>,
        } => "decline",
        /// The customer takes a no back.
        Undo {
            /// The items whose "no" is to be taken back.
            items: ItemSelection,
        } => "undo",
        /// The customer says yes.
        Accept {
            /// The items that the customer accepts.
            items: ItemSelection,
        } => "accept",
        /// End the association of one item at once.
        End {
            /// The number of the item whose association ends.
            item: ItemNo,
            /// Required of partner and operator.
            comment: Option<Comment>,
            /// Why; required of partner and operator.
            #[serde(skip_serializing_if = "Option::is_none")]
            motive: Option<Motive>,
        } => "end",
        /// The recipient is not the right person.
        WrongContact => "wrong_contact",
        /// Make the window longer.
        Extend {
            /// The last counted date; `None`: the customer's one extension.
            closes_on: Option<NaiveDate>,
        } => "extend",
        /// Count a window again: the calendar has changed.
        Recount => "recount",
        /// Hold the claim: a window that runs is void.
        Hold {
            /// Why it is held, to be read by the partner.
            comment: Comment,
        } => "hold",
        /// Go on with a claim on hold, by a new notice and a full new window.
        Resume => "resume",
        /// Send the current notice once more to whoever has no receipt of it.
        Resend => "resend",
        /// Take back what is undecided.
        Withdraw {
            /// Why: one of a partner's.
            motive: Motive,
            /// What the partner says with it, to be read by the staff.
            comment: Option<Comment>,
        } => "withdraw",
        /// Object to a rejection, once in the life of a claim.
        Dispute {
            /// Why the rejection is wrong.
            comment: Comment,
        } => "dispute",
        /// Find a disputed rejection right: it is final.
        Uphold {
            /// Why the rejection stands, to be read by the partner.
            comment: Comment,
        } => "uphold",
        /// Find a disputed rejection wrong: the claim is in review again.
        Overturn {
            /// Why the rejection does not stand, to be read by the partner.
            comment: Comment,
        } => "overturn",
        /// Add an entry of evidence, with the digest of its document.
        AddEvidence(Box<DeclaredEvidence>) => "add_evidence",
        /// The scan of a document has ended.
        RecordScan {
            /// The entry of evidence whose document was scanned.
            id: EvidenceId,
            /// The SHA-256 of the document that the entry awaits; where it awaits another one, nothing is recorded.
            sha256: Sha256Hash,
            /// What it said; `None`: the document is not the one that was declared.
            scan: Scan,
        } => "record_scan",
        /// Ask the holder of an item, of whose claim it is, to defend it.
        RequestDefence {
            /// The end of the time to defend, exclusive.
            until: Instant,
        } => "request_defence",
        /// End an association of the holder that another partner takes over.
        Supersede {
            /// The items that change hands.
            items: Vec<ItemNo>,
            /// Since when they are the newcomer's.
            since: Instant,
            /// Whether the newcomer is the same partner, which renews.
            renewed: bool,
        } => "supersede",
        /// Items, tenant or enrolment are gone.
        Vanish(DirectoryLoss) => "vanish",
        /// The claim's deadline has passed: do what silence does.
        DeadlinePassed => "deadline_passed",
        /// Erase the personal data of a claim that is over.
        Erase => "erase",
    }
    /// The name of a command.
    kind: CommandKind
}

// NEW: there is no claim yet. OPEN, ANY: see `AllowedStates`.
table::table! {
//  command            | who                                 | from                            | needs                                     | makes
    Draft              | Partner                             | NEW                             | partner tenant eligibility quota operator | Drafted;
    Submit             | PartnerAdmin                        | NEW Draft                       | partner tenant eligibility quota operator | Submitted;
    Edit               | Partner                             | Draft Submitted InReview ActionRequired Disputed Rejected Unreachable OnHold Associated | partner | Edited;
    Recall             | Partner                             | Submitted                       | partner operator                          | Recalled;
    Discard            | Partner                             | Draft                           |                                           | Discarded;
    Respond            | PartnerAdmin                        | ActionRequired                  | operator                                  | InformationAnswered;
    Withdraw           | PartnerAdmin                        | OPEN                            |                                           | Withdrawn;
    Dispute            | PartnerAdmin                        | Rejected                        | operator                                  | Disputed;
    CorrectContact     | PartnerAdmin Operator               | Unreachable                     | partner tenant blocks operator recipients | ContactCorrected ContactProposed;
    Resend             | PartnerAdmin Operator               | Notifying AwaitingCustomer      | partner recipients                        | NoticeResent;
    AddEvidence        | Partner                             | Draft Submitted ActionRequired Disputed Rejected Associated | partner       | EvidenceAdded;
    End                | PartnerAdmin Operator CustomerAdmin CustomerContact | ANY                             |                                           | AssociationEnded;

    BeginReview        | Reviewer                            | Submitted InReview              | locks operator                            | ReviewBegun;
    RequestInformation | Reviewer                            | InReview                        | partner operator                          | InformationRequested;
    Reject             | Reviewer                            | InReview OnHold Unreachable     | partner                                   | Rejected;
    Vouch              | Operator                            | Submitted InReview Unreachable  | tenant recipients                         | ContactVouched;
    RefuseContact      | Operator                            | Unreachable                     | partner operator                          | ContactProposalRefused;
    Validate           | Reviewer                            | InReview                        | partner tenant eligibility locks operator recipients | Validated;
    Uphold             | Reviewer                            | Disputed                        |                                           | DisputeUpheld;
    Overturn           | Reviewer                            | Disputed                        | operator                                  | DisputeOverturned;
    Hold               | Operator                            | Notifying AwaitingCustomer Unreachable | recipients                         | Held;
    Resume             | Operator                            | OnHold                          | partner tenant blocks operator recipients | Resumed NoticeFailed;
    Extend             | Customer Operator                   | AwaitingCustomer                | tenant recipients                         | WindowExtended;
    RetireLink         | CustomerAdmin Operator              | ANY                             | partner tenant operator recipients        | LinkRetired;

    Decline            | Customer                            | ANY                             |                                           | ItemsDeclined AssociationEnded;
    Undo               | Customer                            | AwaitingCustomer Declined       | partner tenant blocks operator recipients | DeclineUndone;
    Accept             | CustomerAdmin                       | AwaitingCustomer                | partner tenant blocks                     | ItemsAccepted;
    WrongContact       | CustomerLink                        | ANY                             | partner tenant operator recipients        | ContactRefused;
    ChangeConsent      | CustomerAdmin                       | ANY                             |                                           | ConsentChanged AssociationEnded;
    Erase              | Operator System                     | Rejected Declined Withdrawn Discarded Ended |                               | Erased;

    ApplyReports       | System                              | ANY                             | partner tenant blocks operator recipients | WindowOpened NoticeFailed RecipientFailed WindowExtended Held AssociationEnded;
    RecordScan         | System                              | ANY                             |                                           | EvidenceAdded;
    Recount            | System                              | ANY                             | tenant recipients outages                 | WindowExtended Held;
    RequestDefence     | System                              | ANY                             |                                           | DefenceRequested;
    Supersede          | System                              | ANY                             |                                           | AssociationEnded;
    Vanish             | System                              | ANY                             | partner tenant operator recipients        | AssociationEnded Rejected Held NoticeFailed RecipientFailed WindowExtended;
    DeadlinePassed     | System                              | ANY                             | partner tenant blocks operator recipients outages | Discarded ReviewOverdue Rejected WindowOpened NoticeFailed RecipientFailed WindowClosed
                                                                                                                                             AssociationEnded WindowExtended Held Resumed;
}

/// What the command leads to by its rule, for somebody who may give it to a claim in that state.
pub(crate) fn decide_change(claim: &Claim, command: &Command, context: &Context) -> Decision {
    match command {
        Command::BeginReview => begin_review::decide(claim, context),
        Command::Reject { reasons } => reject::decide(claim, reasons, context),
        Command::Validate { drop, comment } => {
            validate::decide(claim, drop, comment.as_ref(), context)
        }
        Command::ApplyReports { notice } => apply_reports::decide(claim, *notice, context),
        Command::Decline { items, motive } => decline::decide(claim, items, *motive, context),
        Command::Undo { items } => undo::decide(claim, items, context),
        Command::End { item, comment, motive } => {
            end::decide(claim, *item, comment.as_ref(), *motive, context)
        }
        Command::Withdraw { motive, comment } => {
            withdraw::decide(claim, *motive, comment.as_ref(), context)
        }
        Command::DeadlinePassed => deadline_passed::decide(claim, context),
        Command::Submit(None) => submit::decide(claim, context),
        Command::Draft(_) | Command::Submit(Some(_)) => Err(invalid_state(claim, command.kind())),
        Command::Edit(input) => edit::decide(claim, input, context),
        Command::Recall => recall::decide(claim, context),
        Command::Discard => Ok(Some(discard::decide(claim, context))),
        Command::RequestInformation { reasons } => {
            request_information::decide(claim, reasons, context)
        }
        Command::Respond { comment } => respond::decide(claim, comment.as_ref(), context),
        Command::Dispute { comment } => dispute::decide(claim, comment, context),
        Command::Uphold { comment } => uphold::decide(claim, comment, context),
        Command::Overturn { comment } => overturn::decide(claim, comment, context),
        Command::CorrectContact { contact, comment } => {
            correct_contact::decide(claim, contact, comment.as_ref(), context)
        }
        Command::Vouch { comment } => vouch::decide(claim, comment.as_ref(), context),
        Command::RefuseContact { comment } => {
            refuse_contact::decide(claim, comment.as_ref(), context)
        }
        Command::RetireLink { recipient, comment } => {
            retire_link::decide(claim, *recipient, comment.as_ref(), context)
        }
        Command::ChangeConsent => Ok(change_consent::decide(claim, context)),
        Command::Extend { closes_on } => extend::decide(claim, *closes_on, context),
        Command::Recount => recount::decide(claim, context),
        Command::Hold { comment } => hold::decide(claim, comment, context),
        Command::Resume => resume::decide(claim, context),
        Command::Resend => resend::decide(claim, context),
        Command::Accept { items } => accept::decide(claim, items, context),
        Command::AddEvidence(entry) => add_evidence::decide(claim, entry, context),
        Command::RecordScan { id, sha256, scan } => {
            Ok(record_scan::decide(claim, id, *sha256, *scan, context))
        }
        Command::RequestDefence { until } => Ok(request_defence::decide(claim, *until, context)),
        Command::Supersede { items, since, renewed } => {
            Ok(supersede::decide(claim, items, *since, *renewed, context))
        }
        Command::Vanish(what) => vanish::decide(claim, what, context),
        Command::WrongContact => wrong_contact::decide(claim, context),
        Command::Erase => erase::decide(claim, context),
    }
}

/// Whether the command, in a state that takes it, would do something at that moment.
pub(crate) fn has_effect(claim: &Claim, kind: CommandKind, actor: &Actor, at: Instant) -> bool {
    let is_staff = matches!(actor, Actor::Staff { .. });
    let is_open = open_window(claim, at).is_some();
    let has =
        |fits: fn(ItemStatus) -> bool| claim.items.iter().any(|item| fits(claim.item_status(item)));
    let was_notified = claim.notice != NoticeNo::default();
    match kind {
        CommandKind::Draft => false,
        CommandKind::Withdraw => is_open || !matches!(claim.state, State::AwaitingCustomer { .. }),
        CommandKind::Hold => is_open || !matches!(claim.state, State::AwaitingCustomer { .. }),
        CommandKind::Dispute | CommandKind::AddEvidence => !is_finally_rejected(claim, at),
        CommandKind::Edit => {
            !is_finally_rejected(claim, at) && !edit::is_edited_too_soon(claim, at)
        }
        CommandKind::Respond => {
            matches!(claim.state, State::ActionRequired { answer_by, .. } if at < answer_by)
        }
        CommandKind::CorrectContact => is_staff || !waits_for_operator(claim),
        CommandKind::RefuseContact => {
            waits_for_operator(claim)
                && claim.details.proposed_contact.is_some()
                && claim.used.refused_proposals < UsedChances::MOST_REFUSED_PROPOSALS
        }
        CommandKind::Vouch => waits_for_operator(claim) || !claim.details.has_vouched_contact(),
        CommandKind::Extend => is_open && (is_staff || !claim.extended),
        CommandKind::Accept => is_open && has(|status| status == ItemStatus::Pending),
        CommandKind::Undo => !undoable_items(claim, Decliners::ALL, at).is_empty(),
        CommandKind::Decline => {
            // One more "no" to what is declined is kept beside the first.
            let is_declined = has(|status| matches!(status, ItemStatus::Declined { .. }));
            was_notified && (is_declined || !refusable_items(claim, at).is_empty())
        }
        CommandKind::RetireLink => was_notified,
        CommandKind::Resend => awaits_notice(claim, at),
        CommandKind::End => has(|status| matches!(status, ItemStatus::Active { .. })),
        CommandKind::BeginReview => matches!(claim.state, State::Submitted { .. }),
        CommandKind::Erase => erase::is_over_under_any_policy(claim, at),
        CommandKind::Uphold | CommandKind::Overturn => !is_own_rejection(claim, actor),
        CommandKind::Submit
        | CommandKind::Recall
        | CommandKind::Discard
        | CommandKind::RequestInformation
        | CommandKind::Reject
        | CommandKind::Validate
        | CommandKind::Resume
        | CommandKind::WrongContact
        | CommandKind::ChangeConsent
        | CommandKind::ApplyReports
        | CommandKind::RecordScan
        | CommandKind::Recount
        | CommandKind::RequestDefence
        | CommandKind::Supersede
        | CommandKind::Vanish
        | CommandKind::DeadlinePassed => true,
    }
}

/// Whether the claim is unreachable and its operator's turn.
fn waits_for_operator(claim: &Claim) -> bool {
    matches!(claim.state, State::Unreachable { with_operator: true, .. })
}

/// Whether it is the actor's own rejection that is disputed.
fn is_own_rejection(claim: &Claim, actor: &Actor) -> bool {
    let State::Disputed { rejection, .. } = &claim.state else { return false };
    rejection.by.is_some() && rejection.by.as_ref() == actor.staff_id()
}
