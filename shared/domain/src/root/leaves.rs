//! The leaves of a day, and the blocks of 256 in which they are stored: so that the path of one leaf is found with few reads
//! and little memory, however many there are.

use super::Inclusion;
use super::tree::{hash_leaf, tree_path, tree_root};
use crate::ids::Sha256Hash;

/// How many leaves a block has: a power of two, so that a block is a part of the tree.
pub const BLOCK_LEAVES: usize = 256;
/// How many bytes a whole block has.
pub const BLOCK_BYTES: usize = BLOCK_LEAVES * HASH_BYTES;

const HASH_BYTES: usize = 32;

/// The hashes of the entries that were archived on a day: in their order, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayLeaves(Vec<Sha256Hash>);

/// What is kept of each block: its first leaf and the root over it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayBlocks {
    firsts: Vec<Sha256Hash>,
    roots: Vec<Sha256Hash>,
}

impl DayLeaves {
    /// The leaves among hashes in any order, some of them perhaps there twice.
    pub fn of(mut hashes: Vec<Sha256Hash>) -> Self {
        hashes.sort_unstable();
        hashes.dedup();
        Self(hashes)
    }

    /// How many there are.
    pub fn len(&self) -> u64 {
        u64::try_from(self.0.len()).unwrap_or(u64::MAX)
    }

    /// Whether nothing was archived.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The root over them.
    pub fn root(&self) -> Sha256Hash {
        tree_root(&self.blocks().roots)
    }

    /// The blocks that they are kept in: of each its first leaf and its root.
    pub fn blocks(&self) -> DayBlocks {
        let blocks = self.0.chunks(BLOCK_LEAVES);
        DayBlocks {
            firsts: blocks.clone().filter_map(|block| block.first().copied()).collect(),
            roots: blocks.map(block_root).collect(),
        }
    }

    /// All of them, one behind the other.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|hash| hash.0).collect()
    }
}

impl DayBlocks {
    /// First leaf and root of each block, one behind the other.
    pub fn to_bytes(&self) -> Vec<u8> {
        let pairs = self.firsts.iter().zip(&self.roots);
        pairs.flat_map(|(first, root)| [first.0, root.0].concat()).collect()
    }

    /// Reads what [`Self::to_bytes`] wrote; `None` for bytes that are no pairs of hashes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let hashes = read_hashes(bytes)?;
        let mut own = Self { firsts: Vec::new(), roots: Vec::new() };
        for pair in hashes.chunks(2) {
            let [first, root] = pair else { return None };
            own.firsts.push(*first);
            own.roots.push(*root);
        }
        Some(own)
    }

    /// The number of the block in which that leaf would be; `None` where it stands before all of them.
    pub fn find_block(&self, leaf: Sha256Hash) -> Option<usize> {
        self.firsts.partition_point(|first| *first <= leaf).checked_sub(1)
    }

    /// Where a leaf stands, by the bytes of the block of that number; `None` where it is not among them.
    pub fn find_leaf(&self, leaf: Sha256Hash, block: usize, bytes: &[u8]) -> Option<Inclusion> {
        let leaves = read_hashes(bytes)?;
        let place = leaves.binary_search(&leaf).ok()?;
        let hashes: Vec<Sha256Hash> = leaves.iter().map(|leaf| hash_leaf(&leaf.0)).collect();
        let path = [tree_path(&hashes, place), tree_path(&self.roots, block)].concat();
        let index = block.checked_mul(BLOCK_LEAVES)?.checked_add(place)?;
        Some(Inclusion { index: index.try_into().ok()?, path })
    }
}

/// The root over the leaves of a block.
fn block_root(leaves: &[Sha256Hash]) -> Sha256Hash {
    let hashes: Vec<Sha256Hash> = leaves.iter().map(|leaf| hash_leaf(&leaf.0)).collect();
    tree_root(&hashes)
}

/// Hashes that stand one behind the other; `None` where the last one is cut.
fn read_hashes(bytes: &[u8]) -> Option<Vec<Sha256Hash>> {
    let hashes = bytes.chunks(HASH_BYTES);
    hashes.map(|hash| hash.try_into().ok().map(Sha256Hash)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::DailyRoot;

    fn leaves(count: u32) -> Vec<Sha256Hash> {
        (0..count).map(|no| Sha256Hash::of(&no.to_be_bytes())).collect()
    }

    /// Where a leaf stands, found as whoever reads the stored blocks finds it.
    fn find(stored: &[u8], blocks: &DayBlocks, leaf: Sha256Hash) -> Option<Inclusion> {
        let block = blocks.find_block(leaf)?;
        let from = block * BLOCK_BYTES;
        blocks.find_leaf(leaf, block, &stored[from..stored.len().min(from + BLOCK_BYTES)])
    }

    #[test]
    fn a_tree_of_blocks_is_the_tree_of_its_leaves() {
        for count in [0, 1, 2, 255, 256, 257, 511, 512, 513, 768, 769, 1024, 1025] {
            let day = DayLeaves::of(leaves(count));
            let hashes: Vec<_> = day.0.iter().map(|leaf| hash_leaf(&leaf.0)).collect();
            assert_eq!(day.root(), tree_root(&hashes), "{count} leaves");
        }
    }

    #[test]
    fn leaves_have_one_order_and_each_stands_once_however_they_were_found() {
        let mut found = leaves(600);
        let day = DayLeaves::of(found.clone());
        found.reverse();
        found.extend(leaves(40));
        assert_eq!(DayLeaves::of(found), day);
        assert_eq!(day.len(), 600);
        assert!(day.0.is_sorted());
    }

    #[test]
    fn each_of_a_hundred_thousand_leaves_has_a_path_from_one_block_of_eight_kib() {
        let all = leaves(100_000);
        let day = DayLeaves::of(all.clone());
        let root = DailyRoot::of("2026-12-22".parse().unwrap(), &day, None);
        let (stored, index) = (day.to_bytes(), day.blocks().to_bytes());
        assert_eq!((stored.len(), index.len()), (3_200_000, 391 * 64), "what a day takes");
        let blocks = DayBlocks::from_bytes(&index).unwrap();
        // A prime step, so that every place within a block is met, and the last block.
        for leaf in all.iter().step_by(97).chain(day.0.last()) {
            let found = find(&stored, &blocks, *leaf).unwrap();
            assert!(found.path.len() <= 17, "{} hashes", found.path.len());
            assert!(root.includes(*leaf, &found));
            assert!(!root.includes(Sha256Hash::of(&leaf.0), &found));
        }
        for stranger in [Sha256Hash([0; 32]), Sha256Hash([255; 32]), Sha256Hash::of(b"stranger")] {
            assert_eq!(find(&stored, &blocks, stranger), None);
        }
    }

    #[test]
    fn bytes_that_are_no_hashes_are_no_blocks() {
        let day = DayLeaves::of(leaves(300));
        let index = day.blocks().to_bytes();
        assert_eq!(DayBlocks::from_bytes(&index), Some(day.blocks()));
        for cut in [1, 31, 32, 33, 63] {
            assert_eq!(DayBlocks::from_bytes(&index[..cut]), None, "{cut} bytes");
        }
        let leaf = leaves(1)[0];
        assert_eq!(day.blocks().find_leaf(leaf, 0, &day.to_bytes()[..33]), None);
    }
}
