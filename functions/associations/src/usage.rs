//! Usage of one association, and of all active ones: readable while the association is active, its partner is not
//! suspended, had the right to claim when it began, and the item is the association's, from the day on that the
//! customer was told (`docs/domain.md §4`, I5).

use chrono::{Duration, NaiveDate};
use domain::calendar::Zone;
use domain::claim::{Claim, Instant, ItemStatus};
use domain::content;
use domain::decide::is_lost_before;
use domain::directory::{Partner, PartnerStatus};
use domain::ids::{AssociationId, ItemNo};
use domain::program::ItemRef;
use futures_util::future::try_join_all;
use store::UsageRecord;
use web::queries::UsageQuery;
use web::views::{AssociationUsageView, UsageDay, UsageView};
use web::{Call, Caller, Period, Reply, RequestError, queries};

use crate::{claim, list};
use app::{Api, ApiError, moment};

/// How far the clocks of the easternmost zone are before UTC.
const EASTERNMOST: Duration = Duration::hours(14);

/// How many associations are read side by side. Each takes connections of its own.
const AT_ONCE: usize = 16;

/// The usage of the association's item, day by day. Counts of less than five are withheld.
pub(crate) async fn usage(app: &Api, call: &Call<'_>, caller: &Caller) -> Result<Reply, ApiError> {
    let id = call.path_id(AssociationId::parse)?;
    let moment = moment(&app.store, call).await?;
    let (claim, partner) =
        tokio::join!(claim(app, caller, &id, moment), calling_partner(app, caller));
    let claim = claim?;
    let running = RunningAssociation::of(&claim, id)?;
    let partner = not_suspended(partner?)?;
    if !running.began_with_right(&partner) {
        return Err(RequestError::AssociationNotActive.into());
    }
    let query = queries::usage(call)?;
    let days = running.days(app, moment.at).await?;
    let period = Period::of(query, days.today, days.first)?;
    Ok(answer(call, &running.read_by_partner(app, period, days.today, moment.at).await?))
}

