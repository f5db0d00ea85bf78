//! `PUT` and `GET /v1/tenants/{id}/usage`: the vendor's feed of usage rows, and what it has brought.

use app::{ApiError, request_time};
use domain::claim::Instant;
use domain::content;
use domain::directory::Tenant;
use domain::ids::TenantId;
use domain::program::ItemRef;
use domain::rejection::{FieldCode, FieldError};
use serde_json::json;
use store::UsageRecord;
use web::views::{FedUsageDay, FedUsageView};
use web::{Call, Period, Reply, RequestError, bodies, queries};

use crate::App;

/// Stores rows; the same item and day overwrites. A row of an item that the tenant does not have, or of a day that has
/// not begun there, refuses all of them.
pub(crate) async fn put_usage(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.require_caller(&app.clients)?;
    let id = call.path_id(TenantId::parse)?;
    let tenant = app.store.load_tenant(&id).await?.ok_or(RequestError::NotFound)?;
    let now = request_time(&app.store, call).await?.at;
    let rows: Vec<_> =
        bodies::read_usage(&call.json_body()?)?.into_iter().map(usage_record).collect();
    let errors = row_errors(&rows, &tenant, now);
    if !errors.is_empty() {
        return Err(RequestError::Fields(errors).into());
    }
    app.store.put_usage(&id, &rows, now).await?;
    Ok(Reply::ok(&json!({ "rows": rows.len() })))
}

/// Tells what was fed of an item, day by day, as it was fed: whoever brings small counts in may see them.
pub(crate) async fn read_usage(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.require_caller(&app.clients)?;
    let id = call.path_id(TenantId::parse)?;
    let tenant = app.store.load_tenant(&id).await?.ok_or(RequestError::NotFound)?;
    let (item, query) = queries::read_item_usage_query(call)?;
    let today = tenant.latest_date(request_time(&app.store, call).await?.at);
    let Period { from, to } = Period::of(query, today, None)?;
    if tenant.find_item(&item).is_none() {
        return Err(
            RequestError::Fields(vec![FieldError::new("/id", FieldCode::ItemNotInTenant)]).into()
        );
    }
    let fed = app.store.list_usage(&id, &item, from, to).await?;
    let days = fed.days.iter().map(usage_day).collect();
    let view = FedUsageView::of((from, to), content::is_usage_final(to, today), fed.as_of, days);
    Ok(if call.wants_csv() { Reply::csv(view.to_csv()) } else { Reply::ok(&view) })
}

fn usage_day(row: &UsageRecord) -> FedUsageDay {
    let UsageRecord { item: _, date, active_users, provisioned_seats } = *row;
    FedUsageDay { date, active_users, provisioned_seats }
}

/// What is wrong with the rows by the tenant's entry and its clocks.
fn row_errors(rows: &[UsageRecord], tenant: &Tenant, now: Instant) -> Vec<FieldError> {
    let (today, mut errors) = (tenant.latest_date(now), Vec::new());
    for (no, row) in rows.iter().enumerate() {
        if row.date > today {
            errors.push(FieldError::new(format!("/rows/{no}/date"), FieldCode::InTheFuture));
        }
        if tenant.find_item(&row.item).is_none() {
            errors.push(FieldError::new(format!("/rows/{no}/id"), FieldCode::ItemNotInTenant));
        }
    }
    errors
}

fn usage_record(row: bodies::UsageRow) -> UsageRecord {
    UsageRecord {
        item: ItemRef { kind: row.kind, id: row.id },
        date: row.date,
        active_users: row.active_users,
        provisioned_seats: row.provisioned_seats,
    }
}
