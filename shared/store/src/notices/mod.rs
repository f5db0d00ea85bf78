//! Notices: the codes of their mails, what became of the mails, and tries of a code.

pub(crate) mod mails;
pub(crate) mod notice_code;
pub(crate) mod receipts;
pub(crate) mod tries;
