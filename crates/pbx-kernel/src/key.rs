use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A key of 256 bits that seals what belongs to one subject, or a node of a site's key tree.
///
/// It cannot be printed or serialised and is wiped when dropped. [`DataKey::expose_bytes`] is long because a
/// reviewer must be able to find every use of it.
#[derive(Clone)]
pub struct DataKey(Zeroizing<[u8; Self::BYTES]>);

impl DataKey {
    /// How long a key is.
    pub const BYTES: usize = 32;

    /// The key of these bytes.
    pub fn from_bytes(bytes: &[u8; Self::BYTES]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    /// The key itself, for the one place that seals with it and the one that keeps it sealed.
    pub fn expose_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<data key>")
    }
}

impl PartialEq for DataKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&*other.0).into()
    }
}

impl Eq for DataKey {}

/// Which of a site's successive keys seals the root of its key tree. Every erasure makes the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(pub u64);

impl Generation {
    /// The generation after this one. 64 bits of erasures do not run out.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_cannot_be_printed() {
        let key = DataKey::from_bytes(&[7; DataKey::BYTES]);
        assert_eq!(format!("{:?}", Some(key)), "Some(<data key>)");
    }

    #[test]
    fn keys_are_equal_when_all_their_bytes_are() {
        let mut bytes = [7; DataKey::BYTES];
        let key = DataKey::from_bytes(&bytes);
        assert_eq!(key, DataKey::from_bytes(&bytes));
        for index in 0..DataKey::BYTES {
            bytes[index] ^= 1;
            assert_ne!(key, DataKey::from_bytes(&bytes), "byte {index}");
            bytes[index] ^= 1;
        }
    }

    #[test]
    fn a_generation_is_followed_by_a_larger_one() {
        assert!(Generation(1).next() > Generation(1));
        assert_eq!(Generation::default().next().to_string(), "1");
    }
}
