//! The operator, in whose name mails and pages speak.

use crate::brand::Brand;

/// The operator, as customers know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// The name of the company, which is the sender of every mail.
    pub name: String,
    /// Where customers write with questions.
    pub contact: String,
    /// Where the pages are, without a slash at the end.
    pub base_url: String,
    /// Its colour and logo.
    pub brand: Brand,
}
