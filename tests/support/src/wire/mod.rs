//! The wire below the SDK: an HTTP client that passes requests on to the database, and on the way
//! counts them, asks what they cost, and breaks what a test told it to break.

mod call;
mod fault;
mod in_process;

pub use call::{Call, Spent, Units};
pub(crate) use fault::die;
pub use fault::{Act, Fault, any, throttled, until_death};

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use serde_json::Value;

use crate::clock::Clock;
use crate::engine::Engine;
use crate::template::Permissions;
use fault::Rule;

/// The wire. Clones share counts and faults.
#[derive(Clone)]
pub struct Wire(Arc<Shared>);

struct Shared {
    real: SharedHttpClient,
    clock: Clock,
    calls: Mutex<Vec<Call>>,
    rules: Mutex<Vec<Rule>>,
    undated: AtomicBool,
    counts_rounds: AtomicBool,
    rounds: AtomicUsize,
    permissions: Mutex<Option<Arc<Permissions>>>,
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

impl Wire {
    /// A wire to a database in this process, on which nothing breaks; answers carry the date of
    /// `clock`.
    pub fn new(clock: Clock, engine: &Engine) -> Self {
        Self::to(clock, in_process::http(engine.database().clone()))
    }

    /// A wire to whatever its client connects to.
    pub fn far(clock: Clock) -> Self {
        Self::to(clock, aws_smithy_http_client::Builder::new().build_http())
    }

    fn to(clock: Clock, real: SharedHttpClient) -> Self {
        let (calls, rules) = (Mutex::default(), Mutex::default());
        let (undated, permissions) = (AtomicBool::new(false), Mutex::default());
        let (counts_rounds, rounds) = (AtomicBool::new(false), AtomicUsize::new(0));
        Self(Arc::new(Shared {
            real,
            clock,
            calls,
            rules,
            undated,
            counts_rounds,
            rounds,
            permissions,
        }))
    }

    /// The wire as the SDK's HTTP client.
    pub fn http(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }

    /// Lets the `nth` call (from 1, counted from now on) that `concerns` picks run into `fault`.
    pub fn on(
        &self,
        concerns: impl Fn(&Call) -> bool + Send + Sync + 'static,
        nth: usize,
        fault: Fault,
    ) {
        lock(&self.0.rules).push(Rule::new(Arc::new(concerns), nth..nth + 1, fault));
    }

    /// Lets every call that `concerns` picks run into `fault`, from now on.
    pub fn always(&self, concerns: impl Fn(&Call) -> bool + Send + Sync + 'static, fault: Fault) {
        lock(&self.0.rules).push(Rule::new(Arc::new(concerns), 1..usize::MAX, fault));
    }

    /// From now on no call is answered before every call has been sent that does not wait for its answer.
    /// So calls come in rounds, as they would if each took the same time: [`Wire::rounds`].
    pub fn count_rounds(&self) {
        self.0.counts_rounds.store(true, Ordering::Relaxed);
    }

    /// How many calls since the last reset had to wait for one another.
    pub fn rounds(&self) -> usize {
        self.0.rounds.load(Ordering::Relaxed)
    }

    /// The round of a call that is sent now; the calls beside it are sent meanwhile.
    async fn begin_round(&self) -> usize {
        let round = self.rounds() + 1;
        if self.0.counts_rounds.load(Ordering::Relaxed) {
            for _ in 0..TURNS {
                tokio::task::yield_now().await;
            }
        }
        round
    }

    /// Repairs everything and forgets the calls so far.
    pub fn reset(&self) {
        self.0.rounds.store(0, Ordering::Relaxed);
        lock(&self.0.rules).clear();
        lock(&self.0.calls).clear();
    }

    /// From now on the database refuses what these permissions do not cover, as IAM does.
    pub fn permit(&self, permissions: Arc<Permissions>) {
        *lock(&self.0.permissions) = Some(permissions);
    }

