//! Files of tenants and of partners.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::outcome::{ImportOutcome, RowResult};
use super::run::{Kind, Plan, Unit, sort_refusal};
use super::sheet::{Record, Sheet};
use crate::api::{Failure, Request, Session, encode_segment};

/// The columns of a file of tenants. `id` must be there; what a file has no column for stays as it is.
pub const TENANT_COLUMNS: &[&str] = &[
    "id",
    "name",
    "status",
    "domains",
    "country",
    "subdivision",
    "time_zone",
    "locale",
    "closures",
    "contacts",
    "items",
];
/// The columns of a file of partners.
pub const PARTNER_COLUMNS: &[&str] = &[
    "id",
    "name",
    "status",
    "locations",
    "country",
    "time_zone",
    "daily_claim_quota",
    "open_claim_quota",
    "open_draft_quota",
    "daily_check_quota",
    "domains",
    "contacts",
    "locale",
    "notify",
];
const TEXTS: &[&str] = &["name", "status", "country", "subdivision", "time_zone", "locale"];
const LISTS: &[&str] = &["domains", "closures", "notify"];
const NUMBERS: &[&str] =
    &["daily_claim_quota", "open_claim_quota", "open_draft_quota", "daily_check_quota"];

/// Which part of the directory a file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DirectoryImport {
    /// Customers with their items.
    Tenants,
    /// Partners with their locations.
    Partners,
}

/// An entry of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryRow {
    /// The id in the directory.
    pub id: String,
    /// What is written. What is not in it stays as it is.
    pub body: Value,
}

impl DirectoryImport {
    /// Reads a file of entries.
    pub fn read(self, path: &Path) -> Result<Plan<EntryRow>, Failure> {
        Sheet::read(path, self.columns(), &["id"]).map(|sheet| self.plan(&sheet))
    }

    /// What the rows of a file ask for.
    pub fn plan(self, sheet: &Sheet) -> Plan<EntryRow> {
        let rows = sheet.records.iter().filter(|row| !row.is_empty());
        let units = rows.map(|row| {
            let rows = vec![(row.line, row.get("id").unwrap_or_default().to_owned())];
            Unit { rows, work: self.read_row(row) }
        });
        Plan { units: units.collect() }.refuse_repeated("the id")
    }

    fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Tenants => TENANT_COLUMNS,
            Self::Partners => PARTNER_COLUMNS,
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Tenants => "/v1/tenants",
            Self::Partners => "/v1/partners",
        }
    }

    fn read_row(self, row: &Record) -> Result<EntryRow, String> {
        let mut body = Map::new();
        for column in TEXTS {
            put(&mut body, column, row.get(column).map(Value::from));
        }
        for column in LISTS {
            put(&mut body, column, row.list(column).map(Value::from));
        }
        for column in NUMBERS {
            put(&mut body, column, row.number(column)?.map(Value::from));
        }
        put(&mut body, "contacts", read_contacts(row, self == Self::Tenants)?);
        put(&mut body, "items", read_each(row, "items", read_item)?);
        put(&mut body, "locations", read_each(row, "locations", read_location)?);
        Ok(EntryRow { id: row.need("id")?.to_owned(), body: Value::Object(body) })
    }
}

fn put(body: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    body.extend(value.map(|value| (name.to_owned(), value)));
}

/// A list between blanks, whose parts have a form.
fn read_each(
    row: &Record,
    column: &str,
    read: impl Fn(&str) -> Option<Value>,
) -> Result<Option<Value>, String> {
    let Some(parts) = row.list(column) else { return Ok(None) };
    let read =
        |part: &String| read(part).ok_or_else(|| format!("“{part}” is no entry of {column}"));
    let entries: Result<Vec<Value>, String> = parts.iter().map(read).collect();
    entries.map(|entries| Some(Value::Array(entries)))
}

/// An item of a tenant: `kind:id:product`, and behind that where needed `:state` and `:unclaimable`.
fn read_item(text: &str) -> Option<Value> {
    let parts: Vec<&str> = text.split(':').collect();
    let (kind, id, product, state, claimable) = match parts.as_slice() {
        [kind, id, product] => (kind, id, product, "active", true),
        [kind, id, product, "unclaimable"] => (kind, id, product, "active", false),
        [kind, id, product, state] => (kind, id, product, *state, true),
        [kind, id, product, state, "unclaimable"] => (kind, id, product, *state, false),
        _ => return None,
    };
    Some(
        json!({"kind": kind, "id": id, "product": product, "claimable": claimable, "state": state}),
    )
}

/// A location of a partner: `id=program,program`.
fn read_location(text: &str) -> Option<Value> {
    let (id, programs) = text.split_once('=')?;
    let programs: Vec<&str> = programs.split(',').filter(|program| !program.is_empty()).collect();
    Some(json!({"id": id, "programs": programs}))
}

