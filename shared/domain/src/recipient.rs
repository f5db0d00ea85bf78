//! Who is asked: the recipients of a claim's notices, and what became of their mails
//! (`docs/domain.md §5.1`).

mod decliners;
mod list;
mod reports;

use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::text::{Email, Name};
use crate::time::Instant;

pub use decliners::Decliners;
pub use list::{RecipientList, Recipients};
pub use reports::{DeliveryFailure, FailureCause, Report, Reports};

/// The most recipients of a claim, through all of its notices.
pub const MAX_RECIPIENTS: u8 = 23;

/// The number of a recipient within its claim, from 1 to [`MAX_RECIPIENTS`]: an address keeps it through
/// every notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecipientNo(pub u8);

impl RecipientNo {
    /// The recipient of that number; `None` for a number that no recipient has.
    pub fn new(no: u8) -> Option<Self> {
        (1..=MAX_RECIPIENTS).contains(&no).then_some(Self(no))
    }
}

codes! {
    /// What an address may do for a tenant.
    Authority {
        /// A verified contact of the directory, a contact of the standing rules, or one that was vouched for.
        Verified => "verified",
        /// Its domain is one of the tenant's.
        Domain => "domain",
        /// Neither: the address gets no link.
        Outside => "outside",
    }
    /// Where a recipient stands with the notice of its list.
    RecipientStanding {
        /// The notice goes to it.
        Asked => "asked",
        /// It gets the notice at half time.
        Reserve => "reserve",
        /// It said that it is not the right person.
        Refused => "refused",
        /// Its link was retired.
        Retired => "retired",
        /// An earlier notice failed at it.
        Failed => "failed",
        /// No report of an earlier notice came in time.
        Unreported => "unreported",
        /// An earlier notice went to it, and this one does not.
        Past => "past",
    }
}

impl RecipientStanding {
    /// Whether another notice may go to it.
    pub(crate) fn may_be_asked(self) -> bool {
        match self {
            Self::Asked | Self::Reserve | Self::Past => true,
            Self::Refused | Self::Retired | Self::Failed | Self::Unreported => false,
        }
    }
}

/// A recipient of a claim's notices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// The number of the address in the claim, 1–23, kept through all notices.
    pub no: RecipientNo,
    /// The name of the person.
    pub name: Name,
    /// The address that mails go to.
    pub email: Email,
    /// What the address may do, as of the list.
    pub authority: Authority,
    /// Whether it is asked, held in reserve, or out, and why.
    pub standing: RecipientStanding,
    /// When it was asked first; `None`: not yet.
    pub asked_at: Option<Instant>,
}

impl Recipient {
    /// Whether a delivery to it may open the window, or carry it.
    pub fn may_open(&self) -> bool {
        let asked = matches!(self.standing, RecipientStanding::Asked | RecipientStanding::Reserve);
        asked && self.authority == Authority::Verified
    }

    /// Whether the notice of its list bears a link for it.
    pub fn has_link(&self) -> bool {
        self.authority != Authority::Outside
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_run_from_one_to_twenty_three() {
        assert_eq!(RecipientNo::new(0), None);
        assert_eq!(RecipientNo::new(1), Some(RecipientNo(1)));
        assert_eq!(RecipientNo::new(23), Some(RecipientNo(23)));
        assert_eq!(RecipientNo::new(24), None);
    }

    #[test]
    fn whoever_failed_refused_was_retired_or_stayed_without_report_is_not_asked_again() {
        use RecipientStanding::{Asked, Past, Reserve};
        let asked = RecipientStanding::ALL.iter().copied().filter(|own| own.may_be_asked());
        assert_eq!(asked.collect::<Vec<_>>(), [Asked, Reserve, Past]);
    }
}
