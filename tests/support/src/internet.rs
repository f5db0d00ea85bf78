//! An internet of a test's own: names, their addresses, an authority, and receivers of webhooks on the loopback address.
//! A receiver is reached by the public address that its name has here; what a name may resolve to is for the function
//! under test to judge.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{RootCertStore, ServerConfig};
pub use webhooks::{Connector, ReceiverAnswer};
use webhooks::{Dialer, Resolver, Timer};

use crate::clock::Clock;
use crate::wire::{Act, die};

/// Names, addresses and receivers. Clones share them.
#[derive(Clone, Default)]
pub struct Internet(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    names: BTreeMap<String, Vec<IpAddr>>,
    /// Where the receiver of a public address listens.
    routes: BTreeMap<IpAddr, SocketAddr>,
    resolved: usize,
    dialed: Vec<SocketAddr>,
    incident: Option<(usize, Incident)>,
    /// What happens when the receiver has the request of the attempt that is under way.
    at_receipt: Option<Incident>,
    /// Whoever waits by the clock of a test, the last one last.
    waits: Vec<Arc<Wait>>,
}

/// What happens during an attempt.
#[derive(Clone)]
pub enum Incident {
    /// The caller's process dies, and the receiver gets nothing.
    DeathBefore(Arc<Notify>),
    /// The receiver has it, and the caller's process dies before it hears so.
    DeathAfter(Arc<Notify>),
    /// Something happens before there is a connection.
    Before(Act),
    /// Something happens when the receiver has the request, before it answers.
    After(Act),
}

/// An attempt that waits by the clock of a test.
struct Wait {
    limit: chrono::Duration,
    clock: Clock,
    over: Notify,
}

/// What a receiver does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answering {
    /// It answers with that status.
    Status(u16),
    /// It sends the sender elsewhere.
    Redirect,
    /// It never answers. By the clock of a test the time of whoever waits is over at once.
    Never,
    /// It breaks the connection instead of an answer.
    Broken,
    /// It answers well, and its body never ends.
    Endless,
    /// It answers well at once, and its body never comes.
    Stalled,
    /// It answers what is no HTTP.
    Garbage,
}

/// A request as a receiver got it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Method and target.
    pub line: String,
    /// The headers, by lower-case name.
    pub headers: BTreeMap<String, String>,
    /// The body as text.
    pub body: String,
}

impl Received {
    /// A header; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }
}

/// Is told of a request that a receiver got, and how it is going to be answered.
pub type Observer = Arc<dyn Fn(&Received, Answering) + Send + Sync>;

/// A receiver.
#[derive(Clone)]
pub struct Receiver(Arc<Mutex<Reception>>);

struct Reception {
    received: Vec<Received>,
    observer: Option<Observer>,
    /// What is done with the next requests, and with all others.
    next: VecDeque<Answering>,
    always: Answering,
}

/// The authority that every receiver's certificate is of.
struct Authority {
    root: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = params.self_signed(&key).expect("an authority").der().clone();
    Authority { root, issuer: Issuer::new(params, key) }
});

impl Internet {
    /// What the function connects with: it trusts the authority here.
    pub fn connector(&self) -> Connector {
        self.connector_by(self.resolver())
    }

    /// The same with another resolver.
    pub fn connector_by(&self, resolver: Resolver) -> Connector {
        Connector::new(resolver, self.dialer(), Arc::new(trusted_authority))
    }

    /// The same, which trusts no authority.
    pub fn connector_trusting_nobody(&self) -> Connector {
        Connector::new(self.resolver(), self.dialer(), Arc::new(RootCertStore::empty))
    }

    /// The same as [`Internet::connector`], which waits by the clock of a test: its time is over when a receiver never
    /// answers, and the clock has moved on by so much.
    pub fn connector_by_clock(&self, clock: &Clock) -> Connector {
        self.connector().with_timer(self.timer(clock.clone()))
    }

    fn timer(&self, clock: Clock) -> Timer {
        let waits = self.clone();
        Arc::new(move |limit| {
            let limit = chrono::Duration::from_std(limit).expect("a few seconds");
            let wait = Arc::new(Wait { limit, clock: clock.clone(), over: Notify::new() });
            let waiting = waits.begin_wait(&wait);
            Box::pin(async move {
                wait.over.notified().await;
                drop(waiting);
            })
        })
    }

