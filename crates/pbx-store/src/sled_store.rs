use std::io::ErrorKind;
use std::ops::Bound;
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use pbx_kernel::{
    Batch, BlobId, Change, Durability, Line, Row, Sequence, SiteId, Store, StoreError, Table, View,
    WhenDurable,
};

use crate::blob::{Address, Digest};
use crate::committer::{Committer, closed};
use crate::directory::Directory;
use crate::error::{OpenStoreError, refused};
use crate::faults::Faults;
use crate::key;
use crate::limits::{self, Size};
use crate::overlay::Value;
use crate::queue::Queued;
use crate::shared::Shared;
use crate::sync::lock;

/// The store on the disk: rows in sled, recorder lines in append-only files, one thread that writes both.
///
/// A commit is visible at once and durable later. Where the disk refuses a group of batches, that group and
/// all that were queued behind it are taken back. From then on until a group gets through, a batch that does
/// not wait is refused with the disk's error, because the answer it allows could not be recorded; batches that
/// wait are tried. Every refused one makes the store try the disk again, so it recovers by itself.
///
/// A batch that does not wait was answered before its lines were durable: the lines of at most
/// [`SledOptions::lazy_delay`] and one group are lost when the process or the disk fails at that moment.
pub struct SledStore {
    shared: Arc<Shared>,
    committer: Option<JoinHandle<()>>,
}

/// How a [`SledStore`] uses the machine.
#[derive(Clone, Debug)]
pub struct SledOptions {
    /// sled's page cache in bytes; 16 to 64 MB is sensible. A hint: sled takes up to twice that.
    pub cache_bytes: u64,
    /// When a file of the trail is finished and the next begun, in bytes.
    pub segment_bytes_max: u64,
    /// Bytes that must stay free on the disk: less, and the store says [`StoreError::Full`] while it still can.
    pub reserve_bytes: u64,
    /// How long recorder lines that nobody waits for may wait for company.
    pub lazy_delay: Duration,
}

impl Default for SledOptions {
    fn default() -> Self {
        Self {
            cache_bytes: 32 * 1024 * 1024,
            segment_bytes_max: 64 * 1024 * 1024,
            reserve_bytes: 32 * 1024 * 1024,
            lazy_delay: Duration::from_millis(100),
        }
    }
}

impl SledStore {
    /// Opens the store in `directory`, or makes one there.
    ///
    /// Recorder lines beyond what was acknowledged are cut off. A store that holds less than was acknowledged
    /// does not open: [`OpenStoreError::Damaged`].
    pub fn open(directory: &Path, options: SledOptions) -> Result<Self, OpenStoreError> {
        let opened = Directory::open(directory, &options)?;
        let sequence = opened.sentinel.sequence;
        let shared = Shared::new(sequence, opened.engine, opened.index, opened.paths, opened.lock);
        let shared = Arc::new(shared);
        let committer = Committer::new(Arc::clone(&shared), options, opened.trail, opened.sentinel);
        let thread = thread::Builder::new().name("store-committer".to_owned()).spawn(move || committer.run());
        Ok(Self { shared, committer: Some(thread.map_err(OpenStoreError::open(directory))?) })
    }

    /// The switch that makes it behave as if the disk refused to be written.
    #[must_use]
    pub fn faults(&self) -> Faults {
        self.shared.faults.clone()
    }
}

