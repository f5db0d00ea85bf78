//! The function `webhooks` (`docs/api.md §3.9`, `docs/architecture.md §3.15`): parties write where the events of their feed
//! are sent to, a scheduled look finds each minute what is to be sent, and messages of a queue have it sent.
//!
//! One function for all of it, since it alone may read secrets: they are made in it, told by it and signed with in it.

mod address;
mod connector;
mod deliver;
mod entries;
mod look;
mod message;
mod queues;
mod turn;

use app::{ApiError, to_response};
use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use lambda_http::{Body, Request, Response};
use runtime::{Invocation, InvocationError};
use serde_json::Value;
use store::Store;
use web::routes::WebhooksRoute;
use web::{AppClients, Call, Reply};

pub use crate::address::is_public;
pub use crate::connector::{Authorities, Connector, Dialer, ReceiverAnswer, Resolver, Timer};
pub use crate::message::Message;
pub use crate::queues::Queues;

/// What the function works with.
pub struct App {
    store: Store,
    clients: AppClients,
    queues: Queues,
    connector: Connector,
}

impl App {
    /// `clients` are those that callers sign in with, `connector` reaches the addresses of webhooks.
    pub fn new(store: Store, clients: AppClients, queues: Queues, connector: Connector) -> Self {
        Self { store, clients, queues, connector }
    }
}

/// Answers a request about the webhooks of the caller's party.
pub async fn handle_request(app: &App, request: Request) -> Response<Body> {
    let call = Call::new(&request);
    to_response(&call, Box::pin(route_request(app, &call)).await)
}

async fn route_request(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    match call.function_route::<WebhooksRoute>()? {
        WebhooksRoute::List => entries::list_webhooks(app, call).await,
        WebhooksRoute::Put => entries::put_webhook(app, call).await,
        WebhooksRoute::Get => entries::read_webhook(app, call).await,
        WebhooksRoute::Delete => entries::delete_webhook(app, call).await,
        WebhooksRoute::Test => entries::test_webhook(app, call).await,
        WebhooksRoute::Rotate => entries::rotate_secret(app, call).await,
        WebhooksRoute::Replay => entries::replay_events(app, call).await,
        WebhooksRoute::Deliveries => entries::list_deliveries(app, call).await,
    }
}

/// Messages of the queue, or by the schedule a look at what is to be sent: whatever is no message is a look.
///
/// # Errors
/// A look that could not find or hand out all of the work; the next one begins again.
pub async fn handle_event(
    app: &App,
    event: Value,
    invocation: Invocation,
) -> Result<SqsBatchResponse, InvocationError> {
    if let Some(event) = queue_event(event) {
        return Ok(Box::pin(turn::process_messages(app, event, &invocation)).await);
    }
    Box::pin(look::send_due(app)).await?;
    Ok(SqsBatchResponse::default())
}

/// The event of the queue; `None` for any other payload.
fn queue_event(event: Value) -> Option<SqsEvent> {
    event.get("Records")?;
    serde_json::from_value(event).ok()
}