    /// Notes that somebody waits, until what is given back is dropped.
    fn begin_wait(&self, wait: &Arc<Wait>) -> Waiting {
        self.state(|state| state.waits.push(Arc::clone(wait)));
        Waiting(self.clone(), Arc::clone(wait))
    }

    /// Lets the time of whoever waits by the clock of a test be over: of the one that began last.
    fn end_wait(&self) {
        if let Some(wait) = self.state(|state| state.waits.last().cloned()) {
            wait.clock.advance(wait.limit);
            wait.over.notify_one();
        }
    }

    fn resolver(&self) -> Resolver {
        let names = self.clone();
        Arc::new(move |name| {
            let found = names.resolve(&name);
            Box::pin(async move { found })
        })
    }

    fn dialer(&self) -> Dialer {
        let routes = self.clone();
        Arc::new(move |address| {
            let routes = routes.clone();
            Box::pin(async move { routes.dial(address).await })
        })
    }

    /// Lets a name lead to these addresses.
    pub fn resolve_to(&self, name: &str, addresses: &[&str]) {
        let addresses = addresses.iter().map(|text| text.parse().expect("an address")).collect();
        self.state(|state| state.names.insert(name.to_owned(), addresses));
    }

    /// A receiver of that name, at a public address of its own, which answers 200.
    pub async fn receiver(&self, name: &str) -> Receiver {
        self.receiver_with_certificate(name, name).await
    }

    /// The same with the certificate of another name.
    pub async fn receiver_with_certificate(&self, name: &str, certified: &str) -> Receiver {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let place = listener.local_addr().expect("an address");
        self.state(|state| {
            let no = u8::try_from(state.routes.len() + 1).expect("few receivers");
            let public = IpAddr::V4(Ipv4Addr::new(8, 8, 4, no));
            state.routes.insert(public, place);
            state.names.insert(name.to_owned(), vec![public]);
        });
        let (next, always) = (VecDeque::new(), Answering::Status(200));
        let reception = Reception { received: Vec::new(), observer: None, next, always };
        let receiver = Receiver(Arc::new(Mutex::new(reception)));
        tokio::spawn(listen(listener, acceptor(certified), receiver.clone(), self.clone()));
        receiver
    }

    /// Shuts the receiver of a name down: nobody takes a connection there.
    pub fn take_down(&self, name: &str) {
        self.state(|state| {
            let addresses = state.names.get(name).cloned().unwrap_or_default();
            state.routes.retain(|public, _| !addresses.contains(public));
        });
    }

    /// The addresses that were connected to.
    pub fn dialed(&self) -> Vec<SocketAddr> {
        self.state(|state| state.dialed.clone())
    }

    /// How often a name was resolved.
    pub fn resolved(&self) -> usize {
        self.state(|state| state.resolved)
    }

    /// Lets something happen at the `nth` attempt from now (from 1); of a death see [`crate::wire::until_death`].
    pub fn on(&self, nth: usize, incident: Incident) {
        self.state(|state| state.incident = Some((state.dialed.len() + nth, incident)));
    }

    /// Nothing happens any more.
    pub fn repair(&self) {
        self.state(|state| (state.incident, state.at_receipt) = (None, None));
    }

    fn state<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self.state(|state| {
            state.resolved += 1;
            state.names.get(name).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
        })
    }

    async fn dial(&self, address: SocketAddr) -> io::Result<TcpStream> {
        let (place, incident) = self.state(|state| {
            state.dialed.push(address);
            (state.routes.get(&address.ip()).copied(), state.begin_attempt())
        });
        match incident {
            Some(Incident::DeathBefore(death)) => return die(&death).await,
            Some(Incident::Before(act)) => act().await,
            Some(Incident::DeathAfter(_) | Incident::After(_)) | None => {}
        }
        let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
        TcpStream::connect(place.ok_or_else(refused)?).await
    }
}

impl State {
    /// What happens at the attempt that begins; what happens at its receipt is kept until then.
    fn begin_attempt(&mut self) -> Option<Incident> {
        let nth = self.dialed.len();
        let (_, incident) = self.incident.take_if(|(due, _)| *due == nth)?;
        match incident {
            Incident::DeathBefore(_) | Incident::Before(_) => Some(incident),
            Incident::DeathAfter(_) | Incident::After(_) => {
                self.at_receipt = Some(incident);
                None
            }
        }
    }
}

