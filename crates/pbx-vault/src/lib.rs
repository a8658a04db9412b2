//! Keys, sealing, password hashing and signatures.
//!
//! ```text
//!   root key file (outside the state folder, 0600)
//!        │ HKDF-SHA-256, anew for every write
//!        ▼
//!   keyring file ──▶ per site: site key                 ──▶ SiteCipher::seal, open            (AES-256-GCM)
//!        │                     index key                ──▶ SiteCipher::pseudonym             (HMAC-SHA-256)
//!        │                     root key of generation g ──▶ SiteCipher::seal_root, open_root  (AES-256-GCM)
//!        │                          │ the site's key tree, rows of the store
//!        │                          ▼
//!        │                     one key per subject      ──▶ SiteCipher::seal_under, open_under (AES-256-GCM)
//!        └─────────▶ recorder: signing key              ──▶ Keyring::sign                     (Ed25519)
//! ```
//!
//! # Invariants
//!
//! - No key has `Debug`, `Display` or `Serialize`, and every key is wiped when it is dropped.
//! - A key file that others may read is refused, not repaired.
//! - Whenever the process dies while a keyring is written, the old or the new one opens afterwards.
//! - Verifying a password never takes more memory or passes than named limits allow, whatever the verifier says.

mod cipher;
mod content;
mod draw;
mod entropy;
mod error;
mod file;
mod hasher;
mod keyring;
mod replace;
mod root;

pub use cipher::SiteCipher;
pub use entropy::{SeededEntropy, SystemEntropy};
pub use error::VaultError;
pub use hasher::{HashCost, Hasher, InvalidCost, dummy_verifier};
pub use keyring::Keyring;
