use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use pbx_policy::PolicyError;

use crate::StartError;
use crate::error::READ;

/// The text of a file that somebody wrote: a scenario or a policy.
pub(crate) fn read_text(path: &Path) -> Result<String, StartError> {
    let failed = |source| StartError::File { action: READ, path: path.to_owned(), source };
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(TEXT_BYTES_MAX + 1).read_to_end(&mut bytes))
        .map_err(failed)?;
    if bytes.len() as u64 > TEXT_BYTES_MAX {
        return Err(failed(io::ErrorKind::FileTooLarge.into()));
    }
    String::from_utf8(bytes).map_err(|error| {
        let name = path.display().to_string();
        StartError::Mistakes(PolicyError::of_bytes(&name, error.as_bytes(), error.utf8_error()))
    })
}

/// Replaces the file at `path` by one with this mode: complete or not at all, and durable.
pub(crate) fn replace(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut staged = path.as_os_str().to_owned();
    staged.push(".new");
    // A file that a crash left may have another mode.
    match fs::remove_file(&staged) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().create_new(true).write(true).mode(mode).open(&staged)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&staged, path)?;
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// The longest text: the largest scenario, ten thousand sites with some accounts each, is shorter.
const TEXT_BYTES_MAX: u64 = 64 * 1024 * 1024;
