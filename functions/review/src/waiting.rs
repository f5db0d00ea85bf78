//! The claims of a queue, or of all of them, longest first.

use app::{Api, ApiError, pagination};
use domain::claim::Claim;
use store::{AssignedTo, ClaimList, ListedClaim, RequestTime, Source};
use web::PageRequest;
use web::queries::{Assignee, ReviewsQuery};

/// Claims, and where the next page begins.
pub(crate) type ClaimsPage = (Vec<ListedClaim>, Option<String>);

/// A page of a queue, or of all of them.
pub(crate) async fn load_waiting(
    app: &Api,
    query: &ReviewsQuery,
    page: &PageRequest,
    moment: RequestTime,
) -> Result<ClaimsPage, ApiError> {
    let (from, limit) = pagination::page_start(page)?;
    let keep = |claim: &Claim| query.takes_claim(claim, moment.at);
    let source = Source::Waiting { queue: query.queue, assigned_to: assigned_to(query) };
    let list = ClaimList { source, keep: &keep };
    let found = app.store.list_claims(list, from.as_ref(), limit, moment).await?;
    Ok((found.items, pagination::next_position(found.next)))
}

/// Who is asked to work on the claims.
pub(crate) fn assigned_to(query: &ReviewsQuery) -> AssignedTo<'_> {
    match &query.assigned_to {
        None => AssignedTo::Anyone,
        Some(Assignee::Nobody) => AssignedTo::Nobody,
        Some(Assignee::Staff(id)) => AssignedTo::Staff(id),
    }
}
