//! What became of a reconciliation.

/// What reconciling claims with an entry did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReconcileReport {
    /// How many claims were looked at.
    pub seen: u32,
    /// How many changes they took.
    pub changed: u32,
    /// How many claims failed for good and were passed; the log has their errors.
    pub passed: u32,
}
