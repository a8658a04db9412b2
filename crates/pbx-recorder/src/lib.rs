//! The flight recorder: canonical records, an RFC 6962 tree, signed checkpoints and their verification.
//!
//! ```text
//!   Record ──Tip::append──▶ Line ──▶ the store           (one canonical JSON line per event)
//!                │
//!               Tree ──Tip::checkpoint──▶ Checkpoint ──sign──▶ SignedCheckpoint ──▶ disk, collector, paper
//!                                                                      │
//!   the lines, one per row of a file ───────────verify◀────────────────┘
//! ```
//!
//! # Invariants
//!
//! - Nothing here performs I/O, reads a clock or draws a random number; Ed25519 signatures are deterministic.
//! - A record that was written reads back to the same bytes ([`Entry::parse`]); there is one way to write it.
//! - No line is longer than [`Record::LINE_BYTES_MAX`], whatever is put into a record.
//! - [`verify()`] calls a line proven only where a signature over its hash says so.

mod checkpoint;
mod entry;
mod hash;
mod json;
mod note;
mod proof;
mod record;
mod tip;
mod tree;
mod verify;

pub use checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
pub use entry::{Entry, ParseEntryError};
pub use hash::Hash;
pub use note::{ParsePublicKeyError, PublicKey};
pub use proof::{consistency_proof, inclusion_proof, verify_consistency, verify_inclusion};
pub use record::{Object, Outcome, Record};
pub use tip::Tip;
pub use tree::{DamagedTree, Tree};
pub use verify::{Anchor, Anchoring, Checked, Finding, Match, Report, Span, verify};
