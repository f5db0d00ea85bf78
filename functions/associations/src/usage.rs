//! `GET /v1/associations/{id}/usage`: readable while the association is active, its partner is not
//! suspended and the item is the association's (`docs/domain.md §4`, I5).

use domain::claim::{Claim, ItemStatus};
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
    let item = readable(&claim, &id)?;
    not_suspended(partner?.as_ref())?;
    let period = Period::of(queries::usage(call)?, moment.at)?;
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

/// The item, if its association runs.
fn readable(claim: &Claim, id: &AssociationId) -> Result<ItemRef, Failure> {
    let item = claim.item(id.item).ok_or(Failure::NotFound)?;
    match claim.item_status(item) {
        ItemStatus::Active { .. } => Ok(claim.item_ref(item)),
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
