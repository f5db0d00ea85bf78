//! Who asks: from the claims of a token that the gateway has verified, never from a body
//! (`docs/api.md §1.1`).

use std::collections::HashMap;

use domain::actor::{Actor, Role, StaffRole};
use domain::claim::Claim;
use domain::ids::{PartnerId, PersonId, StaffId, TenantId};
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};

use crate::failure::RequestError;
use language::Language;

/// Who acts for a partner.
pub(crate) const ADMIN: &[Role] = &[Role::PartnerAdmin];
/// Who acts for a partner, or reads for it and keeps drafts.
pub(crate) const PARTNER: &[Role] = &[Role::PartnerAdmin, Role::PartnerUser];
/// Who may have a notice sent again.
pub(crate) const RESENDERS: &[Role] = &[Role::PartnerAdmin, Role::Operator];

/// The app clients of the user pool: each side signs in with its own, and a token names its client as `aud`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppClients {
    /// The id of the partners' client.
    pub partners: String,
    /// The id of the client of the operator's staff.
    pub operators: String,
    /// The id of the customers' client.
    pub customers: String,
}

impl AppClients {
    /// The client whose tokens are good for a role.
    fn of(&self, role: Role) -> &str {
        match Viewer::of(role) {
            Viewer::Partner => &self.partners,
            Viewer::Staff => &self.operators,
            Viewer::Customer => &self.customers,
        }
    }
}

/// Who asks, and in which role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    actor: Actor,
    role: Role,
    language: Language,
}

/// How much of a claim its reader may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// The partner whose claim it is: it sees nothing of rivals and of the other recipients.
    Partner,
    /// The operator's staff, who see the whole claim.
    Staff,
    /// The customer, who sees what notice and page tell, and the own answers.
    Customer,
}

impl Viewer {
    fn of(role: Role) -> Self {
        match role {
            Role::PartnerAdmin | Role::PartnerUser => Self::Partner,
            Role::Reviewer | Role::Operator | Role::Auditor => Self::Staff,
            Role::CustomerAdmin => Self::Customer,
        }
    }
}

impl Caller {
    /// The caller of a request; nobody where the token's claims name no role, not the party that the role needs, or
    /// another client than that of the role's side.
    pub(crate) fn of(request: &Request, clients: &AppClients) -> Result<Self, RequestError> {
        let claims = verified_claims(request).ok_or(RequestError::Unauthenticated)?;
        Self::from_claims(claims, clients).ok_or(RequestError::Unauthenticated)
    }

    fn from_claims(claims: &HashMap<String, String>, clients: &AppClients) -> Option<Self> {
        let claim = |name: &str| claims.get(name).map(String::as_str);
        let role = Role::parse(claim("custom:role")?)?;
        if claim("aud")? != clients.of(role) {
            return None;
        }
        let person = claim("sub").map(PersonId::of);
        let partner = |admin| {
            let id = PartnerId::parse(claim("custom:partner_id")?).ok()?;
            Some(Actor::Partner { id, admin, person })
        };
        let staff = |role| Some(Actor::Staff { id: StaffId::parse(claim("sub")?).ok()?, role });
        let actor = match role {
            Role::PartnerAdmin => partner(true),
            Role::PartnerUser => partner(false),
            Role::Reviewer => staff(StaffRole::Reviewer),
            Role::Operator => staff(StaffRole::Operator),
            Role::Auditor => staff(StaffRole::Auditor),
            Role::CustomerAdmin => {
                let tenant = TenantId::parse(claim("custom:tenant_id")?).ok()?;
                Some(Actor::CustomerAdmin { tenant, person })
            }
        };
        Some(Self { actor: actor?, role, language: Language::default() })
    }

    /// The actor, as the domain knows it.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The role of the verified token.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The same, with texts in that language.
    pub(crate) fn with_language(self, language: Language) -> Self {
        Self { language, ..self }
    }

    /// The language of the texts that the caller is answered with.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Whether it is the operator's staff.
    pub fn is_staff(&self) -> bool {
        self.viewer() == Viewer::Staff
    }

    /// How much the caller may see.
    pub fn viewer(&self) -> Viewer {
        Viewer::of(self.role)
    }

    /// The partner whose user it is.
    pub fn partner_id(&self) -> Option<&PartnerId> {
        if let Actor::Partner { id, .. } = &self.actor { Some(id) } else { None }
    }

    /// The tenant whose administrator it is.
    pub fn tenant_id(&self) -> Option<&TenantId> {
        if let Actor::CustomerAdmin { tenant, .. } = &self.actor { Some(tenant) } else { None }
    }

    /// Refuses every role but these.
    pub fn require_role(&self, roles: &[Role]) -> Result<(), RequestError> {
        if roles.contains(&self.role) {
            return Ok(());
        }
        Err(RequestError::RoleNotAmong { allowed: roles.to_vec() })
    }

