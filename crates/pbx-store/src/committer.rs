use std::collections::BTreeMap;
use std::sync::Arc;

use pbx_kernel::StoreError;
use rustix::fs::StatVfsMountFlags;

use crate::blob::Address;
use crate::blob_files::BlobFiles;
use crate::engine::Engine;
use crate::error::refused;
use crate::faults::Point;
use crate::key;
use crate::overlay::Value;
use crate::queue::Queued;
use crate::sentinel::Sentinel;
use crate::shared::Shared;
use crate::sled_store::SledOptions;
use crate::sync::{lock, read, write};
use crate::trail::{Appended, Tip, Trail};

/// The only writer of the files.
///
/// ```text
///      files or trail refuse: undo both          sled refuses: close it
///   Sound ◀───────────────────────────── Sound ───────────────────────────▶ In doubt
///     ▲     reopen sled, undo the group if it got there, then files and trail │
///     └───────────────────────────────────────────────────────────────────────┘
/// ```
pub(crate) struct Committer {
    shared: Arc<Shared>,
    options: SledOptions,
    trail: Trail,
    blobs: BlobFiles,
    /// What was acknowledged last.
    sentinel: Sentinel,
    doubt: Option<Doubt>,
}

/// A group that sled refused: whether it is on the disk is seen only when sled opens again.
struct Doubt {
    group: u64,
    /// What the rows were before, the sentinel among them.
    before: Vec<(Vec<u8>, Value)>,
    /// The blobs that it put.
    blobs: Vec<Address>,
}

impl Committer {
    pub(crate) fn new(shared: Arc<Shared>, options: SledOptions, trail: Trail, sentinel: Sentinel) -> Self {
        let blobs = BlobFiles::new(shared.paths.blobs.clone(), shared.faults.clone());
        Self { shared, options, trail, blobs, sentinel, doubt: None }
    }

    /// Writes group after group until the store is closed.
    pub(crate) fn run(mut self) {
        let _stop = Stop(Arc::clone(&self.shared));
        let mut failing = false;
        while let Some(group) = self.shared.next_group(self.options.lazy_delay) {
            let outcome = self.write(&group);
            // One message when it begins and one when it ends; callers try again as often as they like.
            if failing != outcome.is_err() {
                failing = outcome.is_err();
                match &outcome {
                    Ok(()) => tracing::info!("the disk takes writes again"),
                    Err(error) => tracing::error!(%error, batches = group.len(), "the disk refuses writes"),
                }
            }
            match outcome {
                Ok(()) => self.shared.settle(&group, self.sentinel.sequence),
                Err(error) => self.shared.take_back(error),
            }
        }
    }

    /// Makes `group` durable, or leaves everything as it was; an empty group only tries the disk.
    fn write(&mut self, group: &[Queued]) -> Result<(), StoreError> {
        self.recover()?;
        self.shared.faults.check(Point::Begin)?;
        let blobs = Blobs::of(group);
        self.check_room(group, &blobs)?;
        self.blobs.write(&blobs.put)?;
        let number = self.sentinel.group + 1;
        let block = Block::of(number, group);
        let appended = self.append(&block).inspect_err(|_| {
            self.cut_trail();
            self.blobs.remove(blobs.put_addresses());
        })?;
        let sequence = group.last().map_or(self.sentinel.sequence, |batch| batch.sequence);
        let sentinel = Sentinel { tip: appended.end, group: number, sequence };
        self.write_rows(group, &blobs, sentinel, &appended)?;

        let mut index = lock(&self.shared.index);
        let lines = group.iter().flat_map(|batch| batch.lines.iter().map(|_| &batch.site));
        for (site, offset) in lines.zip(&block.offsets) {
            index.add(site, Tip { bytes: appended.start.bytes + offset, ..appended.start });
        }
        index.reach(appended.end);
        drop(index);
        self.trail.confirm(appended);
        self.sentinel = sentinel;
        self.blobs.remove(blobs.dropped.iter().map(|address| (*address).clone()));
        Ok(())
    }

