//! A claim as it stands in the table, small enough to be a part of millions of states.

use std::collections::HashMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::claim::{Claim, Instant, Item, ItemStatus};
use domain::event::Event;
use domain::evolve::EvolveError;
use domain::recipient::{RecipientList, Recipients, Reports};

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

/// A version of a claim, with the list of its last notice. Two are the same where nothing that a rule looks
/// at differs.
#[derive(Clone)]
pub struct Record {
    claim: Arc<Claim>,
    list: Option<Arc<RecipientList>>,
    print: u64,
}

impl Record {
    /// The record of a claim.
    pub fn of(claim: Claim, list: Option<Arc<RecipientList>>) -> Self {
        let told = format!(
            "{} {:?} {:?} {} {:?} {} {} {:?} {} {:?} {:?} {:?}",
            claim.version,
            claim.state,
            claim.items,
            claim.notice.0,
            claim.opened_by,
            claim.extended,
            claim.subject.explicit_yes,
            claim.extended_by,
            claim.last_outage,
            claim.used,
            claim.content_hash,
            list,
        );
        let mut hasher = DefaultHasher::new();
        told.hash(&mut hasher);
        Self { claim: Arc::new(claim), list, print: hasher.finish() }
    }

    /// The record after an event: the list that the event bears is stored with it.
    ///
    /// # Errors
    /// Where the event does not follow.
    pub fn after(&self, event: &Event) -> Result<Self, EvolveError> {
        let claim = domain::evolve(Some(self.claim().clone()), event)?;
        let list = event.recipients.as_deref().cloned().map(Arc::new);
        Ok(Self::of(claim, list.or_else(|| self.list.clone())))
    }

    /// Another claim with the same list.
    #[must_use]
    pub fn with(&self, claim: Claim) -> Self {
        Self::of(claim, self.list.clone())
    }

    /// The list of the last notice.
    pub fn list(&self) -> Option<&RecipientList> {
        self.list.as_deref()
    }

    /// The list with what became of the mails.
    pub fn recipients(&self, reports: Reports) -> Option<Recipients> {
        let list = self.list().filter(|list| list.notice == self.claim.notice)?.clone();
        Some(Recipients { list, reports })
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