impl Store for SledStore {
    fn view(&self, site: &SiteId) -> Box<dyn View + '_> {
        Box::new(SledView { shared: &self.shared, site: site.clone() })
    }

    fn commit(&self, batch: Batch) -> Result<Sequence, StoreError> {
        let Size { bytes, blob_bytes } = limits::check(&batch)?;
        let site = batch.site;
        let mut blobs = Vec::new();
        let mut blob = |id, content: Option<Arc<[u8]>>| {
            let address = Address { site: site.clone(), id };
            let row = content.as_deref().map(|content| Arc::from(Digest::of(content).encode()));
            let key = address.key();
            blobs.push((address, content));
            (key, row)
        };
        let changes = batch.changes.into_iter().map(|change| match change {
            Change::Put(table, row, value) => (key::row(&site, table, &row), Some(Arc::from(value))),
            Change::Delete(table, row) => (key::row(&site, table, &row), None),
            Change::PutBlob(id, content) => blob(id, Some(content)),
            Change::DropBlob(id) => blob(id, None),
        });
        let changes = changes.collect();
        let (lines, waits) = (batch.lines, batch.durability == Durability::Wait);
        let queued = Queued { sequence: 0, site, changes, blobs, lines, bytes, blob_bytes, waits };
        self.shared.enqueue(batch.epoch, queued)
    }

    fn blob(&self, site: &SiteId, id: BlobId) -> Result<Option<Vec<u8>>, StoreError> {
        self.shared.blob(&Address { site: site.clone(), id })
    }

    fn blobs(&self, site: &SiteId) -> Result<Vec<BlobId>, StoreError> {
        let prefix = key::blobs(site);
        let rows = self.shared.rows(Bound::Included(&prefix), &key::after(&prefix), usize::MAX)?;
        let foreign = || StoreError::Damaged { what: "the row of a blob is not one".to_owned() };
        rows.iter().map(|(row, _)| key::blob_id(&row[prefix.len()..]).ok_or_else(foreign)).collect()
    }

    fn when_durable(&self, sequence: Sequence, then: WhenDurable) {
        let known = lock(&self.shared.queue).wait(sequence, then);
        if let Some((then, outcome)) = known {
            then(outcome);
        }
    }

    fn epoch(&self) -> u64 {
        self.shared.epoch()
    }

    fn lines(&self, site: &SiteId, from: u64, limit: usize) -> Result<Vec<Line>, StoreError> {
        let found = lock(&self.shared.index).find(site, from, limit);
        let Some(found) = found else { return Ok(Vec::new()) };
        found.read(&self.shared.paths.trail, site).map_err(|error| match error.kind() {
            ErrorKind::InvalidData | ErrorKind::NotFound | ErrorKind::UnexpectedEof => {
                StoreError::Damaged { what: "acknowledged lines of the trail are gone".to_owned() }
            }
            _ => refused("reading the trail", &error),
        })
    }

    fn sites(&self) -> Result<Vec<SiteId>, StoreError> {
        let mut sites = Vec::new();
        let mut from = key::SITES.to_vec();
        while let Some((row, _)) = self.shared.rows(Bound::Included(&from), key::SITES_END, 1)?.pop() {
            let foreign = || StoreError::Damaged { what: "sled holds a row of no site".to_owned() };
            let site = key::site_of(&row).ok_or_else(foreign)?;
            from = key::after(&key::site(&site));
            sites.push(site);
        }
        Ok(sites)
    }

    /// Works through the site in pieces, each durable before the next: what fails half way is simply repeated.
    /// Not to be called from a [`WhenDurable`], nor while others commit to the site.
    fn forget(&self, site: &SiteId) -> Result<(), StoreError> {
        let (prefix, of_blobs) = (key::site(site), key::blobs(site));
        let until = key::after(&prefix);
        loop {
            let epoch = self.shared.epoch();
            let rows = self.shared.rows(Bound::Included(&prefix), &until, FORGET_ROWS)?;
            let last = rows.len() < FORGET_ROWS;
            let changes: Vec<(Vec<u8>, Value)> = rows.into_iter().map(|(row, _)| (row, None)).collect();
            let bytes = changes.iter().map(|(row, _)| row.len()).sum();
            let ids = changes.iter().filter_map(|(row, _)| key::blob_id(row.strip_prefix(&*of_blobs)?));
            let blobs = ids.map(|id| (Address { site: site.clone(), id }, None)).collect();
            let (lines, blob_bytes) = (Vec::new(), 0);
            // Even an empty batch: what earlier ones removed must be durable as well.
            let piece = Queued {
                sequence: 0,
                site: site.clone(),
                changes,
                blobs,
                lines,
                bytes,
                blob_bytes,
                waits: true,
            };
            self.wait(self.shared.enqueue(epoch, piece)?)?;
            if last {
                return Ok(());
            }
        }
    }
}

impl SledStore {
    fn wait(&self, sequence: Sequence) -> Result<(), StoreError> {
        let (sender, receiver) = mpsc::sync_channel(1);
        self.when_durable(
            sequence,
            Box::new(move |outcome| {
                // The receiver is there until it has received.
                let _ = sender.send(outcome);
            }),
        );
        receiver.recv().unwrap_or_else(|_| Err(closed()))
    }
}

impl Drop for SledStore {
    /// Writes what is queued and closes the files.
    fn drop(&mut self) {
        self.shared.close();
        if let Some(committer) = self.committer.take() {
            // A callback may hold the last reference; its own thread then ends by itself.
            if committer.thread().id() != thread::current().id() && committer.join().is_err() {
                tracing::error!("the committer had panicked");
            }
        }
    }
}

struct SledView<'a> {
    shared: &'a Shared,
    site: SiteId,
}

impl View for SledView<'_> {
    fn get(&self, table: Table, row: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.shared.row(&key::row(&self.site, table, row))
    }

    fn scan(
        &self,
        table: Table,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(Row, Vec<u8>)>, StoreError> {
        let prefix = key::table(&self.site, table);
        let until = key::after(&prefix);
        let first = after.map(|row| key::row(&self.site, table, row));
        let from =
            first.as_ref().map_or(Bound::Included(prefix.as_slice()), |row| Bound::Excluded(row.as_slice()));
        let rows = self.shared.rows(from, &until, limit)?;
        let foreign = || StoreError::Damaged { what: "a row's key is not text".to_owned() };
        let name = |key: &[u8]| String::from_utf8(key[prefix.len()..].to_vec()).map_err(|_| foreign());
        rows.into_iter().map(|(key, value)| Ok((name(&key)?, value))).collect()
    }
}

/// How many rows [`Store::forget`] removes at a time.
const FORGET_ROWS: usize = 1_024;
