//! The operator's actions: each with the fields it has, and no others.

use domain::claim::MAX_ITEMS;
use domain::command::{Command, CommandKind, GivenReason};
use domain::ids::ItemNo;
use domain::reason::{Reason, ReasonCode};
use domain::rejection::FieldCode;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::bodies::claim::{ContactBody, contact};
use crate::failure::Failure;
use crate::fields::Fields;

/// Act on a claim.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum ReviewBody {
    /// Take the claim up.
    Begin,
    /// Ask the partner.
    RequestInformation {
        /// What is asked.
        #[schema(min_items = 1, max_items = 25)]
        reasons: Vec<ReasonBody>,
    },
    /// Refuse the claim.
    Reject {
        /// Why.
        #[schema(min_items = 1, max_items = 25)]
        reasons: Vec<ReasonBody>,
    },
    /// Find the claim right.
    Validate {
        /// Items to leave out.
        #[schema(max_items = 25)]
        drop: Option<Vec<DropBody>>,
        /// The grounds, required of a contested claim.
        #[schema(min_length = 1, max_length = 2000)]
        comment: Option<String>,
    },
    /// Hold the claim.
    Hold {
        /// Why.
        #[schema(min_length = 1, max_length = 2000)]
        comment: String,
    },
    /// Go on with a claim on hold.
    Resume,
    /// Make the window longer.
    Extend {
        /// The last counted date.
        #[schema(format = Date)]
        closes_on: String,
    },
    /// Name another contact.
    CorrectContact {
        /// The new contact.
        customer_contact: ContactBody,
    },
    /// Vouch for the contact: its domain is the tenant's, and nobody has verified it.
    Vouch {
        /// Why.
        #[schema(min_length = 1, max_length = 2000)]
        comment: String,
    },
    /// Refuse the contact that the partner proposes.
    RefuseContact {
        /// Why.
        #[schema(min_length = 1, max_length = 2000)]
        comment: Option<String>,
    },
    /// Retire the link of a recipient: it takes a no and nothing else.
    RetireLink {
        /// The recipient's number.
        #[schema(minimum = 1, maximum = 23)]
        recipient: u8,
        /// Why.
        #[schema(min_length = 1, max_length = 2000)]
        comment: String,
    },
    /// Let a disputed rejection stand.
    Uphold {
        /// Why.
        #[schema(min_length = 1, max_length = 2000)]
        comment: String,
    },
    /// Overturn a disputed rejection.
    Overturn {
        /// Why.
        #[schema(min_length = 1, max_length = 2000)]
        comment: String,
    },
}

/// A reason.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonBody {
    /// Its code.
    #[schema(example = "evidence_item_missing")]
    pub code: String,
    /// The item it is about.
    #[schema(minimum = 1, maximum = 255)]
    pub item_no: Option<u8>,
    /// What is to be added.
    #[schema(min_length = 1, max_length = 2000)]
    pub comment: Option<String>,
}

/// An item to leave out.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DropBody {
    /// Which.
    #[schema(minimum = 1, maximum = 255)]
    pub item_no: u8,
    /// Why.
    #[schema(example = "evidence_item_missing")]
    pub code: String,
}

/// The actions, by name.
const ACTIONS: [(&str, CommandKind); 13] = [
    ("begin", CommandKind::BeginReview),
    ("request_information", CommandKind::RequestInformation),
    ("reject", CommandKind::Reject),
    ("validate", CommandKind::Validate),
    ("hold", CommandKind::Hold),
    ("resume", CommandKind::Resume),
    ("extend", CommandKind::Extend),
    ("correct_contact", CommandKind::CorrectContact),
    ("vouch", CommandKind::Vouch),
    ("refuse_contact", CommandKind::RefuseContact),
    ("retire_link", CommandKind::RetireLink),
    ("uphold", CommandKind::Uphold),
    ("overturn", CommandKind::Overturn),
];

