//! What the mail provider reports of a notice, and what is noted of it.

use std::collections::BTreeSet;

use domain::claim::Instant;
use domain::event::FailureCause;
use domain::ids::NoticeNo;
use domain::recipient::{DeliveryFailure, RecipientNo, Reports};

/// A report, by the moment that the provider stamps it with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Report {
    /// Of which notice.
    pub notice: u16,
    /// Of which recipient.
    pub recipient: u8,
    /// Whether the mail came back; else it was delivered.
    pub failed: bool,
    /// When.
    pub moment: usize,
}

/// Reports, each once.
pub type ReportSet = BTreeSet<Report>;

/// The same as the rules read them of one notice.
pub fn of_notice(noted: &ReportSet, notice: NoticeNo, moments: &[Instant]) -> Reports {
    let mut reports = Reports::default();
    for report in noted.iter().filter(|report| report.notice == notice.0) {
        let (own, at) = (reports.report_mut(RecipientNo(report.recipient)), moments[report.moment]);
        if report.failed {
            let first = own.failure.map_or(at, |failure| failure.at.min(at));
            own.failure = Some(DeliveryFailure { at: first, cause: FailureCause::Bounce });
        } else {
            own.delivered_at = Some(own.delivered_at.map_or(at, |first| first.min(at)));
        }
    }
    reports
}
