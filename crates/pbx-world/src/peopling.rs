//! Giving sites the people of their scenario, in the background and after the site was founded: whoever logs in does
//! not wait for a hundred thousand others.
//!
//! The founding writes a row that says that nobody is there yet; each batch of people says in that row how far it
//! came. So a site is never without the row and with a part of its people, and after a crash the next start goes on
//! where the disk has it. A site that was founded without people stays without.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use pbx_kernel::{Sequence, StoreError};
use tokio::sync::watch;

use crate::durable::durable;
use crate::founding::{Founded, of_store};
use crate::population::{Loading, Population};
use crate::seat::{Seat, chain};

/// Loads the people of `seats`; ends when all are there, or after the batches under way once `stop` says so.
pub(crate) async fn people(seats: Vec<Arc<Seat>>, stop: watch::Receiver<bool>) {
    stream::iter(seats).for_each_concurrent(TOGETHER, |seat| load(seat, stop.clone())).await;
}

async fn load(seat: Arc<Seat>, mut stop: watch::Receiver<bool>) {
    let mut founded = seat.founded.subscribe();
    tokio::select! {
        // The sender is in the seat, which is here.
        _ = founded.wait_for(|it| matches!(it, Founded::Yes)) => {}
        _ = stop.wait_for(|it| *it) => return,
    }
    let mut progress = None;
    // A batch is not abandoned: it would go on by itself, and hold the store.
    while !*stop.borrow() {
        match step(&seat, progress.take()).await {
            Ok(None) => {
                seat.peopled.send_replace(true);
                return;
            }
            Ok(further) => progress = further,
            Err(error) => {
                let error = chain(&error);
                tracing::warn!(site = %seat.id(), %error, "its people are not all there yet; trying again");
                // Whichever comes first; the loop looks which it was.
                let _ = tokio::time::timeout(RETRY_PAUSE, stop.wait_for(|it| *it)).await;
            }
        }
    }
}

/// How far loading came.
struct Progress {
    population: Population,
    loading: Loading,
}

/// Adds one batch and waits until it is on the disk; nothing where everybody is there. Without `progress` looks how far
/// an earlier one came.
async fn step(seat: &Arc<Seat>, progress: Option<Progress>) -> Result<Option<Progress>, StoreError> {
    let batch = {
        let seat = Arc::clone(seat);
        // Inventing people and their voices is work for the CPU.
        tokio::task::spawn_blocking(move || {
            let progress = progress.map_or_else(|| look(&seat), |it| Ok(Some(it)))?;
            match progress.filter(|it| !it.loading.is_done()) {
                Some(progress) => add(&seat, progress).map(Some),
                None => Ok(None),
            }
        })
    };
    let stopped = |_| StoreError::Failed { what: "the work was stopped".to_owned() };
    match batch.await.map_err(stopped)?? {
        Some((sequence, progress)) => {
            if let Some(sequence) = sequence {
                durable(&*seat.shared.store, sequence).await?;
            }
            Ok(Some(progress))
        }
        None => Ok(None),
    }
}

/// How far the site's people have come; none where it has none.
fn look(seat: &Seat) -> Result<Option<Progress>, StoreError> {
    let loading = seat.with_site(|site, now| {
        site.advance(now)?;
        site.read(|estate, _| Ok(Loading::of(estate)?))
    });
    let Some(loading) = loading.map_err(of_store)? else { return Ok(None) };
    let population = Population::new(&seat.rules.policy, loading.census, seat.accounts());
    Ok(Some(Progress { population, loading }))
}

/// Adds the next batch.
fn add(seat: &Seat, progress: Progress) -> Result<(Option<Sequence>, Progress), StoreError> {
    let Progress { population, loading } = progress;
    let failed = |error: pbx_fiction::PlanError| StoreError::Failed { what: error.to_string() };
    let batch = population.next(&loading).map_err(failed)?;
    let sequence = seat.with_site(|site, now| {
        site.advance(now)?;
        site.populate(now, |people| population.add(people, &batch, now))
    });
    Ok((sequence.map_err(of_store)?, Progress { population, loading: batch.loading }))
}

/// How many sites are loaded at the same time: one draws while another waits for the disk.
const TOGETHER: usize = 2;

/// How long a disk that refused people is left alone.
const RETRY_PAUSE: Duration = Duration::from_millis(250);
