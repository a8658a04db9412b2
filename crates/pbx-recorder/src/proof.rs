//! Inclusion and consistency proofs: made from all leaf hashes, checked from a few.
//!
//! Making follows RFC 6962 sections 2.1.1 and 2.1.2, checking RFC 9162 sections 2.1.3.2 and 2.1.4.2.

use crate::{Hash, Tree};

/// The proof that leaf `index` is in the tree over all `leaves`, or nothing where there is no such leaf.
pub fn inclusion_proof(leaves: &[Hash], index: usize) -> Option<Vec<Hash>> {
    if index >= leaves.len() {
        return None;
    }
    let mut proof = Vec::new();
    let (mut leaves, mut index) = (leaves, index);
    while leaves.len() > 1 {
        let (left, right) = leaves.split_at(split(leaves.len()));
        let sibling;
        (leaves, sibling, index) =
            if index < left.len() { (left, right, index) } else { (right, left, index - left.len()) };
        proof.push(root(sibling));
    }
    proof.reverse();
    Some(proof)
}

/// The proof that the tree over the first `old_size` leaves is the beginning of the tree over all `leaves`.
///
/// It is empty where one of the trees is empty or both are the same; nothing where `old_size` is too large.
pub fn consistency_proof(leaves: &[Hash], old_size: usize) -> Option<Vec<Hash>> {
    if old_size > leaves.len() {
        return None;
    }
    let mut proof = Vec::new();
    let (mut leaves, mut size) = (leaves, old_size);
    // Whether the old tree's own root is the subtree at hand, which the verifier has already.
    let mut known = true;
    while size > 0 && size < leaves.len() {
        let (left, right) = leaves.split_at(split(leaves.len()));
        if size <= left.len() {
            proof.push(root(right));
            leaves = left;
        } else {
            proof.push(root(left));
            (leaves, size, known) = (right, size - left.len(), false);
        }
    }
    if !known {
        proof.push(root(leaves));
    }
    proof.reverse();
    Some(proof)
}

