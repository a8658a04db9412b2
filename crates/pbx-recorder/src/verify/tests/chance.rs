//! Damage of several kinds at once, by chance but repeatable: what a report says must be true of what was done.

use super::*;

/// A linear congruential generator (Knuth's MMIX constants): enough chance for a test, and a seed determines it.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % bound
    }
}

fn with_other_number(line: &[u8], number: usize) -> Vec<u8> {
    let text = String::from_utf8_lossy(line);
    let (before, rest) = text.split_once("\"seq\":").expect("a number");
    let (_, after) = rest.split_once(',').expect("more members");
    format!("{before}\"seq\":{number},{after}").into_bytes()
}

fn damage(lines: &mut Vec<Vec<u8>>, chance: &mut Chance) {
    let (at, other) = (chance.below(lines.len()), chance.below(lines.len()));
    match chance.below(8) {
        0 => lines.swap(at, other),
        1 => drop(lines.remove(at)),
        2 => lines.insert(at, lines[other].clone()),
        3 => lines[at] = with_other_content(&lines[at]),
        4 if lines[at].windows(6).any(|it| it == b"\"prev\"") => lines[at] = with_other_link(&lines[at]),
        5 if lines[at].windows(5).any(|it| it == b"\"seq\"") => {
            lines[at] = with_other_number(&lines[at], other * 3);
        }
        6 => lines[at] = b"not a record".to_vec(),
        _ => lines.truncate(at.max(1)),
    }
    if lines.is_empty() {
        lines.push(b"not a record".to_vec());
    }
}

#[test]
fn what_a_report_says_is_true() {
    const COUNT: usize = 9;
    let written = write(COUNT, "e");
    let anchors = written.anchors(&(0..=COUNT).collect::<Vec<_>>());
    for seed in 0..2_000 {
        let mut chance = Chance(seed);
        let mut lines = written.lines.clone();
        let damages = 1 + chance.below(5);
        for _ in 0..damages {
            damage(&mut lines, &mut chance);
        }
        let sizes = [chance.below(COUNT), chance.below(COUNT), COUNT];
        let report = verify(&lines, &sizes.map(|size| anchors[size].clone()), &public_key());
        let context = format!("seed {seed}, checkpoints {sizes:?}:\n{report}");

        assert_eq!(report.is_intact(), lines == written.lines, "damage is seen, and only damage: {context}");
        for seq in 0..COUNT {
            let there = lines.contains(&written.lines[seq]);
            let named = report.findings.iter().any(|it| it.names(seq as u64));
            assert!(there || named, "record {seq} is gone or altered, and nothing says so: {context}");
            let accused = report.findings.contains(&Finding::Missing { records: one(seq) })
                || report
                    .findings
                    .iter()
                    .any(|it| matches!(it, Finding::Altered { records, .. } if *records == one(seq)));
            // Two lines may claim a place for which nobody vouches, and a line whose neighbours on both sides are
            // damaged too may be taken for another: then the trail is damaged where the report says, but differently.
            let rival =
                |it: &Finding| matches!(it, Finding::Inserted { record, .. } if *record == seq as u64);
            let accused = accused && damages <= 2 && !report.findings.iter().any(rival);
            assert!(!(there && accused), "record {seq} is there, and accused: {context}");
        }
        let contradicts = |it: &Finding| matches!(it, Finding::TwoHistories { .. });
        assert!(!report.findings.iter().any(contradicts), "the key has signed one history: {context}");
    }
}
