use std::sync::{Arc, Mutex};

use pbx_kernel::StoreError;

use crate::sync::lock;

/// A switch that makes a store behave as if its disk refused to be written, for exercises and tests.
///
/// Clones share the switch. Reading goes on as it does on a full disk.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Vec<(Point, Fault)>>>);

#[derive(Clone, Debug)]
enum Fault {
    Refuse(StoreError),
    /// The thread ends there, as it would with the process: nothing is tidied up.
    #[cfg(test)]
    Die,
}

impl Faults {
    /// From now on every write is refused with `error`; `None` lets them through again.
    pub fn refuse_writes(&self, error: Option<StoreError>) {
        *lock(&self.0) = error.map(|error| (Point::Begin, Fault::Refuse(error))).into_iter().collect();
    }

    /// Refuses whatever comes to `point`, for the paths that only a failing disk would take.
    #[cfg(test)]
    pub(crate) fn refuse_at(&self, point: Point, error: StoreError) {
        *lock(&self.0) = vec![(point, Fault::Refuse(error))];
    }

    #[cfg(test)]
    pub(crate) fn refuse_also_at(&self, point: Point, error: StoreError) {
        lock(&self.0).push((point, Fault::Refuse(error)));
    }

    #[cfg(test)]
    pub(crate) fn die_at(&self, point: Point) {
        *lock(&self.0) = vec![(point, Fault::Die)];
    }

    pub(crate) fn check(&self, point: Point) -> Result<(), StoreError> {
        match lock(&self.0).iter().find(|(at, _)| *at == point) {
            Some((_, Fault::Refuse(error))) => Err(error.clone()),
            #[cfg(test)]
            Some((_, Fault::Die)) => panic!("the test ends the thread"),
            None => Ok(()),
        }
    }
}

/// Where a group of batches may be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    /// Before anything is written.
    Begin,
    /// A blob is written under a name that does not count.
    BlobWritten,
    /// A blob has its name, and its folder is not synced.
    BlobNamed,
    /// All blobs of the group are on the disk; neither the trail nor sled says so.
    BlobsSynced,
    /// The trail is written, sled is not.
    TrailWritten,
    /// sled has the rows in memory and perhaps on the disk.
    Applied,
    /// sled is durable; only the acknowledgement is missing.
    Synced,
    /// The file of a blob that no row names is about to be removed.
    BlobRemoval,
    /// sled is about to be opened again.
    Reopen,
}
