//! Query parameters: whatever is not known, repeated or malformed is refused.

use chrono::{DateTime, NaiveDate, Utc};
use domain::calendar::{CountryCode, Subdivision, Tz};
use domain::claim::Status;
use domain::ids::{PartnerId, ProgramId, TenantId};
use domain::queue::Queue;
use lambda_http::aws_lambda_events::query_map::QueryMap;

use crate::call::Call;
use crate::failure::Failure;
use crate::values;

/// Parameters of every list.
const PAGING: [&str; 2] = ["limit", "cursor"];

/// The filter of the list of claims.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClaimsQuery {
    /// Only those in this status.
    pub status: Option<Status>,
    /// Only those on this tenant.
    pub tenant: Option<TenantId>,
    /// Only those of this partner: for operator staff.
    pub partner: Option<PartnerId>,
}

/// What the operator asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewsQuery {
    /// What waits in a queue.
    Queue(Queue),
    /// The claims whose contact somebody has to vouch for.
    Vouching,
}

/// Whether an association runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssociationStatus {
    /// It runs.
    Active,
    /// It has ended.
    Ended,
}

/// The filter of the list of associations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AssociationsQuery {
    /// Only those with this tenant.
    pub tenant: Option<TenantId>,
    /// Only those of claims in this program.
    pub program: Option<ProgramId>,
    /// Only those that run, or have ended.
    pub status: Option<AssociationStatus>,
}

/// Which days of usage are asked for; both ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UsageQuery {
    /// From this day.
    pub from: Option<NaiveDate>,
    /// To this day.
    pub to: Option<NaiveDate>,
}

/// The window that is to be explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowQuery {
    /// Whose calendar.
    pub country: CountryCode,
    /// Of which part of it.
    pub subdivision: Option<Subdivision>,
    /// In which zone; `None`: in whichever of the country's it ends last.
    pub time_zone: Option<Tz>,
    /// When the window begins.
    pub delivered_at: DateTime<Utc>,
    /// How many days it has.
    pub business_days: u32,
}

/// The parameters of a request while they are being read.
struct Parameters {
    given: QueryMap,
}

impl Parameters {
    /// Those of `call`, which may be these and each of them once.
    fn of(call: &Call<'_>, known: &[&str]) -> Result<Self, Failure> {
        let given = call.parameters();
        let mut seen = std::collections::BTreeSet::new();
        for (name, _) in given.iter() {
            if !known.contains(&name) || !seen.insert(name) {
                return Err(wrong(name));
            }
        }
        Ok(Self { given })
    }

    fn optional<T>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Failure> {
        let value = self.given.first(name);
        value.map(|text| parse(text).ok_or_else(|| wrong(name))).transpose()
    }

    /// `from` and `to`, in this order.
    fn days(&self) -> Result<UsageQuery, Failure> {
        let query = UsageQuery {
            from: self.optional("from", values::date)?,
            to: self.optional("to", values::date)?,
        };
        match (query.from, query.to) {
            (Some(from), Some(to)) if to < from => Err(wrong("to")),
            (_, _) => Ok(query),
        }
    }

