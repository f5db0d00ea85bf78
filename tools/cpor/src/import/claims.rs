//! A file of claims.

use std::collections::BTreeSet;
use std::path::Path;

use domain::canonical::hash_canonical;
use domain::program::ItemKind;
use domain::text::Name;
use serde::Deserialize;
use serde_json::{Value, json};
use web::bodies::{
    ClaimItemBody, ContactBody, ContentBody, CreateClaimBody, EvidenceBody, PartnerContactBody,
    TenantRefBody,
};
use web::words::{Vocabulary as _, Word};

use super::outcome::{ImportOutcome, RowResult};
use super::run::{Kind, Plan, Unit, sort_refusal};
use super::sheet::{Record, Sheet};
use crate::api::{ApiProblem, Failure, FieldProblem, Request, Session, encode_segment};

/// The columns of a file of claims. The first seven must be there.
pub const COLUMNS: &[&str] = &[
    "import_id",
    "external_ref",
    "program",
    "tenant_id",
    "tenant_domain",
    "items",
    "activity",
    "location_id",
    "customer_name",
    "customer_title",
    "customer_email",
    "technical_name",
    "technical_title",
    "technical_email",
    "partner_name",
    "partner_email",
    "label",
    "renews",
    "evidence_name",
    "evidence_sha256",
    "evidence_acknowledged_on",
];
const NEEDED: &[&str] =
    &["import_id", "external_ref", "program", "tenant_id", "tenant_domain", "items", "activity"];

/// Where a pointer of the API's body stands in the file.
const PLACES: &[(&str, &str)] = &[
    ("/program", "program"),
    ("/tenant/id", "tenant_id"),
    ("/tenant/domain", "tenant_domain"),
    ("/tenant", "tenant_id, tenant_domain"),
    ("/items", "items"),
    ("/activity", "activity"),
    ("/location_id", "location_id"),
    ("/customer_contact/name", "customer_name"),
    ("/customer_contact/title", "customer_title"),
    ("/customer_contact/email", "customer_email"),
    ("/customer_contact", "customer_name"),
    ("/technical_contact/name", "technical_name"),
    ("/technical_contact/title", "technical_title"),
    ("/technical_contact/email", "technical_email"),
    ("/technical_contact", "technical_name"),
    ("/partner_contact/name", "partner_name"),
    ("/partner_contact/email", "partner_email"),
    ("/partner_contact", "partner_name"),
    ("/label", "label"),
    ("/renews", "renews"),
    ("/external_ref", "external_ref"),
    ("/evidence", "evidence_name"),
];

/// A claim of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimRow {
    /// The key of its create: of the same file and reference always the same.
    pub key: String,
    /// The partner's reference, as the API stores it.
    pub external_ref: String,
    /// The tenant that is claimed at.
    pub tenant: String,
    /// The body of the create.
    pub body: Value,
}

/// Claims, each created once.
#[derive(Debug, Clone, Copy)]
pub struct ClaimImport;

/// The key of a row: a digest of the file's `import_id` and the row's `external_ref`.
///
/// ```
/// let key = cpor::import::row_key("2026-11-crm", "CRM-1");
/// assert_eq!(key, cpor::import::row_key("2026-11-crm", "CRM-1"));
/// assert_ne!(key, cpor::import::row_key("2026-11-crm", "CRM-2"));
/// assert_ne!(key, cpor::import::row_key("2026-12-crm", "CRM-1"));
/// ```
pub fn row_key(import_id: &str, external_ref: &str) -> String {
    let digest = hash_canonical(&json!(["cpor import claims", import_id, external_ref]));
    format!("import-{digest}")
}

impl ClaimImport {
    /// Reads a file of claims.
    pub fn read(path: &Path) -> Result<Plan<ClaimRow>, Failure> {
        let sheet = Sheet::read(path, COLUMNS, NEEDED)?;
        Self::plan(&sheet).map_err(|error| Failure::unreadable(path.display(), error))
    }

    /// What the rows of a file ask for. All of them are of one import.
    pub fn plan(sheet: &Sheet) -> Result<Plan<ClaimRow>, String> {
        let rows = sheet.records.iter().filter(|row| !row.is_empty());
        let import_ids: BTreeSet<Option<&str>> =
            rows.clone().map(|row| row.get("import_id")).collect();
        let import_id = match import_ids.iter().collect::<Vec<_>>().as_slice() {
            [] => "",
            [Some(only)] if is_plain_id(only) => only,
            [Some(_)] => {
                return Err("import_id has 1–64 letters, digits, “.”, “_” and “-”".to_owned());
            }
            _ => return Err("every row has the same import_id".to_owned()),
        };
        let units = rows.map(|row| {
            let reference = row.get("external_ref").and_then(|text| Name::parse(text).ok());
            let reference = reference.map(String::from);
            let shown = reference.as_deref().or(row.get("external_ref")).unwrap_or_default();
            let rows = vec![(row.line, shown.to_owned())];
            Unit { rows, work: read_row(row, import_id, reference) }
        });
        Ok(Plan { units: units.collect() }.refuse_repeated("external_ref"))
    }
}

