//! What each function is given to do: its everyday event, of which every one finds its work undone.

use chrono::{DateTime, Utc};
use data_encoding::BASE64;
use domain::ids::{ClaimId, Sha256Hash};
use serde_json::{Value, json};
use support::documents::BUCKET;
use support::event_functions::{mail_event, mail_message, message};
use support::fixtures;
use support::stack;
use support::test_env::VERIFIED;
use web::event::RequestEvent;

use crate::fixture::{Fixture, claim_body, renamed};

/// How many windows one message of `finalize` finds due.
pub const CLOSES: usize = 25;

/// A job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Job {
    /// An event that asks for nothing.
    Nothing,
    /// A request that asks for its own body.
    Echo,
    /// A partner's claim on two workloads of a tenant's that nobody has claimed.
    Submit,
    /// A partner announces a document.
    Announce,
    /// A document was scanned.
    Scan,
    /// A reviewer's queue.
    Queue,
    /// A customer's "no" to an item of two, by link and code.
    Decline,
    /// The page on which a customer's contact asks for a link to the overview.
    Ask,
    /// A partner reads usage.
    Usage,
    /// A customer's claims.
    Claims,
    /// An operator reads a tenant.
    Tenant,
    /// A validated claim is to be noticed.
    Notice,
    /// The proof of a delivery opens a window.
    Proof,
    /// A shard with 25 windows that are over.
    Close,
    /// A version of a claim is to be archived and told.
    Archive,
    /// A tenant has changed.
    Sweep,
    /// A partner's webhooks.
    Webhooks,
    /// A day is over on which some versions were archived.
    Root,
}

/// The functions and the job of each.
pub const FUNCTIONS: [(&str, Job); 16] = [
    ("claims", Job::Submit),
    ("evidence", Job::Announce),
    ("scan", Job::Scan),
    ("review", Job::Queue),
    ("decision", Job::Decline),
    ("overview", Job::Ask),
    ("associations", Job::Usage),
    ("customer", Job::Claims),
    ("directory", Job::Tenant),
    ("notify", Job::Notice),
    ("delivery", Job::Proof),
    ("finalize", Job::Close),
    ("publish", Job::Archive),
    ("sweep", Job::Sweep),
    ("webhooks", Job::Webhooks),
    ("root", Job::Root),
];

impl Job {
    /// What the job is, in the words of the report.
    pub fn title(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Echo => "a body sent back",
            Self::Submit => "submit a claim",
            Self::Announce => "announce a document",
            Self::Scan => "judge a scanned document",
            Self::Queue => "list the queue",
            Self::Decline => "decline an item",
            Self::Ask => "show the page that asks for an address",
            Self::Usage => "read usage",
            Self::Claims => "list a customer's claims",
            Self::Tenant => "read a tenant",
            Self::Notice => "mail a notice",
            Self::Proof => "open a window",
            Self::Close => "close 25 windows",
            Self::Archive => "archive a version",
            Self::Sweep => "sweep a tenant's claims",
            Self::Webhooks => "list a partner's webhooks",
            Self::Root => "close a day of 100 versions",
        }
    }

    /// Prepares the next event of the job, and gives it.
    pub fn event(self, fixture: &mut Fixture, now: DateTime<Utc>) -> Value {
        match self {
            Self::Nothing => json!({}),
            Self::Echo => {
                RequestEvent::post("/echo").at(now).json(&json!({"echo": true})).payload()
            }
            Self::Submit => submit(fixture, now),
            Self::Announce => announce(fixture, now),
            Self::Scan => scan(fixture),
            Self::Queue => {
                let event = RequestEvent::get("/v1/reviews?state=submitted");
                event.staff("reviewer", "reviewer-1").at(now).payload()
            }
            Self::Decline => decline(fixture, now),
            Self::Ask => RequestEvent::get("/c").at(now).payload(),
            Self::Usage => {
                let id = fixture.associated.claim.id.clone();
                let event = RequestEvent::get(&format!("/v1/associations/{id}-1/usage"));
                event.partner_user(fixtures::ALPINE).at(now).payload()
            }
            Self::Claims => {
                let event = RequestEvent::get("/v1/customer/claims");
                event.customer_admin(fixture.quiet.as_str()).at(now).payload()
            }
            Self::Tenant => {
                let event = RequestEvent::get(&format!("/v1/tenants/{}", fixtures::CONTOSO));
                event.staff("operator", "operator-1").at(now).payload()
            }
            Self::Notice => notice(fixture, now).0,
            Self::Proof => {
                let template = fixture.notifying.clone();
                let id = fixture.copy(&template);
                let body = mail_event("Delivery", &id, 1, (VERIFIED, "it@contoso.example"), now);
                json!({"Records": [message(&body)]})
            }
            Self::Close => {
                fixture.fall_due(CLOSES, 0, now);
                json!({"Records": [message(&json!({"shard": 0}))]})
            }
            Self::Archive => archive(fixture).0,
            Self::Sweep => json!({"Records": [fixture.changed]}),
            Self::Webhooks => {
                let event = RequestEvent::get("/v1/webhooks");
                event.partner_admin(fixtures::ALPINE).at(now).payload()
            }
            Self::Root => root(fixture, now),
        }
    }

    /// Whether an answer is that of a job well done.
    pub fn is_done(self, answer: &Value) -> bool {
        match self {
            Self::Nothing => answer.is_null(),
            Self::Submit | Self::Announce => answer["statusCode"] == 201,
            Self::Echo
            | Self::Queue
            | Self::Decline
            | Self::Ask
            | Self::Usage
            | Self::Claims
            | Self::Tenant
            | Self::Webhooks => answer["statusCode"] == 200,
            Self::Root => answer["closed"].as_array().is_some_and(|days| days.len() == 1),
            Self::Scan | Self::Notice | Self::Proof | Self::Close | Self::Archive | Self::Sweep => {
                answer["batchItemFailures"].as_array().is_some_and(Vec::is_empty)
            }
        }
    }
}

