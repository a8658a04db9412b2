use std::sync::{Arc, Mutex};

use pbx_kernel::StoreError;

use crate::sync::lock;

/// A switch that makes a store behave as if its disk refused to be written, for exercises and tests.
///
/// Clones share the switch. Reading goes on as it does on a full disk.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Vec<(Point, StoreError)>>>);

impl Faults {
    /// From now on every write is refused with `error`; `None` lets them through again.
    pub fn refuse_writes(&self, error: Option<StoreError>) {
        *lock(&self.0) = error.map(|error| (Point::Begin, error)).into_iter().collect();
    }

    /// Refuses whatever comes to `point`, for the paths that only a failing disk would take.
    #[cfg(test)]
    pub(crate) fn refuse_at(&self, point: Point, error: StoreError) {
        *lock(&self.0) = vec![(point, error)];
    }

    #[cfg(test)]
    pub(crate) fn refuse_also_at(&self, point: Point, error: StoreError) {
        lock(&self.0).push((point, error));
    }

    pub(crate) fn check(&self, point: Point) -> Result<(), StoreError> {
        match lock(&self.0).iter().find(|(at, _)| *at == point) {
            Some((_, error)) => Err(error.clone()),
            None => Ok(()),
        }
    }
}

/// Where a group of batches may be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    /// Before anything is written.
    Begin,
    /// The trail is written, sled is not.
    TrailWritten,
    /// sled has the rows in memory and perhaps on the disk.
    Applied,
    /// sled is durable; only the acknowledgement is missing.
    Synced,
    /// sled is about to be opened again.
    Reopen,
}
