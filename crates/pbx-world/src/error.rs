use std::io;
use std::path::PathBuf;

use pbx_kernel::StoreError;
use pbx_policy::PolicyError;
use pbx_recorder::ParsePublicKeyError;
use pbx_store::OpenStoreError;
use pbx_vault::VaultError;

/// Why a world did not start. Nothing listens then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The scenario or a policy is wrong.
    #[error("{0}")]
    Mistakes(PolicyError),
    /// A file could not be used.
    #[error("cannot {action} {path}")]
    File {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A policy was given that no site of the scenario uses.
    #[error("{file} replaces the policy of \"{product}\", but no site of the scenario is one")]
    UnusedPolicy {
        /// The policy's file.
        file: String,
        /// The product that it is for.
        product: String,
    },
    /// The store does not open.
    #[error(transparent)]
    Store(OpenStoreError),
    /// The keys are not to be had.
    #[error(transparent)]
    Vault(VaultError),
    /// There are sites in the store whose keys were in a keyring that is gone.
    #[error(
        "{state} holds sites, but its keyring is gone: put the keyring file back, or begin with another state \
         folder"
    )]
    KeyringLost {
        /// The state folder.
        state: PathBuf,
    },
    /// A site's state could not be used.
    #[error("the site {site} cannot be opened")]
    Site {
        /// Which site.
        site: String,
        /// Why.
        #[source]
        source: pbx_site::Error,
    },
    /// The store opened, but cannot be read.
    #[error("the trails cannot be read")]
    Trails(#[source] StoreError),
    /// The recorder's public key cannot be named.
    #[error("the recorder has no public key for the site {site}")]
    PublicKey {
        /// Which site.
        site: String,
        /// Why.
        #[source]
        source: ParsePublicKeyError,
    },
    /// The hashing workers could not be started.
    #[error("cannot start the threads that hash passwords")]
    Threads(#[source] io::Error),
    /// A deterministic world with a state folder.
    #[error("a deterministic world keeps nothing: whoever knows its seed knows its keys")]
    Deterministic,
    /// There is nothing that could run the world's tasks.
    #[error("a world starts within a tokio runtime")]
    NoRuntime,
}

/// What is done to the files that somebody else wrote.
pub(crate) const READ: &str = "read";

impl StartError {
    /// Whether a file that somebody wrote is wrong, rather than the machine.
    pub fn is_mistake(&self) -> bool {
        matches!(self, Self::Mistakes(_) | Self::UnusedPolicy { .. } | Self::File { action: READ, .. })
    }
}
