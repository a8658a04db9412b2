//! Requests about personal data: deadlines, plans, residual search, certificates and OpenDSR, as values.
mod encoding;
mod identity;
mod search;

pub use encoding::Encoding;
pub use identity::{Identifier, IdentifierKind, Identity, Numbering, ParseIdentifierError};
pub use search::{BuildNeedlesError, Hit, Hits, Needles, Searcher};
