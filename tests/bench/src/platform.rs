//! What the platform is to a function: the Runtime API, from which it takes its events and to which it
//! hands its answers.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};

use crate::cloud::PATIENCE;

/// How long an invocation may take by what the function is told.
const LIMIT: Duration = Duration::from_secs(50);

/// What a function does, as the platform sees it.
#[derive(Debug)]
enum Step {
    /// It asks for work.
    Asks,
    /// It has answered; whether well, and with what.
    Answers(bool, Bytes),
}

/// The Runtime API of one function.
pub struct Platform {
    /// Its address, as the function is told it.
    pub address: String,
    events: mpsc::UnboundedSender<Bytes>,
    steps: mpsc::UnboundedReceiver<(Step, Instant)>,
}

/// What became of an invocation.
#[derive(Debug)]
pub struct Answer {
    /// From the handing over of the event to the arrival of the answer.
    pub took: Duration,
    /// Whether the function answered, rather than failed.
    pub well: bool,
    /// What it answered.
    pub body: Value,
}

struct Shared {
    events: Mutex<mpsc::UnboundedReceiver<Bytes>>,
    steps: mpsc::UnboundedSender<(Step, Instant)>,
}

impl Platform {
    /// Starts it on a loopback port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
        let address = listener.local_addr().expect("a bound address").to_string();
        let (events, incoming) = mpsc::unbounded_channel();
        let (outgoing, steps) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared { events: Mutex::new(incoming), steps: outgoing });
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                drop(stream.set_nodelay(true));
                let shared = Arc::clone(&shared);
                tokio::spawn(async move {
                    let answer = service_fn(|request| {
                        let shared = Arc::clone(&shared);
                        async move { Ok::<_, Infallible>(shared.answer(request).await) }
                    });
                    let served = hyper::server::conn::http1::Builder::new();
                    // A function that was stopped breaks its connection.
                    drop(served.serve_connection(TokioIo::new(stream), answer).await);
                });
            }
        });
        Self { address, events, steps }
    }

    /// Waits until the function asks for work; when it did.
    pub async fn asked(&mut self) -> Instant {
        match self.step().await {
            (Step::Asks, at) => at,
            (Step::Answers(_, body), _) => {
                panic!("a function failed at its start: {}", String::from_utf8_lossy(&body))
            }
        }
    }

    /// Hands an event to a function that asks for work, and waits until it asks for more.
    pub async fn invoke(&mut self, event: &Value) -> Answer {
        let event = Bytes::from(event.to_string());
        let began = now();
        self.events.send(event).expect("a function that runs");
        let (well, body, took) = match self.step().await {
            (Step::Answers(well, body), at) => (well, body, at - began),
            (Step::Asks, _) => panic!("a function asks for more before it has answered"),
        };
        self.asked().await;
        Answer { took, well, body: serde_json::from_slice(&body).unwrap_or(Value::Null) }
    }

    async fn step(&mut self) -> (Step, Instant) {
        let step = tokio::time::timeout(PATIENCE, self.steps.recv()).await;
        step.expect("a function that answers in time").expect("a platform that runs")
    }
}

impl Shared {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let at = now();
        let path = request.uri().path().to_owned();
        if path.ends_with("/invocation/next") {
            self.tell(Step::Asks, at);
            let Some(event) = self.events.lock().await.recv().await else { return empty(500) };
            return event_of(event);
        }
        // Measured when its last byte is here.
        let body = request.into_body().collect().await.map(http_body_util::Collected::to_bytes);
        self.tell(Step::Answers(path.ends_with("/response"), body.unwrap_or_default()), now());
        empty(202)
    }

    fn tell(&self, step: Step, at: Instant) {
        // Nobody listens any more when a run is over.
        drop(self.steps.send((step, at)));
    }
}

fn event_of(event: Bytes) -> Response<Full<Bytes>> {
    let deadline = wall_clock() + LIMIT;
    Response::builder()
        .header("lambda-runtime-aws-request-id", format!("r-{:016x}", fastrand::u64(..)))
        .header("lambda-runtime-deadline-ms", deadline.as_millis().to_string())
        .header(
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:000000000000:function:bench",
        )
        .header("content-type", "application/json")
        .body(Full::from(event))
        .expect("an event")
}

fn empty(status: u16) -> Response<Full<Bytes>> {
    Response::builder().status(status).body(Full::default()).expect("a response")
}

/// The clock of all measurements.
#[expect(clippy::disallowed_methods, reason = "what is measured here is time")]
pub fn now() -> Instant {
    Instant::now()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the platform tells functions when they must be done"
)]
fn wall_clock() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}
