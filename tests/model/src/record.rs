//! A claim as it stands in the table, small enough to be a part of millions of states.

use std::collections::HashMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::claim::{Claim, Instant, Item, ItemStatus};

/// What was computed before: the same question about the same record has the same answer, and the same
/// record is kept once.
pub struct Memo<Q>(Mutex<HashMap<(u64, Q), Answer>>);

/// The rules refuse it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused;

/// What follows from a record, if anything does.
pub type Answer = Result<Option<Record>, Refused>;

impl<Q> Default for Memo<Q> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<Q: Eq + Hash> Memo<Q> {
    /// The answer to a question about a record.
    pub fn answer(&self, record: &Record, question: Q, ask: impl FnOnce() -> Answer) -> Answer {
        let key = (record.print, question);
        if let Some(known) = self.known().get(&key) {
            return known.clone();
        }
        let answer = ask();
        self.known().entry(key).or_insert(answer).clone()
    }

    fn known(&self) -> MutexGuard<'_, HashMap<(u64, Q), Answer>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A version of a claim. Two are the same where nothing that a rule looks at differs.
#[derive(Clone)]
pub struct Record {
    claim: Arc<Claim>,
    print: u64,
}

impl Record {
    /// The record of a claim.
    pub fn of(claim: Claim) -> Self {
        let told = format!(
            "{} {:?} {:?} {} {} {:?}",
            claim.version,
            claim.state,
            claim.items,
            claim.notice.0,
            claim.extended,
            claim.content_hash
        );
        let mut hasher = DefaultHasher::new();
        told.hash(&mut hasher);
        Self { claim: Arc::new(claim), print: hasher.finish() }
    }

    /// The claim.
    pub fn claim(&self) -> &Claim {
        &self.claim
    }

    /// Its only item.
    pub fn item(&self) -> &Item {
        self.claim.items.first().expect("an item")
    }

    /// How its only item stands.
    pub fn status(&self) -> ItemStatus {
        self.claim.item_status(self.item())
    }

    /// Whether the item is active.
    pub fn is_active(&self) -> bool {
        matches!(self.status(), ItemStatus::Active { .. })
    }

    /// The end of its window, open or over.
    pub fn closes_at(&self) -> Option<Instant> {
        self.claim.state.window().map(|window| window.closes_at)
    }
}

impl PartialEq for Record {
    fn eq(&self, other: &Self) -> bool {
        self.print == other.print
    }
}

impl Eq for Record {}

impl Hash for Record {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.print.hash(state);
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (version, status) = (self.claim.version, self.claim.status().as_str());
        write!(f, "v{version} {status}/{} notice {}", self.status().as_str(), self.claim.notice.0)
    }
}
