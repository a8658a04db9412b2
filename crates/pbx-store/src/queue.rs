use std::collections::{BTreeMap, VecDeque};

use pbx_kernel::{Batch, Line, Sequence, SiteId, StoreError, WhenDurable};

use crate::blob::BlobWrite;
use crate::limits::BATCH_BYTES_MAX;
use crate::overlay::Value;

/// A batch on its way to the disk.
pub(crate) struct Queued {
    pub(crate) sequence: u64,
    pub(crate) site: SiteId,
    /// Keys of the store and their new values, in the order of the request.
    pub(crate) changes: Vec<(Vec<u8>, Value)>,
    /// What becomes of blobs; their rows are among `changes`.
    pub(crate) blobs: Vec<BlobWrite>,
    pub(crate) lines: Vec<Line>,
    /// What the rows and lines take.
    pub(crate) bytes: usize,
    /// What the contents of blobs take.
    pub(crate) blob_bytes: usize,
    /// Whether somebody waits for the disk.
    pub(crate) waits: bool,
}

/// What waits for the disk and who waits for what.
///
/// ```text
///   … settled │ being written │ queued  … issued
/// ```
#[derive(Default)]
pub(crate) struct Queue {
    batches: VecDeque<Queued>,
    bytes: usize,
    blob_bytes: usize,
    waiting: usize,
    issued: u64,
    settled: u64,
    taken_back: VecDeque<TakenBack>,
    waiters: BTreeMap<u64, Vec<WhenDurable>>,
    waiters_held: usize,
    suspect: Option<StoreError>,
    probe: bool,
    closing: bool,
    stopped: bool,
}

/// Sequences that will never be durable.
struct TakenBack {
    first: u64,
    last: u64,
    error: StoreError,
}

impl Queue {
    /// An empty queue whose next sequence follows `sequence`.
    pub(crate) fn new(sequence: u64) -> Self {
        Self { issued: sequence, settled: sequence, ..Self::default() }
    }

    /// The sequence of the next batch, or why none may be queued now.
    ///
    /// While the last group could not be written nobody may be answered without waiting: the answer's record
    /// might never be kept. Whoever tries also makes the committer try the disk again.
    pub(crate) fn admit(&mut self, batch: &Queued) -> Result<u64, StoreError> {
        if let Some(error) = &self.suspect
            && (!batch.waits || self.stopped)
        {
            self.probe = true;
            return Err(error.clone());
        }
        if self.batches.len() >= QUEUE_BATCHES_MAX
            || self.bytes.saturating_add(batch.bytes) > QUEUE_BYTES_MAX
            || self.blob_bytes.saturating_add(batch.blob_bytes) > QUEUE_BLOBS_BYTES_MAX
        {
            return Err(StoreError::Failed { what: "too many batches wait for the disk".to_owned() });
        }
        Ok(self.issued + 1)
    }

    /// Queues a batch that was admitted.
    pub(crate) fn push(&mut self, batch: Queued) {
        self.issued = batch.sequence;
        self.bytes += batch.bytes;
        self.blob_bytes += batch.blob_bytes;
        self.waiting += usize::from(batch.waits);
        self.batches.push_back(batch);
    }

    /// Asks the committer to try the disk even if nothing is queued.
    pub(crate) fn ask_for_probe(&mut self) {
        self.probe = true;
    }

    /// Asks the committer to end once everything is written.
    pub(crate) fn close(&mut self) {
        self.closing = true;
    }

    /// Whether there is nothing to do.
    pub(crate) fn is_idle(&self) -> bool {
        self.batches.is_empty() && !self.probe && !self.closing
    }

    /// Whether what is queued should be written now.
    pub(crate) fn is_urgent(&self) -> bool {
        let is_half_full = self.bytes > QUEUE_BYTES_MAX / 2 || self.blob_bytes > QUEUE_BLOBS_BYTES_MAX / 2;
        self.waiting > 0 || self.probe || self.closing || is_half_full
    }

    /// The next group: empty where the disk is only to be tried, none where the store is closed.
    pub(crate) fn take_group(&mut self) -> Option<Vec<Queued>> {
        let probe = std::mem::take(&mut self.probe);
        if self.batches.is_empty() && !probe {
            return None;
        }
        let mut group = Vec::new();
        let (mut bytes, mut blob_bytes) = (0, 0);
        while group.len() < GROUP_BATCHES_MAX && bytes < GROUP_BYTES_MAX && blob_bytes < GROUP_BLOBS_BYTES_MAX
        {
            let Some(batch) = self.batches.pop_front() else { break };
            bytes += batch.bytes;
            blob_bytes += batch.blob_bytes;
            self.waiting -= usize::from(batch.waits);
            group.push(batch);
        }
        self.bytes -= bytes;
        self.blob_bytes -= blob_bytes;
        Some(group)
    }

