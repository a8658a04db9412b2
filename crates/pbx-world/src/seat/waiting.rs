use std::sync::Arc;
use std::time::Duration;

use pbx_kernel::BlobId;
use pbx_site::{Answer, Done, Error, Need, Supply, Waiting};
use pbx_vault::SiteCipher;
use tokio::sync::OwnedSemaphorePermit;

use super::{Seat, chain, failed};

impl Seat {
    /// Gets an operation what it needs, as often as it needs something, until it is done.
    ///
    /// Where it destroyed a key, the generation that had sealed it is gone from the keyring when this returns. From
    /// the moment a generation has begun that happens even if the caller goes away.
    pub(crate) async fn carry_on(self: &Arc<Self>, waiting: Box<Waiting>) -> Result<Done, Error> {
        let mut place = None;
        let mut answer = Answer::Wait(waiting);
        loop {
            let waiting = match answer {
                Answer::Done(done) => return Ok(done),
                Answer::Wait(waiting) => waiting,
            };
            // The place comes before the generations: who holds those never waits for a place.
            if place.is_none() && !matches!(waiting.need(), Need::Hash(_)) {
                place = Some(self.place().await?);
            }
            if matches!(waiting.need(), Need::Generation) {
                return self.erase(waiting, place).await;
            }
            answer = self.supply(waiting, None).await?;
        }
    }

    async fn place(&self) -> Result<OwnedSemaphorePermit, Error> {
        let place = tokio::time::timeout(PLACE_WAIT_MAX, Arc::clone(&self.shared.places).acquire_owned());
        place.await.map_err(|_| failed(TOO_MANY))?.map_err(|_| failed("the world is shutting down"))
    }

    /// Carries out an operation that destroys a key, one of the site at a time.
    async fn erase(
        self: &Arc<Self>,
        mut waiting: Box<Waiting>,
        place: Option<OwnedSemaphorePermit>,
    ) -> Result<Done, Error> {
        let generations = Arc::clone(&self.generations).lock_owned();
        let mut generations =
            tokio::time::timeout(PLACE_WAIT_MAX, generations).await.map_err(|_| failed(TOO_MANY))?;
        let seat = Arc::clone(self);
        let erasure = tokio::spawn(async move {
            let begun = seat.begin_generation(&mut generations).await?;
            let done = loop {
                match seat.supply(waiting, Some(&begun)).await {
                    Ok(Answer::Wait(next)) => waiting = next,
                    Ok(Answer::Done(done)) => break Ok(done),
                    Err(error) => break Err(error),
                }
            };
            // Whatever came of it: a generation that sealed nothing must go too.
            let settled = seat.settle_or_retry(&mut generations).await;
            // Others may take their turn.
            drop((generations, place));
            let done = done?;
            if done.sequence.is_some() {
                settled?;
            }
            Ok(done)
        });
        erasure.await.unwrap_or_else(|_| Err(failed("the erasure was given up")))
    }

    /// Resumes an operation with what it waits for; `begun` is the cipher with a new generation, if one has begun.
    pub(crate) async fn supply(
        &self,
        waiting: Box<Waiting>,
        begun: Option<&Arc<SiteCipher>>,
    ) -> Result<Answer, Error> {
        let supply = match waiting.need() {
            Need::Blob(id) => Supply::Blob(self.blob(*id).await?),
            Need::Generation => Supply::Generation(Arc::clone(begun.ok_or(Error::Unsupplied)?) as _),
            Need::Hash(hashing) => Supply::Hashed(self.shared.renew(hashing).await?),
        };
        self.with_site(|site, now| site.resume(now, *waiting, supply))
    }

    async fn blob(&self, id: BlobId) -> Result<Option<Arc<[u8]>>, Error> {
        let (store, site) = (Arc::clone(&self.shared.store), self.id.clone());
        let read = tokio::task::spawn_blocking(move || store.blob(&site, id));
        let blob = read.await.map_err(|error| failed(chain(&error)))??;
        Ok(blob.map(Arc::from))
    }
}

/// How long an operation may wait for others that read blobs or destroy keys.
const PLACE_WAIT_MAX: Duration = Duration::from_mins(1);

const TOO_MANY: &str = "too many operations are waiting to read recordings or to erase";
