//! The daily root: one digest that stands for every version that was archived on a day by UTC, chained to that of the day
//! before (`docs/domain.md §3.14`).
//!
//! The leaves are the hashes of the versions' entries, in their order, each once. The tree over them is that of RFC 6962.

mod leaves;
mod tree;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use leaves::{BLOCK_BYTES, BLOCK_LEAVES, DayBlocks, DayLeaves};
pub use tree::{follow_path, hash_leaf, hash_node, tree_path, tree_root};

use crate::canonical;
use crate::history::hash_entry;
use crate::ids::Sha256Hash;

/// The root of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DailyRoot {
    /// The day, by UTC.
    pub date: NaiveDate,
    /// How many versions it stands for.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Sha256Hash,
    /// The `chain` of the day before; `None` for the first day.
    pub previous: Option<Sha256Hash>,
    /// SHA-256 over `previous` and the canonical JSON of date, root and size: it stands for this day and all before.
    pub chain: Sha256Hash,
}

/// Where a version stands in the tree of its day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inclusion {
    /// Its place among the leaves, from 0.
    pub index: u64,
    /// The hashes that lead from its leaf to the root: the other half at each fork, the nearest first.
    pub path: Vec<Sha256Hash>,
}

impl DailyRoot {
    /// The root of a day, behind the one whose `chain` is `previous`.
    ///
    /// ```
    /// use domain::root::{DailyRoot, DayLeaves};
    ///
    /// let leaves = DayLeaves::of(Vec::new());
    /// let first = DailyRoot::of("2026-12-22".parse()?, &leaves, None);
    /// let second = DailyRoot::of("2026-12-23".parse()?, &leaves, Some(first.chain));
    /// assert!(first.is_whole() && second.is_whole() && second.follows(&first));
    /// assert_eq!((first.root, first.size), (second.root, 0), "nothing was archived on either day");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(date: NaiveDate, leaves: &DayLeaves, previous: Option<Sha256Hash>) -> Self {
        let (size, root) = (leaves.len(), leaves.root());
        let chain = hash_link(previous, date, root, size);
        Self { date, size, root, previous, chain }
    }

    /// Whether its `chain` is that of what it says.
    pub fn is_whole(&self) -> bool {
        self.chain == hash_link(self.previous, self.date, self.root, self.size)
    }

    /// Whether it is the root of the day behind `before`, and chained to it.
    pub fn follows(&self, before: &Self) -> bool {
        before.date.succ_opt() == Some(self.date) && self.previous == Some(before.chain)
    }

    /// Whether it stands for the entry with that hash, as `inclusion` says.
    pub fn includes(&self, entry: Sha256Hash, inclusion: &Inclusion) -> bool {
        let Inclusion { index, path } = inclusion;
        follow_path(hash_leaf(&entry.0), *index, self.size, path) == Some(self.root)
    }
}

/// The recipe is that of an entry's hash.
fn hash_link(
    previous: Option<Sha256Hash>,
    date: NaiveDate,
    root: Sha256Hash,
    size: u64,
) -> Sha256Hash {
    let text = json!({"date": date, "root": root, "size": size});
    hash_entry(previous, &canonical::to_canonical_json(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(date: &str, names: &[&str], previous: Option<Sha256Hash>) -> DailyRoot {
        let hashes = names.iter().map(|name| Sha256Hash::of(name.as_bytes())).collect();
        DailyRoot::of(date.parse().unwrap(), &DayLeaves::of(hashes), previous)
    }

    #[test]
    fn the_chain_of_a_day_is_that_of_an_entry_over_its_canonical_text() {
        let one = day("2026-12-22", &["a", "b"], None);
        let text = format!(r#"{{"date":"2026-12-22","root":"{}","size":2}}"#, one.root);
        assert_eq!(one.chain, hash_entry(None, &text));
        let next = day("2026-12-23", &["c"], Some(one.chain));
        let text = format!(r#"{{"date":"2026-12-23","root":"{}","size":1}}"#, next.root);
        assert_eq!(next.chain, hash_entry(Some(one.chain), &text));
    }

    #[test]
    fn a_day_follows_the_day_before_and_no_other() {
        let one = day("2026-12-22", &["a"], None);
        assert!(day("2026-12-23", &["b"], Some(one.chain)).follows(&one));
        assert!(!day("2026-12-24", &["b"], Some(one.chain)).follows(&one), "a day is left out");
        assert!(!day("2026-12-23", &["b"], None).follows(&one), "it begins a chain of its own");
        assert!(!one.follows(&one));
    }

    #[test]
    fn whatever_is_changed_in_a_root_its_chain_is_another() {
        let one = day("2026-12-22", &["a", "b"], Some(Sha256Hash::of(b"before")));
        assert!(one.is_whole());
        let other = Sha256Hash::of(b"other");
        for changed in [
            DailyRoot { date: one.date.succ_opt().unwrap(), ..one },
            DailyRoot { size: 3, ..one },
            DailyRoot { root: other, ..one },
            DailyRoot { previous: Some(other), ..one },
            DailyRoot { previous: None, ..one },
            DailyRoot { chain: other, ..one },
        ] {
            assert!(!changed.is_whole(), "{changed:?}");
        }
    }

    #[test]
    fn a_root_is_read_as_it_was_written_and_with_no_other_member() {
        let one = day("2026-12-22", &["a"], None);
        let text = serde_json::to_string(&one).unwrap();
        assert_eq!(serde_json::from_str::<DailyRoot>(&text).unwrap(), one);
        let more = text.replacen('{', "{\"note\":1,", 1);
        assert!(serde_json::from_str::<DailyRoot>(&more).is_err());
    }
}
