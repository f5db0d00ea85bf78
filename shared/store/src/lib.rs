//! The DynamoDB store: keys, items, commits, timers and locks (`docs/architecture.md §2`, `§3`).
//!
//! The only crate that names an `AttributeValue`. One concrete type, [`Store`], over the real SDK
//! client; what varies between production and tests is injected below the SDK, and the clock.

mod claims;
mod directory;
mod evidence;
mod exclusivity;
mod history;
mod lists;
mod notices;
mod table;
mod timers;
mod usage;

pub use claims::competition::Competition;
pub use claims::create::{Created, NewClaim};
pub use claims::preflight::Checked;
pub use claims::run::{Effect, OpenClaim, Outcome};
pub use directory::of_claim::ClaimDirectory;
pub use directory::reconcile::{DirectoryEntry, Swept};
pub use domain::queue::Queue;
pub use history::archive::Image;
pub use history::entries::HistoryEntry;
pub use lists::claims::Scope;
pub use notices::notice_code::NoticeOfCode;
pub use notices::receipts::{Receipt, Receipts};
pub use notices::tries::Tries;
pub use table::clock::Moment;
pub use table::config::{Closing, Store, StoreConfig};
pub use table::error::StoreError;
pub use table::index::{Cursor, Page};
pub use table::schema;
pub use timers::checkpoint::Tick;
pub use timers::drain::Drained;
pub use timers::reminders::ReminderDue;
pub use usage::rows::UsageRow;
