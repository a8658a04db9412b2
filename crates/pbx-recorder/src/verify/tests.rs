use ed25519_dalek::SigningKey;
use pbx_kernel::{SiteId, Timestamp};

mod chance;
mod witness;

use super::*;
use crate::{Checkpoint, Outcome, Record, Tip};

const ORIGIN: &str = "understudy.example/north";

fn signing_key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn public_key() -> PublicKey {
    PublicKey::new(ORIGIN, signing_key().verifying_key()).expect("a name")
}

/// A trail as it was written, with a checkpoint after every line.
struct Written {
    lines: Vec<Vec<u8>>,
    checkpoints: Vec<Checkpoint>,
}

fn write(count: usize, flavour: &'static str) -> Written {
    let mut tip = Tip::new();
    let mut written = Written { lines: Vec::new(), checkpoints: vec![tip.checkpoint(ORIGIN)] };
    for line in 0..count {
        let (time, site) = (Timestamp::from_millis(1), SiteId::parse("north").expect("valid"));
        let record = Record::new(time, site, "p", "ssh", flavour, Outcome::Ok).with_session(line.to_string());
        written.lines.push(tip.append(&record).0);
        written.checkpoints.push(tip.checkpoint(ORIGIN));
    }
    written
}

fn anchor(checkpoint: &Checkpoint, anchoring: Anchoring) -> Anchor {
    let text = checkpoint.sign(&signing_key()).expect("a name").to_string();
    Anchor { name: format!("c{}", checkpoint.size), text, anchoring }
}

impl Written {
    fn anchors(&self, sizes: &[usize]) -> Vec<Anchor> {
        sizes.iter().map(|size| anchor(&self.checkpoints[*size], Anchoring::Outside)).collect()
    }

    /// Verifies `lines` against this trail's checkpoints of `sizes`.
    fn report(&self, lines: &[Vec<u8>], sizes: &[usize]) -> Report {
        verify(lines, &self.anchors(sizes), &public_key())
    }

    /// What is wrong with `lines`, without the notes.
    fn faults(&self, lines: &[Vec<u8>], sizes: &[usize]) -> Vec<Finding> {
        self.report(lines, sizes).findings.into_iter().filter(|it| !it.is_note()).collect()
    }
}

fn one(seq: usize) -> Span {
    span(seq, seq)
}

fn span(first: usize, last: usize) -> Span {
    Span { first: first as u64, last: last as u64 }
}

fn altered(seq: usize) -> Finding {
    Finding::Altered { records: one(seq), line: seq as u64 + 1 }
}

/// What the last checkpoint covers and cannot prove.
fn unproven(records: Span) -> Finding {
    Finding::Unproven { records, name: "c7".to_owned() }
}

/// `line` with another session, its links untouched.
fn with_other_content(line: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(line).replace("\"session\":\"", "\"session\":\"x").into_bytes()
}

/// `line` with one digit of its link changed, its content untouched.
fn with_other_link(line: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(line);
    let at = text.find("\"prev\":\"").expect("a link") + 8;
    let digit = if text[at..].starts_with('0') { "1" } else { "0" };
    format!("{}{digit}{}", &text[..at], &text[at + 1..]).into_bytes()
}

const SIZE: usize = 7;

#[test]
fn an_untouched_trail_is_intact() {
    let written = write(SIZE, "e");
    for sizes in [&[SIZE][..], &[0, 3, SIZE], &[1, 2, 3, 4, 5, 6, 7]] {
        let report = written.report(&written.lines, sizes);
        assert!(report.is_intact() && report.findings.is_empty(), "{report}");
        assert_eq!((report.lines, report.proven, report.anchored), (7, 7, 7));
        assert!(report.checked.iter().all(|it| it.verdict == Match::Exact));
    }
    assert_eq!(verify(&[] as &[Vec<u8>], &[], &public_key()), Report::default());
}

