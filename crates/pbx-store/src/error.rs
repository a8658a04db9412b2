use std::io;
use std::path::{Path, PathBuf};

use pbx_kernel::StoreError;

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenStoreError {
    /// The files hold less than was once acknowledged, or something else than this crate wrote.
    #[error("the store at {path} is damaged: {what}; keep a copy of it as it is, then restore a backup")]
    Damaged {
        /// The state directory.
        path: PathBuf,
        /// What is missing or wrong.
        what: String,
    },
    /// Another process has the directory open.
    #[error(
        "the state directory {path} is in use: stop the process that uses it, or choose another directory"
    )]
    InUse {
        /// The state directory.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("cannot open {path}")]
    Open {
        /// What was being opened.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The first write failed.
    #[error("cannot write to the store at {path}")]
    Write {
        /// The state directory.
        path: PathBuf,
        /// What the store said.
        #[source]
        source: StoreError,
    },
}

impl OpenStoreError {
    /// For `map_err` after a system call on `path`.
    pub(crate) fn open(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |source| Self::Open { path: path.to_owned(), source }
    }

    pub(crate) fn damaged(path: &Path, what: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), what: what.into() }
    }
}

/// What an error of the disk means to whoever commits.
pub(crate) fn refused(doing: &str, error: &io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            StoreError::Full
        }
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => StoreError::ReadOnly,
        _ => StoreError::Failed { what: format!("{doing}: {error}") },
    }
}
