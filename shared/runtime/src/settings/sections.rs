//! Settings by concern, each read and checked as one.

use domain::calendar::{BusinessCalendar, UnknownSubdivision, Zone};
use domain::context::LocalCalendar;
use domain::text::{Email, Name};
use store::CloseMethod;

use super::environment::{Environment, Settings};

/// The most shards that timers are spread over.
const MOST_SHARDS: u16 = 64;

/// The longest name of an operator.
const MAX_OPERATOR_NAME_CHARS: usize = 60;

/// Whose metrics an invocation counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackSettings {
    /// `STACK`: the name of the stack.
    pub name: String,
}

impl Settings for StackSettings {
    fn from_environment(environment: &mut Environment<'_>) -> Option<Self> {
        Some(Self { name: environment.read_text("STACK")? })
    }
}

/// The table, and what whoever commits to it must know.
#[derive(Debug, Clone)]
pub struct TableSettings {
    /// `TABLE_NAME`: the table of the stack.
    pub name: String,
    /// `SHARDS`: over how many partitions the timers of a quarter of an hour are spread, 1–64.
    pub shards: u16,
    /// `SANDBOX`: whether the stack has a clock that can be moved.
    pub sandbox: bool,
    /// `CLOSING`: `batch` or `single`.
    pub closing: CloseMethod,
    /// `OPERATOR_COUNTRY` and `OPERATOR_TIME_ZONE`: in which the operator's deadlines are counted.
    pub operator: LocalCalendar,
}

impl Settings for TableSettings {
    fn from_environment(environment: &mut Environment<'_>) -> Option<Self> {
        let name = environment.read_text("TABLE_NAME");
        let shards = environment.read_parsed("SHARDS", "not a number from 1 to 64", parse_shards);
        let sandbox = environment.read_parsed("SANDBOX", "neither true nor false", parse_flag);
        let closing =
            environment.read_parsed("CLOSING", "neither batch nor single", parse_close_method);
        let calendar = "not a country with a calendar";
        let calendar = environment.read_parsed("OPERATOR_COUNTRY", calendar, calendar_of);
        let zone = "not a name of the time zone database";
        let zone = environment.read_parsed("OPERATOR_TIME_ZONE", zone, |text| text.parse().ok());
        let operator = LocalCalendar { calendar: calendar?, zone: Zone::Known(zone?) };
        let (name, shards, sandbox) = (name?, shards?, sandbox?);
        Some(Self { name, shards, sandbox, closing: closing?, operator })
    }
}

fn calendar_of(country: &str) -> Option<BusinessCalendar> {
    BusinessCalendar::new(country.parse().ok()?, None, UnknownSubdivision::Any).ok()
}

fn parse_shards(text: &str) -> Option<u16> {
    text.parse().ok().filter(|shards| (1..=MOST_SHARDS).contains(shards))
}

fn parse_close_method(text: &str) -> Option<CloseMethod> {
    match text {
        "batch" => Some(CloseMethod::Batch),
        "single" => Some(CloseMethod::OneByOne),
        _ => None,
    }
}

fn parse_flag(text: &str) -> Option<bool> {
    text.parse().ok()
}

/// With which app client of the user pool each side signs in. The ids are of Cognito.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppClientSettings {
    /// The client id of partners, `PARTNERS_CLIENT`.
    pub partners: String,
    /// The client id of the staff, `OPERATORS_CLIENT`.
    pub operators: String,
    /// The client id of customers, `CUSTOMERS_CLIENT`.
    pub customers: String,
}

impl Settings for AppClientSettings {
    fn from_environment(environment: &mut Environment<'_>) -> Option<Self> {
        let partners = environment.read_text("PARTNERS_CLIENT");
        let operators = environment.read_text("OPERATORS_CLIENT");
        let customers = environment.read_text("CUSTOMERS_CLIENT");
        let clients = Self { partners: partners?, operators: operators?, customers: customers? };
        Some(clients)
    }
}

/// Where the keys of links and codes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkSecretSettings {
    /// `SECRET_ID`: of Secrets Manager.
    pub id: String,
}

impl Settings for LinkSecretSettings {
    fn from_environment(environment: &mut Environment<'_>) -> Option<Self> {
        Some(Self { id: environment.read_text("SECRET_ID")? })
    }
}

/// Where the keys of cursors are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CursorSecretSettings {
    /// `CURSOR_SECRET_ID`: of Secrets Manager.
    pub id: String,
}

impl Settings for CursorSecretSettings {
    fn from_environment(environment: &mut Environment<'_>) -> Option<Self> {
        Some(Self { id: environment.read_text("CURSOR_SECRET_ID")? })
    }
}

/// What notices and pages tell the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageSettings {
    /// `PUBLIC_BASE_URL`: what links begin with, without a slash at the end.
    pub base_url: String,
    /// `OPERATOR_CONTACT`: whom to ask.
    pub operator_contact: Email,
    /// `OPERATOR_NAME`: which company writes, 1–60 characters on one line.
    pub operator_name: Name,
    /// `BRAND_COLOR`: of heads and buttons. Whether it can be one is judged where pages are made.
    pub brand_color: String,
}

