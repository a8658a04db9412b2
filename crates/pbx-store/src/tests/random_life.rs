//! Whatever is asked for and whatever fails, a batch is there whole or not at all, and no file is left over.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::faults::Point;

/// What one batch asks for, and what goes wrong at which point of writing it.
#[derive(Clone, Debug)]
struct Step {
    puts: Vec<u8>,
    drops: Vec<u8>,
    bytes: usize,
    trouble: Option<(Point, Trouble)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    /// The disk refuses.
    Refuses,
    /// The process ends.
    Dies,
}

/// What the site `a` holds: its blobs, a row with the number of the last batch, and how many lines.
type State = (BTreeMap<u8, Vec<u8>>, Option<String>, usize);

/// What the site holds after `step`, batch `number`; none where the batch must be refused.
fn after(state: &State, step: &Step, number: usize) -> Option<State> {
    let (mut blobs, _, lines) = state.clone();
    for put in &step.puts {
        if blobs.insert(*put, content(step, number)).is_some() {
            return None;
        }
    }
    for drop in &step.drops {
        blobs.remove(drop);
    }
    Some((blobs, Some(number.to_string()), lines + 1))
}

fn content(step: &Step, number: usize) -> Vec<u8> {
    number.to_be_bytes().into_iter().cycle().take(step.bytes).collect()
}

fn state(store: &SledStore) -> State {
    let held = |number| Some((number, blob(store, number)?));
    let blobs: BTreeMap<u8, Vec<u8>> = (0..NUMBERS).filter_map(held).collect();
    assert_eq!(store.blobs(&site("a")), Ok(blobs.keys().map(|number| id(*number)).collect()));
    (blobs, get(store, ACCOUNT, "last"), lines(store, "a").len())
}

fn live(steps: &[Step]) {
    let directory = tempfile::tempdir().expect("a folder");
    let mut store = open(directory.path());
    let mut expected = State::default();
    for (number, step) in steps.iter().enumerate() {
        match step.trouble {
            Some((point, Trouble::Refuses)) => store.faults().refuse_at(point, StoreError::Full),
            Some((point, Trouble::Dies)) => store.faults().die_at(point),
            None => {}
        }
        let puts = step.puts.iter().map(|put| put_blob(*put, &content(step, number)));
        let last = put(ACCOUNT, "last", &number.to_string());
        let changes = puts.chain(step.drops.iter().map(|drop| drop_blob(*drop))).chain([last]);
        let outcome = keep(&store, changes.collect(), &["line"]);
        store.faults().refuse_writes(None);
        let died =
            matches!(step.trouble, Some((_, Trouble::Dies))) && keep_at(&store, "b", vec![], &[]).is_err();
        if died {
            drop(store);
            store = open(directory.path());
        }
        let changed = after(&expected, step, number);
        assert!(outcome.is_err() || changed.is_some(), "a blob took the place of another");
        let found = state(&store);
        if outcome.is_ok() || (died && Some(&found) == changed.as_ref()) {
            expected = changed.expect("checked above");
        }
        assert_eq!(found, expected, "after batch {number}, {step:?}: {outcome:?}");
        // A group that gets through takes what could not be removed with it.
        keep_at(&store, "b", vec![], &[]).expect("the disk takes it");
        let named: Vec<String> = expected.0.keys().map(|number| file(*number)).collect();
        assert_eq!(files(directory.path()), named, "after batch {number}, {step:?}");
    }
    drop(store);
    assert_eq!(state(&open(directory.path())), expected);
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let numbers = || prop::sample::subsequence((0..NUMBERS).collect::<Vec<_>>(), 0..3);
    let points = prop::sample::select(vec![
        Point::Begin,
        Point::BlobWritten,
        Point::BlobNamed,
        Point::BlobsSynced,
        Point::TrailWritten,
        Point::Applied,
        Point::Synced,
        Point::BlobRemoval,
    ]);
    let trouble = (points, prop::sample::select(vec![Trouble::Refuses, Trouble::Dies]));
    let step = (numbers(), numbers(), 0..3_000_usize, prop::option::of(trouble));
    let step = step.prop_map(|(puts, drops, bytes, trouble)| Step { puts, drops, bytes, trouble });
    prop::collection::vec(step, 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_batch_is_there_whole_or_not_at_all(steps in steps()) {
        live(&steps);
    }
}

/// Few blobs, so that batches meet.
const NUMBERS: u8 = 4;

/// Each opens the store several times.
const CASES: u32 = 24;
