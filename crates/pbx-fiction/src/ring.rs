use crate::draw::Draw;

/// A permutation of 0..size that can be asked both ways: which member has a place, and which place a member has.
///
/// `member = (place * factor + offset) mod size`, with a factor that shares no divisor with the size. It hides that
/// people were made one after another and costs nothing to invert; it is no cipher.
#[derive(Clone, Debug)]
pub(crate) struct Ring {
    size: u64,
    factor: u64,
    inverse: u64,
    offset: u64,
}

impl Ring {
    /// A permutation of `size` members, at least one and at most 2^32.
    pub(crate) fn new(size: u64, draw: &mut Draw) -> Self {
        let size = size.clamp(1, 1 << 32);
        let start = draw.below(size);
        // One of the next few numbers has no common divisor with the size; size + 1 never has.
        let coprime = (start..=size + 1).find_map(|factor| Some((factor, inverse(factor, size)?)));
        let (factor, inverse) = coprime.unwrap_or((1, 1));
        Self { size, factor, inverse, offset: draw.below(size) }
    }

    /// How many members there are.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Who has the place `place`, taken round the ring.
    pub(crate) fn at(&self, place: u64) -> u64 {
        // Both factors are at most 2^32, so the product fits.
        ((place % self.size) * (self.factor % self.size) + self.offset) % self.size
    }

    /// Which place `member` has; it is below the size.
    pub(crate) fn place_of(&self, member: u64) -> u64 {
        (member + self.size - self.offset) % self.size * self.inverse % self.size
    }
}

/// The number that undoes a multiplication by `factor` modulo `size`, where there is one (Euclid, extended).
fn inverse(factor: u64, size: u64) -> Option<u64> {
    let size = i128::from(size);
    let (mut rest, mut next_rest) = (size, i128::from(factor) % size);
    let (mut root, mut next_root) = (0, 1);
    while next_rest != 0 {
        let quotient = rest / next_rest;
        (rest, next_rest) = (next_rest, rest - quotient * next_rest);
        (root, next_root) = (next_root, root - quotient * next_root);
    }
    if rest == 1 { u64::try_from(root.rem_euclid(size)).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::draw::Purpose;

    #[test]
    fn every_member_has_one_place() {
        for size in [1, 2, 3, 4, 6, 12, 97, 360, 1_024, 5_040] {
            for seed in 0..5 {
                let ring = Ring::new(size, &mut Draw::new(seed, Purpose::Ring, 0));
                let members: BTreeSet<_> = (0..size).map(|place| ring.at(place)).collect();
                assert_eq!(members, (0..size).collect(), "{size}, {seed}");
                assert!((0..size).all(|place| ring.place_of(ring.at(place)) == place), "{size}, {seed}");
            }
        }
    }

    #[test]
    fn the_largest_ring_turns_without_overflow() {
        let ring = Ring::new(u64::MAX, &mut Draw::new(1, Purpose::Ring, 0));
        assert_eq!(ring.size(), 1 << 32);
        for place in [0, 1, (1 << 31) + 7, (1 << 32) - 1] {
            assert_eq!(ring.place_of(ring.at(place)), place);
        }
    }
}
