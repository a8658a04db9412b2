use std::io;
use std::path::{Path, PathBuf};

use pbx_kernel::Entropy;
use pbx_world::keep_private;
use russh::keys::ssh_key::LineEnding;
use russh::keys::ssh_key::private::Ed25519Keypair;
use russh::keys::{HashAlg, PrivateKey};
use zeroize::Zeroizing;

/// The Ed25519 key by which a site shows who it is.
#[derive(Clone)]
pub struct HostKey(pub(crate) PrivateKey);

/// Why a host key cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostKeyError {
    /// Its file cannot be read or written.
    #[error("cannot use the host key file {path}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is not a key.
    #[error("the host key is not a private key in OpenSSH form")]
    Key(#[source] russh::keys::ssh_key::Error),
}

impl HostKey {
    /// The key in the file at `path`, in OpenSSH form, made there (mode 0600) at the first start.
    pub fn open(path: &Path, entropy: &mut dyn Entropy) -> Result<Self, HostKeyError> {
        let text = keep_private(path, || {
            Ok(generate(entropy).to_openssh(LineEnding::LF).map_err(io::Error::other)?.to_string())
        });
        let text = text.map_err(|source| HostKeyError::File { path: path.to_owned(), source })?;
        PrivateKey::from_openssh(&text).map(Self).map_err(HostKeyError::Key)
    }

    /// A new key that is not kept.
    pub fn ephemeral(entropy: &mut dyn Entropy) -> Self {
        Self(generate(entropy))
    }

    /// What `ssh-keygen -l` calls it: `SHA256:` and the hash of its public half.
    pub fn fingerprint(&self) -> String {
        self.0.public_key().fingerprint(HashAlg::Sha256).to_string()
    }
}

impl std::fmt::Debug for HostKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HostKey({})", self.fingerprint())
    }
}

fn generate(entropy: &mut dyn Entropy) -> PrivateKey {
    let mut seed = Zeroizing::new([0; Ed25519Keypair::BYTE_SIZE / 2]);
    entropy.fill(seed.as_mut_slice());
    PrivateKey::from(Ed25519Keypair::from_seed(&seed))
}
