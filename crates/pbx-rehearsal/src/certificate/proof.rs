use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pbx_recorder::{
    CheckpointError, Entry, Hash, PublicKey, SignedCheckpoint, inclusion_proof, verify_inclusion,
};
use serde::{Deserialize, Serialize};

use super::{Answer, Body, Certificate};
use crate::request::RequestKind;

/// That a line is in a trail whose checkpoint is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The line of the flight recorder that commits to the body, without its newline.
    pub line: String,
    /// The hashes from the line's leaf to the root, RFC 6962 section 2.1.1, in hex.
    pub path: Vec<String>,
    /// The signed checkpoint, C2SP tlog-checkpoint.
    pub checkpoint: String,
}

impl Proof {
    /// Proves that `line` is leaf `index` of the trail with these `leaves`, which `checkpoint` covers.
    ///
    /// Nothing where it does not cover it, or the leaf is another.
    pub fn new(line: &[u8], index: usize, leaves: &[Hash], checkpoint: &SignedCheckpoint) -> Option<Self> {
        let covered = leaves.get(..usize::try_from(checkpoint.claim().size).ok()?)?;
        if covered.get(index) != Some(&Hash::of_leaf(line)) {
            return None;
        }
        Some(Self {
            line: String::from_utf8(line.to_vec()).ok()?,
            path: inclusion_proof(covered, index)?.iter().map(ToString::to_string).collect(),
            checkpoint: checkpoint.as_str().to_owned(),
        })
    }

    /// The proof as other tools read it: C2SP tlog-proof. Nothing where it is damaged.
    pub fn to_tlog_proof(&self) -> Option<String> {
        let entry = Entry::parse(self.line.as_bytes()).ok()?;
        let mut text = format!("c2sp.org/tlog-proof@v1\nindex {}\n", entry.seq);
        for hash in self.hashes()? {
            writeln!(text, "{}", STANDARD.encode(hash.as_bytes())).ok()?;
        }
        Some(format!("{text}\n{}", self.checkpoint))
    }

    fn hashes(&self) -> Option<Vec<Hash>> {
        let is_short = self.path.len() <= PATH_HASHES_MAX;
        is_short.then(|| self.path.iter().map(|it| Hash::parse(it)).collect())?
    }
}

/// A certificate that is what the site's flight recorder says was issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// What is certified.
    pub body: Body,
    /// The number of the line that commits to it.
    pub line: u64,
    /// How many lines the checkpoint covers.
    pub size: u64,
    /// The trail: the name of the key that signed it.
    pub origin: String,
}

/// Verifies a certificate: needs nothing but the public key of the site's trail.
///
/// It is true where the line commits to the body, the line is in the trail that the checkpoint covers, the key signed
/// the checkpoint, and the verdict is what the evidence in the body comes to.
pub fn verify(json: &[u8], key: &PublicKey) -> Result<Verified, Fault> {
    let Certificate { body, proof } = Certificate::parse(json)?;
    let entry = Entry::parse(proof.line.as_bytes()).map_err(|_| Fault::Line)?;
    let record = &entry.record;
    let detail = |name: &str| record.detail().get(name).map(String::as_str);
    let is_ours = record.event == Body::EVENT
        && record.outcome == pbx_recorder::Outcome::Ok
        && record.site == body.site
        && record.product == body.product.as_str()
        && detail("request") == Some(body.request.as_str());
    if !is_ours {
        return Err(Fault::OtherLine);
    }
    if detail(Body::DETAIL) != Some(body.digest().as_str()) {
        return Err(Fault::Body);
    }
    let checkpoint = SignedCheckpoint::parse(&proof.checkpoint).map_err(Fault::Checkpoint)?;
    let claim = checkpoint.verify(key).map_err(Fault::Checkpoint)?;
    let path = proof.hashes().ok_or(Fault::Inclusion)?;
    let leaf = Hash::of_leaf(proof.line.as_bytes());
    if !verify_inclusion(leaf, entry.seq, claim.size, &path, claim.root) {
        return Err(Fault::Inclusion);
    }
    if !is_consistent(&body) {
        return Err(Fault::Verdict);
    }
    Ok(Verified { line: entry.seq, size: claim.size, origin: claim.origin.clone(), body })
}

/// Whether the body's conclusions follow from its evidence.
fn is_consistent(body: &Body) -> bool {
    match &body.answer {
        Answer::Copy(_) => body.kind != RequestKind::Erasure,
        Answer::Erasure(erasure) => {
            let verdict = erasure.stores.verdict(&erasure.recipients, &erasure.findings);
            body.kind == RequestKind::Erasure && verdict == erasure.verdict
        }
    }
}

/// Why a certificate proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// Longer than [`Certificate::BYTES_MAX`].
    #[error("it is longer than any certificate")]
    TooLong,
    /// Not JSON, or not with a certificate's members.
    #[error("it is not a certificate: a member is missing, unknown, twice there or of another type")]
    Form,
    /// Of another version.
    #[error("it is a certificate of another version; verify it with the program that issued it")]
    Schema,
    /// The line is not one of a flight recorder.
    #[error("its line is not one that a flight recorder wrote")]
    Line,
    /// The line speaks of something else.
    #[error("its line does not certify this request at this site")]
    OtherLine,
    /// The body is not the one that was certified.
    #[error("what it says is not what was certified: it was changed since")]
    Body,
    /// The line is not proven to be in the trail.
    #[error("its line is not proven to be in the trail that the checkpoint covers")]
    Inclusion,
    /// The checkpoint proves nothing.
    #[error("its checkpoint does not count")]
    Checkpoint(#[source] CheckpointError),
    /// The verdict is not what the evidence comes to.
    #[error("its verdict does not follow from its evidence")]
    Verdict,
}

/// The longest path: that of a tree with as many leaves as a 64-bit number counts.
const PATH_HASHES_MAX: usize = 64;
