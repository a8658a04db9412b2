use std::fmt;

use serde::Serialize;

use crate::ParseEntryError;

/// A signed checkpoint to hold a trail against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Where it comes from, for the report: a file, a collector.
    pub name: String,
    /// The signed checkpoint's text.
    pub text: String,
    /// Whether whoever can change the trail could have changed it too.
    pub anchoring: Anchoring,
}

/// Where a checkpoint was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Anchoring {
    /// Beside the trail.
    Inside,
    /// Out of reach of whoever can change the trail.
    Outside,
}

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// How many lines the trail has.
    pub lines: u64,
    /// The first so many records are proven by a signed checkpoint, save those that a finding names.
    pub proven: u64,
    /// The first so many records are proven by a checkpoint that was kept outside, save those that a finding names.
    pub anchored: u64,
    /// Every checkpoint and what came of it.
    pub checked: Vec<Checked>,
    /// What is wrong, and notes on what is not proven yet; the first [`Report::FINDINGS_MAX`].
    pub findings: Vec<Finding>,
    /// How many more findings there are.
    pub omitted: u64,
}

impl Report {
    /// The most findings that are listed: a reader of more has seen enough.
    pub const FINDINGS_MAX: usize = 1_000;

    /// Whether nothing is wrong; records that are not proven yet are not wrong.
    pub fn is_intact(&self) -> bool {
        self.omitted == 0 && self.findings.iter().all(Finding::is_note)
    }

    pub(super) fn find(&mut self, finding: Finding) {
        if self.findings.len() < Self::FINDINGS_MAX {
            self.findings.push(finding);
        } else {
            self.omitted += 1;
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.is_intact() { "intact" } else { "DAMAGED" };
        writeln!(
            f,
            "{verdict}: {} lines, {} proven by signature, {} proven from outside",
            self.lines, self.proven, self.anchored
        )?;
        for finding in &self.findings {
            writeln!(f, "  {}{finding}", if finding.is_note() { "note: " } else { "" })?;
        }
        if self.omitted > 0 {
            writeln!(f, "  and {} more findings", self.omitted)?;
        }
        Ok(())
    }
}

/// One checkpoint and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// The anchor's name.
    pub name: String,
    /// Where it was kept.
    pub anchoring: Anchoring,
    /// How many records it covers, where its signature is good.
    pub size: Option<u64>,
    /// Whether the trail agrees.
    pub verdict: Match,
}

/// Whether a trail agrees with a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Match {
    /// The records are exactly those that were signed.
    Exact,
    /// They are, once the altered and missing records are replaced by the hashes that their successors recorded.
    Repaired,
    /// They are not those that were signed.
    Differs,
    /// Records are lost without a trace of their hashes, so it cannot be told.
    Untestable,
    /// The trail is shorter than what was signed.
    Beyond,
    /// The checkpoint is no witness: see the findings.
    Rejected,
}

/// A run of records, both ends included, by their number in the trail (`seq`, the first is 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Span {
    /// The first record.
    pub first: u64,
    /// The last record.
    pub last: u64,
}

impl Span {
    /// Whether `seq` is among them.
    pub const fn contains(self, seq: u64) -> bool {
        self.first <= seq && seq <= self.last
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "record {}", self.first)
        } else {
            write!(f, "records {} to {}", self.first, self.last)
        }
    }
}

/// One thing that a reader of the trail should know. Lines count from 1 as editors do, records from 0 as `seq` does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Finding {
    /// A record is not what was written; of several, at least one.
    Altered {
        /// Which record, or among which.
        records: Span,
        /// The line of the first of them.
        line: u64,
    },
    /// The signature on a checkpoint is not good.
    BadSignature {
        /// The anchor's name.
        name: String,
    },
    /// A checkpoint is of another trail.
    ForeignCheckpoint {
        /// The anchor's name.
        name: String,
    },
    /// Lines that agree with each other, and a signed checkpoint that does not agree with them.
    Forked {
        /// The records among which they part.
        records: Span,
        /// The name of the anchor that disagrees.
        name: String,
    },
    /// A line stands in the trail that has no place in it.
    Inserted {
        /// Which line.
        line: u64,
        /// The record whose number it bears.
        record: u64,
    },
    /// Records are gone from the middle or the beginning.
    Missing {
        /// Which records.
        records: Span,
    },
    /// A record does not stand where its number belongs.
    Reordered {
        /// Which line.
        line: u64,
        /// The record that stands there.
        record: u64,
        /// The record that belongs there.
        expected: u64,
    },
    /// The trail is shorter than what was signed.
    Truncated {
        /// The lost records.
        records: Span,
        /// The name of the anchor that says so.
        name: String,
    },
    /// The key has signed two histories: whoever holds it cannot be trusted.
    TwoHistories {
        /// The name of the anchor that contradicts.
        name: String,
        /// How many records it covers.
        size: u64,
    },
    /// A note: no checkpoint kept outside covers these records yet, so their loss would not be seen.
    Unanchored {
        /// Which records.
        records: Span,
    },
    /// A line is not a record that this version of the recorder wrote.
    Unparsable {
        /// Which line.
        line: u64,
        /// The record whose place it has; none where it has no place in the trail.
        record: Option<u64>,
        /// What is wrong with it.
        why: ParseEntryError,
    },
    /// A checkpoint is not one.
    UnparsableCheckpoint {
        /// The anchor's name.
        name: String,
    },
    /// These records were signed, but the rest of the damage makes the signature impossible to test.
    Unproven {
        /// Which records.
        records: Span,
        /// The name of the anchor that covers them.
        name: String,
    },
    /// A note: no checkpoint covers these records yet, so only their links vouch for them.
    Unsigned {
        /// Which records.
        records: Span,
    },
}

