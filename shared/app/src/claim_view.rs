//! A claim as its reader may see it: what the store knows beside the record, put into the view.

use domain::claim::{Claim, Scan};
use domain::ids::{EvidenceId, Version};
use domain::recipient::Recipients;
use store::{ClaimRead, CommandOutcome, Competition, ListedClaim, RequestTime, Store};
use web::views::{ClaimContext, ClaimView, CustomerClaimView, ShownRemarks, audience_of};
use web::{Caller, Viewer};

use crate::error::ApiError;
use crate::recipients::KnownRecipients;

/// A claim that was asked for by its id, explained. Operator staff also see its competition and its recipients,
/// which are read in one batch.
///
/// # Errors
/// Where the table does not answer.
pub async fn claim_view(
    store: &Store,
    claim: Claim,
    caller: &Caller,
    moment: RequestTime,
) -> Result<ClaimView, ApiError> {
    let competition = match caller.viewer() {
        Viewer::Staff => Some(Box::pin(store.load_competition(&claim, moment.at)).await?),
        Viewer::Partner | Viewer::Customer => None,
    };
    explained_view(store, claim, competition, caller, moment).await
}

/// The claim after a command, explained. What the command has read of the competition is not read again.
pub(crate) async fn view_after_command(
    store: &Store,
    outcome: CommandOutcome,
    caller: &Caller,
    moment: RequestTime,
) -> Result<ClaimView, ApiError> {
    let CommandOutcome { claim, competition, recipients: _, effect: _ } = outcome;
    match competition.filter(|_| caller.viewer() == Viewer::Staff) {
        Some(read) => explained_view(store, claim, Some(read), caller, moment).await,
        None => claim_view(store, claim, caller, moment).await,
    }
}

async fn explained_view(
    store: &Store,
    mut claim: Claim,
    competition: Option<Competition>,
    caller: &Caller,
    moment: RequestTime,
) -> Result<ClaimView, ApiError> {
    store.name_added_days(&mut claim).await?;
    let policy = store.policy_of(&claim).await?;
    let viewer = caller.viewer();
    let reused = reused_documents(store, &claim, viewer).await?;
    let (rivals, recipients, assigned_to) = match competition {
        Some(Competition { rivals, recipients: asked, tenant, assigned_to }) => {
            let known = KnownRecipients::for_staff(&claim, asked, tenant.as_ref(), moment.at);
            (Some(rivals), known, assigned_to)
        }
        None => (None, None, None),
    };
    let shown = ClaimContext {
        policy: &policy,
        now: moment.at,
        viewer,
        reader: caller.actor(),
        rivals: rivals.as_deref(),
        reused: reused.as_deref(),
        out_of_office: Some(recipients.as_ref().map_or(0, KnownRecipients::unattended_count)),
        recipients: recipients.as_ref().map(KnownRecipients::to_shown),
    };
    let view = ClaimView::of(&claim, &shown).with_explanation(&claim, &shown, caller.language());
    Ok(view.with_assignee(assigned_to.as_ref()))
}

/// What was said in a claim that was read by its id, as far as the caller may read it: the newest, or what was said
/// before a version.
///
/// # Errors
/// Where the table does not answer.
pub async fn shown_remarks(
    store: &Store,
    read: &ClaimRead,
    before: Option<Version>,
    caller: &Caller,
) -> Result<ShownRemarks, ApiError> {
    let viewer = caller.viewer();
    let page = store.list_remarks(read, before, audience_of(viewer)).await?;
    Ok(ShownRemarks::of(&page.remarks, page.next, viewer))
}

/// Which documents of the claim were brought for another tenant too, for operator staff.
async fn reused_documents(
    store: &Store,
    claim: &Claim,
    viewer: Viewer,
) -> Result<Option<Vec<EvidenceId>>, ApiError> {
    if viewer != Viewer::Staff {
        return Ok(None);
    }
    let mut reused = Vec::new();
    for entry in claim.details.evidence.iter().filter(|entry| entry.scan == Scan::Clean) {
        if store.is_reused(entry.sha256, &claim.subject.tenant).await? {
            reused.push(entry.id.clone());
        }
    }
    Ok(Some(reused))
}

/// A claim on a page of a list, where nobody's rivals are looked up.
///
/// # Errors
/// Where the table does not answer.
pub async fn listed_view(
    store: &Store,
    claim: &Claim,
    caller: &Caller,
    moment: RequestTime,
) -> Result<ClaimView, ApiError> {
    let policy = store.policy_of(claim).await?;
    let viewer = caller.viewer();
    let shown = ClaimContext {
        policy: &policy,
        now: moment.at,
        viewer,
        reader: caller.actor(),
        rivals: None,
        reused: None,
        out_of_office: None,
        recipients: None,
    };
    Ok(ClaimView::of(claim, &shown))
}

/// The same for its customer.
///
/// # Errors
/// Where the table does not answer.
pub async fn listed_customer_view(
    store: &Store,
    claim: &Claim,
    caller: &Caller,
    moment: RequestTime,
) -> Result<CustomerClaimView, ApiError> {
    let view = listed_view(store, claim, caller, moment).await?;
    Ok(CustomerClaimView::of(view, claim, &store.policy_of(claim).await?))
}

/// A claim in the operator's queue, with who works on it.
///
/// # Errors
/// Where the table does not answer.
pub async fn queued_view(
    store: &Store,
    listed: &ListedClaim,
    caller: &Caller,
    moment: RequestTime,
) -> Result<ClaimView, ApiError> {
    let view = listed_view(store, &listed.claim, caller, moment).await?;
    Ok(view.with_assignee(listed.assigned_to.as_ref()))
}

/// A claim that its customer asked for by its id, or has answered, with its recipients. What the command has read
/// of them is not read again.
///
/// # Errors
/// Where the table does not answer.
pub async fn customer_view(
    store: &Store,
    claim: &Claim,
    asked: Option<Recipients>,
    caller: &Caller,
    moment: RequestTime,
) -> Result<CustomerClaimView, ApiError> {
    let policy = store.policy_of(claim).await?;
    let asked = match asked {
        Some(asked) => Some(asked),
        None => store.load_recipients(claim).await?,
    };
    let recipients = asked.map(KnownRecipients::from_asked);
    let shown = ClaimContext {
        policy: &policy,
        now: moment.at,
        viewer: caller.viewer(),
        reader: caller.actor(),
        rivals: None,
        reused: None,
        out_of_office: None,
        recipients: recipients.as_ref().map(KnownRecipients::to_shown),
    };
    Ok(CustomerClaimView::of(ClaimView::of(claim, &shown), claim, &policy))
}
