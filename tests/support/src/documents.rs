//! The bucket of the documents, as far as functions call it: objects by key in all their versions, their entity
//! tags as conditions, and refusals on request.

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

use crate::test_env::TestEnv;

/// The bucket's name.
pub const BUCKET: &str = "documents";

/// The bucket. Clones share its objects.
#[derive(Debug, Clone, Default)]
pub struct Documents(Arc<Mutex<State>>);

/// What the keys of daily roots begin with.
const ROOTS: &str = "roots/";

/// How many versions a page of their list has.
const PAGE: usize = 2;

#[derive(Debug, Default)]
struct State {
    /// The versions of each object, the oldest first.
    versions: BTreeMap<String, Vec<Version>>,
    given: usize,
    refusals: usize,
    requests: usize,
    /// Of which request the answer is lost, and whether it was done.
    lost: Option<(usize, bool)>,
}

#[derive(Debug)]
struct Version {
    id: usize,
    /// None: the marker of a deletion.
    object: Option<Object>,
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
    /// How often the scanner was given it, as its metadata say.
    pub scans: Option<String>,
}

/// The bucket's client, which asks once.
pub fn client(env: &TestEnv) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("t", "t", None, None, "t"))
        .retry_config(RetryConfig::disabled())
        .http_client(env.documents.http())
        .build();
    Client::from_conf(config)
}

/// The daily roots in the bucket.
pub fn roots(env: &TestEnv) -> runtime::RootBucket {
    runtime::RootBucket::new(client(env), BUCKET)
}

impl Object {
    /// Its entity tag: with encryption by KMS a copy has another one than its source.
    pub fn etag(&self) -> String {
        let copied = self.scans.as_deref().unwrap_or_default().as_bytes();
        format!("\"{}\"", Sha256Hash::of(&[&self.bytes, copied].concat()))
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
        let object = Object { bytes, content_type, unnamed: false, scans: None };
        self.state(|state| state.put(key.to_owned(), Some(object.clone())));
        object
    }

    /// The object of that key.
    pub fn object(&self, key: &str) -> Option<Object> {
        self.state(|state| state.objects().find(|own| own.0 == key).map(|own| own.1.clone()))
    }

    /// The keys of all objects.
    pub fn keys(&self) -> Vec<String> {
        self.state(|state| state.objects().map(|(key, _)| key.clone()).collect())
    }

    /// The key of each version that is kept, old ones and markers of deletions too.
    pub fn versions(&self) -> Vec<String> {
        self.state(|state| state.all_versions("").into_iter().map(|(key, ..)| key).collect())
    }

    /// The keys of the objects that bear the tag of what no entry names.
    pub fn unnamed(&self) -> Vec<String> {
        self.state(|state| {
            let unnamed = state.objects().filter(|(_, object)| object.unnamed);
            unnamed.map(|(key, _)| key.clone()).collect()
        })
    }

    /// How many requests there were.
    pub fn requests(&self) -> usize {
        self.state(|state| state.requests)
    }

    /// Loses the answer of the `nth` request from now (from 1), which is carried out or is not.
    pub fn lose(&self, nth: usize, done: bool) {
        self.state(|state| state.lost = Some((state.requests + nth, done)));
    }

    /// Forgets every object whose key begins so, as no function can.
    pub fn forget(&self, prefix: &str) {
        self.state(|state| state.versions.retain(|key, _| !key.starts_with(prefix)));
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
            state.requests += 1;
            match state.lost.filter(|(nth, _)| *nth == state.requests) {
                Some((_, false)) => refusal(500, "InternalError"),
                Some((_, true)) => {
                    state.answer(request);
                    refusal(500, "InternalError")
                }
                None => state.answer(request),
            }
        })
    }
}

impl State {
    fn put(&mut self, key: String, object: Option<Object>) {
        self.given += 1;
        self.versions.entry(key).or_default().push(Version { id: self.given, object });
    }

