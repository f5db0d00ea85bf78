//! An outage that was announced.

use domain::outage::AnnouncedOutage;
use domain::time::format_rfc3339;
use serde::Serialize;
use utoipa::ToSchema;

/// An outage, for which every window that ends in its interval gets one business day more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OutageView {
    /// Its number; it is the ETag of the outages with it.
    #[schema(minimum = 1)]
    pub number: u32,
    /// From which end of a window on.
    #[schema(format = DateTime)]
    pub closing_from: String,
    /// Up to which end of a window, exclusive.
    #[schema(format = DateTime)]
    pub closing_until: String,
    /// Why customers could not answer, for the operator's staff.
    pub comment: String,
    /// When it was announced: windows that had ended by then stay as they are.
    #[schema(format = DateTime)]
    pub announced_at: String,
    /// Who of the operator's staff announced it.
    pub announced_by: String,
}

impl OutageView {
    /// The view of an outage.
    pub fn of(announced: &AnnouncedOutage) -> Self {
        let AnnouncedOutage { outage, by, comment } = announced;
        Self {
            number: outage.number,
            closing_from: format_rfc3339(outage.closing_from),
            closing_until: format_rfc3339(outage.closing_until),
            comment: comment.as_str().to_owned(),
            announced_at: format_rfc3339(outage.announced_at),
            announced_by: by.to_string(),
        }
    }
}
