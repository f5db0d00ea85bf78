//! Commands: what can be asked of a claim (`docs/domain.md §3`, *Commands*).

mod input;
mod needs;

use serde::Serialize;

use crate::actor::Actor;
use crate::canonical;
use crate::event::Fingerprint;
use crate::field_error::FieldError;
use crate::ids::{ClaimId, ItemNo};
use crate::motive::Motive;
use crate::reason::Reason;
use crate::text::Comment;

pub use crate::commands::{Command, CommandKind};
pub use input::{ClaimInput, DeclaredEvidence};
pub use needs::CommandNeeds;

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
    /// review once more asks a holder who came in meanwhile, an undo takes back a "no" that arrived after the
    /// first one and was written before it, and a notice is sent again as often as somebody asks for it.
    pub fn may_do_more(&self) -> bool {
        matches!(self, Self::BeginReview | Self::Undo { .. } | Self::Resend)
    }

    /// Why it is given, where it says so.
    pub fn motive(&self) -> Option<Motive> {
        if let Self::Decline { motive, .. } | Self::End { motive, .. } = self {
            return *motive;
        }
        if let Self::Withdraw { motive, .. } = self { Some(*motive) } else { None }
    }

    /// What makes a repeat of this command by the same party recognisable (`docs/api.md §1.5`): the
    /// links of different notices are different people's. `None` for what the system does, whose repeats its own guards answer.
    pub fn fingerprint(&self, actor: &Actor) -> Option<Fingerprint> {
        let party = match actor {
            Actor::Partner { id, .. } => format!("partner:{id}"),
            Actor::Staff { id, .. } => format!("staff:{id}"),
            Actor::CustomerAdmin { tenant, .. } => format!("tenant:{tenant}"),
            Actor::CustomerContact { contact, .. } => format!("contact:{contact}"),
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
