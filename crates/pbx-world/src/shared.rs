use std::sync::{Arc, Mutex};

use pbx_kernel::{Batch, Durability, Entropy, SiteId, Store, StoreError};
use pbx_site::{Error, Hashed, Hashing};
use pbx_vault::{SeededEntropy, SystemEntropy};
use tokio::sync::Semaphore;

use crate::durable::durable;
use crate::feed::Feed;
use crate::keys::Keys;
use crate::notary::Notary;
use crate::seat::failed;
use crate::sync::lock;
use crate::ticker::Ticker;
use crate::{Clock, Pool};

/// What all sites of a world share.
pub(crate) struct Shared {
    pub(crate) clock: Clock,
    pub(crate) pool: Pool,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) keys: Keys,
    /// Places for operations that read blobs or destroy keys.
    pub(crate) places: Arc<Semaphore>,
    /// Where session tokens come from.
    pub(crate) tokens: Mutex<Box<dyn Entropy>>,
    /// Where salts come from: apart, so that who logs in when does not change them.
    pub(crate) salts: Mutex<Box<dyn Entropy>>,
    pub(crate) ticker: Arc<Ticker>,
    pub(crate) feed: Arc<Feed>,
    pub(crate) notary: Arc<Notary>,
}

impl Shared {
    /// Hashes a new password for somebody who is logged in.
    pub(crate) async fn renew(&self, hashing: &Hashing) -> Result<Hashed, Error> {
        self.pool.renew(hashing, self.salt()).await.map_err(failed)
    }

    /// Waits until everything that was committed before is on the disk, or was taken back.
    pub(crate) async fn barrier(&self, site: &SiteId) -> Result<(), StoreError> {
        let (changes, lines) = (Vec::new(), Vec::new());
        let epoch = self.store.epoch();
        let empty = Batch { site: site.clone(), epoch, changes, lines, durability: Durability::Wait };
        let sequence = self.store.commit(empty)?;
        durable(&*self.store, sequence).await
    }

    pub(crate) fn salt(&self) -> [u8; 16] {
        let mut salt = [0; 16];
        lock(&self.salts).fill(&mut salt);
        salt
    }
}

/// How many operations at a time, in the whole world, may read blobs or destroy keys: each may hold 64 MiB of blobs.
pub(crate) const PLACES: usize = 8;

/// Where a world's random bytes come from.
pub(crate) enum Randomness {
    System,
    Seeded(Box<SeededEntropy>),
}

impl Randomness {
    /// A source of its own for `label`.
    pub(crate) fn stream(&self, label: &str) -> Box<dyn Entropy> {
        match self {
            Self::System => Box::new(SystemEntropy),
            Self::Seeded(seeded) => Box::new(seeded.stream(label)),
        }
    }
}
