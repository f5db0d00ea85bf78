//! What the functions call: the embedded engine for the table, and the services beside it, behind one
//! loopback address with TLS or without. It counts what the table charges, and throttles on request.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use dynoxide::Database;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use support::documents::{BUCKET, Documents};
use support::engine::dispatch;
use support::fake_services::FakeServices;
use support::stack::SECRET;
use support::wire::{Call, Spent};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// The services. Clones share everything.
#[derive(Clone)]
pub struct Cloud {
    /// Where they listen.
    pub endpoint: String,
    /// The authority that signed their certificate, where they have one.
    pub authority: Option<PathBuf>,
    shared: Arc<Shared>,
}

struct Shared {
    database: Database,
    services: FakeServices,
    documents: Documents,
    metered: AtomicBool,
    spent: Mutex<Spent>,
    calls: AtomicU64,
    /// The table's calls, while they are recorded.
    record: Mutex<Option<Vec<Call>>>,
    throttle: Throttle,
}

/// How the table throttles: calls, and single statements of a batch.
#[derive(Default)]
struct Throttle {
    percent: AtomicU64,
    refused: AtomicU64,
}

impl Throttle {
    fn strikes(&self) -> bool {
        let percent = self.percent.load(Ordering::Relaxed);
        let strikes = percent > 0 && fastrand::u64(0..100) < percent;
        if strikes {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        strikes
    }
}

impl Cloud {
    /// Starts the services over a database.
    pub async fn start(
        database: Database,
        documents: Documents,
        tls: Option<(TlsAcceptor, PathBuf)>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
        let address: SocketAddr = listener.local_addr().expect("a bound address");
        let shared = Arc::new(Shared {
            database,
            services: FakeServices::default(),
            documents,
            metered: AtomicBool::new(false),
            spent: Mutex::default(),
            calls: AtomicU64::new(0),
            record: Mutex::default(),
            throttle: Throttle::default(),
        });
        let (acceptor, authority) = tls.unzip();
        let scheme = if acceptor.is_some() { "https" } else { "http" };
        tokio::spawn(accept(listener, acceptor, Arc::clone(&shared)));
        Self { endpoint: format!("{scheme}://{address}"), authority, shared }
    }

    /// From now on every call of the table asks what it costs.
    pub fn meter(&self) {
        self.shared.metered.store(true, Ordering::Relaxed);
    }

    /// From now on the calls of the table are recorded; those that were recorded before.
    pub fn record(&self) -> Vec<Call> {
        let mut record = self.shared.record.lock().unwrap_or_else(PoisonError::into_inner);
        record.replace(Vec::new()).unwrap_or_default()
    }

    /// What the table has charged and how often it was called since the last time this was asked.
    pub fn spent(&self) -> (Spent, u64) {
        let mut spent = self.shared.spent.lock().unwrap_or_else(PoisonError::into_inner);
        (std::mem::take(&mut *spent), self.shared.calls.swap(0, Ordering::Relaxed))
    }

    /// What was sent by that operation of another service since the last time this was asked; whatever
    /// else was sent is forgotten.
    pub fn taken(&self, operation: &str) -> Vec<Value> {
        let sent = self.shared.services.sent(operation);
        self.shared.services.forget();
        sent
    }

    /// Refuses so many of a hundred calls, and as many statements of a batch, as throttled.
    pub fn throttle(&self, percent: u64) {
        self.shared.throttle.percent.store(percent, Ordering::Relaxed);
    }

    /// How many calls and statements were refused as throttled.
    pub fn throttled(&self) -> u64 {
        self.shared.throttle.refused.load(Ordering::Relaxed)
    }
}

async fn accept(listener: TcpListener, acceptor: Option<TlsAcceptor>, shared: Arc<Shared>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { return };
        drop(stream.set_nodelay(true));
        let (acceptor, shared) = (acceptor.clone(), Arc::clone(&shared));
        tokio::spawn(async move {
            match acceptor {
                None => serve(stream, shared).await,
                Some(acceptor) => {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        serve(stream, shared).await;
                    }
                }
            }
        });
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, shared: Arc<Shared>) {
    let answer = service_fn(|request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(shared.answer(request).await) }
    });
    // A function that was stopped breaks its connection: nothing to say about that.
    drop(
        hyper::server::conn::http1::Builder::new()
            .serve_connection(TokioIo::new(stream), answer)
            .await,
    );
}

