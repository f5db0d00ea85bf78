//! Usage of associations, and what it says of itself.

use chrono::NaiveDate;
use domain::claim::{Claim, Instant};
use domain::ids::ItemNo;
use domain::time::format_rfc3339;
use serde::Serialize;
use utoipa::ToSchema;

use crate::csv;
use crate::views::claim::tenant_view;
use crate::views::{ItemRefView, TenantRefView};
use crate::words::Word;

/// Counts below this are not shown: in a small tenant they would point at people.
const SMALLEST_SHOWN: u32 = 5;

/// Usage of an association's item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UsageView {
    /// The first day that the answer covers, by the customer's clocks.
    #[schema(value_type = String, format = Date)]
    pub from: NaiveDate,
    /// The last day that the answer covers, by the customer's clocks.
    #[schema(value_type = String, format = Date)]
    pub to: NaiveDate,
    /// When the newest of the counts was brought in; `null` where there is none, or where that was not kept.
    #[schema(format = DateTime, required)]
    pub as_of: Option<String>,
    /// `provisional` while the counts of a day that the answer covers are still to be expected.
    pub status: UsageStatusView,
    /// Day by day, oldest first. Days without counts are left out.
    pub items: Vec<UsageDay>,
}

/// Whether the counts of a period are complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UsageStatusView {
    /// The last day lies less than three days back: its counts may still come or change.
    Provisional,
    /// Every day lies three days back or more.
    Final,
}

/// Usage on one day. Counts below 5 are `null`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UsageDay {
    /// The day, by the customer's clocks.
    #[schema(value_type = String, format = Date)]
    pub date: NaiveDate,
    /// How many people used the item on that day; `null` below 5.
    #[schema(required)]
    pub active_users: Option<u32>,
    /// How many seats were provisioned on that day; `null` below 5.
    #[schema(required)]
    pub provisioned_seats: Option<u32>,
}

/// Usage of one association among several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AssociationUsageView {
    /// The association by its id: `<claim_id>-<item_no>`.
    pub association_id: String,
    /// The customer whose data these are.
    pub tenant: TenantRefView,
    /// The program of the claim.
    pub program: String,
    /// The item whose usage was counted.
    pub item: ItemRefView,
    /// Its usage, from the first day on that its partner may read.
    pub usage: UsageView,
}

/// Usage of a tenant's item, as it was fed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FedUsageView {
    /// The first day that the answer covers, by the customer's clocks.
    #[schema(value_type = String, format = Date)]
    pub from: NaiveDate,
    /// The last day that the answer covers, by the customer's clocks.
    #[schema(value_type = String, format = Date)]
    pub to: NaiveDate,
    /// When the newest of the counts was brought in; `null` where there is none, or where that was not kept.
    #[schema(format = DateTime, required)]
    pub as_of: Option<String>,
    /// `provisional` while the counts of a day that the answer covers are still to be expected.
    pub status: UsageStatusView,
    /// Day by day, oldest first. Days without counts are left out.
    pub items: Vec<FedUsageDay>,
}

/// Usage on one day, as it was fed: no count is withheld.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FedUsageDay {
    /// The day, by the customer's clocks.
    #[schema(value_type = String, format = Date)]
    pub date: NaiveDate,
    /// How many people used the item on that day.
    pub active_users: u32,
    /// How many seats were provisioned on that day.
    pub provisioned_seats: u32,
}

/// The columns of a table of days.
const DAY_COLUMNS: [&str; 3] = ["date", "active_users", "provisioned_seats"];

impl UsageStatusView {
    fn of(is_final: bool) -> Self {
        if is_final { Self::Final } else { Self::Provisional }
    }
}

impl FedUsageView {
    /// The view of the days from `from` to `to`, complete or not; `as_of` is when the newest count was brought in.
    pub fn of(
        (from, to): (NaiveDate, NaiveDate),
        is_final: bool,
        as_of: Option<Instant>,
        items: Vec<FedUsageDay>,
    ) -> Self {
        let (as_of, status) = (as_of.map(format_rfc3339), UsageStatusView::of(is_final));
        Self { from, to, as_of, status, items }
    }