/// Contacts between “|”: `Jana Nováková <jana@contoso.example>`, of a tenant with `verified` behind it where it is.
fn read_contacts(row: &Record, of_tenant: bool) -> Result<Option<Value>, String> {
    let Some(cell) = row.get("contacts") else { return Ok(None) };
    let read = |text: &str| -> Option<Value> {
        let (name, rest) = text.trim().split_once('<')?;
        let (email, behind) = rest.split_once('>')?;
        let (name, email) = (name.trim(), email.trim());
        match (of_tenant, behind.trim()) {
            (true, "verified") => Some(json!({"name": name, "email": email, "verified": true})),
            (true, "") => Some(json!({"name": name, "email": email, "verified": false})),
            (false, "") => Some(json!({"name": name, "email": email})),
            _ => None,
        }
    };
    let read = |text: &str| {
        read(text).ok_or_else(|| format!("“{text}” is no contact: Name <name@domain.example>"))
    };
    let contacts: Result<Vec<Value>, String> = cell.split('|').map(read).collect();
    contacts.map(|contacts| Some(Value::Array(contacts)))
}

impl Kind for DirectoryImport {
    type Work = EntryRow;

    /// A write that would end associations or reject claims is refused: it is confirmed one by one, and not here.
    fn send(
        &self,
        session: &mut Session,
        row: &EntryRow,
        dry_run: bool,
    ) -> Result<Vec<ImportOutcome>, Failure> {
        let query = if dry_run { "?dry_run=true" } else { "" };
        let path = format!("{}/{}{query}", self.path(), encode_segment(&row.id));
        let outcome = match session.call(&Request::put(path, &row.body)?) {
            Ok(answer) if dry_run => judge_dry_run(&answer.json()?, &row.id),
            Ok(answer) if answer.status == 201 => ImportOutcome::done(RowResult::Created, &row.id),
            Ok(_) => ImportOutcome::done(RowResult::Written, &row.id),
            Err(failure) => sort_refusal(failure, str::to_owned)?,
        };
        Ok(vec![outcome])
    }
}

fn judge_dry_run(told: &Value, id: &str) -> ImportOutcome {
    match told.get("confirm").and_then(Value::as_str) {
        None => ImportOutcome::done(RowResult::Good, id),
        Some(count) => {
            let detail = format!("it would end associations or reject items in {count} claims");
            ImportOutcome::open(RowResult::Refused, "confirmation-required", detail)
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::{PartnerId, TenantId};

    use super::*;

    fn body(directory: DirectoryImport, text: &str) -> Result<Value, String> {
        let sheet = Sheet::parse(text, directory.columns(), &["id"]).unwrap();
        directory.plan(&sheet).units[0].work.clone().map(|row| row.body)
    }

    #[test]
    fn a_tenant_of_a_file_is_one_that_the_api_reads_without_an_error() {
        let text = "id,name,status,domains,country,subdivision,time_zone,locale,closures,contacts,items\n\
            6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c01,Contoso,active,contoso.example contoso.cz,US,CA,America/Los_Angeles,en,\
            2026-12-23 2026-12-24,IT desk <it@contoso.example> verified | Jana <jana@contoso.example>,\
            workload:teams:teams subscription:s1:sales:grace:unclaimable\n";
        let body = body(DirectoryImport::Tenants, text).unwrap();
        let id = TenantId::parse("6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c01").unwrap();
        let tenant = web::bodies::read_tenant(&id, &body, None).unwrap();
        let contacts: Vec<bool> = tenant.contacts.iter().map(|own| own.verified).collect();
        assert_eq!(contacts, [true, false]);
        assert_eq!(body["items"][1]["claimable"], false);
        assert_eq!(body["items"][1]["state"], "grace");
    }

    #[test]
    fn a_partner_of_a_file_is_one_that_the_api_reads_without_an_error() {
        let text = "id,name,status,locations,country,time_zone,daily_claim_quota,open_claim_quota,domains,contacts,notify\n\
            p-alpine,Alpine Cloud,active,\"4711=osu-m365,osa-sell 4712=\",CZ,Europe/Prague,100,1000,alpine.example,\
            Desk <desk@alpine.example>,turn ended\n";
        let body = body(DirectoryImport::Partners, text).unwrap();
        let id = PartnerId::parse("p-alpine").unwrap();
        let partner = web::bodies::read_partner(&id, &body, None).unwrap();
        assert_eq!((partner.locations.len(), partner.locations[0].programs.len()), (2, 2));
        assert_eq!(body["notify"], json!(["turn", "ended"]));
    }

    #[test]
    fn what_a_file_has_no_cell_for_is_not_sent() {
        let partner =
            body(DirectoryImport::Partners, "id,name,daily_claim_quota\np-alpine,,100\n").unwrap();
        assert_eq!(partner, json!({"daily_claim_quota": 100}));
    }

    #[test]
    fn a_cell_of_another_form_is_named() {
        let told = |text| body(DirectoryImport::Tenants, text).unwrap_err();
        assert!(told("id,items\nt,teams\n").contains("“teams” is no entry of items"));
        assert!(told("id,contacts\nt,jana@contoso.example\n").contains("is no contact"));
        assert!(
            told("id,contacts\nt,Jana <jana@contoso.example> maybe\n").contains("is no contact")
        );
        let partner =
            body(DirectoryImport::Partners, "id,daily_claim_quota\np,many\n").unwrap_err();
        assert!(partner.contains("no whole number"), "{partner}");
    }
}
