//! The functions on a [`TestEnv`], called as the gateway calls them: each through a wire of its own that
//! permits what the template permits its role, and no more.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use aws_lambda_events::event::sqs::SqsBatchResponse;
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use domain::claim::Claim;
use domain::ids::{ClaimId, NoticeNo, Sha256Hash};
use domain::program::Policy;
use domain::recipient::RecipientNo;
use lambda_http::{Body, Response};
use notice::{Link, LinkKeys, Operator};
use runtime::{Clock, Invocation, InvocationError, KeyRing};
use serde_json::{Value, json};
use store::Store;
use web::event::{RequestEvent, app_clients};
use webhooks::Connector;

use crate::documents;
use crate::event_functions::{self, EventFunctions, webhook_messages};
use crate::fixtures;
use crate::internet::Internet;
use crate::template::Permissions;
use crate::test_env::{TestEnv, VERIFIED};
use crate::wire::Wire;

/// The functions that answer requests.
pub struct Stack {
    /// Everything below them.
    pub env: TestEnv,
    /// Those that answer no requests.
    pub event_functions: EventFunctions,
    /// The wires of the functions here, to break.
    pub wires: Vec<Wire>,
    /// The secret of links.
    pub secret: StoredSecret,
    /// The secret of cursors.
    pub cursor_secret: StoredSecret,
    claims: claims::App,
    evidence: evidence::App,
    review: app::Api,
    decision: decision::App,
    overview: overview::App,
    associations: app::Api,
    customer: app::Api,
    directory: directory::App,
    webhooks: webhooks::App,
    /// The receivers of webhooks.
    pub internet: Internet,
}

/// The secret of links and codes.
pub const SECRET: &str = r#"{"current":"1","1":"a secret of the tests, long enough to be one"}"#;

/// The secret of cursors.
pub const CURSOR_SECRET: &str = r#"{"current":"1","1":"another secret of the tests, for cursors"}"#;

/// The secret of cursors after a rotation: the old key is kept.
pub const ROTATED_CURSOR_SECRET: &str = r#"{"current":"2","1":"another secret of the tests, for cursors","2":"the next secret of the tests, for cursors"}"#;

/// The same without the old key.
pub const NEW_CURSOR_SECRET: &str =
    r#"{"current":"2","2":"the next secret of the tests, for cursors"}"#;

/// The secret of another stack.
pub const OTHER_SECRET: &str = r#"{"current":"1","1":"the secret of somebody else altogether"}"#;

/// The address that links begin with.
pub const BASE_URL: &str = "https://cpor.test";

/// The same after a rotation: the old key is kept.
pub const ROTATED_SECRET: &str = r#"{"current":"2","1":"a secret of the tests, long enough to be one","2":"the next secret of the tests, as long as it"}"#;

/// A secret as it is stored: functions read it at their start, and again where they have to.
#[derive(Debug, Clone)]
pub struct StoredSecret {
    text: Arc<Mutex<&'static str>>,
    reads: Arc<AtomicUsize>,
}

impl StoredSecret {
    /// Stored as that text, and not read again.
    pub fn new(text: &'static str) -> Self {
        Self { text: Arc::new(Mutex::new(text)), reads: Arc::default() }
    }

    /// Stores another one.
    pub fn put(&self, text: &'static str) {
        *self.text.lock().expect("no panic while it is held") = text;
    }

    /// How often functions have read it again.
    pub fn reads(&self) -> usize {
        self.reads.load(Ordering::Relaxed)
    }

    /// The keys of links as a function holds them whose clock is that one.
    pub fn ring(&self, clock: Clock) -> KeyRing<LinkKeys> {
        self.ring_of(clock, keys)
    }

    /// The same of what `make` makes of the stored text.
    fn ring_of<T: Send + 'static>(&self, clock: Clock, make: fn(&str) -> T) -> KeyRing<T> {
        let now = || *self.text.lock().expect("no panic while it is held");
        let stored = self.clone();
        KeyRing::new(make(now()), clock, move || {
            stored.reads.fetch_add(1, Ordering::Relaxed);
            let text = *stored.text.lock().expect("no panic while it is held");
            async move { Ok(make(text)) }
        })
    }
}

/// The secret of mailboxes.
pub const MAILBOX_SECRET: &str =
    r#"{"current":"1","1":"one more secret of the tests, for mailboxes"}"#;

/// The keys of mailboxes.
pub fn mailboxes() -> store::MailboxKeys {
    let keys = runtime::keys::Keys::parse(MAILBOX_SECRET).expect("keys");
    runtime::mailbox_keys(&keys).expect("keys of mailboxes")
}

