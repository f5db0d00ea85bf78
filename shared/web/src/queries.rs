//! Query parameters: whatever is not known, repeated or malformed is refused.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, Utc};
use domain::calendar::{CountryCode, Subdivision, Tz};
use domain::claim::{Claim, Status};
use domain::directory::{PartnerStatus, TenantStatus};
use domain::event::EventType;
use domain::history::WithheldEntry;
use domain::ids::{ItemId, PartnerId, ProgramId, StaffId, TenantId, Version};
use domain::program::{ItemKind, ItemRef};
use domain::queue::Queue;
use domain::rejection::{FieldCode, Hint, TextForm};
use domain::text::{Domain, Name};
use domain::turn::Who;
use lambda_http::aws_lambda_events::query_map::QueryMap;

use crate::caller::Viewer;
use crate::failure::{RequestError, query_pointer};
use crate::request::Call;
use crate::values::{Readable, ValueError};

/// Parameters of every list.
const PAGING: &[&str] = &["limit", "cursor"];

/// Parameters of the list of claims, for its reader and for the contract.
pub(crate) const CLAIMS: &[&str] = &[
    "status",
    "turn",
    "until_before",
    "tenant_id",
    "partner_id",
    "program",
    "external_ref",
    "updated_since",
    "sort",
    "limit",
    "cursor",
];

/// What a partner may give of them: its own claims are listed anyway.
const OWN_CLAIMS: &[&str] = &[
    "status",
    "turn",
    "until_before",
    "tenant_id",
    "program",
    "external_ref",
    "updated_since",
    "sort",
    "limit",
    "cursor",
];

/// Parameters of the operator's queues, for their reader and for the contract.
pub(crate) const REVIEWS: &[&str] =
    &["state", "needs", "overdue", "program", "partner_id", "assigned_to", "limit", "cursor"];

/// Parameters of the feed, for its reader and for the contract.
pub(crate) const EVENTS: &[&str] = &["types", "limit", "after"];

/// The types of events that a feed may tell.
pub(crate) static EVENT_TYPES: LazyLock<Vec<&str>> =
    LazyLock::new(|| [EventType::NAMES, &WithheldEntry::NAMES].concat());

/// A status that is asked for, or a part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusFilter {
    /// Any claim in that status.
    Of(Status),
    /// A rejected claim that can still be disputed.
    RejectedDisputable,
    /// A rejected claim that cannot be disputed any more.
    RejectedFinal,
}

impl StatusFilter {
    /// What is asked for by that name: of a status, or of one of the two parts of `rejected`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "rejected:disputable" => Some(Self::RejectedDisputable),
            "rejected:final" => Some(Self::RejectedFinal),
            _ => Status::parse(text).map(Self::Of),
        }
    }

    /// The status that it is, or is a part of.
    pub fn base_status(self) -> Status {
        match self {
            Self::Of(status) => status,
            Self::RejectedDisputable | Self::RejectedFinal => Status::Rejected,
        }
    }

    fn takes_claim(self, claim: &Claim, now: DateTime<Utc>) -> bool {
        claim.status() == self.base_status()
            && match self {
                Self::Of(_) => true,
                Self::RejectedDisputable => !claim.is_final(now),
                Self::RejectedFinal => claim.is_final(now),
            }
    }

    /// Whether a claim that it takes can wait for its partner.
    fn waits_for_partner(self) -> bool {
        self != Self::RejectedFinal && self.base_status().table_row().turn == Who::Partner
    }
}

/// How a list of claims is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimsOrder {
    /// The newest claim comes first.
    Created,
    /// What ends first comes first: of what waits for a partner.
    Until,
}

/// The filter of the list of claims.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClaimsQuery {
    /// Only those in one of these statuses; none: in any.
    pub statuses: Vec<StatusFilter>,
    /// Only those on this tenant.
    pub tenant: Option<TenantId>,
    /// Only those of this partner: for operator staff.
    pub partner: Option<PartnerId>,
    /// Only those that wait for their partner.
    pub turn_of_partner: bool,
    /// Only those whose turn ends before.
    pub until_before: Option<DateTime<Utc>>,
    /// Only those in this program.
    pub program: Option<ProgramId>,
    /// Only those with this reference of their partner.
    pub external_ref: Option<Name>,
    /// Only those whose last event was then or later.
    pub updated_since: Option<DateTime<Utc>>,
    /// In which order; `None`: by the end of the turn where only what waits for its partner is asked for by that alone,
    /// else the newest first.
    pub order: Option<ClaimsOrder>,
}

