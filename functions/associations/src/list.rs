//! `GET /v1/associations`: newest claim first, within a claim by item number.

use domain::claim::{Claim, Item, ItemStatus};
use domain::ids::{AssociationId, ItemNo, ProgramId, TenantId};
use domain::rejection::FieldCode;
use store::{Cursor, Listed, Moment, Scope};
use web::queries::{AssociationStatus, AssociationsQuery};
use web::views::AssociationView;
use web::{Call, Caller, Failure, Page, Reply, Viewer, queries};

use app::{Api, ApiError, moment};

/// Where a page begins: in the store's list of claims, and there behind one association, since a
/// claim has up to 25.
#[derive(Debug, Default)]
struct Position {
    from: Option<Cursor>,
    after: Option<AssociationId>,
}

impl Position {
    fn parse(text: &str) -> Result<Self, Failure> {
        let invalid = || Failure::InvalidCursor;
        let (from, after): (Option<Cursor>, Option<String>) =
            serde_json::from_str(text).map_err(|_| invalid())?;
        let after = after.map(|after| AssociationId::parse(&after)).transpose();
        Ok(Self { from, after: after.map_err(|_| invalid())? })
    }

    fn text(&self) -> Option<String> {
        let after = self.after.as_ref().map(ToString::to_string);
        serde_json::to_string(&(&self.from, after)).ok()
    }
}

/// Lists the associations that the caller may see.
pub(crate) async fn list(app: &Api, call: &Call<'_>, caller: &Caller) -> Result<Reply, ApiError> {
    let query = queries::associations(call)?;
    let page = app.cursors.page(call, caller)?;
    let moment = moment(&app.store, call).await?;
    let (found, next) = page_of(app, caller, &query, &page, moment).await?;
    let views: Vec<_> =
        found.iter().filter_map(|(claim, no)| AssociationView::of(claim, *no)).collect();
    Ok(app.cursors.list(call, caller, &views, next.as_deref()))
}

/// A page of the associations that the caller may see, and where the next one begins.
pub(crate) async fn page_of(
    app: &Api,
    caller: &Caller,
    query: &AssociationsQuery,
    page: &Page,
    moment: Moment,
) -> Result<(Vec<(Claim, ItemNo)>, Option<String>), ApiError> {
    let position = page.position.as_deref().map(Position::parse).transpose()?.unwrap_or_default();
    let Some(scope) = scope(caller, query.tenant.as_ref())? else { return Ok((Vec::new(), None)) };
    let (found, next) = associations(app, &scope, query, position, page.limit, moment).await?;
    Ok((found, next.as_ref().and_then(Position::text)))
}

/// Whose claims are looked through: the caller's own, in the tenant asked for. `None`: an
/// administrator asks for another tenant than his own, where there is nothing for him. Operator
/// staff name a tenant, since nobody needs all associations of the world.
fn scope(caller: &Caller, tenant: Option<&TenantId>) -> Result<Option<Scope>, Failure> {
    match caller.viewer() {
        Viewer::Partner => {
            let partner = caller.partner_id().cloned().ok_or(Failure::RoleNotAllowed)?;
            Ok(Some(match tenant.cloned() {
                Some(tenant) => Scope::PartnerAtTenant { partner, tenant },
                None => Scope::Partner(partner),
            }))
        }
        Viewer::Customer => {
            let own = caller.tenant_id().ok_or(Failure::RoleNotAllowed)?;
            let asked = tenant.is_none_or(|tenant| tenant == own);
            Ok(asked.then(|| Scope::Tenant(own.clone())))
        }
        Viewer::Staff => {
            let missing = || Failure::invalid_query("tenant_id", FieldCode::Required);
            Ok(Some(Scope::Tenant(tenant.cloned().ok_or_else(missing)?)))
        }
    }
}

/// One page, and where the next begins. It may be short: claims without associations lie between.
async fn associations(
    app: &Api,
    scope: &Scope,
    query: &AssociationsQuery,
    position: Position,
    limit: usize,
    moment: Moment,
) -> Result<(Vec<(Claim, ItemNo)>, Option<Position>), ApiError> {
    let claims = u16::try_from(limit).unwrap_or(u16::MAX);
    let page = app.store.claims(scope, Listed::Submitted, position.from.as_ref(), claims, moment);
    let page = Box::pin(page).await?;
    let (new, after) = behind(&page.items, position.after);
    let mut found = found(new, after.as_ref(), query);
    let left_over = found.len() > limit;
    found.truncate(limit);
    let next = match found.last() {
        Some((claim, no)) if left_over => {
            Some(Position { from: position.from, after: Some(claim.association_id(*no)) })
        }
        Some(_) | None => page
            .next
            .map(|from| Position { from: Some(from), after: after.filter(|_| new.is_empty()) }),
    };
    Ok((found.into_iter().map(|(claim, no)| (claim.clone(), no)).collect(), next))
}

