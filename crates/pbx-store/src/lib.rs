//! The Store port's two implementations: memory, which is the specification, and sled, made durable.
//!
//! ```text
//!  commit ──▶ overlay (views see it at once)
//!     └─────▶ queue ──▶ committer thread, one group of batches at a time:
//!                         1. room on the disk?         no ──▶ the group and the queue are taken back
//!                         2. trail: append, fdatasync
//!                         3. sled: one batch with the sentinel, flush, fdatasync
//!                         4. acknowledge
//! ```
//!
//! # Invariants
//!
//! - Nothing is acknowledged before `fdatasync` has returned for the trail and for sled.
//! - A row never reaches the disk without the recorder lines of its batch, and lines are never kept without
//!   the rows: the sentinel row, written with the rows, says how long the trail is.
//! - A store whose sled lost what its trail holds does not open.
//! - While the disk refuses writes nothing is answered that could not be recorded: see [`SledStore`].
//! - Nothing here looks at a value or a recorder line; both are opaque bytes.

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
