//! Giving new sites the accounts they ship with, in the background: hashing their passwords takes longer than all
//! else that a start does. Until a site is founded its logins wait; everything else is open.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::try_join_all;
use pbx_estate::people::People;
use pbx_kernel::{Sequence, StoreError, Verifier};
use pbx_site::{Error, Founding, NewAccount};

use crate::durable::durable;
use crate::plan::{KnownAccount, Rules};
use crate::pool::PoolError;
use crate::seat::{Seat, chain};
use crate::shared::Shared;

/// Whether a site has its accounts.
#[derive(Clone, Debug)]
pub(crate) enum Founded {
    NotYet,
    Yes,
    /// Not yet, and this is why; it is tried again.
    Failed(StoreError),
}

/// The new sites of the same product and profile. They share the verifiers of the accounts that ship with it, salts
/// and all: these passwords are printed in the documentation, and a thousand sites start as fast as one.
pub(crate) struct Batch {
    pub(crate) rules: Arc<Rules>,
    pub(crate) seats: Vec<Arc<Seat>>,
}

impl Batch {
    /// Sorts the sites that are not founded by what they share, keeping their order.
    pub(crate) fn sort<'a>(seats: impl Iterator<Item = &'a Arc<Seat>>) -> Vec<Self> {
        let mut batches: Vec<Self> = Vec::new();
        for seat in seats.filter(|it| !matches!(*it.founded.borrow(), Founded::Yes)) {
            match batches.iter_mut().find(|it| Arc::ptr_eq(&it.rules, &seat.rules)) {
                Some(batch) => batch.seats.push(Arc::clone(seat)),
                None => batches.push(Self { rules: Arc::clone(&seat.rules), seats: vec![Arc::clone(seat)] }),
            }
        }
        batches
    }
}

/// Founds every site of `batches`; ends when all are founded.
pub(crate) async fn found(shared: Arc<Shared>, batches: Vec<Batch>) {
    for Batch { rules, seats } in batches {
        let mut shipped = None;
        for seats in seats.chunks(TOGETHER) {
            while let Err(error) = found_together(&shared, &rules, seats, &mut shipped).await {
                tracing::error!(error = %chain(&error), "new sites have no accounts yet; trying again");
                for seat in seats {
                    seat.founded.send_replace(Founded::Failed(error.clone()));
                }
                tokio::time::sleep(RETRY_PAUSE).await;
            }
            for seat in seats {
                seat.founded.send_replace(Founded::Yes);
            }
        }
    }
}

/// Founds those of `seats` that are not, with one wait for the disk. Keeps what was hashed in `shipped`.
async fn found_together(
    shared: &Shared,
    rules: &Rules,
    seats: &[Arc<Seat>],
    shipped: &mut Option<Vec<NewAccount>>,
) -> Result<(), StoreError> {
    let shipped: &[NewAccount] = match shipped {
        Some(hashed) => hashed,
        None => shipped.insert(hash(shared, &rules.shipped).await?),
    };
    let mut last = Sequence(0);
    for seat in seats {
        let own = hash(shared, &seat.own_accounts).await?;
        let mut accounts: Vec<NewAccount> = shipped.iter().cloned().chain(own).collect();
        let population = seat.population.as_deref();
        for account in &mut accounts {
            account.person = population.and_then(|it| it.resident(account.name.as_str())).cloned();
        }
        let sequence = seat.with_site(|site, now| {
            // An earlier try may have got through for some of them.
            site.advance(now)?;
            if site.is_founded()? {
                return Ok(None);
            }
            let begin = |people: &mut People<'_>| population.map_or(Ok(()), |it| it.begin(people, now));
            site.found_with(now, Founding { accounts }, begin).map(Some)
        });
        last = sequence.map_err(of_store)?.map_or(last, |it| it.max(last));
    }
    durable(&*shared.store, last).await
}

/// The accounts with their passwords and PINs hashed, as many at once as there are workers.
async fn hash(shared: &Shared, known: &[KnownAccount]) -> Result<Vec<NewAccount>, StoreError> {
    // The salts are drawn here, in order, so that a seed determines them.
    let hashes = known.iter().flat_map(|it| [&it.password, &it.pin]).map(|secret| {
        let hash = secret.clone().map(|it| shared.pool.hash(it, shared.salt()));
        async move {
            match hash {
                Some(hash) => hash.await.map(Some),
                None => Ok(None),
            }
        }
    });
    let hashes: Vec<_> = hashes.collect();
    let closed = |error: PoolError| StoreError::Failed { what: error.to_string() };
    let verifiers = try_join_all(hashes).await.map_err(closed)?;
    let pairs = verifiers.chunks_exact(2).map(|it| (it[0].clone(), it[1].clone()));
    Ok(known.iter().zip(pairs).map(|(known, (password, pin))| new_account(known, password, pin)).collect())
}

fn new_account(known: &KnownAccount, password: Option<Verifier>, pin: Option<Verifier>) -> NewAccount {
    let KnownAccount { name, role, full_name, class, alias, rank, fixed, must_change, keys, .. } =
        known.clone();
    let person = None;
    NewAccount { name, role, full_name, class, alias, rank, fixed, must_change, password, pin, keys, person }
}

pub(crate) fn of_store(error: Error) -> StoreError {
    match error {
        Error::Store(error) => error,
        other => StoreError::Failed { what: chain(&other) },
    }
}

/// How many sites are founded with one wait for the disk: few enough for the store's queue, many enough that the
/// wait does not matter.
const TOGETHER: usize = 256;

/// How long a disk that refused new sites is left alone.
const RETRY_PAUSE: Duration = Duration::from_millis(250);