impl Settings for PageSettings {
    fn from_environment(environment: &mut Environment<'_>) -> Option<Self> {
        let base_url =
            environment.read_parsed("PUBLIC_BASE_URL", "not an http(s) address", base_url);
        let contact = environment.read_parsed("OPERATOR_CONTACT", NOT_AN_ADDRESS, parse_address);
        let name = "not a name of 1 to 60 characters";
        let name = environment.read_parsed("OPERATOR_NAME", name, operator_name);
        let color = environment.read_text("BRAND_COLOR");
        Some(Self {
            base_url: base_url?,
            operator_contact: contact?,
            operator_name: name?,
            brand_color: color?,
        })
    }
}

/// How mail is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailSettings {
    /// `SENDER_ADDRESS`: where notices come from.
    pub sender: Email,
    /// `CONFIGURATION_SET`: of the mail service; it reports what became of a mail.
    pub configuration_set: String,
}

impl Settings for MailSettings {
    fn from_environment(environment: &mut Environment<'_>) -> Option<Self> {
        let sender = environment.read_parsed("SENDER_ADDRESS", NOT_AN_ADDRESS, parse_address);
        let configuration_set = environment.read_text("CONFIGURATION_SET");
        Some(Self { sender: sender?, configuration_set: configuration_set? })
    }
}

const NOT_AN_ADDRESS: &str = "not an e-mail address";

fn parse_address(text: &str) -> Option<Email> {
    Email::parse(text).ok()
}

fn operator_name(text: &str) -> Option<Name> {
    let fits = text.chars().count() <= MAX_OPERATOR_NAME_CHARS;
    Name::parse(text).ok().filter(|_| fits)
}

fn base_url(text: &str) -> Option<String> {
    let known = text.starts_with("https://") || text.starts_with("http://");
    known.then(|| text.trim_end_matches('/').to_owned())
}

/// The bus that events are put on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusSettings {
    /// `BUS_NAME`: the event bus of the stack.
    pub name: String,
}

impl Settings for BusSettings {
    fn from_environment(environment: &mut Environment<'_>) -> Option<Self> {
        Some(Self { name: environment.read_text("BUS_NAME")? })
    }
}

/// Where records go that nobody can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkSettings {
    /// `PARK_QUEUE_URL`: the queue of records that nobody can read.
    pub queue_url: String,
}

impl Settings for ParkSettings {
    fn from_environment(environment: &mut Environment<'_>) -> Option<Self> {
        Some(Self { queue_url: environment.read_text("PARK_QUEUE_URL")? })
    }
}

/// Where the tick sends its shards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardQueueSettings {
    /// `SHARD_QUEUE_URL`: the queue that a tick sends its shards to.
    pub queue_url: String,
}

impl Settings for ShardQueueSettings {
    fn from_environment(environment: &mut Environment<'_>) -> Option<Self> {
        Some(Self { queue_url: environment.read_text("SHARD_QUEUE_URL")? })
    }
}

/// Where the documents of evidence lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentSettings {
    /// `DOCUMENT_BUCKET`: the bucket of quarantine and clean documents.
    pub bucket: String,
}

impl Settings for DocumentSettings {
    fn from_environment(environment: &mut Environment<'_>) -> Option<Self> {
        Some(Self { bucket: environment.read_text("DOCUMENT_BUCKET")? })
    }
}

/// The queues of what mails are written about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailQueueSettings {
    /// `NOTICES_QUEUE_URL`: notices, and answers to what a customer did.
    pub notices_url: String,
    /// `REMINDERS_QUEUE_URL`: everything that does not go to the queue of the notices.
    pub reminders_url: String,
}

impl Settings for MailQueueSettings {
    fn from_environment(environment: &mut Environment<'_>) -> Option<Self> {
        let notices_url = environment.read_text("NOTICES_QUEUE_URL");
        let reminders_url = environment.read_text("REMINDERS_QUEUE_URL");
        Some(Self { notices_url: notices_url?, reminders_url: reminders_url? })
    }
}

/// Where requests for links to an overview go, and what was done by one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverviewQueueSettings {
    /// `OVERVIEWS_QUEUE_URL`: requests for links.
    pub overviews_url: String,
    /// `NOTICES_QUEUE_URL`: what every verified contact is to be told.
    pub notices_url: String,
}

impl Settings for OverviewQueueSettings {
    fn from_environment(environment: &mut Environment<'_>) -> Option<Self> {
        let overviews_url = environment.read_text("OVERVIEWS_QUEUE_URL");
        let notices_url = environment.read_text("NOTICES_QUEUE_URL");
        Some(Self { overviews_url: overviews_url?, notices_url: notices_url? })
    }
}

/// Where the keys of mailboxes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxSecretSettings {
    /// `MAILBOX_SECRET_ID`: of Secrets Manager.
    pub id: String,
}

impl Settings for MailboxSecretSettings {
    fn from_environment(environment: &mut Environment<'_>) -> Option<Self> {
        Some(Self { id: environment.read_text("MAILBOX_SECRET_ID")? })
    }
}

/// The queue of webhooks that have something to do, and that of what parties are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookQueueSettings {
    /// `WEBHOOKS_QUEUE_URL`: webhooks for which an event waits.
    pub webhooks_url: String,
    /// `REMINDERS_QUEUE_URL`: what parties are told of a webhook.
    pub reminders_url: String,
}

impl Settings for WebhookQueueSettings {
    fn from_environment(environment: &mut Environment<'_>) -> Option<Self> {
        let webhooks_url = environment.read_text("WEBHOOKS_QUEUE_URL");
        let reminders_url = environment.read_text("REMINDERS_QUEUE_URL");
        Some(Self { webhooks_url: webhooks_url?, reminders_url: reminders_url? })
    }
}
