//! Requests about personal data: deadlines, plans, residual search, certificates and OpenDSR, as values.
//!
//! ```text
//!   OpenDSR body ─▶ DsrRequest ─▶ Request ─▶ Identity ─▶ Needles ─▶ Searcher ─▶ Finding ─┐
//!                                    │                                                   ├─▶ Verdict ─▶ Certificate
//!                                    └──▶ Plan: a decision per store, executed elsewhere ┘      │
//!                                                  └──▶ LedgerEntry                             └─▶ verify
//! ```
//!
//! # Invariants
//!
//! - Nothing here performs I/O, reads a clock or draws a random number; Ed25519 signatures are deterministic.
//! - A [`Request`] that refuses a step is unchanged; no stage is reached twice.
//! - A [`Verdict`] is never complete where a paper is silent, a product cannot, a recipient has not answered or a
//!   finding is unexplained, and [`verify()`] derives it again.
//! - What identifies a person is in an [`Identifier`] or a [`Secret`](pbx_kernel::Secret), which cannot be printed; no
//!   error, finding, ledger entry or certificate repeats it.

mod certificate;
mod deadline;
mod encoding;
mod finding;
mod identity;
mod ledger;
pub mod opendsr;
mod plan;
mod request;
mod rfc3339;
mod search;

pub use certificate::{
    Answer, Body, Certificate, Erasure, Fault, HandedOver, Held, Proof, Verified, certificate_page, verify,
};
pub use deadline::{Deadline, ExtendError, Extension};
pub use encoding::Encoding;
pub use finding::{Explanation, Explanations, Finding, ItemId, Place, Score, findings, search};
pub use identity::{Identifier, IdentifierKind, Identity, Numbering, ParseIdentifierError};
pub use ledger::{DamagedEntry, Ledger, LedgerEntry, LedgerStore, Recognition, Token};
pub use plan::{Decision, Method, Outcome, Plan, Recipient, Remark, RemarkKind, StorePlan, Verdict};
pub use request::{Milestone, Request, RequestKind, Stage, StepError};
pub use search::{BuildNeedlesError, Hit, Hits, Needles, Searcher};
