use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use aes_gcm::{AeadInOut, Aes256Gcm, KeyInit, Nonce, Tag};
use ed25519_dalek::SigningKey;
use pbx_kernel::{Entropy, SiteId};
use pbx_recorder::{Checkpoint, ParsePublicKeyError, PublicKey, SignedCheckpoint};
use zeroize::Zeroizing;

use crate::VaultError;
use crate::cipher::{Key, NONCE_BYTES, SiteCipher, TAG_BYTES, new_key};
use crate::file::{folder_of, read_private};
use crate::replace::{recover, replace};
use crate::root::{ID_BYTES, RootKey};

/// The keys of a world: per site a data key and an index key, and the recorder's signing key.
///
/// Each site's keys are random and of its own, not derived from a common one, so that destroying them destroys
/// what they sealed. All live in one file of some 140 bytes per site, sealed with the operator's root key and
/// written anew as a whole at every change:
///
/// ```text
///   "understudy keyring 1\n" | root key id (8) | serial (8) | nonce (12) | sealed content | tag (16)
///   content: signing key (32) | sites (4) | per site: id length (1), id, generation (4), data key, index key
/// ```
pub struct Keyring {
    content: Content,
    file: Option<KeyringFile>,
    is_new: bool,
}

impl Keyring {
    /// The most sites: ten times what one machine is meant to run; the file stays below 14 MiB.
    pub const SITES_MAX: usize = 100_000;

    /// A keyring in memory only, for worlds that keep nothing.
    pub fn ephemeral(entropy: &mut dyn Entropy) -> Self {
        Self { content: Content::new(entropy), file: None, is_new: true }
    }

    /// Opens the keyring at `path` with the root key at `root_key`, or makes both where neither is there.
    ///
    /// `entropy` must be the operating system's: keys on a disk must not follow from a seed.
    pub fn open_or_create(
        path: &Path,
        root_key: &Path,
        entropy: &mut dyn Entropy,
    ) -> Result<Self, VaultError> {
        refuse_inside(root_key, folder_of(path))?;
        recover(path)?;
        let sealed = read_private(path, FILE_BYTES_MAX)?;
        let root = match RootKey::read(root_key)? {
            Some(root) => root,
            None if sealed.is_none() => RootKey::create(root_key, entropy)?,
            None => {
                return Err(VaultError::RootKeyMissing {
                    root_key: root_key.to_owned(),
                    keyring: path.to_owned(),
                });
            }
        };
        let mut file = KeyringFile { path: path.to_owned(), root, serial: 0 };
        let Some(sealed) = sealed else {
            let content = Content::new(entropy);
            file.write(&content, entropy)?;
            return Ok(Self { content, file: Some(file), is_new: true });
        };
        let content = file.unseal(&sealed, root_key)?;
        Ok(Self { content, file: Some(file), is_new: false })
    }

    /// Whether the keyring was made by the call that gave it: a store that is not new too cannot be read with it.
    pub const fn is_new(&self) -> bool {
        self.is_new
    }

    /// Makes keys for those of `sites` that have none, in one write, and says how many; none is no write.
    pub fn ensure_sites(&mut self, sites: &[SiteId], entropy: &mut dyn Entropy) -> Result<usize, VaultError> {
        let mut added = Vec::new();
        for site in sites {
            if !self.content.sites.contains_key(site) {
                self.content.sites.insert(site.clone(), SiteKeys::new(entropy));
                added.push(site);
            }
        }
        let result = if self.content.sites.len() > Self::SITES_MAX {
            Err(VaultError::TooManySites { max: Self::SITES_MAX })
        } else if added.is_empty() {
            Ok(())
        } else {
            self.write(entropy)
        };
        if let Err(error) = result {
            // What is not on the disk must not seal anything.
            for site in added {
                self.content.sites.remove(site);
            }
            return Err(error);
        }
        Ok(added.len())
    }

