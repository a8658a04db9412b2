//! OpenDSR, formerly OpenGDPR, later OpenCompliance: requests of data subjects between a controller and a processor.
//!
//! ```text
//!   POST /v1/<route>       body ──DsrRequest::parse──▶ request ──Processor::receipt──▶ 201, signed
//!   GET /v1/<route>/{id}                    status ──Processor::status───▶ 200, signed
//!   DELETE /v1/<route>/{id}  while pending: ────────Processor::cancellation▶ 202, signed
//!   GET /v1/discovery                       ────────Processor::discovery──▶ 200
//!   on every change of status, to each callback URL: Processor::callback, signed
//! ```
//!
//! Follows the specification, version 1.0, at `github.com/opengdpr/OpenDSR`. Where it is silent or contradicts itself:
//!
//! - All three names of the route and of the headers are understood (section 10.1); an answer uses the name that the
//!   request used. The names of routes ignore case, as the specification's own examples do.
//! - `subject_identities` is an array (section 5.3) or an object with one member per type, as mParticle's version 3
//!   sends it.
//! - `regulation` is required under the newest name only: the older ones do not know it, and mean the GDPR.
//! - `processor_signature` signs the body without that member, which is always the last; the header signs the body as
//!   it is sent. Both are Ed25519 (FIPS 186-5) over the SHA-256 of those bytes.
//! - There is no identity type for a telephone. `phone` is understood; extensions, accounts and the site come in the
//!   processor's own `extensions` object, see [`DsrExtension`].

mod fault;
mod request;
mod response;

pub use fault::DsrFault;
pub use request::{DsrExtension, DsrIdentity, DsrRequest, IdentityFormat, IdentityType, Regulation};
pub use response::{DsrMessage, DsrResults, Processor};

use serde::{Deserialize, Serialize};

use crate::request::{Request, Stage};

/// Which of its three names a controller calls the protocol by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// The first name.
    OpenGdpr,
    /// The second.
    OpenDsr,
    /// The last.
    OpenCompliance,
}

impl Dialect {
    /// All names.
    pub const ALL: [Self; 3] = [Self::OpenGdpr, Self::OpenDsr, Self::OpenCompliance];

    /// The name that `route`, a segment of a path, belongs to.
    pub fn of_route(route: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.route().eq_ignore_ascii_case(route))
    }

    /// The segment of the path under which requests are.
    pub const fn route(self) -> &'static str {
        match self {
            Self::OpenGdpr => "opengdpr_requests",
            Self::OpenDsr => "opendsr_requests",
            Self::OpenCompliance => "opencompliance_requests",
        }
    }

    /// The header that says which processor signed.
    pub const fn domain_header(self) -> &'static str {
        match self {
            Self::OpenGdpr => "X-OpenGDPR-Processor-Domain",
            Self::OpenDsr => "X-OpenDSR-Processor-Domain",
            Self::OpenCompliance => "X-OpenCompliance-Processor-Domain",
        }
    }

    /// The header with the signature.
    pub const fn signature_header(self) -> &'static str {
        match self {
            Self::OpenGdpr => "X-OpenGDPR-Signature",
            Self::OpenDsr => "X-OpenDSR-Signature",
            Self::OpenCompliance => "X-OpenCompliance-Signature",
        }
    }
}

/// How far a request has come, in the protocol's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DsrStatus {
    /// Received, and nothing done yet: it may be cancelled.
    Pending,
    /// Being acted on.
    InProgress,
    /// Fulfilled.
    Completed,
    /// Ended without being fulfilled.
    Cancelled,
}

impl DsrStatus {
    /// The status of `request`. The protocol has no word for a refusal: it is a request that ended unfulfilled.
    pub fn of(request: &Request) -> Self {
        match request.stage() {
            Stage::Received | Stage::IdentityVerified => Self::Pending,
            Stage::Located
            | Stage::Packaged
            | Stage::Planned
            | Stage::DryRun
            | Stage::Executed
            | Stage::Notified
            | Stage::Searched => Self::InProgress,
            Stage::Certified | Stage::RestoreDrilled | Stage::Closed => Self::Completed,
            Stage::Refused | Stage::Cancelled => Self::Cancelled,
        }
    }

    /// Whether the controller may cancel the request: section 9.
    pub fn may_be_cancelled(self) -> Result<(), DsrFault> {
        if self == Self::Pending { Ok(()) } else { Err(DsrFault::not_pending()) }
    }
}

/// The version that answers and the discovery document name.
const API_VERSION: &str = "1.0";

#[cfg(test)]
mod tests;
