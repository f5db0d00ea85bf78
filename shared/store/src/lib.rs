//! The DynamoDB store: keys, items, commits, timers and locks (`docs/architecture.md §2`, `§3`).
//!
//! The only crate that names an `AttributeValue`. One concrete type, [`Store`], over the real SDK
//! client; what varies between production and tests is injected below the SDK, and the clock.

mod archive;
mod attributes;
mod block;
mod calendars;
mod check;
mod claim_item;
mod clock_check;
mod codes;
mod commit;
mod config;
mod create;
mod details_item;
mod directory;
mod documents;
mod due;
mod error;
mod execute;
mod history;
mod keys;
mod list;
mod load;
mod lock;
mod notice_code;
mod others;
mod packing;
mod queue;
mod quota;
mod readings;
mod receipts;
mod rules;
pub mod schema;
mod silence;
mod surroundings;
mod sweep;
mod test_clock;
mod transaction;
mod tries;
mod usage;
mod write_id;

pub use archive::Image;
pub use check::Checked;
pub use config::{Closing, Moment, Store, StoreConfig};
pub use create::{Created, NewClaim};
pub use domain::queue::Queue;
pub use due::{Drained, ReminderDue, Tick};
pub use error::StoreError;
pub use execute::{Effect, Outcome};
pub use history::HistoryEntry;
pub use list::{Cursor, Page, Scope};
pub use notice_code::NoticeOfCode;
pub use receipts::{Receipt, Receipts};
pub use sweep::{DirectoryEntry, Swept};
pub use tries::Tries;
pub use usage::UsageRow;
