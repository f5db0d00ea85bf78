//! The operator's actions: each with the fields it has, and no others.

use domain::claim::MAX_ITEMS;
use domain::command::{Command, CommandKind, GivenReason};
use domain::ids::ItemNo;
use domain::reason::{Reason, ReasonCode};
use domain::text::Comment;
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::schema::{Discriminator, ObjectBuilder, OneOfBuilder, Type};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::bodies::claim::{ContactBody, correct_contact};
use crate::failure::RequestError;
use crate::fields::BodyFields;
use crate::values::ValueError;
use crate::words::ReasonWord;

macro_rules! review_actions {
    ($($(#[doc = $doc:literal])* $body:ident = $name:literal of $kind:ident {
        $($(#[$meta:meta])* $field:ident: $type:ty,)*
    })*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Debug, Clone, Serialize, ToSchema)]
            #[serde(deny_unknown_fields)]
            pub struct $body {
                $($(#[$meta])* pub $field: $type,)*
                /// A note that goes with the action and that the operator's staff alone read; 1–2,000 characters.
                #[schema(min_length = 1, max_length = 2000)]
                pub note: Option<String>,
            }
        )*

        /// The actions, by name.
        const ACTIONS: &[(&str, CommandKind)] = &[$(($name, CommandKind::$kind)),*];

        /// The names of the actions.
        const ACTION_NAMES: &[&str] = &[$($name),*];

        /// Act on a claim under review, by the action that `action` names.
        #[derive(Debug, Clone, Copy)]
        pub struct ReviewBody;

        impl PartialSchema for ReviewBody {
            fn schema() -> RefOr<Schema> {
                let bodies = [$(($name, <$body as ToSchema>::name())),*];
                let one = bodies.iter().fold(OneOfBuilder::new(), |one, (_, body)| {
                    one.item(Ref::from_schema_name(body.as_ref()))
                });
                let mapping = bodies.iter().map(|(name, body)| {
                    ((*name).to_owned(), format!("#/components/schemas/{body}"))
                });
                one.discriminator(Some(Discriminator::with_mapping("action", mapping)))
                    .description(Some("An action of the operator's staff, by its name."))
                    .into()
            }
        }

        impl ToSchema for ReviewBody {
            fn schemas(parts: &mut Vec<(String, RefOr<Schema>)>) {
                $(
                    <$body as ToSchema>::schemas(parts);
                    let schema = with_action($name, <$body as PartialSchema>::schema());
                    parts.push((<$body as ToSchema>::name().into_owned(), schema));
                )*
            }
        }
    };
}

/// The schema of an action's body with the member that names the action.
fn with_action(name: &'static str, schema: RefOr<Schema>) -> RefOr<Schema> {
    let RefOr::T(Schema::Object(mut object)) = schema else { return schema };
    let action = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some([name]))
        .description(Some("The name of the action."));
    object.properties.insert("action".to_owned(), action.into());
    object.required.insert(0, "action".to_owned());
    object.into()
}

review_actions! {
    /// Begin the review of a submitted claim, or ask a holder of an item that came in meanwhile.
    BeginAction = "begin" of BeginReview {}
    /// Ask the partner for information. It is the partner's turn for the policy's `answer_business_days`.
    RequestInformationAction = "request_information" of RequestInformation {
        /// What is asked: each reason of the claim or of one of its items, each pair of code and item once.
        #[schema(min_items = 1, max_items = 25)]
        reasons: Vec<ReasonBody>,
    }
    /// Reject the claim: its undecided items are rejected. The partner may dispute it once.
    RejectAction = "reject" of Reject {
        /// Why: each reason of the claim or of one of its items, each pair of code and item once.
        #[schema(min_items = 1, max_items = 25)]
        reasons: Vec<ReasonBody>,
    }
    /// Find the claim right: its items are locked, and the customer is notified. Of a contested claim for an `operator`
    /// alone.
    ValidateAction = "validate" of Validate {
        /// The items to leave out; at least one undecided item must stay.
        #[schema(max_items = 25)]
        drop: Option<Vec<DropBody>>,
        /// The grounds, required of a contested claim; 1–2,000 characters.
        #[schema(min_length = 1, max_length = 2000)]
        comment: Option<String>,
    }
    /// Hold the claim: the window is void, and a full new one begins with `resume`. For an `operator`.
    HoldAction = "hold" of Hold {
        /// Why the claim is held; 1–2,000 characters.
        #[schema(min_length = 1, max_length = 2000)]
        comment: String,
    }
    /// Go on with a claim on hold: the customer is notified again. For an `operator`.
    ResumeAction = "resume" of Resume {}
    /// Make the customer's window longer. For an `operator`, as often as needed.
    ExtendAction = "extend" of Extend {
        /// The new last counted date: a business day later than the present last one.
        #[schema(format = Date)]
        closes_on: String,
    }
    /// Name another contact for a claim whose customer was not reached. For an `operator`.
    CorrectContactAction = "correct_contact" of CorrectContact {
        /// The new contact, verified or vouched for.
        customer_contact: ContactBody,
        /// Why this contact, 1–2,000 characters; the partner reads it.
        #[schema(min_length = 1, max_length = 2000)]
        comment: Option<String>,
    }
    /// Vouch for the contact: its domain is the tenant's, and nobody has verified it. For an `operator`.
    VouchAction = "vouch" of Vouch {
        /// How the contact was found genuine; 1–2,000 characters.
        #[schema(min_length = 1, max_length = 2000)]
        comment: String,
    }
    /// Refuse the contact that the partner proposes; twice at most. For an `operator`.
    RefuseContactAction = "refuse_contact" of RefuseContact {
        /// Why it is refused; 1–2,000 characters.
        #[schema(min_length = 1, max_length = 2000)]
        comment: Option<String>,
    }
    /// Retire the link of a recipient: it takes a "no" and nothing else, for ever. For an `operator`.
    RetireLinkAction = "retire_link" of RetireLink {
        /// The recipient's number, as the claim's `recipients` have it.
        #[schema(minimum = 1, maximum = 23)]
        recipient: u8,
        /// Why the link is retired; 1–2,000 characters.
        #[schema(min_length = 1, max_length = 2000)]
        comment: String,
    }
    /// Let a disputed rejection stand; not by the reviewer who rejected.
    UpholdAction = "uphold" of Uphold {
        /// Why the rejection stands; 1–2,000 characters.
        #[schema(min_length = 1, max_length = 2000)]
        comment: String,
    }
    /// Overturn a disputed rejection: the claim is in review again; not by the reviewer who rejected.
    OverturnAction = "overturn" of Overturn {
        /// Why the rejection falls; 1–2,000 characters.
        #[schema(min_length = 1, max_length = 2000)]
        comment: String,
    }
}

