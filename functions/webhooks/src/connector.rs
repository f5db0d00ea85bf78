//! The way to a receiver: its name is resolved, every address is judged, and the connection goes to one of those very
//! addresses. No proxy, no redirect, five seconds in all.
//!
//! Resolver, dialler, authorities and timer are values, so that a test has receivers and a time of its own. The judgement
//! of addresses is none: whatever resolves and dials, an address that is not public is refused.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use domain::webhook::DeliveryError;
use futures_util::future::{BoxFuture, Either, select};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use web::{HTTPS_PORT, WebhookUrl};

use crate::address::is_public;

/// How long an attempt may take, from the name to the answer.
const LIMIT: Duration = Duration::from_secs(5);
/// How much of an answer is read and thrown away, in bytes.
const READ: usize = 16 * 1024;
/// How much the head of an answer may have, in bytes.
const HEAD: usize = 16 * 1024;
/// How many addresses of a name are tried at the most.
const TRIED: usize = 4;

/// Finds the addresses of a name.
pub type Resolver =
    Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync>;
/// Opens a connection to an address that was judged.
pub type Dialer =
    Arc<dyn Fn(SocketAddr) -> BoxFuture<'static, io::Result<TcpStream>> + Send + Sync>;

/// Reads the authorities that are trusted, once, when the first connection is made.
pub type Authorities = Arc<dyn Fn() -> RootCertStore + Send + Sync>;

/// Tells when so much time has passed.
pub type Timer = Arc<dyn Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync>;

/// What connects to receivers.
#[derive(Clone)]
pub struct Connector {
    resolver: Resolver,
    dialer: Dialer,
    authorities: Authorities,
    timer: Timer,
    config: Arc<OnceLock<Arc<ClientConfig>>>,
    limit: Duration,
}

/// What a receiver answered, as far as anybody asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceiverAnswer {
    /// Its status. What else was answered is not kept.
    pub status: u16,
}

impl Connector {
    /// With the system's resolver and authorities, and without any setting.
    pub fn public() -> Self {
        Self::new(Arc::new(resolve_name), Arc::new(dial_address), Arc::new(native_authorities))
    }

    /// With another resolver, another dialler and other authorities.
    pub fn new(resolver: Resolver, dialer: Dialer, authorities: Authorities) -> Self {
        let timer: Timer = Arc::new(|limit| Box::pin(tokio::time::sleep(limit)));
        Self { resolver, dialer, authorities, timer, config: Arc::default(), limit: LIMIT }
    }

