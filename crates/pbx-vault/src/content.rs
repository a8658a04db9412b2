//! What a keyring file holds, and its bytes.

use std::collections::BTreeMap;

use ed25519_dalek::SigningKey;
use pbx_kernel::{Entropy, Generation, SiteId};
use zeroize::Zeroizing;

use crate::cipher::{Key, new_key};

/// What a keyring holds.
pub(crate) struct Content {
    pub(crate) signing: SigningKey,
    pub(crate) sites: BTreeMap<SiteId, SiteKeys>,
}

/// The keys of one site.
pub(crate) struct SiteKeys {
    /// Seals what is nobody's.
    pub(crate) site: Key,
    /// Makes pseudonyms.
    pub(crate) index: Key,
    /// Seals the root of the key tree; the older one while two are held.
    pub(crate) older: (Generation, Key),
    /// The next generation, from before an erasure's changes are written until they are on the disk.
    pub(crate) newer: Option<(Generation, Key)>,
}

impl SiteKeys {
    pub(crate) fn new(entropy: &mut dyn Entropy) -> Self {
        let (site, index) = (new_key(entropy), new_key(entropy));
        Self { site, index, older: (Generation::default(), new_key(entropy)), newer: None }
    }

    /// Takes back a generation that was to be dropped, on its side of the one that was to stay.
    pub(crate) fn restore(&mut self, dropped: (Generation, Key)) {
        self.newer = Some(if dropped.0 > self.older.0 {
            dropped
        } else {
            std::mem::replace(&mut self.older, dropped)
        });
    }
}

impl Content {
    /// The most bytes that the content of `sites` sites takes.
    pub(crate) const fn bytes_max(sites: usize) -> usize {
        HEAD_BYTES + sites * SITE_BYTES_MAX
    }

    pub(crate) fn new(entropy: &mut dyn Entropy) -> Self {
        Self { signing: SigningKey::from_bytes(&new_key(entropy)), sites: BTreeMap::new() }
    }

    pub(crate) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        // Room for all of it at once: a vector that grows leaves copies of keys behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(Self::bytes_max(self.sites.len())));
        bytes.extend_from_slice(self.signing.as_bytes());
        bytes.extend_from_slice(&u32::try_from(self.sites.len()).unwrap_or(u32::MAX).to_be_bytes());
        for (site, keys) in &self.sites {
            let id = site.as_str().as_bytes();
            bytes.push(u8::try_from(id.len()).unwrap_or(u8::MAX));
            bytes.extend_from_slice(id);
            bytes.extend_from_slice(keys.site.as_slice());
            bytes.extend_from_slice(keys.index.as_slice());
            bytes.push(1 + u8::from(keys.newer.is_some()));
            for (generation, key) in [&keys.older].into_iter().chain(&keys.newer) {
                bytes.extend_from_slice(&generation.0.to_be_bytes());
                bytes.extend_from_slice(key.as_slice());
            }
        }
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (signing, rest) = bytes.split_first_chunk::<32>()?;
        let (count, mut rest) = rest.split_first_chunk::<4>()?;
        let mut sites = BTreeMap::new();
        for _ in 0..u32::from_be_bytes(*count) {
            let (length, after) = rest.split_first()?;
            let (id, mut after) = after.split_at_checked(usize::from(*length))?;
            let keys = site_keys(&mut after)?;
            sites.insert(SiteId::parse(str::from_utf8(id).ok()?).ok()?, keys);
            rest = after;
        }
        rest.is_empty().then(|| Self { signing: SigningKey::from_bytes(signing), sites })
    }
}

/// Takes the keys of one site off the front of `bytes`.
fn site_keys(bytes: &mut &[u8]) -> Option<SiteKeys> {
    let (site, index) = (key(bytes)?, key(bytes)?);
    let count = bytes.split_off_first()?;
    let older = root_key(bytes)?;
    let newer = match count {
        1 => None,
        2 => Some(root_key(bytes).filter(|it| it.0 > older.0)?),
        _ => return None,
    };
    Some(SiteKeys { site, index, older, newer })
}

fn root_key(bytes: &mut &[u8]) -> Option<(Generation, Key)> {
    let (generation, rest) = bytes.split_first_chunk::<8>()?;
    *bytes = rest;
    Some((Generation(u64::from_be_bytes(*generation)), key(bytes)?))
}

fn key(bytes: &mut &[u8]) -> Option<Key> {
    let (key, rest) = bytes.split_first_chunk::<32>()?;
    *bytes = rest;
    Some(Zeroizing::new(*key))
}

/// The signing key and the number of sites.
const HEAD_BYTES: usize = 32 + 4;
const SITE_BYTES_MAX: usize = 1 + SITE_ID_BYTES_MAX + 2 * 32 + 1 + 2 * (8 + 32);
const SITE_ID_BYTES_MAX: usize = 63;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededEntropy;

    fn content() -> Content {
        let mut entropy = SeededEntropy::new(1);
        let mut content = Content::new(&mut entropy);
        for id in ["north", "south"] {
            content.sites.insert(SiteId::parse(id).expect("an id"), SiteKeys::new(&mut entropy));
        }
        let last = content.sites.values_mut().last().expect("a site");
        last.newer = Some((last.older.0.next(), new_key(&mut entropy)));
        content
    }

    #[test]
    fn what_is_written_is_read() {
        let bytes = content().to_bytes();
        assert!(bytes.len() <= Content::bytes_max(2));
        let read = Content::from_bytes(&bytes).expect("readable");
        assert_eq!(read.to_bytes(), bytes);
        assert_eq!(read.sites.values().filter(|it| it.newer.is_some()).count(), 1);
    }

    #[test]
    fn no_cut_and_nothing_more_is_read() {
        let mut bytes = content().to_bytes().to_vec();
        for cut in 0..bytes.len() {
            assert!(Content::from_bytes(&bytes[..cut]).is_none(), "cut at {cut}");
        }
        bytes.push(0);
        assert!(Content::from_bytes(&bytes).is_none());
    }

    #[test]
    fn generations_are_one_or_two_and_rise() {
        let mut content = content();
        let keys = content.sites.values_mut().last().expect("a site");
        for newer in [Generation(0), Generation(1)] {
            keys.older.0 = Generation(1);
            keys.newer = Some((newer, Zeroizing::new([0; 32])));
            let mut bytes = Vec::new();
            bytes.extend_from_slice(&[0; 64]);
            bytes.push(2);
            for (generation, key) in [&keys.older].into_iter().chain(&keys.newer) {
                bytes.extend_from_slice(&generation.0.to_be_bytes());
                bytes.extend_from_slice(key.as_slice());
            }
            assert!(site_keys(&mut &*bytes).is_none(), "{newer:?} after 1");
            for (count, is_read) in [(0, false), (1, true), (3, false)] {
                bytes[64] = count;
                assert_eq!(site_keys(&mut &*bytes).is_some(), is_read, "{count} generations");
            }
        }
    }
}
