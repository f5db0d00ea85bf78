//! The names of the table's keys and of its indexes, as the template has them.

/// A pair of key attributes, both strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexKeys {
    /// The name of the index; empty for the table itself.
    pub name: &'static str,
    /// The name of the partition key's attribute.
    pub partition: &'static str,
    /// The name of the sort key's attribute.
    pub sort: &'static str,
}

/// The table's own keys.
pub const TABLE: IndexKeys = IndexKeys { name: "", partition: "pk", sort: "sk" };
/// Claims of a partner, by submission; drafts apart from them, by creation.
pub const PARTNER: IndexKeys = IndexKeys { name: "partner", partition: "ip", sort: "ik" };
/// Submitted claims at a tenant, sparse: by partner and creation.
pub const TENANT: IndexKeys = IndexKeys { name: "tenant", partition: "it", sort: "iu" };
/// The operator's queue, sparse: by state and time of waiting.
pub const QUEUE: IndexKeys = IndexKeys { name: "queue", partition: "iq", sort: "iw" };
/// Details of submitted claims by the day of their submission, in UTC; partners, tenants and programs by name.
pub const DAY: IndexKeys = IndexKeys { name: "day", partition: "iy", sort: "iz" };
/// What waits for a partner, sparse: by the end of its turn. Every record has the partner, so it takes one attribute more.
pub const TURN: IndexKeys = IndexKeys { name: "turn", partition: "ip", sort: "ib" };
/// Details of a partner's claims that have a reference, sparse: by the hash of the reference.
pub const REFERENCE: IndexKeys = IndexKeys { name: "reference", partition: "ir", sort: "ih" };
/// All of the indexes; each projects keys only.
pub const INDEXES: [IndexKeys; 6] = [PARTNER, TENANT, QUEUE, DAY, TURN, REFERENCE];
