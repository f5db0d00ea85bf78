//! Requests over HTTP: `https` with the machine's authorities, or `http` to this machine. Nothing is followed, no
//! proxy is asked, and answers are bounded.

use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::{ClientConfig, RootCertStore};
use tokio::runtime::{Builder, Runtime};

use super::address::Address;
use super::failure::Failure;
use super::request::{Answer, Request};
use crate::sign_in::SignInSecret;

/// How long an answer may take. The gateway gives up after 30 seconds.
const ANSWER_TIME: Duration = Duration::from_secs(45);
/// The largest answer that is read: what the gateway lets pass.
const LARGEST_ANSWER: usize = 10 * 1024 * 1024;
const AGENT: &str = concat!("cpor/", env!("CARGO_PKG_VERSION"));

type HttpClient = Client<HttpsConnector<HttpConnector>, Full<Cursor<Vec<u8>>>>;

/// A client for one address.
#[derive(Debug)]
pub struct Transport {
    runtime: Runtime,
    client: HttpClient,
    address: Address,
    host: Option<String>,
}

impl Transport {
    /// A client for that address. `host`: the name that the gateway knows the API by, where it is another one.
    pub fn new(address: Address, host: Option<String>) -> Result<Self, Failure> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::unreadable("sockets", error))?;
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls_config(address.is_secure())?)
            .https_or_http()
            .enable_http1()
            .build();
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Ok(Self { runtime, client, address, host })
    }

    /// Sends a request once. The error says why there is no answer.
    pub fn send(&self, request: &Request, token: Option<&SignInSecret>) -> Result<Answer, String> {
        let request = self.write_request(request, token).map_err(|error| error.to_string())?;
        self.runtime.block_on(async {
            let answer = tokio::time::timeout(ANSWER_TIME, self.exchange(request));
            answer.await.map_err(|_| "no answer in time".to_owned())?
        })
    }

    async fn exchange(
        &self,
        request: http::Request<Full<Cursor<Vec<u8>>>>,
    ) -> Result<Answer, String> {
        let answer = self.client.request(request).await.map_err(|error| tell_causes(&error))?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, LARGEST_ANSWER).collect().await;
        let body = body.map_err(|error| format!("the answer broke off: {error}"))?;
        let body = body.to_bytes().to_vec();
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
    }

    fn write_request(
        &self,
        request: &Request,
        token: Option<&SignInSecret>,
    ) -> Result<http::Request<Full<Cursor<Vec<u8>>>>, http::Error> {
        let mut builder = http::Request::builder()
            .method(request.method.clone())
            .uri(self.address.join(&request.path))
            .header("user-agent", AGENT)
            .header("accept", "application/json");
        if let Some(host) = &self.host {
            builder = builder.header("host", host);
        }
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        if let Some(token) = token {
            builder = builder.header("authorization", format!("Bearer {}", token.reveal()));
        }
        let body = request.body.as_ref().map(|(kind, bytes)| (*kind, bytes.clone()));
        if let Some((kind, _)) = body {
            builder = builder.header("content-type", kind);
        }
        let bytes = body.map(|(_, bytes)| bytes).unwrap_or_default();
        builder.body(Full::new(Cursor::new(bytes)))
    }
}

/// The authorities of the machine; none where no TLS is spoken.
fn tls_config(secure: bool) -> Result<ClientConfig, Failure> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::unreadable("TLS", error))?;
    let builder = if secure {
        builder.with_native_roots().map_err(|error| {
            Failure::unreadable("The certificate authorities of this machine", error)
        })?
    } else {
        builder.with_root_certificates(RootCertStore::empty())
    };
    Ok(builder.with_no_client_auth())
}

/// An error with what caused it. Errors of the connection name hosts, and no header.
fn tell_causes(error: &dyn std::error::Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        told = format!("{told}: {error}");
        cause = error.source();
    }
    told
}
