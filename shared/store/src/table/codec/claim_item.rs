//! The claim's hot record (`C#<claim>`, `A`): all of a claim but its details, at most 1 KB for ten
//! items in the largest state, so that a transition costs one write unit.

pub(crate) mod event;
mod flags;
mod read;
#[cfg(test)]
pub(crate) mod tests;
mod write;

use domain::claim::{Claim, Instant, Status};
use domain::ids::Sha256Hash;

use crate::table::attributes::{item_key, number_value};
use crate::table::keys;
use crate::table::transaction::{Condition, TransactionAction};
use crate::table::write_id::WriteId;

/// A stored claim with what the record says beyond it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClaimItem {
    /// The claim. Its details are placeholders until they are put in their place.
    pub(crate) claim: Claim,
    /// What the record says beyond the claim.
    pub(crate) stamp: Stamp,
}

/// What the store keeps beside a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// The salted digest of the details.
    pub(crate) details_hash: Sha256Hash,
    /// Since when the claim waits in the operator's queue, where it does.
    pub(crate) waiting_since: Option<Instant>,
    /// Whether its window needs more to close than one attribute.
    pub(crate) slow: bool,
    /// The write that stored the record.
    pub(crate) write: WriteId,
    /// The newest annotation beside it: the end of their chain.
    pub(crate) annotation: Option<WriteId>,
}

/// Names of the attributes. One or two letters each: they count as bytes of every record.
pub(crate) mod name {
    pub(crate) const VERSION: &str = "v";
    pub(crate) const STATUS: &str = "st";
    pub(crate) const PARTNER: &str = "ip";
    pub(crate) const PARTNER_SORT: &str = "ik";
    pub(crate) const TENANT: &str = "it";
    pub(crate) const TENANT_SORT: &str = "iu";
    /// The tenant of a record that stands in no tenant's index.
    pub(crate) const TENANT_OF_DRAFT: &str = "te";
    pub(crate) const QUEUE: &str = "iq";
    pub(crate) const QUEUE_SORT: &str = "iw";
    pub(crate) const TURN_SORT: &str = "ib";
    pub(crate) const LOCATION: &str = "lo";
    pub(crate) const PROGRAM: &str = "pr";
    pub(crate) const POLICY: &str = "pv";
    /// Absent where the family is named like the program.
    pub(crate) const FAMILY: &str = "fa";
    /// Of a record without [`FLAGS`].
    pub(crate) const KIND: &str = "ki";
    pub(crate) const ACTIVITY: &str = "ac";
    /// Kind of items, flags and small numbers in one.
    pub(crate) const FLAGS: &str = "f";
    /// The write id of the newest annotation.
    pub(crate) const ANNOTATION: &str = "a";
    /// Of a record without [`FLAGS`].
    pub(crate) const EXPLICIT_YES: &str = "y";
    pub(crate) const ITEMS: &str = "i";
    pub(crate) const MARKS: &str = "m";
    /// The state's own deadline; a window has its own.
    pub(crate) const UNTIL: &str = "du";
    /// By which calendar it was counted, where not by the party's own.
    pub(crate) const CALENDAR: &str = "dc";
    pub(crate) const WINDOW: &str = "w";
    pub(crate) const DELIVERED_AT: &str = "wd";
    pub(crate) const CLOSES_AT: &str = "cl";
    /// The last outage for which the window was given a day; absent where none was.
    pub(crate) const LAST_OUTAGE: &str = "lx";
    pub(crate) const SLOW: &str = "sl";
    /// Whose delivery the window is counted from: the close demands it.
    pub(crate) const OPENED_BY: &str = "ob";
    /// Of a record without [`FLAGS`].
    pub(crate) const CONTESTED: &str = "co";
    pub(crate) const DEFENCE_UNTIL: &str = "de";
    /// Until when a holder may defend.
    pub(crate) const DEFENCE: &str = "df";
    /// Of a record without [`FLAGS`].
    pub(crate) const DEFENDED: &str = "dx";
    pub(crate) const NOTICE: &str = "n";
    pub(crate) const CONTENT_HASH: &str = "ch";
    /// Of a record without [`FLAGS`].
    pub(crate) const DISPUTED: &str = "di";
    /// Of a record without [`FLAGS`].
    pub(crate) const EXTENDED: &str = "ex";
    /// Absent where the index key of the partner has it.
    pub(crate) const SUBMITTED_AT: &str = "sa";
    /// Absent where it is the moment of submission.
    pub(crate) const PRIORITY_AT: &str = "pa";
    pub(crate) const DETAILS_HASH: &str = "dh";
    pub(crate) const EVENT: &str = "le";
    /// Packed; in a record without [`FLAGS`], the id as text.
    pub(crate) const REJECTED_BY: &str = "rb";
    pub(crate) const REASONS: &str = "rs";
    /// Of a record without [`FLAGS`].
    pub(crate) const OVERTURNED: &str = "ov";
    pub(crate) const KEEPS_PRIORITY_UNTIL: &str = "kp";
}

/// The operator's queue a status waits in; `None`: in none, so that the index stays sparse.
pub(crate) fn queue_of(status: Status) -> Option<&'static str> {
    match status {
        Status::Submitted
        | Status::InReview
        | Status::Disputed
        | Status::OnHold
        | Status::Unreachable => Some(status.as_str()),
        Status::Draft
        | Status::ActionRequired
        | Status::Notifying
        | Status::AwaitingCustomer
        | Status::Associated
        | Status::Rejected
        | Status::Declined
        | Status::Withdrawn
        | Status::Discarded
        | Status::Ended => None,
    }
}

/// Whether a claim of that status has been submitted for certain: then the index key of its partner has the
/// moment of its submission.
pub(crate) fn is_submitted(status: Status) -> bool {
    match status {
        Status::Draft | Status::Discarded => false,
        Status::Submitted
        | Status::InReview
        | Status::ActionRequired
        | Status::Disputed
        | Status::Notifying
        | Status::Unreachable
        | Status::AwaitingCustomer
        | Status::OnHold
        | Status::Associated
        | Status::Rejected
        | Status::Declined
        | Status::Withdrawn
        | Status::Ended => true,
    }
}

/// The claim has still the version it was read with.
pub(crate) fn check_unchanged(claim: &Claim) -> TransactionAction {
    let key = item_key(keys::claim_pk(&claim.id), keys::RECORD);
    TransactionAction::Check(
        key,
        Condition::new("v = :v").with_value(":v", number_value(claim.version.0)),
    )
}
