//! The operator's directory: partners, tenants, programs and calendars with their history, and the usage feed; and what belongs to
//! nobody: deadlines explained, the contract, health, the test clock.

mod calendars;
mod clock;
mod events;
mod history;
mod me;
mod partners;
mod programs;
mod tenants;
mod usage;
mod windows;

use app::{ApiError, ListCursors, to_response};
use lambda_http::{Body, Request, Response};
use runtime::KeyRing;
use store::Store;
use web::routes::DirectoryRoute;
use web::views::HealthView;
use web::{AppClients, Call, Cursors, Reply, openapi};

/// What the function works with.
pub struct App {
    store: Store,
    clients: AppClients,
    cursors: ListCursors,
    sandbox: bool,
}

impl App {
    /// `clients` are those that callers sign in with, `cursors` those of its lists; `sandbox`: whether there is a test clock.
    pub fn new(
        store: Store,
        clients: AppClients,
        cursors: KeyRing<Cursors>,
        sandbox: bool,
    ) -> Self {
        Self { store, clients, cursors: ListCursors::new(cursors), sandbox }
    }
}

/// Answers a request about the directory, and the routes that belong to nobody (`docs/api.md §3.6`).
pub async fn handle_request(app: &App, request: Request) -> Response<Body> {
    let call = Call::new(&request);
    to_response(&call, route_request(app, &call).await)
}

async fn route_request(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    match call.function_route::<DirectoryRoute>()? {
        DirectoryRoute::Me => Box::pin(me::read_me(app, call)).await,
        DirectoryRoute::Events => events::list_events(app, call).await,
        DirectoryRoute::Partners => partners::list_partners(app, call).await,
        DirectoryRoute::Tenants => tenants::list_tenants(app, call).await,
        DirectoryRoute::Programs => programs::list_programs(app, call).await,
        DirectoryRoute::PutPartner => partners::put_partner(app, call).await,
        DirectoryRoute::GetPartner => partners::read_partner(app, call).await,
        DirectoryRoute::PartnerHistory => partners::read_history(app, call).await,
        DirectoryRoute::PutTenant => tenants::put_tenant(app, call).await,
        DirectoryRoute::GetTenant => tenants::read_tenant(app, call).await,
        DirectoryRoute::TenantHistory => tenants::read_history(app, call).await,
        DirectoryRoute::Checks => tenants::list_checks(app, call).await,
        DirectoryRoute::GetRules => tenants::read_rules(app, call).await,
        DirectoryRoute::RulesHistory => tenants::rules_history(app, call).await,
        DirectoryRoute::PutProgram => programs::put_program(app, call).await,
        DirectoryRoute::GetProgram => programs::read_program(app, call).await,
        DirectoryRoute::ProgramHistory => programs::read_history(app, call).await,
        DirectoryRoute::PutCalendar => calendars::put_calendar(app, call).await,
        DirectoryRoute::GetCalendar => calendars::read_calendar(app, call).await,
        DirectoryRoute::Calendars => calendars::list_calendars(app, call).await,
        DirectoryRoute::PutDay => calendars::put_day(app, call).await,
        DirectoryRoute::DeleteDay => calendars::delete_day(app, call).await,
        DirectoryRoute::CalendarHistory => calendars::read_history(app, call).await,
        DirectoryRoute::PutUsage => usage::put_usage(app, call).await,
        DirectoryRoute::GetUsage => usage::read_usage(app, call).await,
        DirectoryRoute::Windows => windows::explain_window(app, call).await,
        DirectoryRoute::ExtendWindows => Box::pin(windows::extend_windows(app, call)).await,
        DirectoryRoute::Outages => windows::list_outages(app, call).await,
        DirectoryRoute::Health => check_health(app).await,
        DirectoryRoute::OpenApi => Ok(Reply::ok(&openapi::build_document())),
        DirectoryRoute::GetClock => clock::read_clock(app, call).await,
        DirectoryRoute::PutClock => clock::move_clock(app, call).await,
    }
}

/// Whether the function is there and reaches its table.
async fn check_health(app: &App) -> Result<Reply, ApiError> {
    app.store.check_table().await?;
    Ok(Reply::ok(&HealthView::ok()))
}
