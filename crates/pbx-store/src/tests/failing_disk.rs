//! What happens while the disk refuses, at every point where it may.

use std::os::unix::fs::symlink;
use std::sync::mpsc;

use super::*;
use crate::SledOptions;
use crate::committer::closed;
use crate::faults::Point;

/// A group refused at `point` leaves nothing behind, in this process and after it.
#[track_caller]
fn check_refused_at(point: Point) {
    let directory = tempfile::tempdir().expect("a folder");
    let store = open(directory.path());
    keep(&store, old(), &["first"]).expect("kept");

    store.faults().refuse_at(point, StoreError::Full);
    assert_eq!(keep(&store, new(), &["refused"]), Err(StoreError::Full));
    assert_eq!(store.epoch(), 1);
    check_old(&store);
    assert_eq!(files(directory.path()), [file(1), file(2)]);

    store.faults().refuse_writes(None);
    keep(&store, vec![put(MAILBOX, "1", "x")], &["second"]).expect("the disk takes it again");
    check_old(&store);
    drop(store);

    let store = open(directory.path());
    check_old(&store);
    assert_eq!(files(directory.path()), [file(1), file(2)]);
    assert_eq!(get(&store, MAILBOX, "1").as_deref(), Some("x"));
    assert_eq!(lines(&store, "a"), ["first", "second"]);
}

fn old() -> Vec<Change> {
    vec![put(ACCOUNT, "1", "old"), put(ACCOUNT, "2", "old"), put_blob(1, b"old"), put_blob(2, b"old")]
}

fn new() -> Vec<Change> {
    let rows = [put(ACCOUNT, "1", "new"), delete(ACCOUNT, "2"), put(ACCOUNT, "3", "new")];
    rows.into_iter().chain([drop_blob(1), put_blob(3, b"new"), put_blob(4, b"new")]).collect()
}

#[track_caller]
fn check_old(store: &SledStore) {
    assert_eq!(store.blobs(&site("a")), Ok(vec![id(1), id(2)]));
    assert_eq!(
        [1, 2, 3, 4].map(|number| blob(store, number)),
        [Some(b"old".to_vec()), Some(b"old".to_vec()), None, None]
    );
    let rows = store.view(&site("a")).scan(ACCOUNT, None, 9).expect("readable");
    let old = |row: &str| (row.to_owned(), b"old".to_vec());
    assert_eq!(rows, [old("1"), old("2")]);
}

#[test]
fn a_group_refused_before_anything_is_written_is_taken_back() {
    check_refused_at(Point::Begin);
}

#[test]
fn a_group_whose_blobs_cannot_be_written_is_taken_back() {
    check_refused_at(Point::BlobWritten);
    check_refused_at(Point::BlobNamed);
    check_refused_at(Point::BlobsSynced);
}

#[test]
fn a_blob_that_meets_a_full_disk_leaves_nothing() {
    let directory = tempfile::tempdir().expect("a folder");
    let store = open(directory.path());
    keep(&store, old(), &["first"]).expect("kept");
    let folder = directory.path().join("blobs/a/03");
    fs::create_dir(&folder).expect("a folder can be made");
    // The kernel's own full disk, where the second blob of the group is written.
    symlink("/dev/full", folder.join(format!("{}.new", id(3)))).expect("a link can be made");
    let refused = vec![put(ACCOUNT, "1", "new"), put_blob(0, b"new"), put_blob(3, b"new")];
    assert_eq!(keep(&store, refused, &["refused"]), Err(StoreError::Full));
    check_old(&store);
    assert_eq!(files(directory.path()), [file(1), file(2)]);
    keep(&store, vec![put_blob(3, b"new")], &["second"]).expect("the link is gone");
    assert_eq!(files(directory.path()), [file(1), file(2), file(3)]);
    assert_eq!(lines(&store, "a"), ["first", "second"]);
}