    /// From now on answers bear no date.
    pub fn leave_out_dates(&self) {
        self.0.undated.store(true, Ordering::Relaxed);
    }

    /// The calls since the last reset, refused ones too.
    pub fn calls(&self) -> Vec<Call> {
        lock(&self.0.calls).clone()
    }

    /// What somebody makes of the calls since the last reset, without a copy of them.
    pub fn told<T>(&self, of: impl FnOnce(&[Call]) -> T) -> T {
        of(&lock(&self.0.calls))
    }

    /// The operations called since the last reset, in their order.
    pub fn operations(&self) -> Vec<String> {
        self.calls().into_iter().map(|call| call.operation).collect()
    }

    /// What the calls since the last reset cost.
    pub fn spent(&self) -> Spent {
        self.calls().iter().map(Call::spent).sum()
    }

    fn fault_for(&self, call: &Call) -> Option<Fault> {
        lock(&self.0.rules).iter_mut().find_map(|rule| rule.fault_for(call))
    }

    async fn pass(self, real: SharedHttpConnector, mut request: HttpRequest) -> Answer {
        let call = Call::read(&request);
        if call.metered {
            fault::fill(&mut request, &call.request);
        }
        let place = {
            let mut calls = lock(&self.0.calls);
            calls.push(call.clone());
            calls.len() - 1
        };
        let refusal = lock(&self.0.permissions).as_ref().and_then(|own| own.refusal(&call));
        let round = self.begin_round().await;
        let answer = match (refusal, self.fault_for(&call)) {
            (Some(refusal), _) => fault::forbidden(&refusal),
            (None, Some(fault)) => fault.strike(&real, request, &call).await,
            (None, None) => forward(&real, request).await,
        };
        self.0.rounds.fetch_max(round, Ordering::Relaxed);
        if let Some(call) = lock(&self.0.calls).get_mut(place) {
            call.round = round;
        }
        self.record(place, answer)
    }

    /// Notes the answer, and dates it by the test's clock.
    fn record(&self, place: usize, answer: Struck) -> Answer {
        if let Some(call) = lock(&self.0.calls).get_mut(place) {
            call.status = answer.committed.as_ref().map(|(status, _)| *status);
            call.response = answer.committed.map(|(_, body)| body);
        }
        let mut response = answer.seen?;
        if self.0.undated.load(Ordering::Relaxed) {
            response.headers_mut().remove("date");
        } else {
            let date = self.0.clock.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
            response.headers_mut().insert("date", date);
        }
        Ok(response)
    }
}

/// How often other futures of a task may go on before a call is answered: as deep as joined futures are
/// nested, and more.
const TURNS: usize = 32;

type Answer = Result<HttpResponse, ConnectorError>;

/// What became of a call: what the database said, if it was asked, and what the caller sees.
struct Struck {
    committed: Option<(u16, Value)>,
    seen: Answer,
}

/// Sends the request on and reads the whole answer.
async fn forward(real: &SharedHttpConnector, request: HttpRequest) -> Struck {
    let mut response = match real.call(request).await {
        Ok(response) => response,
        Err(error) => return Struck { committed: None, seen: Err(error) },
    };
    let bytes = match ByteStream::new(response.take_body()).collect().await {
        Ok(bytes) => bytes.into_bytes(),
        Err(error) => {
            return Struck { committed: None, seen: Err(ConnectorError::io(error.into())) };
        }
    };
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    let status = response.status().as_u16();
    *response.body_mut() = SdkBody::from(bytes);
    Struck { committed: Some((status, body)), seen: Ok(response) }
}

impl HttpClient for Wire {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let real = self.0.real.http_connector(settings, components);
        SharedHttpConnector::new(Connector { wire: self.clone(), real })
    }
}

#[derive(Debug)]
struct Connector {
    wire: Wire,
    real: SharedHttpConnector,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.wire.clone().pass(self.real.clone(), request))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