impl ClaimsQuery {
    /// Whether the filter takes a claim at `now`; of whom it is, is not looked at.
    pub fn takes_claim(&self, claim: &Claim, now: DateTime<Utc>) -> bool {
        let until = claim.state.runs_until().filter(|_| !claim.is_final(now));
        let ends_before = |before| until.is_some_and(|until| until < before);
        let waits = claim.state.whose_turn() == Who::Partner && !claim.is_final(now);
        (self.statuses.is_empty() || self.statuses.iter().any(|own| own.takes_claim(claim, now)))
            && (!self.turn_of_partner || waits)
            && self.until_before.is_none_or(ends_before)
            && self.tenant.as_ref().is_none_or(|tenant| claim.subject.tenant == *tenant)
            && self.program.as_ref().is_none_or(|program| claim.subject.program == *program)
            && self.updated_since.is_none_or(|since| claim.last_event.at >= since)
            && (self.external_ref.is_none() || self.external_ref == claim.details.external_ref)
    }

    /// Whether the list is sorted by the end of turns.
    pub fn is_by_end_of_turn(&self) -> bool {
        let order = self.order.unwrap_or(ClaimsOrder::Until);
        self.turn_of_partner && self.external_ref.is_none() && order == ClaimsOrder::Until
    }

    /// That no two of the parameters contradict each other.
    fn check_parameters(&self) -> Result<(), RequestError> {
        let contradictory = |name| Err(RequestError::invalid_query(name, FieldCode::Contradictory));
        if self.order == Some(ClaimsOrder::Until) && !self.turn_of_partner {
            return contradictory("sort");
        }
        if self.order.is_some() && self.external_ref.is_some() {
            return contradictory("sort");
        }
        let waits = |own: &StatusFilter| own.waits_for_partner();
        if self.turn_of_partner && !self.statuses.is_empty() && !self.statuses.iter().any(waits) {
            return contradictory("status");
        }
        Ok(())
    }
}

/// Who works on a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assignee {
    /// Only claims on which nobody works.
    Nobody,
    /// A member of the staff.
    Staff(StaffId),
}

/// The name that stands for nobody, and that nobody can be assigned by.
pub(crate) const NOBODY: &str = "none";

/// What the operator asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReviewsQuery {
    /// What waits in this queue; `None`: in any.
    pub queue: Option<Queue>,
    /// Only claims whose contact somebody has to vouch for.
    pub vouching: bool,
    /// Only those whose review deadline has passed, or only the others.
    pub overdue: Option<bool>,
    /// Only those in this program.
    pub program: Option<ProgramId>,
    /// Only those of this partner.
    pub partner: Option<PartnerId>,
    /// Only those on which this member of the staff works, or nobody does.
    pub assigned_to: Option<Assignee>,
}

impl ReviewsQuery {
    /// Whether a claim that waits is asked for at `now`; the queue and who works on it are not looked at.
    pub fn takes_claim(&self, claim: &Claim, now: DateTime<Utc>) -> bool {
        self.overdue.is_none_or(|overdue| Queue::Overdue.takes_claim(claim, now) == overdue)
            && self.program.as_ref().is_none_or(|program| claim.subject.program == *program)
            && self.partner.as_ref().is_none_or(|partner| claim.subject.partner == *partner)
    }

    /// That no two of the parameters contradict each other.
    fn check_parameters(&self) -> Result<(), RequestError> {
        let contradictory = |name| Err(RequestError::invalid_query(name, FieldCode::Contradictory));
        if self.vouching && self.queue.is_some() {
            return contradictory("needs");
        }
        match (self.queue, self.overdue) {
            (Some(Queue::Overdue), Some(false)) | (Some(Queue::OnHold), Some(true)) => {
                contradictory("overdue")
            }
            (_, _) => Ok(()),
        }
    }
}

