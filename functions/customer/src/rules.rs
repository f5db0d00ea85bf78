//! `GET` and `PUT /v1/customer/rules`: what holds for every claim on the customer's tenant from its
//! submit on.

use std::time::Duration;

use domain::claim::Instant;
use domain::directory::Tenant;
use domain::ids::{PartnerId, ProgramId};
use domain::program::ItemRef;
use domain::rejection::{FieldCode, FieldError};
use domain::rules::{ExplicitYes, ItemBlock, StandingRules};
use lambda_http::{Body, Response};
use store::{RequestTime, RevisedEntry};
use web::views::RulesView;
use web::{Call, Caller, EntityTag, Reply, RequestError, bodies, queries};

use app::{Api, ApiError, entry, request_time};

/// How long the claims under way are changed before the answer says that it is not done.
const WITHIN: Duration = Duration::from_secs(20);

/// Tells the rules, with every block that holds.
pub(crate) async fn read_rules(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let moment = request_time(&app.store, call).await?;
    let rules = load_rules(app, caller, moment).await?;
    Ok(Reply::ok(&RulesView::of(&rules.entry)).with_etag(rules_tag(&rules)).into_response())
}

/// Writes them; what the body leaves out stays as it is. The answer is how they stand then.
pub(crate) async fn put_rules(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let tenant = caller.tenant_id().ok_or(RequestError::RoleNotAllowed)?;
    let moment = request_time(&app.store, call).await?;
    let is_dry_run = queries::read_write_query(call)?;
    let body = call.json_body()?;
    let expected = call.optional_if_match()?;
    let (partners, programs) = (bodies::partners_of_rules(&body), bodies::programs_of_rules(&body));
    let blocks = bodies::blocks_of_rules(&body);
    let (partners, programs, known) = tokio::try_join!(
        entry::unknown_partners(&app.store, partners),
        entry::unknown_programs(&app.store, programs),
        async { if blocks.is_empty() { Ok(None) } else { app.store.load_tenant(tenant).await } },
    )?;
    let wish = |before: &StandingRules| {
        let partners = partners.iter().filter(|own| !names_partner(before, &own.id));
        let programs = programs.iter().filter(|own| !names_program(before, &own.id));
        let partners = partners.map(|own| own.error.clone());
        let unknown = partners.chain(programs.map(|own| own.error.clone()));
        let new = blocks.iter().filter(|(_, block)| !names_item(before, block));
        let idle =
            new.filter_map(|(at, block)| idle_block_error(at, block, known.as_ref(), moment.at));
        entry::check_body(bodies::read_rules(&body, before), unknown.chain(idle))
    };
    let permits = entry::may_replace(expected.as_ref(), rules_tag);
    if is_dry_run {
        let foreseen = app.store.foresee_rules(tenant, &wish, moment, &permits).await?;
        let foreseen = entry::dry_run_entries(foreseen.ok_or(RequestError::NotFound)?, rules_tag)?;
        let (Some(present), next) = foreseen else { return Err(RequestError::NotFound.into()) };
        let foresee = app.store.foresee_rules_change(tenant, &present.entry, &next, moment.at);
        return Ok(entry::dry_run_reply(Some(&present), &foresee.await?, rules_tag).into_response());
    }
    let written = Box::pin(app.store.put_standing_rules(tenant, &wish, moment, &permits)).await?;
    let rules = entry::stored_entry(written.ok_or(RequestError::NotFound)?, rules_tag)?.entry;
    // Whatever is not done in time is done by `sweep`, as of the same moment.
    Box::pin(app.store.apply_rules(tenant, &rules, moment, Some(WITHIN))).await?;
    let rules = load_rules(app, caller, moment).await?;
    Ok(Reply::ok(&RulesView::of(&rules.entry)).with_etag(rules_tag(&rules)).into_response())
}

fn names_partner(rules: &StandingRules, id: &PartnerId) -> bool {
    rules.blocked_partners.contains(id) || rules.blocks.iter().any(|block| block.partner == *id)
}

/// Whether a block of these rules keeps the partner from the item already: then it may become shorter or longer.
fn names_item(rules: &StandingRules, block: &ItemBlock) -> bool {
    let same = |own: &ItemBlock| {
        (&own.partner, own.kind, &own.id) == (&block.partner, block.kind, &block.id)
    };
    rules.blocks.iter().any(same)
}

/// What is wrong with a new block that would protect nothing: the tenant has no such item, or it would be over before
/// it begins.
fn idle_block_error(
    at: &str,
    block: &ItemBlock,
    tenant: Option<&Tenant>,
    now: Instant,
) -> Option<FieldError> {
    let item = ItemRef { kind: block.kind, id: block.id.clone() };
    if tenant.is_some_and(|tenant| tenant.find_item(&item).is_none()) {
        return Some(FieldError::new(format!("{at}/id"), FieldCode::ItemNotInTenant));
    }
    (block.until <= now).then(|| FieldError::new(format!("{at}/until"), FieldCode::NotLater))
}

fn names_program(rules: &StandingRules, id: &ProgramId) -> bool {
    matches!(&rules.explicit_yes, ExplicitYes::Programs(programs) if programs.contains(id))
}

/// The blocks that hold stand in the tag: a "no" leaves one without a revision of the rules.
fn rules_tag(rules: &RevisedEntry<StandingRules>) -> EntityTag {
    EntityTag::of_rules(rules.revision, &rules.entry)
}

async fn load_rules(
    app: &Api,
    caller: &Caller,
    moment: RequestTime,
) -> Result<RevisedEntry<StandingRules>, ApiError> {
    let tenant = caller.tenant_id().ok_or(RequestError::RoleNotAllowed)?;
    let rules = Box::pin(app.store.standing_rules(tenant, moment)).await?;
    Ok(rules.ok_or(RequestError::NotFound)?)
}
