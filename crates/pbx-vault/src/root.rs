//! The operator's root key.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use hkdf::Hkdf;
use pbx_kernel::Entropy;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::VaultError;
use crate::cipher::{Key, new_key};
use crate::file::{beside, folder_of, read_private, remove, sync_folder, write_new};

/// The key that opens a keyring. Its file is text, so that it can be printed and locked away:
/// a first line that says what it is, then 64 hex digits.
pub(crate) struct RootKey(Key);

impl RootKey {
    /// Reads the key file, or nothing where there is none.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, VaultError> {
        let Some(bytes) = read_private(path, FILE_BYTES_MAX)? else { return Ok(None) };
        let malformed = || VaultError::RootKeyMalformed { path: path.to_owned() };
        let digits = bytes.strip_prefix(TITLE.as_bytes()).ok_or_else(malformed)?;
        let mut key = Key::default();
        hex::decode_to_slice(digits.trim_ascii_end(), key.as_mut_slice()).map_err(|_| malformed())?;
        Ok(Some(Self(key)))
    }

    /// Draws a key and writes its file, which must not exist, complete or not at all.
    pub(crate) fn create(path: &Path, entropy: &mut dyn Entropy) -> Result<Self, VaultError> {
        let folder = folder_of(path);
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(VaultError::file("create the folder", folder))?;
        let key = new_key(entropy);
        let digits = Zeroizing::new(hex::encode(key.as_slice()));
        let text = Zeroizing::new(format!("{TITLE}{}\n", digits.as_str()));
        let staged = beside(path, "new");
        remove(&staged)?;
        write_new(&staged, text.as_bytes())?;
        // A link, because unlike a rename it never replaces a key that someone put there meanwhile.
        std::fs::hard_link(&staged, path).map_err(VaultError::file("create", path))?;
        remove(&staged)?;
        sync_folder(path)?;
        Ok(Self(key))
    }

    /// The first bytes of a hash of the key: tells a wrong key from a damaged keyring, and nothing else.
    pub(crate) fn id(&self) -> [u8; ID_BYTES] {
        let mut id = [0; ID_BYTES];
        self.expand(b"understudy root key id", &mut id);
        id
    }

    /// The key that seals the keyring's write number `serial`: no two writes share one, whatever their nonces.
    pub(crate) fn sealing_key(&self, serial: u64) -> Key {
        let mut key = Key::default();
        self.expand(&[b"understudy keyring ", serial.to_be_bytes().as_slice()].concat(), key.as_mut_slice());
        key
    }

    #[expect(clippy::expect_used, reason = "HKDF-SHA-256 refuses only outputs of more than 8,160 bytes")]
    fn expand(&self, purpose: &[u8], output: &mut [u8]) {
        Hkdf::<Sha256>::new(None, self.0.as_slice()).expand(purpose, output).expect("a short output");
    }
}

pub(crate) const ID_BYTES: usize = 8;
const TITLE: &str = "understudy root key 1\n";
/// The title, the digits, and a newline in any of its forms.
const FILE_BYTES_MAX: usize = 128;
