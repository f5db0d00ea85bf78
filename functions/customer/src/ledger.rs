//! `GET /v1/customer/ledger`: every partner who sees the customer's data or asks to, and what the
//! customer has answered the partner.

use domain::claim::{Claim, ItemStatus};
use domain::ids::ItemNo;
use futures_util::future::{try_join, try_join_all};
use lambda_http::{Body, Response};
use store::{HistoryEntry, OverviewActRecord};
use web::views::{
    CheckOfTenantView, LedgerAssociationView, LedgerView, OverviewActView, ReceiptView,
};
use web::{Call, Caller, queries};

use crate::list::read_page_request;
use app::{Api, ApiError, listed_customer_view, pagination, request_time};

/// How many histories are read side by side: those of a page, unless a longer one is asked for. Each takes a
/// connection of its own.
const AT_ONCE: usize = 32;

/// The page of the ledger: the claims with their readings in one batch, then the history of each side by side.
pub(crate) async fn read_ledger(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let moment = request_time(&app.store, call).await?;
    queries::read_page_query(call)?;
    let (tenant, from, limit) = read_page_request(app, call, caller).await?;
    let listed = app.store.list_ledger(tenant, from.as_ref(), limit, moment);
    let (found, acts) = try_join(Box::pin(listed), app.store.list_overview_acts(tenant)).await?;
    let mut histories = Vec::with_capacity(found.claims.len());
    for group in found.claims.chunks(AT_ONCE) {
        let read = group.iter().map(|(claim, _)| app.store.whole_history(claim));
        histories.extend(try_join_all(read).await?);
    }
    let mut ledger: Vec<LedgerView> = Vec::new();
    for ((claim, readings), history) in found.claims.iter().zip(histories) {
        let entry = match ledger.last_mut().filter(|last| belongs_to_entry(claim, last)) {
            Some(entry) => entry,
            None => ledger.push_mut(LedgerView::of_claim(claim)),
        };
        let last_read = |no: ItemNo| readings.get(&no).copied();
        if has_associations(claim) {
            let policy = app.store.policy_of(claim).await?;
            entry.associations.extend(LedgerAssociationView::of(claim, &policy, last_read));
        }
        if claim.undecided_items().next().is_some() {
            let view = listed_customer_view(&app.store, claim, caller, moment).await?;
            entry.pending.push(view);
        }
        entry.receipts.extend(receipt_views(claim, &history));
    }
    for check in &found.checks {
        let known = ledger.iter_mut().find(|entry| entry.partner.id == check.partner.as_str());
        let entry = match known {
            Some(entry) => entry,
            None => ledger.push_mut(LedgerView::of_partner(&check.partner, &check.name)),
        };
        entry.checks.push(CheckOfTenantView::of(check.date, check.at));
    }
    add_overview_acts(acts, &mut ledger, found.next.is_none());
    ledger.retain(|entry| !entry.is_empty());
    let next = pagination::next_position(found.next);
    Ok(app
        .cursors
        .current_cursors()
        .list_reply(call, caller, &ledger, next.as_deref())
        .into_response())
}

/// What contacts did by the overview: of each partner of the page, and on the last page of partners that are in no other
/// way there.
fn add_overview_acts(acts: Vec<OverviewActRecord>, ledger: &mut Vec<LedgerView>, is_last: bool) {
    for record in acts {
        let view = OverviewActView::of(record.act, record.by, record.at);
        let Some((id, name)) = record.partner else {
            for entry in ledger.iter_mut() {
                entry.acts.push(view.clone());
            }
            continue;
        };
        let known = ledger.iter_mut().find(|entry| entry.partner.id == id.as_str());
        match known {
            Some(entry) => entry.acts.push(view),
            None if is_last => {
                ledger.push_mut(LedgerView::of_partner(&id, &name)).acts.push(view);
            }
            None => {}
        }
    }
}

/// What the customer has answered to a claim, by its history, oldest first. Which items an answer changed is known of
/// what is archived.
pub(crate) fn receipt_views(claim: &Claim, history: &[HistoryEntry]) -> Vec<ReceiptView> {
    let archived = history.iter().filter(|entry| entry.hash.is_some());
    let told = archived.filter_map(HistoryEntry::to_readable);
    told.filter_map(|told| ReceiptView::of(claim, &told)).collect()
}

/// Whether an item of the claim is or was an association.
fn has_associations(claim: &Claim) -> bool {
    let is_one = |item| {
        matches!(claim.item_status(item), ItemStatus::Active { .. } | ItemStatus::Ended { .. })
    };
    claim.items.iter().any(is_one)
}

fn belongs_to_entry(claim: &Claim, entry: &LedgerView) -> bool {
    entry.partner.id == claim.subject.partner.as_str()
}