/// Whether an association runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssociationStatus {
    /// The association of the item runs.
    Active,
    /// The association of the item has ended.
    Ended,
}

/// The filter of the list of associations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AssociationsQuery {
    /// Only those with this tenant.
    pub tenant: Option<TenantId>,
    /// Only those of this partner: for operator staff.
    pub partner: Option<PartnerId>,
    /// Only those of claims in this program.
    pub program: Option<ProgramId>,
    /// Only those that run, or have ended.
    pub status: Option<AssociationStatus>,
}

/// Which days of usage are asked for; both ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UsageQuery {
    /// The first day; `None`: 30 days are answered.
    pub from: Option<NaiveDate>,
    /// The last day; `None`: today.
    pub to: Option<NaiveDate>,
}

/// The window that is to be explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowQuery {
    /// The country whose calendar is used.
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

/// The filter of the lists of partners and tenants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntriesQuery<S> {
    /// What their names begin with, in either case; empty: anything.
    pub name: String,
    /// Only those in this status.
    pub status: Option<S>,
    /// Only the one that has this domain: of tenants.
    pub domain: Option<Domain>,
}

/// How a write is to be done that may have to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PutQuery {
    /// Whether nothing is to be written.
    pub dry_run: bool,
    /// What the caller has confirmed: the number of claims that lose something or whose windows become longer, with `+` where there may be more.
    pub confirm: Option<String>,
}

/// The parameters of a request while they are being read.
struct Parameters {
    given: QueryMap,
}

impl Parameters {
    /// Those of `call`, which may be these and each of them once.
    fn of(call: &Call<'_>, known: &'static [&'static str]) -> Result<Self, RequestError> {
        Self::with_repeatable(call, known, "")
    }

    /// The same, of which the one of that name may be there more than once, each time with another value.
    fn with_repeatable(
        call: &Call<'_>,
        known: &'static [&'static str],
        repeatable: &str,
    ) -> Result<Self, RequestError> {
        let given = call.query_parameters();
        let mut seen = std::collections::BTreeSet::new();
        for (name, value) in given.iter() {
            if !known.contains(&name) {
                let hint = Hint::OneOf(known);
                return Err(parameter_error(
                    name,
                    ValueError { code: FieldCode::UnknownParameter, hint },
                ));
            }
            let value = if name == repeatable { value } else { "" };
            if !seen.insert((name, value)) {
                return Err(parameter_error(name, FieldCode::Duplicate.into()));
            }
        }
        Ok(Self { given })
    }

    /// A parameter that may be left out.
    fn read_optional<T: Readable>(&self, name: &str) -> Result<Option<T>, RequestError> {
        self.read_parameter(name, |text| T::from_json(&text.into()))
    }

    /// Whether nothing is to be written.
    fn dry_run(&self) -> Result<bool, RequestError> {
        Ok(self.read_parameter("dry_run", parse_yes_or_no)?.unwrap_or(false))
    }

    /// `from` and `to`, in this order.
    fn read_days(&self) -> Result<UsageQuery, RequestError> {
        let query = UsageQuery { from: self.read_optional("from")?, to: self.read_optional("to")? };
        match (query.from, query.to) {
            (Some(from), Some(to)) if to < from => {
                Err(RequestError::invalid_query("to", FieldCode::NotLater))
            }
            (_, _) => Ok(query),
        }
    }

    fn read_parameter<T>(
        &self,
        name: &str,
        read: impl Fn(&str) -> Result<T, ValueError>,
    ) -> Result<Option<T>, RequestError> {
        let value = self.given.first(name);
        value.map(|text| read(text).map_err(|wrong| parameter_error(name, wrong))).transpose()
    }

    /// All values of a parameter that may be there more than once.
    fn read_all<T>(
        &self,
        name: &str,
        read: impl Fn(&str) -> Result<T, ValueError>,
    ) -> Result<Vec<T>, RequestError> {
        let values = self.given.all(name).unwrap_or_default().into_iter();
        values.map(|text| read(text).map_err(|wrong| parameter_error(name, wrong))).collect()
    }

    /// A parameter that must be there.
    fn read_required<T: Readable>(&self, name: &str) -> Result<T, RequestError> {
        self.read_optional(name)?
            .ok_or_else(|| RequestError::invalid_query(name, FieldCode::Required))
    }
}

