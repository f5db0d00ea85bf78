//! `PUT /v1/tenants/{id}/usage`: the vendor's feed of usage rows.

use app::{ApiError, moment};
use domain::ids::TenantId;
use domain::program::ItemRef;
use serde_json::json;
use store::UsageRecord;
use web::{Call, Failure, Reply, bodies};

use crate::App;

/// Stores rows; the same item and day overwrites. The items need not be in the directory: the feed
/// may be ahead of it, and what nobody's association covers nobody reads.
pub(crate) async fn put(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.caller()?;
    let tenant = call.path_id(TenantId::parse)?;
    app.store.tenant(&tenant).await?.ok_or(Failure::NotFound)?;
    let rows: Vec<_> = bodies::usage(&call.json()?)?.into_iter().map(row).collect();
    let at = moment(&app.store, call).await?.at;
    app.store.put_usage(&tenant, &rows, at).await?;
    Ok(Reply::ok(&json!({ "rows": rows.len() })))
}

fn row(row: bodies::UsageRow) -> UsageRecord {
    UsageRecord {
        item: ItemRef { kind: row.kind, id: row.id },
        date: row.date,
        active_users: row.active_users,
        provisioned_seats: row.provisioned_seats,
    }
}
