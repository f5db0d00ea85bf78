//! Webhooks: whose feed is sent to an address, and what becomes of one whose receiver fails (`docs/domain.md §5.12`).

use chrono::Duration;
use serde::{Deserialize, Serialize};

use crate::claim::Instant;
use crate::codes::codes;
use crate::ids::{PartnerId, TenantId, WebhookId};
use crate::time::seconds_left;

/// How many webhooks a party may have.
pub const MAX_WEBHOOKS: usize = 20;
/// The longest address, in bytes.
pub const MAX_WEBHOOK_URL_BYTES: usize = 2_048;
/// How long the secret before the present one is signed with too.
pub const SECRET_OVERLAP: Duration = Duration::hours(24);
/// How long deliveries are kept.
pub const DELIVERIES_KEPT: Duration = Duration::days(7);
/// How much later than a test the next one of the party may be.
const TESTS_APART: Duration = Duration::seconds(10);
/// Of how many webhooks that were disabled a party is told by mail on one day by UTC.
pub const MAX_DISABLED_MAILS: u32 = 20;

/// How long after the first failure the next attempt is.
const FIRST_DELAY: Duration = Duration::seconds(5);
/// The longest time between two attempts, without what is added at random.
const LONGEST_DELAY: Duration = Duration::hours(6);
/// From how long a failure on a webhook is given up.
const GIVEN_UP_AFTER: Duration = Duration::days(3);
/// How often the delay doubles before it is the longest.
const DOUBLINGS: u32 = 13;

/// Whose webhook it is: its events are those of that party's feed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookOwner {
    /// One partner, told of its own claims.
    Partner(PartnerId),
    /// The customer of a tenant.
    Tenant(TenantId),
    /// The operator's staff, told of all claims.
    Staff,
}

codes! {
    /// What a webhook does.
    WebhookStatus {
        /// Events are sent as they come.
        Active => "active",
        /// The last attempt failed. The next one is at `next_attempt_at`.
        Failing => "failing",
        /// Nothing is sent any more, until `PUT` writes the webhook again.
        Disabled => "disabled",
    }

    /// Why a webhook was disabled.
    DisableCause {
        /// Every attempt of three days failed.
        Failed => "failed",
        /// The receiver answered 410: it wants nothing more.
        Gone => "gone",
    }

    /// Why an attempt to deliver failed.
    DeliveryError {
        /// The name of the address leads nowhere.
        NameUnresolved => "name_unresolved",
        /// The name leads to an address that is not one of the public internet, among others or alone.
        AddressRefused => "address_refused",
        /// Nobody took the connection.
        Unreachable => "unreachable",
        /// The certificate is not one of that name, or of an authority that is trusted.
        Untrusted => "untrusted",
        /// There was no answer within five seconds.
        TimedOut => "timed_out",
        /// The connection ended without an answer in HTTP.
        NoHttp => "no_http",
        /// The answer was a redirect, which is not followed.
        Redirected => "redirected",
        /// The answer was any other status than one of success.
        Refused => "refused",
        /// The answer was 410.
        Gone => "gone",
    }
}

/// Since when a webhook fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WebhookFailure {
    /// The first failure since the last success.
    pub since: Instant,
    /// How many attempts have failed since then.
    pub attempts: u32,
    /// Before which moment nothing is sent.
    pub next_attempt_at: Instant,
    /// Why the last attempt failed.
    pub error: DeliveryError,
}

/// That nothing is sent any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WebhookDisablement {
    /// When the last attempt failed.
    pub at: Instant,
    /// Whether the receiver was gone, or failed for too long.
    pub cause: DisableCause,
    /// Whether the party was told.
    pub told: bool,
}

/// Where a webhook stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookState {
    /// The last attempt succeeded, or there was none.
    Active,
    /// The last attempt failed.
    Failing(WebhookFailure),
    /// Nothing is sent until its party writes it anew.
    Disabled(WebhookDisablement),
}

impl WebhookState {
    /// The word for it.
    pub fn status(self) -> WebhookStatus {
        match self {
            Self::Active => WebhookStatus::Active,
            Self::Failing(_) => WebhookStatus::Failing,
            Self::Disabled(_) => WebhookStatus::Disabled,
        }
    }

    /// Whether an event may be sent at `now`.
    pub fn may_send(self, now: Instant) -> bool {
        match self {
            Self::Active => true,
            Self::Failing(failing) => failing.next_attempt_at <= now,
            Self::Disabled(_) => false,
        }
    }

    /// Whether its party is still to be told that it was disabled.
    pub fn is_untold(self) -> bool {
        matches!(self, Self::Disabled(WebhookDisablement { told: false, .. }))
    }

    /// Where it stands after an attempt that failed at `at`. `jitter` is a random number below 1,000: up to a tenth
    /// is added to the delay, so that what failed at one moment does not come back in one.
    #[must_use]
    pub fn after_failure(self, error: DeliveryError, at: Instant, jitter: u16) -> Self {
        let (since, before) = match self {
            Self::Active => (at, 0),
            Self::Failing(failing) => (failing.since, failing.attempts),
            Self::Disabled(_) => return self,
        };
        let cause = if error == DeliveryError::Gone {
            Some(DisableCause::Gone)
        } else {
            (at - since >= GIVEN_UP_AFTER).then_some(DisableCause::Failed)
        };
        if let Some(cause) = cause {
            return Self::Disabled(WebhookDisablement { at, cause, told: false });
        }
        let doubled = FIRST_DELAY * (1 << before.min(DOUBLINGS));
        let delay = doubled.min(LONGEST_DELAY);
        let delay = delay + delay / 10_000 * i32::from(jitter.min(999));
        let attempts = before.saturating_add(1);
        Self::Failing(WebhookFailure { since, attempts, next_attempt_at: at + delay, error })
    }
}

/// A webhook without its secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// The party whose feed it tells.
    pub owner: WebhookOwner,
    /// Its name among those of its party.
    pub id: WebhookId,
    /// The address that events are sent to.
    pub url: String,
    /// The types of events that are sent, ascending; none: all.
    pub types: Vec<String>,
    /// When it was created.
    pub created_at: Instant,
    /// Behind which place of its party's feed the next event is looked for.
    pub cursor: String,
    /// How the last attempt ended.
    pub state: WebhookState,
}

impl Webhook {
    /// Whether an event of that type is sent.
    pub fn wants(&self, event_type: &str) -> bool {
        self.types.is_empty() || self.types.iter().any(|own| own == event_type)
    }
}

/// In how many seconds a party may test one of its webhooks, whose last test was at `tested_at`; `None`: it may at `now`.
/// The limit is the party's, since a webhook that is deleted and created anew would have none.
pub fn seconds_to_test(tested_at: Option<Instant>, now: Instant) -> Option<u32> {
    seconds_left(tested_at? + TESTS_APART - now)
}

/// What the type of the message of a test is.
pub const TEST_TYPE: &str = "test";

/// An attempt to deliver. Nothing of what was answered is kept but the status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// When the attempt began.
    pub at: Instant,
    /// The id of the message: of an event its id.
    pub message: String,
    /// The type of the event, or `test`.
    pub event_type: String,
    /// The status that was answered, if one was.
    pub status: Option<u16>,
    /// How long the attempt took, in milliseconds.
    pub duration_ms: u32,
    /// Why it failed; `None`: it succeeded.
    pub error: Option<DeliveryError>,
}
