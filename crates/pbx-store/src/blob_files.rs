//! The blobs of all sites, one file each.
//!
//! ```text
//! blobs/<site>/<two digits>/<id>        a blob, never changed
//! blobs/<site>/<two digits>/<id>.new    one that is being written
//! ```
//!
//! A file counts only where a row says so. Files are therefore written before the row and removed after it,
//! and whatever a crash leaves without a row goes when the store opens again.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, FileType, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::ops::Bound;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use pbx_kernel::{BlobId, SiteId, StoreError};
use rustix::fs::OFlags;

use crate::blob::{Address, Digest, FOLDER_DIGITS};
use crate::engine::Engine;
use crate::error::refused;
use crate::faults::{Faults, Point};
use crate::key;
use crate::trail::{DIRECTORY_MODE, FILE_MODE, sync_directory};

/// The only writer of the files.
pub(crate) struct BlobFiles {
    directory: PathBuf,
    faults: Faults,
    /// Files without a row that could not be removed yet.
    leftovers: BTreeSet<Address>,
}

impl BlobFiles {
    pub(crate) fn new(directory: PathBuf, faults: Faults) -> Self {
        Self { directory, faults, leftovers: BTreeSet::new() }
    }

    /// Writes all of `blobs` and waits until they are on the disk, or leaves none of them.
    pub(crate) fn write(&mut self, blobs: &[(&Address, &[u8])]) -> Result<(), StoreError> {
        self.remove([]);
        let written = self.write_each(blobs);
        if written.is_err() {
            self.remove(blobs.iter().map(|(address, _)| (*address).clone()));
        }
        written
    }

    /// Removes the files of `blobs`, which no row names any more, and what could not be removed earlier.
    ///
    /// What cannot be removed now is tried again with the next group, and when the store opens.
    pub(crate) fn remove(&mut self, blobs: impl IntoIterator<Item = Address>) {
        self.leftovers.extend(blobs);
        let mut refusal = None;
        let (directory, faults) = (&self.directory, &self.faults);
        self.leftovers.retain(|address| match remove_one(directory, address, faults) {
            Ok(()) => false,
            Err(error) => {
                refusal = Some(error);
                true
            }
        });
        if let Some(error) = refusal {
            tracing::error!(%error, blobs = self.leftovers.len(), "blobs could not be removed yet");
        }
        while self.leftovers.len() > LEFTOVERS_MAX {
            self.leftovers.pop_last();
        }
    }

    fn write_each(&mut self, blobs: &[(&Address, &[u8])]) -> Result<(), StoreError> {
        let mut folders = BTreeSet::new();
        for (address, content) in blobs {
            let path = address.path(&self.directory);
            self.make_folders(&path, &mut folders).map_err(|error| refused("making a folder", &error))?;
            let unnamed = unnamed(&path);
            write_durably(&unnamed, content).map_err(|error| refused("writing a blob", &error))?;
            self.faults.check(Point::BlobWritten)?;
            fs::rename(&unnamed, &path).map_err(|error| refused("naming a blob", &error))?;
            self.leftovers.remove(*address);
            self.faults.check(Point::BlobNamed)?;
        }
        // From the innermost: a folder that is in its parent holds what it should.
        for folder in folders.iter().rev() {
            sync_directory(folder).map_err(|error| refused("syncing a folder", &error))?;
        }
        if blobs.is_empty() { Ok(()) } else { self.faults.check(Point::BlobsSynced) }
    }

    /// Makes the folders of `path` where they are missing and notes them in `folders`, to be synced.
    fn make_folders(&self, path: &Path, folders: &mut BTreeSet<PathBuf>) -> io::Result<()> {
        let inner: Vec<&Path> =
            path.ancestors().skip(1).take_while(|folder| **folder != self.directory).collect();
        for folder in inner.into_iter().rev() {
            if folders.insert(folder.to_owned()) {
                match DirBuilder::new().mode(DIRECTORY_MODE).create(folder) {
                    Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
                    _ => {}
                }
            }
        }
        // Also where the folder was there already: whether its entry is durable is not known.
        folders.insert(self.directory.clone());
        Ok(())
    }
}

fn remove_one(directory: &Path, address: &Address, faults: &Faults) -> Result<(), StoreError> {
    faults.check(Point::BlobRemoval)?;
    let path = address.path(directory);
    let erased = erase(&unnamed(&path)).and_then(|()| erase(&path));
    erased.map_err(|error| refused("removing a blob", &error))
}