    fn required<T>(&self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, Failure> {
        self.optional(name, parse)?.ok_or_else(|| wrong(name))
    }
}

fn wrong(name: &str) -> Failure {
    Failure::InvalidQuery(name.chars().take(64).collect())
}

/// No parameter at all.
pub fn none(call: &Call<'_>) -> Result<(), Failure> {
    Parameters::of(call, &[]).map(drop)
}

/// The list of the history of a claim, or of an entry of the directory.
pub fn history(call: &Call<'_>) -> Result<(), Failure> {
    Parameters::of(call, &PAGING).map(drop)
}

/// The list of claims.
pub fn claims(call: &Call<'_>) -> Result<ClaimsQuery, Failure> {
    let parameters =
        Parameters::of(call, &["status", "tenant_id", "partner_id", "limit", "cursor"])?;
    Ok(ClaimsQuery {
        status: parameters.optional("status", Status::parse)?,
        tenant: parameters.optional("tenant_id", |text| TenantId::parse(text).ok())?,
        partner: parameters.optional("partner_id", |text| PartnerId::parse(text).ok())?,
    })
}

/// The operator's queues: one must be named, or what its claims need.
pub fn reviews(call: &Call<'_>) -> Result<ReviewsQuery, Failure> {
    let parameters = Parameters::of(call, &["state", "needs", "limit", "cursor"])?;
    let state = parameters.optional("state", Queue::parse)?;
    let vouch = parameters.optional("needs", |text| (text == "vouch").then_some(()))?;
    match (state, vouch) {
        (Some(queue), None) => Ok(ReviewsQuery::Queue(queue)),
        (None, Some(())) => Ok(ReviewsQuery::Vouching),
        (Some(_), Some(())) => Err(wrong("needs")),
        (None, None) => Err(wrong("state")),
    }
}

/// The list of associations.
pub fn associations(call: &Call<'_>) -> Result<AssociationsQuery, Failure> {
    let parameters = Parameters::of(call, &["tenant_id", "program", "status", "limit", "cursor"])?;
    let status = |text: &str| match text {
        "active" => Some(AssociationStatus::Active),
        "ended" => Some(AssociationStatus::Ended),
        _ => None,
    };
    Ok(AssociationsQuery {
        tenant: parameters.optional("tenant_id", |text| TenantId::parse(text).ok())?,
        program: parameters.optional("program", |text| ProgramId::parse(text).ok())?,
        status: parameters.optional("status", status)?,
    })
}

/// The list of the claims on the customer's tenant: those of one status, or all.
pub fn customer_claims(call: &Call<'_>) -> Result<Option<Status>, Failure> {
    let parameters = Parameters::of(call, &["status", "limit", "cursor"])?;
    parameters.optional("status", Status::parse)
}

/// A list that nothing narrows.
pub fn page_only(call: &Call<'_>) -> Result<(), Failure> {
    Parameters::of(call, &["limit", "cursor"]).map(|_| ())
}

/// The days of an association's usage.
pub fn usage(call: &Call<'_>) -> Result<UsageQuery, Failure> {
    Parameters::of(call, &["from", "to"])?.days()
}

/// The days of usage of the active associations, and which of these.
pub fn usage_of_many(call: &Call<'_>) -> Result<(AssociationsQuery, UsageQuery), Failure> {
    let names = ["tenant_id", "program", "from", "to", "limit", "cursor"];
    let parameters = Parameters::of(call, &names)?;
    let associations = AssociationsQuery {
        tenant: parameters.optional("tenant_id", |text| TenantId::parse(text).ok())?,
        program: parameters.optional("program", |text| ProgramId::parse(text).ok())?,
        status: Some(AssociationStatus::Active),
    };
    Ok((associations, parameters.days()?))
}

/// The window to explain.
pub fn window(call: &Call<'_>) -> Result<WindowQuery, Failure> {
    let names = ["country", "subdivision", "time_zone", "delivered_at", "business_days"];
    let parameters = Parameters::of(call, &names)?;
    let country: CountryCode = parameters.required("country", |text| text.parse().ok())?;
    let days = |text: &str| text.parse().ok().filter(|days| (1..=30).contains(days));
    Ok(WindowQuery {
        country,
        subdivision: parameters
            .optional("subdivision", |text| Subdivision::parse(country, text).ok())?,
        time_zone: parameters.optional("time_zone", |text| text.parse().ok())?,
        delivered_at: parameters.required("delivered_at", values::instant)?,
        business_days: parameters.optional("business_days", days)?.unwrap_or(5),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;

    fn with<T>(query: &str, read: impl Fn(&Call<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
        let request = Event::get(&format!("/v1/x?{query}")).request();
        read(&Call::new(&request))
    }

    #[track_caller]
    fn refused<T: std::fmt::Debug>(read: Result<T, Failure>, name: &str) {
        assert_eq!(read.unwrap_err(), Failure::InvalidQuery(name.to_owned()));
    }

    #[test]
    fn unknown_repeated_and_malformed_parameters_are_refused_by_name() {
        refused(with("state=submitted&order=asc", reviews), "order");
        refused(with("status=draft&status=draft", claims), "status");
        refused(with("status=open", claims), "status");
        refused(with("tenant_id=contoso", claims), "tenant_id");
        refused(with("partner_id=a%23b", claims), "partner_id");
        refused(with("x=1", none), "x");
        refused(with("", reviews), "state");
    }

    #[test]
    fn a_filter_takes_what_is_given() {
        let query = with("status=awaiting_customer&limit=3&cursor=x", claims).unwrap();
        assert_eq!(query.status, Some(Status::AwaitingCustomer));
        assert_eq!(with("state=overdue", reviews), Ok(ReviewsQuery::Queue(Queue::Overdue)));
        let query = with("status=ended", associations).unwrap();
        assert_eq!(query.status, Some(AssociationStatus::Ended));
    }

    #[test]
    fn reviews_are_asked_for_by_queue_or_by_what_they_need() {
        assert_eq!(with("needs=vouch", reviews), Ok(ReviewsQuery::Vouching));
        refused(with("needs=tea", reviews), "needs");
        refused(with("needs=vouch&state=submitted", reviews), "needs");
    }

    #[test]
    fn days_run_forwards_and_are_dates() {
        assert!(with("from=2026-11-01&to=2026-11-01", usage).is_ok());
        refused(with("from=2026-11-02&to=2026-11-01", usage), "to");
        refused(with("from=2026-11-1", usage), "from");
        refused(with("to=2026-02-30", usage), "to");
    }

    #[test]
    fn a_window_needs_country_and_delivery_and_has_five_days_unless_told() {
        let query = "country=cz&delivered_at=2026-12-22T14:00:00Z";
        assert_eq!(with(query, window).unwrap().business_days, 5);
        refused(with("delivered_at=2026-12-22T14:00:00Z", window), "country");
        refused(with("country=CZ", window), "delivered_at");
        refused(with("country=ZZ&delivered_at=2026-12-22T14:00:00Z", window), "country");
        refused(with(&format!("{query}&subdivision=CA"), window), "subdivision");
        refused(with(&format!("{query}&time_zone=Mars/Base"), window), "time_zone");
        refused(with(&format!("{query}&business_days=0"), window), "business_days");
    }
}
