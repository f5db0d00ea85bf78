//! What can break, and when.

use std::fmt;
use std::future::Future;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

use super::{Call, Struck, forward};

/// Something that a test does while a call is under way.
pub type Act = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// A way to break a call.
#[derive(Clone)]
pub enum Fault {
    /// The database throttles it.
    Throttle,
    /// The database has an internal error.
    Internal,
    /// These statements of a batch (from 0) are throttled, the others run.
    ThrottleStatements(Vec<usize>),
    /// These statements of a batch (from 0) meet a transaction, the others run.
    ConflictStatements(Vec<usize>),
    /// Another transaction holds an item of it.
    Conflict,
    /// The database does it; the answer is lost.
    AnswerLost,
    /// The connection breaks before the database sees it.
    Reset,
    /// The answer takes that long.
    Slow(Duration),
    /// Something happens after the caller sent it and before the database sees it.
    Before(Act),
    /// Something happens after the database did it and before the caller hears of it.
    After(Act),
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Throttle => "Throttle",
            Self::Internal => "Internal",
            Self::ThrottleStatements(_) => "ThrottleStatements",
            Self::ConflictStatements(_) => "ConflictStatements",
            Self::Conflict => "Conflict",
            Self::AnswerLost => "AnswerLost",
            Self::Reset => "Reset",
            Self::Slow(_) => "Slow",
            Self::Before(_) => "Before",
            Self::After(_) => "After",
        })
    }
}

impl Fault {
    /// [`Fault::Before`] of an asynchronous block.
    pub fn before<F>(act: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self::Before(Arc::new(move || Box::pin(act())))
    }

    /// [`Fault::After`] of an asynchronous block.
    pub fn after<F>(act: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self::After(Arc::new(move || Box::pin(act())))
    }

    pub(super) async fn strike(
        self,
        real: &SharedHttpConnector,
        request: HttpRequest,
        call: &Call,
    ) -> Struck {
        match self {
            Self::Throttle => unsent(throttled()),
            Self::Internal => unsent(refusal(500, "InternalServerError", &json!({}))),
            Self::Conflict => unsent(conflict(call)),
            Self::Reset => Struck { committed: None, seen: Err(broken("connection reset")) },
            Self::AnswerLost => {
                Struck { seen: Err(broken("answer lost")), ..forward(real, request).await }
            }
            Self::Slow(delay) => {
                let answer = forward(real, request).await;
                tokio::time::sleep(delay).await;
                answer
            }
            Self::Before(act) => {
                act().await;
                forward(real, request).await
            }
            Self::After(act) => {
                let answer = forward(real, request).await;
                act().await;
                answer
            }
            Self::ThrottleStatements(struck) => {
                partly(real, request, call, &struck, "ThrottlingError").await
            }
            Self::ConflictStatements(struck) => {
                partly(real, request, call, &struck, "TransactionConflict").await
            }
        }
    }
}

/// Picks every call.
pub fn any(_: &Call) -> bool {
    true
}

/// When a fault strikes.
pub(super) struct Rule {
    concerns: Arc<dyn Fn(&Call) -> bool + Send + Sync>,
    due: Range<usize>,
    seen: usize,
    fault: Fault,
}

impl Rule {
    pub(super) fn new(
        concerns: Arc<dyn Fn(&Call) -> bool + Send + Sync>,
        due: Range<usize>,
        fault: Fault,
    ) -> Self {
        Self { concerns, due, seen: 0, fault }
    }

    /// Counts the call, if it is one of the rule's, and tells whether it is its turn.
    pub(super) fn fault_for(&mut self, call: &Call) -> Option<Fault> {
        if !(self.concerns)(call) {
            return None;
        }
        self.seen += 1;
        self.due.contains(&self.seen).then(|| self.fault.clone())
    }
}

fn broken(what: &str) -> ConnectorError {
    ConnectorError::io(std::io::Error::new(std::io::ErrorKind::ConnectionReset, what).into())
}

fn unsent(response: HttpResponse) -> Struck {
    Struck { committed: None, seen: Ok(response) }
}

/// The answer to a call that the caller's role does not cover. The reason is printed: what the caller
/// makes of it need not show it.
pub(super) fn forbidden(reason: &str) -> Struck {
    eprintln!("access denied: {reason}");
    unsent(refusal(400, "AccessDeniedException", &json!({"reason": reason})))
}

/// The answer to a throttled call.
pub fn throttled() -> HttpResponse {
    refusal(400, "ThrottlingException", &json!({}))
}

/// What a call meets whose item another transaction holds.
fn conflict(call: &Call) -> HttpResponse {
    let Some(parts) = call.request["TransactItems"].as_array() else {
        return refusal(400, "TransactionConflictException", &json!({}));
    };
    let reason = |at| {
        if at == 0 {
            json!({"Code": "TransactionConflict", "Message": "injected"})
        } else {
            json!({"Code": "None"})
        }
    };
    let reasons: Vec<Value> = (0..parts.len()).map(reason).collect();
    refusal(400, "TransactionCanceledException", &json!({"CancellationReasons": reasons}))
}

fn refusal(status: u16, code: &str, more: &Value) -> HttpResponse {
    let mut body = more.clone();
    body["__type"] = json!(format!("com.amazonaws.dynamodb.v20120810#{code}"));
    body["message"] = json!("injected");
    respond(status, &body)
}

fn respond(status: u16, body: &Value) -> HttpResponse {
    let status = StatusCode::try_from(status).expect("a status");
    let mut response = HttpResponse::new(status, SdkBody::from(body.to_string()));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    response
}

/// Sends on the statements that are not struck, and puts the refusals among the answers.
async fn partly(
    real: &SharedHttpConnector,
    mut request: HttpRequest,
    call: &Call,
    struck: &[usize],
    code: &str,
) -> Struck {
    let all = call.request["Statements"].as_array().cloned().unwrap_or_default();
    let kept: Vec<Value> = rest(&all, struck);
    let refused = json!({"Error": {"Code": code, "Message": "injected"}});
    let mut answers: Vec<Value> = Vec::new();
    let mut answer = json!({});
    if !kept.is_empty() {
        let mut body = call.request.clone();
        body["Statements"] = Value::Array(kept);
        let text = body.to_string();
        request.headers_mut().insert("content-length", text.len().to_string());
        *request.body_mut() = SdkBody::from(text);
        let sent = forward(real, request).await;
        let Some((200, body)) = sent.committed.clone() else { return sent };
        answers = body["Responses"].as_array().cloned().unwrap_or_default();
        answer = body;
    }
    for place in (0..all.len()).filter(|place| struck.contains(place)) {
        answers.insert(place, refused.clone());
    }
    answer["Responses"] = Value::Array(answers);
    Struck { seen: Ok(respond(200, &answer)), committed: Some((200, answer)) }
}

fn rest(all: &[Value], struck: &[usize]) -> Vec<Value> {
    let kept = all.iter().enumerate().filter(|(place, _)| !struck.contains(place));
    kept.map(|(_, statement)| statement.clone()).collect()
}
