use std::sync::Arc;

use aes_gcm::{AeadInOut, Aes256Gcm, KeyInit, Nonce, Tag};
use hmac::{Hmac, Mac};
use pbx_kernel::{Cipher, CipherError, DataKey, Entropy, Generation, Pseudonym, SiteId};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::content::SiteKeys;
use crate::draw::Draws;

/// A key of 256 bits, wiped when dropped.
pub(crate) type Key = Zeroizing<[u8; 32]>;

/// Draws a new key.
pub(crate) fn new_key(entropy: &mut dyn Entropy) -> Key {
    let mut key = Key::default();
    entropy.fill(key.as_mut_slice());
    key
}

/// Seals with a site's keys and names with its index key.
///
/// ```text
///   sealed      = version (1) | nonce (12) | ciphertext | tag (16)
///   sealed root = version (1) | generation (8, big-endian) | nonce (12) | ciphertext | tag (16)
///   bound to: what stands before the nonce | site id | 0x00 | address
/// ```
///
/// The expanded keys are kept, so that sealing a row costs well under a microsecond; they are wiped on drop.
pub struct SiteCipher {
    site: SiteId,
    aead: Aes256Gcm,
    mac: Hmac<Sha256>,
    /// The keys of the generations that the keyring held when this cipher was made.
    older: Root,
    newer: Option<Root>,
    draws: Arc<Draws>,
}

/// What seals the root of the key tree in one generation.
struct Root {
    generation: Generation,
    aead: Aes256Gcm,
}

impl SiteCipher {
    /// How much longer the sealed bytes are than the plain ones; those of a root are 8 longer still.
    pub const OVERHEAD_BYTES: usize = 1 + NONCE_BYTES + TAG_BYTES;

    pub(crate) fn new(site: SiteId, keys: &SiteKeys, entropy: &mut dyn Entropy) -> Self {
        Self::with_draws(site, keys, Arc::new(Draws::new(entropy)))
    }

    /// The same cipher with what `keys` are now. Both go on with the same nonces and draw from the same keys.
    pub(crate) fn renewed(&self, keys: &SiteKeys) -> Self {
        Self::with_draws(self.site.clone(), keys, Arc::clone(&self.draws))
    }

    fn with_draws(site: SiteId, keys: &SiteKeys, draws: Arc<Draws>) -> Self {
        // HMAC pads a short key with zeros to a block; doing so here makes the call infallible.
        let mut block = Zeroizing::new([0; 64]);
        block[..32].copy_from_slice(keys.index.as_slice());
        let root = |(generation, key): &(Generation, Key)| Root {
            generation: *generation,
            aead: Aes256Gcm::new((&**key).into()),
        };
        Self {
            site,
            aead: Aes256Gcm::new((&*keys.site).into()),
            mac: <Hmac<Sha256> as hmac::KeyInit>::new((&*block).into()),
            older: root(&keys.older),
            newer: keys.newer.as_ref().map(root),
            draws,
        }
    }

    /// The site whose cipher this is.
    pub(crate) const fn site(&self) -> &SiteId {
        &self.site
    }

    fn root(&self, generation: Generation) -> Result<&Root, CipherError> {
        let mut roots = self.newer.iter().chain([&self.older]);
        roots.find(|it| it.generation == generation).ok_or(CipherError)
    }

