use std::io;
use std::path::{Path, PathBuf};

/// Why keys are not to be had. Every text says what to do; none contains a key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// A file operation failed.
    #[error("cannot {action} {path}")]
    File {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
    /// The keyring is there and its root key is not.
    #[error("the root key {root_key} is missing, but the keyring {keyring} needs it: put the key file back")]
    RootKeyMissing {
        /// Where the root key should be.
        root_key: PathBuf,
        /// The keyring that it opens.
        keyring: PathBuf,
    },
    /// Others may read a key file.
    #[error(
        "others may read or write {path} (mode {mode:03o}): run chmod 600 on it, or make new keys if it was read"
    )]
    Exposed {
        /// Which file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The root key would be copied with the state that it protects.
    #[error("the root key {root_key} lies inside the state folder {state}: keep it elsewhere")]
    RootKeyInsideState {
        /// Where the root key is.
        root_key: PathBuf,
        /// The folder that must not hold it.
        state: PathBuf,
    },
    /// The file is not a root key.
    #[error("{path} is not a root key file: restore it, or remove it if no keyring was made with it")]
    RootKeyMalformed {
        /// Which file.
        path: PathBuf,
    },
    /// The keyring was sealed with another root key.
    #[error(
        "the keyring {keyring} was sealed with another root key than {root_key}: point to the right key file"
    )]
    WrongRootKey {
        /// Which keyring.
        keyring: PathBuf,
        /// The key that does not fit.
        root_key: PathBuf,
    },
    /// The keyring was changed or cut.
    #[error("the keyring {path} is damaged: restore it from its own backup")]
    KeyringDamaged {
        /// Which file.
        path: PathBuf,
    },
    /// More sites than a keyring holds.
    #[error("a keyring holds at most {max} sites")]
    TooManySites {
        /// How many it holds.
        max: usize,
    },
    /// The generation's key was never made, or it was destroyed.
    #[error("the keyring has no key of generation {generation} for the site {site}")]
    UnknownGeneration {
        /// Which site.
        site: String,
        /// Which generation.
        generation: u64,
    },
    /// No key was made for the site, or it was destroyed.
    #[error("the keyring has no key for the site {site}")]
    UnknownSite {
        /// Which site.
        site: String,
    },
}

impl VaultError {
    /// Wraps what the file system said about `action` on `path`.
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { action, path, source }
    }
}