fn is_plain_id(text: &str) -> bool {
    let plain = |own: char| own.is_ascii_alphanumeric() || matches!(own, '.' | '_' | '-');
    (1..=64).contains(&text.len()) && text.chars().all(plain)
}

fn read_row(row: &Record, import_id: &str, reference: Option<String>) -> Result<ClaimRow, String> {
    row.need("external_ref")?;
    let external_ref = reference.ok_or("external_ref has 1–200 characters on one line")?;
    let tenant = row.need("tenant_id")?.to_owned();
    let body = CreateClaimBody {
        program: row.need("program")?.to_owned(),
        tenant: TenantRefBody { id: tenant.clone(), domain: row.need("tenant_domain")?.to_owned() },
        content: read_content(row, external_ref.clone())?,
        draft: None,
    };
    let body = serde_json::to_value(body).map_err(|error| error.to_string())?;
    let key = row_key(import_id, &external_ref);
    Ok(ClaimRow { key, external_ref, tenant, body: without_nulls(body) })
}

fn read_content(row: &Record, external_ref: String) -> Result<ContentBody, String> {
    let text = |column| row.get(column).map(str::to_owned);
    Ok(ContentBody {
        activity: text("activity"),
        location_id: text("location_id"),
        items: row.list("items").map(|items| read_items(&items)).transpose()?,
        customer_contact: read_contact(row, "customer"),
        technical_contact: read_contact(row, "technical"),
        partner_contact: ["partner_name", "partner_email"]
            .iter()
            .any(|column| row.get(column).is_some())
            .then(|| PartnerContactBody {
                name: text("partner_name").unwrap_or_default(),
                email: text("partner_email").unwrap_or_default(),
                email_unicode: None,
            }),
        label: text("label"),
        external_ref: Some(external_ref),
        renews: text("renews"),
        evidence: read_evidence(row)?,
    })
}

/// The contact whose columns begin with a word; the API says what of it is missing.
fn read_contact(row: &Record, whose: &str) -> Option<ContactBody> {
    let cell = |part| row.get(&format!("{whose}_{part}")).map(str::to_owned);
    let (name, title, email) = (cell("name"), cell("title"), cell("email"));
    name.as_ref().or(title.as_ref()).or(email.as_ref())?;
    Some(ContactBody {
        name: name.unwrap_or_default(),
        title: title.unwrap_or_default(),
        email: email.unwrap_or_default(),
        email_unicode: None,
    })
}

fn read_items(cells: &[String]) -> Result<Vec<ClaimItemBody>, String> {
    let read = |cell: &String| {
        let (kind, id) = cell.split_once(':').ok_or_else(|| {
            format!("items has entries such as workload:teams, and “{cell}” is none")
        })?;
        Ok(ClaimItemBody { kind: read_kind(kind)?, id: id.to_owned() })
    };
    cells.iter().map(read).collect()
}

pub(crate) fn read_kind(text: &str) -> Result<Word<ItemKind>, String> {
    let kinds = ItemKind::all_cases();
    let found = kinds.into_iter().find(|kind| kind.wire_name() == text);
    found.map(Word).ok_or_else(|| format!("“{text}” is no kind of an item: workload, subscription"))
}

/// The evidence: three columns, each a list between “|”.
fn read_evidence(row: &Record) -> Result<Option<Vec<EvidenceBody>>, String> {
    let list = |column| {
        let cell = row.get(column).unwrap_or_default();
        cell.split('|').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty())
    };
    let names: Vec<String> = list("evidence_name").collect();
    let digests: Vec<String> = list("evidence_sha256").collect();
    let days: Vec<String> = list("evidence_acknowledged_on").collect();
    if names.len() != digests.len() || names.len() != days.len() {
        return Err("the columns of the evidence have equally many entries, between “|”".to_owned());
    }
    let entries = names.into_iter().zip(digests).zip(days);
    let entries: Vec<EvidenceBody> = entries
        .map(|((name, sha256), acknowledged_on)| EvidenceBody { name, sha256, acknowledged_on })
        .collect();
    Ok((!entries.is_empty()).then_some(entries))
}

