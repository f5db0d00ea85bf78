//! What the customer of a claim is told, and how the customer answers: link tokens and codes, the notice and
//! its mails, the texts of the decision page (`docs/domain.md §5`, `docs/architecture.md §4`); and the mails to its
//! partner.
//!
//! Everything here is a pure function of the claim, the directory and the keys, so a notice that is
//! sent twice is the same notice.
//!
//! ```
//! use notice::Brand;
//!
//! // White text on the operator's colour must be readable.
//! assert!(Brand::new("#14507d", None).is_ok());
//! assert!(Brand::new("#ffd700", None).is_err());
//! ```

pub mod brand;
pub mod code;
pub mod content;
mod dates;
pub mod keys;
pub mod link;
pub mod mail;
pub mod operator;
pub mod overview;
pub mod overview_link;
pub mod overview_mail;
pub mod page;
pub mod partner_mail;
pub mod renewal;
pub mod standing;
pub mod webhook_mail;

mod calendar_table;
mod html;
mod messages;
mod usage_line;

pub use brand::{Brand, BrandError};
pub use content::{AnswerDeadline, Directory, Links, Notice};
pub use keys::LinkKeys;
pub use language::Language;
pub use link::{Link, NoticeCode};
pub use operator::Operator;
pub use overview_link::OverviewLink;
pub use standing::{CustomerOptions, Holder, LinkRights};

#[cfg(test)]
mod mail_tests;
#[cfg(test)]
mod overview_tests;
#[cfg(test)]
mod page_tests;
#[cfg(test)]
mod partner_mail_tests;
#[cfg(test)]
mod samples;
