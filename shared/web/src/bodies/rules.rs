//! The customer's standing rules, as they are sent.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use domain::ids::{PartnerId, ProgramId};
use domain::rejection::FieldCode;
use domain::rules::{
    ExplicitYes, ItemBlock, MAX_RULE_CONTACTS, MAX_RULE_ENTRIES, RuleContact, StandingRules,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::directory::{complete_body, ids_in, known_language, list_entries};
use crate::failure::RequestError;
use crate::fields::BodyFields;
use crate::values::{Readable, ValueError};
use crate::views::RulesView;
use crate::words::ItemKindWord;

const ENTRIES: RangeInclusive<usize> = 0..=MAX_RULE_ENTRIES;

/// Write the standing rules. What is left out stays as it is; an empty list empties.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RulesBody {
    /// Partners that may claim nothing.
    #[schema(max_items = 500, required = false, nullable)]
    pub blocked_partners: Vec<String>,
    /// Where silence is a no; left out: nowhere but where the policy says so.
    pub explicit_yes: Option<ExplicitYesBody>,
    /// Days on which the customer is closed; they act on later windows only.
    #[schema(max_items = 500, required = false, nullable)]
    pub closures: Vec<String>,
    /// The language to be written to in; none: the one the operator knows.
    #[schema(pattern = "^[A-Za-z0-9-]{2,35}$", example = "cs")]
    pub locale: Option<String>,
    /// People who get every mail about a claim too.
    #[schema(max_items = 10, required = false, nullable)]
    pub contacts: Vec<RuleContactBody>,
    /// Who may not claim what. One that is left out of the list is lifted.
    #[schema(max_items = 500)]
    pub blocks: Option<Vec<BlockBody>>,
}

/// `none`, `all`, or programs.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ExplicitYesBody {
    /// `none` or `all`: no program, or every one.
    Word(ExplicitYesWord),
    /// The ids of the programs, at most 500, in which silence is a no.
    Programs(Vec<String>),
}

/// Whether silence is a no in no program or in every one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExplicitYesWord {
    /// The program's policy decides what silence means.
    None,
    /// Silence is a no, whatever the program.
    All,
}

/// Somebody who is to be told as well.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleContactBody {
    /// The name of the person or desk, 1–200 characters.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// The e-mail address to write to, at most 254 characters.
    #[schema(max_length = 254, format = Email)]
    pub email: String,
    /// Taken and ignored: another spelling of the address.
    pub email_unicode: Option<String>,
}

/// A partner that may not claim an item for a while.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockBody {
    /// The partner that may not claim the item.
    #[schema(pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    pub partner_id: String,
    /// Whether the item is a workload or a subscription.
    pub kind: ItemKindWord,
    /// The item that is blocked, by its id.
    #[schema(pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    pub id: String,
    /// The moment at which the block ends.
    #[schema(format = DateTime)]
    pub until: String,
}

/// Reads standing rules. What the body leaves out is as `before` has it, with every block that holds.
pub fn read_rules(body: &Value, before: &StandingRules) -> Result<StandingRules, RequestError> {
    let names_blocks = body.get("blocks").is_some_and(|blocks| !blocks.is_null());
    // More blocks may hold than a body may list.
    let others = StandingRules { blocks: BTreeSet::new(), ..before.clone() };
    let body = complete_body(body, Some(&RulesView::of(&others)), &["locale"]);
    let mut fields = BodyFields::of(&body);
    let blocked_partners = fields.read_values("blocked_partners", ENTRIES);
    let explicit_yes = fields.read_optional("explicit_yes");
    let closures = fields.read_values("closures", ENTRIES);
    let locale = fields.read_optional("locale");
    known_language(&mut fields, locale.as_ref(), before.locale.as_ref());
    let contacts = fields.read_objects("contacts", 0..=MAX_RULE_CONTACTS, read_contact);
    let blocks = fields.read_objects("blocks", ENTRIES, read_block);
    let kept = |block: &ItemBlock| (block.partner.clone(), block.kind, block.id.clone());
    fields.require_unique("blocks", blocks.iter().map(|block| block.as_ref().map(kept)));
    let rules = StandingRules {
        blocked_partners: blocked_partners.into_iter().collect(),
        explicit_yes: explicit_yes.unwrap_or_default(),
        closures: closures.into_iter().collect(),
        locale,
        contacts: contacts.into_iter().flatten().collect(),
        blocks: if names_blocks {
            blocks.into_iter().flatten().collect()
        } else {
            before.blocks.clone()
        },
    };
    fields.finish_reading(Some(rules))
}