/// The same for the customer: what its partner reads at the moment. It is nobody's reading.
pub(crate) async fn usage_of_customer(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Reply, ApiError> {
    let id = call.path_id(AssociationId::parse)?;
    let moment = moment(&app.store, call).await?;
    let claim = claim(app, caller, &id, moment).await?;
    let running = RunningAssociation::of(&claim, id)?;
    let query = queries::usage(call)?;
    let days = running.days(app, moment.at).await?;
    let period = Period::of(query, days.today, days.first)?;
    Ok(answer(call, &running.read(app, period, days.today).await?))
}

/// The days as the caller wants them: as a table or as JSON.
fn answer(call: &Call<'_>, usage: &UsageView) -> Reply {
    if call.wants_csv() { Reply::csv(usage.csv()) } else { Reply::ok(usage) }
}

/// The usage of the partner's active associations, a page of them.
pub(crate) async fn usage_of_many(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Reply, ApiError> {
    let (wanted, query) = queries::usage_of_many(call)?;
    let page = app.cursors.page(call, caller).await?;
    let moment = moment(&app.store, call).await?;
    // The same days of every association, whatever the date is where its customer is.
    let newest = (moment.at + EASTERNMOST).date_naive();
    let Period { from, to } = Period::of(query, newest, None)?;
    let query = UsageQuery { from: Some(from), to: Some(to) };
    let partner = not_suspended(calling_partner(app, caller).await?)?;
    let (found, next) = list::page_of(app, caller, &wanted, &page, moment).await?;
    let mut usage = Vec::with_capacity(found.len());
    for some in found.chunks(AT_ONCE) {
        let read = some
            .iter()
            .map(|(claim, no)| usage_of_one(app, claim, *no, &partner, query, moment.at));
        usage.extend(try_join_all(read).await?.into_iter().flatten());
    }
    let next = next.as_deref();
    Ok(if call.wants_csv() {
        app.cursors.current().table(call, caller, AssociationUsageView::csv(&usage), next)
    } else {
        app.cursors.current().list(call, caller, &usage, next)
    })
}

/// The usage of an active item, from the first day on that may be read; `None` where none of the days may.
async fn usage_of_one(
    app: &Api,
    claim: &Claim,
    no: ItemNo,
    partner: &Partner,
    query: UsageQuery,
    at: Instant,
) -> Result<Option<AssociationUsageView>, ApiError> {
    let running = RunningAssociation::of(claim, claim.association_id(no))?;
    if !running.began_with_right(partner) {
        return Ok(None);
    }
    let days = running.days(app, at).await?;
    let Some(period) = Period::readable(query, days.today, days.first)? else { return Ok(None) };
    let usage = running.read_by_partner(app, period, days.today, at).await?;
    Ok(AssociationUsageView::of(claim, no, usage))
}

/// An association that runs.
struct RunningAssociation<'c> {
    claim: &'c Claim,
    id: AssociationId,
    item: ItemRef,
    effective_at: Instant,
}

/// Where the customer's days stand.
struct ReadableDays {
    /// The date at the customer's.
    today: NaiveDate,
    /// The first whose usage may be read; `None`: every one.
    first: Option<NaiveDate>,
}

impl<'c> RunningAssociation<'c> {
    /// The association, if it runs.
    fn of(claim: &'c Claim, id: AssociationId) -> Result<Self, RequestError> {
        let (item, effective_at) = readable(claim, &id)?;
        Ok(Self { claim, id, item, effective_at })
    }

    /// Whether its partner had the right to claim when it began, as far as that is known. Silence may have come first:
    /// then the association ends as soon as the loss is carried out, and nobody reads in between.
    fn began_with_right(&self, partner: &Partner) -> bool {
        !is_lost_before(self.claim, partner, self.effective_at)
    }

    async fn days(&self, app: &Api, at: Instant) -> Result<ReadableDays, ApiError> {
        let zone = customers_zone(app, self.claim).await?;
        let policy = app.store.policy_of(self.claim).await?;
        let first = content::first_usage_day(self.effective_at, &policy, zone);
        Ok(ReadableDays { today: zone.date(at), first })
    }

    async fn read(
        &self,
        app: &Api,
        period: Period,
        today: NaiveDate,
    ) -> Result<UsageView, ApiError> {
        let tenant = &self.claim.subject.tenant;
        let rows = app.store.usage(tenant, &self.item, period.from, period.to).await?;
        let is_final = content::is_usage_final(period.to, today);
        let days = rows.days.iter().map(day).collect();
        Ok(UsageView::of((period.from, period.to), is_final, rows.as_of, days))
    }

    /// Reads the days, and notes that the partner did: what cannot be noted for the customer is not told.
    async fn read_by_partner(
        &self,
        app: &Api,
        period: Period,
        today: NaiveDate,
        at: Instant,
    ) -> Result<UsageView, ApiError> {
        let read = self.read(app, period, today);
        let (usage, noted) = tokio::join!(read, app.store.note_reading(&self.id, at));
        noted?;
        usage
    }
}

/// The caller as the directory knows it; it is the claim's partner, or sees no claim.
async fn calling_partner(app: &Api, caller: &Caller) -> Result<Option<Partner>, ApiError> {
    match caller.partner_id() {
        Some(id) => Ok(app.store.partner(id).await?),
        None => Ok(None),
    }
}

/// In which zone the customer's days are counted: that of the window in which the claim was decided, else the
/// tenant's.
async fn customers_zone(app: &Api, claim: &Claim) -> Result<Zone, ApiError> {
    if let Some(window) = claim.state.window() {
        return Ok(Zone::Known(window.time_zone));
    }
    let tenant = app.store.tenant(&claim.subject.tenant).await?;
    Ok(tenant.ok_or(RequestError::AssociationNotActive)?.zone())
}

/// The item and since when its association runs, if it does.
fn readable(claim: &Claim, id: &AssociationId) -> Result<(ItemRef, Instant), RequestError> {
    let item = claim.item(id.item).ok_or(RequestError::NotFound)?;
    match claim.item_status(item) {
        ItemStatus::Active { effective_at, .. } => Ok((claim.item_ref(item), effective_at)),
        ItemStatus::Proposed
        | ItemStatus::Pending
        | ItemStatus::Declined { .. }
        | ItemStatus::Ended { .. }
        | ItemStatus::Dropped
        | ItemStatus::Withdrawn
        | ItemStatus::Rejected => Err(RequestError::AssociationNotActive),
    }
}

fn not_suspended(partner: Option<Partner>) -> Result<Partner, RequestError> {
    partner
        .filter(|partner| partner.status == PartnerStatus::Active)
        .ok_or(RequestError::AssociationNotActive)
}

fn day(row: &UsageRecord) -> UsageDay {
    UsageDay::of(row.date, row.active_users, row.provisioned_seats)
}