/// What of a page of claims is not done with: from the claim on where the last answer ended. If that
/// is not on the page any more, newer claims have pushed it to a later one, and all of this page is
/// newer than the list.
fn behind(claims: &[Claim], after: Option<AssociationId>) -> (&[Claim], Option<AssociationId>) {
    let start = match &after {
        Some(after) => claims.iter().position(|claim| claim.id == after.claim),
        None => Some(0),
    };
    let new = start.and_then(|start| claims.get(start..)).unwrap_or_default();
    (new, after)
}

/// The associations of these claims, behind the one given.
fn found<'c>(
    claims: &'c [Claim],
    after: Option<&AssociationId>,
    query: &AssociationsQuery,
) -> Vec<(&'c Claim, ItemNo)> {
    let items = |claim: &'c Claim| claim.items.iter().map(move |item| (claim, item));
    let new = |claim: &Claim, item: &Item| {
        after.is_none_or(|after| claim.id != after.claim || after.item < item.no)
    };
    claims
        .iter()
        .flat_map(items)
        .filter(|(claim, item)| new(claim, item) && is_wanted(claim, item, query))
        .map(|(claim, item)| (claim, item.no))
        .collect()
}

/// Whether an item is an association, of the program and the status asked for.
fn is_wanted(claim: &Claim, item: &Item, query: &AssociationsQuery) -> bool {
    let own = match claim.item_status(item) {
        ItemStatus::Active { .. } => AssociationStatus::Active,
        ItemStatus::Ended { .. } => AssociationStatus::Ended,
        ItemStatus::Proposed
        | ItemStatus::Pending
        | ItemStatus::Declined { .. }
        | ItemStatus::Dropped
        | ItemStatus::Withdrawn
        | ItemStatus::Rejected => return false,
    };
    let is_of_program = |program: &ProgramId| claim.subject.program == *program;
    query.program.as_ref().is_none_or(is_of_program)
        && query.status.is_none_or(|asked| asked == own)
}

#[cfg(test)]
mod tests {
    use web::event::Event;

    use super::*;

    const OWN: &str = "6f3c0000-0000-4000-8000-000000000001";
    const OTHER: &str = "6f3c0000-0000-4000-8000-000000000002";

    fn scope_of(event: &Event, tenant: Option<&str>) -> Result<Option<Scope>, Failure> {
        let caller = Call::new(&event.clone().request()).caller().unwrap();
        let tenant = tenant.map(|tenant| TenantId::parse(tenant).unwrap());
        scope(&caller, tenant.as_ref())
    }

    #[test]
    fn an_administrator_lists_his_own_tenant_and_finds_nothing_in_another() {
        let admin = Event::get("/v1/associations").customer_admin(OWN);
        let own = Some(Scope::Tenant(TenantId::parse(OWN).unwrap()));
        assert_eq!(scope_of(&admin, None), Ok(own.clone()));
        assert_eq!(scope_of(&admin, Some(OWN)), Ok(own));
        assert_eq!(scope_of(&admin, Some(OTHER)), Ok(None));
    }

    #[test]
    fn a_partner_lists_his_own_wherever_they_are() {
        let user = Event::get("/v1/associations").partner_user("p-alpine");
        let scope = |tenant| format!("{:?}", scope_of(&user, tenant).unwrap().unwrap());
        assert!(scope(None).contains("p-alpine"));
        assert!(scope(Some(OTHER)).contains("p-alpine"));
    }

    #[test]
    fn staff_name_a_tenant() {
        let auditor = Event::get("/v1/associations").staff("auditor", "a-1");
        let missing = Failure::invalid_query("tenant_id", FieldCode::Required);
        assert_eq!(scope_of(&auditor, None), Err(missing));
        assert!(scope_of(&auditor, Some(OWN)).unwrap().is_some());
    }

    #[test]
    fn a_position_survives_its_text() {
        let id = "a".repeat(26);
        for text in [r"[null,null]", &format!(r#"[{{"s":"k"}},"{id}-25"]"#)] {
            assert_eq!(Position::parse(text).unwrap().text().unwrap(), text);
        }
    }

    #[test]
    fn another_text_is_no_position() {
        for text in ["", "{}", "[null]", r#"[null,"a-1"]"#] {
            assert_eq!(Position::parse(text).unwrap_err(), Failure::InvalidCursor, "{text}");
        }
    }
}