/// The command that an action asks for; `None`: no such action.
pub fn action(body: &Value) -> Option<CommandKind> {
    let named = body.get("action")?.as_str()?;
    ACTIONS.iter().find(|(name, _)| *name == named).map(|(_, kind)| *kind)
}

/// Reads an action. Of an unknown one nothing but the action is judged: its fields are unknown too.
pub fn review(body: &Value) -> Result<Command, Failure> {
    let mut fields = Fields::of(body);
    let named: Option<String> = fields.required("action");
    let command = match named.as_deref() {
        None => None,
        Some("begin") => Some(Command::BeginReview),
        Some("request_information") => {
            Some(Command::RequestInformation { reasons: reasons(&mut fields) })
        }
        Some("reject") => Some(Command::Reject { reasons: reasons(&mut fields) }),
        Some("validate") => Some(validate(&mut fields)),
        Some("hold") => fields.required("comment").map(|comment| Command::Hold { comment }),
        Some("resume") => Some(Command::Resume),
        Some("extend") => {
            fields.required("closes_on").map(|date| Command::Extend { closes_on: Some(date) })
        }
        Some("correct_contact") => fields
            .required_object("customer_contact", contact)
            .map(|contact| Command::CorrectContact { contact }),
        Some("vouch") => {
            fields.required("comment").map(|comment| Command::Vouch { comment: Some(comment) })
        }
        Some("refuse_contact") => {
            Some(Command::RefuseContact { comment: fields.optional("comment") })
        }
        Some("retire_link") => retire_link(&mut fields),
        Some("uphold") => fields.required("comment").map(|comment| Command::Uphold { comment }),
        Some("overturn") => fields.required("comment").map(|comment| Command::Overturn { comment }),
        Some(_) => return Err(Failure::Fields(vec![unknown_action()])),
    };
    fields.finish(command)
}

fn unknown_action() -> domain::rejection::FieldError {
    domain::rejection::FieldError::new("/action", FieldCode::Malformed)
}

fn reasons(fields: &mut Fields<'_>) -> Vec<GivenReason> {
    let given = fields.objects("reasons", 1..=MAX_ITEMS, |fields| {
        let code = fields.required("code");
        let (item_no, comment) = (fields.optional("item_no"), fields.optional("comment"));
        Some(GivenReason { reason: Reason { code: code?, item_no }, comment })
    });
    let key = |given: &GivenReason| (given.reason.code, given.reason.item_no);
    fields.unique("reasons", given.iter().map(|given| given.as_ref().map(key)));
    given.into_iter().flatten().collect()
}

fn retire_link(fields: &mut Fields<'_>) -> Option<Command> {
    let (recipient, comment) = (fields.required("recipient"), fields.required("comment"));
    Some(Command::RetireLink { recipient: recipient?, comment: Some(comment?) })
}