    /// Everything up to `sequence` is durable; returns who waited for it.
    pub(crate) fn settle(&mut self, sequence: u64) -> Vec<WhenDurable> {
        self.settled = self.settled.max(sequence);
        self.suspect = None;
        let later = self.waiters.split_off(&(self.settled + 1));
        self.release(later)
    }

    /// Nothing that is not durable yet will be; returns whether that concerns any batch, and who waited.
    pub(crate) fn take_back(&mut self, error: &StoreError) -> (bool, Vec<WhenDurable>) {
        self.suspect = Some(error.clone());
        self.batches.clear();
        (self.bytes, self.blob_bytes, self.waiting) = (0, 0, 0);
        let any = self.issued > self.settled;
        if any {
            self.note_taken_back(TakenBack {
                first: self.settled + 1,
                last: self.issued,
                error: error.clone(),
            });
            self.settled = self.issued;
        }
        (any, self.release(BTreeMap::new()))
    }

    /// The committer has ended: refuses whatever comes.
    pub(crate) fn stop(&mut self) {
        self.stopped = true;
    }

    /// Hands `then` back with the outcome where that is known, else keeps it.
    pub(crate) fn wait(
        &mut self,
        sequence: Sequence,
        then: WhenDurable,
    ) -> Option<(WhenDurable, Result<(), StoreError>)> {
        if let Some(outcome) = self.outcome(sequence) {
            return Some((then, outcome));
        }
        if self.waiters_held >= WAITERS_MAX {
            return Some((then, Err(StoreError::Failed { what: "too many wait for the disk".to_owned() })));
        }
        self.waiters_held += 1;
        self.waiters.entry(sequence.0).or_default().push(then);
        None
    }

    fn outcome(&self, sequence: Sequence) -> Option<Result<(), StoreError>> {
        if sequence.0 > self.issued {
            return Some(Err(crate::memory::unknown(sequence)));
        }
        if sequence.0 > self.settled {
            return None;
        }
        let range = self.taken_back.iter().find(|range| (range.first..=range.last).contains(&sequence.0));
        Some(range.map_or(Ok(()), |range| Err(range.error.clone())))
    }

    /// Keeps `later` waiting and returns the others in the order of their batches.
    fn release(&mut self, later: BTreeMap<u64, Vec<WhenDurable>>) -> Vec<WhenDurable> {
        let released: Vec<_> = std::mem::replace(&mut self.waiters, later).into_values().flatten().collect();
        self.waiters_held -= released.len();
        released
    }

    /// Remembers a range. Where there are too many the oldest two become one, across whatever was durable
    /// between them: who asks that late is told too much failed, never that too much was kept.
    fn note_taken_back(&mut self, range: TakenBack) {
        if self.taken_back.len() >= TAKEN_BACK_MAX
            && let Some(oldest) = self.taken_back.pop_front()
            && let Some(next) = self.taken_back.front_mut()
        {
            next.first = oldest.first;
        }
        self.taken_back.push_back(range);
    }
}

/// How many batches may wait for the disk: several seconds of the busiest machine.
const QUEUE_BATCHES_MAX: usize = 65_536;

/// How many bytes may wait for the disk; the overlay holds the same bytes.
const QUEUE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// How many bytes of blobs may wait for the disk, in memory until then.
const QUEUE_BLOBS_BYTES_MAX: usize = 4 * Batch::BLOBS_BYTES_MAX;

/// How many batches are written together: beyond this the syncs no longer matter.
const GROUP_BATCHES_MAX: usize = 4_096;

/// About how many bytes are written together; the last batch may go over it.
const GROUP_BYTES_MAX: usize = BATCH_BYTES_MAX;

/// About how many bytes of blobs are written together; the last batch may go over it.
const GROUP_BLOBS_BYTES_MAX: usize = Batch::BLOBS_BYTES_MAX;

/// How many may wait for batches: a batch has one waiter, the rest is room.
const WAITERS_MAX: usize = 4 * QUEUE_BATCHES_MAX;

/// How many failures are remembered one by one.
const TAKEN_BACK_MAX: usize = 256;