    /// Destroys the site's keys, and with them everything that they sealed. Says whether there were any.
    pub fn remove_site(&mut self, site: &SiteId, entropy: &mut dyn Entropy) -> Result<bool, VaultError> {
        let Some(keys) = self.content.sites.remove(site) else { return Ok(false) };
        if let Err(error) = self.write(entropy) {
            // So that the caller may try again; the keys may or may not be on the disk still.
            self.content.sites.insert(site.clone(), keys);
            return Err(error);
        }
        Ok(true)
    }

    /// The sites that have keys.
    pub fn sites(&self) -> impl Iterator<Item = &SiteId> {
        self.content.sites.keys()
    }

    /// The cipher of `site`. Make one per site and share it: each expands its keys and draws its own nonces.
    pub fn cipher(&self, site: &SiteId, entropy: &mut dyn Entropy) -> Result<SiteCipher, VaultError> {
        let unknown = || VaultError::UnknownSite { site: site.to_string() };
        let SiteKeys { generation, data, index } = self.content.sites.get(site).ok_or_else(unknown)?;
        Ok(SiteCipher::new(site.clone(), *generation, data, index, entropy))
    }

    /// Signs a checkpoint of the flight recorder with the recorder's key.
    pub fn sign(&self, checkpoint: &Checkpoint) -> Result<SignedCheckpoint, ParsePublicKeyError> {
        checkpoint.sign(&self.content.signing)
    }

    /// The public key by which readers verify the checkpoints of `origin`; publish its text.
    pub fn public_key(&self, origin: &str) -> Result<PublicKey, ParsePublicKeyError> {
        PublicKey::new(origin, self.content.signing.verifying_key())
    }

    fn write(&mut self, entropy: &mut dyn Entropy) -> Result<(), VaultError> {
        match &mut self.file {
            Some(file) => file.write(&self.content, entropy),
            None => Ok(()),
        }
    }
}

/// Refuses a root key that a copy of the state folder would contain.
fn refuse_inside(root_key: &Path, state: &Path) -> Result<(), VaultError> {
    let state = state.canonicalize().map_err(VaultError::file("find the folder", state))?;
    let absolute = std::path::absolute(root_key).map_err(VaultError::file("find", root_key))?;
    // The key's own folder may not exist yet; then the nearest one that does decides.
    let nearest = absolute.ancestors().find_map(|it| it.canonicalize().ok());
    if nearest.is_some_and(|it| it.starts_with(&state)) {
        return Err(VaultError::RootKeyInsideState { root_key: root_key.to_owned(), state });
    }
    Ok(())
}

/// Where a keyring is kept and how it is sealed.
struct KeyringFile {
    path: PathBuf,
    root: RootKey,
    /// The number of the write that is on the disk.
    serial: u64,
}

impl KeyringFile {
    fn write(&mut self, content: &Content, entropy: &mut dyn Entropy) -> Result<(), VaultError> {
        let serial = self.serial + 1;
        let mut nonce = [0; NONCE_BYTES];
        entropy.fill(&mut nonce);
        let head = [MAGIC.as_slice(), &self.root.id(), &serial.to_be_bytes(), &nonce].concat();
        let mut body = content.to_bytes();
        let aead = Aes256Gcm::new((&*self.root.sealing_key(serial)).into());
        let tag = aead
            .encrypt_inout_detached(&nonce.into(), &head, body.as_mut_slice().into())
            .map_err(|_| VaultError::TooManySites { max: Keyring::SITES_MAX })?;
        // The serial counts even if the write fails half-way: no sealing key is used for two contents.
        self.serial = serial;
        replace(&self.path, &[head.as_slice(), &body, &tag].concat())
    }