    fn append(&mut self, block: &Block) -> Result<Appended, StoreError> {
        let appended =
            self.trail.append(&block.bytes).map_err(|error| refused("writing the trail", &error))?;
        self.shared.faults.check(Point::TrailWritten)?;
        Ok(appended)
    }

    /// Tries to cut the trail at once; [`Trail::append`] does it otherwise.
    fn cut_trail(&mut self) {
        if let Err(error) = self.trail.roll_back() {
            tracing::error!(%error, "the trail could not be cut back yet");
        }
    }

    fn write_rows(
        &mut self,
        group: &[Queued],
        blobs: &Blobs<'_>,
        sentinel: Sentinel,
        appended: &Appended,
    ) -> Result<(), StoreError> {
        let own = self.own_rows(sentinel, appended);
        let rows = group.iter().flat_map(|batch| &batch.changes).chain(&own);
        let rows: BTreeMap<&[u8], &Value> = rows.map(|(key, value)| (key.as_slice(), value)).collect();
        let written = {
            let slot = read(&self.shared.engine);
            let Some(engine) = slot.as_ref() else { return Err(closed()) };
            let before = rows.keys().map(|key| Ok((key.to_vec(), engine.get(key)?.map(Arc::from))));
            match before.collect::<Result<Vec<_>, StoreError>>() {
                Ok(before) => self.apply(engine, &rows).map_err(|error| (error, before)),
                // Nothing was applied, but an engine that cannot read is as useless as one that cannot write.
                Err(error) => Err((error, Vec::new())),
            }
        };
        written.map_err(|(error, before)| {
            let blobs = blobs.put_addresses().collect();
            self.doubt = Some(Doubt { group: sentinel.group, before, blobs });
            if let Err(error) = self.recover() {
                tracing::error!(%error, "sled could not be opened again yet");
            }
            error
        })
    }

    /// The rows that the store keeps for itself.
    fn own_rows(&self, sentinel: Sentinel, appended: &Appended) -> Vec<(Vec<u8>, Value)> {
        let mut rows = vec![(key::SENTINEL.to_vec(), Some(Arc::from(sentinel.encode())))];
        if appended.rotated() {
            let finished = self.trail.tip();
            rows.push((key::finished(finished.segment), Some(Arc::from(finished.bytes.to_be_bytes()))));
        }
        rows
    }

    fn apply(&self, engine: &Engine, rows: &BTreeMap<&[u8], &Value>) -> Result<(), StoreError> {
        engine.apply(rows.iter().map(|(key, value)| (*key, *value)))?;
        self.shared.faults.check(Point::Applied)?;
        engine.sync()?;
        self.shared.faults.check(Point::Synced)
    }

    /// Opens sled again after it refused a group, and undoes the group where it reached the disk nevertheless.
    ///
    /// The group's waiters were told that it failed. If the process dies before this has succeeded and the
    /// group did reach the disk, it is there, rows, blobs and lines, when the store opens again.
    fn recover(&mut self) -> Result<(), StoreError> {
        // Its blobs stay until it is known that no row names them.
        let Some(doubt) = &mut self.doubt else { return Ok(()) };
        // sled stays unusable after its first error, so the old one goes, whatever comes of the new one.
        let old = write(&self.shared.engine).take();
        drop(old);
        self.shared.faults.check(Point::Reopen)?;
        let engine = Engine::open(&self.shared.paths.engine, self.options.cache_bytes)?;
        match engine.sentinel()? {
            Some(held) if held.group == doubt.group => {
                engine.apply(doubt.before.iter().map(|(key, value)| (key.as_slice(), value)))?;
            }
            Some(held) if held == self.sentinel => {}
            _ => return Err(StoreError::Damaged { what: "sled lost what was acknowledged".to_owned() }),
        }
        engine.sync()?;
        self.trail.roll_back().map_err(|error| refused("cutting the trail back", &error))?;
        *write(&self.shared.engine) = Some(engine);
        self.blobs.remove(std::mem::take(&mut doubt.blobs));
        self.doubt = None;
        tracing::warn!("sled was opened again after an error");
        Ok(())
    }

