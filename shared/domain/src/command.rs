//! Commands: what can be asked of a claim (`docs/domain.md §3`, *Commands*).

mod input;
mod needs;

use chrono::NaiveDate;
use serde::Serialize;

use crate::actor::Actor;
use crate::canonical;
use crate::claim::{CustomerContact, Instant, Scan};
use crate::event::{FailureCause, Fingerprint};
use crate::ids::{ClaimId, EvidenceId, ItemNo, NoticeNo, Sha256Hash};
use crate::reason::{Reason, ReasonCode, codes};
use crate::rejection::FieldError;
use crate::text::Comment;

pub use input::{ClaimInput, DeclaredEvidence};
pub use needs::Needs;

codes! {
    /// The name of a command.
    CommandKind {
        /// Store a draft.
        Draft => "draft",
        /// Submit.
        Submit => "submit",
        /// Edit.
        Edit => "edit",
        /// Take a submitted claim back.
        Recall => "recall",
        /// Drop a draft.
        Discard => "discard",
        /// Begin the review.
        BeginReview => "begin_review",
        /// Ask the partner.
        RequestInformation => "request_information",
        /// Answer the operator.
        Respond => "respond",
        /// Reject.
        Reject => "reject",
        /// Validate.
        Validate => "validate",
        /// A notice was delivered.
        RecordDelivery => "record_delivery",
        /// A notice bounced or was complained about.
        RecordFailure => "record_failure",
        /// Name another contact.
        CorrectContact => "correct_contact",
        /// The customer says no.
        Decline => "decline",
        /// The customer takes a no back.
        Undo => "undo",
        /// The customer says yes.
        Accept => "accept",
        /// End an association.
        End => "end",
        /// The recipient is not the right person.
        WrongContact => "wrong_contact",
        /// Make the window longer.
        Extend => "extend",
        /// Count a window again: the calendar has changed.
        Recount => "recount",
        /// Hold.
        Hold => "hold",
        /// Resume.
        Resume => "resume",
        /// Withdraw.
        Withdraw => "withdraw",
        /// Dispute a rejection.
        Dispute => "dispute",
        /// The rejection stands.
        Uphold => "uphold",
        /// The rejection falls.
        Overturn => "overturn",
        /// Add evidence.
        AddEvidence => "add_evidence",
        /// The scan of a document has ended.
        RecordScan => "record_scan",
        /// Ask the holder of an item to defend it.
        RequestDefence => "request_defence",
        /// End an association that another partner takes over.
        Supersede => "supersede",
        /// Items, tenant or enrolment are gone.
        Vanish => "vanish",
        /// The claim's deadline has passed: do what silence does.
        DeadlinePassed => "deadline_passed",
    }
}