    /// The days as a table.
    pub fn to_csv(&self) -> String {
        let cells = |day: &FedUsageDay| {
            [day.date.to_string(), day.active_users.to_string(), day.provisioned_seats.to_string()]
        };
        csv::format_table(DAY_COLUMNS, self.items.iter().map(cells))
    }
}

impl UsageView {
    /// The view of the days from `from` to `to`, complete or not; `as_of` is when the newest count was brought in.
    pub fn of(
        (from, to): (NaiveDate, NaiveDate),
        is_final: bool,
        as_of: Option<Instant>,
        items: Vec<UsageDay>,
    ) -> Self {
        let (as_of, status) = (as_of.map(format_rfc3339), UsageStatusView::of(is_final));
        Self { from, to, as_of, status, items }
    }

    /// The days as a table.
    pub fn to_csv(&self) -> String {
        csv::format_table(DAY_COLUMNS, self.items.iter().map(UsageDay::to_cells))
    }
}

impl UsageDay {
    /// The view of a day's counts.
    pub fn of(date: NaiveDate, active_users: u32, provisioned_seats: u32) -> Self {
        let shown = |count: u32| (count >= SMALLEST_SHOWN).then_some(count);
        Self {
            date,
            active_users: shown(active_users),
            provisioned_seats: shown(provisioned_seats),
        }
    }

    fn to_cells(&self) -> [String; 3] {
        let count = |count: Option<u32>| count.map(|count| count.to_string()).unwrap_or_default();
        [self.date.to_string(), count(self.active_users), count(self.provisioned_seats)]
    }
}

impl AssociationUsageView {
    /// The view of the usage of an association's item; `None` where the claim has no such item.
    pub fn of(claim: &Claim, no: ItemNo, usage: UsageView) -> Option<Self> {
        let item = claim.find_item(no)?;
        Some(Self {
            association_id: claim.association_id(no).to_string(),
            tenant: tenant_view(claim),
            program: claim.subject.program.to_string(),
            item: ItemRefView { kind: Word(claim.subject.kind), id: item.id.to_string() },
            usage,
        })
    }

    /// The days of several associations as one table.
    pub fn to_csv(associations: &[Self]) -> String {
        let names = [
            "association_id",
            "tenant_id",
            "program",
            "item_kind",
            "item_id",
            "date",
            "active_users",
            "provisioned_seats",
        ];
        let rows = associations.iter().flat_map(|association| {
            association.usage.items.iter().map(|day| {
                let [date, active_users, provisioned_seats] = day.to_cells();
                [
                    association.association_id.clone(),
                    association.tenant.id.clone(),
                    association.program.clone(),
                    association.item.kind.0.as_str().to_owned(),
                    association.item.id.clone(),
                    date,
                    active_users,
                    provisioned_seats,
                ]
            })
        });
        csv::format_table(names, rows)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn day(date: &str, users: u32, seats: u32) -> UsageDay {
        UsageDay::of(crate::values::parse_date(date).unwrap(), users, seats)
    }

    #[test]
    fn small_counts_are_not_shown() {
        let shown = serde_json::to_value(day("2026-11-01", 4, 5)).unwrap();
        let expected = json!({"date": "2026-11-01", "active_users": null, "provisioned_seats": 5});
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_table_has_an_empty_cell_for_a_small_count() {
        let days = vec![day("2026-11-01", 4, 5), day("2026-11-02", 40, 100)];
        let period = (days[0].date, days[1].date);
        let text = UsageView::of(period, true, None, days).to_csv();
        let expected =
            "date,active_users,provisioned_seats\r\n2026-11-01,,5\r\n2026-11-02,40,100\r\n";
        assert_eq!(text, expected);
    }
}