fn parameter_error(name: &str, wrong: ValueError) -> RequestError {
    RequestError::InvalidQuery(wrong.at_pointer(query_pointer(name)))
}

/// One of a closed list of words.
fn code_reader<T>(
    parse: impl Fn(&str) -> Option<T>,
    known: &'static [&'static str],
) -> impl Fn(&str) -> Result<T, ValueError> {
    move |text| parse(text).ok_or_else(|| ValueError::one_of(known))
}

fn parse_yes_or_no(text: &str) -> Result<bool, ValueError> {
    text.parse().map_err(|_| ValueError::one_of(&["true", "false"]))
}

/// A part of the country.
fn subdivision_reader(country: CountryCode) -> impl Fn(&str) -> Result<Subdivision, ValueError> {
    move |text| Subdivision::parse(country, text).map_err(|_| FieldCode::UnknownCode.into())
}

/// No parameter at all.
pub fn refuse_parameters(call: &Call<'_>) -> Result<(), RequestError> {
    Parameters::of(call, &[]).map(drop)
}

/// The list of the history of a claim, or of an entry of the directory.
pub fn read_history_query(call: &Call<'_>) -> Result<(), RequestError> {
    Parameters::of(call, PAGING).map(drop)
}

/// A claim that is read by its id: before which version its remarks were made, where not the newest are asked for.
pub fn read_remarks_query(call: &Call<'_>) -> Result<Option<Version>, RequestError> {
    let version = |text: &str| {
        let version = text.parse().ok().filter(|version| *version >= 1);
        version.map(Version).ok_or_else(|| ValueError::out_of_range(1, 2_147_483_647))
    };
    Parameters::of(call, &["remarks_before"])?.read_parameter("remarks_before", version)
}

/// The feed: the types of events that are asked for; none: all of them.
pub fn read_events_query(call: &Call<'_>) -> Result<Vec<String>, RequestError> {
    let known = |text: &str| {
        let is_known = EVENT_TYPES.contains(&text);
        is_known.then(|| text.to_owned()).ok_or_else(|| ValueError::one_of(&EVENT_TYPES))
    };
    let types = |text: &str| {
        let types = text.split(',').map(known).collect::<Result<Vec<_>, _>>()?;
        let distinct: BTreeSet<_> = types.iter().collect();
        if distinct.len() == types.len() { Ok(types) } else { Err(FieldCode::Duplicate.into()) }
    };
    Ok(Parameters::of(call, EVENTS)?.read_parameter("types", types)?.unwrap_or_default())
}

/// The names of statuses, and those of the two parts of `rejected`.
pub(crate) const STATUS_FILTERS: &[&str] = &[
    "draft",
    "submitted",
    "in_review",
    "action_required",
    "disputed",
    "notifying",
    "unreachable",
    "awaiting_customer",
    "on_hold",
    "associated",
    "rejected",
    "rejected:disputable",
    "rejected:final",
    "declined",
    "withdrawn",
    "discarded",
    "ended",
];

/// The list of claims, as `viewer` may ask for it: the operator's staff alone name a partner.
pub fn read_claims_query(call: &Call<'_>, viewer: Viewer) -> Result<ClaimsQuery, RequestError> {
    let known = if viewer == Viewer::Staff { CLAIMS } else { OWN_CLAIMS };
    let parameters = Parameters::with_repeatable(call, known, "status")?;
    let turn = parameters.read_parameter(
        "turn",
        code_reader(|text| (text == "partner").then_some(()), &["partner"]),
    )?;
    let order = |text: &str| match text {
        "created" => Some(ClaimsOrder::Created),
        "until" => Some(ClaimsOrder::Until),
        _ => None,
    };
    let query = ClaimsQuery {
        statuses: parameters
            .read_all("status", code_reader(StatusFilter::parse, STATUS_FILTERS))?,
        tenant: parameters.read_optional("tenant_id")?,
        partner: parameters.read_optional("partner_id")?,
        turn_of_partner: turn.is_some(),
        until_before: parameters.read_optional("until_before")?,
        program: parameters.read_optional("program")?,
        external_ref: parameters.read_optional("external_ref")?,
        updated_since: parameters.read_optional("updated_since")?,
        order: parameters.read_parameter("sort", code_reader(order, &["created", "until"]))?,
    };
    query.check_parameters()?;
    Ok(query)
}