    /// Refuses, as if it did not exist, a claim of another party, and one that its customer does not know of yet.
    pub fn require_visible(&self, claim: &Claim) -> Result<(), RequestError> {
        let own = match self.viewer() {
            Viewer::Staff => true,
            Viewer::Partner => self.partner_id() == Some(&claim.subject.partner),
            Viewer::Customer => {
                self.tenant_id() == Some(&claim.subject.tenant) && claim.is_known_to_customer()
            }
        };
        if own { Ok(()) } else { Err(RequestError::NotFound) }
    }

    /// Role and party, for what is bound to a caller.
    pub(crate) fn party_key(&self) -> String {
        let id = match &self.actor {
            Actor::Partner { id, .. } => id.as_str(),
            Actor::Staff { id, .. } => id.as_str(),
            Actor::CustomerAdmin { tenant, .. } => tenant.as_str(),
            // No token leads to these.
            Actor::CustomerContact { .. } | Actor::CustomerLink { .. } | Actor::System => "",
        };
        format!("{}:{id}", self.role.as_str())
    }
}

fn verified_claims(request: &Request) -> Option<&HashMap<String, String>> {
    let RequestContext::ApiGatewayV2(context) = request.request_context_ref()? else { return None };
    Some(&context.authorizer.as_ref()?.jwt.as_ref()?.claims)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{CLIENTS, RequestEvent, app_clients};

    const TENANT: &str = "6f3c0000-0000-4000-8000-000000000001";

    /// The caller of a token of that client.
    fn caller_by(client: &str, claims: &[(&str, &str)]) -> Result<Caller, RequestError> {
        let event = RequestEvent::get("/v1/claims").jwt(claims).by_client(client);
        Caller::of(&event.request(), &app_clients())
    }

    /// The caller of a token of the right client, if there is one.
    fn caller(claims: &[(&str, &str)]) -> Result<Caller, RequestError> {
        let found = CLIENTS.map(|client| caller_by(client, claims));
        let none = Err(RequestError::Unauthenticated);
        found.into_iter().find(Result::is_ok).unwrap_or(none)
    }

    #[test]
    fn the_party_comes_from_the_tokens_claims() {
        let partner =
            caller(&[("custom:role", "partner_admin"), ("custom:partner_id", "p-alpine")]);
        assert_eq!(partner.unwrap().partner_id().unwrap().as_str(), "p-alpine");
        let staff = caller(&[("custom:role", "auditor"), ("sub", "s-1")]).unwrap();
        assert_eq!((staff.role(), staff.is_staff()), (Role::Auditor, true));
        let customer = caller(&[("custom:role", "customer_admin"), ("custom:tenant_id", TENANT)]);
        assert_eq!(customer.unwrap().tenant_id().unwrap().as_str(), TENANT);
    }

    #[test]
    fn a_token_without_role_or_without_its_party_is_nobodys() {
        for claims in [
            &[][..],
            &[("sub", "s-1")],
            &[("custom:role", "root"), ("sub", "s-1")],
            &[("custom:role", "partner_admin")],
            &[("custom:role", "partner_admin"), ("custom:partner_id", "p#1")],
            &[("custom:role", "partner_user"), ("custom:tenant_id", TENANT)],
            &[("custom:role", "reviewer"), ("sub", "")],
            &[("custom:role", "customer_admin"), ("custom:tenant_id", "contoso")],
        ] {
            assert_eq!(caller(claims), Err(RequestError::Unauthenticated), "{claims:?}");
        }
        let nobody = RequestEvent::get("/v1/claims").request();
        assert_eq!(Caller::of(&nobody, &app_clients()), Err(RequestError::Unauthenticated));
    }

    #[test]
    fn a_role_is_bound_to_the_client_of_its_side_and_a_token_of_any_other_or_of_none_is_nobodys() {
        let own = [("custom:partner_id", "p-alpine"), ("custom:tenant_id", TENANT), ("sub", "s-1")];
        for role in Role::ALL {
            let claims = [&own[..], &[("custom:role", role.as_str())]].concat();
            let admitted = |client: &&str| caller_by(client, &claims).is_ok();
            let expected = match role {
                Role::PartnerAdmin | Role::PartnerUser => "partners",
                Role::Reviewer | Role::Operator | Role::Auditor => "operators",
                Role::CustomerAdmin => "customers",
            };
            let clients: Vec<_> = CLIENTS.into_iter().filter(admitted).collect();
            assert_eq!(clients, [expected], "{role:?}");
            let near = ["", " ", "[partners operators customers]", "partners operators customers"];
            assert!(!near.iter().any(admitted), "{role:?}");
            let without = RequestEvent::get("/v1/claims").jwt(&claims).request();
            let access =
                [&claims[..], &[("client_id", expected), ("token_use", "access")]].concat();
            let access = RequestEvent::get("/v1/claims").jwt(&access).request();
            for request in [without, access] {
                assert_eq!(
                    Caller::of(&request, &app_clients()),
                    Err(RequestError::Unauthenticated)
                );
            }
        }
    }
}
