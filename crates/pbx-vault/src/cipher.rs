use std::sync::atomic::{AtomicU64, Ordering};

use aes_gcm::{AeadInOut, Aes256Gcm, KeyInit, Nonce, Tag};
use hmac::{Hmac, Mac};
use pbx_kernel::{Cipher, CipherError, Entropy, Pseudonym, SiteId};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// A key of 256 bits, wiped when dropped.
pub(crate) type Key = Zeroizing<[u8; 32]>;

/// Draws a new key.
pub(crate) fn new_key(entropy: &mut dyn Entropy) -> Key {
    let mut key = Key::default();
    entropy.fill(key.as_mut_slice());
    key
}

/// Seals with a site's data key and names with its index key.
///
/// ```text
///   sealed = version (1) | generation (4, big-endian) | nonce (12) | ciphertext | tag (16)
///   bound to: version | generation | site id | 0x00 | address
/// ```
///
/// The expanded keys are kept, so that sealing a row costs well under a microsecond; they are wiped on drop.
pub struct SiteCipher {
    site: SiteId,
    generation: u32,
    aead: Aes256Gcm,
    mac: Hmac<Sha256>,
    nonces: Nonces,
}

impl SiteCipher {
    /// How much longer the sealed bytes are than the plain ones.
    pub const OVERHEAD_BYTES: usize = HEADER_BYTES + NONCE_BYTES + TAG_BYTES;

    pub(crate) fn new(
        site: SiteId,
        generation: u32,
        data: &Key,
        index: &Key,
        entropy: &mut dyn Entropy,
    ) -> Self {
        // HMAC pads a short key with zeros to a block; doing so here makes the call infallible.
        let mut block = Zeroizing::new([0; 64]);
        block[..32].copy_from_slice(index.as_slice());
        Self {
            site,
            generation,
            aead: Aes256Gcm::new((&**data).into()),
            mac: <Hmac<Sha256> as hmac::KeyInit>::new((&*block).into()),
            nonces: Nonces::new(entropy),
        }
    }

    fn header(&self) -> [u8; HEADER_BYTES] {
        let [a, b, c, d] = self.generation.to_be_bytes();
        [VERSION, a, b, c, d]
    }

    fn bound_to(&self, address: &[u8]) -> Vec<u8> {
        // A site id has no zero byte, so no two pairs of site and address read alike.
        [self.header().as_slice(), self.site.as_str().as_bytes(), &[0], address].concat()
    }
}

impl Cipher for SiteCipher {
    #[expect(
        clippy::expect_used,
        reason = "AES-GCM refuses only plain texts of 64 GiB; a value is at most some MiB"
    )]
    fn seal(&self, address: &[u8], plain: &[u8]) -> Vec<u8> {
        let nonce = self.nonces.next();
        let mut sealed = Vec::with_capacity(plain.len() + Self::OVERHEAD_BYTES);
        sealed.extend_from_slice(&self.header());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let body = &mut sealed[HEADER_BYTES + NONCE_BYTES..];
        let tag = self.aead.encrypt_inout_detached(&Nonce::from(nonce), &self.bound_to(address), body.into());
        sealed.extend_from_slice(&tag.expect("a value shorter than 64 GiB"));
        sealed
    }

    fn open(&self, address: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CipherError> {
        let rest = sealed.strip_prefix(&self.header()).ok_or(CipherError)?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(CipherError)?;
        let (body, tag) = rest.split_last_chunk::<TAG_BYTES>().ok_or(CipherError)?;
        let mut plain = body.to_vec();
        let (nonce, tag): (Nonce<_>, Tag) = ((*nonce).into(), (*tag).into());
        self.aead
            .decrypt_inout_detached(&nonce, &self.bound_to(address), plain.as_mut_slice().into(), &tag)
            .map_err(|_| CipherError)?;
        Ok(plain)
    }

    fn pseudonym(&self, domain: &str, name: &str) -> Pseudonym {
        let mac = self.mac.clone().chain_update(domain).chain_update([0]).chain_update(name);
        Pseudonym::new(hex::encode(&mac.finalize().into_bytes()[..PSEUDONYM_BYTES]))
    }
}

/// Nonces that one key never sees twice: 64 random bits of this cipher, then a 32-bit counter.
///
/// Within a cipher the counter never repeats; the random bits keep apart the ciphers of one key, one per start of
/// the process (a million starts: one chance in 30 million that any two meet). After 2^32 seals the next random
/// bits are derived from the seed and the upper half of the counter, so there is no last nonce. Wholly random
/// nonces would allow only 2^32 seals per key (NIST SP 800-38D section 8.3) and cost a lock.
struct Nonces {
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

