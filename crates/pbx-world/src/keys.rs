use std::sync::Arc;

use pbx_estate::Estate;
use pbx_estate::keys::KeyTree;
use pbx_kernel::{Cipher as _, Entropy, Generation, SiteId, Store};
use pbx_recorder::{Checkpoint, ParsePublicKeyError, SignedCheckpoint};
use pbx_site::Error;
use pbx_vault::{Keyring, SiteCipher, VaultError};
use tokio::sync::Mutex;

use crate::StartError;
use crate::seat::{chain, failed};

/// The keyring while the world runs. One caller at a time has it, and its file is written where waiting hurts nobody.
pub(crate) struct Keys(Arc<Mutex<Held>>);

struct Held {
    keyring: Keyring,
    /// Where new keys come from.
    entropy: Box<dyn Entropy>,
}

impl Keys {
    /// The keys of `keyring`, new ones drawn from `entropy`.
    pub(crate) fn new(keyring: Keyring, entropy: Box<dyn Entropy>) -> Self {
        Self(Arc::new(Mutex::new(Held { keyring, entropy })))
    }

    /// Begins the next generation of the site's key tree, durably, and gives the cipher that has it too.
    pub(crate) async fn begin(&self, cipher: &Arc<SiteCipher>, site: &SiteId) -> Result<SiteCipher, Error> {
        self.renew(cipher, site, |held, site| {
            held.keyring.begin_generation(site, &mut *held.entropy).map(|_| ())
        })
        .await
    }

    /// Destroys the keys of every generation of the site but `keep`, durably, and gives the cipher without them.
    pub(crate) async fn settle(
        &self,
        cipher: &Arc<SiteCipher>,
        site: &SiteId,
        keep: Generation,
    ) -> Result<SiteCipher, Error> {
        self.renew(cipher, site, move |held, site| {
            held.keyring.settle_generation(site, keep, &mut *held.entropy)
        })
        .await
    }

    /// Signs a checkpoint of the flight recorder.
    pub(crate) async fn sign(
        &self,
        checkpoint: &Checkpoint,
    ) -> Result<SignedCheckpoint, ParsePublicKeyError> {
        self.0.lock().await.keyring.sign(checkpoint)
    }

    /// Changes the keyring and gives `cipher` with what it then holds.
    async fn renew(
        &self,
        cipher: &Arc<SiteCipher>,
        site: &SiteId,
        change: impl FnOnce(&mut Held, &SiteId) -> Result<(), VaultError> + Send + 'static,
    ) -> Result<SiteCipher, Error> {
        let mut held = Arc::clone(&self.0).lock_owned().await;
        let (cipher, site) = (Arc::clone(cipher), site.clone());
        let renewed = tokio::task::spawn_blocking(move || {
            change(&mut held, &site)?;
            held.keyring.renew(&cipher)
        });
        let renewed = renewed.await.map_err(|error| failed(chain(&error)))?;
        renewed.map_err(|error| failed(chain(&error)))
    }
}

/// The cipher of `site`, once an erasure that the last process left unsettled is settled: the generation stays that
/// the root of the site's key tree is sealed with.
pub(crate) fn cipher(
    keyring: &mut Keyring,
    store: &dyn Store,
    site: &SiteId,
    entropy: &mut dyn Entropy,
) -> Result<SiteCipher, StartError> {
    let cipher = keyring.cipher(site, entropy).map_err(StartError::Vault)?;
    let generations: Vec<Generation> = keyring.generations(site).map_err(StartError::Vault)?.collect();
    let [older, _] = generations[..] else { return Ok(cipher) };
    let view = store.view(site);
    let estate = Estate::new(site, &*view, &cipher);
    let stored = KeyTree::open(&estate).map(|it| it.generation());
    let stored =
        stored.map_err(|source| StartError::Site { site: site.to_string(), source: source.into() })?;
    let keep = stored.unwrap_or(older);
    keyring.settle_generation(site, keep, entropy).map_err(StartError::Vault)?;
    tracing::info!(%site, generation = keep.0, newest = cipher.generation().0, "an unfinished erasure is settled");
    keyring.renew(&cipher).map_err(StartError::Vault)
}