/// The cursors of a secret.
fn cursors_of(secret: &str) -> web::Cursors {
    let keys = runtime::keys::Keys::parse(secret).expect("keys");
    app::ListCursors::of_keys(&keys).expect("cursors")
}

/// The keys in a secret.
pub fn keys(secret: &str) -> LinkKeys {
    let keys = runtime::keys::Keys::parse(secret).expect("keys");
    LinkKeys::new(keys.current, keys.secrets).expect("link keys")
}

/// The operator of notices.
pub fn operator() -> Operator {
    Operator {
        name: "Vendor Ltd.".to_owned(),
        contact: "help@vendor.example".to_owned(),
        base_url: BASE_URL.to_owned(),
        brand: notice::Brand::new("#14507d", None).expect("a colour"),
    }
}

/// The token of the verified contact's link in a claim's notice.
pub fn token(claim: &ClaimId, notice: u16) -> String {
    token_of(&link(claim, notice, VERIFIED))
}

/// The six digits beside it.
pub fn code(claim: &ClaimId, notice: u16) -> String {
    code_of(&link(claim, notice, VERIFIED), "decline")
}

/// The token of a link.
pub fn token_of(link: &Link) -> String {
    link.to_token(&keys(SECRET))
}

/// The code that a decision by a link needs: the receipt's for an undo, else the notice's.
pub fn code_of(link: &Link, decision: &str) -> String {
    if decision == "undo" {
        link.undo_code(&keys(SECRET))
    } else {
        link.decision_code(&keys(SECRET))
    }
}

fn etag(claim: &Claim) -> String {
    format!("\"{}\"", claim.version.0)
}

/// The link of a recipient of a claim's notice.
pub fn link(claim: &ClaimId, notice: u16, recipient: RecipientNo) -> Link {
    Link::of(&keys(SECRET), claim, NoticeNo(notice), recipient).expect("a link")
}

/// The link of the form without recipients, as a claim's notice from before recipients were kept bears it.
pub fn old_link(claim: &ClaimId, notice: u16) -> Link {
    let mut named = claim.to_bytes().expect("a claim id of 16 bytes").to_vec();
    named.extend(notice.to_be_bytes());
    let secrets = runtime::keys::Keys::parse(SECRET).expect("keys");
    let message = [b"cpor/link-token/1".as_slice(), &[0, secrets.current], &named].concat();
    let mac = hmac(&secrets.secrets[&secrets.current], &message);
    let token = [[secrets.current].as_slice(), &named, &mac[..16]].concat();
    Link::from_token(&keys(SECRET), &URL_SAFE_NO_PAD.encode(token)).expect("a link of the old form")
}

/// HMAC-SHA-256 of a key that is no longer than a block.
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let padded = |pad: u8| -> Vec<u8> {
        (0..64).map(|at| key.get(at).copied().unwrap_or_default() ^ pad).collect()
    };
    let inner = Sha256Hash::of(&[padded(0x36), message.to_vec()].concat());
    Sha256Hash::of(&[padded(0x5c), inner.0.to_vec()].concat()).0
}

/// A store for a function: its own wire, with the permissions of its role.
pub fn store_of(env: &TestEnv, function: &str, sandbox: bool) -> (Store, Wire) {
    let (store, wire) = env.another_store(|config| config.sandbox = sandbox);
    wire.permit(Permissions::of(function, sandbox));
    (store, wire)
}

/// The bucket, signed for with the keys of the tests.
fn bucket(env: &TestEnv) -> evidence::UploadBucket {
    let credentials = Credentials::new("t", "t", None, None, "t");
    let (client, clock) = (documents::client(env), env.clock.clone());
    let signer = SharedCredentialsProvider::new(credentials);
    let clock = Arc::new(move || clock.now());
    evidence::UploadBucket::new(client, signer, "us-east-1", documents::BUCKET, clock)
}

impl Stack {
    /// The functions at that moment.
    pub async fn at(now: &str) -> Self {
        Self::on(TestEnv::at(now).await, false)
    }

    /// The functions of a system whose parties are in three countries.
    pub async fn in_countries(now: &str) -> Self {
        Self::on(TestEnv::in_countries(now).await, false)
    }

    /// The functions, with another `osu-m365`.
    pub async fn with_policy(now: &str, policy: Policy) -> Self {
        Self::on(TestEnv::with_policy(now, policy).await, false)
    }

