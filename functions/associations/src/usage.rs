//! `GET /v1/associations/{id}/usage`: readable while the association is active, its partner is not
//! suspended and the item is the association's, from the day on that the customer was told (`docs/domain.md
//! §4`, I5).

use domain::calendar::Zone;
use domain::claim::{Claim, Instant, ItemStatus};
use domain::content;
use domain::directory::{Partner, PartnerStatus};
use domain::ids::AssociationId;
use domain::program::ItemRef;
use store::UsageRecord;
use web::views::{UsageDay, UsageView};
use web::{Call, Caller, Failure, Reply, queries};

use crate::claim;
use crate::period::Period;
use app::{Api, ApiError, moment};

/// The usage of the association's item, day by day. Counts of less than five are withheld.
pub(crate) async fn usage(app: &Api, call: &Call<'_>, caller: &Caller) -> Result<Reply, ApiError> {
    let id = call.path_id(AssociationId::parse)?;
    let moment = moment(&app.store, call).await?;
    let (claim, partner) =
        tokio::join!(claim(app, caller, &id, moment), calling_partner(app, caller));
    let claim = claim?;
    let (item, effective_at) = readable(&claim, &id)?;
    not_suspended(partner?.as_ref())?;
    let query = queries::usage(call)?;
    let zone = customers_zone(app, &claim).await?;
    let policy = app.store.policy_of(&claim).await?;
    let first = content::first_usage_day(effective_at, &policy, zone);
    let period = Period::of(query, zone.date(moment.at), first)?;
    let rows = app.store.usage(&claim.subject.tenant, &item, period.from, period.to);
    let (rows, noted) = tokio::join!(rows, app.store.note_reading(&id, moment.at));
    // What cannot be noted for the customer is not told.
    noted?;
    Ok(Reply::ok(&UsageView { items: rows?.iter().map(day).collect() }))
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
    Ok(tenant.ok_or(Failure::AssociationNotActive)?.zone())
}

/// The item and since when its association runs, if it does.
fn readable(claim: &Claim, id: &AssociationId) -> Result<(ItemRef, Instant), Failure> {
    let item = claim.item(id.item).ok_or(Failure::NotFound)?;
    match claim.item_status(item) {
        ItemStatus::Active { effective_at, .. } => Ok((claim.item_ref(item), effective_at)),
        ItemStatus::Proposed
        | ItemStatus::Pending
        | ItemStatus::Declined { .. }
        | ItemStatus::Ended { .. }
        | ItemStatus::Dropped
        | ItemStatus::Withdrawn
        | ItemStatus::Rejected => Err(Failure::AssociationNotActive),
    }
}

fn not_suspended(partner: Option<&Partner>) -> Result<(), Failure> {
    match partner.map(|partner| partner.status) {
        Some(PartnerStatus::Active) => Ok(()),
        Some(PartnerStatus::Suspended) | None => Err(Failure::AssociationNotActive),
    }
}

fn day(row: &UsageRecord) -> UsageDay {
    UsageDay::of(row.date, row.active_users, row.provisioned_seats)
}
