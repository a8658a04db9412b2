use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::plan::Plan;
use crate::{Encoding, Hits, IdentifierKind, Needles};

/// Where a residual search looked. None of the names may hold personal data: of a file whose name does, say the folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "where", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Place {
    /// A backup or an archive.
    Backup {
        /// Which.
        backup: String,
    },
    /// The name of a file.
    FileName {
        /// The folder that the file is in.
        folder: String,
    },
    /// A log that the product keeps.
    Log {
        /// The log's id.
        log: String,
    },
    /// The bytes of a file as they are on the disk.
    RawBytes {
        /// The file, within the state folder.
        file: String,
    },
    /// A store, opened.
    Store {
        /// The store's id.
        store: String,
    },
    /// What was transferred to somebody.
    Transfer {
        /// The recipient's id.
        recipient: String,
    },
}

impl Place {
    /// The id that a plan's store would have that speaks of the same thing.
    pub fn store(&self) -> &str {
        match self {
            Self::Backup { backup } => backup,
            Self::FileName { folder } => folder,
            Self::Log { log } => log,
            Self::RawBytes { file } => file,
            Self::Store { store } => store,
            Self::Transfer { recipient } => recipient,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::Backup { .. } => "backup",
            Self::FileName { .. } => "file name in",
            Self::Log { .. } => "log",
            Self::RawBytes { .. } => "raw bytes of",
            Self::Store { .. } => "store",
            Self::Transfer { .. } => "transfer to",
        };
        write!(f, "{kind} {}", self.store())
    }
}

/// Something that identifies the person and was found. It says what and where, not the text itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// What kind of identifier.
    pub kind: IdentifierKind,
    /// How it is written.
    pub encoding: Encoding,
    /// Where it is found first: bytes from the beginning of what was searched.
    pub offset: u64,
    /// How often it is found there.
    pub count: u64,
    /// Why it is there, where something says so.
    pub explanation: Option<Explanation>,
}

/// Why something of a person is left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explanation {
    /// The control, for example `office-400/access-detail-record`.
    pub control: String,
    /// The document and section that say so.
    pub citation: String,
    /// What would remedy it.
    pub remedy: String,
}

/// The findings about `person` among the `hits` in `place`: one for each kind of identifier and encoding.
///
/// They count the hits that were kept, [`Hits::KEPT_MAX`] at most. An explanation is given where one is known for the
/// place; see [`Explanations`].
pub fn findings(place: &Place, person: u32, hits: &Hits, explanations: &Explanations) -> Vec<Finding> {
    let mut groups: BTreeMap<(IdentifierKind, Encoding), (u64, u64)> = BTreeMap::new();
    for hit in hits.kept().iter().filter(|it| it.person == person) {
        let (_, count) = groups.entry((hit.kind, hit.encoding)).or_insert((hit.offset, 0));
        *count += 1;
    }
    let explanation = explanations.0.get(place).cloned();
    groups
        .into_iter()
        .map(|((kind, encoding), (offset, count))| Finding {
            place: place.clone(),
            kind,
            encoding,
            offset,
            count,
            explanation: explanation.clone(),
        })
        .collect()
}

/// What may be left where, and why: made from the product's controls before the search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanations(BTreeMap<Place, Explanation>);

impl Explanations {
    /// Says why something may be left in `place`.
    pub fn add(&mut self, place: Place, explanation: Explanation) {
        self.0.insert(place, explanation);
    }
}

/// One item of a store, for comparing what is there with what should be: the store's id, the item's number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemId {
    /// The store's id.
    pub store: String,
    /// The item's number, without personal data.
    pub item: String,
}

/// What a rehearsal achieved, judged by the manifest of what was planted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// How many items were planted about the person.
    pub planted: u64,
    /// Planted items that were not located.
    pub missed: BTreeSet<ItemId>,
    /// Located items that are not about the person.
    pub mistaken: BTreeSet<ItemId>,
    /// Items of other people that were changed, removed or added: the damage.
    pub collateral: BTreeSet<ItemId>,
    /// Stores where something was found and no exception was declared.
    pub undeclared: BTreeSet<String>,
    /// Stores where an exception was declared for what the person has there, and nothing was found.
    pub overdeclared: BTreeSet<String>,
}

impl Score {
    /// Judges a rehearsal.
    ///
    /// `others_before` and `others_after` are the digests of all items that are not about the person. `plan` declares
    /// exceptions; one of a store that held nothing about the person claims nothing. What others hold cannot be
    /// searched, so an exception of that kind need not be found.
    pub fn of(
        planted: &BTreeSet<ItemId>,
        located: &BTreeSet<ItemId>,
        others_before: &BTreeMap<ItemId, [u8; 32]>,
        others_after: &BTreeMap<ItemId, [u8; 32]>,
        plan: &Plan,
        findings: &[Finding],
    ) -> Self {
        let changed = others_before.iter().filter(|(item, digest)| others_after.get(item) != Some(digest));
        let added = others_after.iter().filter(|(item, _)| !others_before.contains_key(item));
        let declared: BTreeSet<&str> = plan.exceptions().map(|it| it.store.as_str()).collect();
        let claimed = plan
            .exceptions()
            .filter(|it| it.before > 0 && !matches!(it.decision, crate::plan::Decision::External { .. }));
        let found: BTreeSet<&str> = findings.iter().map(|it| it.place.store()).collect();
        Self {
            planted: planted.len() as u64,
            missed: planted.difference(located).cloned().collect(),
            mistaken: located.difference(planted).cloned().collect(),
            collateral: changed.chain(added).map(|(item, _)| item.clone()).collect(),
            undeclared: found.difference(&declared).map(|it| (*it).to_owned()).collect(),
            overdeclared: claimed
                .map(|it| it.store.as_str())
                .filter(|it| !found.contains(it))
                .map(str::to_owned)
                .collect(),
        }
    }

    /// How many of the planted items were located, in percent, rounded down: 100 means all.
    pub fn recall_percent(&self) -> u64 {
        let found = self.planted.saturating_sub(self.missed.len() as u64);
        (found * 100).checked_div(self.planted).unwrap_or(100)
    }

    /// Whether everything was located and nothing else, nobody else was touched, and what was declared is what was
    /// found.
    pub fn is_perfect(&self) -> bool {
        self.missed.is_empty() && self.mistaken.is_empty() && self.collateral.is_empty() && self.is_honest()
    }

    /// Whether the exceptions that were declared are those that were found.
    pub fn is_honest(&self) -> bool {
        self.undeclared.is_empty() && self.overdeclared.is_empty()
    }
}

/// A search of one thing as a whole: for texts that are in memory anyway.
pub fn search(needles: &Needles, bytes: &[u8]) -> Hits {
    let mut searcher = crate::Searcher::new(needles);
    searcher.feed(bytes);
    searcher.finish()
}

#[cfg(test)]
mod tests;
