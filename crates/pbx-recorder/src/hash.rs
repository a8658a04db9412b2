use std::fmt;

use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

/// A SHA-256 hash: of a line (a leaf), of two nodes, or of a whole tree (a root).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; Self::BYTES]);

impl Hash {
    /// How long a hash is.
    pub const BYTES: usize = 32;

    /// Wraps the bytes of a hash made elsewhere.
    pub const fn new(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    /// The hash of a leaf: SHA-256(0x00 || line), RFC 6962 section 2.1.
    pub fn of_leaf(line: &[u8]) -> Self {
        Self(Sha256::new().chain_update([0x00]).chain_update(line).finalize().into())
    }

    /// The hash of an inner node: SHA-256(0x01 || left || right), RFC 6962 section 2.1.
    pub fn of_node(left: &Self, right: &Self) -> Self {
        Self(Sha256::new().chain_update([0x01]).chain_update(left.0).chain_update(right.0).finalize().into())
    }

    /// The root of the tree without leaves: SHA-256 of nothing.
    pub fn of_nothing() -> Self {
        Self(Sha256::digest([]).into())
    }

    /// Parses 64 hex digits in lower case, the only way [`fmt::Display`] writes them.
    pub fn parse(text: &str) -> Option<Self> {
        let lower = text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        let mut bytes = [0; Self::BYTES];
        (lower && hex::decode_to_slice(text, &mut bytes).is_ok()).then_some(Self(bytes))
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }

    /// The hash as 64 hex digits, without an allocation.
    pub(crate) fn to_hex(self) -> [u8; 64] {
        let mut digits = [0; 64];
        for (pair, byte) in digits.as_chunks_mut::<2>().0.iter_mut().zip(self.0) {
            *pair = [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]];
        }
        digits
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_prints_what_it_parses() {
        let hash = Hash::of_leaf(b"line");
        assert_eq!(Hash::parse(&hash.to_string()), Some(hash));
        assert_eq!(hash.to_hex(), hash.to_string().as_bytes());
    }

    #[test]
    fn only_sixty_four_lower_case_digits_are_a_hash() {
        let text = Hash::of_nothing().to_string();
        for bad in ["", &text[1..], &text.to_uppercase(), &format!("{text}0"), &text.replace('e', "g")] {
            assert_eq!(Hash::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn leaf_and_node_hashes_never_meet() {
        let (left, right) = (Hash::of_leaf(b"l"), Hash::of_leaf(b"r"));
        let both: Vec<u8> = left.as_bytes().iter().chain(right.as_bytes()).copied().collect();
        assert_ne!(Hash::of_node(&left, &right), Hash::of_leaf(&both));
    }
}