/// A coded reason, of the claim or of one of its items.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonBody {
    /// The code of the reason.
    pub code: ReasonWord,
    /// The number of the item it is about; left out: the whole claim.
    #[schema(minimum = 1, maximum = 25)]
    pub item_no: Option<u8>,
    /// What is to be added, 1–2,000 characters; the partner reads it.
    #[schema(min_length = 1, max_length = 2000)]
    pub comment: Option<String>,
}

/// An item that a validation leaves out, and why.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DropBody {
    /// The number of an undecided item.
    #[schema(minimum = 1, maximum = 25)]
    pub item_no: u8,
    /// Why the item is left out.
    pub code: ReasonWord,
}

/// The actions, by name, each with the command that it asks for.
pub fn review_actions() -> &'static [(&'static str, CommandKind)] {
    ACTIONS
}

/// The command that an action asks for; `None`: no such action.
pub fn find_action(body: &Value) -> Option<CommandKind> {
    let named = body.get("action")?.as_str()?;
    ACTIONS.iter().find(|(name, _)| *name == named).map(|(_, kind)| *kind)
}

/// An action as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenAction {
    /// The command that the action gives to the claim.
    pub command: Command,
    /// What the staff note down with it.
    pub note: Option<Comment>,
}

/// Reads an action. Of an unknown one nothing but the action is judged: its fields are unknown too.
pub fn read_review(body: &Value) -> Result<GivenAction, RequestError> {
    let mut fields = BodyFields::of(body);
    let named: Option<String> = fields.read_required("action");
    let command = match named.as_deref() {
        None => None,
        Some("begin") => Some(Command::BeginReview),
        Some("request_information") => {
            Some(Command::RequestInformation { reasons: read_reasons(&mut fields) })
        }
        Some("reject") => Some(Command::Reject { reasons: read_reasons(&mut fields) }),
        Some("validate") => Some(read_validation(&mut fields)),
        Some("hold") => fields.read_required("comment").map(|comment| Command::Hold { comment }),
        Some("resume") => Some(Command::Resume),
        Some("extend") => {
            fields.read_required("closes_on").map(|date| Command::Extend { closes_on: Some(date) })
        }
        Some("correct_contact") => correct_contact(&mut fields),
        Some("vouch") => {
            fields.read_required("comment").map(|comment| Command::Vouch { comment: Some(comment) })
        }
        Some("refuse_contact") => {
            Some(Command::RefuseContact { comment: fields.read_optional("comment") })
        }
        Some("retire_link") => retire_link(&mut fields),
        Some("uphold") => {
            fields.read_required("comment").map(|comment| Command::Uphold { comment })
        }
        Some("overturn") => {
            fields.read_required("comment").map(|comment| Command::Overturn { comment })
        }
        Some(_) => {
            let unknown = ValueError::one_of(ACTION_NAMES).at_pointer("/action");
            return Err(RequestError::Fields(vec![unknown]));
        }
    };
    let note = fields.read_optional("note");
    fields.finish_reading(command.map(|command| GivenAction { command, note }))
}

