//! The services beside the database, as far as functions call them: mail, bus and queues. Everything
//! sent is kept; everything is answered well until a test says otherwise.

use std::ops::Range;
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
use tokio::sync::Notify;

use crate::wire::die;

/// Mail, bus and queues. Clones share what was sent.
#[derive(Debug, Clone, Default)]
pub struct FakeServices(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    sent: Vec<Sent>,
    requests: usize,
    refusals: Vec<Refusal>,
}

/// A request to one of the services.
#[derive(Debug, Clone)]
pub struct Sent {
    /// `SendEmail`, `PutEvents`, `SendMessage`, `SendMessageBatch`, …
    pub operation: String,
    /// Its JSON.
    pub body: Value,
    /// What the service took of it: all, all but some entries, or nothing.
    pub taken: Option<Value>,
}

/// Which requests are refused.
#[derive(Debug, Clone)]
struct Refusal {
    /// Of which operation; `None`: of any.
    operation: Option<&'static str>,
    due: Range<usize>,
    seen: usize,
    with: With,
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
    /// The service does it; the answer is lost.
    AnswerLost,
    /// The caller's process is gone before the service sees it; see [`crate::wire::until_death`].
    CrashBefore(Arc<Notify>),
    /// The service does it, and the caller's process is gone before it hears of it.
    CrashAfter(Arc<Notify>),
}

impl Refusal {
    /// Counts a request, if it is one of these, and tells whether it is its turn.
    fn strikes(&mut self, operation: &str) -> bool {
        if self.operation.is_some_and(|own| own != operation) {
            return false;
        }
        self.seen += 1;
        self.due.contains(&self.seen)
    }
}

impl With {
    /// What of a request the service takes.
    fn taken(&self, body: &Value) -> Option<Value> {
        match self {
            Self::Error(..) | Self::Reset | Self::CrashBefore(_) => None,
            Self::AnswerLost | Self::CrashAfter(_) => Some(body.clone()),
            Self::FailedEntries(failed) => {
                let entries = body["Entries"].as_array().cloned().unwrap_or_default();
                let places = entries.into_iter().enumerate();
                let good = places.filter(|(place, _)| !failed.contains(place));
                let mut body = body.clone();
                body["Entries"] = good.map(|(_, entry)| entry).collect();
                Some(body)
            }
        }
    }
}

impl FakeServices {
    /// The services as the SDKs' HTTP client.
    pub fn http(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }

    /// Everything sent so far by that operation.
    pub fn sent(&self, operation: &str) -> Vec<Value> {
        let sent = self.state(|state| state.sent.clone());
        sent.into_iter().filter(|one| one.operation == operation).map(|one| one.body).collect()
    }

    /// Everything that the services took by that operation: neither refused requests nor failed entries.
    pub fn taken(&self, operation: &str) -> Vec<Value> {
        let of_operation = |one: &&Sent| one.operation == operation;
        self.state(|state| {
            let sent = state.sent.iter().filter(of_operation);
            sent.filter_map(|one| one.taken.clone()).collect()
        })
    }

    /// How many requests there were, forgotten ones too.
    pub fn count(&self) -> usize {
        self.state(|state| state.requests)
    }

    /// Forgets what was sent.
    pub fn forget(&self) {
        self.state(|state| state.sent.clear());
    }

    /// Refuses nothing any more.
    pub fn repair(&self) {
        self.state(|state| state.refusals.clear());
    }

    /// Refuses the next requests of an operation.
    pub fn refuse(&self, operation: &'static str, times: usize, with: With) {
        self.rule(Some(operation), 1..times + 1, with);
    }

    /// Refuses the `nth` request from now (from 1), whatever it is.
    pub fn on(&self, nth: usize, with: With) {
        self.rule(None, nth..nth + 1, with);
    }

    fn rule(&self, operation: Option<&'static str>, due: Range<usize>, with: With) {
        let refusal = Refusal { operation, due, seen: 0, with };
        self.state(|state| state.refusals.push(refusal));
    }

    fn state<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn refusal(&self, operation: &str) -> Option<With> {
        self.state(|state| {
            let refusal =
                state.refusals.iter_mut().find_map(|one| one.strikes(operation).then_some(one))?;
            Some(refusal.with.clone())
        })
    }

    async fn answer(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let operation = operation(&request);
        let bytes = request.body().bytes().unwrap_or_default();
        let body: Value = serde_json::from_slice(bytes).unwrap_or(Value::Null);
        let refusal = self.refusal(&operation);
        let taken = refusal.as_ref().map_or_else(|| Some(body.clone()), |with| with.taken(&body));
        let sent = Sent { operation: operation.clone(), body: body.clone(), taken };
        self.state(|state| {
            state.requests += 1;
            state.sent.push(sent);
        });
        match refusal {
            None => Ok(respond(200, &good(&operation, &body, &[]))),
            Some(With::FailedEntries(failed)) => {
                Ok(respond(200, &good(&operation, &body, &failed)))
            }
            Some(With::Error(status, code)) => {
                let message = refusal_text(&operation, code, &body);
                Ok(respond(status, &json!({"__type": code, "message": message})))
            }
            Some(With::Reset | With::AnswerLost) => {
                let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
                Err(ConnectorError::io(reset.into()))
            }
            Some(With::CrashBefore(death) | With::CrashAfter(death)) => die(&death).await,
        }
    }
}

/// What a service says about a request that it refuses. The mail service quotes to whom the mail was to go.
fn refusal_text(operation: &str, code: &str, body: &Value) -> String {
    if operation != "SendEmail" {
        return code.to_owned();
    }
    format!("Email address is not verified: {}", body["Destination"]["ToAddresses"])
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

impl HttpClient for FakeServices {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for FakeServices {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().answer(request))
    }
}
