//! `GET` and `PUT /v1/customer/rules`: what holds for every claim on the customer's tenant from its
//! submit on.

use std::time::Duration;

use domain::rules::StandingRules;
use lambda_http::{Body, Response};
use store::{Moment, Revised, RulesWish};
use web::bodies::WrittenRules;
use web::views::RulesView;
use web::{Call, Caller, EntityTag, Failure, Reply, bodies};

use app::{Api, ApiError, entry, moment};

/// How long the claims under way are changed before the answer says that it is not done.
const WITHIN: Duration = Duration::from_secs(20);

/// Tells the rules, with every block that holds.
pub(crate) async fn get(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let moment = moment(&app.store, call).await?;
    let rules = standing(app, caller, moment).await?;
    Ok(Reply::ok(&RulesView::of(&rules.entry)).etag(tag_of(&rules)).done())
}

/// Writes them, whole; the answer is how they stand then.
pub(crate) async fn put(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let tenant = caller.tenant_id().ok_or(Failure::RoleNotAllowed)?;
    let moment = moment(&app.store, call).await?;
    let body = call.json()?;
    let expected = call.optional_if_match()?;
    let wish = match bodies::rules(&body) {
        Ok(WrittenRules { rules, names_blocks }) => RulesWish { rules, names_blocks },
        Err(failure) if expected.is_some() => {
            let present = standing(app, caller, moment).await?;
            let present = Some(&present);
            return Err(entry::stale_first(expected.as_ref(), present, tag_of, failure).into());
        }
        Err(failure) => return Err(failure.into()),
    };
    let permits = entry::permits(expected.as_ref(), tag_of);
    let written = Box::pin(app.store.put_standing_rules(tenant, &wish, moment, &permits)).await?;
    let rules = entry::stored(written.ok_or(Failure::NotFound)?, tag_of)?.entry;
    // Whatever is not done in time is done by `sweep`, as of the same moment.
    Box::pin(app.store.apply_rules(tenant, &rules, moment, Some(WITHIN))).await?;
    let rules = standing(app, caller, moment).await?;
    Ok(Reply::ok(&RulesView::of(&rules.entry)).etag(tag_of(&rules)).done())
}

/// The blocks that hold stand in the tag: a "no" leaves one without a revision of the rules.
fn tag_of(rules: &Revised<StandingRules>) -> EntityTag {
    EntityTag::of_rules(rules.revision, &rules.entry)
}

async fn standing(
    app: &Api,
    caller: &Caller,
    moment: Moment,
) -> Result<Revised<StandingRules>, ApiError> {
    let tenant = caller.tenant_id().ok_or(Failure::RoleNotAllowed)?;
    let rules = Box::pin(app.store.standing_rules(tenant, moment)).await?;
    Ok(rules.ok_or(Failure::NotFound)?)
}
