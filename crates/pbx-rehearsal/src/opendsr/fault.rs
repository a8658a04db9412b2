use std::fmt;

use serde::Serialize;

/// Why a request is answered with an error: the specification's error object, section 7.6.
///
/// It names members of the request, never their values: an error must not say who the person is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "Envelope")]
pub struct DsrFault {
    code: u16,
    reason: &'static str,
    message: String,
}

impl DsrFault {
    /// Something about the request itself is wrong; `message` says which member and what.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self { code: 400, reason: "invalid", message: message.into() }
    }

    /// The member is missing.
    pub(crate) fn missing(member: &str) -> Self {
        Self { code: 400, reason: "required", message: format!("{member} field is required") }
    }

    /// There is no request of this id.
    pub fn unknown_request() -> Self {
        Self {
            code: 404,
            reason: "notFound",
            message: "there is no request with this subject_request_id".to_owned(),
        }
    }

    /// There is a request of this id already, and it is another.
    pub fn duplicate() -> Self {
        Self {
            code: 400,
            reason: "duplicate",
            message: "subject_request_id is that of another request; make a new one".to_owned(),
        }
    }

    /// The request cannot be cancelled any more.
    pub fn not_pending() -> Self {
        Self {
            code: 400,
            reason: "notPending",
            message: "only a request that is pending can be cancelled".to_owned(),
        }
    }

    /// No site of ours holds data about anybody with these identities, or it is not said which site is meant.
    pub fn no_subject() -> Self {
        Self {
            code: 400,
            reason: "unresolved",
            message: "the identities do not lead to one person at one site; add others, or name the site"
                .to_owned(),
        }
    }

    /// The status of the HTTP response.
    pub const fn code(&self) -> u16 {
        self.code
    }

    /// The body of the HTTP response.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

impl fmt::Display for DsrFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DsrFault {}

#[derive(Serialize)]
struct Envelope {
    error: ErrorObject,
}

#[derive(Serialize)]
struct ErrorObject {
    code: u16,
    message: String,
    errors: [Detail; 1],
}

#[derive(Serialize)]
struct Detail {
    domain: &'static str,
    reason: &'static str,
    message: String,
}

impl From<DsrFault> for Envelope {
    fn from(fault: DsrFault) -> Self {
        let detail = Detail { domain: "Validation", reason: fault.reason, message: fault.message.clone() };
        Self { error: ErrorObject { code: fault.code, message: fault.message, errors: [detail] } }
    }
}
