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
pub use needs::CommandNeeds;

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
        /// Take back what is undecided.
        Withdraw {
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

/// What a claim is created from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Creation {
    /// The id that it gets.
    pub id: ClaimId,
    /// What the partner claims, and for whom.
    pub input: ClaimInput,
    /// The fields of the request that could not be read: reported together with what is not eligible.
    #[serde(skip)]
    pub malformed: Vec<FieldError>,
}

/// What is gone, of what a claim stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DirectoryLoss {
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
pub enum ItemSelection {
    /// Every item of the claim that the command can be about.
    All,
    /// The items of these numbers, and no other.
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
            canonical::hash_canonical(&(party, self.kind())).0
        } else {
            canonical::hash_canonical(&(party, self)).0
        };
        digest.first_chunk::<16>().map(|bytes| Fingerprint(*bytes))
    }
}
