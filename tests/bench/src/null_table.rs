//! A table in the worker's own process that answers everything at once and well: what is left is what
//! the worker itself takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Credentials, Region, StalledStreamProtectionConfig,
};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::ids::ClaimId;
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use store::{CloseMethod, Store, StoreConfig};
use support::engine::TABLE;
use support::test_env::{partner_id, prague};

use crate::fixture::{Fixture, last_drainable, position, timers};

/// How many timers a page has: as many as the worker asks for.
const PAGE: u32 = 1000;
/// What it asks for of each.
const READ: &str = "sk, d, k, c, q, w, n";

/// The processor's time that a worker takes for one of so many closes: on one thread, as it runs.
pub fn cost_of_close(closes: u32, now: fn() -> DateTime<Utc>) -> Duration {
    let measured = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(measure(closes, now))
    });
    measured.join().expect("a measurement")
}

async fn measure(closes: u32, now: fn() -> DateTime<Utc>) -> Duration {
    let fixture = Box::pin(Fixture::set(now())).await;
    let bucket = last_drainable(now());
    let null_table = Stub(Arc::new(Answers::of(&fixture, bucket, closes / PAGE, now)));
    let credentials = Credentials::new("test", "test", None, None, "test");
    let config = aws_sdk_dynamodb::Config::builder()
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(credentials)
        .endpoint_url("http://localhost")
        .http_client(SharedHttpClient::new(null_table))
        .build();
    let config_of_store = StoreConfig {
        counting_data: domain::calendar::counting_data(),
        table: TABLE.to_owned(),
        shards: 1,
        operator: prague(),
        clock: Arc::new(now),
        sandbox: false,
        closing: CloseMethod::Batch,
    };
    let store = Store::new(Client::from_conf(config), config_of_store);
    let until = now() + chrono::Duration::hours(1);
    let before = processor_time();
    let drained = store.drain_timers(0, until).await.expect("a drained shard");
    let took = processor_time().saturating_sub(before);
    assert_eq!((drained.closed, drained.early), (closes / PAGE * PAGE, 0), "{drained:?}");
    took / drained.closed
}

/// Of this thread.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// What the table says, written beforehand.
#[derive(Debug)]
struct Answers {
    page: Bytes,
    last_page: Bytes,
    pages: AtomicU32,
    closed: Bytes,
    position: Bytes,
    now: fn() -> DateTime<Utc>,
}

#[derive(Debug, Clone)]
struct Stub(Arc<Answers>);

impl Answers {
    fn of(
        fixture: &Fixture,
        bucket: DateTime<Utc>,
        pages: u32,
        now: fn() -> DateTime<Utc>,
    ) -> Self {
        let (partner, partition) = (partner_id("p-alpine"), timers(bucket, 0));
        let timer = |number| {
            let id = ClaimId::of(&partner, &format!("stub-{number}"));
            projected(fixture.due.timer_of(&id, &partition))
        };
        let all: Vec<Value> = (0..PAGE).map(timer).collect();
        let key = json!({"pk": {"S": partition}, "sk": all.last().map(|last| &last["sk"])});
        let bytes = |value: Value| Bytes::from(value.to_string());
        let closed: Vec<Value> = (0..25).map(|_| json!({"TableName": TABLE})).collect();
        Self {
            page: bytes(json!({"Items": all, "Count": PAGE, "LastEvaluatedKey": key})),
            last_page: bytes(json!({"Items": all, "Count": PAGE})),
            pages: AtomicU32::new(pages),
            closed: bytes(json!({"Responses": closed})),
            position: bytes(json!({"Attributes": position(bucket, 0)})),
            now,
        }
    }

    fn answer(&self, request: &HttpRequest) -> Bytes {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let body = request.body().bytes().unwrap_or_default();
        match target.rsplit('.').next().unwrap_or_default() {
            "Query" if contains(body, READ.as_bytes()) => {
                match self.pages.fetch_sub(1, Ordering::Relaxed) {
                    0 => panic!("the worker asks for a page that does not exist"),
                    1 => self.last_page.clone(),
                    _ => self.page.clone(),
                }
            }
            "BatchExecuteStatement" => self.closed.clone(),
            "UpdateItem" => self.position.clone(),
            _ => Bytes::from_static(b"{}"),
        }
    }
}

/// A timer as the worker asks for it.
fn projected(mut timer: Value) -> Value {
    let attributes = timer.as_object_mut().expect("an item");
    attributes.retain(|name, _| READ.split(", ").any(|read| read == name));
    timer
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

impl HttpClient for Stub {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Stub {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let status = 200.try_into().expect("a status");
        let mut response = HttpResponse::new(status, SdkBody::from(self.0.answer(&request)));
        response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
        let date = (self.0.now)().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        response.headers_mut().insert("date", date);
        HttpConnectorFuture::ready(Ok(response))
    }
}
