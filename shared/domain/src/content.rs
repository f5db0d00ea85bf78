//! What the customer is shown and what therefore becomes active (`docs/domain.md §4`, I6).

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::calendar::Zone;
use crate::canonical;
use crate::claim::{Claim, Instant};
use crate::ids::Sha256Hash;
use crate::program::{Policy, UsageHistory};

/// The data of the customer that an associated partner may read, of the associated items only.
pub(crate) const DATA_SCOPES: [&str; 2] = ["usage", "provisioned_seats"];

/// The digest of the frozen content: partner, program, activity, tenant, items, data scopes, and which days
/// can be read. Contacts and evidence are not part of it: they may be corrected without a new consent.
pub fn content_hash(claim: &Claim, policy: &Policy) -> Sha256Hash {
    canonical::hash_canonical(&frozen_content(claim, policy))
}

/// The first day whose usage the partner may read of an association that began at `effective_at` with a
/// customer of that zone; `None`: every day.
pub fn first_usage_day(effective_at: Instant, policy: &Policy, zone: Zone) -> Option<NaiveDate> {
    match policy.usage_history {
        UsageHistory::SinceAssociation => Some(zone.local_date(effective_at)),
        UsageHistory::All => None,
    }
}

/// How many days after a day its counts may still come or change.
const USAGE_SETTLES_AFTER: i64 = 3;

/// Whether the counts of the last day of a period are complete; both dates are by the customer's clocks.
pub fn is_usage_final(last: NaiveDate, today: NaiveDate) -> bool {
    (today - last).num_days() >= USAGE_SETTLES_AFTER
}

fn frozen_content(claim: &Claim, policy: &Policy) -> Value {
    let items: Vec<_> =
        claim.kept_items().map(|item| json!({"no": item.no, "id": item.id})).collect();
    json!({
        "partner": claim.subject.partner,
        "program": claim.subject.program,
        "policy_version": claim.subject.policy_version,
        "activity": claim.subject.activity,
        "tenant": claim.subject.tenant,
        "kind": claim.subject.kind,
        "items": items,
        "data_scopes": DATA_SCOPES,
        "usage_history": policy.usage_history,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_of_a_day_are_final_three_days_later() {
        let date = |day| NaiveDate::from_ymd_opt(2027, 1, day).unwrap();
        assert!(is_usage_final(date(7), date(10)));
        assert!(!is_usage_final(date(8), date(10)));
        assert!(!is_usage_final(date(11), date(10)));
    }

    #[test]
    fn the_first_day_is_the_customers_local_date_and_the_latest_where_there_are_several_zones() {
        let policy = Policy::default();
        let first = |at: &str, zone| {
            first_usage_day(at.parse().unwrap(), &policy, zone).map(|date| date.to_string())
        };
        let prague = Zone::Known("Europe/Prague".parse().unwrap());
        assert_eq!(first("2026-12-31T22:59:59.999Z", prague).as_deref(), Some("2026-12-31"));
        assert_eq!(first("2026-12-31T23:00:00Z", prague).as_deref(), Some("2027-01-01"));
        // Half past midnight in New York, and still the day before in the zones west of it.
        let america = Zone::AnyOf("US".parse().unwrap());
        assert_eq!(first("2027-01-01T05:30:00Z", america).as_deref(), Some("2027-01-01"));
        let all = Policy { usage_history: UsageHistory::All, ..Policy::default() };
        assert_eq!(first_usage_day("2027-01-01T05:30:00Z".parse().unwrap(), &all, prague), None);
    }
}