    /// Refuses before sled meets a disk that would: sled cannot be used after that.
    fn check_room(&self, group: &[Queued], blobs: &Blobs<'_>) -> Result<(), StoreError> {
        let disk = rustix::fs::statvfs(&self.shared.paths.engine);
        let disk = disk.map_err(|errno| refused("looking at the disk", &errno.into()))?;
        if disk.f_flag.contains(StatVfsMountFlags::RDONLY) {
            return Err(StoreError::ReadOnly);
        }
        let bytes: usize = group.iter().map(|batch| batch.bytes).sum();
        let files = blobs.put.iter().map(|(_, content)| content.len() + BLOB_OVERHEAD_BYTES);
        let wanted = (bytes as u64)
            .saturating_mul(WRITE_AMPLIFICATION)
            .saturating_add(files.sum::<usize>() as u64)
            .saturating_add(self.options.reserve_bytes);
        if disk.f_bavail.saturating_mul(disk.f_frsize) < wanted { Err(StoreError::Full) } else { Ok(()) }
    }
}

/// The bytes that a group adds to the trail.
struct Block {
    bytes: Vec<u8>,
    /// Where each line begins in `bytes`.
    offsets: Vec<u64>,
}

impl Block {
    /// A group without lines adds nothing, an empty one its number, so that the trail is tried as well.
    fn of(number: u64, group: &[Queued]) -> Self {
        let mut block = Self { bytes: Vec::new(), offsets: Vec::new() };
        if !group.is_empty() && group.iter().all(|batch| batch.lines.is_empty()) {
            return block;
        }
        block.bytes.extend_from_slice(format!("\t{number}\n").as_bytes());
        for batch in group {
            for line in &batch.lines {
                block.offsets.push(block.bytes.len() as u64);
                block.bytes.extend_from_slice(batch.site.as_str().as_bytes());
                block.bytes.push(b'\t');
                block.bytes.extend_from_slice(&line.0);
                block.bytes.push(b'\n');
            }
        }
        block
    }
}

/// What becomes of blobs once all batches of a group are applied, in the order of their addresses.
struct Blobs<'a> {
    put: Vec<(&'a Address, &'a [u8])>,
    dropped: Vec<&'a Address>,
}

impl<'a> Blobs<'a> {
    fn of(group: &'a [Queued]) -> Self {
        let writes = group.iter().flat_map(|batch| &batch.blobs);
        let last: BTreeMap<&Address, Option<&[u8]>> =
            writes.map(|(address, content)| (address, content.as_deref())).collect();
        let put = last.iter().filter_map(|(address, content)| Some((*address, (*content)?))).collect();
        let dropped = last.iter().filter(|(_, content)| content.is_none()).map(|(address, _)| *address);
        Self { put, dropped: dropped.collect() }
    }

    fn put_addresses(&self) -> impl Iterator<Item = Address> {
        self.put.iter().map(|(address, _)| (*address).clone())
    }
}

/// Refuses every commit once the thread has ended, even if a callback panicked.
struct Stop(Arc<Shared>);

impl Drop for Stop {
    fn drop(&mut self) {
        lock(&self.0.queue).stop();
        self.0.take_back(StoreError::Failed { what: "the store is closed".to_owned() });
    }
}

/// What is said while sled could not be opened again.
pub(crate) fn closed() -> StoreError {
    StoreError::Failed { what: "the store's disk failed and it could not be opened again yet".to_owned() }
}

/// How many times its bytes a group may take on the disk: the trail, sled's log, and pages rewritten in it.
const WRITE_AMPLIFICATION: u64 = 8;

/// What the file of a blob may take beside its bytes: the rest of its last block, its entry, a folder.
const BLOB_OVERHEAD_BYTES: usize = 8 * 1024;
