use crate::Hash;

/// An RFC 6962 Merkle tree that only grows, kept as the roots of its perfect subtrees, largest first.
///
/// ```text
///   size 7 = 4 + 2 + 1          peaks: [ h(0..4), h(4..6), h(6..7) ]
/// ```
///
/// One peak per set bit of the size, so a tree of a million lines is some 20 hashes: cheap to clone, to store
/// beside a site's state and to grow (two hashes per line on average).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    size: u64,
    peaks: Vec<Hash>,
}

impl Tree {
    /// The largest [`Tree::to_bytes`]: the size and one peak for each of its 64 bits.
    pub const BYTES_MAX: usize = 8 + 64 * Hash::BYTES;

    /// The tree without leaves.
    pub const fn new() -> Self {
        Self { size: 0, peaks: Vec::new() }
    }

    /// Appends `line` and returns its leaf hash.
    pub fn append(&mut self, line: &[u8]) -> Hash {
        let leaf = Hash::of_leaf(line);
        self.append_leaf(leaf);
        leaf
    }

    /// Appends a line whose leaf hash is known.
    pub fn append_leaf(&mut self, leaf: Hash) {
        let mut node = leaf;
        // Each trailing one of the old size is a perfect subtree as large as `node` has grown: merge them.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                node = Hash::of_node(&left, &node);
            }
        }
        self.peaks.push(node);
        self.size += 1;
    }

    /// How many lines it has.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root hash over all lines.
    pub fn root(&self) -> Hash {
        let smallest_first = self.peaks.iter().rev().copied();
        smallest_first.reduce(|right, left| Hash::of_node(&left, &right)).unwrap_or_else(Hash::of_nothing)
    }

    /// The tree for the store: size (8 bytes, big-endian), then the peaks; at most [`Tree::BYTES_MAX`] bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8 + self.peaks.len() * Hash::BYTES);
        bytes.extend_from_slice(&self.size.to_be_bytes());
        for peak in &self.peaks {
            bytes.extend_from_slice(peak.as_bytes());
        }
        bytes
    }

    /// Reads what [`Tree::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DamagedTree> {
        let (size, rest) = bytes.split_first_chunk::<8>().ok_or(DamagedTree)?;
        let size = u64::from_be_bytes(*size);
        let (peaks, remainder) = rest.as_chunks::<{ Hash::BYTES }>();
        let expected = usize::try_from(size.count_ones()).map_err(|_| DamagedTree)?;
        if peaks.len() != expected || !remainder.is_empty() {
            return Err(DamagedTree);
        }
        Ok(Self { size, peaks: peaks.iter().copied().map(Hash::new).collect() })
    }
}

/// The bytes are not a tree that was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the recorder's stored tip is damaged")]
pub struct DamagedTree;

#[cfg(test)]
mod tests {
    use super::*;

    /// The reference leaves and roots of the Certificate Transparency implementations, for sizes 0 to 8.
    const LEAVES: [&str; 8] =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
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

    fn tree_of(size: u64) -> Tree {
        let mut tree = Tree::new();
        for line in 0..size {
            tree.append(&line.to_be_bytes());
        }
        tree
    }

    #[test]
    fn roots_are_those_of_the_reference_implementation() {
        let mut tree = Tree::new();
        assert_eq!(tree.root().to_string(), ROOTS[0]);
        for (leaf, root) in LEAVES.iter().zip(&ROOTS[1..]) {
            tree.append(&hex::decode(leaf).expect("hex"));
            assert_eq!(tree.root().to_string(), *root, "size {}", tree.size());
        }
    }

    #[test]
    fn a_tree_survives_being_stored() {
        for size in (0..130).chain([1_000]) {
            let tree = tree_of(size);
            let mut restored = Tree::from_bytes(&tree.to_bytes()).expect("stored");
            assert_eq!(restored, tree, "size {size}");
            restored.append(b"next");
            assert_ne!(restored.root(), tree.root());
        }
    }

    #[test]
    fn a_damaged_tree_is_refused() {
        let bytes = tree_of(7).to_bytes();
        for cut in 0..bytes.len() {
            assert_eq!(Tree::from_bytes(&bytes[..cut]), Err(DamagedTree), "cut at {cut}");
        }
        assert_eq!(Tree::from_bytes(&[bytes.as_slice(), &[0]].concat()), Err(DamagedTree));
    }

    #[test]
    fn the_largest_tree_fits_the_store() {
        let largest = Tree { size: u64::MAX, peaks: vec![Hash::of_nothing(); 64] };
        assert_eq!(largest.to_bytes().len(), Tree::BYTES_MAX);
        assert_eq!(Tree::from_bytes(&largest.to_bytes()), Ok(largest));
    }
}
