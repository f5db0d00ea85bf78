//! The functions that no request reaches: the archive, the mails, their proofs and the timers. A test
//! plays the stream, the bus and the queues between them.

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use aws_lambda_events::event::streams::DynamoDbEventResponse;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Duration, Utc};
use domain::ids::ClaimId;
use domain::recipient::RecipientNo;
use domain::text::Email;
use runtime::{Bus, Invocation, InvocationError};
use serde_json::{Value, json};

use crate::documents;
use crate::engine::{Cursor, key};
use crate::stack::{StoredSecret, operator, store_of};
use crate::test_env::TestEnv;
use crate::wire::Wire;

/// The functions behind the stream, the bus and the queues.
pub struct EventFunctions {
    publish: publish::App,
    notify: notify::App,
    delivery: delivery::App,
    finalize: finalize::App,
    sweep: sweep::App,
    scan: scan::App,
    root: root::App,
    /// The wires of these functions, to break.
    pub wires: Vec<Wire>,
}

/// The queue of notices.
const NOTICES_URL: &str = "https://sqs.test/000000000000/cpor-notices";

/// A mail as it was handed to the mail service.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Its recipient, from the destination.
    pub to: String,
    /// The whole message.
    pub raw: String,
    /// Its tags, by name.
    pub tags: Vec<(String, String)>,
}

impl Mail {
    /// The text part, decoded.
    pub fn text(&self) -> String {
        let part =
            self.raw.split("\r\n--").find(|part| part.contains("text/plain")).expect("a text part");
        let (head, body) = part.split_once("\r\n\r\n").expect("a head and a body");
        let bytes = if head.contains("base64") {
            STANDARD.decode(body.split_whitespace().collect::<String>()).expect("base64")
        } else {
            assert!(head.contains("quoted-printable"), "an encoding: {head}");
            unquoted(body)
        };
        String::from_utf8(bytes).expect("UTF-8").replace("\r\n", "\n")
    }
}

/// Decodes quoted-printable text.
fn unquoted(body: &str) -> Vec<u8> {
    let joined = body.replace("=\r\n", "");
    let mut parts = joined.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(code, 16).expect("a byte in hexadecimal"));
        bytes.extend(rest.as_bytes());
    }
    bytes
}

macro_rules! client {
    ($service:ident, $http:expr) => {{
        let config = $service::Config::builder()
            .behavior_version($service::config::BehaviorVersion::latest())
            .region($service::config::Region::new("us-east-1"))
            .credentials_provider($service::config::Credentials::new("t", "t", None, None, "t"))
            .retry_config($service::config::retry::RetryConfig::disabled())
            .http_client($http)
            .build();
        $service::Client::from_conf(config)
    }};
}

/// Where requests for links to an overview go, and what was done by one.
const OVERVIEWS_URL: &str = "https://sqs.test/000000000000/cpor-overviews";

/// The queues that `overview` sends to.
pub(crate) fn overview_queues(env: &TestEnv) -> overview::OverviewQueues {
    let client = client!(aws_sdk_sqs, env.services.http());
    overview::OverviewQueues::new(client, OVERVIEWS_URL.to_owned(), NOTICES_URL.to_owned())
}

/// The queue of webhooks that have something to do.
const WEBHOOKS_URL: &str = "https://sqs.test/000000000000/cpor-webhooks";

/// The queues that `webhooks` sends to.
pub(crate) fn webhook_queues(env: &TestEnv) -> webhooks::Queues {
    let client = client!(aws_sdk_sqs, env.services.http());
    webhooks::Queues::new(client, WEBHOOKS_URL.to_owned(), NOTICES_URL.to_owned())
}

/// The webhooks that `webhooks` was sent to have something to do.
pub fn webhook_messages(env: &TestEnv) -> Vec<Value> {
    let batches = env.services.taken("SendMessageBatch").into_iter();
    let own = batches.filter(|batch| batch["QueueUrl"] == WEBHOOKS_URL);
    let entries = own.filter_map(|batch| batch["Entries"].as_array().cloned()).flatten();
    let body = |entry: Value| serde_json::from_str(entry["MessageBody"].as_str().expect("a body"));
    entries.map(|entry| body(entry).expect("JSON")).collect()
}

/// What `webhooks` has sent for `notify` to tell, as it is handed over for the first time.
pub fn disabled_messages(env: &TestEnv) -> Vec<Value> {
    let sent = env.services.taken("SendMessage").into_iter();
    let bodies = sent.map(|sent| sent["MessageBody"].as_str().expect("a body").to_owned());
    let own = bodies.filter(|body| body.contains("webhook_disabled"));
    own.map(|body| mail_message(&serde_json::from_str(&body).expect("JSON"))).collect()
}