    #[expect(
        clippy::expect_used,
        reason = "AES-GCM refuses only plain texts of 64 GiB; a value is at most some MiB"
    )]
    fn seal_with(&self, aead: &Aes256Gcm, head: &[u8], address: &[u8], plain: &[u8]) -> Vec<u8> {
        let nonce = self.draws.nonces.next();
        let mut sealed = Vec::with_capacity(head.len() + NONCE_BYTES + plain.len() + TAG_BYTES);
        sealed.extend_from_slice(head);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let body = &mut sealed[head.len() + NONCE_BYTES..];
        let tag =
            aead.encrypt_inout_detached(&Nonce::from(nonce), &self.bound_to(head, address), body.into());
        sealed.extend_from_slice(&tag.expect("a value shorter than 64 GiB"));
        sealed
    }

    /// Opens what follows `head` in the sealed bytes.
    fn open_with(
        &self,
        aead: &Aes256Gcm,
        head: &[u8],
        address: &[u8],
        rest: &[u8],
    ) -> Result<Vec<u8>, CipherError> {
        let (nonce, rest) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(CipherError)?;
        let (body, tag) = rest.split_last_chunk::<TAG_BYTES>().ok_or(CipherError)?;
        let mut plain = body.to_vec();
        let (nonce, tag): (Nonce<_>, Tag) = ((*nonce).into(), (*tag).into());
        aead.decrypt_inout_detached(&nonce, &self.bound_to(head, address), plain.as_mut_slice().into(), &tag)
            .map_err(|_| CipherError)?;
        Ok(plain)
    }

    fn bound_to(&self, head: &[u8], address: &[u8]) -> Vec<u8> {
        // A site id has no zero byte, so no two pairs of site and address read alike.
        [head, self.site.as_str().as_bytes(), &[0], address].concat()
    }
}

impl Cipher for SiteCipher {
    fn seal(&self, address: &[u8], plain: &[u8]) -> Vec<u8> {
        self.seal_with(&self.aead, &[VERSION], address, plain)
    }

    fn open(&self, address: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CipherError> {
        let rest = sealed.strip_prefix(&[VERSION]).ok_or(CipherError)?;
        self.open_with(&self.aead, &[VERSION], address, rest)
    }

    fn pseudonym(&self, domain: &str, name: &str) -> Pseudonym {
        let mac = self.mac.clone().chain_update(domain).chain_update([0]).chain_update(name);
        Pseudonym::new(hex::encode(&mac.finalize().into_bytes()[..PSEUDONYM_BYTES]))
    }

    fn draw_key(&self) -> DataKey {
        self.draws.keys.next()
    }

    fn seal_under(&self, key: &DataKey, address: &[u8], plain: &[u8]) -> Vec<u8> {
        self.seal_with(&Aes256Gcm::new(key.expose_bytes().into()), &[VERSION], address, plain)
    }

    fn open_under(&self, key: &DataKey, address: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CipherError> {
        let rest = sealed.strip_prefix(&[VERSION]).ok_or(CipherError)?;
        self.open_with(&Aes256Gcm::new(key.expose_bytes().into()), &[VERSION], address, rest)
    }

    fn generation(&self) -> Generation {
        self.newer.as_ref().unwrap_or(&self.older).generation
    }

    fn seal_root(
        &self,
        generation: Generation,
        address: &[u8],
        plain: &[u8],
    ) -> Result<Vec<u8>, CipherError> {
        let root = self.root(generation)?;
        Ok(self.seal_with(&root.aead, &root_head(generation), address, plain))
    }

    fn open_root(&self, address: &[u8], sealed: &[u8]) -> Result<(Generation, Vec<u8>), CipherError> {
        let rest = sealed.strip_prefix(&[VERSION]).ok_or(CipherError)?;
        let (generation, rest) = rest.split_first_chunk::<8>().ok_or(CipherError)?;
        let generation = Generation(u64::from_be_bytes(*generation));
        let root = self.root(generation)?;
        let plain = self.open_with(&root.aead, &root_head(generation), address, rest)?;
        Ok((generation, plain))
    }
}

fn root_head(generation: Generation) -> [u8; ROOT_HEAD_BYTES] {
    let mut head = [VERSION; ROOT_HEAD_BYTES];
    head[1..].copy_from_slice(&generation.0.to_be_bytes());
    head
}

const VERSION: u8 = 1;
const ROOT_HEAD_BYTES: usize = 1 + 8;
pub(crate) const NONCE_BYTES: usize = 12;
pub(crate) const TAG_BYTES: usize = 16;
const PSEUDONYM_BYTES: usize = 16;

#[cfg(test)]
mod tests;
