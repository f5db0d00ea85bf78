//! The operator's directory: partners, tenants, programs and calendars with their history, and the usage feed; and what belongs to
//! nobody: deadlines explained, the contract, health, the test clock.

mod calendars;
mod clock;
mod history;
mod me;
mod partners;
mod programs;
mod tenants;
mod usage;
mod windows;

use app::{ApiError, ListCursors, respond};
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
pub async fn handle(app: &App, request: Request) -> Response<Body> {
    let call = Call::new(&request);
    respond(&call, answer(app, &call).await)
}

async fn answer(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    match call.route::<DirectoryRoute>()? {
        DirectoryRoute::Me => Box::pin(me::get(app, call)).await,
        DirectoryRoute::Partners => partners::list(app, call).await,
        DirectoryRoute::Tenants => tenants::list(app, call).await,
        DirectoryRoute::Programs => programs::list(app, call).await,
        DirectoryRoute::PutPartner => partners::put(app, call).await,
        DirectoryRoute::GetPartner => partners::get(app, call).await,
        DirectoryRoute::PartnerHistory => partners::history(app, call).await,
        DirectoryRoute::PutTenant => tenants::put(app, call).await,
        DirectoryRoute::GetTenant => tenants::get(app, call).await,
        DirectoryRoute::TenantHistory => tenants::history(app, call).await,
        DirectoryRoute::Checks => tenants::checks(app, call).await,
        DirectoryRoute::GetRules => tenants::rules(app, call).await,
        DirectoryRoute::RulesHistory => tenants::rules_history(app, call).await,
        DirectoryRoute::PutProgram => programs::put(app, call).await,
        DirectoryRoute::GetProgram => programs::get(app, call).await,
        DirectoryRoute::ProgramHistory => programs::history(app, call).await,
        DirectoryRoute::PutCalendar => calendars::put(app, call).await,
        DirectoryRoute::GetCalendar => calendars::get(app, call).await,
        DirectoryRoute::Calendars => calendars::list(app, call).await,
        DirectoryRoute::PutDay => calendars::put_day(app, call).await,
        DirectoryRoute::DeleteDay => calendars::delete_day(app, call).await,
        DirectoryRoute::CalendarHistory => calendars::history(app, call).await,
        DirectoryRoute::PutUsage => usage::put(app, call).await,
        DirectoryRoute::GetUsage => usage::get(app, call).await,
        DirectoryRoute::Windows => windows::get(app, call).await,
        DirectoryRoute::ExtendWindows => Box::pin(windows::extend(app, call)).await,
        DirectoryRoute::Outages => windows::list_outages(app, call).await,
        DirectoryRoute::Health => health(app).await,
        DirectoryRoute::OpenApi => Ok(Reply::ok(&openapi::document())),
        DirectoryRoute::GetClock => clock::get(app, call).await,
        DirectoryRoute::PutClock => clock::put(app, call).await,
    }
}

/// Whether the function is there and reaches its table.
async fn health(app: &App) -> Result<Reply, ApiError> {
    app.store.check().await?;
    Ok(Reply::ok(&HealthView::ok()))
}
