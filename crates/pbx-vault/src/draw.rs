//! What a cipher draws for itself: nonces and keys, from one seed of its own.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use pbx_kernel::{DataKey, Entropy};
use sha2::{Digest, Sha256, Sha512};
use zeroize::Zeroizing;

use crate::cipher::{Key, NONCE_BYTES, new_key};

/// The nonces and the keys of one cipher and of every cipher renewed from it.
pub(crate) struct Draws {
    pub(crate) nonces: Nonces,
    pub(crate) keys: KeyStream,
}

impl Draws {
    pub(crate) fn new(entropy: &mut dyn Entropy) -> Self {
        Self { nonces: Nonces::new(entropy), keys: KeyStream::new(entropy) }
    }
}

/// Nonces that one key never sees twice: 64 random bits of this cipher, then a 32-bit counter.
///
/// Within a cipher the counter never repeats; the random bits keep apart the ciphers of one key, one per start of
/// the process (a million starts: one chance in 30 million that any two meet). After 2^32 seals the next random
/// bits are derived from the seed and the upper half of the counter, so there is no last nonce. Wholly random
/// nonces would allow only 2^32 seals per key (NIST SP 800-38D section 8.3) and cost a lock.
pub(crate) struct Nonces {
    seed: Zeroizing<[u8; 32]>,
    first: [u8; 8],
    count: AtomicU64,
}

impl Nonces {
    fn new(entropy: &mut dyn Entropy) -> Self {
        let seed = new_key(entropy);
        let first = prefix(&seed, 0);
        Self { seed, first, count: AtomicU64::new(0) }
    }

    pub(crate) fn next(&self) -> [u8; NONCE_BYTES] {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let round = count >> 32;
        let prefix = if round == 0 { self.first } else { prefix(&self.seed, round) };
        let mut nonce = [0; NONCE_BYTES];
        nonce[..8].copy_from_slice(&prefix);
        nonce[8..].copy_from_slice(&count.to_be_bytes()[4..]);
        nonce
    }
}

/// The random bits of the nonces of one round of 2^32.
fn prefix(seed: &[u8; 32], round: u64) -> [u8; 8] {
    let digest = Sha256::new().chain_update(seed).chain_update(round.to_be_bytes()).finalize();
    let mut prefix = [0; 8];
    prefix.copy_from_slice(&digest[..8]);
    prefix
}

/// Keys without end from one seed. Each draw replaces the state by a hash of it ("fast key erasure"): whoever reads
/// the process's memory afterwards cannot compute a key that was drawn, and perhaps destroyed, before.
pub(crate) struct KeyStream {
    state: Mutex<Key>,
}

impl KeyStream {
    fn new(entropy: &mut dyn Entropy) -> Self {
        Self { state: Mutex::new(new_key(entropy)) }
    }

    pub(crate) fn next(&self) -> DataKey {
        // A state is replaced whole or not at all, so that a panic elsewhere leaves nothing half-done here.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let digest = Zeroizing::new(<[u8; 64]>::from(Sha512::digest(state.as_slice())));
        let mut key = Key::default();
        key.copy_from_slice(&digest[32..]);
        state.copy_from_slice(&digest[..32]);
        DataKey::from_bytes(&key)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::SeededEntropy;

    fn draws(seed: u64) -> Draws {
        Draws::new(&mut SeededEntropy::new(seed))
    }

    #[test]
    fn no_nonce_comes_twice() {
        let nonces = draws(1).nonces;
        let mut seen = BTreeSet::new();
        for _ in 0..10_000 {
            assert!(seen.insert(nonces.next()));
        }
        // Across the end of a round.
        nonces.count.store((1 << 32) - 100, Ordering::Relaxed);
        for _ in 0..200 {
            assert!(seen.insert(nonces.next()));
        }
    }

    #[test]
    fn two_starts_of_one_key_use_different_nonces() {
        assert_ne!(draws(1).nonces.next(), draws(2).nonces.next());
    }

    #[test]
    fn no_key_comes_twice_and_a_seed_determines_them_all() {
        let take = |seed| {
            let keys = draws(seed).keys;
            (0..1_000).map(|_| *keys.next().expose_bytes()).collect::<Vec<_>>()
        };
        assert_eq!(take(1), take(1));
        let seen: BTreeSet<_> = take(1).into_iter().chain(take(2)).collect();
        assert_eq!(seen.len(), 2_000);
    }

    #[test]
    fn no_drawn_key_is_left_in_the_state() {
        let keys = draws(1).keys;
        let before = **keys.state.lock().expect("not poisoned");
        let drawn = *keys.next().expose_bytes();
        let after = **keys.state.lock().expect("not poisoned");
        assert!(before != after && drawn != before && drawn != after);
    }
}
