//! Commands: what can be asked of a claim (`domain.md §3`, *Commands*).

use chrono::NaiveDate;
use serde::Serialize;

use crate::actor::Actor;
use crate::canonical;
use crate::claim::{Claim, CustomerContact, Evidence, Instant, PartnerContact};
use crate::event::{FailureCause, Fingerprint};
use crate::ids::{Activity, ItemId, ItemNo, LocationId, NoticeNo, ProgramId, Sha256Hash, TenantId};
use crate::program::ItemKind;
use crate::reason::{Reason, ReasonCode, codes};
use crate::text::{Comment, Domain, Name};

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
    /// [`CommandKind::Submit`] of a draft as it stands.
    Submit,
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
    AddEvidence(Box<Evidence>),
    /// [`CommandKind::RequestDefence`], of the holder's claim.
    RequestDefence {
        /// Until when.
        until: Instant,
    },
    /// [`CommandKind::Supersede`], of the holder's claim.
    Supersede {
        /// The items that change hands.
        items: Vec<ItemNo>,
    },
    /// [`CommandKind::Vanish`].
    Vanish(Vanished),
    /// [`CommandKind::DeadlinePassed`].
    DeadlinePassed,
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

/// The content of a claim as a partner gives it. Everything is optional here: a draft needs only
/// program and tenant; what submit needs is checked by [`crate::eligibility`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ClaimInput {
    /// The program.
    pub program: Option<ProgramId>,
    /// The activity.
    pub activity: Option<Activity>,
    /// The location.
    pub location: Option<LocationId>,
    /// The tenant.
    pub tenant: Option<TenantId>,
    /// The tenant's domain.
    pub tenant_domain: Option<Domain>,
    /// The items; `None` where an entry was malformed, so that places keep their numbers.
    pub items: Vec<Option<(ItemKind, ItemId)>>,
    /// Who gets the notice.
    pub customer_contact: Option<CustomerContact>,
    /// Required for subscriptions.
    pub technical_contact: Option<CustomerContact>,
    /// Whom the customer may ask at the partner.
    pub partner_contact: Option<PartnerContact>,
    /// The partner's own label.
    pub label: Option<Name>,
    /// The partner's own reference.
    pub external_ref: Option<Name>,
    /// Declared evidence; `None` where an entry was malformed.
    pub evidence: Vec<Option<DeclaredEvidence>>,
}

/// Evidence as declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeclaredEvidence {
    /// The document's name.
    pub name: Name,
    /// The digest of its content.
    pub sha256: Sha256Hash,
    /// When the customer acknowledged it.
    pub acknowledged_on: NaiveDate,
}

impl Command {
    /// The name of the command.
    pub fn kind(&self) -> CommandKind {
        match self {
            Self::Submit => CommandKind::Submit,
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
            Self::Hold { .. } => CommandKind::Hold,
            Self::Resume => CommandKind::Resume,
            Self::Withdraw { .. } => CommandKind::Withdraw,
            Self::Dispute { .. } => CommandKind::Dispute,
            Self::Uphold { .. } => CommandKind::Uphold,
            Self::Overturn { .. } => CommandKind::Overturn,
            Self::AddEvidence(_) => CommandKind::AddEvidence,
            Self::RequestDefence { .. } => CommandKind::RequestDefence,
            Self::Supersede { .. } => CommandKind::Supersede,
            Self::Vanish(_) => CommandKind::Vanish,
            Self::DeadlinePassed => CommandKind::DeadlinePassed,
        }
    }

    /// What makes a repeat of this command by the same party recognisable (`api.md`, *Change*);
    /// `None` for what the system does, whose repeats its own guards answer.
    pub fn fingerprint(&self, actor: &Actor) -> Option<Fingerprint> {
        let party = match actor {
            Actor::Partner { id, .. } => format!("partner:{id}"),
            Actor::Staff { id, .. } => format!("staff:{id}"),
            Actor::CustomerAdmin { tenant } => format!("tenant:{tenant}"),
            Actor::CustomerLink { .. } => "link".to_owned(),
            Actor::System => return None,
        };
        let digest = canonical::hash(&(party, self)).0;
        digest.first_chunk::<16>().map(|bytes| Fingerprint(*bytes))
    }
}

/// What a command needs to know beyond the claim, so that no more is read than that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "four independent reads, not a state")]
pub struct Needs {
    /// The partner: its calendar and enrolment.
    pub partner: bool,
    /// The tenant: its calendar, contacts and items.
    pub tenant: bool,
    /// Who else holds or claims the items.
    pub locks: bool,
    /// Everything submit's guards look at.
    pub eligibility: bool,
}

impl CommandKind {
    /// What the command needs to know beyond the claim and its policy.
    pub fn needs(self) -> Needs {
        let none = Needs::default();
        match self {
            Self::Draft | Self::Submit => {
                Needs { partner: true, tenant: true, eligibility: true, locks: false }
            }
            Self::Validate => Needs { partner: true, tenant: true, eligibility: true, locks: true },
            Self::BeginReview => Needs { locks: true, ..none },
            Self::Edit
            | Self::Recall
            | Self::RequestInformation
            | Self::Reject
            | Self::RecordFailure => Needs { partner: true, ..none },
            Self::RecordDelivery | Self::CorrectContact | Self::Extend => {
                Needs { tenant: true, ..none }
            }
            Self::WrongContact | Self::DeadlinePassed | Self::Vanish => {
                Needs { partner: true, tenant: true, ..none }
            }
            Self::Discard
            | Self::Respond
            | Self::Decline
            | Self::Undo
            | Self::Accept
            | Self::End
            | Self::Hold
            | Self::Resume
            | Self::Withdraw
            | Self::Dispute
            | Self::Uphold
            | Self::Overturn
            | Self::RequestDefence
            | Self::Supersede
            | Self::AddEvidence => none,
        }
    }
}

impl ClaimInput {
    /// The content of a claim, as its partner gave it; dropped items are left out.
    pub fn of(claim: &Claim) -> Self {
        let details = &claim.details;
        Self {
            program: Some(claim.subject.program.clone()),
            activity: claim.subject.activity.clone(),
            location: claim.subject.location.clone(),
            tenant: Some(claim.subject.tenant.clone()),
            tenant_domain: Some(details.tenant_domain.clone()),
            items: claim.kept().map(|item| Some((claim.subject.kind, item.id.clone()))).collect(),
            customer_contact: details.customer_contact.clone(),
            technical_contact: details.technical_contact.clone(),
            partner_contact: details.partner_contact.clone(),
            label: details.label.clone(),
            external_ref: details.external_ref.clone(),
            evidence: details.evidence.iter().map(|entry| Some(entry.declared())).collect(),
        }
    }
}

impl Evidence {
    /// The entry as it was declared, without its id and scan.
    pub fn declared(&self) -> DeclaredEvidence {
        DeclaredEvidence {
            name: self.name.clone(),
            sha256: self.sha256,
            acknowledged_on: self.acknowledged_on,
        }
    }
}
