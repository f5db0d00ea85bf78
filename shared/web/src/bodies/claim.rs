//! The content of a claim, and comments.

use domain::claim::{Claim, CustomerContact, Evidence, MAX_EVIDENCE, MAX_ITEMS, PartnerContact};
use domain::command::{ClaimInput, Command, DeclaredEvidence};
use domain::ids::ItemId;
use domain::program::ItemKind;
use domain::rejection::{FieldCode, FieldError};
use domain::text::Comment;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::failure::RequestError;
use crate::fields::BodyFields;
use crate::values::{PersonName, PersonTitle};
use crate::words::ItemKindWord;

/// The content of a claim. Everything is required to submit; of a draft, program and tenant.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateClaimBody {
    /// The program to claim in, by its id.
    #[schema(pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", example = "osu-m365")]
    pub program: String,
    /// The customer, by id and by one of its domains.
    pub tenant: TenantRefBody,
    /// The content of the claim.
    #[serde(flatten)]
    pub content: ContentBody,
    /// Whether to store a draft instead of submitting; left out: submit.
    pub draft: Option<bool>,
}

/// What of a claim can be edited; in a merge patch, what is named is changed. Program and tenant are
/// fixed from the draft on: a patch may only repeat them.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditClaimBody {
    /// The program; a patch may only repeat it.
    pub program: Option<String>,
    /// The customer; a patch may only repeat it.
    pub tenant: Option<TenantRefBody>,
    /// The content, as far as it is to change.
    #[serde(flatten)]
    pub content: ContentBody,
}

/// What a draft may leave open.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ContentBody {
    /// What the partner does: one of the program's activities.
    #[schema(pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", example = "usage")]
    pub activity: Option<String>,
    /// The partner's location, enrolled in the program.
    #[schema(pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", example = "4711")]
    pub location_id: Option<String>,
    /// The items that are claimed, 1–25; a draft may have none.
    #[schema(min_items = 1, max_items = 25)]
    pub items: Option<Vec<ClaimItemBody>>,
    /// Who at the customer gets the notice; needed to submit.
    pub customer_contact: Option<ContactBody>,
    /// The technical contact at the customer; needed to submit where items are subscriptions.
    pub technical_contact: Option<ContactBody>,
    /// Whom at the partner the customer may ask; needed to submit.
    pub partner_contact: Option<PartnerContactBody>,
    /// The partner's own label for the claim, 1–200 characters.
    #[schema(min_length = 1, max_length = 200)]
    pub label: Option<String>,
    /// The partner's own reference for the claim, 1–200 characters.
    #[schema(min_length = 1, max_length = 200)]
    pub external_ref: Option<String>,
    /// What the claim renews: a claim of the partner's at the tenant whose associations run, or one of them, by its id. The
    /// claim asks for the same items, or fewer.
    #[schema(
        pattern = "^[a-z2-7]{26}(-[1-9][0-9]{0,2})?$",
        example = "cbplyjelfz5a5xwmpnah5uzxk4"
    )]
    pub renews: Option<String>,
    /// The pieces of evidence that are declared, 20 at most.
    #[schema(max_items = 20)]
    pub evidence: Option<Vec<EvidenceBody>>,
}

/// A body without any fields.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoFieldsBody {}

/// A remark that must be there.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequiredCommentBody {
    /// A remark for the other side, 1–2,000 characters.
    #[schema(min_length = 1, max_length = 2000)]
    pub comment: String,
}

/// A tenant as the partner knows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantRefBody {
    /// The tenant's id, a UUID in any case.
    #[schema(pattern = "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$")]
    pub id: String,
    /// One of the customer's domains, in any script.
    #[schema(max_length = 253, example = "contoso.example")]
    pub domain: String,
}

/// An item that is to be claimed.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimItemBody {
    /// Whether the item is a workload or a subscription.
    pub kind: ItemKindWord,
    /// Its id at the tenant.
    #[schema(pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", example = "exchange-online")]
    pub id: String,
}

/// A contact at the customer.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactBody {
    /// The name of the person, 1–80 characters.
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
    /// The function of the person at the customer, 1–80 characters.
    #[schema(min_length = 1, max_length = 80)]
    pub title: String,
    /// The e-mail address to write to, at most 254 characters.
    #[schema(max_length = 254, format = Email)]
    pub email: String,
    /// Taken and ignored: another spelling of the address.
    pub email_unicode: Option<String>,
}

/// A contact at the partner.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartnerContactBody {
    /// The name of the person, 1–80 characters.
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
    /// The e-mail address to write to, at most 254 characters.
    #[schema(max_length = 254, format = Email)]
    pub email: String,
    /// Taken and ignored: another spelling of the address.
    pub email_unicode: Option<String>,
}

