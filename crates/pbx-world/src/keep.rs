use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::Path;

use crate::file::replace;

/// The secret in the file at `path`, made by `make` and kept there (mode 0600) at the first start.
///
/// A file that others than its owner may read is refused: what it holds is a secret no longer.
pub fn keep_private(path: &Path, make: impl FnOnce() -> io::Result<String>) -> io::Result<String> {
    match File::open(path) {
        Ok(file) => {
            let mode = file.metadata()?.mode() & 0o777;
            if mode & 0o077 != 0 {
                let what =
                    format!("{} may be read by others (mode {mode:04o}): chmod 600 it", path.display());
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, what));
            }
            io::read_to_string(file)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let text = make()?;
            write_whole(path, &text, 0o600)?;
            Ok(text)
        }
        Err(error) => Err(error),
    }
}

/// Writes a file so that a reader sees all of it or the one before, with its folders (mode 0700) where they are missing.
pub fn write_whole(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    replace(path, text.as_bytes(), mode)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_secret_is_made_once_and_kept_for_its_owner_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("keys/token");
        assert_eq!(keep_private(&path, || Ok("first".to_owned())).expect("made"), "first");
        assert_eq!(keep_private(&path, || Ok("second".to_owned())).expect("kept"), "first");
        assert_eq!(fs::metadata(&path).expect("there").mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(folder.path().join("keys")).expect("there").mode() & 0o777, 0o700);
    }

    #[test]
    fn a_secret_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("token");
        keep_private(&path, || Ok("secret".to_owned())).expect("made");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("changed");
        let error = keep_private(&path, || Ok("other".to_owned())).expect_err("refused");
        assert!(error.to_string().contains("0640"), "{error}");
    }

    #[test]
    fn what_a_crash_left_is_no_hindrance() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        fs::write(folder.path().join("file.new"), "half").expect("written");
        write_whole(&path, "whole", 0o644).expect("written");
        assert_eq!(fs::read_to_string(&path).expect("there"), "whole");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }
}
