//! Requests about personal data: deadlines, plans, residual search, certificates and OpenDSR, as values.
mod certificate;
mod deadline;
mod encoding;
mod finding;
mod identity;
mod ledger;
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
