//! `GET /v1/associations`: newest claim first, within a claim by item number.

use domain::claim::{Claim, Item, ItemStatus};
use domain::ids::{AssociationId, ItemNo, ProgramId};
use store::{ClaimList, ClaimParts, Cursor, ListedClaim, RequestTime, Scope, Source};
use web::queries::{AssociationStatus, AssociationsQuery};
use web::views::AssociationView;
use web::{Call, Caller, PageRequest, Reply, RequestError, Viewer, queries};

use app::{Api, ApiError, request_time};

/// Where a page begins: with the rest of a claim, since a claim has up to 25 associations, and then in the store's list of
/// claims.
#[derive(Debug, Default)]
struct ListPosition {
    from: Option<Cursor>,
    /// The last association of the page before, where its claim may have more.
    after: Option<AssociationId>,
}

impl ListPosition {
    fn parse(text: &str) -> Result<Self, RequestError> {
        let invalid = || RequestError::InvalidCursor;
        let (from, after): (Option<Cursor>, Option<String>) =
            serde_json::from_str(text).map_err(|_| invalid())?;
        let after = after.map(|after| AssociationId::parse(&after)).transpose();
        Ok(Self { from, after: after.map_err(|_| invalid())? })
    }

    fn to_text(&self) -> Option<String> {
        let after = self.after.as_ref().map(ToString::to_string);
        serde_json::to_string(&(&self.from, after)).ok()
    }
}