/// The operator's queues: one of them, what its claims need, or whatever waits.
pub fn read_reviews_query(call: &Call<'_>) -> Result<ReviewsQuery, RequestError> {
    let parameters = Parameters::of(call, REVIEWS)?;
    let vouch = parameters
        .read_parameter("needs", code_reader(|text| (text == "vouch").then_some(()), &["vouch"]))?;
    let assignee = |text: &str| match text {
        NOBODY => Ok(Assignee::Nobody),
        _ => StaffId::from_json(&text.into()).map(Assignee::Staff),
    };
    let query = ReviewsQuery {
        queue: parameters.read_parameter("state", code_reader(Queue::parse, Queue::NAMES))?,
        vouching: vouch.is_some(),
        overdue: parameters.read_parameter("overdue", parse_yes_or_no)?,
        program: parameters.read_optional("program")?,
        partner: parameters.read_optional("partner_id")?,
        assigned_to: parameters.read_parameter("assigned_to", assignee)?,
    };
    query.check_parameters()?;
    Ok(query)
}

/// Whose claims are counted: operator staff name a partner, and nobody else does.
pub fn read_counts_query(
    call: &Call<'_>,
    viewer: Viewer,
) -> Result<Option<PartnerId>, RequestError> {
    let known: &[&str] = if viewer == Viewer::Staff { &["partner_id"] } else { &[] };
    Parameters::of(call, known)?.read_optional("partner_id")
}

/// The list of associations, as `viewer` may ask for it: the operator's staff alone name a partner.
pub fn read_associations_query(
    call: &Call<'_>,
    viewer: Viewer,
) -> Result<AssociationsQuery, RequestError> {
    let known: &[&str] = if viewer == Viewer::Staff {
        &["tenant_id", "partner_id", "program", "status", "limit", "cursor"]
    } else {
        &["tenant_id", "program", "status", "limit", "cursor"]
    };
    let parameters = Parameters::of(call, known)?;
    let status = |text: &str| match text {
        "active" => Some(AssociationStatus::Active),
        "ended" => Some(AssociationStatus::Ended),
        _ => None,
    };
    Ok(AssociationsQuery {
        tenant: parameters.read_optional("tenant_id")?,
        partner: parameters.read_optional("partner_id")?,
        program: parameters.read_optional("program")?,
        status: parameters.read_parameter("status", code_reader(status, &["active", "ended"]))?,
    })
}

/// The list of the claims on the customer's tenant: those of one status, or all.
pub fn read_customer_claims_query(call: &Call<'_>) -> Result<Option<Status>, RequestError> {
    let parameters = Parameters::of(call, &["status", "limit", "cursor"])?;
    parameters.read_parameter("status", code_reader(Status::parse, Status::NAMES))
}

/// A list that nothing narrows.
pub fn read_page_query(call: &Call<'_>) -> Result<(), RequestError> {
    Parameters::of(call, PAGING).map(drop)
}

/// The list of partners.
pub fn read_partners_query(call: &Call<'_>) -> Result<EntriesQuery<PartnerStatus>, RequestError> {
    read_entries_query(call, &["name", "status", "limit", "cursor"])
}

/// The list of tenants.
pub fn read_tenants_query(call: &Call<'_>) -> Result<EntriesQuery<TenantStatus>, RequestError> {
    read_entries_query(call, &["name", "domain", "status", "limit", "cursor"])
}

fn read_entries_query<S: Readable>(
    call: &Call<'_>,
    known: &'static [&'static str],
) -> Result<EntriesQuery<S>, RequestError> {
    let parameters = Parameters::of(call, known)?;
    Ok(EntriesQuery {
        // In the form in which names are stored.
        name: parameters.read_optional::<Name>("name")?.map(String::from).unwrap_or_default(),
        status: parameters.read_optional("status")?,
        domain: parameters.read_optional("domain")?,
    })
}

/// A write of an entry of the directory that takes nothing away for good: whether nothing is to be written.
pub fn read_write_query(call: &Call<'_>) -> Result<bool, RequestError> {
    Parameters::of(call, &["dry_run"])?.dry_run()
}