/// Whether `proof` shows that `leaf` is leaf `index` of the tree of `size` leaves with the root `tree_root`.
#[must_use]
pub fn verify_inclusion(leaf: Hash, index: u64, size: u64, proof: &[Hash], tree_root: Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last) = (index, size - 1);
    let mut hash = leaf;
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            hash = Hash::of_node(sibling, &hash);
            while node & 1 == 0 && node != 0 {
                (node, last) = (node >> 1, last >> 1);
            }
        } else {
            hash = Hash::of_node(&hash, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    last == 0 && hash == tree_root
}

/// Whether `proof` shows that the tree of `old_size` leaves is the beginning of the tree of `new_size` leaves.
#[must_use]
pub fn verify_consistency(
    old_size: u64,
    old_root: Hash,
    new_size: u64,
    new_root: Hash,
    proof: &[Hash],
) -> bool {
    if old_size > new_size {
        return false;
    }
    if old_size == new_size {
        return proof.is_empty() && old_root == new_root;
    }
    if old_size == 0 {
        return proof.is_empty() && old_root == Hash::of_nothing();
    }
    let whole = if old_size.is_power_of_two() { Some(old_root) } else { None };
    let mut path = whole.into_iter().chain(proof.iter().copied());
    let Some(first) = path.next() else { return false };
    let (mut node, mut last) = (old_size - 1, new_size - 1);
    let shift = node.trailing_ones();
    (node, last) = (node.checked_shr(shift).unwrap_or(0), last.checked_shr(shift).unwrap_or(0));
    let (mut old, mut new) = (first, first);
    for hash in path {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            (old, new) = (Hash::of_node(&hash, &old), Hash::of_node(&hash, &new));
            while node & 1 == 0 && node != 0 {
                (node, last) = (node >> 1, last >> 1);
            }
        } else {
            new = Hash::of_node(&new, &hash);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    last == 0 && old == old_root && new == new_root
}

/// The largest power of two below `size`, for a size of at least two: where RFC 6962 splits a tree.
fn split(size: usize) -> usize {
    1 << (size - 1).ilog2()
}

fn root(leaves: &[Hash]) -> Hash {
    let mut tree = Tree::new();
    for leaf in leaves {
        tree.append_leaf(*leaf);
    }
    tree.root()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE_MAX: usize = 130;

    fn leaves(count: usize) -> Vec<Hash> {
        (0..count).map(|line| Hash::of_leaf(&line.to_be_bytes())).collect()
    }

    fn hashes(hex: &[&str]) -> Vec<Hash> {
        hex.iter().map(|it| Hash::parse(it).expect("hash")).collect()
    }

    fn reference_leaves() -> Vec<Hash> {
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
            .iter()
            .map(|it| Hash::of_leaf(&hex::decode(it).expect("hex")))
            .collect()
    }

    #[test]
    fn proofs_are_those_of_the_reference_implementation() {
        let leaves = reference_leaves();
        let of_first = [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ];
        assert_eq!(inclusion_proof(&leaves, 0), Some(hashes(&of_first)));
        let of_sixth = [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ];
        assert_eq!(inclusion_proof(&leaves, 5), Some(hashes(&of_sixth)));
        let two_to_five = [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ];
        assert_eq!(consistency_proof(&leaves[..5], 2), Some(hashes(&two_to_five)));
    }

    #[test]
    fn every_leaf_of_every_tree_is_proven_to_be_in_it() {
        let all = leaves(SIZE_MAX);
        for size in 1..=SIZE_MAX {
            let tree_root = root(&all[..size]);
            for index in 0..size {
                let proof = inclusion_proof(&all[..size], index).expect("a leaf");
                let check = |leaf, index: usize, size: usize, proof: &[Hash], root| {
                    verify_inclusion(leaf, index as u64, size as u64, proof, root)
                };
                assert!(check(all[index], index, size, &proof, tree_root), "{index} of {size}");
                assert!(!check(all[index], index + 1, size, &proof, tree_root));
                assert!(!check(Hash::of_nothing(), index, size, &proof, tree_root));
                assert!(!check(all[index], index, size, &proof, Hash::of_nothing()));
                assert!(!check(
                    all[index],
                    index,
                    size,
                    &[proof.as_slice(), &[tree_root]].concat(),
                    tree_root
                ));
                if let [shorter @ .., _] = proof.as_slice() {
                    assert!(!check(all[index], index, size, shorter, tree_root));
                }
            }
        }
    }

    #[test]
    fn every_tree_is_proven_to_begin_every_later_one() {
        let all = leaves(SIZE_MAX);
        let roots: Vec<Hash> = (0..=SIZE_MAX).map(|size| root(&all[..size])).collect();
        for new in 0..=SIZE_MAX {
            for old in 0..=new {
                let proof = consistency_proof(&all[..new], old).expect("a beginning");
                let check = |old_root, new_root, proof: &[Hash]| {
                    verify_consistency(old as u64, old_root, new as u64, new_root, proof)
                };
                assert!(check(roots[old], roots[new], &proof), "{old} of {new}");
                let wrong = Hash::of_leaf(b"another");
                assert!(!check(wrong, roots[new], &proof) && (old == 0 || !check(roots[old], wrong, &proof)));
                assert!(!check(roots[old], roots[new], &[proof.as_slice(), &[wrong]].concat()));
                if let [shorter @ .., _] = proof.as_slice() {
                    assert!(!check(roots[old], roots[new], shorter), "{old} of {new}");
                }
            }
        }
    }

    #[test]
    fn there_is_no_proof_of_what_is_not_there() {
        assert_eq!(inclusion_proof(&leaves(3), 3), None);
        assert_eq!(consistency_proof(&leaves(3), 4), None);
        assert!(!verify_inclusion(Hash::of_nothing(), 0, 0, &[], Hash::of_nothing()));
        assert!(!verify_consistency(2, Hash::of_nothing(), 1, Hash::of_nothing(), &[]));
    }
}