impl Finding {
    /// Whether it says what is not proven yet, and not that something is wrong.
    pub const fn is_note(&self) -> bool {
        matches!(self, Self::Unanchored { .. } | Self::Unsigned { .. })
    }

    /// Whether it says of record `seq` that it is, or may be, damaged or lost.
    pub fn names(&self, seq: u64) -> bool {
        match self {
            Self::Altered { records, .. }
            | Self::Forked { records, .. }
            | Self::Missing { records }
            | Self::Truncated { records, .. }
            | Self::Unproven { records, .. } => records.contains(seq),
            Self::Unparsable { record, .. } => *record == Some(seq),
            Self::BadSignature { .. }
            | Self::ForeignCheckpoint { .. }
            | Self::Inserted { .. }
            | Self::Reordered { .. }
            | Self::TwoHistories { .. }
            | Self::Unanchored { .. }
            | Self::UnparsableCheckpoint { .. }
            | Self::Unsigned { .. } => false,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Altered { records, line } if records.first == records.last => {
                write!(f, "altered: {records} (line {line}) is not what was written")
            }
            Self::Altered { records, line } => {
                write!(f, "altered: at least one of the {records} (from line {line}) is not what was written")
            }
            Self::BadSignature { name } => {
                write!(
                    f,
                    "bad signature: the public key has not signed the checkpoint {name}, or it was changed since"
                )
            }
            Self::ForeignCheckpoint { name } => {
                write!(f, "foreign checkpoint: {name} is of another trail, or was signed under another name")
            }
            Self::Forked { records, name } => write!(
                f,
                "forked: the checkpoint {name} does not agree with the trail; among the {records} one was rewritten \
                 with every link after it, or trail and checkpoint come from two histories"
            ),
            Self::Inserted { line, record } => {
                write!(f, "inserted: line {line} calls itself record {record}, which stands elsewhere")
            }
            Self::Missing { records } => write!(f, "missing: {records} gone, though later ones are there"),
            Self::Reordered { line, record, expected } => {
                write!(f, "reordered: line {line} is record {record}, where record {expected} belongs")
            }
            Self::Truncated { records, name } => {
                write!(f, "truncated: {records} gone from the end, though the checkpoint {name} covers them")
            }
            Self::TwoHistories { name, size } => write!(
                f,
                "two histories: the checkpoint {name} over {size} records has a good signature and contradicts another \
                 that has too; the holder of the key signed both"
            ),
            Self::Unanchored { records } => {
                write!(
                    f,
                    "not anchored yet: no checkpoint kept outside covers {records}; their loss would not be seen"
                )
            }
            Self::Unparsable { line, record: Some(record), why } => {
                write!(f, "unreadable: line {line}, where record {record} belongs: {why}")
            }
            Self::Unparsable { line, record: None, why } => {
                write!(f, "unreadable: line {line} has no place here: {why}")
            }
            Self::UnparsableCheckpoint { name } => {
                write!(f, "unreadable checkpoint: {name} is not a signed checkpoint")
            }
            Self::Unproven { records, name } => write!(
                f,
                "not proven: the checkpoint {name} covers {records}, but the other damage makes it impossible to test; \
                 only links vouch for them"
            ),
            Self::Unsigned { records } => {
                write!(f, "not signed yet: no checkpoint covers {records}; only their links vouch for them")
            }
        }
    }
}
