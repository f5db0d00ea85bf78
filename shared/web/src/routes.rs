//! The routes: one table for dispatch, for the OpenAPI document and for the comparison with the
//! template.

use domain::actor::Role;

use crate::action::{PARTNER_COMMANDS, PartnerCommand};
use crate::caller::PARTNER;

/// How a route is protected at the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// Anyone may call it, or the link itself is the key.
    None,
    /// The gateway verifies a bearer token.
    Jwt,
}

/// A method and path of the API, with the function and the roles behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The route by function and name.
    pub id: RouteId,
    /// The method; `ANY`: every one.
    pub method: &'static str,
    /// The path, with its parameters: `/v1/claims/{id}`.
    pub path: &'static str,
    /// The function that serves it.
    pub function: &'static str,
    /// Whether the gateway asks for a token.
    pub auth: Auth,
    /// Its name in the OpenAPI document.
    pub operation: &'static str,
    /// The roles it is for; none where no token is asked for.
    pub roles: &'static [Role],
}

/// A route of some function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouteId {
    /// A route of the function `claims`.
    Claims(ClaimsRoute),
    /// A route of the function `evidence`.
    Evidence(EvidenceRoute),
    /// A route of the function `review`.
    Review(ReviewRoute),
    /// A route of the function `decision`.
    Decision(DecisionRoute),
    /// A route of the function `overview`.
    Overview(OverviewRoute),
    /// A route of the function `customer`.
    Customer(CustomerRoute),
    /// A route of the function `associations`.
    Associations(AssociationsRoute),
    /// A route of the function `directory`.
    Directory(DirectoryRoute),
    /// A route of the function `webhooks`.
    Webhooks(WebhooksRoute),
}

/// The routes of one function.
pub trait FunctionRoute: Sized {
    /// The route, if it is one of this function's.
    fn of(id: RouteId) -> Option<Self>;
}

