//! `GET /v1/claims/{id}/bundle`: what a claim can be checked with, without the server.

use domain::claim::Claim;
use domain::ids::ClaimId;
use domain::recipient::{MAX_RECIPIENTS, RecipientNo, Report};
use lambda_http::{Body, Response};
use store::BundleSources;
use web::views::{
    BundleCalendarView, BundleFileView, BundlePartnerPlaceView, BundlePolicyView,
    BundleReceiptView, BundleRootView, BundleSource, BundleTextView, BundleView, viewer_audiences,
};
use web::{Call, Caller, Reply, queries};

use app::{Api, ApiError, load_visible_claim, request_time};
use runtime::RootBucket;

use crate::roots::{BundleRoots, load_roots};

/// The bundle of a claim, as much of it as the caller may read.
pub(crate) async fn read_bundle(
    app: &Api,
    roots: &RootBucket,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let id = call.path_id(ClaimId::parse)?;
    let moment = request_time(&app.store, call).await?;
    let claim = load_visible_claim(app, caller, &id, moment).await?;
    let viewer = caller.viewer();
    queries::refuse_parameters(call)?;
    let sources = Box::pin(app.store.load_bundle_sources(&claim, viewer_audiences(viewer))).await?;
    let roots = Box::pin(load_roots(roots, &sources.entries)).await?;
    let complete = sources.is_complete;
    let source = BundleSource { claim: &claim, viewer, at: moment.at, complete };
    Ok(Reply::ok(&build_bundle(source, &sources, &roots)).into_response())
}

fn build_bundle(
    source: BundleSource<'_>,
    sources: &BundleSources,
    roots: &BundleRoots,
) -> BundleView {
    let operator = &sources.operator;
    let mut bundle = BundleView::of(source, (operator.calendar.id(), operator.zone));
    for entry in &sources.entries {
        if let Some(hash) = entry.hash {
            let place = (entry.version, hash, entry.previous_hash);
            let leaf = (entry.archived_on, roots.find_place(entry.version));
            bundle.add_entry(place, leaf, &entry.sealed, source.viewer);
        }
    }
    bundle.roots = roots.roots.iter().map(BundleRootView::of).collect();
    let policies = sources.policies.iter();
    let policies = policies.map(|(id, version, policy)| BundlePolicyView::of(id, *version, policy));
    bundle.policies = policies.collect();
    let calendars = sources.calendars.iter();
    bundle.calendars = calendars.map(|own| BundleCalendarView::of(own.since, &own.entry)).collect();
    bundle.country_files = sources.files.iter().map(BundleFileView::of).collect();
    let places = sources.partner.iter();
    let places = places
        .map(|own| BundlePartnerPlaceView::of(own.since, own.entry.country, own.entry.time_zone));
    bundle.partner = places.collect();
    let texts = sources.texts.iter().map(|own| {
        let sent = (own.sent.sent_at, own.sent.text.as_str());
        BundleTextView::of(own.notice, own.recipient, &own.language, sent)
    });
    bundle.texts = texts.collect();
    bundle.receipts = build_receipts(source.claim, sources);
    bundle.with_digest()
}

/// What is known of each notice at each recipient of whom anything is known.
fn build_receipts(claim: &Claim, sources: &BundleSources) -> Vec<BundleReceiptView> {
    let mut receipts = Vec::new();
    for (notice, reports) in sources.reports.iter().filter(|(notice, _)| *notice <= claim.notice) {
        for no in (1..=MAX_RECIPIENTS).filter_map(RecipientNo::new) {
            let report = reports.of(no);
            if report != Report::default() {
                receipts.push(BundleReceiptView::of(*notice, no, report));
            }
        }
    }
    receipts
}