fn validate(fields: &mut Fields<'_>) -> Command {
    let drop: Vec<Option<(ItemNo, ReasonCode)>> = fields.objects("drop", 0..=MAX_ITEMS, |fields| {
        let (item_no, code) = (fields.required("item_no"), fields.required("code"));
        Some((item_no?, code?))
    });
    fields.unique("drop", drop.iter().map(|entry| entry.as_ref().map(|(no, _)| *no)));
    Command::Validate {
        drop: drop.into_iter().flatten().collect(),
        comment: fields.optional("comment"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::bodies::tests::refused;

    fn contact() -> Value {
        json!({"name": "J", "title": "CIO", "email": "j@contoso.example"})
    }

    #[test]
    fn every_action_is_a_command() {
        let reasons = json!([{"code": "evidence_missing", "item_no": 1, "comment": "Which?"}]);
        for (body, kind) in [
            (json!({"action": "begin"}), CommandKind::BeginReview),
            (
                json!({"action": "request_information", "reasons": reasons}),
                CommandKind::RequestInformation,
            ),
            (json!({"action": "reject", "reasons": reasons}), CommandKind::Reject),
            (json!({"action": "validate"}), CommandKind::Validate),
            (json!({"action": "hold", "comment": "x"}), CommandKind::Hold),
            (json!({"action": "resume"}), CommandKind::Resume),
            (json!({"action": "extend", "closes_on": "2027-01-04"}), CommandKind::Extend),
            (
                json!({"action": "correct_contact", "customer_contact": contact()}),
                CommandKind::CorrectContact,
            ),
            (json!({"action": "vouch", "comment": "x"}), CommandKind::Vouch),
            (json!({"action": "refuse_contact"}), CommandKind::RefuseContact),
            (json!({"action": "refuse_contact", "comment": "x"}), CommandKind::RefuseContact),
            (
                json!({"action": "retire_link", "recipient": 2, "comment": "x"}),
                CommandKind::RetireLink,
            ),
            (json!({"action": "uphold", "comment": "x"}), CommandKind::Uphold),
            (json!({"action": "overturn", "comment": "x"}), CommandKind::Overturn),
        ] {
            assert_eq!(review(&body).map(|command| command.kind()), Ok(kind), "{body}");
            assert_eq!(action(&body), Some(kind), "{body}");
        }
    }

    #[test]
    fn a_field_of_another_action_is_unknown() {
        for (body, field) in [
            (json!({"action": "begin", "comment": "x"}), "unknown-field /comment"),
            (
                json!({"action": "vouch", "comment": "x", "recipient": 1}),
                "unknown-field /recipient",
            ),
            (json!({"action": "resume", "reasons": []}), "unknown-field /reasons"),
            (json!({"action": "validate", "reasons": []}), "unknown-field /reasons"),
            (
                json!({"action": "hold", "comment": "x", "closes_on": "2027-01-04"}),
                "unknown-field /closes_on",
            ),
        ] {
            assert_eq!(refused(review(&body)), [field], "{body}");
        }
    }

    #[test]
    fn what_an_action_needs_is_asked_for() {
        for (body, errors) in [
            (json!({}), vec!["required /action"]),
            (json!({"action": 1}), vec!["malformed /action"]),
            (json!({"action": "approve", "x": 1}), vec!["malformed /action"]),
            (json!({"action": "reject"}), vec!["required /reasons"]),
            (json!({"action": "reject", "reasons": []}), vec!["required /reasons"]),
            (
                json!({"action": "reject", "reasons": [{"code": "no"}]}),
                vec!["malformed /reasons/0/code"],
            ),
            (json!({"action": "hold"}), vec!["required /comment"]),
            (json!({"action": "extend", "closes_on": "soon"}), vec!["malformed /closes_on"]),
            (json!({"action": "correct_contact"}), vec!["required /customer_contact"]),
            (json!({"action": "vouch"}), vec!["required /comment"]),
            (json!({"action": "retire_link"}), vec!["required /comment", "required /recipient"]),
            (
                json!({"action": "retire_link", "recipient": 256, "comment": "x"}),
                vec!["malformed /recipient"],
            ),
        ] {
            assert_eq!(refused(review(&body)), errors, "{body}");
        }
    }

    #[test]
    fn an_item_is_dropped_once_and_by_its_number() {
        let drop = |item_no: Value| json!({"item_no": item_no, "code": "evidence_item_missing"});
        let body =
            json!({"action": "validate", "drop": [drop(json!(2)), drop(json!(2)), drop(json!(0))]});
        assert_eq!(refused(review(&body)), ["duplicate /drop/1", "malformed /drop/2/item_no"]);
        let body = json!({"action": "validate", "drop": [drop(json!(2))]});
        let Ok(Command::Validate { drop, .. }) = review(&body) else { panic!() };
        assert_eq!(drop, [(ItemNo(2), ReasonCode::EvidenceItemMissing)]);
    }
}
