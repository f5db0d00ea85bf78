//! A claim as its reader may see it: what the store knows beside the record, put into the view.

use domain::claim::{Claim, Scan};
use domain::ids::EvidenceId;
use store::{Moment, Store};
use web::views::{ClaimView, Shown};
use web::{Caller, Viewer};

use crate::failed;

/// A claim that was asked for by its id, explained. Operator staff also see its rivals.
pub async fn claim_view(
    store: &Store,
    claim: &Claim,
    caller: &Caller,
    moment: Moment,
) -> Result<ClaimView, web::Failure> {
    let mut claim = claim.clone();
    store.name_added_days(&mut claim).await.map_err(failed)?;
    let claim = &claim;
    let policy = store.policy_of(claim).await.map_err(failed)?;
    let rivals = match caller.viewer() {
        Viewer::Staff => Some(store.rivals_of(claim, moment.at).await.map_err(failed)?),
        Viewer::Partner | Viewer::Customer => None,
    };
    let viewer = caller.viewer();
    let reused = reused(store, claim, viewer).await?;
    let out_of_office = match viewer {
        Viewer::Staff => Some(store.receipts(&claim.id, claim.notice).await.map_err(failed)?),
        Viewer::Partner | Viewer::Customer => None,
    };
    let shown = Shown {
        policy: &policy,
        now: moment.at,
        viewer,
        rivals: rivals.as_deref(),
        reused: reused.as_deref(),
        out_of_office: out_of_office.map(|receipts| receipts.unattended()),
    };
    Ok(ClaimView::of(claim, &shown).explained(claim, &shown))
}

/// Which documents of the claim were brought for another tenant too, for operator staff.
async fn reused(
    store: &Store,
    claim: &Claim,
    viewer: Viewer,
) -> Result<Option<Vec<EvidenceId>>, web::Failure> {
    if viewer != Viewer::Staff {
        return Ok(None);
    }
    let mut reused = Vec::new();
    for entry in claim.details.evidence.iter().filter(|entry| entry.scan == Scan::Clean) {
        let tenant = &claim.subject.tenant;
        if store.is_reused(entry.sha256, tenant).await.map_err(failed)? {
            reused.push(entry.id.clone());
        }
    }
    Ok(Some(reused))
}

/// A claim on a page of a list, where nobody's rivals are looked up.
pub async fn listed_view(
    store: &Store,
    claim: &Claim,
    caller: &Caller,
    moment: Moment,
) -> Result<ClaimView, web::Failure> {
    let policy = store.policy_of(claim).await.map_err(failed)?;
    let viewer = caller.viewer();
    let shown = Shown {
        policy: &policy,
        now: moment.at,
        viewer,
        rivals: None,
        reused: None,
        out_of_office: None,
    };
    Ok(ClaimView::of(claim, &shown))
}