/// An entry of evidence, as the partner declares it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceBody {
    /// The document's name, 1–200 characters.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// The SHA-256 of the document's content, in hexadecimal.
    #[schema(pattern = "^[0-9A-Fa-f]{64}$")]
    pub sha256: String,
    /// The day on which the customer acknowledged it, not in the future.
    #[schema(format = Date)]
    pub acknowledged_on: String,
}

/// A remark, which may be left out.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommentBody {
    /// A remark for the other side, 1–2,000 characters.
    #[schema(min_length = 1, max_length = 2000)]
    pub comment: Option<String>,
}

/// A claim to create, as it was sent.
#[derive(Debug, Clone)]
pub struct NewClaimBody {
    /// Its content. What is left out is left to the domain, which knows what a submit needs.
    pub input: ClaimInput,
    /// What could not be read.
    pub malformed: Vec<FieldError>,
    /// Whether it shall be a draft.
    pub draft: bool,
}

/// Reads a claim to create.
pub fn read_claim(body: &Value) -> NewClaimBody {
    let mut fields = BodyFields::of(body);
    let input = read_content(&mut fields);
    let draft = fields.read_optional("draft").unwrap_or(false);
    NewClaimBody { input, malformed: fields.into_errors(), draft }
}

/// Reads the content of a claim as a merge patch leaves it (RFC 7396): what `patch` names is changed,
/// `null` takes away, lists are replaced whole.
pub fn read_edit(claim: &Claim, patch: &Value) -> Result<ClaimInput, RequestError> {
    if !patch.is_object() {
        return Err(RequestError::Fields(vec![FieldError::new("", FieldCode::WrongType)]));
    }
    let mut whole = written_content(claim);
    json_patch::merge(&mut whole, patch);
    let mut fields = BodyFields::of(&whole);
    let input = read_content(&mut fields);
    fields.finish_reading(Some(input)).map_err(|failure| blame_stored_claim(failure, patch))
}

/// The same failure, in which what the patch does not name is the fault of the stored claim.
fn blame_stored_claim(failure: RequestError, patch: &Value) -> RequestError {
    let RequestError::Fields(errors) = failure else { return failure };
    let is_named = |error: &FieldError| {
        let first = error.pointer.split('/').nth(1).unwrap_or_default();
        error.code == FieldCode::UnknownField || patch.get(first).is_some()
    };
    let told = |error| if is_named(&error) { error } else { error.of_claim() };
    RequestError::Fields(errors.into_iter().map(told).collect())
}

fn read_content(fields: &mut BodyFields<'_>) -> ClaimInput {
    let (tenant, tenant_domain) = fields
        .read_object("tenant", |tenant| {
            Some((tenant.read_required("id"), tenant.read_required("domain")))
        })
        .unwrap_or_default();
    ClaimInput {
        program: fields.read_optional("program"),
        activity: fields.read_optional("activity"),
        location: fields.read_optional("location_id"),
        tenant,
        tenant_domain,
        items: fields.read_objects("items", 0..=MAX_ITEMS, read_item),
        customer_contact: fields.read_object("customer_contact", read_contact),
        technical_contact: fields.read_object("technical_contact", read_contact),
        partner_contact: fields.read_object("partner_contact", partner_contact),
        label: fields.read_optional("label"),
        external_ref: fields.read_optional("external_ref"),
        renews: fields.read_optional("renews"),
        evidence: fields.read_objects("evidence", 0..=MAX_EVIDENCE, read_evidence),
    }
}

/// The content of a claim as its partner would send it.
fn written_content(claim: &Claim) -> Value {
    let (subject, details) = (&claim.subject, &claim.details);
    let contact = |contact: &Option<CustomerContact>| {
        contact.as_ref().map(
            |contact| json!({"name": contact.name, "title": contact.title, "email": contact.email}),
        )
    };
    let partner_contact = details.partner_contact.as_ref();
    let entry = |entry: &Evidence| json!({"name": entry.name, "sha256": entry.sha256, "acknowledged_on": entry.acknowledged_on});
    json!({
        "program": subject.program,
        "activity": subject.activity,
        "location_id": subject.location,
        "tenant": {"id": subject.tenant, "domain": details.tenant_domain},
        "items": claim.kept_items()
            .map(|item| json!({"kind": subject.kind.as_str(), "id": item.id}))
            .collect::<Vec<_>>(),
        "customer_contact": contact(&details.customer_contact),
        "technical_contact": contact(&details.technical_contact),
        "partner_contact": partner_contact.map(|contact| json!({"name": contact.name, "email": contact.email})),
        "label": details.label,
        "external_ref": details.external_ref,
        "renews": details.renews,
        "evidence": details.evidence.iter().map(entry).collect::<Vec<_>>(),
    })
}