#[test]
fn a_dropped_blob_whose_file_cannot_be_removed_is_gone_and_its_file_goes_later() {
    let directory = tempfile::tempdir().expect("a folder");
    let store = open(directory.path());
    keep(&store, old(), &[]).expect("kept");
    store.faults().refuse_at(Point::BlobRemoval, StoreError::ReadOnly);
    keep(&store, vec![drop_blob(1)], &[]).expect("kept");
    assert_eq!(blob(&store, 1), None);
    assert_eq!(files(directory.path()), [file(1), file(2)]);
    store.faults().refuse_writes(None);
    keep(&store, vec![], &["next group"]).expect("kept");
    assert_eq!(files(directory.path()), [file(2)]);

    store.faults().refuse_at(Point::BlobRemoval, StoreError::ReadOnly);
    keep(&store, vec![drop_blob(2)], &[]).expect("kept");
    // Its id may be used again, and the file is then the new one's.
    keep(&store, vec![put_blob(2, b"newer")], &[]).expect("kept");
    store.faults().refuse_writes(None);
    keep(&store, vec![], &["next group"]).expect("kept");
    assert_eq!(blob(&store, 2).as_deref(), Some(b"newer".as_slice()));

    store.faults().refuse_at(Point::BlobRemoval, StoreError::ReadOnly);
    keep(&store, vec![drop_blob(2)], &[]).expect("kept");
    drop(store);
    assert_eq!(files(directory.path()), [file(2)]);
    drop(open(directory.path()));
    assert_eq!(files(directory.path()), [""; 0]);
}

#[test]
fn a_group_refused_after_its_lines_are_written_is_taken_back() {
    check_refused_at(Point::TrailWritten);
}

#[test]
fn a_group_that_sled_refuses_is_taken_back() {
    check_refused_at(Point::Applied);
}

#[test]
fn a_group_that_fails_although_it_is_on_the_disk_is_undone() {
    check_refused_at(Point::Synced);
}

#[test]
fn a_refused_group_that_began_a_segment_leaves_none() {
    for point in [Point::TrailWritten, Point::Applied, Point::Synced] {
        let directory = tempfile::tempdir().expect("a folder");
        let store = open(directory.path());
        let long = "l".repeat(300);
        keep(&store, vec![], &[&long]).expect("kept");
        store.faults().refuse_at(point, StoreError::Full);
        assert_eq!(keep(&store, vec![], &[&long]), Err(StoreError::Full));
        assert!(!directory.path().join("trail/00000002.jsonl").exists(), "{point:?}");
        store.faults().refuse_writes(None);
        keep(&store, vec![], &["short"]).expect("kept");
        keep(&store, vec![], &[&long]).expect("kept");
        drop(store);
        assert_eq!(
            lines(&open(directory.path()), "a"),
            [long.clone(), "short".to_owned(), long],
            "{point:?}"
        );
    }
}

#[test]
fn a_sled_that_cannot_be_opened_again_answers_with_errors_until_it_can() {
    let directory = tempfile::tempdir().expect("a folder");
    let store = open(directory.path());
    keep(&store, old(), &["first"]).expect("kept");
    store.faults().refuse_at(Point::Synced, StoreError::Full);
    store.faults().refuse_also_at(Point::Reopen, StoreError::ReadOnly);
    assert_eq!(keep(&store, new(), &["refused"]), Err(StoreError::Full));
    // Whether the group is on the disk is not known, so its blobs must stay.
    assert_eq!(files(directory.path()), [1, 2, 3, 4].map(file));
    assert!(store.blob(&site("a"), id(1)).is_err());
    assert!(store.blobs(&site("a")).is_err());
    assert_eq!(commit(&store, vec![put_blob(5, b"new")], &[], Durability::Wait), Err(closed()));
    assert!(store.view(&site("a")).get(ACCOUNT, "1").is_err());
    assert!(store.view(&site("a")).scan(ACCOUNT, None, 9).is_err());
    assert_eq!(keep(&store, vec![put(ACCOUNT, "3", "new")], &["refused"]), Err(StoreError::ReadOnly));
    store.faults().refuse_writes(None);
    keep(&store, vec![], &["second"]).expect("the disk takes it again");
    check_old(&store);
    assert_eq!(files(directory.path()), [file(1), file(2)]);
    assert_eq!(lines(&store, "a"), ["first", "second"]);
}

#[test]
fn everything_behind_a_refused_group_is_taken_back_with_it() {
    let directory = tempfile::tempdir().expect("a folder");
    let store = SledStore::open(directory.path(), options()).expect("opens");
    store.faults().refuse_writes(Some(StoreError::Full));
    let (sender, receiver) = mpsc::channel();
    let mut accepted = 0;
    for number in 0..100 {
        let changes = vec![put(ACCOUNT, &number.to_string(), "x")];
        if let Ok(sequence) = commit(&store, changes, &["line"], Durability::Wait) {
            let sender = sender.clone();
            accepted += 1;
            store.when_durable(
                sequence,
                Box::new(move |outcome| sender.send(outcome).expect("the test waits")),
            );
        }
    }
    for _ in 0..accepted {
        assert_eq!(receiver.recv().expect("called"), Err(StoreError::Full));
    }
    assert!(store.epoch() >= 1);
    assert_eq!(store.sites(), Ok(vec![]));
    assert!(lines(&store, "a").is_empty());
}

