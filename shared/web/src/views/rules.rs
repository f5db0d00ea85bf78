//! The customer's standing rules.

use domain::rules::{ExplicitYes, ItemBlock, RuleContact, StandingRules};
use domain::time::format_rfc3339;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::ExplicitYesWord;
use crate::words::{ItemKindWord, Word};

/// What a customer has settled beforehand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RulesView {
    /// Partners that may claim nothing of the customer's.
    pub blocked_partners: Vec<String>,
    /// Where silence is a no.
    pub explicit_yes: ExplicitYesView,
    /// Days on which the customer is closed; they act on later windows only.
    pub closures: Vec<String>,
    /// The language the customer is written to in; `null`: the one the operator knows.
    #[schema(required)]
    pub locale: Option<String>,
    /// People who get every mail about a claim too.
    pub contacts: Vec<RuleContactView>,
    /// Who may not claim what, and until when: left by a no, or wished for.
    pub blocks: Vec<BlockView>,
}

/// `none`, `all`, or the programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ExplicitYesView {
    /// `none` or `all`: no program, or every one.
    Word(ExplicitYesWord),
    /// The ids of the programs in which silence is a no.
    Programs(Vec<String>),
}

/// Somebody who is told as well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RuleContactView {
    /// The name of the person or desk, 1–200 characters.
    pub name: String,
    /// The e-mail address to write to, at most 254 characters.
    pub email: String,
    /// The same with the domain in its own script, where that is another spelling and of one script.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_unicode: Option<String>,
}

/// A partner that may not claim an item for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BlockView {
    /// The partner that may not claim the item.
    pub partner_id: String,
    /// Whether the item is a workload or a subscription.
    pub kind: ItemKindWord,
    /// The item that is blocked, by its id.
    pub id: String,
    /// The moment at which the block ends.
    #[schema(format = DateTime)]
    pub until: String,
}

impl RulesView {
    /// The view of a customer's rules.
    pub fn of(rules: &StandingRules) -> Self {
        Self {
            blocked_partners: rules.blocked_partners.iter().map(ToString::to_string).collect(),
            explicit_yes: ExplicitYesView::of(&rules.explicit_yes),
            closures: rules.closures.iter().map(ToString::to_string).collect(),
            locale: rules.locale.as_ref().map(|locale| locale.as_str().to_owned()),
            contacts: rules.contacts.iter().map(RuleContactView::of).collect(),
            blocks: rules.blocks.iter().map(BlockView::of).collect(),
        }
    }
}

impl ExplicitYesView {
    fn of(explicit_yes: &ExplicitYes) -> Self {
        match explicit_yes {
            ExplicitYes::None => Self::Word(ExplicitYesWord::None),
            ExplicitYes::All => Self::Word(ExplicitYesWord::All),
            ExplicitYes::Programs(ids) => {
                Self::Programs(ids.iter().map(ToString::to_string).collect())
            }
        }
    }
}

impl RuleContactView {
    fn of(contact: &RuleContact) -> Self {
        Self {
            name: contact.name.as_str().to_owned(),
            email: contact.email.as_str().to_owned(),
            email_unicode: contact.email.unicode_form(),
        }
    }
}

impl BlockView {
    fn of(block: &ItemBlock) -> Self {
        Self {
            partner_id: block.partner.to_string(),
            kind: Word(block.kind),
            id: block.id.to_string(),
            until: format_rfc3339(block.until),
        }
    }
}
