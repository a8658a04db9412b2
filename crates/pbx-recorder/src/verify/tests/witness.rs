//! What checkpoints show that lines alone cannot, and how a report says it.

use super::*;
use crate::Entry;

#[test]
fn what_is_not_signed_or_anchored_yet_is_a_note() {
    let written = write(SIZE, "e");
    let anchors = [
        anchor(&written.checkpoints[3], Anchoring::Outside),
        anchor(&written.checkpoints[5], Anchoring::Inside),
    ];
    let report = verify(&written.lines, &anchors, &public_key());
    assert!(report.is_intact());
    let notes = [Finding::Unsigned { records: span(5, 6) }, Finding::Unanchored { records: span(3, 6) }];
    assert_eq!(report.findings, notes);
    assert_eq!((report.proven, report.anchored), (5, 3));

    let report = verify(&written.lines, &[], &public_key());
    let notes = [Finding::Unsigned { records: span(0, 6) }, Finding::Unanchored { records: span(0, 6) }];
    assert_eq!((report.is_intact(), report.findings), (true, notes.to_vec()));
}

#[test]
fn every_cut_tail_below_a_checkpoint_is_truncated() {
    let written = write(SIZE, "e");
    for kept in 0..SIZE {
        let report = written.report(&written.lines[..kept], &[2, SIZE]);
        let truncated = Finding::Truncated { records: span(kept, SIZE - 1), name: "c7".to_owned() };
        let proven = if kept < 2 { 0 } else { 2 };
        let rest = (proven < kept).then(|| unproven(span(proven, kept - 1)));
        let expected: Vec<Finding> = [truncated].into_iter().chain(rest).collect();
        assert_eq!(report.findings, expected, "{kept} kept");
        assert_eq!(report.proven, proven as u64);
    }
}

#[test]
fn a_tail_cut_above_every_checkpoint_cannot_be_seen() {
    let written = write(SIZE, "e");
    assert!(
        written.report(&written.lines[..5], &[4]).is_intact(),
        "which is why tails are reported as notes"
    );
}

#[test]
fn every_rewritten_history_is_forked_where_it_parts() {
    let written = write(SIZE, "e");
    for parted in 0..SIZE {
        // The first records are the same, then all lines and links are written anew, consistently.
        let mut tip = Tip::new();
        let mut lines = written.lines[..parted].to_vec();
        for line in &lines {
            tip.replay(&pbx_kernel::Line(line.clone()));
        }
        for line in parted..SIZE {
            let record = Entry::parse(&written.lines[line]).expect("a record").record.with_reason("forged");
            lines.push(tip.append(&record).0);
        }
        assert_eq!(written.faults(&lines, &[]), [], "links alone cannot see it");
        let every: Vec<usize> = (0..=SIZE).collect();
        let rest = (parted < SIZE - 1).then(|| unproven(span(parted + 1, SIZE - 1)));
        let expected: Vec<Finding> = [altered(parted)].into_iter().chain(rest).collect();
        assert_eq!(written.faults(&lines, &every), expected, "with a checkpoint after every line");
        let report = written.report(&lines, &[parted, SIZE]);
        let expected = if parted == SIZE - 1 {
            altered(parted)
        } else {
            Finding::Forked { records: span(parted, SIZE - 1), name: "c7".to_owned() }
        };
        assert_eq!(report.findings, [expected]);
        assert_eq!(report.proven, parted as u64);
    }
}

#[test]
fn a_key_that_signs_two_histories_is_found_out() {
    let (written, other) = (write(SIZE, "e"), write(SIZE, "other"));
    for (sizes, others) in [([SIZE].as_slice(), 3), (&[SIZE], SIZE), (&[3, SIZE], 5)] {
        let mut anchors = written.anchors(sizes);
        anchors.push(Anchor {
            name: "other".to_owned(),
            ..anchor(&other.checkpoints[others], Anchoring::Inside)
        });
        let report = verify(&written.lines, &anchors, &public_key());
        let size = others as u64;
        assert_eq!(report.findings, [Finding::TwoHistories { name: "other".to_owned(), size }]);
        assert_eq!(report.proven, 7);
    }
}

#[test]
fn a_checkpoint_of_another_history_is_a_fork() {
    let (written, other) = (write(SIZE, "e"), write(SIZE, "other"));
    let forked = Finding::Forked { records: span(3, 4), name: "c5".to_owned() };
    let anchors = [written.anchors(&[3]), other.anchors(&[5])].concat();
    let faults = verify(&written.lines, &anchors, &public_key()).findings;
    assert!(faults.contains(&forked), "{faults:?}");
}

#[test]
fn a_bad_checkpoint_proves_nothing_and_is_named() {
    let written = write(SIZE, "e");
    let good = &written.anchors(&[SIZE])[0];
    let name = || "c7".to_owned();
    let foreign =
        Checkpoint { origin: "understudy.example/south".to_owned(), ..written.checkpoints[SIZE].clone() };
    for (text, expected) in [
        ("nonsense".to_owned(), Finding::UnparsableCheckpoint { name: name() }),
        (good.text.replace("\n7\n", "\n6\n"), Finding::BadSignature { name: name() }),
        (anchor(&foreign, Anchoring::Outside).text, Finding::ForeignCheckpoint { name: name() }),
    ] {
        let report = verify(&written.lines, &[Anchor { text, ..good.clone() }], &public_key());
        assert_eq!(report.findings[0], expected);
        assert!(!report.is_intact() && report.proven == 0 && report.checked[0].verdict == Match::Rejected);
    }
}

#[test]
fn a_report_lists_so_many_findings_and_counts_the_rest() {
    let lines = vec![b"x".to_vec(); Report::FINDINGS_MAX + 5];
    let report = verify(&lines, &[], &public_key());
    assert_eq!(
        (report.findings.len(), report.omitted),
        (Report::FINDINGS_MAX, 7),
        "five lines and two notes more"
    );
    assert!(!report.is_intact());
}

#[test]
fn a_report_reads_as_sentences() {
    let written = write(SIZE, "e");
    let mut lines = written.lines.clone();
    lines[2] = with_other_content(&lines[2]);
    lines.pop();
    let report = written.report(&lines, &[5, 7]).to_string();
    let expected = "DAMAGED: 6 lines, 5 proven by signature, 5 proven from outside\n  \
        altered: record 2 (line 3) is not what was written\n  \
        truncated: record 6 gone from the end, though the checkpoint c7 covers them\n  \
        not proven: the checkpoint c7 covers record 5, but the other damage makes it impossible to test; \
        only links vouch for them\n";
    assert_eq!(report, expected);
}