/// Lists the associations that the caller may see.
pub(crate) async fn list_associations(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Reply, ApiError> {
    let query = queries::read_associations_query(call, caller.viewer())?;
    let page = app.cursors.read_page_request(call, caller).await?;
    let moment = request_time(&app.store, call).await?;
    let (found, next) = load_page(app, caller, &query, &page, moment).await?;
    let mut views = Vec::with_capacity(found.len());
    for (claim, no) in &found {
        let policy = app.store.policy_of(claim).await?;
        views.extend(AssociationView::of(claim, *no, &policy));
    }
    Ok(app.cursors.current_cursors().list_reply(call, caller, &views, next.as_deref()))
}

/// A page of the associations that the caller may see, and where the next one begins.
pub(crate) async fn load_page(
    app: &Api,
    caller: &Caller,
    query: &AssociationsQuery,
    page: &PageRequest,
    moment: RequestTime,
) -> Result<(Vec<(Claim, ItemNo)>, Option<String>), ApiError> {
    let position =
        page.position.as_deref().map(ListPosition::parse).transpose()?.unwrap_or_default();
    let Some(scope) = read_scope(caller, query)? else { return Ok((Vec::new(), None)) };
    let (found, next) =
        load_associations_page(app, &scope, query, position, page.limit, moment).await?;
    Ok((found, next.as_ref().and_then(ListPosition::to_text)))
}

/// Whose claims are looked through: the caller's own, in the tenant asked for. `None`: an
/// administrator asks for another tenant than the own one, where there is nothing to see. Operator
/// staff may name a partner, a tenant, both or neither.
fn read_scope(caller: &Caller, query: &AssociationsQuery) -> Result<Option<Scope>, RequestError> {
    let tenant = query.tenant.clone();
    let partner = match caller.viewer() {
        Viewer::Partner => Some(caller.partner_id().cloned().ok_or(RequestError::RoleNotAllowed)?),
        Viewer::Staff => query.partner.clone(),
        Viewer::Customer => {
            let own = caller.tenant_id().ok_or(RequestError::RoleNotAllowed)?;
            let asked = tenant.is_none_or(|tenant| tenant == *own);
            return Ok(asked.then(|| Scope::Tenant(own.clone())));
        }
    };
    Ok(Some(Scope::of(partner, tenant)))
}

/// One page, and where the next begins: the rest of the claim in which the page before ended, then claims of the list
/// that have at least one of the associations asked for.
async fn load_associations_page(
    app: &Api,
    scope: &Scope,
    query: &AssociationsQuery,
    position: ListPosition,
    limit: usize,
    moment: RequestTime,
) -> Result<(Vec<(Claim, ItemNo)>, Option<ListPosition>), ApiError> {
    let mut page = AssociationsPage { found: Vec::new(), limit };
    let ListPosition { from, after } = position;
    if let Some(after) = after {
        let claim = Box::pin(app.store.load_up_to_date(&after.claim, moment)).await?;
        let rest = claim
            .map(|claim| matching_associations(&claim, Some(&after), query))
            .unwrap_or_default();
        if let Some(last) = page.add_associations(rest) {
            return Ok((page.found, Some(ListPosition { from, after: Some(last) })));
        }
    }
    let room = u16::try_from(page.room_left()).unwrap_or(u16::MAX);
    if room == 0 {
        return Ok((page.found, Some(ListPosition { from, after: None })));
    }
    let keep = |claim: &Claim| claim.items.iter().any(|item| matches_query(claim, item, query));
    let source = Source::Newest(scope, ClaimParts::SUBMITTED);
    let list = ClaimList { source, keep: &keep };
    let claims = Box::pin(app.store.list_claims(list, from.as_ref(), room, moment)).await?;
    let mut left = claims.items.len();
    for ListedClaim { claim, behind, .. } in claims.items {
        left = left.saturating_sub(1);
        if let Some(last) = page.add_associations(matching_associations(&claim, None, query)) {
            return Ok((page.found, Some(ListPosition { from: Some(behind), after: Some(last) })));
        }
        if page.room_left() == 0 && left > 0 {
            return Ok((page.found, Some(ListPosition { from: Some(behind), after: None })));
        }
    }
    let next = claims.next.map(|from| ListPosition { from: Some(from), after: None });
    Ok((page.found, next))
}

/// A page of associations that is being filled.
struct AssociationsPage {
    found: Vec<(Claim, ItemNo)>,
    limit: usize,
}

impl AssociationsPage {
    fn room_left(&self) -> usize {
        self.limit.saturating_sub(self.found.len())
    }

    /// Takes what there is room for; the last association that was taken, if any was left over.
    fn add_associations(&mut self, mut wanted: Vec<(Claim, ItemNo)>) -> Option<AssociationId> {
        let left_over = wanted.len() > self.room_left();
        wanted.truncate(self.room_left());
        self.found.extend(wanted);
        let last = self.found.last().filter(|_| left_over);
        last.map(|(claim, no)| claim.association_id(*no))
    }
}

/// The associations of a claim that are asked for, behind the one given.
fn matching_associations(
    claim: &Claim,
    after: Option<&AssociationId>,
    query: &AssociationsQuery,
) -> Vec<(Claim, ItemNo)> {
    let is_behind = |no: ItemNo| after.is_none_or(|after| after.item < no);
    let items = claim.items.iter();
    let items = items.filter(|item| is_behind(item.no) && matches_query(claim, item, query));
    items.map(|item| (claim.clone(), item.no)).collect()
}

/// Whether an item is an association, of the program and the status asked for.
fn matches_query(claim: &Claim, item: &Item, query: &AssociationsQuery) -> bool {
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
    use domain::ids::{PartnerId, TenantId};
    use web::event::{RequestEvent, app_clients};

    use super::*;

    const OWN: &str = "6f3c0000-0000-4000-8000-000000000001";
    const OTHER: &str = "6f3c0000-0000-4000-8000-000000000002";

    fn scope_of(event: &RequestEvent, tenant: Option<&str>) -> Result<Option<Scope>, RequestError> {
        let caller = Call::new(&event.clone().request()).require_caller(&app_clients()).unwrap();
        let tenant = tenant.map(|tenant| TenantId::parse(tenant).unwrap());
        read_scope(&caller, &AssociationsQuery { tenant, ..AssociationsQuery::default() })
    }

    #[test]
    fn an_administrator_lists_his_own_tenant_and_finds_nothing_in_another() {
        let admin = RequestEvent::get("/v1/associations").customer_admin(OWN);
        let own = Some(Scope::Tenant(TenantId::parse(OWN).unwrap()));
        assert_eq!(scope_of(&admin, None), Ok(own.clone()));
        assert_eq!(scope_of(&admin, Some(OWN)), Ok(own));
        assert_eq!(scope_of(&admin, Some(OTHER)), Ok(None));
    }

    #[test]
    fn a_partner_lists_his_own_wherever_they_are() {
        let user = RequestEvent::get("/v1/associations").partner_user("p-alpine");
        let scope = |tenant| format!("{:?}", scope_of(&user, tenant).unwrap().unwrap());
        assert!(scope(None).contains("p-alpine"));
        assert!(scope(Some(OTHER)).contains("p-alpine"));
    }

    #[test]
    fn staff_list_everybodys_or_name_a_party_and_everybody_else_lists_the_own() {
        let auditor = RequestEvent::get("/v1/associations").staff("auditor", "a-1");
        assert_eq!(scope_of(&auditor, None), Ok(Some(Scope::Everybody)));
        let tenant = Scope::Tenant(TenantId::parse(OWN).unwrap());
        assert_eq!(scope_of(&auditor, Some(OWN)), Ok(Some(tenant)));
        let named = |event: &RequestEvent| {
            let caller =
                Call::new(&event.clone().request()).require_caller(&app_clients()).unwrap();
            let partner = PartnerId::parse("p-alpine").ok();
            read_scope(&caller, &AssociationsQuery { partner, ..AssociationsQuery::default() })
        };
        let partner = Scope::Partner(PartnerId::parse("p-alpine").unwrap());
        assert_eq!(named(&auditor), Ok(Some(partner)));
        let other = RequestEvent::get("/v1/associations").partner_admin("p-borealis");
        let own = Scope::Partner(PartnerId::parse("p-borealis").unwrap());
        assert_eq!(named(&other), Ok(Some(own)));
        let customer = RequestEvent::get("/v1/associations").customer_admin(OWN);
        let own = Scope::Tenant(TenantId::parse(OWN).unwrap());
        assert_eq!(named(&customer), Ok(Some(own)));
    }

    #[test]
    fn a_position_survives_its_text() {
        let id = "a".repeat(26);
        for text in [r"[null,null]", &format!(r#"[{{"s":"k"}},"{id}-25"]"#)] {
            assert_eq!(ListPosition::parse(text).unwrap().to_text().unwrap(), text);
        }
    }

    #[test]
    fn another_text_is_no_position() {
        for text in ["", "{}", "[null]", r#"[null,"a-1"]"#] {
            assert_eq!(
                ListPosition::parse(text).unwrap_err(),
                RequestError::InvalidCursor,
                "{text}"
            );
        }
    }
}
