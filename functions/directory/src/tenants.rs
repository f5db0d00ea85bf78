//! `/v1/tenants`: the list, `PUT` and `GET` of each, its history, and that of its customer's standing rules.

use app::{ApiError, entry, moment, pagination};
use domain::directory::Tenant;
use domain::ids::TenantId;
use domain::rejection::TextForm;
use domain::text::Domain;
use serde_json::Value;
use store::{Check, ConfirmedWrite, Consequences, Keep, ListPage, StoreError, TenantWrite};
use web::views::{RulesView, TenantCheckView, TenantEntryView, TenantView};
use web::{Call, EntityTag, IfMatch, Reply, RequestError, bodies, queries};

use crate::App;
use crate::history::{answered, asked_page};

/// Writes a tenant. What the body leaves out stays as it is. Contacts that are verified and domains that are added by
/// it bear the caller's name. What would end associations or reject claims has to be confirmed.
pub(crate) async fn put(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.caller(&app.clients)?;
    let by = caller.actor().staff_id().ok_or(RequestError::RoleNotAllowed)?;
    let id = call.new_id(TenantId::parse, TextForm::Uuid)?;
    let query = queries::confirmable_write(call)?;
    let body = call.json()?;
    let expected = call.optional_if_match()?;
    let wish = |before: Option<&Tenant>| entry::checked(bodies::tenant(&id, &body, before), []);
    let at = moment(&app.store, call).await?.at;
    let permits = entry::permits(expected.as_ref(), entry::tag_of);
    let refused = |error| refused(error, &body);
    if query.dry_run {
        let foreseen = app.store.foresee_tenant(&id, &wish, by, at, &permits).await;
        let (present, next) = entry::foreseen(foreseen.map_err(refused)?, entry::tag_of)?;
        let consequences = match &present {
            Some(present) => app.store.foresee_tenant_change(&present.entry, &next, at).await?,
            None => Consequences::default(),
        };
        return Ok(entry::rehearsed(present.as_ref(), &consequences, entry::tag_of));
    }
    let confirms = |consequences: &Consequences| {
        matches!(expected, Some(IfMatch::OneOf(_)))
            && query.confirm == entry::consequences_view(consequences).confirm
    };
    let asking = TenantWrite { by, at, permits: &permits, confirms: &confirms };
    let written = Box::pin(app.store.change_tenant_confirmed(&id, &wish, asking)).await;
    match written.map_err(refused)? {
        ConfirmedWrite::Done(written) => {
            Ok(entry::answered(written, &format!("/v1/tenants/{id}"), TenantView::of)?)
        }
        ConfirmedWrite::Unconfirmed { present, consequences } => {
            let consequences = Box::new(entry::consequences_view(&consequences));
            let current = entry::tag_of(&present);
            Err(RequestError::Unconfirmed { consequences, current }.into())
        }
    }
}

/// Domains of other tenants are told at their places in the body.
fn refused(error: StoreError, body: &Value) -> ApiError {
    match error {
        StoreError::DomainsTaken(taken) => {
            RequestError::Fields(bodies::places_of_domains(body, &taken)).into()
        }
        other @ (StoreError::Rejected(_)
        | StoreError::VersionMismatch { .. }
        | StoreError::IdempotencyConflict
        | StoreError::Unavailable(_)
        | StoreError::ClockUntrusted
        | StoreError::Corrupt(_)) => other.into(),
    }
}

/// Lists tenants by name, or the one that has a domain.
pub(crate) async fn list(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.caller(&app.clients)?;
    let query = queries::tenants(call)?;
    let (from, limit) = pagination::start(&app.cursors.page(call, &caller).await?)?;
    let keep = |tenant: &Tenant| query.status.is_none_or(|status| tenant.status == status);
    let found = match &query.domain {
        Some(domain) => of_domain(app, domain, &query.name, &keep).await?,
        None => app.store.tenants(&query.name, &keep, from.as_ref(), limit).await?,
    };
    let views: Vec<_> = found.items.iter().map(TenantEntryView::of).collect();
    let next = pagination::next(found.next);
    Ok(app.cursors.current().list(call, &caller, &views, next.as_deref()))
}

/// The tenant that has the domain, if the list is to have it.
async fn of_domain(
    app: &App,
    domain: &Domain,
    name: &str,
    keep: Keep<'_, Tenant>,
) -> Result<ListPage<Tenant>, ApiError> {
    let tenant = match app.store.tenant_of_domain(domain).await? {
        Some(id) => app.store.tenant(&id).await?,
        None => None,
    };
    let begins =
        |tenant: &Tenant| tenant.name.as_str().to_lowercase().starts_with(&name.to_lowercase());
    let items = tenant.into_iter().filter(|tenant| keep(tenant) && begins(tenant)).collect();
    Ok(ListPage { items, next: None })
}

/// Answers the entry of a tenant with its tag.
pub(crate) async fn get(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.caller(&app.clients)?;
    let id = call.path_id(TenantId::parse)?;
    let tenant = app.store.tenant_entry(&id).await?.ok_or(RequestError::NotFound)?;
    Ok(Reply::ok(&TenantView::of(&tenant.entry)).etag(entry::tag_of(&tenant)))
}

/// Reads what the operator wrote of a tenant.
pub(crate) async fn history(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.caller(&app.clients)?;
    let id = call.path_id(TenantId::parse)?;
    let (from, limit) = asked_page(app, call, &caller).await?;
    let found = app.store.tenant_history(&id, from.as_ref(), limit).await?;
    Ok(answered(app, call, &caller, found.ok_or(RequestError::NotFound)?, TenantView::of))
}

/// Lists who has looked at a tenant without a claim there.
pub(crate) async fn checks(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.caller(&app.clients)?;
    let id = call.path_id(TenantId::parse)?;
    queries::page_only(call)?;
    let (from, limit) = pagination::start(&app.cursors.page(call, &caller).await?)?;
    let tenant = app.store.tenant(&id).await?;
    tenant.ok_or(RequestError::NotFound)?;
    let found = app.store.checks_of_tenant(&id, from.as_ref(), limit).await?;
    let view =
        |check: &Check| TenantCheckView::of(&check.partner, &check.name, check.date, check.at);
    let views: Vec<_> = found.items.iter().map(view).collect();
    let next = pagination::next(found.next);
    Ok(app.cursors.current().list(call, &caller, &views, next.as_deref()))
}

/// Reads the standing rules of a tenant's customer, with the blocks that hold.
pub(crate) async fn rules(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.caller(&app.clients)?;
    let id = call.path_id(TenantId::parse)?;
    let moment = moment(&app.store, call).await?;
    let rules =
        Box::pin(app.store.standing_rules(&id, moment)).await?.ok_or(RequestError::NotFound)?;
    let tag = EntityTag::of_rules(rules.revision, &rules.entry);
    Ok(Reply::ok(&RulesView::of(&rules.entry)).etag(tag))
}

/// Reads what a tenant's customer wrote as standing rules.
pub(crate) async fn rules_history(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.caller(&app.clients)?;
    let id = call.path_id(TenantId::parse)?;
    let (from, limit) = asked_page(app, call, &caller).await?;
    let found = app.store.rules_history(&id, from.as_ref(), limit).await?;
    Ok(answered(app, call, &caller, found.ok_or(RequestError::NotFound)?, RulesView::of))
}
