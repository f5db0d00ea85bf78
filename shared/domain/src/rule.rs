//! The rules that commands apply, and where `docs/domain.md` has them.

/// A rule, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The section of the rules.
    pub section: &'static str,
    /// The name of the rule in it.
    pub name: &'static str,
    /// The path of the document with the rule in this repository, and its heading there.
    pub href: &'static str,
}

/// A section of the rules, and the heading under which it has the rule.
pub(crate) type Heading = (&'static str, &'static str);

pub(crate) const COMMANDS: Heading = ("§3", "docs/domain.md#32-commands");
pub(crate) const EXCLUSIVITY: Heading = ("§3", "docs/domain.md#34-exclusivity");
pub(crate) const ERASURE: Heading = ("§3", "docs/domain.md#311-the-end-of-personal-data");
pub(crate) const COUNTING: Heading = ("§4", "docs/domain.md#41-counting");
pub(crate) const LONGER: Heading = ("§4", "docs/domain.md#44-longer-windows");
pub(crate) const DELIVERY: Heading = ("§5", "docs/domain.md#53-delivery-bounce-complaint");
pub(crate) const PAGE: Heading = ("§5", "docs/domain.md#55-the-decision-page");

impl Rule {
    /// The rule of that name under a heading.
    pub(crate) const fn new((section, href): Heading, name: &'static str) -> Self {
        Self { section, name, href }
    }
}