fn read_reasons(fields: &mut BodyFields<'_>) -> Vec<GivenReason> {
    let given = fields.read_objects("reasons", 1..=MAX_ITEMS, |fields| {
        let code = fields.read_required("code");
        let (item_no, comment) = (fields.read_optional("item_no"), fields.read_optional("comment"));
        Some(GivenReason { reason: Reason { code: code?, item_no }, comment })
    });
    let key = |given: &GivenReason| (given.reason.code, given.reason.item_no);
    fields.require_unique("reasons", given.iter().map(|given| given.as_ref().map(key)));
    given.into_iter().flatten().collect()
}

fn retire_link(fields: &mut BodyFields<'_>) -> Option<Command> {
    let (recipient, comment) = (fields.read_required("recipient"), fields.read_required("comment"));
    Some(Command::RetireLink { recipient: recipient?, comment: Some(comment?) })
}

fn read_validation(fields: &mut BodyFields<'_>) -> Command {
    let drop: Vec<Option<(ItemNo, ReasonCode)>> =
        fields.read_objects("drop", 0..=MAX_ITEMS, |fields| {
            let (item_no, code) = (fields.read_required("item_no"), fields.read_required("code"));
            Some((item_no?, code?))
        });
    fields.require_unique("drop", drop.iter().map(|entry| entry.as_ref().map(|(no, _)| *no)));
    Command::Validate {
        drop: drop.into_iter().flatten().collect(),
        comment: fields.read_optional("comment"),
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

    /// Each action with what it needs.
    fn each() -> Vec<(Value, CommandKind)> {
        let reasons = json!([{"code": "evidence_missing", "item_no": 1, "comment": "Which?"}]);
        vec![
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
            (
                json!({"action": "correct_contact", "customer_contact": contact(), "comment": "x"}),
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
        ]
    }

    #[test]
    fn every_action_is_a_command() {
        let named: Vec<_> = each().into_iter().map(|(_, kind)| kind).collect();
        assert!(ACTIONS.iter().all(|(_, kind)| named.contains(kind)), "{named:?}");
        for (body, kind) in each() {
            assert_eq!(read_review(&body).map(|own| own.command.kind()), Ok(kind), "{body}");
            assert_eq!(find_action(&body), Some(kind), "{body}");
        }
    }

    #[test]
    fn an_action_has_the_name_that_a_claim_says_of_it() {
        for (name, kind) in ACTIONS {
            assert_eq!(crate::action::action_name(*kind), *name);
        }
    }

    #[test]
    fn a_note_goes_with_any_action_and_is_a_text_of_2000_characters_at_most() {
        for (mut body, _) in each() {
            body["note"] = json!("Looks odd");
            let noted = read_review(&body).map(|own| own.note.map(|note| note.as_str().to_owned()));
            assert_eq!(noted, Ok(Some("Looks odd".to_owned())), "{body}");
        }
        for (note, error) in [
            (json!(""), "too-short /note"),
            (json!("x".repeat(2001)), "too-long /note"),
            (json!(1), "wrong-type /note"),
        ] {
            let body = json!({"action": "resume", "note": note});
            assert_eq!(refused(read_review(&body)), [error], "{body}");
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
            assert_eq!(refused(read_review(&body)), [field], "{body}");
        }
    }

    #[test]
    fn what_an_action_needs_is_asked_for() {
        for (body, errors) in [
            (json!({}), vec!["required /action"]),
            (json!({"action": 1}), vec!["wrong-type /action"]),
            (json!({"action": "approve", "x": 1}), vec!["unknown-code /action"]),
            (json!({"action": "reject"}), vec!["required /reasons"]),
            (json!({"action": "reject", "reasons": []}), vec!["required /reasons"]),
            (
                json!({"action": "reject", "reasons": [{"code": "no"}]}),
                vec!["unknown-code /reasons/0/code"],
            ),
            (json!({"action": "hold"}), vec!["required /comment"]),
            (json!({"action": "extend", "closes_on": "soon"}), vec!["malformed /closes_on"]),
            (json!({"action": "correct_contact"}), vec!["required /customer_contact"]),
            (json!({"action": "vouch"}), vec!["required /comment"]),
            (json!({"action": "retire_link"}), vec!["required /comment", "required /recipient"]),
            (
                json!({"action": "retire_link", "recipient": 256, "comment": "x"}),
                vec!["out-of-range /recipient"],
            ),
        ] {
            assert_eq!(refused(read_review(&body)), errors, "{body}");
        }
    }

    #[test]
    fn an_item_is_dropped_once_and_by_its_number() {
        let drop = |item_no: Value| json!({"item_no": item_no, "code": "evidence_item_missing"});
        let body =
            json!({"action": "validate", "drop": [drop(json!(2)), drop(json!(2)), drop(json!(0))]});
        assert_eq!(
            refused(read_review(&body)),
            ["duplicate /drop/1", "out-of-range /drop/2/item_no"]
        );
        let body = json!({"action": "validate", "drop": [drop(json!(2))]});
        let Command::Validate { drop, .. } = read_review(&body).unwrap().command else { panic!() };
        assert_eq!(drop, [(ItemNo(2), ReasonCode::EvidenceItemMissing)]);
    }
}
