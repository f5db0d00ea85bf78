//! `GET` and `PUT /v1/customer/rules`: what holds for every claim on the customer's tenant from its
//! submit on.

use std::time::Duration;

use domain::rules::StandingRules;
use lambda_http::{Body, Response};
use store::Moment;
use web::views::RulesView;
use web::{Call, Caller, Failure, Reply, bodies};

use app::{Api, ApiError, moment};

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
    Ok(Reply::ok(&RulesView::of(&rules)).done())
}

/// Writes them, whole; the answer is how they stand then.
pub(crate) async fn put(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let tenant = caller.tenant_id().ok_or(Failure::RoleNotAllowed)?;
    let moment = moment(&app.store, call).await?;
    let written = bodies::rules(&call.json()?)?;
    let rules = if written.names_blocks {
        written.rules
    } else {
        StandingRules { blocks: standing(app, caller, moment).await?.blocks, ..written.rules }
    };
    let stored = Box::pin(app.store.put_standing_rules(tenant, &rules, moment)).await?;
    let rules = stored.ok_or(Failure::NotFound)?;
    // Whatever is not done in time is done by `sweep`, as of the same moment.
    Box::pin(app.store.apply_rules(tenant, &rules, moment, Some(WITHIN))).await?;
    let rules = standing(app, caller, moment).await?;
    Ok(Reply::ok(&RulesView::of(&rules)).done())
}

async fn standing(app: &Api, caller: &Caller, moment: Moment) -> Result<StandingRules, ApiError> {
    let tenant = caller.tenant_id().ok_or(Failure::RoleNotAllowed)?;
    let rules = Box::pin(app.store.standing_rules(tenant, moment)).await?;
    Ok(rules.ok_or(Failure::NotFound)?)
}
