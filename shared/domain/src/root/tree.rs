//! The tree of RFC 6962, section 2.1, over hashes that stand for its leaves.

use crate::ids::Sha256Hash;

/// What is hashed before a leaf, so that no leaf can pass for a node.
const LEAF: u8 = 0;
/// What is hashed before the two halves of a node.
const NODE: u8 = 1;

/// The hash of a leaf.
pub fn hash_leaf(leaf: &[u8]) -> Sha256Hash {
    Sha256Hash::of(&[&[LEAF], leaf].concat())
}

/// The hash of a node over its two halves.
pub fn hash_node(left: Sha256Hash, right: Sha256Hash) -> Sha256Hash {
    Sha256Hash::of(&[&[NODE], left.0.as_slice(), &right.0].concat())
}

/// The root over the hashes of leaves, or of parts of the tree that are all as large as a power of two, save the last.
/// That of nothing is SHA-256 of nothing.
pub fn tree_root(hashes: &[Sha256Hash]) -> Sha256Hash {
    match hashes {
        [] => Sha256Hash::of(&[]),
        [only] => *only,
        _ => {
            let (left, right) = hashes.split_at(left_half(hashes.len()));
            hash_node(tree_root(left), tree_root(right))
        }
    }
}

/// The hashes that lead from the one at `index` to the root, the nearest first; none for a place that there is not.
pub fn tree_path(hashes: &[Sha256Hash], index: usize) -> Vec<Sha256Hash> {
    if hashes.len() < 2 || index >= hashes.len() {
        return Vec::new();
    }
    let (left, right) = hashes.split_at(left_half(hashes.len()));
    let (mut path, other) = match index.checked_sub(left.len()) {
        None => (tree_path(left, index), tree_root(right)),
        Some(index) => (tree_path(right, index), tree_root(left)),
    };
    path.push(other);
    path
}

/// The root that a path leads to from the hash of the leaf at `index` of so many (RFC 9162, section 2.1.3.2); `None` for a
/// path that is too long or too short, or a place that there is not.
pub fn follow_path(
    leaf: Sha256Hash,
    index: u64,
    size: u64,
    path: &[Sha256Hash],
) -> Option<Sha256Hash> {
    if index >= size {
        return None;
    }
    let (mut place, mut last, mut found) = (index, size - 1, leaf);
    for other in path {
        if last == 0 {
            return None;
        }
        if !place.is_multiple_of(2) || place == last {
            found = hash_node(*other, found);
            while place.is_multiple_of(2) && place != 0 {
                place /= 2;
                last /= 2;
            }
        } else {
            found = hash_node(found, *other);
        }
        place /= 2;
        last /= 2;
    }
    (last == 0).then_some(found)
}

/// The largest power of two below the number of leaves, of which there are two at least.
fn left_half(leaves: usize) -> usize {
    leaves.div_ceil(2).next_power_of_two()
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    /// The leaves of the test vectors of Certificate Transparency's own tree.
    const LEAVES: [&str; 8] = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];

    /// The roots over the first of them, as many as the place says.
    const ROOTS: [&str; 9] = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    /// Paths: place, number of leaves, hashes.
    const PATHS: [(usize, usize, &[&str]); 5] = [
        (0, 1, &[]),
        (
            0,
            8,
            &[
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            5,
            8,
            &[
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (2, 3, &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
        (
            1,
            5,
            &[
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ];

    fn hashes(count: usize) -> Vec<Sha256Hash> {
        let leaf = |text: &&str| hash_leaf(&HEXLOWER.decode(text.as_bytes()).unwrap());
        LEAVES[..count].iter().map(leaf).collect()
    }

    #[test]
    fn roots_are_those_of_certificate_transparency() {
        for (count, root) in ROOTS.iter().enumerate() {
            assert_eq!(tree_root(&hashes(count)).to_string(), *root, "{count} leaves");
        }
    }

    #[test]
    fn paths_are_those_of_certificate_transparency() {
        for (index, count, expected) in PATHS {
            let path: Vec<_> =
                tree_path(&hashes(count), index).iter().map(Sha256Hash::to_string).collect();
            assert_eq!(path, expected, "leaf {index} of {count}");
        }
    }

    #[test]
    fn each_leaf_of_each_tree_has_a_path_to_its_root_and_to_no_other_place() {
        let all: Vec<Sha256Hash> = (0_u64..70).map(|no| hash_leaf(&no.to_be_bytes())).collect();
        for count in 1..=all.len() {
            let (tree, size) = (&all[..count], u64::try_from(count).unwrap());
            let root = tree_root(tree);
            for (index, leaf) in tree.iter().enumerate() {
                let path = tree_path(tree, index);
                for place in 0..=size {
                    let found = follow_path(*leaf, place, size, &path);
                    let is_its_own = place == u64::try_from(index).unwrap();
                    assert_eq!(found == Some(root), is_its_own, "{index} of {count} at {place}");
                }
            }
        }
    }

    #[test]
    fn whatever_byte_is_changed_a_path_leads_to_another_root() {
        let all: Vec<Sha256Hash> = (0_u64..11).map(|no| hash_leaf(&no.to_be_bytes())).collect();
        let root = tree_root(&all);
        for (index, leaf) in all.iter().enumerate() {
            let (place, path) = (u64::try_from(index).unwrap(), tree_path(&all, index));
            let follow = |leaf, path: &[Sha256Hash]| follow_path(leaf, place, 11, path);
            assert_eq!(follow(*leaf, &path), Some(root));
            for byte in 0..32 {
                let flip = |hash: &mut Sha256Hash| hash.0[byte] ^= 1;
                let mut other = *leaf;
                flip(&mut other);
                assert_ne!(follow(other, &path), Some(root));
                for step in 0..path.len() {
                    let mut other = path.clone();
                    flip(&mut other[step]);
                    assert_ne!(follow(*leaf, &other), Some(root), "leaf {index}, step {step}");
                }
            }
            let longer = [path.as_slice(), &[root]].concat();
            assert_eq!(follow(*leaf, &longer), None, "too long");
            assert_ne!(follow(*leaf, &path[..path.len() - 1]), Some(root), "too short");
        }
    }

    #[test]
    fn no_leaf_passes_for_a_node() {
        let (left, right) = (hash_leaf(b"a"), hash_leaf(b"b"));
        let node = hash_node(left, right);
        assert_ne!(hash_leaf(&[left.0, right.0].concat()), node);
        assert_eq!(tree_root(&[left, right]), node);
    }
}