/// The partners that rules name, each at its place.
pub fn partners_of_rules(body: &Value) -> Vec<(String, PartnerId)> {
    let mut named = ids_in(body, "blocked_partners", "", PartnerId::parse);
    for (no, block) in list_entries(body, "blocks").enumerate() {
        let id = block.get("partner_id").and_then(Value::as_str);
        let id = id.and_then(|id| PartnerId::parse(id).ok());
        named.extend(id.map(|id| (format!("/blocks/{no}/partner_id"), id)));
    }
    named
}

/// The blocks that rules list, each at its place, as far as they can be read.
pub fn blocks_of_rules(body: &Value) -> Vec<(String, ItemBlock)> {
    let listed = list_entries(body, "blocks").enumerate();
    let read =
        |(no, block)| Some((format!("/blocks/{no}"), read_block(&mut BodyFields::of(block))?));
    listed.filter_map(read).collect()
}

/// The programs that rules name, each at its place.
pub fn programs_of_rules(body: &Value) -> Vec<(String, ProgramId)> {
    ids_in(body, "explicit_yes", "", ProgramId::parse)
}

fn read_contact(fields: &mut BodyFields<'_>) -> Option<RuleContact> {
    let (name, email) = (fields.read_required("name"), fields.read_required("email"));
    fields.ignore_member("email_unicode");
    Some(RuleContact { name: name?, email: email? })
}

fn read_block(fields: &mut BodyFields<'_>) -> Option<ItemBlock> {
    let (partner, kind) = (fields.read_required("partner_id"), fields.read_required("kind"));
    let (id, until) = (fields.read_required("id"), fields.read_required("until"));
    Some(ItemBlock { partner: partner?, kind: kind?, id: id?, until: until? })
}