fn read_item(fields: &mut BodyFields<'_>) -> Option<(ItemKind, ItemId)> {
    let (kind, id) = (fields.read_required("kind"), fields.read_required("id"));
    Some((kind?, id?))
}

/// Reads a contact at the customer.
pub(super) fn read_contact(fields: &mut BodyFields<'_>) -> Option<CustomerContact> {
    let (name, title) = (fields.read_required("name"), fields.read_required("title"));
    let email = fields.read_required("email");
    fields.ignore_member("email_unicode");
    let (PersonName(name), PersonTitle(title)) = (name?, title?);
    Some(CustomerContact { name, title, email: email? })
}

fn partner_contact(fields: &mut BodyFields<'_>) -> Option<PartnerContact> {
    let (name, email) = (fields.read_required("name"), fields.read_required("email"));
    fields.ignore_member("email_unicode");
    let PersonName(name) = name?;
    Some(PartnerContact { name, email: email? })
}

pub(super) fn read_evidence(fields: &mut BodyFields<'_>) -> Option<DeclaredEvidence> {
    let (name, sha256) = (fields.read_required("name"), fields.read_required("sha256"));
    let acknowledged_on = fields.read_required("acknowledged_on");
    Some(DeclaredEvidence { name: name?, sha256: sha256?, acknowledged_on: acknowledged_on? })
}

/// The contact at the customer who is to get the next notice.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectContactBody {
    /// The contact who is to get the next notice.
    pub customer_contact: ContactBody,
    /// Why this contact, for the operator's staff, who judge a proposal; 1–2,000 characters.
    #[schema(min_length = 1, max_length = 2000)]
    pub comment: Option<String>,
}

/// Reads the contact and what is said of it; [`RequestError`] with every field that is wrong.
pub fn corrected_contact(body: &Value) -> Result<Command, RequestError> {
    let mut fields = BodyFields::of(body);
    let command = correct_contact(&mut fields);
    fields.finish_reading(command)
}

/// Reads the command that names another contact, of partner or operator.
pub(super) fn correct_contact(fields: &mut BodyFields<'_>) -> Option<Command> {
    let contact = fields.required_object("customer_contact", read_contact);
    let comment = fields.read_optional("comment");
    Some(Command::CorrectContact { contact: contact?, comment })
}

/// Reads a body that has no fields.
pub fn read_empty(body: &Value) -> Result<(), RequestError> {
    BodyFields::of(body).finish_reading(Some(()))
}

/// Reads the remark that must go with a command.
pub fn required_comment(body: &Value) -> Result<Comment, RequestError> {
    let mut fields = BodyFields::of(body);
    let comment = fields.read_required("comment");
    fields.finish_reading(comment)
}

/// Reads the remark that may go with a command.
pub fn read_comment(body: &Value) -> Result<Option<Comment>, RequestError> {
    let mut fields = BodyFields::of(body);
    let comment = fields.read_optional("comment");
    fields.finish_reading(Some(comment))
}

#[cfg(test)]
mod tests {
    use domain::rejection::PointsInto;
    use serde_json::json;

    use super::*;
    use crate::bodies::tests::{refused, told};

    const TENANT: &str = "6f3c0000-0000-4000-8000-000000000001";

    fn full() -> Value {
        json!({
            "program": "osu-m365", "activity": "usage", "location_id": "4711",
            "tenant": {"id": TENANT, "domain": "Contoso.example"},
            "items": [{"kind": "workload", "id": "exchange-online"}, {"kind": "workload", "id": "teams"}],
            "customer_contact": {"name": "Jana", "title": "CIO", "email": "jana@contoso.example"},
            "technical_contact": null,
            "partner_contact": {"name": "Petr", "email": "petr@alpine.example"},
            "label": "Rollout", "external_ref": "CRM-1", "draft": false,
            "evidence": [{"name": "sow.pdf", "sha256": "ab".repeat(32), "acknowledged_on": "2026-10-01"}],
        })
    }

    /// The errors of the full body with one member replaced.
    fn with(name: &str, value: Value) -> Vec<String> {
        let mut body = full();
        body[name] = value;
        told(&read_claim(&body).malformed)
    }

