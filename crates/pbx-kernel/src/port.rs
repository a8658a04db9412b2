use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{DataKey, Generation};

/// A password as it is kept: a PHC string (`$argon2id$v=19$m=…`). It proves nothing to whoever reads it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Verifier(String);

impl Verifier {
    /// Wraps a PHC string.
    pub fn new(phc: impl Into<String>) -> Self {
        Self(phc.into())
    }

    /// The PHC string, for the hashing pool.
    pub fn as_phc(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<verifier>")
    }
}

/// A name that only the holder of the site's key can link to a person: 32 hex digits of HMAC-SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pseudonym(String);

impl Pseudonym {
    /// Wraps the hex digits.
    pub fn new(hex: impl Into<String>) -> Self {
        Self(hex.into())
    }

    /// The hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Sealing and naming with a site's keys. `pbx-vault` implements it with AES-256-GCM and HMAC-SHA-256.
///
/// Whatever is sealed is bound to the site and to an `address` within it; it opens nowhere else.
pub trait Cipher: Send + Sync {
    /// Seals `plain` with the site's key, for what is nobody's.
    fn seal(&self, address: &[u8], plain: &[u8]) -> Vec<u8>;

    /// Opens what [`Cipher::seal`] made for the same `address`.
    fn open(&self, address: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CipherError>;

    /// The keyed pseudonym of `name` within `domain` (for example `account`).
    fn pseudonym(&self, domain: &str, name: &str) -> Pseudonym;

    /// A new key, never drawn before. A seeded cipher draws the same keys in the same order.
    fn draw_key(&self) -> DataKey;

    /// Seals `plain` with `key`, for what must not open any more once that key is gone.
    fn seal_under(&self, key: &DataKey, address: &[u8], plain: &[u8]) -> Vec<u8>;

    /// Opens what [`Cipher::seal_under`] made with the same `key` for the same `address`.
    fn open_under(&self, key: &DataKey, address: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CipherError>;

    /// The newest generation that this cipher holds the key of: what an erasure seals the key tree's root with.
    fn generation(&self) -> Generation;

    /// Seals the root of the key tree with the key of `generation`, which the sealed bytes state in clear.
    ///
    /// Fails where the cipher does not hold that generation.
    fn seal_root(&self, generation: Generation, address: &[u8], plain: &[u8])
    -> Result<Vec<u8>, CipherError>;

    /// Opens what [`Cipher::seal_root`] made for the same `address`, with any generation that the cipher holds.
    fn open_root(&self, address: &[u8], sealed: &[u8]) -> Result<(Generation, Vec<u8>), CipherError>;
}

/// The sealed bytes were changed, moved, or sealed with a key that is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("sealed data does not open: it was changed, moved, or its key is gone")]
pub struct CipherError;
