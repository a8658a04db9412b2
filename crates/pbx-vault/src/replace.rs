//! Replacing a key file so that the old keys are gone and a crash loses nothing.
//!
//! ```text
//!   Stage      write keyring.new, sync it        ┐ a crash here: the old keyring opens
//!   KeepOld    link the old one as keyring.old   ┘
//!   Swap       rename keyring.new to keyring, sync the folder
//!   WipeOld    overwrite keyring.old's blocks, sync, remove it      a crash before: done at the next start
//! ```
//!
//! The second name keeps hold of the old blocks, so that a crash after the rename cannot set them free unwiped.
//! What this cannot reach: blocks that a copying file system, a snapshot or a flash disk's wear levelling keeps.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use crate::VaultError;
use crate::file::{beside, remove, sync_folder, wipe, write_new};

/// Replaces the file at `path` by one with `bytes`, durable when it returns.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    recover(path)?;
    Step::ALL.iter().try_for_each(|step| step.take(path, bytes))
}

/// Clears away what a crash during [`replace`] left.
pub(crate) fn recover(path: &Path) -> Result<(), VaultError> {
    wipe(&beside(path, "new"))?;
    Step::WipeOld.take(path, &[])
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Stage,
    KeepOld,
    Swap,
    WipeOld,
}

impl Step {
    pub(crate) const ALL: [Self; 4] = [Self::Stage, Self::KeepOld, Self::Swap, Self::WipeOld];

    pub(crate) fn take(self, path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
        let (new, old) = (beside(path, "new"), beside(path, "old"));
        match self {
            Self::Stage => write_new(&new, bytes),
            Self::KeepOld => match std::fs::hard_link(path, &old) {
                Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                    Err(VaultError::file("link", path)(source))
                }
                _ => Ok(()),
            },
            Self::Swap => {
                std::fs::rename(&new, path).map_err(VaultError::file("replace", path))?;
                sync_folder(path)
            }
            Self::WipeOld => {
                if is_same_file(path, &old) {
                    remove(&old)
                } else {
                    wipe(&old)?;
                    sync_folder(path)
                }
            }
        }
    }
}

/// Whether both names lead to the same blocks.
fn is_same_file(path: &Path, other: &Path) -> bool {
    let id = |it: &Path| it.metadata().ok().map(|it| (it.dev(), it.ino()));
    id(path).is_some() && id(path) == id(other)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[track_caller]
    fn check_alone(path: &Path, content: &str) {
        assert_eq!(fs::read_to_string(path).expect("readable"), content);
        let folder = path.parent().expect("a folder");
        assert_eq!(fs::read_dir(folder).expect("a folder").count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_replaced_file_has_the_new_content_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("keyring");
        for content in ["one", "two", "a longer third"] {
            replace(&path, content.as_bytes()).expect("replaced");
            check_alone(&path, content);
            assert_eq!(fs::metadata(&path).expect("there").mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn after_a_crash_at_any_step_the_old_or_the_new_file_is_there() {
        for done in 0..=Step::ALL.len() {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("keyring");
            replace(&path, b"old").expect("replaced");
            for step in &Step::ALL[..done] {
                step.take(&path, b"new").expect("taken");
            }
            let expected = if done < 3 { "old" } else { "new" };
            assert_eq!(fs::read_to_string(&path).expect("readable"), expected, "after {done} steps");
            recover(&path).expect("recovered");
            check_alone(&path, expected);
            replace(&path, b"next").expect("replaced");
            check_alone(&path, "next");
        }
    }

    #[test]
    fn the_old_blocks_are_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("keyring");
        replace(&path, b"old keys").expect("replaced");
        let witness = folder.path().join("witness");
        fs::hard_link(&path, &witness).expect("linked");
        replace(&path, b"new keys").expect("replaced");
        assert_eq!(fs::read(&witness).expect("readable"), [0; 8]);
        assert_eq!(fs::read(&path).expect("readable"), b"new keys");
    }
}
