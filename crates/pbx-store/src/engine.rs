//! sled, with what it lacks: an `fdatasync` after every flush, panics turned into errors, a watch on `blobs/`.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::ops::Bound;
use std::os::unix::fs::PermissionsExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use pbx_kernel::StoreError;

use crate::error::refused;
use crate::key;
use crate::overlay::{Pair, Value};
use crate::sentinel::Sentinel;
use crate::trail::{DIRECTORY_MODE, FILE_MODE, make_directory, sync_directory};

/// An open sled with one tree.
pub(crate) struct Engine {
    // In an `Option` only so that dropping can be watched: sled may panic there.
    db: Option<sled::Db>,
    /// A second descriptor of sled's data file, because sled never syncs its own in time.
    data: File,
    directory: PathBuf,
    blobs_seen: AtomicBool,
}

impl Engine {
    /// Opens or creates the store in `directory` and makes the files' existence durable.
    pub(crate) fn open(directory: &Path, cache_bytes: u64) -> Result<Self, StoreError> {
        let io = |doing: &'static str| move |error: std::io::Error| refused(doing, &error);
        make_directory(directory).map_err(io("making the folder of sled"))?;
        wait_for_release(&directory.join("db")).map_err(io("waiting for the lock of sled"))?;
        let config =
            sled::Config::new().path(directory).cache_capacity(cache_bytes).mode(sled::Mode::LowSpace);
        let db = guarded(|| config.open().map_err(|error| of_sled("opening sled", &error)))?;
        let data = OpenOptions::new().read(true).write(true).open(directory.join("db"));
        let data = data.map_err(io("opening the data file of sled"))?;
        close_to_others(directory).map_err(io("closing the files of sled to others"))?;
        data.sync_all().map_err(io("syncing the data file of sled"))?;
        File::open(directory.join("conf"))
            .and_then(|file| file.sync_all())
            .map_err(io("syncing sled's settings"))?;
        sync_directory(directory).map_err(io("syncing the folder of sled"))?;
        Ok(Self { db: Some(db), data, directory: directory.to_owned(), blobs_seen: AtomicBool::new(false) })
    }

    /// Whether sled holds nothing at all.
    pub(crate) fn is_empty(&self) -> Result<bool, StoreError> {
        self.with(|db| Ok(db.is_empty()))
    }

    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.with(|db| {
            let value = db.get(key).map_err(|error| of_sled("reading", &error))?;
            Ok(value.map(|value| value.to_vec()))
        })
    }

    /// The sentinel; none in a new store.
    pub(crate) fn sentinel(&self) -> Result<Option<Sentinel>, StoreError> {
        let Some(bytes) = self.get(key::SENTINEL)? else { return Ok(None) };
        let damaged = || StoreError::Damaged { what: "the sentinel row is not one".to_owned() };
        Sentinel::decode(&bytes).map(Some).ok_or_else(damaged)
    }

    /// Hands the rows from `from` to before `until` to `read`.
    pub(crate) fn range<T>(
        &self,
        from: Bound<&[u8]>,
        until: &[u8],
        read: impl FnOnce(&mut Rows<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.with(|db| {
            let rows = db.range::<&[u8], _>((from, Bound::Excluded(until)));
            read(&mut rows.map(|row| match row {
                Ok((key, value)) => Ok((key.to_vec(), value.to_vec())),
                Err(error) => Err(of_sled("reading", &error)),
            }))
        })
    }

    /// Writes `changes` atomically; on the disk only after [`Engine::sync`].
    pub(crate) fn apply<'a>(
        &self,
        changes: impl Iterator<Item = (&'a [u8], &'a Value)>,
    ) -> Result<(), StoreError> {
        let mut batch = sled::Batch::default();
        for (key, value) in changes {
            match value {
                Some(value) => batch.insert(key, value.as_ref()),
                None => batch.remove(key),
            }
        }
        self.with(|db| db.apply_batch(batch).map_err(|error| of_sled("writing", &error)))
    }

    /// Waits until everything applied is on the disk.
    pub(crate) fn sync(&self) -> Result<(), StoreError> {
        self.with(|db| db.flush().map_err(|error| of_sled("flushing", &error)))?;
        let io = |error| refused("syncing", &error);
        rustix::fs::fdatasync(&self.data).map_err(|errno| io(errno.into()))?;
        if self.has_blobs().map_err(io)? {
            if !self.blobs_seen.swap(true, Ordering::Relaxed) {
                tracing::error!(
                    "sled wrote a value to a file of its own, which it does not sync: syncing all files"
                );
            }
            rustix::fs::syncfs(&self.data).map_err(|errno| io(errno.into()))?;
        }
        Ok(())
    }

    /// Whether sled put a value into a file of its own. [`pbx_kernel::Batch::VALUE_BYTES_MAX`] keeps it from that.
    fn has_blobs(&self) -> std::io::Result<bool> {
        Ok(fs::read_dir(self.directory.join("blobs"))?.next().is_some())
    }

    fn with<T>(&self, act: impl FnOnce(&sled::Db) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let closed = || StoreError::Failed { what: "sled is closed".to_owned() };
        let db = self.db.as_ref().ok_or_else(closed)?;
        guarded(|| act(db))
    }
}

/// The rows that [`Engine::range`] reads.
pub(crate) type Rows<'a> = dyn Iterator<Item = Result<Pair, StoreError>> + 'a;

impl Drop for Engine {
    fn drop(&mut self) {
        let db = self.db.take();
        if let Err(error) = guarded(|| {
            drop(db);
            Ok(())
        }) {
            tracing::error!(%error, "sled did not close cleanly");
        }
    }
}

/// Waits until nobody holds sled's lock on its data file: sled's threads keep it for a moment after it was dropped.
///
/// No other process has it, for the state directory has a lock of its own.
fn wait_for_release(data: &Path) -> std::io::Result<()> {
    let file = match File::open(data) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    for _ in 0..RELEASE_TRIES {
        match file.try_lock() {
            // Closing the file lets go of the lock.
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => thread::park_timeout(RELEASE_PAUSE),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    // sled says itself that it cannot have the lock.
    Ok(())
}

/// sled panics where it finds its files damaged.
fn guarded<T>(act: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(act)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("something unreadable");
        let said: String = said.chars().take(PANIC_CHARS_MAX).collect();
        Err(StoreError::Damaged { what: format!("sled panicked: {said}") })
    })
}

fn of_sled(doing: &str, error: &sled::Error) -> StoreError {
    match error {
        sled::Error::Io(error) => refused(doing, error),
        sled::Error::Corruption { .. } => StoreError::Damaged { what: format!("{doing}: {error}") },
        other => StoreError::Failed { what: format!("{doing}: {other}") },
    }
}

/// sled creates its files as the umask allows; the folder keeps others out until this is done.
fn close_to_others(directory: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let mode = if entry.file_type()?.is_dir() { DIRECTORY_MODE } else { FILE_MODE };
        fs::set_permissions(entry.path(), fs::Permissions::from_mode(mode))?;
    }
    Ok(())
}

/// How often sled's lock is looked at, and how long between: two seconds, many times what its threads need.
const RELEASE_TRIES: u32 = 200;
const RELEASE_PAUSE: Duration = Duration::from_millis(10);

/// A panic's text may quote a page; it holds sealed bytes only, but nobody reads more than this.
const PANIC_CHARS_MAX: usize = 200;