/// The messages that `overview` has sent, as `notify` is handed them for the first time; each of them has an id of its
/// own.
pub fn overview_messages(env: &TestEnv) -> Vec<Value> {
    let sent = env.services.taken("SendMessage").into_iter().enumerate();
    let handed = sent.map(|(no, sent)| {
        let body: Value =
            serde_json::from_str(sent["MessageBody"].as_str().expect("a body")).expect("JSON");
        let mut message = mail_message(&body);
        message["messageId"] = json!(format!("message-{no}"));
        message
    });
    handed
        .filter(|message| message["body"].as_str().is_some_and(|body| body.contains("overview")))
        .collect()
}

impl EventFunctions {
    /// The functions of an environment, each with the permissions of its role.
    pub fn of(env: &TestEnv, sandbox: bool, secret: &StoredSecret) -> Self {
        let mut wires = Vec::new();
        let mut store = |function| {
            let (store, wire) = store_of(env, function, sandbox);
            wires.push(wire);
            store
        };
        let http = || env.services.http();
        let sqs = || client!(aws_sdk_sqs, http());
        let bus = || Bus::new(client!(aws_sdk_eventbridge, http()), "cpor");
        let parking = publish::Parking::new(sqs(), "https://sqs.test/park");
        let sender = Email::parse("notices@vendor.example").expect("an address");
        let queues = notify::Queues::new(sqs(), [NOTICES_URL.to_owned()]);
        let post = notify::Mailer::new(client!(aws_sdk_sesv2, http()), sender, "cpor");
        Self {
            sweep: sweep::App::new(store("sweep").with_mailboxes(crate::stack::mailboxes()), bus()),
            scan: scan::App::new(
                store("scan"),
                scan::DocumentBucket::new(documents::client(env), documents::BUCKET),
            ),
            publish: publish::App::new(store("publish"), bus(), parking),
            notify: notify::App::new(
                store("notify"),
                notify::Rings {
                    links: secret.ring(env.clock.function()),
                    mailboxes: runtime::KeyRing::fixed(crate::stack::mailboxes()),
                },
                operator(),
                post,
                queues,
            ),
            delivery: delivery::App::new(store("delivery")),
            finalize: finalize::App::new(store("finalize"), sqs(), "https://sqs.test/shards"),
            root: root::App::new(store("root"), documents::roots(env), bus(), env.clock.function()),
            wires,
        }
    }

    /// Hands the directory's records of the stream to `sweep`.
    pub async fn sweep(&self, env: &TestEnv) -> Result<DynamoDbEventResponse, InvocationError> {
        self.sweep_these(&directory_records(env)).await
    }

    /// Hands records of the directory to `sweep`.
    pub async fn sweep_these(
        &self,
        records: &[Value],
    ) -> Result<DynamoDbEventResponse, InvocationError> {
        sweep::handle_records(&self.sweep, json!({"Records": records}), invocation()).await
    }

    /// Hands an event of the scanner or of the bus to `scan`, as its queue does for the first time.
    ///
    /// # Errors
    /// Where the message is not done with, and comes back.
    pub async fn scan(&self, event: Value) -> Result<(), InvocationError> {
        self.scan_at(event, 1).await
    }

    /// The same, for the time of that number.
    ///
    /// # Errors
    /// Where the message is not done with, and comes back.
    pub async fn scan_at(&self, event: Value, time: u32) -> Result<(), InvocationError> {
        let mut message = message(&event);
        message["attributes"] = json!({"ApproximateReceiveCount": time.to_string()});
        let event = json!({"Records": [message]});
        done(&scan::handle_event(&self.scan, event, invocation()).await?)
    }

    /// Hands records of the stream to `publish`.
    pub async fn publish(
        &self,
        records: &[Value],
    ) -> Result<DynamoDbEventResponse, InvocationError> {
        publish::handle_records(&self.publish, json!({"Records": records}), invocation()).await
    }

    /// Hands an event of the bus to `notify`, as its queue does for the first time.
    ///
    /// # Errors
    /// Where the message is not done with, and comes back.
    pub async fn notify(&self, detail: &Value) -> Result<(), InvocationError> {
        let event = json!({"source": "cpor", "detail-type": detail["type"], "detail": detail});
        self.notify_of(&mail_message(&event)).await
    }

    /// Hands a message of its queue to `notify`.
    ///
    /// # Errors
    /// Where the message is not done with, and comes back.
    pub async fn notify_of(&self, message: &Value) -> Result<(), InvocationError> {
        let event = json!({"Records": [message]});
        done(&notify::handle_event(&self.notify, event, invocation()).await?)
    }

