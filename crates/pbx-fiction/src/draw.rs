use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What is drawn for: every purpose has draws of its own, so that a new one changes none of the others.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    /// A permutation of names, or who is in which item.
    Ring = 1,
    /// What a person is like.
    Person = 2,
    /// What an item says.
    Item = 3,
}

/// Numbers that a seed, a purpose and a number determine.
pub(crate) struct Draw(ChaCha8Rng);

impl Draw {
    /// The draws for the `number`th thing of a purpose; `number` is below 2^56.
    pub(crate) fn new(seed: u64, purpose: Purpose, number: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream((purpose as u64) << 56 | number);
        Self(rng)
    }

    /// A number below `end`, which is not zero.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        // The upper half of a product: each number is as likely as the next but for one part in 2^64 / end.
        let product = u128::from(self.0.next_u64()) * u128::from(end);
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// A number below `end`, which is not zero.
    pub(crate) fn small(&mut self, end: u32) -> u32 {
        u32::try_from(self.below(end.into())).unwrap_or(0)
    }

    /// One of `choices`, which are not empty.
    pub(crate) fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        let index = self.below(choices.len() as u64);
        choices[usize::try_from(index).unwrap_or(0)]
    }

    /// Yes, in `percent` of a hundred draws.
    pub(crate) fn percent(&mut self, percent: u8) -> bool {
        self.below(100) < u64::from(percent)
    }
}
