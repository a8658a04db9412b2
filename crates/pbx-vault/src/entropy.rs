use pbx_kernel::Entropy;
use rand::TryRng;
use rand::rngs::SysRng;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(
        clippy::expect_used,
        reason = "no key may be made without randomness; there is nothing to fall back to"
    )]
    fn fill(&mut self, bytes: &mut [u8]) {
        SysRng.try_fill_bytes(bytes).expect("the operating system gives random bytes");
    }
}

/// Bytes that a seed determines: `ChaCha20`, for tests and for worlds that must be repeatable.
///
/// Whoever knows the seed knows every byte. Never make the keys of a world that keeps its state with it: the next
/// start would seal other data under the same keys and nonces.
pub struct SeededEntropy {
    seed: Zeroizing<[u8; 32]>,
    rng: ChaCha20Rng,
}

impl SeededEntropy {
    /// The stream that `seed` determines.
    pub fn new(seed: u64) -> Self {
        Self::of(&[b"understudy entropy ", seed.to_be_bytes().as_slice()])
    }

    /// A stream of its own for `label`, whatever was drawn from this one: adding a consumer moves no other's bytes.
    #[must_use]
    pub fn stream(&self, label: &str) -> Self {
        Self::of(&[self.seed.as_slice(), label.as_bytes()])
    }

    fn of(parts: &[&[u8]]) -> Self {
        let digest = parts.iter().fold(Sha256::new(), Digest::chain_update);
        let seed = Zeroizing::new(digest.finalize().into());
        Self { rng: ChaCha20Rng::from_seed(*seed), seed }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.rng.fill_bytes(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(mut entropy: impl Entropy) -> [u8; 32] {
        let mut bytes = [0; 32];
        entropy.fill(&mut bytes);
        bytes
    }

    #[test]
    fn a_seed_determines_the_bytes() {
        assert_eq!(draw(SeededEntropy::new(1)), draw(SeededEntropy::new(1)));
        assert_ne!(draw(SeededEntropy::new(1)), draw(SeededEntropy::new(2)));
    }

    #[test]
    fn a_labelled_stream_does_not_depend_on_what_was_drawn() {
        let mut entropy = SeededEntropy::new(1);
        let before = draw(entropy.stream("site"));
        entropy.fill(&mut [0; 100]);
        assert_eq!(draw(entropy.stream("site")), before);
        assert_ne!(draw(entropy.stream("salt")), before);
        assert_ne!(draw(entropy.stream("site").stream("site")), before);
    }

    #[test]
    fn the_system_never_repeats_itself() {
        assert_ne!(draw(SystemEntropy), draw(SystemEntropy));
    }
}