    /// The functions of a sandbox at that moment.
    pub async fn sandbox_at(now: &str) -> Self {
        Self::on(TestEnv::at(now).await, true)
    }

    fn on(env: TestEnv, sandbox: bool) -> Self {
        let mut wires = Vec::new();
        let mut store = |function| {
            let (store, wire) = store_of(&env, function, sandbox);
            wires.push(wire);
            store
        };
        let secret = StoredSecret::new(SECRET);
        let cursor_secret = StoredSecret::new(CURSOR_SECRET);
        let cursors = || cursor_secret.ring_of(env.clock.function(), cursors_of);
        let internet = Internet::default();
        Self {
            claims: claims::App::new(
                app::Api::new(store("claims"), app_clients(), cursors()),
                documents::roots(&env),
            ),
            evidence: evidence::App::new(store("evidence"), app_clients(), bucket(&env)),
            review: app::Api::new(store("review"), app_clients(), cursors()),
            decision: decision::App::new(
                store("decision"),
                secret.ring(env.clock.function()),
                operator(),
            ),
            associations: app::Api::new(store("associations"), app_clients(), cursors()),
            customer: app::Api::new(store("customer"), app_clients(), cursors()),
            directory: directory::App::new(
                store("directory").with_mailboxes(mailboxes()),
                app_clients(),
                cursors(),
                sandbox,
            ),
            overview: overview::App::new(
                store("overview"),
                secret.ring(env.clock.function()),
                operator(),
                crate::event_functions::overview_queues(&env),
            ),
            webhooks: webhooks::App::new(
                store("webhooks"),
                app_clients(),
                crate::event_functions::webhook_queues(&env),
                internet.connector(),
            ),
            internet,
            event_functions: EventFunctions::of(&env, sandbox, &secret),
            wires,
            secret,
            cursor_secret,
            env,
        }
    }

    /// Sends a request that arrives now.
    pub async fn send(&self, event: RequestEvent) -> Answer {
        self.send_at(event, self.env.clock.now()).await
    }

    /// Sends a request that arrived at another moment.
    pub async fn send_at(&self, event: RequestEvent, at: DateTime<Utc>) -> Answer {
        let event = event.at(at);
        let payload = event.payload();
        let method = payload["requestContext"]["http"]["method"].as_str().unwrap_or_default();
        let path = payload["rawPath"].as_str().unwrap_or_default();
        let function =
            web::routes::find_route(method, path).map_or("claims", |(route, _)| route.function);
        let request = event.request();
        Answer::of(&match function {
            "claims" => Box::pin(claims::handle_request(&self.claims, request)).await,
            "evidence" => Box::pin(evidence::handle_request(&self.evidence, request)).await,
            "review" => Box::pin(review::handle_request(&self.review, request)).await,
            "decision" => Box::pin(decision::handle_request(&self.decision, request)).await,
            "overview" => Box::pin(overview::handle_request(&self.overview, request)).await,
            "associations" => {
                Box::pin(associations::handle_request(&self.associations, request)).await
            }
            "customer" => Box::pin(customer::handle_request(&self.customer, request)).await,
            "directory" => Box::pin(directory::handle_request(&self.directory, request)).await,
            "webhooks" => Box::pin(webhooks::handle_request(&self.webhooks, request)).await,
            other => panic!("no function {other} answers requests"),
        })
    }

    /// Hands a payload that is no request to `webhooks`.
    ///
    /// # Errors
    /// Where it could not do all of it.
    pub async fn webhooks(&self, payload: Value) -> Result<SqsBatchResponse, InvocationError> {
        let lasting = Duration::seconds(60);
        let invocation = Invocation::running_for("request-1", self.env.clock.now(), lasting);
        webhooks::handle_event(&self.webhooks, payload, invocation).await
    }

    /// A look at the webhooks, and each turn that it calls for; whether all of it was done.
    pub async fn send_webhooks(&self) -> bool {
        let before = webhook_messages(&self.env).len();
        let looked = self.webhooks(json!({"source": "aws.events"})).await;
        let mut done = looked.is_ok_and(|answer| answer.batch_item_failures.is_empty());
        let mut at = before;
        // A turn that is over in time sends its webhook a message for the next one.
        while let Some(message) = webhook_messages(&self.env).get(at) {
            let turn = self.webhooks(json!({"Records": [event_functions::message(message)]})).await;
            done &= turn.is_ok_and(|answer| answer.batch_item_failures.is_empty());
            at += 1;
        }
        done
    }