    /// The same with another limit of time.
    #[must_use]
    pub fn with_limit(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    /// The same, by another time than that of this machine.
    #[must_use]
    pub fn with_timer(self, timer: Timer) -> Self {
        Self { timer, ..self }
    }

    /// How long an attempt may take.
    pub fn limit(&self) -> Duration {
        self.limit
    }

    /// Posts a body of JSON to an address. The status counts as soon as it is there, whatever becomes of the rest.
    ///
    /// # Errors
    /// Why there was no answer.
    pub async fn post(
        &self,
        url: &WebhookUrl,
        headers: &[(&'static str, String)],
        body: String,
    ) -> Result<ReceiverAnswer, DeliveryError> {
        let attempt = Box::pin(self.attempt(url, headers, body));
        let (answered, limit) = match select(attempt, (self.timer)(self.limit)).await {
            Either::Left((answered, limit)) => (answered?, limit),
            Either::Right(((), _)) => return Err(DeliveryError::TimedOut),
        };
        let sent = ReceiverAnswer { status: answered.answer.status().as_u16() };
        select(Box::pin(answered.throw_away()), limit).await;
        Ok(sent)
    }

    async fn attempt(
        &self,
        url: &WebhookUrl,
        headers: &[(&'static str, String)],
        body: String,
    ) -> Result<Answered, DeliveryError> {
        let addresses = self.judged_addresses(url.host()).await?;
        let stream = self.connect(&addresses).await?;
        let stream = self.encrypt(url.host(), stream).await?;
        exchange(url, headers, body, stream).await
    }

    /// The addresses of a name, of which every one is public; those of IPv4 come first, since a function may have no
    /// other.
    async fn judged_addresses(&self, host: &str) -> Result<Vec<SocketAddr>, DeliveryError> {
        let resolved = (self.resolver)(host.to_owned()).await;
        let mut found = resolved.map_err(|_| DeliveryError::NameUnresolved)?;
        if found.is_empty() {
            return Err(DeliveryError::NameUnresolved);
        }
        if !found.iter().copied().all(is_public) {
            return Err(DeliveryError::AddressRefused);
        }
        found.sort_by_key(IpAddr::is_ipv6);
        found.dedup();
        Ok(found.into_iter().take(TRIED).map(|own| SocketAddr::new(own, HTTPS_PORT)).collect())
    }

    async fn connect(&self, addresses: &[SocketAddr]) -> Result<TcpStream, DeliveryError> {
        for address in addresses {
            if let Ok(stream) = (self.dialer)(*address).await {
                return Ok(stream);
            }
        }
        Err(DeliveryError::Unreachable)
    }

    async fn encrypt(
        &self,
        host: &str,
        stream: TcpStream,
    ) -> Result<TlsStream<TcpStream>, DeliveryError> {
        let name = ServerName::try_from(host.to_owned()).map_err(|_| DeliveryError::Untrusted)?;
        let config = self.tls_config().map_err(|_| DeliveryError::Untrusted)?;
        let connected = TlsConnector::from(config).connect(name, stream).await;
        connected.map_err(|error| match error.get_ref() {
            Some(inner) if inner.is::<rustls::Error>() => DeliveryError::Untrusted,
            Some(_) | None => DeliveryError::Unreachable,
        })
    }
}

impl Connector {
    fn tls_config(&self) -> Result<Arc<ClientConfig>, rustls::Error> {
        if let Some(made) = self.config.get() {
            return Ok(Arc::clone(made));
        }
        let made = Arc::new(client_config((self.authorities)())?);
        Ok(Arc::clone(self.config.get_or_init(|| made)))
    }
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connector").field("limit", &self.limit).finish_non_exhaustive()
    }
}

/// The head of an answer, with the connection that its body comes by.
struct Answered {
    answer: Response<Incoming>,
    /// Whoever drops the set, out of time for example, drops the connection.
    _connection: JoinSet<Result<(), hyper::Error>>,
}

/// One request and the head of its answer.
async fn exchange(
    url: &WebhookUrl,
    headers: &[(&'static str, String)],
    body: String,
    stream: TlsStream<TcpStream>,
) -> Result<Answered, DeliveryError> {
    let no_http = |_| DeliveryError::NoHttp;
    let shaken = http1::Builder::new().max_buf_size(HEAD).handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = shaken.map_err(no_http)?;
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let mut request = Request::post(url.target())
        .header(HOST, url.host())
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, "cpor-webhooks/1")
        .header(CONNECTION, "close");
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let request = request.body(Full::new(Bytes::from(body))).map_err(|_| DeliveryError::NoHttp)?;
    let answer = sender.send_request(request).await.map_err(no_http)?;
    Ok(Answered { answer, _connection: driver })
}

impl Answered {
    /// Reads some of the body, so that a receiver can end its answer in peace.
    async fn throw_away(mut self) {
        let (body, mut read) = (self.answer.body_mut(), 0_usize);
        while read < READ {
            match body.frame().await {
                Some(Ok(frame)) => read += frame.data_ref().map_or(0, Bytes::len),
                Some(Err(_)) | None => break,
            }
        }
    }
}

fn resolve_name(name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
    Box::pin(async move {
        let found = lookup_host((name, HTTPS_PORT)).await?;
        Ok(found.map(|address| address.ip()).collect())
    })
}

fn dial_address(address: SocketAddr) -> BoxFuture<'static, io::Result<TcpStream>> {
    Box::pin(TcpStream::connect(address))
}

/// The authorities that the system trusts. Where it has none, nobody is trusted.
fn native_authorities() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

fn client_config(authorities: RootCertStore) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(authorities)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
