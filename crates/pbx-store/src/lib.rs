//! The Store port's two implementations: memory, which is the specification, and sled, made durable.
//!
//! ```text
//!  commit ──▶ overlay (views see it at once)
//!     └─────▶ queue ──▶ committer thread, one group of batches at a time:
//!                         1. room on the disk?         no ──▶ the group and the queue are taken back
//!                         2. blobs: each written beside its place, fsync, rename, fsync of the folders
//!                         3. trail: append, fdatasync
//!                         4. sled: one batch with the sentinel, flush, fdatasync
//!                         5. files of dropped blobs: overwritten, removed
//!                         6. acknowledge
//! ```
//!
//! # Invariants
//!
//! - Nothing is acknowledged before `fdatasync` has returned for the blobs, the trail and sled.
//! - A row never reaches the disk without the recorder lines of its batch, and lines are never kept without
//!   the rows: the sentinel row, written with the rows, says how long the trail is.
//! - A blob counts where a row of sled says so, with its length and SHA-256. Its file is there before the row is and
//!   goes after it; a file without a row goes when the store opens, and a row without its file is damage.
//! - A store whose sled lost what its trail holds does not open.
//! - While the disk refuses writes nothing is answered that could not be recorded: see [`SledStore`].
//! - Nothing here looks at a value, a blob or a recorder line; all are opaque bytes.

mod blob;
mod blob_files;
mod committer;
mod directory;
mod engine;
mod error;
mod faults;
mod index;
mod key;
mod limits;
mod memory;
mod overlay;
mod queue;
mod sentinel;
mod shared;
mod sled_store;
mod sync;
mod trail;

#[cfg(test)]
mod tests;

pub use error::OpenStoreError;
pub use faults::Faults;
pub use memory::MemoryStore;
pub use sled_store::{SledOptions, SledStore};