    /// The same with another way to the receivers.
    #[must_use]
    pub fn with_connector(self, connector: Connector) -> Self {
        let (store, wire) = store_of(&self.env, "webhooks", false);
        let queues = event_functions::webhook_queues(&self.env);
        let webhooks = webhooks::App::new(store, app_clients(), queues, connector);
        let mut wires = self.wires;
        // It is the last of those that answer requests.
        wires.pop();
        wires.push(wire);
        Self { wires, webhooks, ..self }
    }

    /// Submits a claim of a partner's.
    pub async fn submit(&self, partner: &str, key: &str, body: &Value) -> Answer {
        let event = RequestEvent::post("/v1/claims").partner_admin(partner);
        self.send(event.header("idempotency-key", key).json(body)).await
    }

    /// Gives a command of a partner's admin.
    pub async fn command(&self, partner: &str, claim: &Claim, name: &str, body: &Value) -> Answer {
        let event =
            RequestEvent::post(&format!("/v1/claims/{}/{name}", claim.id)).partner_admin(partner);
        self.send(event.header("if-match", &etag(claim)).json(body)).await
    }

    /// Edits a claim of a partner's.
    pub async fn edit(&self, partner: &str, claim: &Claim, patch: &Value) -> Answer {
        let event =
            RequestEvent::new("PATCH", &format!("/v1/claims/{}", claim.id)).partner_user(partner);
        self.send(event.header("if-match", &etag(claim)).json(patch)).await
    }

    /// Gives a reviewer's command.
    pub async fn review(&self, id: &str, version: u64, body: &Value) -> Answer {
        let event =
            RequestEvent::post(&format!("/v1/claims/{id}/review")).staff("reviewer", "reviewer-1");
        self.send(event.header("if-match", &format!("\"{version}\"")).json(body)).await
    }

    /// Sends a decision through the verified contact's link in the claim's present notice, with the right code,
    /// asking for JSON.
    pub async fn decide(&self, claim: &Claim, form: &str) -> Answer {
        self.decide_by(&link(&claim.id, claim.notice.0, VERIFIED), form).await
    }

    /// The same through any link.
    pub async fn decide_by(&self, link: &Link, form: &str) -> Answer {
        let decision = form.split('&').find_map(|field| field.strip_prefix("decision="));
        let code = code_of(link, decision.unwrap_or_default());
        self.post_form(&token_of(link), &format!("{form}&code={code}")).await
    }

    /// Posts a form to a link, asking for JSON.
    pub async fn post_form(&self, token: &str, form: &str) -> Answer {
        self.post_form_at(token, form, self.env.clock.now()).await
    }

    /// The same, of a form that arrived at another moment.
    pub async fn post_form_at(&self, token: &str, form: &str, at: DateTime<Utc>) -> Answer {
        let event = RequestEvent::post(&format!("/d/{token}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json");
        self.send_at(event.body(form), at).await
    }
}

/// Who sends an event.
pub type AsWhom = fn(RequestEvent) -> RequestEvent;

/// A user of Alpine sends the event.
pub fn by_partner(event: RequestEvent) -> RequestEvent {
    event.partner_user(fixtures::ALPINE)
}

/// An administrator of Contoso sends the event.
pub fn by_customer(event: RequestEvent) -> RequestEvent {
    event.customer_admin(fixtures::CONTOSO)
}

/// What a function answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, by lower-case name.
    pub headers: lambda_http::http::HeaderMap,
    /// The body as text.
    pub text: String,
    /// The body as JSON; null where it is none.
    pub body: Value,
}

impl Answer {
    fn of(response: &Response<Body>) -> Self {
        let text = String::from_utf8_lossy(response.body()).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Self { status: response.status().as_u16(), headers: response.headers().clone(), text, body }
    }

    /// A header; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Status and problem code.
    pub fn problem(&self) -> (u16, &str) {
        (self.status, self.body["code"].as_str().unwrap_or_default())
    }

    /// Pointer and code of each field error; a pointer into the stored claim begins with `claim:`.
    pub fn errors(&self) -> Vec<(String, String)> {
        let all = self.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let pointer = |one: &Value| match one["claim_pointer"].as_str() {
            Some(pointer) => format!("claim:{pointer}"),
            None => text(&one["pointer"]),
        };
        all.iter().map(|one| (pointer(one), text(&one["code"]))).collect()
    }

    /// Number and status of each item.
    pub fn items(&self) -> Value {
        let all = self.body["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        all.iter().map(|one| json!([one["no"], one["status"]])).collect()
    }
}