/// A write that may have to be confirmed.
pub fn read_confirmable_write_query(call: &Call<'_>) -> Result<PutQuery, RequestError> {
    let parameters = Parameters::of(call, &["dry_run", "confirm"])?;
    // A plus is a blank in a query unless it is escaped.
    let number = |text: &str| {
        let more = text.strip_suffix(['+', ' ']);
        let digits = more.unwrap_or(text);
        let is_number = digits.parse::<u32>().is_ok_and(|number| number.to_string() == digits);
        let number = format!("{digits}{}", if more.is_some() { "+" } else { "" });
        if is_number { Ok(number) } else { Err(ValueError::wrong_form(TextForm::Confirmation)) }
    };
    Ok(PutQuery {
        dry_run: parameters.dry_run()?,
        confirm: parameters.read_parameter("confirm", number)?,
    })
}

/// Which place's day is taken back: that of the whole country, unless a part of it is named; and whether nothing is to be
/// written.
pub fn read_delete_day_query(
    call: &Call<'_>,
    country: CountryCode,
) -> Result<(Option<Subdivision>, bool), RequestError> {
    let parameters = Parameters::of(call, &["subdivision", "dry_run"])?;
    Ok((
        parameters.read_parameter("subdivision", subdivision_reader(country))?,
        parameters.dry_run()?,
    ))
}

/// The days of an association's usage.
pub fn read_usage_query(call: &Call<'_>) -> Result<UsageQuery, RequestError> {
    Parameters::of(call, &["from", "to"])?.read_days()
}

/// Of which item of a tenant usage is asked for, and which days.
pub fn read_item_usage_query(call: &Call<'_>) -> Result<(ItemRef, UsageQuery), RequestError> {
    let parameters = Parameters::of(call, &["kind", "id", "from", "to"])?;
    let kind: ItemKind = parameters.read_required("kind")?;
    let id: ItemId = parameters.read_required("id")?;
    Ok((ItemRef { kind, id }, parameters.read_days()?))
}

/// The days of usage of the active associations, and which of these.
pub fn read_usage_list_query(
    call: &Call<'_>,
) -> Result<(AssociationsQuery, UsageQuery), RequestError> {
    let parameters =
        Parameters::of(call, &["tenant_id", "program", "from", "to", "limit", "cursor"])?;
    let associations = AssociationsQuery {
        tenant: parameters.read_optional("tenant_id")?,
        partner: None,
        program: parameters.read_optional("program")?,
        status: Some(AssociationStatus::Active),
    };
    Ok((associations, parameters.read_days()?))
}