macro_rules! function_routes {
    ($($(#[$doc:meta])* $name:ident as $function:ident {
        $($(#[$route_doc:meta])* $route:ident $(($row:ty))?),* $(,)?
    })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {$($(#[$route_doc])* $route $(($row))?,)*}

        impl FunctionRoute for $name {
            fn of(id: RouteId) -> Option<Self> {
                if let RouteId::$function(route) = id { Some(route) } else { None }
            }
        }
    )*};
}

function_routes! {
    /// The partner's requests (`docs/api.md §3.1`).
    ClaimsRoute as Claims {
        /// Submits a claim, or stores it as a draft.
        Create,
        /// Judges a claim and stores nothing.
        Check,
        /// Lists claims, newest first, or what waits for the partner.
        List,
        /// Counts the claims of a partner by status.
        Counts,
        /// Reads a claim by its id.
        Get,
        /// Reads a claim's history.
        History,
        /// Reads what a claim's history can be checked with, without the server.
        Bundle,
        /// Gives a command of the partner to a claim.
        Command(&'static PartnerCommand),
    }
    /// The documents of evidence.
    EvidenceRoute as Evidence {
        /// Adds evidence, and answers the form for its document.
        Add,
        /// Gets the link to a clean document.
        Get,
    }
    /// The operator's requests about claims (`docs/api.md §3.2`).
    ReviewRoute as Review {
        /// Lists what waits for the operator.
        List,
        /// Gives a command of the review to a claim.
        Act,
        /// Says who works on a claim.
        Assign,
        /// Erases the personal data of a claim.
        Erase,
    }
    /// The pages of the customer's link and code (`docs/api.md §3.5`).
    DecisionRoute as Decision {
        /// The page behind the link, and its form.
        Page,
        /// The page of the notice that an authenticity code stands for.
        Notice,
    }
    /// The customer's overview, without an account (`docs/api.md §3.8`).
    OverviewRoute as Overview {
        /// The page that asks for an address.
        Ask,
        /// Asks for a link to the overview.
        Request,
        /// The overview behind a link, and its form.
        Page,
    }
    /// The requests of the customer's signed-in administrator (`docs/api.md §3.4`).
    CustomerRoute as Customer {
        /// Lists the claims on the customer's tenant.
        Claims,
        /// Reads one of these claims.
        Claim,
        /// Reads the history of a claim as the customer may see it.
        History,
        /// Accepts items for the customer.
        Accept,
        /// Declines items, or ends their associations, for the customer.
        Decline,
        /// Takes a no back.
        Undo,
        /// Asks for more time, once.
        Extend,
        /// Retires the link of a recipient.
        RetireLink,
        /// Lists everyone who sees the customer's data, or asks to.
        Ledger,
        /// Reads the standing rules.
        GetRules,
        /// Writes the customer's standing rules.
        PutRules,
    }
    /// Associations and their usage (`docs/api.md §3.3`).
    AssociationsRoute as Associations {
        /// Lists the caller's associations, or all of them for staff.
        List,
        /// Reads an association by its id.
        Get,
        /// Ends an association at once.
        End,
        /// Reads the usage of one association.
        Usage,
        /// Reads the usage of all active associations of a partner.
        UsageOfMany,
        /// Reads, as the customer, the usage that the partner reads of an association.
        UsageOfCustomer,
    }
    /// The operator's directory, and what belongs to nobody.
    DirectoryRoute as Directory {
        /// Reads who the caller is.
        Me,
        /// Lists what happened to the claims that the caller may know of.
        Events,
        /// Lists partners by their name.
        Partners,
        /// Lists tenants by their name, or finds the one of a domain.
        Tenants,
        /// Lists programs by their name.
        Programs,
        /// Writes the entry of a partner.
        PutPartner,
        /// Reads the entry of a partner.
        GetPartner,
        /// Reads what was written of a partner.
        PartnerHistory,
        /// Writes the entry of a tenant.
        PutTenant,
        /// Reads the entry of a tenant.
        GetTenant,
        /// Reads what was written of a tenant.
        TenantHistory,
        /// Reads who has looked at a tenant without a claim there.
        Checks,
        /// Reads the standing rules of the customer of a tenant.
        GetRules,
        /// Reads what the customer of a tenant wrote as standing rules.
        RulesHistory,
        /// Writes the entry of a program.
        PutProgram,
        /// Reads the entry of a program.
        GetProgram,
        /// Reads what was written of a program.
        ProgramHistory,
        /// Adds days to the calendar of a country.
        PutCalendar,
        /// Reads what is added to the calendar of a country.
        GetCalendar,
        /// Lists the calendars that something was added to.
        Calendars,
        /// Adds one day to the calendar of a country.
        PutDay,
        /// Takes one day of a calendar back.
        DeleteDay,
        /// Reads what was written of the calendar of a country.
        CalendarHistory,
        /// Writes rows of usage of a tenant's items.
        PutUsage,
        /// Reads what was fed of an item's usage.
        GetUsage,
        /// Explains the deadline that a delivery would have.
        Windows,
        /// Gives the windows that end in an interval a business day more.
        ExtendWindows,
        /// Lists the outages for which windows became longer.
        Outages,
        /// Says whether the API is there and reaches its table.
        Health,
        /// Reads this contract as OpenAPI.
        OpenApi,
        /// Reads the test clock.
        GetClock,
        /// Moves the test clock.
        PutClock,
    }
    /// The webhooks of the caller's party (`docs/api.md §3.9`).
    WebhooksRoute as Webhooks {
        /// Lists the party's webhooks.
        List,
        /// Creates a webhook, or writes it anew.
        Put,
        /// Reads one webhook of the party.
        Get,
        /// Deletes a webhook with its secrets.
        Delete,
        /// Sends a message that is no event.
        Test,
        /// Makes the secret of a webhook anew.
        Rotate,
        /// Sends the events since a moment again.
        Replay,
        /// Lists the last attempts to deliver.
        Deliveries,
    }
}

const STAFF: &[Role] = &[Role::Reviewer, Role::Operator, Role::Auditor];
const REVIEWERS: &[Role] = &[Role::Reviewer, Role::Operator];
const OPERATOR: &[Role] = &[Role::Operator];
const OPERATOR_AND_AUDITOR: &[Role] = &[Role::Operator, Role::Auditor];
const PARTNER_AND_STAFF: &[Role] =
    &[Role::PartnerAdmin, Role::PartnerUser, Role::Reviewer, Role::Operator, Role::Auditor];
const CUSTOMER: &[Role] = &[Role::CustomerAdmin];
/// Who answers for a party.
const ADMINS: &[Role] = &[Role::PartnerAdmin, Role::CustomerAdmin, Role::Operator];
const EVERYONE: &[Role] = Role::ALL;
const NOBODY: &[Role] = &[];

macro_rules! route {
    ($method:literal $path:literal, $function:ident::$route:ident, $operation:literal, open) => {
        route!(@ $method, $path, $function, $route, $operation, Auth::None, NOBODY)
    };
    ($method:literal $path:literal, $function:ident::$route:ident, $operation:literal, $roles:expr) => {
        route!(@ $method, $path, $function, $route, $operation, Auth::Jwt, $roles)
    };
    (@ $method:literal, $path:literal, Claims, $route:ident, $operation:literal, $auth:expr, $roles:expr) => {
        new_route(
            RouteId::Claims(ClaimsRoute::$route),
            $method, $path, "claims", $operation, $auth, $roles,
        )
    };
    (@ $method:literal, $path:literal, Evidence, $route:ident, $operation:literal, $auth:expr, $roles:expr) => {
        new_route(
            RouteId::Evidence(EvidenceRoute::$route),
            $method, $path, "evidence", $operation, $auth, $roles,
        )
    };
    (@ $method:literal, $path:literal, Review, $route:ident, $operation:literal, $auth:expr, $roles:expr) => {
        new_route(
            RouteId::Review(ReviewRoute::$route),
            $method, $path, "review", $operation, $auth, $roles,
        )
    };
    (@ $method:literal, $path:literal, Decision, $route:ident, $operation:literal, $auth:expr, $roles:expr) => {
        new_route(
            RouteId::Decision(DecisionRoute::$route),
            $method, $path, "decision", $operation, $auth, $roles,
        )
    };
    (@ $method:literal, $path:literal, Overview, $route:ident, $operation:literal, $auth:expr, $roles:expr) => {
        new_route(
            RouteId::Overview(OverviewRoute::$route),
            $method, $path, "overview", $operation, $auth, $roles,
        )
    };
    (@ $method:literal, $path:literal, Customer, $route:ident, $operation:literal, $auth:expr, $roles:expr) => {
        new_route(
            RouteId::Customer(CustomerRoute::$route),
            $method, $path, "customer", $operation, $auth, $roles,
        )
    };
    (@ $method:literal, $path:literal, Associations, $route:ident, $operation:literal, $auth:expr, $roles:expr) => {
        new_route(
            RouteId::Associations(AssociationsRoute::$route),
            $method, $path, "associations", $operation, $auth, $roles,
        )
    };
    (@ $method:literal, $path:literal, Directory, $route:ident, $operation:literal, $auth:expr, $roles:expr) => {
        new_route(
            RouteId::Directory(DirectoryRoute::$route),
            $method, $path, "directory", $operation, $auth, $roles,
        )
    };
    (@ $method:literal, $path:literal, Webhooks, $route:ident, $operation:literal, $auth:expr, $roles:expr) => {
        new_route(
            RouteId::Webhooks(WebhooksRoute::$route),
            $method, $path, "webhooks", $operation, $auth, $roles,
        )
    };
}

const fn new_route(
    id: RouteId,
    method: &'static str,
    path: &'static str,
    function: &'static str,
    operation: &'static str,
    auth: Auth,
    roles: &'static [Role],
) -> Route {
    Route { id, method, path, function, auth, operation, roles }
}

/// Every route of the API: dispatch, contract and the comparison with the template read this table.
pub const ROUTES: &[Route] = &join_routes::<COUNT>();

const COUNT: usize = CLAIMS.len() + PARTNER_COMMANDS.len() + OTHERS.len();

/// The tables of routes, one after the other. `COUNT` is the sum of their lengths.
#[expect(
    clippy::indexing_slicing,
    reason = "the compiler evaluates it, and refuses what is out of bounds"
)]
const fn join_routes<const COUNT: usize>() -> [Route; COUNT] {
    let mut all = [OTHERS[0]; COUNT];
    let (claims, commands) = (CLAIMS.len(), PARTNER_COMMANDS.len());
    let mut at = 0;
    while at < COUNT {
        all[at] = if at < claims {
            CLAIMS[at]
        } else if at < claims + commands {
            command_route(&PARTNER_COMMANDS[at - claims])
        } else {
            OTHERS[at - claims - commands]
        };
        at += 1;
    }
    all
}

/// The route by which a partner gives a command.
const fn command_route(command: &'static PartnerCommand) -> Route {
    let id = RouteId::Claims(ClaimsRoute::Command(command));
    let PartnerCommand { method, path, operation, roles, .. } = *command;
    new_route(id, method, path, "claims", operation, Auth::Jwt, roles)
}

/// The routes of claims that give no command.
const CLAIMS: &[Route] = &[
    route!("POST" "/v1/claims", Claims::Create, "createClaim", PARTNER),
    route!("POST" "/v1/claims:check", Claims::Check, "checkClaim", PARTNER),
    route!("GET" "/v1/claims", Claims::List, "listClaims", PARTNER_AND_STAFF),
    route!("GET" "/v1/claims:counts", Claims::Counts, "countClaims", PARTNER_AND_STAFF),
    route!("GET" "/v1/claims/{id}", Claims::Get, "getClaim", PARTNER_AND_STAFF),
    route!("GET" "/v1/claims/{id}/history", Claims::History, "getClaimHistory", PARTNER_AND_STAFF),
    route!("GET" "/v1/claims/{id}/bundle", Claims::Bundle, "getClaimBundle", EVERYONE),
];

/// Every other route but those of the partner's commands.
const OTHERS: &[Route] = &[
    route!("POST" "/v1/claims/{id}/evidence", Evidence::Add, "addEvidence", PARTNER),
    route!("GET" "/v1/claims/{id}/evidence/{eid}", Evidence::Get, "getEvidence", PARTNER_AND_STAFF),
    route!("GET" "/v1/reviews", Review::List, "listReviews", STAFF),
    route!("POST" "/v1/claims/{id}/review", Review::Act, "reviewClaim", REVIEWERS),
    route!("POST" "/v1/claims/{id}/assign", Review::Assign, "assignClaim", REVIEWERS),
    route!("POST" "/v1/claims/{id}/erase", Review::Erase, "eraseClaim", OPERATOR),
    route!("ANY" "/d/{token}", Decision::Page, "decide", open),
    route!("GET" "/n/{code}", Decision::Notice, "getNotice", open),
    route!("GET" "/c", Overview::Ask, "askForOverview", open),
    route!("POST" "/c", Overview::Request, "requestOverview", open),
    route!("ANY" "/c/{token}", Overview::Page, "takeAway", open),
    route!("GET" "/v1/customer/claims", Customer::Claims, "listCustomerClaims", CUSTOMER),
    route!("GET" "/v1/customer/claims/{id}", Customer::Claim, "getCustomerClaim", CUSTOMER),
    route!("GET" "/v1/customer/claims/{id}/history", Customer::History, "getCustomerClaimHistory", CUSTOMER),
    route!("POST" "/v1/customer/claims/{id}/retire-link", Customer::RetireLink, "retireLink", CUSTOMER),
    route!("POST" "/v1/customer/claims/{id}/accept", Customer::Accept, "acceptItems", CUSTOMER),
    route!("POST" "/v1/customer/claims/{id}/decline", Customer::Decline, "declineItems", CUSTOMER),
    route!("POST" "/v1/customer/claims/{id}/undo", Customer::Undo, "undoDecline", CUSTOMER),
    route!("POST" "/v1/customer/claims/{id}/extend", Customer::Extend, "extendWindow", CUSTOMER),
    route!("GET" "/v1/customer/ledger", Customer::Ledger, "getLedger", CUSTOMER),
    route!("GET" "/v1/customer/rules", Customer::GetRules, "getRules", CUSTOMER),
    route!("PUT" "/v1/customer/rules", Customer::PutRules, "putRules", CUSTOMER),
    route!("GET" "/v1/associations", Associations::List, "listAssociations", EVERYONE),
    route!("GET" "/v1/associations/{id}", Associations::Get, "getAssociation", EVERYONE),
    route!("POST" "/v1/associations/{id}/end", Associations::End, "endAssociation", ADMINS),
    route!("GET" "/v1/associations/{id}/usage", Associations::Usage, "getUsage", PARTNER),
    route!("GET" "/v1/usage", Associations::UsageOfMany, "listUsage", PARTNER),
    route!("GET" "/v1/customer/associations/{id}/usage", Associations::UsageOfCustomer, "getCustomerUsage", CUSTOMER),
    route!("GET" "/v1/me", Directory::Me, "getMe", EVERYONE),
    route!("GET" "/v1/events", Directory::Events, "listEvents", EVERYONE),
    route!("GET" "/v1/partners", Directory::Partners, "listPartners", STAFF),
    route!("GET" "/v1/tenants", Directory::Tenants, "listTenants", STAFF),
    route!("GET" "/v1/programs", Directory::Programs, "listPrograms", PARTNER_AND_STAFF),
    route!("PUT" "/v1/partners/{id}", Directory::PutPartner, "putPartner", OPERATOR),
    route!("GET" "/v1/partners/{id}", Directory::GetPartner, "getPartner", STAFF),
    route!("GET" "/v1/partners/{id}/history", Directory::PartnerHistory, "getPartnerHistory", STAFF),
    route!("PUT" "/v1/tenants/{id}", Directory::PutTenant, "putTenant", OPERATOR),
    route!("GET" "/v1/tenants/{id}", Directory::GetTenant, "getTenant", STAFF),
    route!("GET" "/v1/tenants/{id}/history", Directory::TenantHistory, "getTenantHistory", STAFF),
    route!("GET" "/v1/tenants/{id}/checks", Directory::Checks, "listTenantChecks", STAFF),
    route!("GET" "/v1/tenants/{id}/rules", Directory::GetRules, "getTenantRules", STAFF),
    route!("GET" "/v1/tenants/{id}/rules/history", Directory::RulesHistory, "getRulesHistory", STAFF),
    route!("PUT" "/v1/programs/{id}", Directory::PutProgram, "putProgram", OPERATOR),
    route!("GET" "/v1/programs/{id}", Directory::GetProgram, "getProgram", PARTNER_AND_STAFF),
    route!("GET" "/v1/programs/{id}/history", Directory::ProgramHistory, "getProgramHistory", STAFF),
    route!("PUT" "/v1/calendars/{country}", Directory::PutCalendar, "putCalendar", OPERATOR),
    route!("GET" "/v1/calendars", Directory::Calendars, "listCalendars", STAFF),
    route!("PUT" "/v1/calendars/{country}/days/{date}", Directory::PutDay, "putCalendarDay", OPERATOR),
    route!("DELETE" "/v1/calendars/{country}/days/{date}", Directory::DeleteDay, "deleteCalendarDay", OPERATOR),
    route!("GET" "/v1/calendars/{country}", Directory::GetCalendar, "getCalendar", STAFF),
    route!("GET" "/v1/calendars/{country}/history", Directory::CalendarHistory, "getCalendarHistory", STAFF),
    route!("PUT" "/v1/tenants/{id}/usage", Directory::PutUsage, "putUsage", OPERATOR),
    route!("GET" "/v1/tenants/{id}/usage", Directory::GetUsage, "getTenantUsage", OPERATOR_AND_AUDITOR),
    route!("GET" "/v1/windows", Directory::Windows, "getWindow", EVERYONE),
    route!("POST" "/v1/windows:extend", Directory::ExtendWindows, "extendWindows", OPERATOR),
    route!("GET" "/v1/outages", Directory::Outages, "listOutages", STAFF),
    route!("GET" "/v1/webhooks", Webhooks::List, "listWebhooks", ADMINS),
    route!("PUT" "/v1/webhooks/{id}", Webhooks::Put, "putWebhook", ADMINS),
    route!("GET" "/v1/webhooks/{id}", Webhooks::Get, "getWebhook", ADMINS),
    route!("DELETE" "/v1/webhooks/{id}", Webhooks::Delete, "deleteWebhook", ADMINS),
    route!("POST" "/v1/webhooks/{id}/test", Webhooks::Test, "testWebhook", ADMINS),
    route!("POST" "/v1/webhooks/{id}/secret", Webhooks::Rotate, "rotateWebhookSecret", ADMINS),
    route!("POST" "/v1/webhooks/{id}/replay", Webhooks::Replay, "replayWebhook", ADMINS),
    route!("GET" "/v1/webhooks/{id}/deliveries", Webhooks::Deliveries, "listWebhookDeliveries", ADMINS),
    route!("GET" "/v1/health", Directory::Health, "getHealth", open),
    route!("GET" "/v1/openapi.json", Directory::OpenApi, "getOpenApi", open),
    route!("GET" "/v1/sandbox/clock", Directory::GetClock, "getClock", OPERATOR),
    route!("PUT" "/v1/sandbox/clock", Directory::PutClock, "putClock", OPERATOR),
];

/// The route of a request and the value of its path's first parameter. HEAD and OPTIONS have no routes of
/// their own.
pub fn find_route<'p>(method: &str, path: &'p str) -> Option<(&'static Route, Option<&'p str>)> {
    ROUTES
        .iter()
        .filter(|route| route.method == "ANY" || route.method == method)
        .find(|route| fits_template(route.path, path))
        .map(|route| (route, path_parameters(route.path, path).next()))
}

fn is_parameter(name: &str) -> bool {
    name.starts_with('{')
}

/// Whether the path is one of the template's.
fn fits_template(template: &str, path: &str) -> bool {
    let (expected, given) = (template.split('/'), path.split('/'));
    let fits =
        |(name, value): (&str, &str)| name == value || (is_parameter(name) && !value.is_empty());
    expected.clone().count() == given.clone().count() && expected.zip(given).all(fits)
}

/// The values of the template's parameters in a path that fits it, in their order.
pub(crate) fn path_parameters<'p>(template: &str, path: &'p str) -> impl Iterator<Item = &'p str> {
    let pairs = template.split('/').zip(path.split('/'));
    pairs.filter(|(name, _)| is_parameter(name)).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_path_leads_to_its_route_and_its_parameter() {
        let found =
            |method, path| find_route(method, path).map(|(route, id)| (route.operation, id));
        assert_eq!(found("GET", "/v1/claims"), Some(("listClaims", None)));
        assert_eq!(found("GET", "/v1/claims/abc"), Some(("getClaim", Some("abc"))));
        assert_eq!(found("POST", "/v1/claims/abc/review"), Some(("reviewClaim", Some("abc"))));
        assert_eq!(found("HEAD", "/d/t"), Some(("decide", Some("t"))));
    }

    #[test]
    fn other_methods_and_paths_lead_nowhere() {
        for (method, path) in [
            ("HEAD", "/v1/claims"),
            ("OPTIONS", "/v1/claims"),
            ("DELETE", "/v1/claims/abc"),
            ("GET", "/v1/claims/"),
            ("GET", "/v1/claims/a/b"),
            ("GET", "/"),
            ("GET", ""),
            ("GET", "/v1//claims"),
            ("POST", "/v1/claims/abc/approve"),
            ("GET", "/d/"),
        ] {
            assert_eq!(find_route(method, path), None, "{method} {path}");
        }
    }

    #[test]
    fn no_route_and_no_operation_stands_in_the_table_twice() {
        let keys: BTreeSet<_> = ROUTES.iter().map(|route| (route.method, route.path)).collect();
        let operations: BTreeSet<_> = ROUTES.iter().map(|route| route.operation).collect();
        assert_eq!((keys.len(), operations.len()), (ROUTES.len(), ROUTES.len()));
    }

    #[test]
    fn every_route_with_a_token_names_its_roles_and_no_other_does() {
        for route in ROUTES {
            assert_eq!(route.auth == Auth::Jwt, !route.roles.is_empty(), "{}", route.operation);
        }
    }
}
