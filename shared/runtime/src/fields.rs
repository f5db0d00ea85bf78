//! The names of log fields, with dots, and of what is counted and measured, with units.
//!
//! A constant stands in braces: `tracing::info!({ fields::CLAIM_ID } = %id, "Claim closed")`.
//! Nothing personal has a name here: no address, no person, no token, no code, no body.

/// The stack that an invocation's metrics are of.
pub const STACK: &str = "stack";
/// The function that speaks.
pub const FUNCTION: &str = "function";
/// The gateway's id of a request (a problem's `instance`), or the platform's of an invocation.
pub const REQUEST_ID: &str = "request.id";
/// An error and its causes, outermost first.
pub const ERROR_CHAIN: &str = "error.chain";
/// Where the code panicked: file and line.
pub const PANIC_PLACE: &str = "panic.place";
/// The id of a claim.
pub const CLAIM_ID: &str = "claim.id";
/// The version of a claim.
pub const CLAIM_VERSION: &str = "claim.version";
/// The status of a claim.
pub const CLAIM_STATUS: &str = "claim.status";
/// The type of an event.
pub const EVENT_TYPE: &str = "event.type";
/// Why a party said no, took a claim back or ended an association, as a code.
pub const REASON_CODE: &str = "reason.code";
/// The number of a recipient within its claim.
pub const RECIPIENT_NO: &str = "recipient.no";
/// The number of a notice within its claim.
pub const NOTICE_NO: &str = "notice.no";
/// A shard of the timers.
pub const SHARD: &str = "shard.no";
/// A bucket of the timers: its quarter of an hour.
pub const BUCKET: &str = "bucket.starts_at";
/// How many records, messages or claims a message speaks of.
pub const COUNT: &str = "count";
/// How many claims were looked at.
pub const CLAIMS_SEEN: &str = "claims.seen";
/// How many changes they took.
pub const CLAIMS_CHANGED: &str = "claims.changed";
/// What the scan of a document said.
pub const SCAN: &str = "document.scan";
/// The id of a webhook. Neither its address nor its party is logged.
pub const WEBHOOK_ID: &str = "webhook.id";
/// A message of a queue.
pub const MESSAGE_ID: &str = "message.id";
/// What failed work was about: a claim, a message, a record, a shard, with its id.
pub const SUBJECT: &str = "subject";
/// The id of a tenant.
pub const TENANT_ID: &str = "tenant.id";
/// A stream record's sequence number.
pub const SEQUENCE_NUMBER: &str = "record.sequence_number";

/// The names of what an invocation counts and measures.
pub mod metric {
    /// How long an invocation took.
    pub const DURATION_MS: &str = "duration_ms";
    /// Invocations, or parts of one, that failed through a fault of ours or the platform's.
    pub const FAULTS: &str = "faults";
    /// How long the oldest due deadline has waited.
    pub const OLDEST_DUE_SECONDS: &str = "oldest_due_seconds";
    /// Closes that the clock check refused: they would have come before their time.
    pub const EARLY_CLOSE: &str = "early_close";
    /// Runs that gave the closing batch up, since the table refused its statement.
    pub const CLOSING_FALLBACK: &str = "closing_fallback";
    /// Claims whose deadline was carried out.
    pub const CLOSED: &str = "closed";
    /// Timers that keep failing and were passed.
    pub const POISON: &str = "poison";
    /// Wrong codes of a link that are so many that somebody guesses.
    pub const CODE_ATTACK: &str = "code_attack";
    /// Messages that were sent on, since the mail service took no more.
    pub const MAILS_WAITING: &str = "mails_waiting";
    /// Mails handed to the mail service.
    pub const MAILS: &str = "mails";
    /// Reports that a notice was delivered.
    pub const DELIVERED: &str = "delivered";
    /// Reports that a notice failed at a recipient.
    pub const FAILED: &str = "failed";
    /// Automatic answers to notices.
    pub const UNATTENDED: &str = "unattended";
    /// Reports that change nothing.
    pub const OTHER_REPORTS: &str = "other_reports";
    /// Claims of which the mails about an activation came back from every verified recipient.
    pub const ACTIVATION_UNTOLD: &str = "activation_untold";
    /// Mails to addresses outside a tenant that were not sent, since the day's were used up.
    pub const OUTSIDE_UNSENT: &str = "outside_unsent";
    /// Windows that came to their end although no verified delivery had opened them; their claims are held.
    pub const UNOPENED_WINDOW: &str = "unopened_window";
    /// Events put on the bus.
    pub const PUBLISHED: &str = "published";
    /// Changes that the directory's changes made to claims.
    pub const SWEPT: &str = "swept";
    /// Documents whose scan was recorded.
    pub const SCANNED: &str = "scanned";
    /// Records that nobody can read, set aside whole.
    pub const PARKED: &str = "parked";
    /// Mails of notices that the mail service took a day ago, and of which nothing is known.
    pub const PROOFS_MISSING: &str = "proofs_missing";
    /// Documents that the scanner could not scan.
    pub const SCAN_FAILED: &str = "scan_failed";

    /// For how long the oldest day without a root has been over.
    pub const ROOT_LATE_SECONDS: &str = "root_late_seconds";

    /// Links to overviews that were not sent, since the hour's were used up.
    pub const LINKS_REFUSED: &str = "links_refused";
    /// Webhooks of staff that were disabled.
    pub const STAFF_WEBHOOK_DISABLED: &str = "staff_webhook_disabled";
    /// Messages of webhooks that their receiver took.
    pub const WEBHOOKS_SENT: &str = "webhooks_sent";
    /// Messages of webhooks that could not be delivered.
    pub const WEBHOOKS_FAILED: &str = "webhooks_failed";

    /// What an alarm reads, and nothing else, is a metric: each costs by the month. All other values are fields
    /// of the same line, where a query finds them.
    pub const ALARMED: [&str; 13] = [
        OLDEST_DUE_SECONDS,
        POISON,
        EARLY_CLOSE,
        CLOSING_FALLBACK,
        MAILS_WAITING,
        ACTIVATION_UNTOLD,
        UNOPENED_WINDOW,
        PROOFS_MISSING,
        CODE_ATTACK,
        SCAN_FAILED,
        LINKS_REFUSED,
        STAFF_WEBHOOK_DISABLED,
        ROOT_LATE_SECONDS,
    ];
}
