//! `/v1/tenants`: the list, `PUT` and `GET` of each, its history, and that of its customer's standing rules.

use app::{ApiError, entry, pagination, request_time};
use domain::directory::Tenant;
use domain::ids::TenantId;
use domain::rejection::TextForm;
use domain::text::Domain;
use serde_json::Value;
use store::{Check, ConfirmedWrite, Consequences, Keep, ListPage, StoreError, TenantWrite};
use web::views::{RulesView, TenantCheckView, TenantEntryView, TenantView};
use web::{Call, EntityTag, IfMatch, Reply, RequestError, bodies, queries};

use crate::App;
use crate::history::{history_reply, read_page_start};

/// Writes a tenant. What the body leaves out stays as it is. Contacts that are verified and domains that are added by
/// it bear the caller's name. What would end associations or reject claims has to be confirmed.
pub(crate) async fn put_tenant(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.require_caller(&app.clients)?;
    let by = caller.actor().staff_id().ok_or(RequestError::RoleNotAllowed)?;
    let id = call.new_id(TenantId::parse, TextForm::Uuid)?;
    let query = queries::read_confirmable_write_query(call)?;
    let body = call.json_body()?;
    let expected = call.optional_if_match()?;
    let wish =
        |before: Option<&Tenant>| entry::check_body(bodies::read_tenant(&id, &body, before), []);
    let at = request_time(&app.store, call).await?.at;
    let permits = entry::may_replace(expected.as_ref(), entry::revision_tag);
    let refused = |error| domains_taken_error(error, &body);
    if query.dry_run {
        let foreseen = app.store.foresee_tenant(&id, &wish, by, at, &permits).await;
        let (present, next) =
            entry::dry_run_entries(foreseen.map_err(refused)?, entry::revision_tag)?;
        let consequences = match &present {
            Some(present) => app.store.foresee_tenant_change(&present.entry, &next, at).await?,
            None => Consequences::default(),
        };
        return Ok(entry::dry_run_reply(present.as_ref(), &consequences, entry::revision_tag));
    }
    let confirms = |consequences: &Consequences| {
        matches!(expected, Some(IfMatch::OneOf(_)))
            && query.confirm == entry::consequences_view(consequences).confirm
    };
    let asking = TenantWrite { by, at, permits: &permits, confirms: &confirms };
    let written = Box::pin(app.store.change_tenant_confirmed(&id, &wish, asking)).await;
    match written.map_err(refused)? {
        ConfirmedWrite::Done(written) => {
            Ok(entry::write_reply(written, &format!("/v1/tenants/{id}"), TenantView::of)?)
        }
        ConfirmedWrite::Unconfirmed { present, consequences } => {
            let consequences = Box::new(entry::consequences_view(&consequences));
            let current = entry::revision_tag(&present);
            Err(RequestError::Unconfirmed { consequences, current }.into())
        }
    }
}

/// Domains of other tenants are told at their places in the body.
fn domains_taken_error(error: StoreError, body: &Value) -> ApiError {
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
pub(crate) async fn list_tenants(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.require_caller(&app.clients)?;
    let query = queries::read_tenants_query(call)?;
    let (from, limit) =
        pagination::page_start(&app.cursors.read_page_request(call, &caller).await?)?;
    let keep = |tenant: &Tenant| query.status.is_none_or(|status| tenant.status == status);
    let found = match &query.domain {
        Some(domain) => list_by_domain(app, domain, &query.name, &keep).await?,
        None => app.store.list_tenants(&query.name, &keep, from.as_ref(), limit).await?,
    };
    let views: Vec<_> = found.items.iter().map(TenantEntryView::of).collect();
    let next = pagination::next_position(found.next);
    Ok(app.cursors.current_cursors().list_reply(call, &caller, &views, next.as_deref()))
}

/// The tenant that has the domain, if the list is to have it.
async fn list_by_domain(
    app: &App,
    domain: &Domain,
    name: &str,
    keep: Keep<'_, Tenant>,
) -> Result<ListPage<Tenant>, ApiError> {
    let tenant = match app.store.tenant_of_domain(domain).await? {
        Some(id) => app.store.load_tenant(&id).await?,
        None => None,
    };
    let begins =
        |tenant: &Tenant| tenant.name.as_str().to_lowercase().starts_with(&name.to_lowercase());
    let items = tenant.into_iter().filter(|tenant| keep(tenant) && begins(tenant)).collect();
    Ok(ListPage { items, next: None })
}

/// Answers the entry of a tenant with its tag.
pub(crate) async fn read_tenant(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.require_caller(&app.clients)?;
    let id = call.path_id(TenantId::parse)?;
    let tenant = app.store.tenant_entry(&id).await?.ok_or(RequestError::NotFound)?;
    Ok(Reply::ok(&TenantView::of(&tenant.entry)).with_etag(entry::revision_tag(&tenant)))
}

/// Reads what the operator wrote of a tenant.
pub(crate) async fn read_history(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.require_caller(&app.clients)?;
    let id = call.path_id(TenantId::parse)?;
    let (from, limit) = read_page_start(app, call, &caller).await?;
    let found = app.store.tenant_history(&id, from.as_ref(), limit).await?;
    Ok(history_reply(app, call, &caller, found.ok_or(RequestError::NotFound)?, TenantView::of))
}

/// Lists who has looked at a tenant without a claim there.
pub(crate) async fn list_checks(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.require_caller(&app.clients)?;
    let id = call.path_id(TenantId::parse)?;
    queries::read_page_query(call)?;
    let (from, limit) =
        pagination::page_start(&app.cursors.read_page_request(call, &caller).await?)?;
    let tenant = app.store.load_tenant(&id).await?;
    tenant.ok_or(RequestError::NotFound)?;
    let found = app.store.checks_of_tenant(&id, from.as_ref(), limit).await?;
    let view =
        |check: &Check| TenantCheckView::of(&check.partner, &check.name, check.date, check.at);
    let views: Vec<_> = found.items.iter().map(view).collect();
    let next = pagination::next_position(found.next);
    Ok(app.cursors.current_cursors().list_reply(call, &caller, &views, next.as_deref()))
}

/// Reads the standing rules of a tenant's customer, with the blocks that hold.
pub(crate) async fn read_rules(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.require_caller(&app.clients)?;
    let id = call.path_id(TenantId::parse)?;
    let moment = request_time(&app.store, call).await?;
    let rules =
        Box::pin(app.store.standing_rules(&id, moment)).await?.ok_or(RequestError::NotFound)?;
    let tag = EntityTag::of_rules(rules.revision, &rules.entry);
    Ok(Reply::ok(&RulesView::of(&rules.entry)).with_etag(tag))
}

/// Reads what a tenant's customer wrote as standing rules.
pub(crate) async fn rules_history(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.require_caller(&app.clients)?;
    let id = call.path_id(TenantId::parse)?;
    let (from, limit) = read_page_start(app, call, &caller).await?;
    let found = app.store.rules_history(&id, from.as_ref(), limit).await?;
    Ok(history_reply(app, call, &caller, found.ok_or(RequestError::NotFound)?, RulesView::of))
}
