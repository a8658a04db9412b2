use std::borrow::Cow;
use std::collections::BTreeMap;

use pbx_kernel::{Pseudonym, SiteId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::json::CUT_MARK;
use crate::record::clean_name;
use crate::{Hash, Object, Outcome, Record};

/// A line read back: a record and its place in the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The line's number in its site's trail; the first is 0.
    pub seq: u64,
    /// The leaf hash of the line before; the first line has none.
    pub prev: Option<Hash>,
    /// What happened.
    pub record: Record,
}

impl Entry {
    /// Reads a line, without its newline, that this version of the recorder wrote, and no other text:
    /// it must be a record, and it must be written the canonical way.
    pub fn parse(line: &[u8]) -> Result<Self, ParseEntryError> {
        if line.len() > Record::LINE_BYTES_MAX {
            return Err(ParseEntryError::TooLong);
        }
        let members: Members = serde_json::from_slice(line).map_err(|_| ParseEntryError::NotARecord)?;
        let entry = members.into_entry().ok_or(ParseEntryError::NotARecord)?;
        if entry.record.line(entry.seq, entry.prev.as_ref()).0 == line {
            Ok(entry)
        } else {
            Err(ParseEntryError::NotCanonical)
        }
    }
}

/// Why a line is not one that the recorder wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ParseEntryError {
    /// Longer than [`Record::LINE_BYTES_MAX`].
    #[error("it is longer than any line that the recorder writes")]
    TooLong,
    /// Not a JSON object with a record's members.
    #[error("it is not a record")]
    NotARecord,
    /// A record, but spelt in another way than the recorder spells it.
    #[error("it is a record, but not written the canonical way")]
    NotCanonical,
}

/// The members of a line as JSON has them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    actor: Option<Pseudonym>,
    after: Option<String>,
    before: Option<String>,
    #[serde(default)]
    controls: Vec<Cow<'static, str>>,
    #[serde(default)]
    detail: BTreeMap<Cow<'static, str>, String>,
    event: Cow<'static, str>,
    object: Option<Object>,
    outcome: Outcome,
    prev: Option<String>,
    product: Cow<'static, str>,
    reason: Option<Cow<'static, str>>,
    role: Option<Cow<'static, str>>,
    seq: u64,
    session: Option<String>,
    site: SiteId,
    source: Option<String>,
    surface: Cow<'static, str>,
    time: String,
}

impl Members {
    fn into_entry(self) -> Option<Entry> {
        let prev = match self.prev {
            Some(text) => Some(Hash::parse(&text)?),
            None => None,
        };
        let named = |name: &Cow<'static, str>| name == CUT_MARK || clean_name(name.clone()) == *name;
        if self.seq > SEQ_MAX || !self.detail.keys().all(named) {
            return None;
        }
        let record = Record {
            time: Timestamp::parse(&self.time)?,
            site: self.site,
            product: self.product,
            surface: self.surface,
            event: self.event,
            outcome: self.outcome,
            actor: self.actor,
            role: self.role,
            source: self.source,
            session: self.session,
            object: self.object,
            reason: self.reason,
            controls: self.controls,
            before: self.before,
            after: self.after,
            detail: self.detail,
        };
        Some(Entry { seq: self.seq, prev, record })
    }
}

/// The largest number that every reader of JSON reads exactly (RFC 8785 section 3.2.2.3).
const SEQ_MAX: u64 = (1 << 53) - 1;
