//! The state folder: the store, the keyring, the checkpoints, the public keys.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pbx_kernel::{Entropy, SiteId, Store};
use pbx_store::{Faults, MemoryStore, SledOptions, SledStore};
use pbx_vault::Keyring;

use crate::StartError;

/// What a world keeps, opened.
pub(crate) struct State {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) faults: Faults,
    pub(crate) keyring: Keyring,
    /// The folder; `None` where everything ends with the process.
    pub(crate) folder: Option<PathBuf>,
}

impl State {
    /// Opens the state in `folder`, or makes it, with keys for all of `sites`.
    pub(crate) fn open(
        folder: Option<&Path>,
        root_key: Option<&Path>,
        sites: &[SiteId],
        entropy: &mut dyn Entropy,
    ) -> Result<Self, StartError> {
        let mut state = match folder {
            Some(folder) => Self::on_disk(folder, root_key, entropy)?,
            None => Self::in_memory(entropy),
        };
        state.keyring.ensure_sites(sites, entropy).map_err(StartError::Vault)?;
        Ok(state)
    }

    fn in_memory(entropy: &mut dyn Entropy) -> Self {
        let store = MemoryStore::new();
        let faults = store.faults();
        Self { store: Arc::new(store), faults, keyring: Keyring::ephemeral(entropy), folder: None }
    }

    fn on_disk(
        folder: &Path,
        root_key: Option<&Path>,
        entropy: &mut dyn Entropy,
    ) -> Result<Self, StartError> {
        // First the store: it locks the folder, so that no second process touches the keys.
        let store = SledStore::open(folder, SledOptions::default()).map_err(StartError::Store)?;
        let faults = store.faults();
        let beside = beside(folder);
        let root_key = root_key.unwrap_or(&beside);
        let keyring =
            Keyring::open_or_create(&folder.join("keyring"), root_key, entropy).map_err(StartError::Vault)?;
        if keyring.is_new() && !store.sites().map_err(StartError::Trails)?.is_empty() {
            return Err(StartError::KeyringLost { state: folder.to_owned() });
        }
        Ok(Self { store: Arc::new(store), faults, keyring, folder: Some(folder.to_owned()) })
    }
}

/// Where the root key is kept if nobody says: beside the state folder, so that a copy of the folder has no key.
fn beside(folder: &Path) -> PathBuf {
    let mut name = folder.components().as_path().as_os_str().to_owned();
    name.push(".root-key");
    PathBuf::from(name)
}
