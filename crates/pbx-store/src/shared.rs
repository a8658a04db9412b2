use std::fs::File;
use std::ops::Bound;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError, RwLock};
use std::time::Duration;

use pbx_kernel::{Sequence, StoreError};

use crate::blob::{self, Address};
use crate::committer::closed;
use crate::directory::Paths;
use crate::engine::Engine;
use crate::faults::Faults;
use crate::index::Index;
use crate::limits;
use crate::overlay::{Overlay, Pair};
use crate::queue::{Queue, Queued};
use crate::sync::{lock, read, write};

/// What the committer and the callers share. Locks are taken in the order of the fields.
pub(crate) struct Shared {
    pub(crate) queue: Mutex<Queue>,
    wake: Condvar,
    overlay: RwLock<Overlay>,
    /// None while sled has refused a group and could not be opened again.
    pub(crate) engine: RwLock<Option<Engine>>,
    pub(crate) index: Mutex<Index>,
    epoch: AtomicU64,
    pub(crate) faults: Faults,
    pub(crate) paths: Paths,
    /// Held while anything of the directory is open; the last field, so dropped last.
    _lock: File,
}

impl Shared {
    /// What is shared of a store whose last batch was `sequence`.
    pub(crate) fn new(sequence: u64, engine: Engine, index: Index, paths: Paths, lock: File) -> Self {
        Self {
            queue: Mutex::new(Queue::new(sequence)),
            wake: Condvar::new(),
            overlay: RwLock::default(),
            engine: RwLock::new(Some(engine)),
            index: Mutex::new(index),
            epoch: AtomicU64::new(0),
            faults: Faults::default(),
            paths,
            _lock: lock,
        }
    }

    /// Grows whenever batches were taken back.
    pub(crate) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// Shows the batch to views and queues it for the disk, unless what it rests on was taken back.
    pub(crate) fn enqueue(&self, epoch: u64, mut batch: Queued) -> Result<Sequence, StoreError> {
        let mut queue = lock(&self.queue);
        // The epoch grows under this lock only.
        if self.epoch() != epoch {
            return Err(StoreError::Outdated);
        }
        self.check_new(&mut queue, &batch)?;
        let sequence = match queue.admit(&batch) {
            Ok(sequence) => sequence,
            Err(error) => {
                // Who is refused has asked for a probe.
                self.wake.notify_all();
                return Err(error);
            }
        };
        batch.sequence = sequence;
        let mut overlay = write(&self.overlay);
        for (key, value) in &batch.changes {
            overlay.put(key.clone(), sequence, value.clone());
        }
        for (address, content) in &batch.blobs {
            overlay.put_blob(address.key(), content.clone());
        }
        drop(overlay);
        let idle = queue.is_idle();
        queue.push(batch);
        // A committer that waits for company need not hear of each: that would be a switch of threads for every read.
        if idle || queue.is_urgent() {
            self.wake.notify_all();
        }
        Ok(Sequence(sequence))
    }

    /// Refuses a batch that would put a blob where one is, or is on its way out.
    fn check_new(&self, queue: &mut Queue, batch: &Queued) -> Result<(), StoreError> {
        for (address, _) in batch.blobs.iter().filter(|(_, content)| content.is_some()) {
            let key = address.key();
            let is_pending = read(&self.overlay).get(&key).is_some();
            let slot = read(&self.engine);
            let Some(engine) = slot.as_ref() else {
                queue.ask_for_probe();
                self.wake.notify_all();
                return Err(closed());
            };
            if is_pending || engine.get(&key)?.is_some() {
                return Err(limits::in_use(address.id));
            }
        }
        Ok(())
    }

    /// Has the committer end once everything is written.
    pub(crate) fn close(&self) {
        lock(&self.queue).close();
        self.wake.notify_all();
    }

    /// Waits for something to write; where nobody waits for it, at most `lazy_delay` for company.
    pub(crate) fn next_group(&self, lazy_delay: Duration) -> Option<Vec<Queued>> {
        let queue = lock(&self.queue);
        let queue =
            self.wake.wait_while(queue, |queue| queue.is_idle()).unwrap_or_else(PoisonError::into_inner);
        let waited = self.wake.wait_timeout_while(queue, lazy_delay, |queue| !queue.is_urgent());
        let (mut queue, _) = waited.unwrap_or_else(PoisonError::into_inner);
        queue.take_group()
    }

    /// Tells everybody that `group`, which ends with `sequence`, is durable.
    pub(crate) fn settle(&self, group: &[Queued], sequence: u64) {
        let mut queue = lock(&self.queue);
        let mut overlay = write(&self.overlay);
        for (key, _) in group.iter().flat_map(|batch| &batch.changes) {
            overlay.settle(key, sequence);
        }
        drop(overlay);
        let waiters = queue.settle(sequence);
        drop(queue);
        for then in waiters {
            then(Ok(()));
        }
    }

    /// Takes back everything that is not durable and tells everybody who waited.
    pub(crate) fn take_back(&self, error: StoreError) {
        let mut queue = lock(&self.queue);
        let mut overlay = write(&self.overlay);
        let (any, waiters) = queue.take_back(&error);
        if any {
            overlay.clear();
            self.epoch.fetch_add(1, Ordering::Release);
        }
        drop(overlay);
        drop(queue);
        for then in waiters {
            then(Err(error.clone()));
        }
    }

    /// The newest value of `key`.
    pub(crate) fn row(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let pending = read(&self.overlay).get(key);
        match pending {
            Some(value) => Ok(value.map(|value| value.to_vec())),
            None => self.with_engine(|engine| engine.get(key)),
        }
    }

    /// The content of the blob at `address`.
    pub(crate) fn blob(&self, address: &Address) -> Result<Option<Vec<u8>>, StoreError> {
        let key = address.key();
        loop {
            let pending = read(&self.overlay).blob(&key);
            if let Some(content) = pending {
                return Ok(content.map(|content| content.to_vec()));
            }
            let Some(row) = self.with_engine(|engine| engine.get(&key))? else { return Ok(None) };
            match blob::read(&self.paths.blobs, address, &row) {
                Ok(content) => return Ok(Some(content)),
                Err(error) if self.row(&key)?.as_ref() == Some(&row) => return Err(error),
                // Dropped since the row was read, and the file with it. Ids are drawn, so none comes back the same.
                Err(_) => {}
            }
        }
    }

    /// At most `limit` rows from `from` to before `until`, in key order, with their newest values.
    pub(crate) fn rows(
        &self,
        from: Bound<&[u8]>,
        until: &[u8],
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError> {
        // Held throughout, so that nobody sees half a batch.
        let overlay = read(&self.overlay);
        let slot = read(&self.engine);
        let rows = slot
            .as_ref()
            .map(|engine| engine.range(from, until, |rows| overlay.merge(rows, from, until, limit)));
        drop((slot, overlay));
        rows.unwrap_or_else(|| self.while_closed())
    }

    fn with_engine<T>(&self, act: impl FnOnce(&Engine) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let outcome = read(&self.engine).as_ref().map(act);
        outcome.unwrap_or_else(|| self.while_closed())
    }

    /// Has the committer try to open sled again: whoever cannot read will not commit either.
    fn while_closed<T>(&self) -> Result<T, StoreError> {
        lock(&self.queue).ask_for_probe();
        self.wake.notify_all();
        Err(closed())
    }
}