/// A partner's first claim, on two workloads of a tenant that nobody has claimed.
pub fn submit(fixture: &mut Fixture, now: DateTime<Utc>) -> Value {
    let (partner, tenant) = fixture.newcomers();
    let body = claim_body(&tenant, now);
    let event = RequestEvent::post("/v1/claims").partner_admin(partner.as_str());
    event.header("idempotency-key", "k").json(&body).at(now).payload()
}

fn decline(fixture: &mut Fixture, now: DateTime<Utc>) -> Value {
    let template = fixture.open.clone();
    let id = fixture.copy(&template);
    decline_of(&id, now)
}

/// A "no" to the first item of a claim, by the link and code of its notice.
pub fn decline_of(id: &ClaimId, now: DateTime<Utc>) -> Value {
    let form = format!("decision=decline&items=1&code={}", stack::code(id, 1));
    let event = RequestEvent::post(&format!("/d/{}", stack::token(id, 1)))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "application/json");
    event.body(&form).at(now).payload()
}

/// The message that a claim is validated, of which nobody has a mail yet; and the claim.
pub fn notice(fixture: &mut Fixture, now: DateTime<Utc>) -> (Value, ClaimId) {
    let template = fixture.notifying.clone();
    let id = fixture.copy(&template);
    let claim = &template.claim;
    let detail = json!({
        "id": format!("{id}-3"), "claim": id, "version": claim.version.0, "type": "validated",
        "at": now.to_rfc3339(), "notice": 1, "tenant": claim.subject.tenant, "actor": "operator",
    });
    let event = json!({"source": "cpor", "detail-type": "validated", "detail": detail});
    (json!({"Records": [mail_message(&event)]}), id)
}

/// The stream's record of a claim's first version, which is neither archived nor told yet; and the claim.
pub fn archive(fixture: &mut Fixture) -> (Value, ClaimId) {
    let template = fixture.notifying.clone();
    let id = fixture.copy(&template);
    let from = template.claim.id;
    let record = fixture.record["dynamodb"]["NewImage"]["pk"]["S"].as_str();
    let own = record.and_then(|pk| pk.strip_prefix("C#")).map(str::to_owned);
    let own = own.and_then(|id| ClaimId::parse(&id).ok()).unwrap_or(from);
    (json!({"Records": [renamed(&fixture.record, &own, &id)]}), id)
}

fn announce(fixture: &mut Fixture, now: DateTime<Utc>) -> Value {
    let template = fixture.associated.clone();
    let id = fixture.copy(&template);
    let bytes = id.as_str().as_bytes();
    let body = json!({
        "name": "contract.pdf", "size": bytes.len(), "content_type": "application/pdf",
        "sha256": Sha256Hash::of(bytes).to_string(), "acknowledged_on": now.date_naive(),
    });
    let event =
        RequestEvent::post(&format!("/v1/claims/{id}/evidence")).partner_user(fixtures::ALPINE);
    event.json(&body).at(now).payload()
}

/// A tick on the day behind one of a hundred versions that has no root.
fn root(fixture: &mut Fixture, now: DateTime<Utc>) -> Value {
    fixture.env.documents.forget("roots/");
    for no in 0_u8..100 {
        let hash = Sha256Hash::of(&[no]);
        let stamp = now.timestamp_millis() - 24 * 60 * 60 * 1000 + i64::from(no);
        fixture.env.engine.put(&json!({
            "pk": {"S": format!("F#S#{}", no % 16)},
            "sk": {"S": format!("{stamp:013}#{}#000001", fixture.associated.claim.id)},
            "h": {"B": BASE64.encode(&hash.0)},
        }));
    }
    json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}})
}

fn scan(fixture: &mut Fixture) -> Value {
    let template = fixture.associated.clone();
    let id = fixture.copy(&template);
    let bytes = b"%PDF-1.7\nsigned\n%%EOF\n";
    let key = format!("quarantine/{id}/e1/{}", Sha256Hash::of(bytes));
    let object = fixture.env.documents.upload(&key, "application/pdf", bytes);
    let event = json!({
        "source": "aws.guardduty",
        "detail-type": "GuardDuty Malware Protection Object Scan Result",
        "detail": {
            "scanStatus": "COMPLETED",
            "s3ObjectDetails": {"bucketName": BUCKET, "objectKey": key, "eTag": object.etag()},
            "scanResultDetails": {"scanResultStatus": "NO_THREATS_FOUND"},
        },
    });
    json!({"Records": [mail_message(&event)]})
}
