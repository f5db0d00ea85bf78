//! `GET /v1/customer/ledger`: every partner who sees the customer's data or asks to, and what the
//! customer has answered him.

use domain::claim::Claim;
use domain::ids::AssociationId;
use lambda_http::{Body, Response};
use store::{Moment, Scope};
use web::views::{CustomerClaimView, LedgerAssociationView, LedgerView, ReceiptView};
use web::{Call, Caller};

use crate::list;
use app::{Api, ApiError, listed_view, moment};

pub(crate) async fn ledger(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let moment = moment(&app.store, call).await?;
    let (claims, next) = list::page(app, call, caller, moment, Scope::TenantByPartner).await?;
    let mut ledger: Vec<LedgerView> = Vec::new();
    for claim in &claims {
        let entry = match ledger.last_mut().filter(|last| is_of(claim, last)) {
            Some(entry) => entry,
            None => ledger.push_mut(LedgerView::of_partner(claim)),
        };
        add(app, claim, caller, moment, entry).await?;
    }
    ledger.retain(|entry| !entry.is_empty());
    Ok(app.cursors.list(call, caller, &ledger, next.as_deref()).done())
}

fn is_of(claim: &Claim, entry: &LedgerView) -> bool {
    entry.partner.id == claim.subject.partner.as_str()
}

/// What a claim adds to its partner's entry.
async fn add(
    app: &Api,
    claim: &Claim,
    caller: &Caller,
    moment: Moment,
    entry: &mut LedgerView,
) -> Result<(), ApiError> {
    let ids: Vec<AssociationId> =
        claim.items.iter().map(|item| claim.association_id(item.no)).collect();
    let last = app.store.last_readings(&ids).await?;
    let last_read = |id: &str| last.get(&AssociationId::parse(id).ok()?).copied();
    entry.associations.extend(LedgerAssociationView::of(claim, last_read));
    if claim.undecided().next().is_some() {
        let view = listed_view(&app.store, claim, caller, moment).await?;
        entry.pending.push(CustomerClaimView::of(view));
    }
    let history = app.store.whole_history(claim).await?;
    let receipts = history.iter().filter_map(|past| ReceiptView::of(claim, &past.event));
    entry.receipts.extend(receipts);
    Ok(())
}