    /// The schedule that sends the mails of a day to partners.
    pub async fn digest(&self, env: &TestEnv) -> Result<(), InvocationError> {
        let run = json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}});
        let lasting = Duration::seconds(30);
        let invocation = Invocation::running_for("request-1", env.clock.now(), lasting);
        notify::handle_event(&self.notify, run, invocation).await.map(drop)
    }

    /// An hour of the daily roots: closes every day that is over.
    ///
    /// # Errors
    /// Where something does not answer; the next hour goes on.
    pub async fn close_days(&self, env: &TestEnv) -> Result<root::RunReport, InvocationError> {
        let run = json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}});
        let lasting = Duration::seconds(300);
        let invocation = Invocation::running_for("request-1", env.clock.now(), lasting);
        root::handle_event(&self.root, run, invocation).await
    }

    /// Hands a mail event to `delivery`, as the queue does.
    pub async fn deliver(&self, body: &Value) -> SqsBatchResponse {
        let event: SqsEvent =
            serde_json::from_value(json!({"Records": [message(body)]})).expect("a message");
        delivery::handle_messages(&self.delivery, event, invocation()).await.expect("an answer")
    }

    /// Invokes `finalize` with any payload.
    pub async fn finalize(
        &self,
        env: &TestEnv,
        payload: Value,
    ) -> Result<SqsBatchResponse, InvocationError> {
        let lasting = Duration::seconds(50);
        let invocation = Invocation::running_for("request-1", env.clock.now(), lasting);
        finalize::handle_event(&self.finalize, payload, invocation).await
    }

    /// One minute of the timers: a tick, and every message it sends.
    pub async fn tick(&self, env: &TestEnv) {
        env.services.forget();
        assert!(self.ticked(env).await, "the whole tick is done");
    }

    /// The same; whether all of it is done.
    pub async fn ticked(&self, env: &TestEnv) -> bool {
        let before = work_messages(env).len();
        let mut done = self.tick_alone(env).await;
        for message in work_messages(env).iter().skip(before) {
            done &= self.work(env, message).await;
        }
        done
    }

    /// A tick alone, which sends messages and works none; whether it is done.
    pub async fn tick_alone(&self, env: &TestEnv) -> bool {
        let tick = self.finalize(env, json!({"source": "aws.events"})).await;
        tick.is_ok_and(|answer| answer.batch_item_failures.is_empty())
    }

    /// Works a message off; whether it is done with.
    pub async fn work(&self, env: &TestEnv, body: &Value) -> bool {
        let answer = self.finalize(env, json!({"Records": [message(body)]})).await;
        answer.is_ok_and(|answer| answer.batch_item_failures.is_empty())
    }
}

/// The messages of work that are in the queue.
pub fn work_messages(env: &TestEnv) -> Vec<Value> {
    let batches = env.services.taken("SendMessageBatch");
    let own = batches.iter().filter(|batch| batch["QueueUrl"] != WEBHOOKS_URL);
    let entries = own.filter_map(|batch| batch["Entries"].as_array()).flatten();
    let body = |entry: &Value| serde_json::from_str(entry["MessageBody"].as_str().expect("a body"));
    entries.map(|entry| body(entry).expect("JSON")).collect()
}

fn invocation() -> Invocation {
    let now = DateTime::<Utc>::from_timestamp(1_795_000_000, 0).expect("an instant");
    Invocation::running_for("request-1", now, Duration::seconds(30))
}

/// An event of one message, as a queue hands it over.
pub fn message(body: &Value) -> Value {
    let body = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
    json!({"messageId": "message-1", "body": body, "attributes": {}, "messageAttributes": {},
        "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:q"})
}

/// Whether a function is done with the message that it was handed.
fn done(answer: &SqsBatchResponse) -> Result<(), InvocationError> {
    let is_done = answer.batch_item_failures.is_empty();
    if is_done { Ok(()) } else { Err(InvocationError::new("a message is not done with")) }
}

/// A message with an event of the bus, as the queue of notices hands it over for the first time.
pub fn mail_message(event: &Value) -> Value {
    let mut message = message(event);
    message["attributes"] = json!({"ApproximateReceiveCount": "1"});
    message["eventSourceARN"] = json!("arn:aws:sqs:us-east-1:000000000000:cpor-notices");
    message
}

/// The messages that `notify` has sent on to wait, as their queue hands them over after that.
pub fn waiting_messages(env: &TestEnv) -> Vec<Value> {
    let sent = env.services.taken("SendMessage").into_iter();
    let sent = sent.filter(|sent| sent["QueueUrl"] == NOTICES_URL);
    let of_queue = |sent: Value| {
        let event = serde_json::from_str(sent["MessageBody"].as_str().expect("a body"));
        let mut message = mail_message(&event.expect("an event"));
        let waited = &sent["MessageAttributes"]["waited"]["StringValue"];
        message["messageAttributes"] = json!({"waited": {"dataType": "Number", "stringValue": waited,
            "stringListValues": [], "binaryListValues": []}});
        message
    };
    sent.map(of_queue).collect()
}