impl Readable for ExplicitYes {
    fn from_json(value: &Value) -> Result<Self, ValueError> {
        match value {
            Value::String(word) if word == "none" => Ok(Self::None),
            Value::String(word) if word == "all" => Ok(Self::All),
            Value::String(_) => Err(ValueError::one_of(&["none", "all"])),
            Value::Array(ids) if ids.len() > MAX_RULE_ENTRIES => Err(FieldCode::TooLong.into()),
            Value::Array(ids) => {
                let ids: Result<BTreeSet<ProgramId>, _> =
                    ids.iter().map(Readable::from_json).collect();
                ids.map(Self::Programs)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {
                Err(FieldCode::WrongType.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::bodies::tests::refused;

    fn rules(body: &Value) -> Result<StandingRules, RequestError> {
        super::read_rules(body, &StandingRules::default())
    }

    #[test]
    fn what_is_left_out_stays_and_an_empty_list_empties() {
        let block = json!({"partner_id": "p", "kind": "workload", "id": "teams", "until": "2027-01-01T00:00:00Z"});
        let before = rules(
            &json!({"blocked_partners": ["q"], "explicit_yes": "all", "closures": ["2026-12-31"],
            "locale": "cs", "contacts": [{"name": "A", "email": "a@contoso.example"}], "blocks": [block]}),
        );
        let before = before.unwrap();
        let over = |body| super::read_rules(&body, &before).unwrap();
        assert_eq!(over(json!({})), before);
        assert_eq!(over(json!({"blocks": null, "contacts": null, "explicit_yes": null})), before);
        let emptied = over(json!({"blocked_partners": [], "explicit_yes": "none", "closures": [],
            "locale": null, "contacts": [], "blocks": []}));
        assert_eq!(emptied, StandingRules::default());
    }

    #[test]
    fn a_language_without_texts_is_refused_unless_it_is_there_already() {
        assert_eq!(refused(rules(&json!({"locale": "de"}))), ["language-unknown /locale"]);
        let locale = domain::directory::Locale::parse("de");
        let before = StandingRules { locale, ..StandingRules::default() };
        assert_eq!(super::read_rules(&json!({"locale": "de"}), &before).unwrap(), before);
        assert!(rules(&json!({"locale": "cs-CZ"})).is_ok());
    }

    #[test]
    fn partners_and_programs_are_found_at_their_places() {
        let body = json!({"blocked_partners": ["p", "a b"], "explicit_yes": ["osu-m365"],
                          "blocks": [{}, {"partner_id": "q"}]});
        let partners: Vec<_> =
            partners_of_rules(&body).into_iter().map(|(at, id)| format!("{at} {id}")).collect();
        assert_eq!(partners, ["/blocked_partners/0 p", "/blocks/1/partner_id q"]);
        let programs = programs_of_rules(&body);
        assert_eq!(programs[0].0, "/explicit_yes/0");
    }

    #[test]
    fn a_yes_is_asked_for_nowhere_everywhere_or_in_programs() {
        let read = |value: Value| rules(&json!({"explicit_yes": value})).map(|it| it.explicit_yes);
        assert_eq!(read(json!("all")).unwrap(), ExplicitYes::All);
        assert_eq!(read(json!("none")).unwrap(), ExplicitYes::None);
        let one = ExplicitYes::Programs([ProgramId::parse("osu-m365").unwrap()].into());
        assert_eq!(read(json!(["osu-m365"])).unwrap(), one);
        for (wrong, code) in [
            (json!("some"), "unknown-code"),
            (json!(true), "wrong-type"),
            (json!({}), "wrong-type"),
            (json!([1]), "wrong-type"),
            (json!(["a b"]), "malformed"),
        ] {
            assert_eq!(refused(read(wrong)), [format!("{code} /explicit_yes")]);
        }
        assert_eq!(refused(read(json!(vec!["p"; 501]))), ["too-long /explicit_yes"]);
    }

    #[test]
    fn rules_have_at_most_ten_contacts() {
        let contacts = vec![json!({"name": "A", "email": "a@contoso.example"}); 10];
        let read = rules(&json!({"contacts": contacts})).unwrap();
        assert_eq!(read.contacts.len(), 10);
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let block = json!({"partner_id": "p", "kind": "workload", "id": "teams", "until": "2027-01-01T00:00:00Z"});
        let body = json!({
            "blocked_partners": ["p", "a b"], "closures": ["2026-02-30"], "locale": "?",
            "contacts": [{"name": "A"}], "blocks": [block, block, {"until": "soon"}], "more": 1,
        });
        let expected = [
            "duplicate /blocks/1",
            "required /blocks/2/id",
            "required /blocks/2/kind",
            "required /blocks/2/partner_id",
            "malformed /blocks/2/until",
            "malformed /blocked_partners/1",
            "malformed /closures/0",
            "required /contacts/0/email",
            "malformed /locale",
            "unknown-field /more",
        ];
        let mut told = refused(rules(&body));
        let mut expected = expected.map(str::to_owned).to_vec();
        told.sort();
        expected.sort();
        assert_eq!(told, expected);
        let contacts = vec![json!({"name": "A", "email": "a@contoso.example"}); 11];
        assert_eq!(refused(rules(&json!({"contacts": contacts}))), ["too-long /contacts"]);
    }
}
