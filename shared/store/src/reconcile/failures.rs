//! Claims that a change of the directory could not be carried out on: none of them keeps it from the claims behind.

use domain::ids::ClaimId;
use tracing::error;

use super::report::ReconcileReport;
use crate::table::error::StoreError;

/// What failed of the claims that an entry concerns.
#[derive(Debug, Default)]
pub(super) struct Failures {
    /// The first that may succeed later.
    first: Option<StoreError>,
    /// How many claims were passed, since trying again would not help.
    passed: u32,
}

impl Failures {
    /// The outcome of a claim; `None` where it failed, which is noted.
    pub(super) fn note_outcome<T>(
        &mut self,
        claim: &ClaimId,
        outcome: Result<T, StoreError>,
    ) -> Option<T> {
        match outcome {
            Ok(value) => Some(value),
            Err(failure) => {
                error!(claim.id = %claim, error.chain = %failure, "A change of the directory failed on a claim");
                if failure.is_retryable() {
                    self.note_page(failure);
                } else {
                    self.passed += 1;
                }
                None
            }
        }
    }

    /// That some claims could not be read, and may be later.
    pub(super) fn note_page(&mut self, failure: StoreError) {
        self.first.get_or_insert(failure);
    }

    /// The report of the others, with how many claims were passed.
    ///
    /// # Errors
    /// The first failure that may succeed later.
    pub(super) fn finish_report(
        self,
        report: ReconcileReport,
    ) -> Result<ReconcileReport, StoreError> {
        let passed = report.passed + self.passed;
        self.first.map_or(Ok(ReconcileReport { passed, ..report }), Err)
    }
}