/// Forgets for whom mails were handed over, as if their messages came for the first time.
pub fn forget_marks(env: &TestEnv) {
    for item in env.engine.items("C#") {
        let (partition, sort) = key(&item);
        if sort.starts_with("O#") {
            env.engine.delete(&partition, &sort);
        }
    }
}

/// The records of the stream that the archive's filter lets through, as the platform hands them over.
pub fn records(env: &TestEnv) -> Vec<Value> {
    records_from(env, &mut Cursor::default())
}

/// The same behind a cursor, which moves on.
pub fn records_from(env: &TestEnv, cursor: &mut Cursor) -> Vec<Value> {
    let of_archive = |sort: &str| sort == "A" || sort.starts_with("M#");
    records_of(env.engine.stream_from(cursor), &["C#"], of_archive)
}

/// The records that the sweep's filter lets through.
pub fn directory_records(env: &TestEnv) -> Vec<Value> {
    directory_records_from(env, &mut Cursor::default())
}

/// The same behind a cursor, which moves on.
pub fn directory_records_from(env: &TestEnv, cursor: &mut Cursor) -> Vec<Value> {
    records_of(env.engine.stream_from(cursor), &["PA#", "TN#", "RU#"], |sort| sort == "A")
}

fn records_of(all: Vec<Value>, prefixes: &[&str], sorts: fn(&str) -> bool) -> Vec<Value> {
    let passes = |record: &Value| {
        let key = key(&record["dynamodb"]["Keys"]);
        let wanted = prefixes.iter().any(|prefix| key.0.starts_with(prefix));
        record["eventName"] != "REMOVE" && wanted && sorts(&key.1)
    };
    all.into_iter().filter(passes).map(complete).collect()
}

/// A record with what the platform adds to it.
fn complete(mut record: Value) -> Value {
    let defaults = json!({"awsRegion": "us-east-1", "eventSource": "aws:dynamodb", "eventVersion": "1.1",
        "eventSourceARN": "arn:aws:dynamodb:us-east-1:000000000000:table/cpor/stream/1"});
    for (name, value) in defaults.as_object().into_iter().flatten() {
        if record.get(name).is_none_or(Value::is_null) {
            record[name] = value.clone();
        }
    }
    record
}

/// The details of the events that were put on the bus.
pub fn events(env: &TestEnv) -> Vec<Value> {
    let puts = env.services.taken("PutEvents");
    let entries =
        puts.iter().flat_map(|put| put["Entries"].as_array().cloned().unwrap_or_default());
    let detail = |entry: Value| serde_json::from_str(entry["Detail"].as_str().unwrap_or_default());
    entries.map(|entry| detail(entry).expect("a detail in JSON")).collect()
}

/// The mails that the mail service took.
pub fn mails(env: &TestEnv) -> Vec<Mail> {
    env.services.taken("SendEmail").iter().map(mail).collect()
}

fn mail(sent: &Value) -> Mail {
    let data = sent["Content"]["Raw"]["Data"].as_str().unwrap_or_default();
    let raw = STANDARD.decode(data).expect("base64");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let tags = sent["EmailTags"].as_array().cloned().unwrap_or_default();
    Mail {
        to: text(&sent["Destination"]["ToAddresses"][0]),
        raw: String::from_utf8_lossy(&raw).into_owned(),
        tags: tags.iter().map(|tag| (text(&tag["Name"]), text(&tag["Value"]))).collect(),
    }
}

/// What SES publishes about the mail of a notice to a recipient: by its number, at its address.
pub fn mail_event(
    kind: &str,
    claim: &ClaimId,
    notice: u16,
    (no, recipient): (RecipientNo, &str),
    at: DateTime<Utc>,
) -> Value {
    let at = at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let one = json!([{"emailAddress": recipient}]);
    let details = match kind {
        "Delivery" => json!({"timestamp": at, "recipients": [recipient]}),
        "Bounce" => json!({"timestamp": at, "bounceType": "Permanent", "bouncedRecipients": one}),
        _ => json!({"timestamp": at, "complainedRecipients": one}),
    };
    let mut event = json!({
        "eventType": kind,
        "mail": {
            "timestamp": at,
            "tags": {
                "claim": [claim.as_str()],
                "notice": [notice.to_string()],
                "recipient": [no.0.to_string()],
            },
        },
    });
    event[kind.to_ascii_lowercase()] = details;
    event
}