    fn next(&self) -> [u8; NONCE_BYTES] {
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

const VERSION: u8 = 1;
const HEADER_BYTES: usize = 5;
pub(crate) const NONCE_BYTES: usize = 12;
pub(crate) const TAG_BYTES: usize = 16;
const PSEUDONYM_BYTES: usize = 16;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::SeededEntropy;

    fn cipher(site: &str, seed: u64, generation: u32) -> SiteCipher {
        let mut entropy = SeededEntropy::new(seed);
        let (data, index) = (new_key(&mut entropy), new_key(&mut entropy));
        SiteCipher::new(SiteId::parse(site).expect("valid"), generation, &data, &index, &mut entropy)
    }

    #[test]
    fn what_was_sealed_opens() {
        let cipher = cipher("north", 1, 0);
        for plain in [&b""[..], b"x", &[7; 200], &[0; 4_000]] {
            let sealed = cipher.seal(b"account/1", plain);
            assert_eq!(sealed.len(), plain.len() + SiteCipher::OVERHEAD_BYTES);
            assert_eq!(cipher.open(b"account/1", &sealed).as_deref(), Ok(plain));
        }
    }

    #[test]
    fn no_flipped_bit_and_no_cut_opens() {
        let cipher = cipher("north", 1, 0);
        let sealed = cipher.seal(b"a", b"plain");
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(cipher.open(b"a", &changed), Err(CipherError), "bit {bit}");
        }
        for cut in 0..sealed.len() {
            assert_eq!(cipher.open(b"a", &sealed[..cut]), Err(CipherError), "cut at {cut}");
        }
    }

    #[test]
    fn nothing_opens_elsewhere() {
        let sealed = cipher("north", 1, 0).seal(b"a", b"plain");
        assert_eq!(cipher("north", 1, 0).open(b"b", &sealed), Err(CipherError), "another address");
        assert_eq!(cipher("north", 1, 0).open(b"", &sealed), Err(CipherError), "no address");
        assert_eq!(cipher("south", 1, 0).open(b"a", &sealed), Err(CipherError), "another site, same key");
        assert_eq!(cipher("north", 2, 0).open(b"a", &sealed), Err(CipherError), "another key");
        assert_eq!(cipher("north", 1, 1).open(b"a", &sealed), Err(CipherError), "another generation");
    }

    #[test]
    fn the_cipher_is_aes_256_gcm() {
        // The same inputs through the plain interface of the library.
        let cipher = cipher("north", 1, 0);
        let sealed = cipher.seal(b"a", b"plain");
        let data = new_key(&mut SeededEntropy::new(1));
        let aead = Aes256Gcm::new((&*data).into());
        let mut body = sealed[17..22].to_vec();
        let nonce = <[u8; 12]>::try_from(&sealed[5..17]).expect("nonce").into();
        let tag = <[u8; 16]>::try_from(&sealed[22..]).expect("tag").into();
        let bound = b"\x01\0\0\0\0north\0a";
        aead.decrypt_inout_detached(&nonce, bound, body.as_mut_slice().into(), &tag).expect("opens");
        assert_eq!(body, b"plain");
    }

    #[test]
    fn no_nonce_comes_twice() {
        let cipher = cipher("north", 1, 0);
        let mut seen = BTreeSet::new();
        for _ in 0..10_000 {
            assert!(seen.insert(cipher.nonces.next()));
        }
        // Across the end of a round.
        cipher.nonces.count.store((1 << 32) - 100, Ordering::Relaxed);
        for _ in 0..200 {
            assert!(seen.insert(cipher.nonces.next()));
        }
    }

    #[test]
    fn two_starts_of_one_key_use_different_nonces() {
        let key = new_key(&mut SeededEntropy::new(1));
        let site = SiteId::parse("north").expect("valid");
        let start =
            |seed| SiteCipher::new(site.clone(), 0, &key, &key, &mut SeededEntropy::new(seed)).nonces.next();
        assert_ne!(start(1), start(2));
    }

    #[test]
    fn a_pseudonym_is_the_same_only_for_the_same_name_domain_and_key() {
        let north = cipher("north", 1, 0);
        let name = north.pseudonym("account", "root");
        assert_eq!(name, cipher("north", 1, 5).pseudonym("account", "root"), "it outlives a generation");
        assert_eq!(name.as_str().len(), 32);
        for other in [
            north.pseudonym("account", "Root"),
            north.pseudonym("subject", "root"),
            cipher("north", 2, 0).pseudonym("account", "root"),
        ] {
            assert_ne!(name, other);
        }
        assert_ne!(north.pseudonym("a", "bc"), north.pseudonym("ab", "c"));
    }

    #[test]
    fn a_pseudonym_is_hmac_sha_256() {
        // RFC 4231, test case 2: the key "Jefe" and "what do ya want for nothing?", split at our zero byte,
        // cannot be used; instead the same through the plain interface of the library.
        let mut entropy = SeededEntropy::new(1);
        let (_, index) = (new_key(&mut entropy), new_key(&mut entropy));
        let mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(index.as_slice()).expect("any length");
        let expected = hex::encode(mac.chain_update(b"account\0root").finalize().into_bytes());
        assert_eq!(cipher("north", 1, 0).pseudonym("account", "root").as_str(), &expected[..32]);
    }
}
