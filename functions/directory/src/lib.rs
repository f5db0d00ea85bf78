//! The operator's directory: partners, tenants, programs and the usage feed; and what belongs to
//! nobody: deadlines explained, the contract, health, the test clock.

mod calendars;
mod clock;
mod partners;
mod programs;
mod tenants;
mod usage;
mod windows;

use app::{ApiError, respond};
use lambda_http::{Body, Request, Response};
use store::Store;
use web::routes::DirectoryRoute;
use web::views::HealthView;
use web::{Call, Reply, openapi};

/// What the function works with.
pub struct App {
    store: Store,
    sandbox: bool,
}

impl App {
    /// `sandbox`: whether there is a test clock.
    pub fn new(store: Store, sandbox: bool) -> Self {
        Self { store, sandbox }
    }
}

/// Answers a request.
pub async fn handle(app: &App, request: Request) -> Response<Body> {
    let call = Call::new(&request);
    respond(&call, answer(app, &call).await)
}

async fn answer(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    match call.route::<DirectoryRoute>()? {
        DirectoryRoute::PutPartner => partners::put(app, call).await,
        DirectoryRoute::GetPartner => partners::get(app, call).await,
        DirectoryRoute::PutTenant => tenants::put(app, call).await,
        DirectoryRoute::GetTenant => tenants::get(app, call).await,
        DirectoryRoute::PutProgram => programs::put(app, call).await,
        DirectoryRoute::GetProgram => programs::get(app, call).await,
        DirectoryRoute::PutCalendar => calendars::put(app, call).await,
        DirectoryRoute::PutUsage => usage::put(app, call).await,
        DirectoryRoute::Windows => windows::get(app, call).await,
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
