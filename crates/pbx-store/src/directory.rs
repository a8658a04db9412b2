//! Opening a state directory: one process at a time, and only if it holds all that was acknowledged.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use pbx_kernel::StoreError;

use crate::blob_files;
use crate::engine::Engine;
use crate::error::OpenStoreError;
use crate::index::Index;
use crate::key;
use crate::overlay::Value;
use crate::sentinel::Sentinel;
use crate::sled_store::SledOptions;
use crate::trail::{self, DIRECTORY_MODE, FILE_MODE, Reader, Tip, Trail};

/// An open state directory.
pub(crate) struct Directory {
    pub(crate) lock: File,
    pub(crate) engine: Engine,
    pub(crate) paths: Paths,
    pub(crate) trail: Trail,
    pub(crate) index: Index,
    pub(crate) sentinel: Sentinel,
}

/// The folders of a state directory.
pub(crate) struct Paths {
    /// sled's files.
    pub(crate) engine: PathBuf,
    /// The trail's segments.
    pub(crate) trail: PathBuf,
    /// The blobs' files.
    pub(crate) blobs: PathBuf,
}

impl Directory {
    pub(crate) fn open(path: &Path, options: &SledOptions) -> Result<Self, OpenStoreError> {
        make(path).map_err(OpenStoreError::open(path))?;
        let lock = lock(path)?;
        let paths =
            Paths { engine: path.join("store"), trail: path.join("trail"), blobs: path.join("blobs") };
        for folder in [&paths.trail, &paths.blobs] {
            trail::make_directory(folder).map_err(OpenStoreError::open(folder))?;
        }
        let segments = trail::segments(&paths.trail).map_err(OpenStoreError::open(&paths.trail))?;
        let in_store = |error| of_store(path, error);
        let engine = Engine::open(&paths.engine, options.cache_bytes).map_err(in_store)?;
        trail::sync_directory(path).map_err(OpenStoreError::open(path))?;
        let sentinel = read_sentinel(&engine, &segments).map_err(in_store)?;
        let wanted = acknowledged(&engine, sentinel.tip).map_err(in_store)?;
        compare(&wanted, &segments).map_err(|what| OpenStoreError::damaged(path, what))?;
        check_tail(&paths.trail, sentinel, &segments).map_err(|what| OpenStoreError::damaged(path, what))?;
        blob_files::check(&paths.blobs, &engine).map_err(in_store)?;

        // All that was acknowledged is there: what was not may go.
        blob_files::sweep(&paths.blobs, &engine).map_err(in_store)?;
        let in_trail = |error| of_trail(path, &paths.trail, error);
        let mut trail =
            Trail::open(&paths.trail, sentinel.tip, options.segment_bytes_max).map_err(in_trail)?;
        trail.roll_back().map_err(in_trail)?;
        let mut index = Index::default();
        for segment in wanted {
            index.read_segment(&paths.trail, segment).map_err(in_trail)?;
        }
        Ok(Self { lock, engine, paths, trail, index, sentinel })
    }
}

/// Makes the directory for its owner alone. One that exists keeps the operator's mode; all folders in it are closed.
fn make(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(DIRECTORY_MODE).create(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(DIRECTORY_MODE))?;
    match path.canonicalize()?.parent() {
        Some(parent) => trail::sync_directory(parent),
        None => Ok(()),
    }
}

/// Takes the lock that ends with the process, however it ends.
fn lock(path: &Path) -> Result<File, OpenStoreError> {
    let name = path.join("lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).mode(FILE_MODE).open(&name);
    let file = file.map_err(OpenStoreError::open(&name))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenStoreError::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(OpenStoreError::Open { path: name, source }),
    }
}

