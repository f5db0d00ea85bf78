//! `GET /v1/customer/ledger`: every partner who sees the customer's data or asks to, and what the
//! customer has answered him.

use domain::claim::Claim;
use domain::ids::AssociationId;
use lambda_http::{Body, Response};
use store::{Moment, Scope};
use web::views::{CustomerClaimView, LedgerAssociationView, LedgerView, ReceiptView};
use web::{Call, Caller, Failure, queries};

use crate::list::is_his_to_see;
use crate::{App, moment};
use runtime::{failed, listed_view, pages};

pub(crate) async fn ledger(
    app: &App,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, Failure> {
    let tenant = caller.tenant_id().ok_or(Failure::RoleNotAllowed)?;
    queries::page_only(call)?;
    let page = app.cursors.page(call, caller)?;
    let (from, limit) = pages::start(&page)?;
    let moment = moment(app, call).await?;
    let scope = Scope::Tenant(tenant.clone());
    let found = app.store.claims(&scope, None, from.as_ref(), limit, moment);
    let found = Box::pin(found).await.map_err(failed)?;
    // The index has the claims of a partner side by side.
    let mut ledger: Vec<LedgerView> = Vec::new();
    for claim in found.items.iter().filter(|claim| is_his_to_see(claim)) {
        let entry = match ledger.last_mut().filter(|last| is_of(claim, last)) {
            Some(entry) => entry,
            None => ledger.push_mut(LedgerView::of_partner(claim)),
        };
        add(app, claim, caller, moment, entry).await?;
    }
    ledger.retain(|entry| !entry.is_empty());
    let next = pages::next(found.next);
    Ok(app.cursors.list(call, caller, &ledger, next.as_deref()).done())
}

fn is_of(claim: &Claim, entry: &LedgerView) -> bool {
    entry.partner.id == claim.subject.partner.as_str()
}

/// What a claim adds to its partner's entry.
async fn add(
    app: &App,
    claim: &Claim,
    caller: &Caller,
    moment: Moment,
    entry: &mut LedgerView,
) -> Result<(), Failure> {
    let ids: Vec<AssociationId> =
        claim.items.iter().map(|item| claim.association_id(item.no)).collect();
    let last = app.store.last_readings(&ids).await.map_err(failed)?;
    let last_read = |id: &str| last.get(&AssociationId::parse(id).ok()?).copied();
    entry.associations.extend(LedgerAssociationView::of(claim, last_read));
    if claim.undecided().next().is_some() {
        let view = listed_view(&app.store, claim, caller, moment).await?;
        entry.pending.push(CustomerClaimView::of(view));
    }
    let history = app.store.whole_history(claim).await.map_err(failed)?;
    let receipts = history.iter().filter_map(|past| ReceiptView::of(claim, &past.event));
    entry.receipts.extend(receipts);
    Ok(())
}
