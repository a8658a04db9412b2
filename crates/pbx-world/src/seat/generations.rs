use std::sync::{Arc, Weak};
use std::time::Duration;

use pbx_kernel::Cipher as _;
use pbx_site::{Error, Site};
use pbx_vault::SiteCipher;

use super::Seat;

/// The generations of a site's key tree. Whoever holds it is the only one to begin and settle one:
///
/// ```text
///   Settled ── begin ──▶ Begun ── the operation runs and is durable, or is refused, or is taken back ──┐
///      ▲                                                                                               │
///      └──────────────────────────── settle: whatever the stored root is not sealed with is destroyed ─┘
/// ```
pub(crate) struct Generations {
    /// The cipher with the one generation that the keyring held when it was last settled.
    settled: Arc<SiteCipher>,
    /// The same cipher with the next generation too, between beginning and settling it.
    begun: Option<Arc<SiteCipher>>,
    /// Whether a task tries to settle what could not be settled.
    retrying: bool,
}

impl Generations {
    /// What a site begins with: `cipher` has one generation.
    pub(crate) fn settled(cipher: Arc<SiteCipher>) -> Self {
        Self { settled: cipher, begun: None, retrying: false }
    }
}

impl Seat {
    /// Begins a generation and gives the cipher that has it too, for the one operation that may use it.
    pub(crate) async fn begin_generation(
        &self,
        generations: &mut Generations,
    ) -> Result<Arc<SiteCipher>, Error> {
        // What an earlier operation left must not be sealed with twice.
        self.settle_generation(generations).await?;
        let begun = Arc::new(self.shared.keys.begin(&generations.settled, &self.id).await?);
        generations.begun = Some(Arc::clone(&begun));
        Ok(begun)
    }

    /// Settles the generation that has begun, if one has.
    pub(crate) async fn settle_generation(&self, generations: &mut Generations) -> Result<(), Error> {
        let Some(begun) = &generations.begun else { return Ok(()) };
        // Then what the view shows of the root is on the disk: nobody else changes its generation.
        self.shared.barrier(&self.id).await?;
        let keep = self.with_site(|site: &mut Site, _| -> Result<_, Error> {
            let stored = site.key_generation()?;
            if stored != Some(begun.generation()) {
                // In the same turn, so that nothing is sealed with what is about to be destroyed.
                site.set_cipher(Arc::clone(&generations.settled) as _);
            }
            Ok(stored.unwrap_or(generations.settled.generation()))
        })?;
        let settled = Arc::new(self.shared.keys.settle(&generations.settled, &self.id, keep).await?);
        generations.settled = Arc::clone(&settled);
        generations.begun = None;
        self.with_site(|site, _| site.set_cipher(settled));
        Ok(())
    }

    /// Settles, and where that fails leaves a task behind that goes on trying: a key that an erasure destroyed must
    /// not stay because a disk was full for a moment.
    pub(crate) async fn settle_or_retry(
        self: &Arc<Self>,
        generations: &mut Generations,
    ) -> Result<(), Error> {
        let settled = self.settle_generation(generations).await;
        if let Err(error) = &settled {
            self.warn("an erasure is not settled yet; trying again", error);
            if !std::mem::replace(&mut generations.retrying, true) {
                tokio::spawn(retry(Arc::downgrade(self)));
            }
        }
        settled
    }
}

/// Settles what could not be settled, however long it takes, while there is a world.
async fn retry(seat: Weak<Seat>) {
    loop {
        tokio::time::sleep(RETRY_PAUSE).await;
        let Some(seat) = seat.upgrade() else { return };
        let mut generations = Arc::clone(&seat.generations).lock_owned().await;
        match seat.settle_generation(&mut generations).await {
            Ok(()) => {
                generations.retrying = false;
                return;
            }
            Err(error) => seat.warn("an erasure is not settled yet; trying again", &error),
        }
    }
}

/// How long a disk that would not let an erasure be settled is left alone.
const RETRY_PAUSE: Duration = Duration::from_secs(1);
