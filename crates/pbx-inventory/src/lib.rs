//! The record of processing activities that GDPR Art. 30 asks for, made from a site's policy.
//!
//! [`article_30`] gathers it, [`to_csv`] writes it for people, one row for each field of each store, and
//! [`to_json_ld`] for programs, with terms of the Data Privacy Vocabulary 2. The policy is the only source: what a
//! report says of a store stands there, with its citation.
//!
//! # Invariants
//!
//! - Nothing here performs I/O, reads a clock or draws a random number.
//! - Where a paper is silent the record says so; it never makes an erasure out of silence.
//! - No cell of the CSV can be taken for a formula by a spreadsheet.

mod gather;
mod json_ld;
mod sheet;
mod term;

pub use gather::{Activity, FieldUse, Inventory, LegalBasis, Receiver, SiteFacts, article_30};
pub use json_ld::to_json_ld;
pub use sheet::{SheetError, to_csv};

#[cfg(test)]
mod tests;
