//! Files that only their owner may read.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::VaultError;

/// Reads a whole file of at most `bytes_max` bytes, or nothing where there is no file.
///
/// Refuses a file that others than its owner may read or write. A longer file is cut, and so fails to parse.
pub(crate) fn read_private(path: &Path, bytes_max: usize) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(VaultError::file("open", path)(source)),
    };
    let metadata = file.metadata().map_err(VaultError::file("examine", path))?;
    let mode = metadata.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(VaultError::Exposed { path: path.to_owned(), mode });
    }
    // Room for the whole file at once: a vector that grows leaves copies of keys behind.
    let length = usize::try_from(metadata.len()).unwrap_or(usize::MAX).min(bytes_max);
    let mut bytes = Zeroizing::new(Vec::with_capacity(length + 1));
    file.take(bytes_max as u64).read_to_end(&mut bytes).map_err(VaultError::file("read", path))?;
    Ok(Some(bytes))
}

/// Writes a new file with mode 0600 and waits until its content is on the disk. Its name may not be yet.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = opened.map_err(VaultError::file("create", path))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(VaultError::file("write", path))
}

/// Overwrites a file's blocks with zeros, waits for the disk and removes the file. Nothing happens where there is none.
pub(crate) fn wipe(path: &Path) -> Result<(), VaultError> {
    let mut file = match OpenOptions::new().write(true).open(path) {
        Ok(file) => file,
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(VaultError::file("open", path)(source)),
    };
    let mut overwrite = || {
        let mut left = file.metadata()?.len();
        while left > 0 {
            let length = usize::try_from(left).unwrap_or(usize::MAX).min(ZEROS.len());
            file.write_all(&ZEROS[..length])?;
            left -= length as u64;
        }
        file.sync_all()
    };
    overwrite().map_err(VaultError::file("overwrite", path))?;
    remove(path)
}

/// Removes a file, if it is there.
pub(crate) fn remove(path: &Path) -> Result<(), VaultError> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(VaultError::file("remove", path)(source))
        }
        _ => Ok(()),
    }
}

/// Waits until the names in the folder of `path` are on the disk.
pub(crate) fn sync_folder(path: &Path) -> Result<(), VaultError> {
    let folder = folder_of(path);
    File::open(folder).and_then(|it| it.sync_all()).map_err(VaultError::file("sync", folder))
}

/// The folder that `path` is in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// `keyring` as `keyring.new`.
pub(crate) fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    PathBuf::from(name)
}

/// What wiped blocks are filled with.
static ZEROS: [u8; 4_096] = [0; 4_096];
