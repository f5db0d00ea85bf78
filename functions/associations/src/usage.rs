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

use crate::list;
use app::{Api, ApiError, load_visible_claim, request_time};

/// How far the clocks of the easternmost zone are before UTC.
const EASTERNMOST: Duration = Duration::hours(14);

/// How many associations are read side by side. Each takes connections of its own.
const AT_ONCE: usize = 16;

/// The usage of the association's item, day by day. Counts of less than five are withheld.
pub(crate) async fn read_usage(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Reply, ApiError> {
    let id = call.path_id(AssociationId::parse)?;
    let moment = request_time(&app.store, call).await?;
    let (claim, partner) = tokio::join!(
        load_visible_claim(app, caller, &id.claim, moment),
        calling_partner(app, caller)
    );
    let claim = claim?;
    let running = RunningAssociation::of(&claim, id)?;
    let partner = refuse_suspended(partner?)?;
    if !running.began_while_entitled(&partner) {
        return Err(RequestError::AssociationNotActive.into());
    }
    let query = queries::read_usage_query(call)?;
    let days = running.readable_days(app, moment.at).await?;
    let period = Period::of(query, days.today, days.first)?;
    Ok(usage_reply(call, &running.load_for_partner(app, period, days.today, moment.at).await?))
}

/// The same for the customer: what its partner reads at the moment. It is nobody's reading.
pub(crate) async fn read_usage_for_customer(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Reply, ApiError> {
    let id = call.path_id(AssociationId::parse)?;
    let moment = request_time(&app.store, call).await?;
    let claim = load_visible_claim(app, caller, &id.claim, moment).await?;
    let running = RunningAssociation::of(&claim, id)?;
    let query = queries::read_usage_query(call)?;
    let days = running.readable_days(app, moment.at).await?;
    let period = Period::of(query, days.today, days.first)?;
    Ok(usage_reply(call, &running.load_usage(app, period, days.today).await?))
}

/// The days as the caller wants them: as a table or as JSON.
fn usage_reply(call: &Call<'_>, usage: &UsageView) -> Reply {
    if call.wants_csv() { Reply::csv(usage.to_csv()) } else { Reply::ok(usage) }
}

/// The usage of the partner's active associations, a page of them.
pub(crate) async fn read_usage_of_all(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Reply, ApiError> {
    let (wanted, query) = queries::read_usage_list_query(call)?;
    let page = app.cursors.read_page_request(call, caller).await?;
    let moment = request_time(&app.store, call).await?;
    // The same days of every association, whatever the date is where its customer is.
    let newest = (moment.at + EASTERNMOST).date_naive();
    let Period { from, to } = Period::of(query, newest, None)?;
    let query = UsageQuery { from: Some(from), to: Some(to) };
    let partner = refuse_suspended(calling_partner(app, caller).await?)?;
    let (found, next) = list::load_page(app, caller, &wanted, &page, moment).await?;
    let mut usage = Vec::with_capacity(found.len());
    for some in found.chunks(AT_ONCE) {
        let read = some
            .iter()
            .map(|(claim, no)| load_usage_of_item(app, claim, *no, &partner, query, moment.at));
        usage.extend(try_join_all(read).await?.into_iter().flatten());
    }
    let next = next.as_deref();
    Ok(if call.wants_csv() {
        app.cursors.current_cursors().table_reply(
            call,
            caller,
            AssociationUsageView::to_csv(&usage),
            next,
        )
    } else {
        app.cursors.current_cursors().list_reply(call, caller, &usage, next)
    })
}

/// The usage of an active item, from the first day on that may be read; `None` where none of the days may.
async fn load_usage_of_item(
    app: &Api,
    claim: &Claim,
    no: ItemNo,
    partner: &Partner,
    query: UsageQuery,
    at: Instant,
) -> Result<Option<AssociationUsageView>, ApiError> {
    let running = RunningAssociation::of(claim, claim.association_id(no))?;
    if !running.began_while_entitled(partner) {
        return Ok(None);
    }
    let days = running.readable_days(app, at).await?;
    let Some(period) = Period::readable_days(query, days.today, days.first)? else {
        return Ok(None);
    };
    let usage = running.load_for_partner(app, period, days.today, at).await?;
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
        let (item, effective_at) = running_item(claim, &id)?;
        Ok(Self { claim, id, item, effective_at })
    }

    /// Whether its partner had the right to claim when it began, as far as that is known. Silence may have come first:
    /// then the association ends as soon as the loss is carried out, and nobody reads in between.
    fn began_while_entitled(&self, partner: &Partner) -> bool {
        !is_lost_before(self.claim, partner, self.effective_at)
    }

    async fn readable_days(&self, app: &Api, at: Instant) -> Result<ReadableDays, ApiError> {
        let zone = customer_zone(app, self.claim).await?;
        let policy = app.store.policy_of(self.claim).await?;
        let first = content::first_usage_day(self.effective_at, &policy, zone);
        Ok(ReadableDays { today: zone.local_date(at), first })
    }

    async fn load_usage(
        &self,
        app: &Api,
        period: Period,
        today: NaiveDate,
    ) -> Result<UsageView, ApiError> {
        let tenant = &self.claim.subject.tenant;
        let rows = app.store.list_usage(tenant, &self.item, period.from, period.to).await?;
        let is_final = content::is_usage_final(period.to, today);
        let days = rows.days.iter().map(usage_day).collect();
        Ok(UsageView::of((period.from, period.to), is_final, rows.as_of, days))
    }

    /// Reads the days, and notes that the partner did: what cannot be noted for the customer is not told.
    async fn load_for_partner(
        &self,
        app: &Api,
        period: Period,
        today: NaiveDate,
        at: Instant,
    ) -> Result<UsageView, ApiError> {
        let read = self.load_usage(app, period, today);
        let (usage, noted) = tokio::join!(read, app.store.note_reading(&self.id, at));
        noted?;
        usage
    }
}

/// The caller as the directory knows it; it is the claim's partner, or sees no claim.
async fn calling_partner(app: &Api, caller: &Caller) -> Result<Option<Partner>, ApiError> {
    match caller.partner_id() {
        Some(id) => Ok(app.store.load_partner(id).await?),
        None => Ok(None),
    }
}

/// In which zone the customer's days are counted: that of the window in which the claim was decided, else the
/// tenant's.
async fn customer_zone(app: &Api, claim: &Claim) -> Result<Zone, ApiError> {
    if let Some(window) = claim.state.window() {
        return Ok(Zone::Known(window.time_zone));
    }
    let tenant = app.store.load_tenant(&claim.subject.tenant).await?;
    Ok(tenant.ok_or(RequestError::AssociationNotActive)?.local_zone())
}

/// The item and since when its association runs, if it does.
fn running_item(claim: &Claim, id: &AssociationId) -> Result<(ItemRef, Instant), RequestError> {
    let item = claim.find_item(id.item).ok_or(RequestError::NotFound)?;
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

fn refuse_suspended(partner: Option<Partner>) -> Result<Partner, RequestError> {
    partner
        .filter(|partner| partner.status == PartnerStatus::Active)
        .ok_or(RequestError::AssociationNotActive)
}

fn usage_day(row: &UsageRecord) -> UsageDay {
    UsageDay::of(row.date, row.active_users, row.provisioned_seats)
}
