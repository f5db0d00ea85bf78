//! Notices: who is asked, what became of the mails, their codes and texts, and wrong codes; and the mails of a day.

pub(crate) mod digests;
pub(crate) mod mails;
pub(crate) mod marks;
pub(crate) mod notice_code;
pub(crate) mod overviews;
mod quota;
pub(crate) mod recipients;
pub(crate) mod reports;
pub(crate) mod text;
pub(crate) mod tries;