/// Whether every blob that a row names has its file, of the length that the row says.
pub(crate) fn check(directory: &Path, engine: &Engine) -> Result<(), StoreError> {
    let mut from = key::SITES.to_vec();
    while let Some(site) = next_site(engine, &from)? {
        from = key::after(&key::site(&site));
        let prefix = key::blobs(&site);
        engine.range(Bound::Included(&prefix), &key::after(&prefix), |rows| {
            for row in rows {
                let (key, row) = row?;
                check_one(directory, &site, &key[prefix.len()..], &row)?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn next_site(engine: &Engine, from: &[u8]) -> Result<Option<SiteId>, StoreError> {
    let first = engine.range(Bound::Included(from), key::SITES_END, |rows| rows.next().transpose())?;
    let foreign = || StoreError::Damaged { what: "sled holds a row of no site".to_owned() };
    first.map(|(key, _)| key::site_of(&key).ok_or_else(foreign)).transpose()
}

fn check_one(directory: &Path, site: &SiteId, name: &[u8], row: &[u8]) -> Result<(), StoreError> {
    let foreign = || StoreError::Damaged { what: "the row of a blob is not one".to_owned() };
    let address = Address { site: site.clone(), id: key::blob_id(name).ok_or_else(foreign)? };
    let digest = Digest::decode(row).ok_or_else(foreign)?;
    match fs::metadata(address.path(directory)) {
        Ok(found) if found.len() == digest.bytes => Ok(()),
        Ok(found) => {
            let (held, wanted) = (found.len(), digest.bytes);
            Err(address.damaged(&format!("has {held} bytes, but {wanted} were acknowledged")))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Err(address.damaged("is missing")),
        Err(error) => Err(refused("looking at a blob", &error)),
    }
}

/// Removes the files that no row names: they were never acknowledged, or are dropped already.
///
/// Whatever else lies in the folders was not written here and is left alone.
pub(crate) fn sweep(directory: &Path, engine: &Engine) -> Result<(), StoreError> {
    let io = |error: io::Error| refused("sweeping the blobs", &error);
    for (site_folder, site) in
        entries(directory, FileType::is_dir, |name| SiteId::parse(name).ok()).map_err(io)?
    {
        for (folder, digits) in entries(&site_folder, FileType::is_dir, folder_digits).map_err(io)? {
            for (path, id) in entries(&folder, FileType::is_file, blob_of_file).map_err(io)? {
                let address = Address { site: site.clone(), id };
                if !address.id.to_string().starts_with(&digits) {
                    continue;
                }
                let is_named = address.path(directory) == path;
                if !is_named || engine.get(&address.key())?.is_none() {
                    erase(&path).map_err(io)?;
                }
            }
        }
    }
    Ok(())
}

/// The entries of one kind in `folder` whose name `parse` understands.
fn entries<T>(
    folder: &Path,
    is_kind: fn(&FileType) -> bool,
    parse: impl Fn(&str) -> Option<T>,
) -> io::Result<Vec<(PathBuf, T)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !is_kind(&entry.file_type()?) {
            continue;
        }
        found.extend(entry.file_name().to_str().and_then(&parse).map(|name| (entry.path(), name)));
    }
    Ok(found)
}

fn folder_digits(name: &str) -> Option<String> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (name.len() == FOLDER_DIGITS && name.bytes().all(is_digit)).then(|| name.to_owned())
}

fn blob_of_file(name: &str) -> Option<BlobId> {
    BlobId::parse(name.strip_suffix(UNNAMED).unwrap_or(name)).ok()
}

/// What the file of a blob is called while it is being written.
fn unnamed(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(UNNAMED);
    PathBuf::from(name)
}

fn write_durably(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(FILE_MODE).open(path)?;
    file.write_all(content)?;
    file.sync_data()
}

/// Overwrites the file's blocks, then removes it; nothing happens where there is none.
fn erase(path: &Path) -> io::Result<()> {
    match overwrite(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        // What it holds is sealed, and keeping the file would help nobody.
        Err(error) => tracing::warn!(%error, "the blocks of a removed blob could not be overwritten"),
        Ok(()) => {}
    }
    // Not synced: where the removal is lost with the power, the file has no row when the store opens.
    fs::remove_file(path)
}

fn overwrite(path: &Path) -> io::Result<()> {
    let no_follow = OFlags::NOFOLLOW.bits().cast_signed();
    let mut file = OpenOptions::new().write(true).custom_flags(no_follow).open(path)?;
    let zeros = io::Read::take(io::repeat(0), file.metadata()?.len());
    io::copy(&mut io::BufReader::with_capacity(OVERWRITE_BYTES, zeros), &mut file)?;
    file.sync_data()
}

/// Ends the name of a file that is being written.
const UNNAMED: &str = ".new";

/// How many files that could not be removed are tried again while the store is open; the others wait until it opens.
const LEFTOVERS_MAX: usize = 4_096;

/// How much is overwritten at a time.
const OVERWRITE_BYTES: usize = 64 * 1024;