#[test]
fn a_batch_that_rests_on_what_was_taken_back_is_refused() {
    let directory = tempfile::tempdir().expect("a folder");
    let store = open(directory.path());
    let before = store.epoch();
    let second = || batch(before, "a", vec![put(ACCOUNT, "2", "rests on 1")], &["second"], Durability::Wait);
    store.faults().refuse_writes(Some(StoreError::Full));
    assert_eq!(keep(&store, vec![put(ACCOUNT, "1", "x")], &["first"]), Err(StoreError::Full));
    // Whether the disk is still full or takes writes again.
    assert_eq!(store.commit(second()), Err(StoreError::Outdated));
    store.faults().refuse_writes(None);
    assert_eq!(store.commit(second()), Err(StoreError::Outdated));
    keep(&store, vec![], &["derived anew"]).expect("kept");
    assert_eq!(store.sites(), Ok(vec![]));
    assert_eq!(lines(&store, "a"), ["derived anew"]);
}

/// Each line is chained to the one before it, as the recorder does, from a head that is derived only after a refusal.
#[test]
fn a_chain_of_lines_never_forks_while_the_disk_fails_and_recovers() {
    let directory = tempfile::tempdir().expect("a folder");
    let store = open(directory.path());
    let mut derived: Option<(u64, usize)> = None;
    let mut outdated = 0;
    for step in 0..400 {
        let fails = step % 7 == 3;
        store.faults().refuse_writes(fails.then_some(StoreError::Full));
        let (epoch, next) = derived.unwrap_or_else(|| (store.epoch(), head(&store)));
        let changes = vec![put(ACCOUNT, "head", &(next + 1).to_string())];
        let outcome = store.commit(batch(epoch, "a", changes, &[&next.to_string()], Durability::Wait));
        derived = outcome.is_ok().then_some((epoch, next + 1));
        outdated += usize::from(outcome == Err(StoreError::Outdated));
        if fails && let Ok(sequence) = outcome {
            wait(&store, sequence).expect_err("the disk refuses");
        }
    }
    store.faults().refuse_writes(None);
    while keep_at(&store, "b", vec![], &["everything before is settled"]).is_err() {}
    let lines = lines(&store, "a");
    let unbroken: Vec<String> = (0..lines.len()).map(|number| number.to_string()).collect();
    assert_eq!(lines, unbroken);
    assert_eq!(head(&store), lines.len());
    assert!(outdated > 0, "every failure was noticed before the next batch");
}

fn head(store: &SledStore) -> usize {
    get(store, ACCOUNT, "head").map_or(0, |head| head.parse().expect("a number"))
}

#[test]
fn a_late_waiter_learns_that_its_batch_was_taken_back() {
    let directory = tempfile::tempdir().expect("a folder");
    let store = open(directory.path());
    store.faults().refuse_writes(Some(StoreError::Full));
    let sequence = commit(&store, vec![], &["line"], Durability::Wait).expect("commits");
    assert_eq!(keep(&store, vec![], &["line"]), Err(StoreError::Full));
    store.faults().refuse_writes(None);
    keep(&store, vec![], &["line"]).expect("kept");
    let (sender, receiver) = mpsc::channel();
    store.when_durable(sequence, Box::new(move |outcome| sender.send(outcome).expect("the test waits")));
    assert_eq!(receiver.recv().expect("called"), Err(StoreError::Full));
}

#[test]
fn a_disk_without_its_reserve_is_full() {
    let directory = tempfile::tempdir().expect("a folder");
    keep(&open(directory.path()), vec![put(ACCOUNT, "1", "x")], &["line"]).expect("kept");
    let store = SledStore::open(directory.path(), SledOptions { reserve_bytes: u64::MAX, ..options() });
    let store = store.expect("a full disk can still be read");
    assert_eq!(keep(&store, vec![put(ACCOUNT, "1", "y")], &["line"]), Err(StoreError::Full));
    assert_eq!(get(&store, ACCOUNT, "1").as_deref(), Some("x"));
}

#[test]
fn refused_reads_alone_bring_the_store_back() {
    let directory = tempfile::tempdir().expect("a folder");
    let store = open(directory.path());
    store.faults().refuse_writes(Some(StoreError::Full));
    assert_eq!(keep(&store, vec![], &["line"]), Err(StoreError::Full));
    store.faults().refuse_writes(None);
    let read = || commit(&store, vec![], &["read"], Durability::Lazy);
    // Each refused read asks for a probe; one of the next ones finds that it succeeded.
    while read().is_err() {
        std::thread::yield_now();
    }
    assert_eq!(store.epoch(), 1);
}