/// The value without members that are `null`: a member that a later version of this program knows must make no other
/// body out of the same row.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(_, member)| !member.is_null())
            .map(|(name, member)| (name, without_nulls(member)))
            .collect(),
        Value::Array(entries) => entries.into_iter().map(without_nulls).collect(),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => other,
    }
}

/// The column of a pointer, with the number of the entry where it is in a list.
fn column_of(pointer: &str) -> String {
    let mut found: Vec<_> = PLACES.iter().filter(|(own, _)| pointer.starts_with(own)).collect();
    found.sort_by_key(|(own, _)| std::cmp::Reverse(own.len()));
    let Some((own, column)) = found.first() else { return pointer.to_owned() };
    let rest = pointer.strip_prefix(own).unwrap_or_default();
    let number = rest.split('/').nth(1).and_then(|part| part.parse::<u32>().ok());
    number.map_or_else(|| (*column).to_owned(), |number| format!("{column} {}", number + 1))
}

impl Kind for ClaimImport {
    type Work = ClaimRow;

    fn send(
        &self,
        session: &mut Session,
        row: &ClaimRow,
        dry_run: bool,
    ) -> Result<Vec<ImportOutcome>, Failure> {
        let outcome = if dry_run { check(session, row) } else { create(session, row) };
        Ok(vec![outcome?])
    }
}

fn create(session: &mut Session, row: &ClaimRow) -> Result<ImportOutcome, Failure> {
    let request = Request::post("/v1/claims", &row.body)?.header("idempotency-key", &row.key);
    match session.call(&request) {
        Ok(answer) => {
            let replayed = answer.header("idempotent-replayed") == Some("true");
            let result = if replayed { RowResult::Present } else { RowResult::Created };
            let claim = answer.json()?;
            let id = claim.get("id").and_then(Value::as_str).unwrap_or_default();
            Ok(ImportOutcome::done(result, id))
        }
        Err(Failure::Refused(problem)) if problem.code == "idempotency-conflict" => {
            let detail = "the row was sent before with other content; it was not sent again";
            Ok(ImportOutcome::open(RowResult::Changed, &problem.code, detail))
        }
        Err(failure) => sort_refusal(failure, column_of),
    }
}

/// The answer of `POST /v1/claims:check`, as far as a report says it.
#[derive(Debug, Deserialize)]
struct CheckAnswer {
    ok: bool,
    #[serde(default)]
    errors: Vec<CheckError>,
    contested: Option<bool>,
    #[serde(default)]
    warnings: Vec<FieldProblem>,
}

#[derive(Debug, Deserialize)]
struct CheckError {
    #[serde(flatten)]
    field: FieldProblem,
    claim_id: Option<String>,
}

fn check(session: &mut Session, row: &ClaimRow) -> Result<ImportOutcome, Failure> {
    let request = Request::post("/v1/claims:check", &row.body)?;
    let checked = match session.fetch(&request) {
        Ok(checked) => checked,
        Err(failure) => return sort_refusal(failure, column_of),
    };
    let checked: CheckAnswer = serde_json::from_value(checked)
        .map_err(|error| Failure::Unreachable(format!("the check cannot be read: {error}")))?;
    if let Some(id) = find_own(session, row, &checked)? {
        return Ok(ImportOutcome::done(RowResult::Present, id));
    }
    if checked.ok {
        return Ok(ImportOutcome {
            detail: tell_warnings(&checked),
            ..ImportOutcome::done(RowResult::Good, "")
        });
    }
    let claim_id = checked.errors.iter().find_map(|error| error.claim_id.clone());
    let errors = checked.errors.into_iter().map(|error| error.field).collect();
    let problem = ApiProblem { errors, claim_id, ..ApiProblem::default() };
    let mut outcome = ImportOutcome::from_problem(&problem, column_of);
    outcome.code = outcome.code.trim_start().to_owned();
    Ok(outcome)
}

/// The claim that this row became in an earlier run: the one that is in its way and has its reference.
fn find_own(
    session: &mut Session,
    row: &ClaimRow,
    checked: &CheckAnswer,
) -> Result<Option<String>, Failure> {
    let [CheckError { claim_id: Some(id), .. }] = checked.errors.as_slice() else {
        return Ok(None);
    };
    let claim = session.fetch(&Request::get(format!("/v1/claims/{}", encode_segment(id))))?;
    let own = claim.get("external_ref").and_then(Value::as_str) == Some(&row.external_ref);
    Ok(own.then(|| id.clone()))
}

