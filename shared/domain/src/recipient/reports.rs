//! What the mail provider reported about the mails of a notice.

use std::collections::BTreeMap;

use crate::codes::codes;
use crate::time::Instant;

use super::RecipientNo;

codes! {
    /// Why a notice counts as not delivered.
    FailureCause {
        /// The mail came back.
        Bounce => "bounce",
        /// The recipient complained about it.
        Complaint => "complaint",
        /// No proof came in time.
        NoProof => "no_proof",
        /// The provider refuses to write to the address.
        Suppressed => "suppressed",
        /// The contact is not verified any more.
        Unverified => "unverified",
    }
}

/// A failure, by the provider's stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryFailure {
    /// The moment of the failure, by the provider's stamp.
    pub at: Instant,
    /// Why the mail counts as not delivered.
    pub cause: FailureCause,
}

/// What is known of the notice at one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Report {
    /// Whether the provider took the mail.
    pub sent: bool,
    /// When the recipient's server took it, first.
    pub delivered_at: Option<Instant>,
    /// That it failed, first.
    pub failure: Option<DeliveryFailure>,
    /// Whether a machine answered that nobody is there now.
    pub unattended: bool,
}

/// The reports of a notice, by recipient.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reports(BTreeMap<RecipientNo, Report>);

impl Reports {
    /// What is known of one recipient.
    pub fn of(&self, no: RecipientNo) -> Report {
        self.0.get(&no).copied().unwrap_or_default()
    }

    /// The report of one recipient, to be written to.
    pub fn report_mut(&mut self, no: RecipientNo) -> &mut Report {
        self.0.entry(no).or_default()
    }

    /// How many recipients had an automatic answer.
    pub fn unattended_count(&self) -> usize {
        self.0.values().filter(|report| report.unattended).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_recipient_without_report_nothing_is_known() {
        let mut reports = Reports::default();
        reports.report_mut(RecipientNo(2)).unattended = true;
        assert_eq!(reports.of(RecipientNo(1)), Report::default());
        assert!(reports.of(RecipientNo(2)).unattended);
        assert_eq!(reports.unattended_count(), 1);
    }
}
