//! Requests about personal data: deadlines, plans, residual search, certificates and OpenDSR, as values.
mod deadline;
mod encoding;
mod identity;
mod request;
mod search;

pub use deadline::{Deadline, ExtendError, Extension};
pub use encoding::Encoding;
pub use identity::{Identifier, IdentifierKind, Identity, Numbering, ParseIdentifierError};
pub use request::{Milestone, Request, RequestKind, Stage, StepError};
pub use search::{BuildNeedlesError, Hit, Hits, Needles, Searcher};
