//! Commands: what can be asked of a claim (`docs/domain.md §3`, *Commands*).

mod input;
mod needs;

use chrono::NaiveDate;
use serde::Serialize;

use crate::actor::Actor;
use crate::canonical;
use crate::claim::{CustomerContact, Instant, Scan};
use crate::codes::coded;
use crate::event::Fingerprint;
use crate::field_error::FieldError;
use crate::ids::{ClaimId, EvidenceId, ItemNo, NoticeNo, Sha256Hash};
use crate::reason::{Reason, ReasonCode};
use crate::text::Comment;

pub use input::{ClaimInput, DeclaredEvidence};
pub use needs::Needs;

coded! {
    /// A command with its arguments.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    #[serde(rename_all = "snake_case")]
    Command {
        /// Store a draft.
        Draft(Box<Creation>) => "draft",
        /// Submit: a new claim at once; `None`: a draft as it stands.
        Submit(Option<Box<Creation>>) => "submit",
        /// Edit: the whole content as it shall be.
        Edit(Box<ClaimInput>) => "edit",
        /// Take a submitted claim back.
        Recall => "recall",
        /// Drop a draft.
        Discard => "discard",
        /// Begin the review.
        BeginReview => "begin_review",
        /// Ask the partner.
        RequestInformation {
            /// At least one.
            reasons: Vec<GivenReason>,
        } => "request_information",
        /// Answer the operator.
        Respond {
            /// A remark.
            comment: Option<Comment>,
        } => "respond",
        /// Reject.
        Reject {
            /// At least one.
            reasons: Vec<GivenReason>,
        } => "reject",
        /// Validate.
        Validate {
            /// Items to drop.
            drop: Vec<(ItemNo, ReasonCode)>,
            /// The grounds, required of a contested claim.
            comment: Option<Comment>,
        } => "validate",
        /// Reports of the mail provider were noted: do what they call for.
        ApplyReports {
            /// Of which notice.
            notice: NoticeNo,
        } => "apply_reports",
        /// Vouch for a contact of the tenant's domain.
        Vouch {
            /// Why; required.
            comment: Option<Comment>,
        } => "vouch",
        /// Refuse the contact that the partner proposes.
        RefuseContact {
            /// Why.
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
        /// Name another contact.
        CorrectContact {
            /// The new contact.
            contact: CustomerContact,
        } => "correct_contact",
        /// The customer says no.
        Decline {
            /// Which items.
            items: Selection,
        } => "decline",
        /// The customer takes a no back.
        Undo {
            /// Which items.
            items: Selection,
        } => "undo",
        /// The customer says yes.
        Accept {
            /// Which items.
            items: Selection,
        } => "accept",
        /// End an association.
        End {
            /// Whose association.
            item: ItemNo,
            /// Required of partner and operator.
            comment: Option<Comment>,
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
        /// Hold.
        Hold {
            /// Why.
            comment: Comment,
        } => "hold",
        /// Resume.
        Resume => "resume",
        /// Withdraw.
        Withdraw {
            /// Why.
            comment: Option<Comment>,
        } => "withdraw",
        /// Dispute a rejection.
        Dispute {
            /// Why.
            comment: Comment,
        } => "dispute",
        /// The rejection stands.
        Uphold {
            /// Why.
            comment: Comment,
        } => "uphold",
        /// The rejection falls.
        Overturn {
            /// Why.
            comment: Comment,
        } => "overturn",
        /// Add evidence.
        AddEvidence(Box<DeclaredEvidence>) => "add_evidence",
        /// The scan of a document has ended.
        RecordScan {
            /// Of which entry.
            id: EvidenceId,
            /// With which content.
            sha256: Sha256Hash,
            /// What it said; `None`: the document is not the one that was declared.
            scan: Scan,
        } => "record_scan",
        /// Ask the holder of an item, of whose claim it is, to defend it.
        RequestDefence {
            /// Until when.
            until: Instant,
        } => "request_defence",
        /// End an association of the holder that another partner takes over.
        Supersede {
            /// The items that change hands.
            items: Vec<ItemNo>,
            /// Since when they are the newcomer's.
            since: Instant,
        } => "supersede",
        /// Items, tenant or enrolment are gone.
        Vanish(Vanished) => "vanish",
        /// The claim's deadline has passed: do what silence does.
        DeadlinePassed => "deadline_passed",
        /// Erase the personal data of a claim that is over.
        Erase => "erase",
    }
    /// The name of a command.
    kind: CommandKind
}

/// What a claim is created from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Creation {
    /// The id that it gets.
    pub id: ClaimId,
    /// Its content.
    pub input: ClaimInput,
    /// The fields of the request that could not be read: reported together with what is not eligible.
    #[serde(skip)]
    pub malformed: Vec<FieldError>,
}

/// What is gone, of what a claim stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Vanished {
    /// These items: their subscription has ended.
    Items(Vec<ItemNo>),
    /// The tenant, and with it every item.
    Tenant,
    /// The enrolment of the claim's location.
    Enrolment,
    /// The partner's right to claim at all.
    Partner,
    /// Verified contacts that notices went to.
    Contacts,
}

/// A reason with its comment, as given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GivenReason {
    /// The code and the item.
    #[serde(flatten)]
    pub reason: Reason,
    /// What the reviewer adds.
    pub comment: Option<Comment>,
}

/// Which of a claim's items a customer means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// All of them.
    All,
    /// These.
    These(Vec<ItemNo>),
}

impl Command {
    /// Whether the command may do more when it is given again by somebody who has seen what it led to: beginning a
    /// review once more asks a holder who came in meanwhile, and an undo takes back a "no" that arrived after the
    /// first one and was written before it.
    pub fn may_do_more(&self) -> bool {
        matches!(self, Self::BeginReview | Self::Undo { .. })
    }

    /// What makes a repeat of this command by the same party recognisable (`docs/api.md §1.5`): the
    /// links of different notices are different people's. `None` for what the system does, whose repeats its own guards answer.
    pub fn fingerprint(&self, actor: &Actor) -> Option<Fingerprint> {
        let party = match actor {
            Actor::Partner { id, .. } => format!("partner:{id}"),
            Actor::Staff { id, .. } => format!("staff:{id}"),
            Actor::CustomerAdmin { tenant, .. } => format!("tenant:{tenant}"),
            Actor::CustomerLink { notice, recipient: None } => format!("link:{}", notice.0),
            Actor::CustomerLink { notice, recipient: Some(no) } => {
                format!("link:{}:{}", notice.0, no.0)
            }
            Actor::System => return None,
        };
        let digest = if let Self::Submit(None) = self {
            // A draft is submitted without arguments: the name is all there is.
            canonical::hash(&(party, self.kind())).0
        } else {
            canonical::hash(&(party, self)).0
        };
        digest.first_chunk::<16>().map(|bytes| Fingerprint(*bytes))
    }
}