    #[test]
    fn a_full_body_is_read_whole() {
        let NewClaimBody { input, malformed: errors, .. } = read_claim(&full());
        assert_eq!(errors, []);
        assert_eq!(input.items.len(), 2);
        assert_eq!(input.tenant_domain.unwrap().as_str(), "contoso.example");
        assert!(input.customer_contact.is_some() && input.partner_contact.is_some());
        assert!(input.label.is_some() && input.external_ref.is_some());
        assert_eq!(input.evidence.iter().flatten().count(), 1);
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let body = json!({
            "program": 7, "colour": "red", "tenant": {"id": "contoso", "name": "x"},
            "items": [{"kind": "mailbox", "id": "a#b"}, "teams"],
            "customer_contact": {"name": "x".repeat(2000), "title": "CIO"},
            "evidence": [{"name": "a", "sha256": "12", "acknowledged_on": "1.10.2026"}],
        });
        assert_eq!(
            told(&read_claim(&body).malformed),
            [
                "unknown-field /colour",
                "required /customer_contact/email",
                "too-long /customer_contact/name",
                "malformed /evidence/0/acknowledged_on",
                "malformed /evidence/0/sha256",
                "malformed /items/0/id",
                "unknown-code /items/0/kind",
                "wrong-type /items/1",
                "wrong-type /program",
                "required /tenant/domain",
                "malformed /tenant/id",
                "unknown-field /tenant/name",
            ]
        );
    }

    #[test]
    fn a_body_that_is_no_object_is_malformed_as_a_whole() {
        for body in [json!([]), json!("x"), json!(null), json!(1)] {
            assert_eq!(told(&read_claim(&body).malformed), ["wrong-type "], "{body}");
        }
    }

    #[test]
    fn a_malformed_entry_keeps_its_place() {
        let mut body = full();
        body["items"][0] = json!({"kind": "workload"});
        let NewClaimBody { input, malformed: errors, .. } = read_claim(&body);
        assert!(input.items[0].is_none() && input.items[1].is_some());
        assert_eq!(told(&errors), ["required /items/0/id"]);
    }

    #[test]
    fn there_are_at_most_25_items_and_20_documents() {
        let items = |count: usize| json!(vec![json!({"kind": "workload", "id": "a"}); count]);
        assert_eq!(with("items", items(25)), Vec::<String>::new());
        assert_eq!(with("items", items(26)), ["too-long /items"]);
        let entry =
            json!({"name": "a", "sha256": "ab".repeat(32), "acknowledged_on": "2026-10-01"});
        assert_eq!(with("evidence", json!(vec![entry; 21])), ["too-long /evidence"]);
        assert_eq!(with("items", json!({})), ["wrong-type /items"]);
    }

    #[test]
    fn control_characters_line_breaks_and_missing_addresses_are_told() {
        assert_eq!(with("label", json!("a\u{7}b")), ["malformed /label"]);
        assert_eq!(with("program", json!("osu#m365")), ["malformed /program"]);
        let contact = |email: Value| json!({"name": "J", "title": "CIO", "email": email});
        let broken =
            with("customer_contact", contact(json!("j@contoso.example\r\nBcc: x@y.example")));
        assert_eq!(broken, ["malformed /customer_contact/email"]);
        assert_eq!(
            with("customer_contact", contact(Value::Null)),
            ["required /customer_contact/email"]
        );
        assert_eq!(with("label", json!("x".repeat(2000))), ["too-long /label"]);
        assert_eq!(with("external_ref", json!("")), ["too-short /external_ref"]);
    }

    #[test]
    fn a_patch_is_told_of_a_stored_field_that_it_does_not_name_as_of_the_claim() {
        let mut claim = crate::views::sample_claim();
        let contact = claim.details.customer_contact.as_mut().unwrap();
        contact.name = "x".repeat(120).try_into().unwrap();
        let errors = |patch: Value| match read_edit(&claim, &patch) {
            Err(RequestError::Fields(errors)) => errors,
            other => panic!("{other:?}"),
        };
        let stored = errors(json!({"label": "Rollout"}));
        assert_eq!(told(&stored), ["too-long /customer_contact/name"]);
        assert!(stored.iter().all(|error| error.into == PointsInto::Claim), "{stored:?}");
        let own = errors(json!({"customer_contact": {"title": ""}}));
        assert!(own.iter().all(|error| error.into == PointsInto::Request), "{own:?}");
    }

    #[test]
    fn a_draft_is_asked_for_with_true_alone() {
        let mut body = full();
        for (given, draft) in [(json!(true), true), (json!(false), false), (json!(null), false)] {
            body["draft"] = given;
            assert_eq!(read_claim(&body).draft, draft, "{body}");
        }
        assert_eq!(with("draft", json!("yes")), ["wrong-type /draft"]);
    }

    #[test]
    fn a_comment_is_bounded_and_may_have_lines() {
        assert_eq!(read_comment(&json!({})), Ok(None));
        assert!(read_comment(&json!({"comment": "one\ntwo"})).unwrap().is_some());
        assert_eq!(
            refused(read_comment(&json!({"comment": "x".repeat(2001)}))),
            ["too-long /comment"]
        );
        assert_eq!(refused(read_comment(&json!({"comment": ""}))), ["too-short /comment"]);
        assert_eq!(refused(read_comment(&json!({"remark": "x"}))), ["unknown-field /remark"]);
    }
}
