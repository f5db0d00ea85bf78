//! Files of claims, tenants, partners and usage, sent row by row. Nothing is kept between two runs: a row that was
//! sent before is known by the API.

mod claims;
mod directory;
mod outcome;
mod quota;
mod report;
mod run;
mod sheet;
mod usage;

pub use claims::{COLUMNS as CLAIM_COLUMNS, ClaimImport, row_key};
pub use directory::{DirectoryImport, PARTNER_COLUMNS, TENANT_COLUMNS};
pub use outcome::{ImportOutcome, RowResult, Summary};
pub use quota::{Quotas, tell_need};
pub use report::ImportReport;
pub use run::{AtQuota, Kind, Plan, run};
pub use sheet::{Record, Sheet};
pub use usage::{COLUMNS as USAGE_COLUMNS, UsageImport};