    fn unseal(&mut self, sealed: &[u8], root_key: &Path) -> Result<Content, VaultError> {
        let damaged = || VaultError::KeyringDamaged { path: self.path.clone() };
        let (head, rest) = sealed.split_at_checked(HEAD_BYTES).ok_or_else(damaged)?;
        let (id, rest_of_head) =
            head.strip_prefix(MAGIC).and_then(|it| it.split_first_chunk::<ID_BYTES>()).ok_or_else(damaged)?;
        if *id != self.root.id() {
            let (keyring, root_key) = (self.path.clone(), root_key.to_owned());
            return Err(VaultError::WrongRootKey { keyring, root_key });
        }
        let (serial, nonce) = rest_of_head.split_first_chunk::<8>().ok_or_else(damaged)?;
        let nonce = <[u8; NONCE_BYTES]>::try_from(nonce).map_err(|_| damaged())?;
        let (body, tag) = rest.split_last_chunk::<TAG_BYTES>().ok_or_else(damaged)?;
        let (nonce, tag): (Nonce<_>, Tag) = (nonce.into(), (*tag).into());
        let serial = u64::from_be_bytes(*serial);
        let mut body = Zeroizing::new(body.to_vec());
        Aes256Gcm::new((&*self.root.sealing_key(serial)).into())
            .decrypt_inout_detached(&nonce, head, body.as_mut_slice().into(), &tag)
            .map_err(|_| damaged())?;
        let content = Content::from_bytes(&body).ok_or_else(damaged)?;
        self.serial = serial;
        Ok(content)
    }
}

/// What a keyring holds.
struct Content {
    signing: SigningKey,
    sites: BTreeMap<SiteId, SiteKeys>,
}

/// The keys of one site.
struct SiteKeys {
    /// Which data key this is; an erasure makes the next.
    generation: u32,
    data: Key,
    /// Outlives the generations: a pseudonym is the same before and after an erasure.
    index: Key,
}

impl SiteKeys {
    fn new(entropy: &mut dyn Entropy) -> Self {
        Self { generation: 0, data: new_key(entropy), index: new_key(entropy) }
    }
}

impl Content {
    fn new(entropy: &mut dyn Entropy) -> Self {
        Self { signing: SigningKey::from_bytes(&new_key(entropy)), sites: BTreeMap::new() }
    }

    fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        // Room for all of it at once: a vector that grows leaves copies of keys behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(36 + self.sites.len() * SITE_BYTES_MAX));
        bytes.extend_from_slice(self.signing.as_bytes());
        bytes.extend_from_slice(&u32::try_from(self.sites.len()).unwrap_or(u32::MAX).to_be_bytes());
        for (site, keys) in &self.sites {
            let id = site.as_str().as_bytes();
            bytes.push(u8::try_from(id.len()).unwrap_or(u8::MAX));
            bytes.extend_from_slice(id);
            bytes.extend_from_slice(&keys.generation.to_be_bytes());
            bytes.extend_from_slice(keys.data.as_slice());
            bytes.extend_from_slice(keys.index.as_slice());
        }
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (signing, rest) = bytes.split_first_chunk::<32>()?;
        let (count, mut rest) = rest.split_first_chunk::<4>()?;
        let mut sites = BTreeMap::new();
        for _ in 0..u32::from_be_bytes(*count) {
            let (length, after) = rest.split_first()?;
            let (id, after) = after.split_at_checked(usize::from(*length))?;
            let (generation, after) = after.split_first_chunk::<4>()?;
            let (data, after) = after.split_first_chunk::<32>()?;
            let (index, after) = after.split_first_chunk::<32>()?;
            let generation = u32::from_be_bytes(*generation);
            let keys = SiteKeys { generation, data: Zeroizing::new(*data), index: Zeroizing::new(*index) };
            sites.insert(SiteId::parse(str::from_utf8(id).ok()?).ok()?, keys);
            rest = after;
        }
        rest.is_empty().then(|| Self { signing: SigningKey::from_bytes(signing), sites })
    }
}

const MAGIC: &[u8; 21] = b"understudy keyring 1\n";
const HEAD_BYTES: usize = MAGIC.len() + ID_BYTES + 8 + NONCE_BYTES;
const SITE_BYTES_MAX: usize = 1 + 63 + 4 + 32 + 32;
const FILE_BYTES_MAX: usize = HEAD_BYTES + 36 + Keyring::SITES_MAX * SITE_BYTES_MAX + TAG_BYTES;

#[cfg(test)]
mod tests;