    /// The objects that are there: those whose newest version is no marker of a deletion.
    fn objects(&self) -> impl Iterator<Item = (&String, &Object)> {
        self.versions.iter().filter_map(|(key, all)| Some((key, all.last()?.object.as_ref()?)))
    }

    /// Key, id and whether it is an object, of each version: by key, the newest first.
    fn all_versions(&self, prefix: &str) -> Vec<(String, usize, bool)> {
        let keys = self.versions.iter().filter(|(key, _)| key.starts_with(prefix));
        keys.flat_map(|(key, all)| {
            all.iter().rev().map(|one| (key.clone(), one.id, one.object.is_some()))
        })
        .collect()
    }

    fn answer(&mut self, request: &HttpRequest) -> HttpResponse {
        let header = |name| request.headers().get(name).unwrap_or_default().to_owned();
        let path = request.uri().split("://").last().unwrap_or_default();
        let path = path.split_once('/').map_or("", |(_, path)| path);
        let (key, query) = path.split_once('?').unwrap_or((path, ""));
        let key = key.to_owned();
        let asks = |what: &str| query.split('&').any(|part| part.trim_end_matches('=') == what);
        let tagging = asks("tagging");
        let source = header("x-amz-copy-source");
        match request.method() {
            "GET" if query.contains("list-type=2") => self.list(query),
            "GET" if key.starts_with(ROOTS) => self.read_root(&key, &header("range")),
            // As the policy of the bucket has it.
            "PUT" if key.starts_with(ROOTS) && header("if-none-match") == "*" => {
                let bytes = request.body().bytes().unwrap_or_default().to_vec();
                self.put_root(key, bytes)
            }
            "PUT" | "DELETE" if key.starts_with(ROOTS) => refusal(403, "AccessDenied"),
            "GET" if asks("versions") => self.list_versions(query),
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
                        let copied = if header("x-amz-metadata-directive") == "REPLACE" {
                            let scans = Some(header("x-amz-meta-scans"));
                            Object { scans, content_type: header("content-type"), ..object }
                        } else if from == key {
                            return refusal(400, "InvalidRequest");
                        } else {
                            object
                        };
                        self.put(key, Some(Object { unnamed, ..copied }));
                        respond(200, "<CopyObjectResult/>")
                    }
                    Err((status, code)) => refusal(status, code),
                }
            }
            "DELETE" => {
                match parameter(query, "versionId") {
                    Some(id) => self.forget(&key, &id),
                    None => self.put(key, None),
                }
                respond(204, "")
            }
            other => panic!("no function asks a bucket for {other} {key}"),
        }
    }

    fn list(&self, query: &str) -> HttpResponse {
        let prefix = parameter(query, "prefix").expect("a prefix");
        let after = parameter(query, "start-after").unwrap_or_default();
        let flat = parameter(query, "delimiter").is_some();
        let is_listed = |key: &&String| {
            let rest = key.strip_prefix(&prefix);
            rest.is_some_and(|rest| !flat || !rest.contains('/')) && **key > after
        };
        let keys = self.objects().map(|(key, _)| key).filter(is_listed);
        let contents = keys.map(|key| format!("<Contents><Key>{key}</Key></Contents>"));
        let contents: String = contents.collect();
        let truncated = "<IsTruncated>false</IsTruncated>";
        respond(200, &format!("<ListBucketResult>{truncated}{contents}</ListBucketResult>"))
    }

    /// A daily root or what belongs to it, or the bytes of a range.
    fn read_root(&self, key: &str, range: &str) -> HttpResponse {
        let newest = self.versions.get(key).and_then(|all| all.last()?.object.as_ref());
        let Some(object) = newest else { return refusal(404, "NoSuchKey") };
        let mut object = object.clone();
        if let Some((from, to)) = range.strip_prefix("bytes=").and_then(|own| own.split_once('-')) {
            let place = |text: &str| text.parse::<usize>().expect("a place");
            let end = object.bytes.len().min(place(to) + 1);
            object.bytes = object.bytes[place(from)..end].to_vec();
        }
        content(&object)
    }

    /// A new object; one that is there stays.
    fn put_root(&mut self, key: String, bytes: Vec<u8>) -> HttpResponse {
        if self.versions.contains_key(&key) {
            return refusal(412, "PreconditionFailed");
        }
        let content_type = "application/octet-stream".to_owned();
        let object = Object { bytes, content_type, unnamed: false, scans: None };
        self.put(key, Some(object));
        respond(200, "")
    }

    /// A page of the versions, from behind the one that the request names.
    fn list_versions(&self, query: &str) -> HttpResponse {
        let all = self.all_versions(&parameter(query, "prefix").expect("a prefix"));
        let after = parameter(query, "key-marker").zip(parameter(query, "version-id-marker"));
        let is_behind = |(key, id, _): &&(String, usize, bool)| {
            let after = after.as_ref().map(|(key, id)| (key, id.parse::<usize>().expect("an id")));
            after.is_none_or(|(last, seen)| key > last || (key == last && *id < seen))
        };
        let rest: Vec<_> = all.iter().filter(is_behind).collect();
        let page = rest.get(..PAGE.min(rest.len())).unwrap_or_default();
        let element = |(key, id, is_object): &&(String, usize, bool)| {
            let name = if *is_object { "Version" } else { "DeleteMarker" };
            format!("<{name}><Key>{key}</Key><VersionId>{id}</VersionId></{name}>")
        };
        let elements: String = page.iter().map(element).collect();
        let next = match page.last() {
            Some((key, id, _)) if rest.len() > page.len() => format!(
                "<IsTruncated>true</IsTruncated><NextKeyMarker>{key}</NextKeyMarker>\
                 <NextVersionIdMarker>{id}</NextVersionIdMarker>"
            ),
            Some(_) | None => "<IsTruncated>false</IsTruncated>".to_owned(),
        };
        respond(200, &format!("<ListVersionsResult>{next}{elements}</ListVersionsResult>"))
    }

    /// Forgets one version for good.
    fn forget(&mut self, key: &str, id: &str) {
        if let Some(all) = self.versions.get_mut(key) {
            all.retain(|one| one.id.to_string() != id);
        }
        self.versions.retain(|_, all| !all.is_empty());
    }

    /// The one tag that there is, put or taken away.
    fn tag(&mut self, key: &str, unnamed: bool) -> HttpResponse {
        let newest = self.versions.get_mut(key).and_then(|all| all.last_mut());
        match newest.and_then(|newest| newest.object.as_mut()) {
            Some(object) => {
                object.unnamed = unnamed;
                respond(if unnamed { 200 } else { 204 }, "")
            }
            None => refusal(404, "NoSuchKey"),
        }
    }

    fn found(&self, key: &str, etag: &str) -> Result<Object, (u16, &'static str)> {
        let newest = self.versions.get(key).and_then(|all| all.last()?.object.as_ref());
        let object = newest.ok_or((404, "NoSuchKey"))?;
        if object.etag() == etag { Ok(object.clone()) } else { Err((412, "PreconditionFailed")) }
    }
}

/// A parameter of a query.
fn parameter(query: &str, name: &str) -> Option<String> {
    let value = |part: &str| part.strip_prefix(name)?.strip_prefix('=').map(str::to_owned);
    query.split('&').find_map(value).map(|value| value.replace("%2F", "/"))
}

fn content(object: &Object) -> HttpResponse {
    let status = StatusCode::try_from(206).expect("a status");
    let mut response = HttpResponse::new(status, SdkBody::from(object.bytes.clone()));
    response.headers_mut().insert("content-type", object.content_type.clone());
    if let Some(scans) = object.scans.clone() {
        response.headers_mut().insert("x-amz-meta-scans", scans);
    }
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
