//! The bucket of the documents, as far as functions call it: objects by key, their entity tags as
//! conditions, and refusals on request.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::{Client, Config};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use domain::ids::Sha256Hash;

use crate::world::World;

/// The bucket's name.
pub const BUCKET: &str = "documents";

/// The bucket. Clones share its objects.
#[derive(Debug, Clone, Default)]
pub struct Documents(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    objects: BTreeMap<String, Object>,
    refusals: usize,
}

/// An object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its content.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub content_type: String,
    /// Whether the lifecycle deletes it for bearing the tag of what no entry names.
    pub unnamed: bool,
}

/// The bucket's client, which asks once.
pub fn client(world: &World) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("t", "t", None, None, "t"))
        .retry_config(RetryConfig::disabled())
        .http_client(world.documents.http())
        .build();
    Client::from_conf(config)
}

impl Object {
    /// Its entity tag.
    pub fn etag(&self) -> String {
        format!("\"{}\"", Sha256Hash::of(&self.bytes))
    }
}

impl Documents {
    /// The bucket as the SDK's HTTP client.
    pub fn http(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }

    /// Puts an object, as a form would.
    pub fn upload(&self, key: &str, content_type: &str, bytes: &[u8]) -> Object {
        let (bytes, content_type) = (bytes.to_vec(), content_type.to_owned());
        let object = Object { bytes, content_type, unnamed: false };
        self.state(|state| state.objects.insert(key.to_owned(), object.clone()));
        object
    }

    /// The keys of all objects.
    pub fn keys(&self) -> Vec<String> {
        self.state(|state| state.objects.keys().cloned().collect())
    }

    /// The keys of the objects that bear the tag of what no entry names.
    pub fn unnamed(&self) -> Vec<String> {
        self.state(|state| {
            let unnamed = state.objects.iter().filter(|(_, object)| object.unnamed);
            unnamed.map(|(key, _)| key.clone()).collect()
        })
    }

    /// Refuses the next requests.
    pub fn refuse(&self, times: usize) {
        self.state(|state| state.refusals = times);
    }

    fn state<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn answer(&self, request: &HttpRequest) -> HttpResponse {
        self.state(|state| {
            if state.refusals > 0 {
                state.refusals -= 1;
                return refusal(503, "SlowDown");
            }
            state.answer(request)
        })
    }
}

impl State {
    fn answer(&mut self, request: &HttpRequest) -> HttpResponse {
        let header = |name| request.headers().get(name).unwrap_or_default().to_owned();
        let path = request.uri().split("://").last().unwrap_or_default();
        let path = path.split_once('/').map_or("", |(_, path)| path);
        let (key, query) = path.split_once('?').unwrap_or((path, ""));
        let key = key.to_owned();
        let tagging = query.split('&').any(|part| part.trim_end_matches('=') == "tagging");
        let source = header("x-amz-copy-source");
        match request.method() {
            "GET" if query.contains("list-type=2") => self.list(query),
            "PUT" if tagging => self.tag(&key, true),
            "DELETE" if tagging => self.tag(&key, false),
            "GET" => match self.found(&key, &header("if-match")) {
                Ok(object) => content(&object),
                Err((status, code)) => refusal(status, code),
            },
            "PUT" if !source.is_empty() => {
                let from = source.trim_start_matches(BUCKET).trim_start_matches('/');
                match self.found(from, &header("x-amz-copy-source-if-match")) {
                    Ok(object) => {
                        let replaced = header("x-amz-tagging-directive") == "REPLACE";
                        let unnamed = replaced && header("x-amz-tagging") == "named=no";
                        self.objects.insert(key, Object { unnamed, ..object });
                        respond(200, "<CopyObjectResult/>")
                    }
                    Err((status, code)) => refusal(status, code),
                }
            }
            "DELETE" => {
                self.objects.remove(&key);
                respond(204, "")
            }
            other => panic!("no function asks a bucket for {other} {key}"),
        }
    }

    fn list(&self, query: &str) -> HttpResponse {
        let prefix = query.split('&').find_map(|part| part.strip_prefix("prefix="));
        let prefix = prefix.expect("a prefix").replace("%2F", "/");
        let keys = self.objects.keys().filter(|key| key.starts_with(&prefix));
        let contents = keys.map(|key| format!("<Contents><Key>{key}</Key></Contents>"));
        let contents: String = contents.collect();
        let truncated = "<IsTruncated>false</IsTruncated>";
        respond(200, &format!("<ListBucketResult>{truncated}{contents}</ListBucketResult>"))
    }

    /// The one tag that there is, put or taken away.
    fn tag(&mut self, key: &str, unnamed: bool) -> HttpResponse {
        match self.objects.get_mut(key) {
            Some(object) => {
                object.unnamed = unnamed;
                respond(if unnamed { 200 } else { 204 }, "")
            }
            None => refusal(404, "NoSuchKey"),
        }
    }

    fn found(&self, key: &str, etag: &str) -> Result<Object, (u16, &'static str)> {
        let object = self.objects.get(key).ok_or((404, "NoSuchKey"))?;
        if object.etag() == etag { Ok(object.clone()) } else { Err((412, "PreconditionFailed")) }
    }
}

fn content(object: &Object) -> HttpResponse {
    let status = StatusCode::try_from(206).expect("a status");
    let mut response = HttpResponse::new(status, SdkBody::from(object.bytes.clone()));
    response.headers_mut().insert("content-type", object.content_type.clone());
    response
}

fn refusal(status: u16, code: &str) -> HttpResponse {
    respond(status, &format!("<Error><Code>{code}</Code></Error>"))
}

fn respond(status: u16, body: &str) -> HttpResponse {
    let status = StatusCode::try_from(status).expect("a status");
    let mut response = HttpResponse::new(status, SdkBody::from(body));
    response.headers_mut().insert("content-type", "application/xml");
    response
}

impl HttpClient for Documents {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Documents {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(Ok(self.answer(&request)))
    }
}
