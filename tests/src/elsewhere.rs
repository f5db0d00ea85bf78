//! The services beside the database, as far as functions call them: mail, bus and queues. Everything
//! sent is kept; everything is answered well until a test says otherwise.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

/// Mail, bus and queues. Clones share what was sent.
#[derive(Debug, Clone, Default)]
pub struct Elsewhere(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    sent: Vec<Sent>,
    refusals: Vec<Refusal>,
}

/// A request to one of the services.
#[derive(Debug, Clone)]
pub struct Sent {
    /// `SendEmail`, `PutEvents`, `SendMessage`, `SendMessageBatch`, …
    pub operation: String,
    /// Its JSON.
    pub body: Value,
}

/// How the next requests of an operation are refused.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The operation.
    pub operation: &'static str,
    /// How many of its requests.
    pub times: usize,
    /// With what.
    pub with: With,
}

/// What a refused request meets.
#[derive(Debug, Clone)]
pub enum With {
    /// An error of the service with that status and code.
    Error(u16, &'static str),
    /// An answer of 200 in which the entries of these places (from 0) failed.
    FailedEntries(Vec<usize>),
    /// A broken connection.
    Reset,
}

impl Elsewhere {
    /// The services as the SDKs' HTTP client.
    pub fn http(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }

    /// Everything sent so far by that operation.
    pub fn sent(&self, operation: &str) -> Vec<Value> {
        let sent = self.state(|state| state.sent.clone());
        sent.into_iter().filter(|one| one.operation == operation).map(|one| one.body).collect()
    }

    /// Forgets what was sent.
    pub fn forget(&self) {
        self.state(|state| state.sent.clear());
    }

    /// Refuses nothing any more.
    pub fn repair(&self) {
        self.state(|state| state.refusals.clear());
    }

    /// Refuses requests.
    pub fn refuse(&self, operation: &'static str, times: usize, with: With) {
        self.state(|state| state.refusals.push(Refusal { operation, times, with }));
    }

    fn state<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn refusal(&self, operation: &str) -> Option<With> {
        self.state(|state| {
            let fits = |refusal: &&mut Refusal| refusal.operation == operation && refusal.times > 0;
            let refusal = state.refusals.iter_mut().find(fits)?;
            refusal.times -= 1;
            Some(refusal.with.clone())
        })
    }

    fn answer(&self, request: &HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let operation = operation(request);
        let bytes = request.body().bytes().unwrap_or_default();
        let body: Value = serde_json::from_slice(bytes).unwrap_or(Value::Null);
        let refusal = self.refusal(&operation);
        let answer = match &refusal {
            None => respond(200, &good(&operation, &body, &[])),
            Some(With::FailedEntries(failed)) => respond(200, &good(&operation, &body, failed)),
            Some(With::Error(status, code)) => {
                respond(*status, &json!({"__type": code, "message": code}))
            }
            Some(With::Reset) => {
                let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
                return Err(ConnectorError::io(reset.into()));
            }
        };
        self.state(|state| state.sent.push(Sent { operation, body }));
        Ok(answer)
    }
}

fn operation(request: &HttpRequest) -> String {
    if let Some(target) = request.headers().get("x-amz-target") {
        return target.rsplit('.').next().unwrap_or_default().to_owned();
    }
    if request.uri().contains("/v2/email/outbound-emails") {
        return "SendEmail".to_owned();
    }
    format!("{} {}", request.method(), request.uri())
}

fn good(operation: &str, body: &Value, failed: &[usize]) -> Value {
    let entries = body["Entries"].as_array().map(Vec::as_slice).unwrap_or_default();
    match operation {
        "PutEvents" => json!({
            "FailedEntryCount": failed.len(),
            "Entries": (0..entries.len()).map(|at| if failed.contains(&at) {
                json!({"ErrorCode": "ThrottlingException", "ErrorMessage": "injected"})
            } else {
                json!({"EventId": format!("event-{at}")})
            }).collect::<Vec<_>>(),
        }),
        "SendMessageBatch" => {
            let split = |want: bool| {
                entries.iter().enumerate().filter(move |(at, _)| failed.contains(at) == want)
            };
            json!({
                "Successful": split(false).map(|(_, entry)| json!({
                    "Id": entry["Id"], "MessageId": "m", "MD5OfMessageBody": "m"})).collect::<Vec<_>>(),
                "Failed": split(true).map(|(_, entry)| json!({
                    "Id": entry["Id"], "SenderFault": false, "Code": "InternalError"})).collect::<Vec<_>>(),
            })
        }
        "SendMessage" => json!({"MessageId": "m", "MD5OfMessageBody": "m"}),
        "SendEmail" => json!({"MessageId": "mail-1"}),
        _ => json!({}),
    }
}

fn respond(status: u16, body: &Value) -> HttpResponse {
    let status = StatusCode::try_from(status).expect("a status");
    let mut response = HttpResponse::new(status, SdkBody::from(body.to_string()));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    response
}

impl HttpClient for Elsewhere {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Elsewhere {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(self.answer(&request))
    }
}