/// The sentinel, written first where everything is new: a segment file exists only after it.
fn read_sentinel(engine: &Engine, segments: &[Tip]) -> Result<Sentinel, StoreError> {
    if let Some(sentinel) = engine.sentinel()? {
        return Ok(sentinel);
    }
    if let Some(last) = segments.last() {
        let what = format!("sled holds no sentinel, but the trail has {} segments", last.segment);
        return Err(StoreError::Damaged { what });
    }
    if !engine.is_empty()? {
        return Err(StoreError::Damaged { what: "sled holds rows but no sentinel".to_owned() });
    }
    let sentinel = Sentinel { tip: Tip { segment: 1, bytes: 0 }, ..Sentinel::default() };
    let value: Value = Some(sentinel.encode().into());
    engine.apply(std::iter::once((key::SENTINEL, &value)))?;
    engine.sync()?;
    Ok(sentinel)
}

/// The segments that were acknowledged and how long each must be.
fn acknowledged(engine: &Engine, tip: Tip) -> Result<Vec<Tip>, StoreError> {
    let mut segments = Vec::new();
    for segment in 1..tip.segment {
        let bytes = engine.get(&key::finished(segment))?;
        let bytes = bytes.and_then(|bytes| Some(u64::from_be_bytes(bytes.try_into().ok()?)));
        let missing =
            || StoreError::Damaged { what: format!("sled lost the length of trail segment {segment}") };
        segments.push(Tip { segment, bytes: bytes.ok_or_else(missing)? });
    }
    segments.push(tip);
    Ok(segments)
}

/// Whether every acknowledged byte of the trail is there.
fn compare(wanted: &[Tip], found: &[Tip]) -> Result<(), String> {
    let last = wanted.last().map_or(0, |tip| tip.segment);
    for Tip { segment, bytes } in wanted {
        let held = found.iter().find(|tip| tip.segment == *segment).map(|tip| tip.bytes);
        match held {
            None if *bytes > 0 => return Err(format!("trail segment {segment} of {bytes} bytes is missing")),
            Some(held) if held < *bytes => {
                return Err(format!(
                    "trail segment {segment} has {held} bytes, but {bytes} were acknowledged"
                ));
            }
            Some(held) if held > *bytes && *segment < last => {
                return Err(format!(
                    "trail segment {segment} has {held} bytes, but was finished with {bytes}"
                ));
            }
            _ => {}
        }
    }
    match found.iter().find(|tip| tip.segment == 0 || tip.segment > last + 1) {
        Some(tip) => Err(format!("sled knows {last} trail segments, but there is number {}", tip.segment)),
        None => Ok(()),
    }
}

/// Whether what lies beyond the tip is at most the one group that was being written.
fn check_tail(directory: &Path, sentinel: Sentinel, segments: &[Tip]) -> Result<(), String> {
    let mut expected = Some(sentinel.group + 1);
    let Tip { segment, bytes } = sentinel.tip;
    for (place, number) in [(sentinel.tip, segment), (Tip { segment: segment + 1, bytes: 0 }, segment + 1)] {
        let Some(found) = segments.iter().find(|tip| tip.segment == number) else { continue };
        for group in groups(directory, place, found.bytes) {
            if Some(group) != expected.take() {
                return Err(format!(
                    "the trail holds group {group}, but sled knows only {} groups and {bytes} bytes of segment {segment}",
                    sentinel.group
                ));
            }
        }
    }
    Ok(())
}

/// The numbers of the groups that begin after `place`; a torn end is not an error there.
fn groups(directory: &Path, place: Tip, end: u64) -> Vec<u64> {
    let mut groups = Vec::new();
    let Ok(mut reader) = Reader::open(directory, place, end) else { return groups };
    while let Ok(Some(entry)) = reader.next() {
        if entry.site.is_empty() {
            groups.extend(std::str::from_utf8(entry.text).ok().and_then(|text| text.parse::<u64>().ok()));
        }
    }
    groups
}

fn of_store(path: &Path, error: StoreError) -> OpenStoreError {
    match error {
        StoreError::Damaged { what } => OpenStoreError::damaged(path, what),
        source => OpenStoreError::Write { path: path.to_owned(), source },
    }
}

fn of_trail(path: &Path, trail: &Path, error: io::Error) -> OpenStoreError {
    match error.kind() {
        io::ErrorKind::InvalidData => {
            OpenStoreError::damaged(path, "the trail holds something that is not a line")
        }
        _ => OpenStoreError::Open { path: trail.to_owned(), source: error },
    }
}
