//! What the links and the checkpoints say about the records.

use std::collections::{BTreeMap, BTreeSet};

use super::place::Places;
use super::report::{Anchor, Anchoring, Checked, Finding, Match, Report, Span};
use crate::{Checkpoint, Hash, Tree};

/// A checkpoint whose signature is good.
pub(super) struct Claim<'a> {
    pub(super) anchor: &'a Anchor,
    pub(super) checkpoint: Checkpoint,
}

pub(super) struct Judge<'a> {
    places: &'a Places,
    claims: &'a [Claim<'a>],
    /// The number after the last record's.
    end: u64,
    /// Runs of records whose successors disagree with them.
    broken: Vec<Span>,
}

/// A way to read a damaged trail: which of its hashes to believe.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Every line as it stands.
    AsFound,
    /// What a successor recorded, wherever there is one: every line with a broken link was altered.
    Successors,
    /// The fewest lines that explain the broken links: in a run of them every second, from the right.
    Fewest,
    /// The same, but where the last record's link is broken the last record is to blame.
    LastToBlame,
}

impl<'a> Judge<'a> {
    pub(super) fn new(places: &'a Places, claims: &'a [Claim<'a>]) -> Self {
        let end = places.last_key_value().map_or(0, |(seq, _)| seq.saturating_add(1));
        let mut this = Self { places, claims, end, broken: Vec::new() };
        for seq in places.keys().copied() {
            if this.has_broken_link(seq) {
                match this.broken.last_mut() {
                    Some(run) if run.last + 1 == seq => run.last = seq,
                    _ => this.broken.push(Span { first: seq, last: seq }),
                }
            }
        }
        this
    }

    pub(super) fn judge(&self, report: &mut Report) {
        let as_found = self.roots(Reading::AsFound);
        let (reading, roots) = self.best_reading(&as_found);
        let proven = self.largest_match(&roots);
        for claim in self.claims {
            let verdict = self.verdict(claim, &as_found, &roots);
            let size = Some(claim.checkpoint.size);
            let Anchor { name, anchoring, .. } = claim.anchor;
            report.checked.push(Checked { name: name.clone(), anchoring: *anchoring, size, verdict });
            if matches!(verdict, Match::Exact | Match::Repaired) {
                report.proven = report.proven.max(claim.checkpoint.size);
                if *anchoring == Anchoring::Outside {
                    report.anchored = report.anchored.max(claim.checkpoint.size);
                }
            }
        }
        self.report_proven_alterations(reading, proven, report);
        let doubtful = self.report_other_alterations(proven, report);
        self.report_contradictions(&roots, proven, report);
        let explained = if doubtful { proven } else { self.report_fork(&roots, proven, report) };
        self.report_truncation(report);
        self.report_unproven(explained, report);
        self.report_tail(report);
    }

    /// Whether the record after `seq` can be read and says that `seq` was another.
    fn has_broken_link(&self, seq: u64) -> bool {
        let (Some(this), Some(next)) = (self.places.get(&seq), self.next(seq)) else { return false };
        this.readable && next.prev != Some(this.leaf)
    }

    /// The record after `seq`, if it can be read.
    fn next(&self, seq: u64) -> Option<&super::place::Placed> {
        seq.checked_add(1).and_then(|next| self.places.get(&next)).filter(|it| it.readable)
    }

    /// The hash of record `seq` when the trail is read in one way; nothing where it is lost.
    fn leaf(&self, seq: u64, reading: Reading) -> Option<Hash> {
        let found = self.places.get(&seq);
        let recorded = || self.next(seq).and_then(|it| it.prev);
        let believable = found.filter(|it| it.readable && !it.displaced).map(|it| it.leaf);
        match reading {
            Reading::AsFound => found.map(|it| it.leaf),
            Reading::Successors => recorded().or(believable),
            Reading::Fewest | Reading::LastToBlame => {
                let run = self.broken.get(self.broken.partition_point(|it| it.last < seq));
                let Some(run) = run.filter(|it| it.contains(seq)) else {
                    return believable.or_else(recorded);
                };
                let blames_last = reading == Reading::LastToBlame && run.last + 2 == self.end;
                let altered = (run.last - seq).is_multiple_of(2) != blames_last;
                if altered { recorded() } else { believable.or_else(recorded) }
            }
        }
    }

    /// The roots at the sizes of all checkpoints, as far as the hashes are known.
    fn roots(&self, reading: Reading) -> BTreeMap<u64, Hash> {
        let mut sizes: BTreeSet<u64> = self.claims.iter().map(|it| it.checkpoint.size).collect();
        let mut roots = BTreeMap::new();
        let mut tree = Tree::new();
        while let Some(size) = sizes.pop_first() {
            while tree.size() < size {
                let Some(leaf) = self.leaf(tree.size(), reading) else { return roots };
                tree.append_leaf(leaf);
            }
            roots.insert(size, tree.root());
        }
        roots
    }

    /// The reading that the largest checkpoint bears out, the simplest of equals, and its roots.
    fn best_reading(&self, as_found: &BTreeMap<u64, Hash>) -> (Reading, BTreeMap<u64, Hash>) {
        let mut best = (Reading::AsFound, as_found.clone());
        for reading in [Reading::Successors, Reading::Fewest, Reading::LastToBlame] {
            let roots = self.roots(reading);
            if self.largest_match(&roots) > self.largest_match(&best.1) {
                best = (reading, roots);
            }
        }
        best
    }

    fn largest_match(&self, roots: &BTreeMap<u64, Hash>) -> u64 {
        self.claims.iter().filter(|it| it.is_met(roots)).map(|it| it.checkpoint.size).max().unwrap_or(0)
    }

    fn verdict(
        &self,
        claim: &Claim<'_>,
        as_found: &BTreeMap<u64, Hash>,
        roots: &BTreeMap<u64, Hash>,
    ) -> Match {
        if claim.checkpoint.size > self.end {
            Match::Beyond
        } else if claim.is_met(as_found) {
            Match::Exact
        } else if claim.is_met(roots) {
            Match::Repaired
        } else if as_found.contains_key(&claim.checkpoint.size) || roots.contains_key(&claim.checkpoint.size)
        {
            Match::Differs
        } else {
            Match::Untestable
        }
    }

    /// Below a checkpoint that is met, the altered records are known exactly.
    fn report_proven_alterations(&self, reading: Reading, proven: u64, report: &mut Report) {
        for (seq, placed) in self.places.range(..proven) {
            if placed.readable && self.leaf(*seq, reading) != Some(placed.leaf) {
                self.report_alteration(*seq, *seq, report);
            }
        }
    }

    /// Above it, only links tell. Returns whether some record may or may not have been altered.
    fn report_other_alterations(&self, proven: u64, report: &mut Report) -> bool {
        let mut doubtful = false;
        for run in self.broken.iter().filter(|it| it.last >= proven) {
            let first = run.first.max(proven);
            // The record after the run is believed if its own successor vouches for it.
            let vouched = self.next(run.last + 1).is_some() && !self.has_broken_link(run.last + 1);
            let last = if vouched { run.last } else { run.last + 1 };
            self.report_alteration(first, last, report);
            doubtful |= first != last;
        }
        for (seq, placed) in self.places.range(proven..) {
            let covered = self.broken.iter().any(|it| it.contains(*seq));
            if placed.displaced && !covered {
                self.report_alteration(*seq, *seq, report);
            }
        }
        doubtful
    }

    fn report_alteration(&self, first: u64, last: u64, report: &mut Report) {
        let line = self.places.get(&first).map_or(0, super::place::Placed::line);
        report.find(Finding::Altered { records: Span { first, last }, line });
    }

    /// Two good signatures that cannot both be over this trail.
    fn report_contradictions(&self, roots: &BTreeMap<u64, Hash>, proven: u64, report: &mut Report) {
        let mut seen: BTreeMap<u64, Hash> = BTreeMap::new();
        for claim in self.claims {
            let Checkpoint { size, root, .. } = claim.checkpoint;
            let same_size_differs = *seen.entry(size).or_insert(root) != root;
            let smaller_differs = size <= proven && !claim.is_met(roots);
            if same_size_differs || smaller_differs {
                report.find(Finding::TwoHistories { name: claim.anchor.name.clone(), size });
            }
        }
    }

    /// The first checkpoint above the proven records that the links cannot explain away. Returns how far it reaches.
    fn report_fork(&self, roots: &BTreeMap<u64, Hash>, proven: u64, report: &mut Report) -> u64 {
        let recorded = self.roots(Reading::Successors);
        let unmet = |it: &&Claim<'_>| {
            let size = it.checkpoint.size;
            size > proven && size <= self.end && recorded.contains_key(&size) && !it.is_met(roots)
        };
        let Some(claim) = self.claims.iter().filter(unmet).min_by_key(|it| it.checkpoint.size) else {
            return proven;
        };
        let records = Span { first: proven, last: claim.checkpoint.size - 1 };
        if records.first == records.last {
            self.report_alteration(records.first, records.last, report);
        } else {
            report.find(Finding::Forked { records, name: claim.anchor.name.clone() });
        }
        claim.checkpoint.size
    }