/// Somebody waits as long as this is kept.
struct Waiting(Internet, Arc<Wait>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.state(|state| state.waits.retain(|own| !Arc::ptr_eq(own, &self.1)));
    }
}

impl Receiver {
    /// What it got so far, first things first.
    pub fn received(&self) -> Vec<Received> {
        self.reception(|own| own.received.clone())
    }

    /// Forgets what it got.
    pub fn forget(&self) {
        self.reception(|own| own.received.clear());
    }

    /// Has somebody told of every request from now on, before it is answered.
    pub fn observe(&self, observer: Observer) {
        self.reception(|own| own.observer = Some(observer));
    }

    /// What it does with every request from now on.
    pub fn answer(&self, answering: Answering) {
        self.reception(|own| own.always = answering);
    }

    /// From now on it answers every request well.
    pub fn mend(&self) {
        self.reception(|own| {
            own.next.clear();
            own.always = Answering::Status(200);
        });
    }

    /// What it does with the next requests, in their order.
    pub fn answer_next(&self, answering: &[Answering]) {
        self.reception(|own| own.next.extend(answering));
    }

    fn reception<T>(&self, act: impl FnOnce(&mut Reception) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn take(&self, received: &Received) -> Answering {
        let (observer, answering) = self.reception(|own| {
            let answering = own.next.pop_front().unwrap_or(own.always);
            own.received.push(received.clone());
            (own.observer.clone(), answering)
        });
        if let Some(observer) = observer {
            observer(received, answering);
        }
        answering
    }
}

fn trusted_authority() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add(AUTHORITY.root.clone()).expect("an authority");
    roots
}

fn acceptor(name: &str) -> TlsAcceptor {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
    let own = params.signed_by(&key, &AUTHORITY.issuer).expect("a certificate");
    let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions of TLS")
        .with_no_client_auth()
        .with_single_cert(vec![own.der().clone()], key)
        .expect("a certificate with its key");
    TlsAcceptor::from(Arc::new(config))
}

async fn listen(listener: TcpListener, acceptor: TlsAcceptor, receiver: Receiver, net: Internet) {
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, receiver, net) = (acceptor.clone(), receiver.clone(), net.clone());
        tokio::spawn(async move {
            // Who trusts nobody here goes away in the handshake.
            if let Ok(mut stream) = acceptor.accept(stream).await
                && let Some(received) = read_request(&mut stream).await
            {
                let answering = receiver.take(&received);
                match net.state(|state| state.at_receipt.take()) {
                    Some(Incident::DeathAfter(death)) => return die(&death).await,
                    Some(Incident::After(act)) => act().await,
                    Some(Incident::DeathBefore(_) | Incident::Before(_)) | None => {}
                }
                let answer: &[u8] = match answering {
                    Answering::Status(status) => {
                        let line = format!("HTTP/1.1 {status} x\r\ncontent-length: 2\r\n\r\nok");
                        drop(stream.write_all(line.as_bytes()).await);
                        b""
                    }
                    Answering::Redirect => {
                        b"HTTP/1.1 302 Found\r\nlocation: https://169.254.169.254/\r\ncontent-length: 0\r\n\r\n"
                    }
                    Answering::Never => {
                        net.end_wait();
                        return std::future::pending().await;
                    }
                    Answering::Broken => return,
                    Answering::Garbage => b"SSH-2.0-OpenSSH_9.9\r\n\r\n",
                    Answering::Endless | Answering::Stalled => {
                        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
                    }
                };
                drop(stream.write_all(answer).await);
                if answering == Answering::Stalled {
                    drop(stream.flush().await);
                    std::future::pending::<()>().await;
                }
                if answering == Answering::Endless {
                    while stream.write_all(b"4\r\nmore\r\n").await.is_ok() {}
                }
                drop(stream.shutdown().await);
            }
        });
    }
}

/// Reads a request with a body of a known length.
async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<Received> {
    let mut bytes = Vec::new();
    let head = loop {
        bytes.push(stream.read_u8().await.ok()?);
        if bytes.ends_with(b"\r\n\r\n") {
            break String::from_utf8(bytes).ok()?;
        }
    };
    let mut lines = head.lines();
    let line = lines.next()?.to_owned();
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers: BTreeMap<_, _> =
        headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
    stream.read_exact(&mut body).await.ok()?;
    Some(Received { line, headers, body: String::from_utf8(body).ok()? })
}
