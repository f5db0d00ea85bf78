//! The DynamoDB store: claims, timers, locks, the directory, the history (`docs/architecture.md §2`, `§3`).
//!
//! The only crate that names an `AttributeValue`. One concrete type, [`Store`], over the real SDK
//! client; what varies between production and tests is injected below the SDK, and the clock.
//!
//! A folder is a noun, and the methods of [`Store`] stand where their noun stands. `table` has keys, items and
//! calls; `claims` loads, creates and commands a claim; `timers` carries out deadlines that nobody asked
//! about; `exclusivity` has locks and blocks. No folder imports one that imports it.
//!
//! ```no_run
//! # use domain::{actor::Actor, command::Command, ids::ClaimId};
//! # use store::{Store, StoreConfig, StoreError};
//! # async fn example(
//! #     client: aws_sdk_dynamodb::Client,
//! #     config: StoreConfig,
//! #     (id, actor, command): (&ClaimId, &Actor, &Command),
//! # ) -> Result<(), StoreError> {
//! let store = Store::new(client, config);
//! let moment = store.present_time().await?;
//! // What was due by then is carried out first.
//! if let Some(claim) = store.load_up_to_date(id, moment).await? {
//!     // Decided by the rules, and written under the condition that the claim has this version still.
//!     let expected = Some(claim.version);
//!     let outcome = store.execute_command(id, actor, command, moment, expected).await?;
//!     assert!(outcome.claim.version >= claim.version);
//! }
//! # Ok(())
//! # }
//! ```

mod claims;
mod directory;
mod erasure;
mod evidence;
mod exclusivity;
mod history;
mod lists;
mod notices;
mod reconcile;
mod table;
mod timers;
mod usage;
mod webhooks;

pub use claims::checks::Check;
pub use claims::competition::{CommandAnswer, Competition};
pub use claims::create::{CreatedClaim, NewClaim};
pub use claims::link::LinkClaim;
pub use claims::preflight::CheckResult;
pub use claims::remaining_quotas::RemainingQuotas;
pub use claims::run::{CommandOutcome, Effect, OpenClaim};
pub use directory::calendars::DaysWish;
pub use directory::entry::{DryRun, EntryWrite, Permits, RevisedEntry, Wish};
pub use directory::history::EntryRevision;
pub use directory::mailboxes::LinkAllowance;
pub use directory::of_claim::ClaimDirectory;
pub use directory::programs::PolicyVersion;
pub use directory::recounts::RecountCause;
pub use directory::revision::Author;
pub use directory::tenants::{ContactVerified, RulesWish};
pub use domain::queue::Queue;
pub use evidence::uploads::{CountedUpload, UploadQuota};
pub use exclusivity::superseded::SupersededClaim;
pub use history::annotations::{ClaimRead, RemarksPage};
pub use history::archive::ClaimImage;
pub use history::bundle::{BundleSources, BundledText, EntrySince, PartnerPlace};
pub use history::entries::HistoryEntry;
pub use history::feed::{Feed, FeedPage};
pub use lists::claims::{ClaimList, ListedClaim};
pub use lists::counts::ClaimCounts;
pub use lists::ledger::LedgerPage;
pub use lists::source::{AssignedTo, ClaimParts, Scope, Source};
pub use notices::digests::{Digest, DigestEntries, DigestEntry, DigestSent};
pub use notices::mails::FailedActivations;
pub use notices::marks::MailSubject;
pub use notices::notice_code::NoticeOfCode;
pub use notices::overviews::OverviewActRecord;
pub use notices::reports::DeliveryReport;
pub use notices::text::{NoticeText, TextKey};
pub use notices::tries::{CodeCount, CodeUse, WrongCodes};
pub use reconcile::confirmed::{ConfirmedWrite, TenantWrite};
pub use reconcile::directory::{DirectoryEntry, UNDO_UNDER_WAY};
pub use reconcile::foresight::{ClaimConsequence, Consequences};
pub use reconcile::outages::{ConcernedWindows, ConfirmsWindows, OutageWrite};
pub use reconcile::recount::RecountReport;
pub use reconcile::report::ReconcileReport;
pub use table::clock::RequestTime;
pub use table::config::{CloseMethod, Store, StoreConfig};
pub use table::error::StoreError;
pub use table::index::{Cursor, Keep, ListPage};
pub use table::mailbox_keys::MailboxKeys;
pub use table::schema;
pub use timers::checkpoint::Tick;
pub use timers::drain::DrainReport;
pub use timers::proofs::PROOFS_KNOWN_AFTER;
pub use timers::reminders::ReminderDue;
pub use usage::readings::Readings;
pub use usage::rows::{UsageRecord, UsageRecords};
pub use webhooks::due::WebhookKey;
pub use webhooks::entries::{NewWebhook, WebhookWrite};
pub use webhooks::lease::{LeasedWebhook, WebhookEvents};
pub use webhooks::secrets::RotatedSecret;
