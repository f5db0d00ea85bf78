//! The parsers of files, addresses and refusals under inputs that nobody thought of (`CONTRIBUTING.md`, section 10.4).

use fuzz::{Tally, bytes, texts};

use crate::api::{Address, ApiProblem};
use crate::import::{
    CLAIM_COLUMNS, ClaimImport, DirectoryImport, Sheet, TENANT_COLUMNS, USAGE_COLUMNS, UsageImport,
};

const TENANT: &str = "6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c01";

/// The examples are taken, and not everything is.
fn assert_tells_apart(tally: Tally) {
    assert!(tally.accepted > 0 && tally.accepted < tally.inputs, "{tally:?}");
}

#[test]
fn a_file_of_claims_gives_rows_that_can_be_sent_or_says_why_not() {
    let one = format!(
        "import_id,external_ref,program,tenant_id,tenant_domain,items,activity,customer_name,customer_title,customer_email\n\
         i1,CRM-1,osu-m365,{TENANT},contoso.example,workload:teams,usage,Jana,CIO,jana@contoso.example\n"
    );
    let other = one.replace(',', ";");
    assert_tells_apart(texts("a file of claims", &[&one, &other], |text| {
        let Ok(sheet) = Sheet::parse(text, CLAIM_COLUMNS, &["import_id", "external_ref"]) else {
            return false;
        };
        let Ok(plan) = ClaimImport::plan(&sheet) else { return false };
        for row in plan.sendable_work() {
            assert!(row.key.len() <= 255 && row.key.bytes().all(|own| own.is_ascii_graphic()));
            assert_eq!(row.body["external_ref"], row.external_ref.as_str());
        }
        plan.sendable_work().count() > 0
    }));
}

#[test]
fn a_file_of_tenants_or_usage_gives_rows_that_can_be_sent_or_says_why_not() {
    let tenants = format!(
        "id,name,domains,contacts,items\n{TENANT},Contoso,contoso.example,IT <it@contoso.example> verified,workload:teams:teams\n"
    );
    assert_tells_apart(texts("a file of tenants", &[&tenants], |text| {
        let sheet = Sheet::parse(text, TENANT_COLUMNS, &["id"]);
        sheet.is_ok_and(|sheet| {
            let plan = DirectoryImport::Tenants.plan(&sheet);
            plan.sendable_work().all(|row| !row.id.is_empty()) && plan.sendable_work().count() > 0
        })
    }));
    let usage = format!(
        "tenant_id,kind,id,date,active_users,provisioned_seats\n{TENANT},workload,teams,2026-11-01,4,10\n"
    );
    assert_tells_apart(texts("a file of usage", &[&usage], |text| {
        Sheet::parse(text, USAGE_COLUMNS, USAGE_COLUMNS).is_ok_and(|sheet| {
            let plan = UsageImport::plan(&sheet);
            let filled = sheet.records.iter().filter(|row| !row.is_empty()).count();
            assert_eq!(usize::try_from(plan.count_rows()), Ok(filled));
            plan.sendable_work().count() > 0
        })
    }));
}

#[test]
fn an_address_that_is_taken_is_read_again_as_the_same_and_is_secure_or_of_this_machine() {
    let examples = ["https://api.example.com/edge", "http://127.0.0.1:4566", "http://[::1]:80/"];
    assert_tells_apart(texts("an address", &examples, |text| {
        let Ok(address) = Address::parse(text) else { return false };
        assert_eq!(Address::parse(address.as_str()).as_ref(), Ok(&address));
        let local = ["http://127.", "http://[::1]", "http://localhost"];
        assert!(address.is_secure() || local.iter().any(|own| address.as_str().starts_with(own)));
        assert!(!address.as_str().contains(['?', '#']));
        true
    }));
}

#[test]
fn every_body_of_a_refusal_can_be_told() {
    let problem: &[u8] = br#"{"title":"x","code":"c","detail":"d","errors":[{"pointer":"/a","code":"b","detail":"e"}],"items":[1]}"#;
    let tally = bytes("a refusal", &[problem, b"{\"message\":\"Forbidden\"}"], |body| {
        let told = ApiProblem::read(400, body, None);
        assert!(told.lines().first().is_some_and(|line| line.starts_with("400")));
        !told.title.is_empty()
    });
    assert_tells_apart(tally);
}