fn tell_warnings(checked: &CheckAnswer) -> String {
    let contested = (checked.contested == Some(true)).then(|| "contested".to_owned());
    let warnings = checked.warnings.iter().map(|own| format!("{}: {}", own.code, own.detail));
    contested.into_iter().chain(warnings).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "import_id,external_ref,program,tenant_id,tenant_domain,items,activity,location_id,customer_name,\
                        customer_title,customer_email,partner_name,partner_email,evidence_name,evidence_sha256,evidence_acknowledged_on\n";
    const TENANT: &str = "6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c01";

    fn plan(rows: &str) -> Result<Plan<ClaimRow>, String> {
        ClaimImport::plan(&Sheet::parse(&format!("{HEAD}{rows}"), COLUMNS, NEEDED).unwrap())
    }

    fn row(import_id: &str, reference: &str, items: &str) -> String {
        format!(
            "{import_id},{reference},osu-m365,{TENANT},contoso.example,{items},usage,4711,Jana Nováková,CIO,jana@contoso.example,\
             Petr Alpin,petr@alpine.example,sow.pdf | order.pdf,{0} | {1},2026-10-01 | 2026-10-02\n",
            "a".repeat(64),
            "b".repeat(64)
        )
    }

    #[test]
    fn the_body_of_a_row_is_one_that_the_api_reads_without_an_error() {
        let plan = plan(&row("i1", "CRM-1", "workload:teams workload:exchange-online")).unwrap();
        let sent = plan.units[0].work.as_ref().unwrap();
        let read = web::bodies::read_claim(&sent.body);
        assert_eq!(read.malformed, []);
        assert!(!read.draft);
        assert_eq!(sent.body["items"][1], json!({"kind": "workload", "id": "exchange-online"}));
        assert_eq!(sent.body["evidence"][1]["acknowledged_on"], "2026-10-02");
        assert!(!sent.body.to_string().contains("null"), "{}", sent.body);
    }

    #[test]
    fn the_key_and_the_body_of_a_row_stay_the_same_for_ever() {
        let plan = plan(&row("i1", "CRM-1", "workload:teams")).unwrap();
        let sent = plan.units[0].work.as_ref().unwrap();
        // Another digest would send every row of an interrupted import a second time.
        assert_eq!(
            (sent.key.as_str(), web::request_hash(&sent.body).to_string().as_str()),
            (
                "import-24288248bbc0dae8e43b6c24638932c245a87216f51a61ea477dd4c67f9a38d5",
                "aa85219c7adf2a1cbf474638fad1fb5533c57cce4ae8709e69ec667fa112dce7"
            )
        );
    }

    #[test]
    fn another_writing_of_a_reference_is_the_same_row() {
        let (one, two) =
            (row("i1", "é", "workload:teams"), row("i1", "e\u{301}", "workload:teams"));
        let key = |text: &str| plan(text).unwrap().units[0].work.as_ref().unwrap().key.clone();
        assert_eq!(key(&one), key(&two));
        let both = plan(&(one + &two)).unwrap();
        assert!(both.units.iter().all(|unit| unit.work.is_err()));
    }

    #[test]
    fn rows_of_two_imports_are_no_file() {
        let two = row("i1", "CRM-1", "workload:teams") + &row("i2", "CRM-2", "workload:teams");
        assert!(plan(&two).unwrap_err().contains("same import_id"));
        assert!(plan(&row("", "CRM-1", "workload:teams")).is_err());
        assert!(plan(&row("i 1", "CRM-1", "workload:teams")).is_err());
        assert_eq!(plan("").unwrap().count_rows(), 0);
    }

    #[test]
    fn a_row_that_cannot_be_read_says_why_and_hinders_no_other() {
        let bad = ["teams", "licence:teams"].map(|items| row("i1", items, items)).concat();
        let plan = plan(&(bad + &row("i1", "CRM-3", "workload:teams"))).unwrap();
        let told: Vec<_> = plan.units.iter().map(|unit| unit.work.as_ref().err()).collect();
        assert!(told[0].unwrap().contains("such as workload:teams"));
        assert!(told[1].unwrap().contains("no kind of an item"));
        assert!(told[2].is_none());
    }

    #[test]
    fn a_pointer_is_told_by_the_name_of_its_column() {
        assert_eq!(column_of("/items/1/id"), "items 2");
        assert_eq!(column_of("/customer_contact/email"), "customer_email");
        assert_eq!(column_of("/tenant"), "tenant_id, tenant_domain");
        assert_eq!(column_of("/evidence/0/acknowledged_on"), "evidence_name 1");
        assert_eq!(column_of("/new"), "/new");
        assert_eq!(column_of(""), "");
    }
}
