//! Usage rows of a tenant's items.

use chrono::NaiveDate;
use domain::ids::ItemId;
use domain::program::ItemKind;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::failure::RequestError;
use crate::fields::BodyFields;
use crate::words::ItemKindWord;

/// The most rows of a request.
const MAX_ROWS: usize = 500;

/// Usage of one item on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageRow {
    /// Whether the item is a workload or a subscription.
    pub kind: ItemKind,
    /// The id of the item at the tenant.
    pub id: ItemId,
    /// The day, today or earlier by the tenant's clocks.
    pub date: NaiveDate,
    /// How many used it.
    pub active_users: u32,
    /// How many seats were provisioned on that day.
    pub provisioned_seats: u32,
}

/// Rows of usage that are to be written.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UsageBody {
    /// The rows; the same item and day overwrites.
    #[schema(min_items = 1, max_items = 500)]
    pub rows: Vec<UsageRowBody>,
}

/// Usage of one item on one day.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UsageRowBody {
    /// Whether the item is a workload or a subscription.
    pub kind: ItemKindWord,
    /// The item's id at the tenant.
    #[schema(pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    pub id: String,
    /// The day, in the customer's zone.
    #[schema(format = Date)]
    pub date: String,
    /// How many people used the item on that day.
    #[schema(minimum = 0, maximum = 2_147_483_647)]
    pub active_users: u32,
    /// How many people could use it on that day.
    #[schema(minimum = 0, maximum = 2_147_483_647)]
    pub provisioned_seats: u32,
}

/// Reads usage rows. The same item and day twice in one request leaves open which is meant.
pub fn read_usage(body: &Value) -> Result<Vec<UsageRow>, RequestError> {
    let mut fields = BodyFields::of(body);
    let rows = fields.read_objects("rows", 1..=MAX_ROWS, read_row);
    let key = |row: &UsageRow| (row.kind, row.id.clone(), row.date);
    fields.require_unique("rows", rows.iter().map(|row| row.as_ref().map(key)));
    fields.finish_reading(Some(rows.into_iter().flatten().collect()))
}

fn read_row(fields: &mut BodyFields<'_>) -> Option<UsageRow> {
    let (kind, id, date) =
        (fields.read_required("kind"), fields.read_required("id"), fields.read_required("date"));
    let active_users = fields.read_required("active_users");
    let provisioned_seats = fields.read_required("provisioned_seats");
    Some(UsageRow {
        kind: kind?,
        id: id?,
        date: date?,
        active_users: active_users?,
        provisioned_seats: provisioned_seats?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::bodies::tests::refused;

    fn row(date: &str, active: i64) -> Value {
        json!({"kind": "workload", "id": "teams", "date": date, "active_users": active, "provisioned_seats": 9})
    }

    #[test]
    fn rows_are_read_and_counts_are_not_negative() {
        let rows =
            read_usage(&json!({"rows": [row("2026-11-01", 7), row("2026-11-02", 0)]})).unwrap();
        assert_eq!((rows.len(), rows[0].active_users), (2, 7));
        let body = json!({"rows": [row("2026-11-01", -1)]});
        assert_eq!(refused(read_usage(&body)), ["out-of-range /rows/0/active_users"]);
    }

    #[test]
    fn there_are_1_to_500_rows_each_of_its_own_item_and_day() {
        assert_eq!(refused(read_usage(&json!({"rows": []}))), ["required /rows"]);
        assert_eq!(refused(read_usage(&json!({}))), ["required /rows"]);
        assert_eq!(
            refused(read_usage(&json!({"rows": vec![row("2026-11-01", 1); 501]}))),
            ["too-long /rows"]
        );
        let body = json!({"rows": [row("2026-11-01", 1), row("2026-11-01", 2)]});
        assert_eq!(refused(read_usage(&body)), ["duplicate /rows/1"]);
    }
}
