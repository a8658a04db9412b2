//! The certificate of a request: what was asked, done and left, bound to a line of the flight recorder.
//!
//! ```text
//!   Body ──to_bytes──▶ canonical JSON ──SHA-256──▶ a detail of the record `rehearsal.certified`
//!                                                        │ line of the trail, RFC 6962 leaf
//!   Certificate { body, proof: line + inclusion path + signed checkpoint } ──verify(public key)──▶ Verified
//! ```
//!
//! A certificate names the person by a token. Whoever has it and the public key can verify it without the server.

use pbx_kernel::{SiteId, Timestamp};
use pbx_recorder::Record;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::deadline::Extension;
use crate::finding::{Finding, Score};
use crate::plan::{Plan, Recipient, Verdict};
use crate::request::{Milestone, Request, RequestKind};

mod page;
mod proof;

pub use page::certificate_page;
pub use proof::{Fault, Proof, Verified, verify};

/// A certificate with the evidence for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// What is certified.
    pub body: Body,
    /// That the site's flight recorder says so too.
    pub proof: Proof,
}

impl Certificate {
    /// The longest certificate, in bytes: some thousand findings.
    pub const BYTES_MAX: usize = 1024 * 1024;

    /// The certificate as indented JSON, to be kept as a file.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Parses the JSON; says nothing about whether it is true.
    pub fn parse(json: &[u8]) -> Result<Self, Fault> {
        if json.len() > Self::BYTES_MAX {
            return Err(Fault::TooLong);
        }
        let certificate: Self = serde_json::from_slice(json).map_err(|_| Fault::Form)?;
        if certificate.body.schema == Body::SCHEMA { Ok(certificate) } else { Err(Fault::Schema) }
    }
}

/// What is certified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// The form: [`Body::SCHEMA`].
    pub schema: String,
    /// The request's id.
    pub request: String,
    /// What was asked for.
    pub kind: RequestKind,
    /// The person's token.
    pub subject: String,
    /// The site.
    pub site: SiteId,
    /// The product that it emulates.
    pub product: String,
    /// The product's release.
    pub release: String,
    /// The last day on which the request could be answered.
    pub last_day: String,
    /// More time, if it was needed.
    pub extension: Option<Extension>,
    /// Whether the certificate is late.
    pub is_overdue: bool,
    /// What was done when.
    pub milestones: Vec<Milestone>,
    /// When the certificate was issued.
    #[serde(with = "crate::rfc3339")]
    pub issued: Timestamp,
    /// What came of it.
    pub answer: Answer,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// A copy of the data was handed over.
    Copy(HandedOver),
    /// The data was erased, as far as it can be.
    Erasure(Erasure),
}

/// A copy of a person's data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandedOver {
    /// SHA-256 of the package, in hex.
    pub package_sha256: String,
    /// How many items of each store are in it; stores that hold nothing about the person are listed with none.
    pub stores: Vec<Held>,
}

/// How much a store holds about a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// The store's id.
    pub store: String,
    /// What the product calls it.
    pub name: String,
    /// How many items.
    pub items: u64,
}

/// What was erased, what was not, and how that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erasure {
    /// What was done in each store.
    pub stores: Plan,
    /// Who was told.
    pub recipients: Vec<Recipient>,
    /// How many bytes the residual search went through.
    pub searched_bytes: u64,
    /// What it found.
    pub findings: Vec<Finding>,
    /// The judgement of the manifest, where the site was filled from one.
    pub score: Option<Score>,
    /// What it comes to. [`verify()`] derives it again.
    pub verdict: Verdict,
}

impl Erasure {
    /// The answer to an erasure, with its verdict.
    pub fn new(
        stores: Plan,
        recipients: Vec<Recipient>,
        searched_bytes: u64,
        findings: Vec<Finding>,
        score: Option<Score>,
    ) -> Self {
        let verdict = stores.verdict(&recipients, &findings);
        Self { stores, recipients, searched_bytes, findings, score, verdict }
    }
}

impl Body {
    /// The form that this version writes and verifies.
    pub const SCHEMA: &str = "understudy-certificate/1";
    /// The event of the record that commits to a certificate.
    pub const EVENT: &str = "rehearsal.certified";
    /// The detail of that record that holds [`Body::digest`].
    pub const DETAIL: &str = "certificate_sha256";

    /// What is certified about `request` at `now`.
    pub fn new(
        request: &Request,
        now: Timestamp,
        product: impl Into<String>,
        release: impl Into<String>,
        answer: Answer,
    ) -> Self {
        Self {
            schema: Self::SCHEMA.to_owned(),
            request: request.id().to_owned(),
            kind: request.kind(),
            subject: request.subject().to_owned(),
            site: request.site().clone(),
            product: product.into(),
            release: release.into(),
            last_day: request.deadline().last_day(),
            extension: request.deadline().extension().cloned(),
            is_overdue: request.is_overdue(now),
            milestones: request.milestones().to_vec(),
            issued: now,
            answer,
        }
    }

    /// The one way of writing it: compact JSON, members in the order of the declaration.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// SHA-256 of [`Body::to_bytes`], in hex.
    pub fn digest(&self) -> String {
        hex::encode(Sha256::digest(self.to_bytes()))
    }

    /// The record that commits to it, for the site's trail; the caller adds who issued it.
    pub fn record(&self, surface: &'static str) -> Record {
        Record::new(
            self.issued,
            self.site.clone(),
            self.product.clone(),
            surface,
            Self::EVENT,
            pbx_recorder::Outcome::Ok,
        )
        .with_detail("request", self.request.as_str())
        .with_detail(Self::DETAIL, self.digest())
    }
}

#[cfg(test)]
mod tests;