impl Shared {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let Ok(body) = body.collect().await else { return respond(400, "{}".to_owned()) };
        let body = body.to_bytes();
        let target = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
        match target.and_then(|target| target.split_once('.')) {
            Some(("DynamoDB_20120810", operation)) => {
                let (status, text) = self.table(operation, &body);
                respond(status, text)
            }
            Some(("secretsmanager", _)) => respond(200, secret().to_string()),
            Some(_) => pass(&self.services, &head, &body).await,
            None if head.uri.path().starts_with("/v2/") => pass(&self.services, &head, &body).await,
            None => pass(&self.documents, &head, &body).await,
        }
    }

    /// One operation of the table.
    fn table(&self, operation: &str, body: &[u8]) -> (u16, String) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        if self.throttle.strikes() {
            return (400, refusal("ThrottlingException").to_string());
        }
        if operation == "BatchExecuteStatement" && self.throttle.percent.load(Ordering::Relaxed) > 0
        {
            return self.partly(body);
        }
        let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        if record.is_none() && !self.metered.load(Ordering::Relaxed) {
            drop(record);
            return dispatch(&self.database, operation, body);
        }
        let request = serde_json::from_slice(body).unwrap_or(Value::Null);
        let mut call = Call::new(operation, request);
        let (status, text) =
            dispatch(&self.database, operation, call.request.to_string().as_bytes());
        call.response = serde_json::from_str(&text).ok();
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        *spent = [*spent, call.spent()].into_iter().sum();
        record.iter_mut().for_each(|record| record.push(call.clone()));
        (status, text)
    }

    /// A batch some of whose statements are throttled.
    fn partly(&self, body: &[u8]) -> (u16, String) {
        let mut request: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        let all = request["Statements"].as_array().cloned().unwrap_or_default();
        let struck: Vec<bool> = all.iter().map(|_| self.throttle.strikes()).collect();
        let kept = all.into_iter().zip(&struck).filter(|(_, struck)| !**struck);
        let kept: Vec<Value> = kept.map(|(statement, _)| statement).collect();
        let mut answers = Vec::new();
        if !kept.is_empty() {
            request["Statements"] = Value::Array(kept);
            let text = request.to_string();
            let (status, text) = dispatch(&self.database, "BatchExecuteStatement", text.as_bytes());
            if status != 200 {
                return (status, text);
            }
            let answer: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
            answers = answer["Responses"].as_array().cloned().unwrap_or_default();
        }
        let mut answers = answers.into_iter();
        let throttled = json!({"Error": {"Code": "ThrottlingError", "Message": "throttled"}});
        let answer = |struck: &bool| {
            if *struck { throttled.clone() } else { answers.next().unwrap_or(Value::Null) }
        };
        let all: Vec<Value> = struck.iter().map(answer).collect();
        (200, json!({"Responses": all}).to_string())
    }
}

fn refusal(code: &str) -> Value {
    json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": "refused"})
}

fn secret() -> Value {
    json!({"Name": "links", "SecretString": SECRET})
}

/// Hands a request to one of the services that the tests have.
async fn pass(
    service: &impl HttpConnector,
    head: &hyper::http::request::Parts,
    body: &[u8],
) -> Response<Full<Bytes>> {
    // An address without a domain has the bucket in its path.
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let path = path.strip_prefix(&format!("/{BUCKET}")).unwrap_or(path);
    let mut request = HttpRequest::new(SdkBody::from(body));
    request.set_method(head.method.as_str()).expect("a method");
    request.set_uri(format!("http://localhost{path}")).expect("an address");
    for (name, value) in &head.headers {
        if let Ok(value) = value.to_str() {
            request.headers_mut().insert(name.as_str().to_owned(), value.to_owned());
        }
    }
    let Ok(answer) = service.call(request).await else { return respond(500, "{}".to_owned()) };
    let mut response = Response::builder().status(answer.status().as_u16());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    let bytes = answer.body().bytes().unwrap_or_default().to_vec();
    response.body(Full::from(bytes)).expect("a response")
}

fn respond(status: u16, body: String) -> Response<Full<Bytes>> {
    Response::builder()
        .status(status)
        .header("content-type", "application/x-amz-json-1.0")
        .body(Full::from(body))
        .expect("a response")
}

/// How long a connection may take to be answered before a run is given up.
pub const PATIENCE: Duration = Duration::from_mins(1);