#[test]
fn every_changed_byte_is_pinned_to_its_line() {
    let written = write(SIZE, "e");
    // With checkpoints near the end, and after every line.
    for sizes in [&[SIZE - 1, SIZE][..], &[1, 2, 3, 4, 5, 6, 7]] {
        let anchors = written.anchors(sizes);
        for (index, byte) in
            (0..SIZE).flat_map(|index| (0..written.lines[index].len()).map(move |it| (index, it)))
        {
            let mut lines = written.lines.clone();
            lines[index][byte] ^= 1 << (byte % 8);
            let report = verify(&lines, &anchors, &public_key());
            let pinned = match report.findings.as_slice() {
                [Finding::Unparsable { line, record, .. }] => {
                    *line == index as u64 + 1 && *record == Some(index as u64)
                }
                findings => findings == [altered(index)],
            };
            assert!(pinned, "line {index}, byte {byte}:\n{report}");
            // The last line has no successor that recorded its hash; any other is proven around.
            assert_eq!(
                report.proven,
                if index == SIZE - 1 { 6 } else { 7 },
                "line {index}, byte {byte}:\n{report}"
            );
        }
    }
}

#[test]
fn without_checkpoints_an_altered_line_is_seen_by_its_successor() {
    let written = write(SIZE, "e");
    for index in 0..SIZE - 2 {
        let mut lines = written.lines.clone();
        lines[index] = with_other_content(&lines[index]);
        assert_eq!(written.faults(&lines, &[]), [altered(index)]);
    }
    // Nobody vouches for the last line, so it may as well be the one that was altered.
    let mut lines = written.lines.clone();
    lines[SIZE - 2] = with_other_content(&lines[SIZE - 2]);
    let either = Finding::Altered { records: span(SIZE - 2, SIZE - 1), line: 6 };
    assert_eq!(written.faults(&lines, &[]), std::slice::from_ref(&either));
    let mut lines = written.lines.clone();
    lines[SIZE - 1] = with_other_link(&lines[SIZE - 1]);
    assert_eq!(written.faults(&lines, &[]), [either]);
}

#[test]
fn a_checkpoint_tells_which_of_two_lines_was_altered() {
    let written = write(SIZE, "e");
    let mut lines = written.lines.clone();
    lines[3] = with_other_link(&lines[3]);
    assert_eq!(written.faults(&lines, &[]), [Finding::Altered { records: span(2, 3), line: 3 }]);
    assert_eq!(written.faults(&lines, &[SIZE]), [altered(3)]);

    let mut lines = written.lines.clone();
    lines[2] = with_other_content(&lines[2]);
    lines[3] = with_other_content(&lines[3]);
    assert_eq!(written.faults(&lines, &[]), [Finding::Altered { records: span(2, 3), line: 3 }]);
    assert_eq!(written.faults(&lines, &[SIZE]), [altered(2), altered(3)]);
}

#[test]
fn every_pair_of_altered_lines_is_named() {
    let written = write(SIZE, "e");
    for first in 0..SIZE - 2 {
        for second in first + 1..SIZE - 1 {
            let mut lines = written.lines.clone();
            lines[first] = with_other_content(&lines[first]);
            lines[second] = with_other_content(&lines[second]);
            assert_eq!(written.faults(&lines, &[SIZE]), [altered(first), altered(second)]);
        }
    }
}

#[test]
fn every_swapped_pair_is_reordered_and_nothing_else() {
    let written = write(SIZE, "e");
    for first in 0..SIZE {
        for second in first + 1..SIZE {
            let mut lines = written.lines.clone();
            lines.swap(first, second);
            let (low, high) = (first as u64, second as u64);
            let expected = [
                Finding::Reordered { line: low + 1, record: high, expected: low },
                Finding::Reordered { line: high + 1, record: low, expected: high },
            ];
            for sizes in [&[][..], &[SIZE], &[2, 4]] {
                assert_eq!(written.faults(&lines, sizes), expected, "{first} and {second}, {sizes:?}");
            }
        }
    }
}

#[test]
fn every_dropped_line_is_missing_and_the_others_stay_proven() {
    let written = write(SIZE, "e");
    for index in 0..SIZE - 1 {
        let mut lines = written.lines.clone();
        lines.remove(index);
        let report = written.report(&lines, &[SIZE]);
        assert_eq!(report.findings, [Finding::Missing { records: one(index) }]);
        assert_eq!((report.proven, report.checked[0].verdict), (7, Match::Repaired));
    }
}

