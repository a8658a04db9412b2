use std::path::{Path, PathBuf};

use aes_gcm::{AeadInOut, Aes256Gcm, KeyInit, Nonce, Tag};
use pbx_kernel::{Entropy, Generation, SiteId};
use pbx_recorder::{Checkpoint, ParsePublicKeyError, PublicKey, SignedCheckpoint};
use zeroize::Zeroizing;

use crate::VaultError;
use crate::cipher::{NONCE_BYTES, SiteCipher, TAG_BYTES, new_key};
use crate::content::{Content, SiteKeys};
use crate::file::{folder_of, read_private};
use crate::replace::{recover, replace};
use crate::root::{ID_BYTES, RootKey};

/// The keys of a world: per site a site key, an index key and the key of its key tree's root, and the recorder's
/// signing key.
///
/// Each site's keys are random and of its own, not derived from a common one, so that destroying them destroys
/// what they sealed. All live in one file of some 120 bytes per site, sealed with the operator's root key and
/// written anew as a whole at every change:
///
/// ```text
///   "understudy keyring 2\n" | root key id (8) | serial (8) | nonce (12) | sealed content | tag (16)
///   content:    signing key (32) | sites (4) | per site: id length (1), id, site key (32), index key (32),
///               generations (1: one or two), older first: number (8), key (32)
/// ```
///
/// The site key and the index key stay as long as the site. The key of the key tree's root is one of a sequence of
/// generations; an erasure ends one:
///
/// ```text
///   g ── begin ──▶ g, g+1 ── the tree's root is sealed with g+1, durably ──▶ g, g+1 ── settle(g+1) ──▶ g+1
///                     └──────── it is not: the erasure failed, or a crash ──────────── settle(g) ────▶ g
/// ```
///
/// At every start, and after a batch that was taken back, [`Keyring::settle_generation`] must be told which
/// generation the root on the disk is sealed with; what is sealed with the other can never be opened again.
pub struct Keyring {
    content: Content,
    file: Option<KeyringFile>,
    is_new: bool,
}

impl Keyring {
    /// The most sites: ten times what one machine is meant to run; the file stays below 21 MiB.
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
        Ok(SiteCipher::new(site.clone(), self.site_keys(site)?, entropy))
    }

    /// `cipher` with the generations that the keyring holds now, to be used in its place.
    pub fn renew(&self, cipher: &SiteCipher) -> Result<SiteCipher, VaultError> {
        Ok(cipher.renewed(self.site_keys(cipher.site())?))
    }

    /// Makes the key of the site's next generation beside the one in use, durable when it returns, and says which
    /// it is. Where two are there already, nothing is made: the newer one is the answer.
    pub fn begin_generation(
        &mut self,
        site: &SiteId,
        entropy: &mut dyn Entropy,
    ) -> Result<Generation, VaultError> {
        let keys = self.site_keys_mut(site)?;
        if let Some((generation, _)) = keys.newer {
            return Ok(generation);
        }
        let generation = keys.older.0.next();
        keys.newer = Some((generation, new_key(entropy)));
        if let Err(error) = self.write(entropy) {
            // What is not on the disk must not seal anything.
            self.site_keys_mut(site)?.newer = None;
            return Err(error);
        }
        Ok(generation)
    }

    /// Destroys the key of the site's generation that is not `keep`; its blocks are overwritten when this returns.
    /// Where `keep` is alone already, nothing happens; where it is not there, nothing is destroyed.
    pub fn settle_generation(
        &mut self,
        site: &SiteId,
        keep: Generation,
        entropy: &mut dyn Entropy,
    ) -> Result<(), VaultError> {
        let keys = self.site_keys_mut(site)?;
        let dropped = match keys.newer.take() {
            None if keys.older.0 == keep => return Ok(()),
            Some(newer) if newer.0 == keep => std::mem::replace(&mut keys.older, newer),
            Some(newer) if keys.older.0 == keep => newer,
            newer => {
                keys.newer = newer;
                return Err(VaultError::UnknownGeneration { site: site.to_string(), generation: keep.0 });
            }
        };
        let result = self.write(entropy);
        if result.is_err() {
            // So that the caller may try again; the key may or may not be on the disk still.
            self.site_keys_mut(site)?.restore(dropped);
        }
        result
    }

    /// The generations of the site whose keys are held, oldest first: two where an erasure has not been settled.
    pub fn generations(&self, site: &SiteId) -> Result<impl Iterator<Item = Generation>, VaultError> {
        let keys = self.site_keys(site)?;
        Ok([&keys.older].into_iter().chain(&keys.newer).map(|(generation, _)| *generation))
    }

    /// Signs a checkpoint of the flight recorder with the recorder's key.
    pub fn sign(&self, checkpoint: &Checkpoint) -> Result<SignedCheckpoint, ParsePublicKeyError> {
        checkpoint.sign(&self.content.signing)
    }

    /// The public key by which readers verify the checkpoints of `origin`; publish its text.
    pub fn public_key(&self, origin: &str) -> Result<PublicKey, ParsePublicKeyError> {
        PublicKey::new(origin, self.content.signing.verifying_key())
    }

    fn site_keys(&self, site: &SiteId) -> Result<&SiteKeys, VaultError> {
        self.content.sites.get(site).ok_or_else(|| VaultError::UnknownSite { site: site.to_string() })
    }

    fn site_keys_mut(&mut self, site: &SiteId) -> Result<&mut SiteKeys, VaultError> {
        let keys = self.content.sites.get_mut(site);
        keys.ok_or_else(|| VaultError::UnknownSite { site: site.to_string() })
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
        let sealed = self.seal(content, entropy)?;
        replace(&self.path, &sealed)
    }

    fn seal(&mut self, content: &Content, entropy: &mut dyn Entropy) -> Result<Vec<u8>, VaultError> {
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
        Ok([head.as_slice(), &body, &tag].concat())
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

const MAGIC: &[u8; 21] = b"understudy keyring 2\n";
const HEAD_BYTES: usize = MAGIC.len() + ID_BYTES + 8 + NONCE_BYTES;
const FILE_BYTES_MAX: usize = HEAD_BYTES + Content::bytes_max(Keyring::SITES_MAX) + TAG_BYTES;

#[cfg(test)]
mod generation_tests;
#[cfg(test)]
mod tests;
