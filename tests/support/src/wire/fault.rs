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
use tokio::sync::Notify;

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
    /// The database takes no such statement: each of a batch fails with that code, or the whole call does.
    RefuseStatements(&'static str),
    /// These keys of a batch of reads (from 0) come back unprocessed, the others are read.
    Unprocessed(Vec<usize>),
    /// Another transaction holds an item of it; of a transaction or a batch of statements the one at
    /// this place, or the same counted round.
    Conflict(usize),
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
    /// The caller's process is gone before the database sees it; see [`until_death`].
    CrashBefore(Arc<Notify>),
    /// The database does it, and the caller's process is gone before it hears of it.
    CrashAfter(Arc<Notify>),
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Throttle => "Throttle",
            Self::Internal => "Internal",
            Self::ThrottleStatements(_) => "ThrottleStatements",
            Self::ConflictStatements(_) => "ConflictStatements",
            Self::RefuseStatements(_) => "RefuseStatements",
            Self::Unprocessed(_) => "Unprocessed",
            Self::Conflict(_) => "Conflict",
            Self::AnswerLost => "AnswerLost",
            Self::Reset => "Reset",
            Self::Slow(_) => "Slow",
            Self::Before(_) => "Before",
            Self::After(_) => "After",
            Self::CrashBefore(_) => "CrashBefore",
            Self::CrashAfter(_) => "CrashAfter",
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
            Self::Conflict(place) if call.operation == "BatchExecuteStatement" => {
                let place = place % call.statements().count().max(1);
                partly(real, request, call, &[place], "TransactionConflict").await
            }
            Self::Conflict(place) => unsent(conflict(call, place)),
            Self::Unprocessed(left) => unprocessed(real, request, call, &left).await,
            Self::CrashBefore(death) => die(&death).await,
            Self::CrashAfter(death) => {
                forward(real, request).await;
                die(&death).await
            }
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
            Self::RefuseStatements(code) if code.ends_with("Exception") => {
                unsent(refusal(400, code, &json!({})))
            }
            Self::RefuseStatements(code) => {
                let all: Vec<_> = (0..call.statements().count()).collect();
                partly(real, request, call, &all, code).await
            }
            Self::ConflictStatements(struck) => {
                partly(real, request, call, &struck, "TransactionConflict").await
            }
        }
    }
}

/// What comes of some work, or `None` where its process dies before it is done: then nothing of it goes
/// on.
pub async fn until_death<T>(work: impl Future<Output = T>, death: &Notify) -> Option<T> {
    tokio::select! {
        biased;
        done = work => Some(done),
        () = death.notified() => None,
    }
}

/// Tells of the death, and never comes back.
pub(crate) async fn die<T>(death: &Notify) -> T {
    death.notify_one();
    std::future::pending().await
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
fn conflict(call: &Call, place: usize) -> HttpResponse {
    let Some(parts) = call.request["TransactItems"].as_array() else {
        return refusal(400, "TransactionConflictException", &json!({}));
    };
    let place = place % parts.len().max(1);
    let reason = |at| {
        if at == place {
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
        fill(&mut request, &body);
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

/// Reads the keys that are not left, and puts those that are into the answer.
async fn unprocessed(
    real: &SharedHttpConnector,
    mut request: HttpRequest,
    call: &Call,
    left: &[usize],
) -> Struck {
    let mut asked = call.request.clone();
    let mut rest_of = json!({});
    for (table, wanted) in asked["RequestItems"].as_object_mut().into_iter().flatten() {
        let all = wanted["Keys"].as_array().cloned().unwrap_or_default();
        // A batch that reads nothing is none: its first key is always read.
        let is_left = |place: usize| place > 0 && left.contains(&place);
        let part = |want: bool| -> Vec<Value> {
            let places = all.iter().enumerate().filter(|(place, _)| is_left(*place) == want);
            places.map(|(_, key)| key.clone()).collect()
        };
        if !part(true).is_empty() {
            rest_of[table] = wanted.clone();
            rest_of[table]["Keys"] = Value::Array(part(true));
        }
        wanted["Keys"] = Value::Array(part(false));
    }
    fill(&mut request, &asked);
    let sent = forward(real, request).await;
    let Some((200, mut answer)) = sent.committed.clone() else { return sent };
    answer["UnprocessedKeys"] = rest_of;
    Struck { seen: Ok(respond(200, &answer)), committed: Some((200, answer)) }
}

/// Puts another body into a request.
pub(super) fn fill(request: &mut HttpRequest, body: &Value) {
    let text = body.to_string();
    request.headers_mut().insert("content-length", text.len().to_string());
    *request.body_mut() = SdkBody::from(text);
}

fn rest(all: &[Value], struck: &[usize]) -> Vec<Value> {
    let kept = all.iter().enumerate().filter(|(place, _)| !struck.contains(place));
    kept.map(|(_, statement)| statement.clone()).collect()
}
