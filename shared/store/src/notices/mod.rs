//! Notices: who is asked, what became of the mails, their codes and texts, and wrong codes.

pub(crate) mod mails;
pub(crate) mod notice_code;
mod quota;
pub(crate) mod recipients;
pub(crate) mod reports;
pub(crate) mod text;
pub(crate) mod tries;
