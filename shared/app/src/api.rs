//! What the functions with lists have in common: the store, the cursors, and how they start.

use lambda_http::{Body, Request, Response};
use runtime::settings::AppClientSettings;
use runtime::{Clients, KeyRing, StartError, open_store_and_ring, serve_http, settings, telemetry};
use store::{RequestTime, Store};
use web::{AppClients, Call, Cursors};

use crate::cursors::ListCursors;
use crate::error::ApiError;

/// What a function with lists works with.
pub struct Api {
    /// The store behind the table of the stack.
    pub store: Store,
    /// The clients that its callers sign in with.
    pub clients: AppClients,
    /// The cursors of its lists.
    pub cursors: ListCursors,
}

impl Api {
    /// `cursors` are made of the keys of their secret.
    pub fn new(store: Store, clients: AppClients, cursors: KeyRing<Cursors>) -> Self {
        Self { store, clients, cursors: ListCursors::new(cursors) }
    }
}

/// The clients of a function's settings.
pub fn app_clients(settings: AppClientSettings) -> AppClients {
    let AppClientSettings { partners, operators, customers } = settings;
    AppClients { partners, operators, customers }
}

/// The moment of a request: the gateway's arrival stamp.
///
/// # Errors
/// Where the table does not answer.
pub async fn request_time(store: &Store, call: &Call<'_>) -> Result<RequestTime, ApiError> {
    Ok(store.request_time(call.arrived_at()).await?)
}

/// Starts such a function, and serves requests until the platform ends the process.
///
/// # Errors
/// If it cannot start, or the platform's interface fails.
pub async fn serve_api<F, Fut>(function: &'static str, handler: F) -> Result<(), StartError>
where
    F: Fn(&'static Api, Request) -> Fut,
    Fut: Future<Output = Response<Body>> + Send + 'static,
{
    telemetry::start_logs();
    let (table, sign_in, secret) = settings::read_settings::<settings::Api>()?;
    let clients = Clients::load().await;
    let opened = open_store_and_ring(&clients, table, &secret.id, ListCursors::of_keys);
    let (store, cursors) = opened.await?;
    serve_http(function, Api::new(store, app_clients(sign_in), cursors), handler).await
}
