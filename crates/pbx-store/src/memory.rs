use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, RwLock};

use pbx_kernel::{
    Batch, BlobId, Change, Line, Row, Sequence, SiteId, Store, StoreError, Table, View, WhenDurable,
};

use crate::faults::{Faults, Point};
use crate::limits;
use crate::sync::{read, write};

/// The store that forgets with its process: the specification of what [`crate::SledStore`] must do.
///
/// Every commit is durable at once, so a refused one was never visible and [`Store::epoch`] stays 0.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: RwLock<State>,
    faults: Faults,
}

#[derive(Debug, Default)]
struct State {
    sites: BTreeMap<SiteId, Held>,
    bytes: usize,
    sequence: u64,
}

#[derive(Debug, Default)]
struct Held {
    tables: BTreeMap<Table, BTreeMap<Row, Vec<u8>>>,
    blobs: BTreeMap<BlobId, Arc<[u8]>>,
    lines: Vec<Line>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The switch that makes it refuse to be written.
    #[must_use]
    pub fn faults(&self) -> Faults {
        self.faults.clone()
    }
}

impl Store for MemoryStore {
    fn view(&self, site: &SiteId) -> Box<dyn View + '_> {
        Box::new(MemoryView { store: self, site: site.clone() })
    }

    fn commit(&self, batch: Batch) -> Result<Sequence, StoreError> {
        let size = limits::check(&batch)?;
        if batch.epoch != EPOCH {
            return Err(StoreError::Outdated);
        }
        self.faults.check(Point::Begin)?;
        let mut state = write(&self.state);
        state.check_new(&batch)?;
        if state.bytes.saturating_add(size.bytes).saturating_add(size.blob_bytes) > MEMORY_BYTES_MAX {
            return Err(StoreError::Full);
        }
        state.apply(batch);
        state.sequence += 1;
        Ok(Sequence(state.sequence))
    }

    fn blob(&self, site: &SiteId, id: BlobId) -> Result<Option<Vec<u8>>, StoreError> {
        let state = read(&self.state);
        let content = state.sites.get(site).and_then(|held| held.blobs.get(&id));
        Ok(content.map(|content| content.to_vec()))
    }

    fn blobs(&self, site: &SiteId) -> Result<Vec<BlobId>, StoreError> {
        let state = read(&self.state);
        Ok(state.sites.get(site).map(|held| held.blobs.keys().copied().collect()).unwrap_or_default())
    }

    fn when_durable(&self, sequence: Sequence, then: WhenDurable) {
        let issued = read(&self.state).sequence;
        then(if sequence.0 <= issued { Ok(()) } else { Err(unknown(sequence)) });
    }

    fn epoch(&self) -> u64 {
        EPOCH
    }

    fn lines(&self, site: &SiteId, from: u64, limit: usize) -> Result<Vec<Line>, StoreError> {
        let state = read(&self.state);
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        Ok(state
            .sites
            .get(site)
            .map(|held| held.lines.iter().skip(from).take(limit).cloned().collect())
            .unwrap_or_default())
    }

    fn sites(&self) -> Result<Vec<SiteId>, StoreError> {
        let state = read(&self.state);
        let in_use = state.sites.iter().filter(|(_, held)| !held.tables.is_empty() || !held.blobs.is_empty());
        Ok(in_use.map(|(site, _)| site.clone()).collect())
    }

    fn forget(&self, site: &SiteId) -> Result<(), StoreError> {
        self.faults.check(Point::Begin)?;
        let mut state = write(&self.state);
        if let Some(held) = state.sites.get_mut(site) {
            let tables = std::mem::take(&mut held.tables);
            let blobs = std::mem::take(&mut held.blobs);
            let rows = tables.values().flatten().map(|(row, value)| size(row, value));
            state.bytes -= rows.chain(blobs.values().map(|content| blob_size(content))).sum::<usize>();
        }
        Ok(())
    }
}

impl State {
    /// Refuses a batch that would put a blob where one is.
    fn check_new(&self, batch: &Batch) -> Result<(), StoreError> {
        let Some(held) = self.sites.get(&batch.site) else { return Ok(()) };
        let taken = batch.changes.iter().find_map(|change| match change {
            Change::PutBlob(id, _) if held.blobs.contains_key(id) => Some(*id),
            Change::PutBlob(..) | Change::Put(..) | Change::Delete(..) | Change::DropBlob(_) => None,
        });
        taken.map_or(Ok(()), |id| Err(limits::in_use(id)))
    }

    fn apply(&mut self, batch: Batch) {
        let held = self.sites.entry(batch.site).or_default();
        for change in batch.changes {
            self.bytes -= match change {
                Change::Put(table, row, value) => {
                    self.bytes += size(&row, &value);
                    held.put(table, row, value)
                }
                Change::Delete(table, row) => held.delete(table, &row),
                Change::PutBlob(id, content) => {
                    self.bytes += blob_size(&content);
                    held.blobs.insert(id, content).map_or(0, |old| blob_size(&old))
                }
                Change::DropBlob(id) => held.blobs.remove(&id).map_or(0, |old| blob_size(&old)),
            };
        }
        self.bytes += batch.lines.iter().map(|line| line.0.len() + ROW_OVERHEAD_BYTES).sum::<usize>();
        held.lines.extend(batch.lines);
    }
}

impl Held {
    /// Writes a row; the bytes that this frees.
    fn put(&mut self, table: Table, row: Row, value: Vec<u8>) -> usize {
        let rows = self.tables.entry(table).or_default();
        let old = rows.get(&row).map_or(0, |old| size(&row, old));
        rows.insert(row, value);
        old
    }

    /// Removes a row; the bytes that this frees.
    fn delete(&mut self, table: Table, row: &str) -> usize {
        let Some(rows) = self.tables.get_mut(&table) else { return 0 };
        let old = rows.remove(row).map_or(0, |old| size(row, &old));
        if rows.is_empty() {
            self.tables.remove(&table);
        }
        old
    }
}

struct MemoryView<'a> {
    store: &'a MemoryStore,
    site: SiteId,
}

impl View for MemoryView<'_> {
    fn get(&self, table: Table, row: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let state = read(&self.store.state);
        let rows = state.sites.get(&self.site).and_then(|held| held.tables.get(&table));
        Ok(rows.and_then(|rows| rows.get(row)).cloned())
    }

    fn scan(
        &self,
        table: Table,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(Row, Vec<u8>)>, StoreError> {
        let state = read(&self.store.state);
        let Some(rows) = state.sites.get(&self.site).and_then(|held| held.tables.get(&table)) else {
            return Ok(Vec::new());
        };
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let found = rows.range::<str, _>((from, Bound::Unbounded)).take(limit);
        Ok(found.map(|(row, value)| (row.clone(), value.clone())).collect())
    }
}

fn size(row: &str, value: &[u8]) -> usize {
    row.len() + value.len() + ROW_OVERHEAD_BYTES
}

fn blob_size(content: &[u8]) -> usize {
    content.len() + ROW_OVERHEAD_BYTES
}

/// What is said of a sequence that no commit returned.
pub(crate) fn unknown(sequence: Sequence) -> StoreError {
    StoreError::Failed { what: format!("no commit has the sequence {}", sequence.0) }
}

/// Nothing is ever taken back.
const EPOCH: u64 = 0;

/// What all sites together may hold: a day's exercise for a class, well within a small machine.
const MEMORY_BYTES_MAX: usize = 1 << 30;

/// About what a map's entry costs beside its bytes.
const ROW_OVERHEAD_BYTES: usize = 96;
