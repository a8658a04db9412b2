//! Which line of a file is which record of the trail.

use std::collections::{BTreeMap, BTreeSet};

use super::report::{Finding, Report, Span};
use crate::{Entry, Hash, ParseEntryError};

/// The lines of a file, read.
#[derive(Default)]
pub(super) struct Lines(Vec<Read>);

struct Read {
    leaf: Hash,
    content: Result<(u64, Option<Hash>), ParseEntryError>,
}

/// The line that stands for a record.
pub(super) struct Placed {
    /// Its place in the file, from 0.
    index: usize,
    /// Its hash.
    pub(super) leaf: Hash,
    /// What it says its predecessor's hash is.
    pub(super) prev: Option<Hash>,
    /// Whether what it says can be read.
    pub(super) readable: bool,
    /// Whether it contradicts its own place: its number was changed, or it is the first and names a predecessor.
    pub(super) displaced: bool,
}

impl Placed {
    /// Its line number as editors count.
    pub(super) fn line(&self) -> u64 {
        number(self.index)
    }
}

/// The records of a trail by their number.
pub(super) type Places = BTreeMap<u64, Placed>;

impl Lines {
    pub(super) fn read(&mut self, line: &[u8]) {
        let content = Entry::parse(line).map(|entry| (entry.seq, entry.prev));
        self.0.push(Read { leaf: Hash::of_leaf(line), content });
    }

    pub(super) fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn seq(&self, index: usize) -> Option<u64> {
        self.0.get(index).and_then(|it| it.content.ok()).map(|(seq, _)| seq)
    }

    fn prev(&self, index: usize) -> Option<Hash> {
        self.0.get(index).and_then(|it| it.content.ok()).and_then(|(_, prev)| prev)
    }

    /// Whether the line links to the one before it in the file; the first must link to none.
    fn links_back(&self, index: usize) -> bool {
        self.prev(index) == index.checked_sub(1).map(|before| self.0[before].leaf)
    }
}

/// Lines by the number of a record.
type Candidates = BTreeMap<u64, Vec<usize>>;

/// Gives every line its place and reports lines without one, lines out of order and records without a line.
pub(super) fn place(lines: &Lines, report: &mut Report) -> Places {
    let claims = claims(lines);
    let recorded: BTreeSet<Hash> = (0..lines.0.len()).filter_map(|index| lines.prev(index)).collect();
    let mut candidates = Candidates::new();
    let mut expected = 0;
    for index in 0..lines.0.len() {
        let free = !claims.contains_key(&expected) && !candidates.contains_key(&expected);
        let seq = match lines.0[index].content {
            Ok((seq, _))
                if seq != expected && free && is_renumbered(lines, &claims, &recorded, index, expected) =>
            {
                expected
            }
            Ok((seq, _)) => seq,
            Err(why) => {
                let record = free.then_some(expected);
                report.find(Finding::Unparsable { line: number(index), record, why });
                let Some(record) = record else { continue };
                record
            }
        };
        candidates.entry(seq).or_default().push(index);
        expected = seq.saturating_add(1);
    }
    let places = choose(lines, &recorded, &candidates);
    report_rivals(&candidates, &places, report);
    report_order(&places, report);
    report_gaps(&places, report);
    places
}

/// Which lines bear which number.
fn claims(lines: &Lines) -> Candidates {
    let mut claims = Candidates::new();
    for index in 0..lines.0.len() {
        if let Some(seq) = lines.seq(index) {
            claims.entry(seq).or_default().push(index);
        }
    }
    claims
}

/// Whether the line is the record `expected` with its number changed: it links to the line before it, or the line
/// after it goes on from `expected`. But a line whose hash some line has recorded, or that links to one which bears
/// the number before its own, is genuine and stands elsewhere than it belongs.
fn is_renumbered(
    lines: &Lines,
    claims: &Candidates,
    recorded: &BTreeSet<Hash>,
    index: usize,
    expected: u64,
) -> bool {
    let goes_on = expected.checked_add(1).is_some_and(|next| lines.seq(index + 1) == Some(next));
    let before = lines.seq(index).and_then(|seq| seq.checked_sub(1)).and_then(|before| claims.get(&before));
    let at_home =
        before.is_some_and(|them| them.iter().any(|it| lines.prev(index) == Some(lines.0[*it].leaf)));
    (lines.links_back(index) || goes_on) && !at_home && !recorded.contains(&lines.0[index].leaf)
}

/// Of the lines that want one place, the one that the line in the next place vouches for has it, else the first
/// that any line vouches for, else the first that links to one that wants the place before, else the first.
fn choose(lines: &Lines, recorded: &BTreeSet<Hash>, candidates: &Candidates) -> Places {
    let mut places = Places::new();
    for (seq, rivals) in candidates.iter().rev() {
        let leaf = |index: &usize| lines.0[*index].leaf;
        let next = seq.checked_add(1).and_then(|next| places.get(&next)).and_then(|it: &Placed| it.prev);
        let before = seq.checked_sub(1).and_then(|before| candidates.get(&before));
        let links = |index: &usize| match lines.prev(*index) {
            Some(prev) => before.is_some_and(|them| them.iter().any(|it| leaf(it) == prev)),
            None => *seq == 0,
        };
        let vouched = rivals.iter().find(|it| next == Some(leaf(it)));
        let known = || rivals.iter().find(|it| recorded.contains(&leaf(it)));
        let linked = || rivals.iter().find(|it| links(it));
        let Some(&index) = vouched.or_else(known).or_else(linked).or(rivals.first()) else { continue };
        let read = &lines.0[index];
        let displaced = read.content.is_ok_and(|(own, prev)| own != *seq || (own == 0 && prev.is_some()));
        let (prev, readable) = (lines.prev(index), read.content.is_ok());
        places.insert(*seq, Placed { index, leaf: read.leaf, prev, readable, displaced });
    }
    places
}

/// Reports the lines that wanted a place and did not get it.
fn report_rivals(candidates: &Candidates, places: &Places, report: &mut Report) {
    for (record, rivals) in candidates {
        let chosen = places.get(record).map(|it| it.index);
        for index in rivals.iter().filter(|it| Some(**it) != chosen) {
            report.find(Finding::Inserted { line: number(*index), record: *record });
        }
    }
}

fn report_order(places: &Places, report: &mut Report) {
    let mut in_file: Vec<(usize, u64)> = places.iter().map(|(seq, it)| (it.index, *seq)).collect();
    in_file.sort_unstable();
    for ((index, record), expected) in in_file.into_iter().zip(places.keys().copied()) {
        if record != expected {
            report.find(Finding::Reordered { line: number(index), record, expected });
        }
    }
}

fn report_gaps(places: &Places, report: &mut Report) {
    let mut expected = 0;
    for seq in places.keys().copied() {
        if seq > expected {
            report.find(Finding::Missing { records: Span { first: expected, last: seq - 1 } });
        }
        expected = seq.saturating_add(1);
    }
}

fn number(index: usize) -> u64 {
    index as u64 + 1
}