    fn report_truncation(&self, report: &mut Report) {
        let Some(claim) = self.claims.iter().max_by_key(|it| it.checkpoint.size) else { return };
        if claim.checkpoint.size > self.end {
            let records = Span { first: self.end, last: claim.checkpoint.size - 1 };
            report.find(Finding::Truncated { records, name: claim.anchor.name.clone() });
        }
    }

    /// Records that were signed and yet are not proven, because the damage makes the signature impossible to test.
    fn report_unproven(&self, explained: u64, report: &mut Report) {
        let Some(claim) = self.claims.iter().max_by_key(|it| it.checkpoint.size) else { return };
        let named = |seq: u64| report.findings.iter().any(|it| it.names(seq));
        let mut records = explained..claim.checkpoint.size.min(self.end);
        while !records.is_empty() && named(records.start) {
            records.start += 1;
        }
        while !records.is_empty() && named(records.end - 1) {
            records.end -= 1;
        }
        if !records.is_empty() {
            let records = Span { first: records.start, last: records.end - 1 };
            report.find(Finding::Unproven { records, name: claim.anchor.name.clone() });
        }
    }

    /// Which records no checkpoint covers yet.
    fn report_tail(&self, report: &mut Report) {
        let covered = |outside_only: bool| {
            let counts = |it: &&Claim<'_>| !outside_only || it.anchor.anchoring == Anchoring::Outside;
            self.claims.iter().filter(counts).map(|it| it.checkpoint.size).max().unwrap_or(0)
        };
        let tail = |from: u64| (from < self.end).then(|| Span { first: from, last: self.end - 1 });
        if let Some(records) = tail(covered(false)) {
            report.find(Finding::Unsigned { records });
        }
        if let Some(records) = tail(covered(true)) {
            report.find(Finding::Unanchored { records });
        }
    }
}

impl Claim<'_> {
    fn is_met(&self, roots: &BTreeMap<u64, Hash>) -> bool {
        roots.get(&self.checkpoint.size) == Some(&self.checkpoint.root)
    }
}