#[test]
fn every_dropped_run_of_lines_is_missing() {
    let written = write(SIZE, "e");
    for first in 0..SIZE - 1 {
        for last in first + 1..SIZE - 1 {
            let mut lines = written.lines.clone();
            lines.drain(first..=last);
            let report = written.report(&lines, &[SIZE]);
            // Only one lost hash can be known, so the signature says nothing about the lines around the gap.
            let missing = Finding::Missing { records: span(first, last) };
            let around = span(if first == 0 { last + 1 } else { 0 }, SIZE - 1);
            assert_eq!(report.findings, [missing, unproven(around)]);
            assert_eq!(report.checked[0].verdict, Match::Untestable);
        }
    }
}

#[test]
fn every_repeated_line_is_inserted() {
    let written = write(SIZE, "e");
    for from in 0..SIZE {
        for to in 0..=SIZE {
            let mut lines = written.lines.clone();
            lines.insert(to, written.lines[from].clone());
            let faults = written.faults(&lines, &[SIZE]);
            let inserted =
                |it: &Finding| matches!(it, Finding::Inserted { record, .. } if *record == from as u64);
            assert!(faults.iter().any(inserted), "{from} to {to}: {faults:?}");
            assert!(
                faults.iter().all(|it| inserted(it) || matches!(it, Finding::Reordered { .. })),
                "{from} to {to}: {faults:?}"
            );
            assert_eq!(written.report(&lines, &[SIZE]).proven, 7);
        }
    }
}

#[test]
fn every_forged_line_that_is_slipped_in_is_inserted() {
    let (written, forged) = (write(SIZE, "e"), write(SIZE, "forged"));
    for record in 0..SIZE - 1 {
        for place in [record, record + 1] {
            let mut lines = written.lines.clone();
            lines.insert(place, forged.lines[record].clone());
            let line = place as u64 + 1;
            assert_eq!(written.faults(&lines, &[SIZE]), [Finding::Inserted { line, record: record as u64 }]);
        }
    }
}

#[test]
fn every_replaced_line_is_altered() {
    let (written, forged) = (write(SIZE, "e"), write(SIZE, "forged"));
    for index in 0..SIZE {
        let mut lines = written.lines.clone();
        lines[index] = forged.lines[index].clone();
        assert_eq!(written.faults(&lines, &[SIZE - 1, SIZE]), [altered(index)], "{index}");
    }
}

#[test]
fn a_line_that_is_no_record_is_unreadable_where_it_stands() {
    let written = write(SIZE, "e");
    for index in 0..SIZE {
        let mut lines = written.lines.clone();
        lines[index] = b"not a record".to_vec();
        let why = crate::ParseEntryError::NotARecord;
        let record = Some(index as u64);
        let line = index as u64 + 1;
        let faults = written.faults(&lines, &[SIZE - 1, SIZE]);
        assert_eq!(faults, [Finding::Unparsable { line, record, why }], "instead of {index}");
        lines[index] = written.lines[index].clone();
        lines.insert(index, Vec::new());
        let record = (index == SIZE).then_some(SIZE as u64);
        assert_eq!(
            written.faults(&lines, &[SIZE]),
            [Finding::Unparsable { line, record, why }],
            "inserted at {index}"
        );
    }
}

#[test]
fn damage_of_several_kinds_is_told_apart() {
    let written = write(12, "e");
    let mut lines = written.lines.clone();
    lines[1] = with_other_content(&lines[1]);
    lines.remove(4);
    lines.swap(6, 7);
    lines.truncate(9);
    let name = || "c12".to_owned();
    let expected = [
        Finding::Reordered { line: 7, record: 8, expected: 7 },
        Finding::Reordered { line: 8, record: 7, expected: 8 },
        Finding::Missing { records: one(4) },
        altered(1),
        Finding::Truncated { records: span(10, 11), name: name() },
        Finding::Unproven { records: one(9), name: name() },
    ];
    assert_eq!(written.faults(&lines, &[9, 12]), expected);
}