/// A command with its arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// [`CommandKind::Draft`].
    Draft(Box<Creation>),
    /// [`CommandKind::Submit`]: a new claim at once; `None`: a draft as it stands.
    Submit(Option<Box<Creation>>),
    /// [`CommandKind::Edit`]: the whole content as it shall be.
    Edit(Box<ClaimInput>),
    /// [`CommandKind::Recall`].
    Recall,
    /// [`CommandKind::Discard`].
    Discard,
    /// [`CommandKind::BeginReview`].
    BeginReview,
    /// [`CommandKind::RequestInformation`].
    RequestInformation {
        /// At least one.
        reasons: Vec<GivenReason>,
    },
    /// [`CommandKind::Respond`].
    Respond {
        /// A remark.
        comment: Option<Comment>,
    },
    /// [`CommandKind::Reject`].
    Reject {
        /// At least one.
        reasons: Vec<GivenReason>,
    },
    /// [`CommandKind::Validate`].
    Validate {
        /// Items to drop.
        drop: Vec<(ItemNo, ReasonCode)>,
        /// The grounds, required of a contested claim.
        comment: Option<Comment>,
    },
    /// [`CommandKind::RecordDelivery`].
    RecordDelivery {
        /// The notice that was delivered.
        notice: NoticeNo,
        /// Whether its recipient is verified or of the tenant's domain.
        qualifying: bool,
    },
    /// [`CommandKind::RecordFailure`].
    RecordFailure {
        /// The notice that failed.
        notice: NoticeNo,
        /// Bounce or complaint.
        cause: FailureCause,
        /// Whether another qualifying recipient accepted the notice, or has yet to answer.
        others_left: bool,
    },
    /// [`CommandKind::CorrectContact`].
    CorrectContact {
        /// The new contact.
        contact: CustomerContact,
    },
    /// [`CommandKind::Decline`].
    Decline {
        /// Which items.
        items: Selection,
    },
    /// [`CommandKind::Undo`].
    Undo {
        /// Which items.
        items: Selection,
    },
    /// [`CommandKind::Accept`].
    Accept {
        /// Which items.
        items: Selection,
    },
    /// [`CommandKind::End`].
    End {
        /// Whose association.
        item: ItemNo,
        /// Required of partner and operator.
        comment: Option<Comment>,
    },
    /// [`CommandKind::WrongContact`].
    WrongContact,
    /// [`CommandKind::Extend`].
    Extend {
        /// The last counted date; `None`: the customer's one extension.
        closes_on: Option<NaiveDate>,
    },
    /// [`CommandKind::Recount`].
    Recount,
    /// [`CommandKind::Hold`].
    Hold {
        /// Why.
        comment: Comment,
    },
    /// [`CommandKind::Resume`].
    Resume,
    /// [`CommandKind::Withdraw`].
    Withdraw {
        /// Why.
        comment: Option<Comment>,
    },
    /// [`CommandKind::Dispute`].
    Dispute {
        /// Why.
        comment: Comment,
    },
    /// [`CommandKind::Uphold`].
    Uphold {
        /// Why.
        comment: Comment,
    },
    /// [`CommandKind::Overturn`].
    Overturn {
        /// Why.
        comment: Comment,
    },
    /// [`CommandKind::AddEvidence`].
    AddEvidence(Box<DeclaredEvidence>),
    /// [`CommandKind::RecordScan`].
    RecordScan {
        /// Of which entry.
        id: EvidenceId,
        /// With which content.
        sha256: Sha256Hash,
        /// What it said; `None`: the document is not the one that was declared.
        scan: Scan,
    },
    /// [`CommandKind::RequestDefence`], of the holder's claim.
    RequestDefence {
        /// Until when.
        until: Instant,
    },
    /// [`CommandKind::Supersede`], of the holder's claim.
    Supersede {
        /// The items that change hands.
        items: Vec<ItemNo>,
        /// Since when they are the newcomer's.
        since: Instant,
    },
    /// [`CommandKind::Vanish`].
    Vanish(Vanished),
    /// [`CommandKind::DeadlinePassed`].
    DeadlinePassed,
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
    /// The partner's enrolment, or his right to claim at all.
    Enrolment,
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
    /// The name of the command.
    pub fn kind(&self) -> CommandKind {
        match self {
            Self::Draft(_) => CommandKind::Draft,
            Self::Submit(_) => CommandKind::Submit,
            Self::Edit(_) => CommandKind::Edit,
            Self::Recall => CommandKind::Recall,
            Self::Discard => CommandKind::Discard,
            Self::BeginReview => CommandKind::BeginReview,
            Self::RequestInformation { .. } => CommandKind::RequestInformation,
            Self::Respond { .. } => CommandKind::Respond,
            Self::Reject { .. } => CommandKind::Reject,
            Self::Validate { .. } => CommandKind::Validate,
            Self::RecordDelivery { .. } => CommandKind::RecordDelivery,
            Self::RecordFailure { .. } => CommandKind::RecordFailure,
            Self::CorrectContact { .. } => CommandKind::CorrectContact,
            Self::Decline { .. } => CommandKind::Decline,
            Self::Undo { .. } => CommandKind::Undo,
            Self::Accept { .. } => CommandKind::Accept,
            Self::End { .. } => CommandKind::End,
            Self::WrongContact => CommandKind::WrongContact,
            Self::Extend { .. } => CommandKind::Extend,
            Self::Recount => CommandKind::Recount,
            Self::Hold { .. } => CommandKind::Hold,
            Self::Resume => CommandKind::Resume,
            Self::Withdraw { .. } => CommandKind::Withdraw,
            Self::Dispute { .. } => CommandKind::Dispute,
            Self::Uphold { .. } => CommandKind::Uphold,
            Self::Overturn { .. } => CommandKind::Overturn,
            Self::RecordScan { .. } => CommandKind::RecordScan,
            Self::AddEvidence(_) => CommandKind::AddEvidence,
            Self::RequestDefence { .. } => CommandKind::RequestDefence,
            Self::Supersede { .. } => CommandKind::Supersede,
            Self::Vanish(_) => CommandKind::Vanish,
            Self::DeadlinePassed => CommandKind::DeadlinePassed,
        }
    }

    /// What makes a repeat of this command by the same party recognisable (`docs/api.md §1.5`): the
    /// links of different notices are different people's. `None` for what the system does, whose repeats its own guards answer.
    pub fn fingerprint(&self, actor: &Actor) -> Option<Fingerprint> {
        let party = match actor {
            Actor::Partner { id, .. } => format!("partner:{id}"),
            Actor::Staff { id, .. } => format!("staff:{id}"),
            Actor::CustomerAdmin { tenant } => format!("tenant:{tenant}"),
            Actor::CustomerLink { notice } => format!("link:{}", notice.0),
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
