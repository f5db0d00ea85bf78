//! What commands need to know beyond the claim.

/// What a command needs to know beyond the claim, so that no more is read than that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "nine independent reads, not a state")]
pub struct CommandNeeds {
    /// The partner: its calendar and enrolment.
    pub partner: bool,
    /// The tenant: its calendar, contacts and items.
    pub tenant: bool,
    /// Who else holds or claims the items.
    pub locks: bool,
    /// Everything submit's guards look at.
    pub eligibility: bool,
    /// What the customer keeps from the partner; `eligibility` looks at it too.
    pub blocks: bool,
    /// How many claims the partner has.
    pub quota: bool,
    /// The operator's calendar as it is now.
    pub operator: bool,
    /// The list of the current notice, with its reports.
    pub recipients: bool,
    /// The outages that were announced.
    pub outages: bool,
}

impl CommandNeeds {
    /// The claim and its policy are enough.
    pub const NOTHING: Self = Self {
        partner: false,
        tenant: false,
        locks: false,
        eligibility: false,
        blocks: false,
        quota: false,
        operator: false,
        recipients: false,
        outages: false,
    };
}
