//! Vocabulary, newtypes and ports that every other crate speaks.
//!
//! # Invariants
//!
//! - Nothing here performs I/O, reads a clock or draws a random number.
//! - Nothing here is `async`.
//! - A [`Secret`] or [`DataKey`] cannot be printed, compared in variable time or serialised.

mod blob;
mod entropy;
mod key;
mod name;
mod place;
mod port;
mod secret;
mod store;
mod time;

pub use blob::BlobId;
pub use entropy::Entropy;
pub use key::{DataKey, Generation};
pub use name::{AccountName, ParseNameError, SiteId};
pub use place::{Source, Surface, Transport};
pub use port::{Cipher, CipherError, Pseudonym, Verifier};
pub use secret::Secret;
pub use store::{
    Batch, Change, Durability, Key, Line, Row, Sequence, Store, StoreError, Table, View, WhenDurable,
};
pub use time::Timestamp;