/// The window to explain.
pub fn read_window_query(call: &Call<'_>) -> Result<WindowQuery, RequestError> {
    let parameters = Parameters::of(
        call,
        &["country", "subdivision", "time_zone", "delivered_at", "business_days"],
    )?;
    let country: CountryCode = parameters.read_required("country")?;
    let days = |text: &str| {
        let days = text.parse().ok().filter(|days| (1..=30).contains(days));
        days.ok_or_else(|| ValueError::out_of_range(1, 30))
    };
    Ok(WindowQuery {
        country,
        subdivision: parameters.read_parameter("subdivision", subdivision_reader(country))?,
        time_zone: parameters.read_optional("time_zone")?,
        delivered_at: parameters.read_required("delivered_at")?,
        business_days: parameters.read_parameter("business_days", days)?.unwrap_or(5),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::RequestEvent;

    fn with<T>(
        query: &str,
        read: impl Fn(&Call<'_>) -> Result<T, RequestError>,
    ) -> Result<T, RequestError> {
        let request = RequestEvent::get(&format!("/v1/x?{query}")).request();
        read(&Call::new(&request))
    }

    fn claims(call: &Call<'_>) -> Result<ClaimsQuery, RequestError> {
        super::read_claims_query(call, Viewer::Staff)
    }

    fn associations(call: &Call<'_>) -> Result<AssociationsQuery, RequestError> {
        super::read_associations_query(call, Viewer::Staff)
    }

    /// The name of the parameter that is refused, and why.
    #[track_caller]
    fn refused<T: std::fmt::Debug>(read: Result<T, RequestError>, expected: &str) {
        let Err(RequestError::InvalidQuery(error)) = read else { panic!("{read:?}") };
        assert_eq!(format!("{} {}", error.code.as_str(), error.pointer), expected);
    }

    #[test]
    fn unknown_repeated_and_malformed_parameters_are_refused_by_name() {
        refused(with("state=submitted&order=asc", read_reviews_query), "unknown-parameter /order");
        refused(with("status=draft&status=draft", claims), "duplicate /status");
        refused(with("status=open", claims), "unknown-code /status");
        refused(with("tenant_id=contoso", claims), "malformed /tenant_id");
        refused(with("partner_id=a%23b", claims), "malformed /partner_id");
        refused(with("x=1", refuse_parameters), "unknown-parameter /x");
    }

    #[test]
    fn who_may_not_name_a_partner_is_not_told_of_the_parameter() {
        for viewer in [Viewer::Partner, Viewer::Customer] {
            let of_claims =
                with("partner_id=p", |call| super::read_claims_query(call, viewer).map(drop));
            let of_counts =
                with("partner_id=p", |call| super::read_counts_query(call, viewer).map(drop));
            let of_associations =
                with("partner_id=p", |call| super::read_associations_query(call, viewer).map(drop));
            for read in [of_claims, of_counts, of_associations] {
                let Err(RequestError::InvalidQuery(error)) = read else { panic!("{read:?}") };
                assert_eq!(error.code, FieldCode::UnknownParameter);
                let Hint::OneOf(known) = error.hint else { panic!("{error:?}") };
                assert!(!known.contains(&"partner_id"), "{known:?}");
            }
        }
        let own = CLAIMS.iter().filter(|name| **name != "partner_id");
        assert!(own.eq(OWN_CLAIMS));
    }

    #[test]
    fn a_filter_takes_what_is_given() {
        let query = with("status=awaiting_customer&limit=3&cursor=x", claims).unwrap();
        assert_eq!(query.statuses, [StatusFilter::Of(Status::AwaitingCustomer)]);
        let overdue = with("state=overdue", read_reviews_query).unwrap();
        assert_eq!(overdue.queue, Some(Queue::Overdue));
        let query = with("status=ended", associations).unwrap();
        assert_eq!(query.status, Some(AssociationStatus::Ended));
    }

    #[test]
    fn a_status_may_be_given_more_than_once_and_every_other_parameter_once() {
        let query = with("status=draft&status=rejected:final", claims).unwrap();
        let expected = [StatusFilter::Of(Status::Draft), StatusFilter::RejectedFinal];
        assert_eq!(query.statuses, expected);
        refused(with("status=draft&status=draft", claims), "duplicate /status");
        refused(with("status=draft&status=rejected:soon", claims), "unknown-code /status");
        for name in ["turn=partner", "sort=created", "external_ref=a", "updated_since=x"] {
            let (parameter, _) = name.split_once('=').unwrap();
            let expected = format!("duplicate /{parameter}");
            refused(with(&format!("{name}&{name}"), claims), &expected);
        }
    }

    #[test]
    fn what_contradicts_another_parameter_is_refused_by_name() {
        refused(with("sort=until", claims), "contradictory /sort");
        refused(with("turn=partner&external_ref=a&sort=until", claims), "contradictory /sort");
        refused(with("turn=partner&status=submitted", claims), "contradictory /status");
        refused(with("turn=partner&status=rejected:final", claims), "contradictory /status");
        refused(with("turn=customer", claims), "unknown-code /turn");
        refused(with("sort=deadline", claims), "unknown-code /sort");
        refused(with("until_before=2026-12-22", claims), "malformed /until_before");
        assert!(with("turn=partner&status=submitted&status=draft", claims).is_ok());
        assert!(with("turn=partner&sort=until", claims).unwrap().is_by_end_of_turn());
        assert!(with("turn=partner", claims).unwrap().is_by_end_of_turn());
        assert!(!with("turn=partner&sort=created", claims).unwrap().is_by_end_of_turn());
    }

    #[test]
    fn every_status_can_be_asked_for_by_its_name() {
        let statuses = STATUS_FILTERS.iter().filter(|name| !name.contains(':'));
        assert_eq!(statuses.copied().collect::<Vec<_>>(), Status::NAMES);
        for name in STATUS_FILTERS {
            assert!(StatusFilter::parse(name).is_some(), "{name}");
        }
    }

    #[test]
    fn reviews_are_asked_for_by_queue_or_by_what_they_need_or_all_of_them() {
        assert_eq!(with("", read_reviews_query), Ok(ReviewsQuery::default()));
        assert!(with("needs=vouch", read_reviews_query).unwrap().vouching);
        refused(with("needs=tea", read_reviews_query), "unknown-code /needs");
        refused(with("needs=vouch&state=submitted", read_reviews_query), "contradictory /needs");
        refused(with("state=overdue&overdue=false", read_reviews_query), "contradictory /overdue");
        refused(with("state=on_hold&overdue=true", read_reviews_query), "contradictory /overdue");
        refused(with("overdue=yes", read_reviews_query), "unknown-code /overdue");
        refused(with("assigned_to=a%23b", read_reviews_query), "malformed /assigned_to");
        refused(
            with("assigned_to=r-1&assigned_to=r-2", read_reviews_query),
            "duplicate /assigned_to",
        );
        let query = with("assigned_to=none", read_reviews_query).unwrap();
        assert_eq!(query.assigned_to, Some(Assignee::Nobody));
        let query = with("assigned_to=r-1&overdue=true", read_reviews_query).unwrap();
        assert_eq!(query.assigned_to, StaffId::parse("r-1").ok().map(Assignee::Staff));
        assert_eq!(query.overdue, Some(true));
    }

    #[test]
    fn a_put_may_be_a_dry_run_and_that_of_a_tenant_confirms_a_number() {
        assert_eq!(with("", read_write_query), Ok(false));
        assert_eq!(with("dry_run=true", read_write_query), Ok(true));
        refused(with("confirm=12", read_write_query), "unknown-parameter /confirm");
        assert_eq!(with("", read_confirmable_write_query), Ok(PutQuery::default()));
        let query = with("dry_run=true&confirm=12", read_confirmable_write_query).unwrap();
        assert_eq!((query.dry_run, query.confirm.as_deref()), (true, Some("12")));
        for plus in ["confirm=1000%2B", "confirm=1000+"] {
            assert_eq!(
                with(plus, read_confirmable_write_query).unwrap().confirm.as_deref(),
                Some("1000+")
            );
        }
        for wrong in ["confirm=x", "confirm=-1", "confirm=007", "confirm=", "confirm=1%2B%2B"] {
            refused(with(wrong, read_confirmable_write_query), "malformed /confirm");
        }
        refused(with("dry_run=yes", read_confirmable_write_query), "unknown-code /dry_run");
        refused(with("force=true", read_confirmable_write_query), "unknown-parameter /force");
    }

    #[test]
    fn days_run_forwards_and_are_dates() {
        assert!(with("from=2026-11-01&to=2026-11-01", read_usage_query).is_ok());
        refused(with("from=2026-11-02&to=2026-11-01", read_usage_query), "not-later /to");
        refused(with("from=2026-11-1", read_usage_query), "malformed /from");
        refused(with("to=2026-02-30", read_usage_query), "malformed /to");
    }

    #[test]
    fn a_window_needs_country_and_delivery_and_has_five_days_unless_told() {
        let query = "country=cz&delivered_at=2026-12-22T14:00:00Z";
        assert_eq!(with(query, read_window_query).unwrap().business_days, 5);
        refused(with("delivered_at=2026-12-22T14:00:00Z", read_window_query), "required /country");
        refused(with("country=CZ", read_window_query), "required /delivered_at");
        refused(
            with("country=ZZ&delivered_at=2026-12-22T14:00:00Z", read_window_query),
            "malformed /country",
        );
        refused(
            with(&format!("{query}&subdivision=CA"), read_window_query),
            "unknown-code /subdivision",
        );
        refused(
            with(&format!("{query}&time_zone=Mars/Base"), read_window_query),
            "malformed /time_zone",
        );
        refused(
            with(&format!("{query}&business_days=0"), read_window_query),
            "out-of-range /business_days",
        );
    }
}
