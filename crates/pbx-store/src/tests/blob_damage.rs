//! What the files of blobs must be, and what becomes of others.

use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::*;
use crate::OpenStoreError;

/// A store with two blobs of the same length, closed.
fn filled() -> TempDir {
    let directory = tempfile::tempdir().expect("a folder");
    keep(&open(directory.path()), vec![put_blob(1, b"one"), put_blob(2, b"two")], &["line"]).expect("kept");
    directory
}

fn path(directory: &TempDir, number: u8) -> PathBuf {
    directory.path().join("blobs").join(file(number))
}

#[track_caller]
fn check_damaged(directory: &TempDir, says: &str) {
    let before = files(directory.path());
    let error = SledStore::open(directory.path(), options()).map(|_| ()).expect_err("must not open");
    assert!(matches!(error, OpenStoreError::Damaged { .. }), "{error:?}");
    assert!(error.to_string().contains(says), "{error}");
    assert_eq!(files(directory.path()), before, "a damaged store must stay as it was found");
}

#[track_caller]
fn check_unreadable(store: &SledStore, number: u8) {
    let outcome = store.blob(&site("a"), id(number));
    assert!(matches!(outcome, Err(StoreError::Damaged { .. })), "{outcome:?}");
}

#[test]
fn blobs_outlive_the_process() {
    let directory = filled();
    let store = open(directory.path());
    assert_eq!(blob(&store, 1).as_deref(), Some(b"one".as_slice()));
    assert_eq!(blob(&store, 2).as_deref(), Some(b"two".as_slice()));
    assert_eq!(store.blobs(&site("a")), Ok(vec![id(1), id(2)]));
}

#[test]
fn a_missing_blob_is_damage() {
    let directory = filled();
    fs::remove_file(path(&directory, 2)).expect("removed");
    // An orphan beside it: nothing is swept where something is missing.
    fs::copy(path(&directory, 1), directory.path().join(format!("blobs/a/01/01{}", "0".repeat(30))))
        .expect("copied");
    check_damaged(&directory, &format!("the blob {} of site a is missing", id(2)));
}

#[test]
fn a_blob_of_another_length_is_damage() {
    for content in ["", "tw", "twos"] {
        let directory = filled();
        fs::write(path(&directory, 2), content).expect("written");
        check_damaged(&directory, &format!("has {} bytes, but 3 were acknowledged", content.len()));
    }
}

#[test]
fn a_blob_with_any_bit_flipped_is_not_served() {
    let directory = filled();
    let store = open(directory.path());
    for bit in 0..24 {
        let mut content = *b"one";
        content[bit / 8] ^= 1 << (bit % 8);
        fs::write(path(&directory, 1), content).expect("written");
        check_unreadable(&store, 1);
    }
    fs::write(path(&directory, 1), "one").expect("written");
    assert_eq!(blob(&store, 1).as_deref(), Some(b"one".as_slice()));
}

#[test]
fn a_blob_in_the_place_of_another_is_not_served() {
    let directory = filled();
    fs::copy(path(&directory, 1), path(&directory, 2)).expect("copied");
    let store = open(directory.path());
    check_unreadable(&store, 2);
    assert!(blob(&store, 1).is_some());
}

#[test]
fn a_blob_that_vanishes_or_grows_while_the_store_is_open_is_not_served() {
    let directory = filled();
    let store = open(directory.path());
    fs::remove_file(path(&directory, 1)).expect("removed");
    fs::write(path(&directory, 2), "two and more").expect("written");
    check_unreadable(&store, 1);
    check_unreadable(&store, 2);
}

#[test]
fn files_without_a_row_go_when_the_store_opens_and_strange_ones_stay() {
    let directory = filled();
    let strangers = ["README", "a/01/README", "a/01/.new", "a/zz/x", "not a site/01/x"];
    // A blob of no row, an unfinished one of a row, one in the folder of others, one of a site that is not known.
    let orphans = [file(3), format!("{}.new", file(1)), "unknown/03/".to_owned() + &id(3).to_string()];
    let misplaced = format!("a/02/{}", id(3));
    let written = strangers.iter().map(|it| (*it).to_owned()).chain(orphans).chain([misplaced.clone()]);
    for name in written {
        let path = directory.path().join("blobs").join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, "sealed").expect("written");
    }
    open(directory.path());
    let mut expected: Vec<String> = strangers.iter().map(|it| (*it).to_owned()).collect();
    expected.extend([file(1), file(2), misplaced]);
    expected.sort();
    assert_eq!(files(directory.path()), expected);
}

#[test]
fn the_blocks_of_a_dropped_blob_are_overwritten_before_it_goes() {
    let directory = tempfile::tempdir().expect("a folder");
    let store = open(directory.path());
    let content = vec![0x5a; 200_000];
    keep(&store, vec![put_blob(1, &content), put_blob(2, &content)], &[]).expect("kept");
    let watched = fs::File::open(path(&directory, 1)).expect("opens");
    keep(&store, vec![drop_blob(1)], &[]).expect("kept");
    assert_eq!(files(directory.path()), [file(2)]);
    let mut left = vec![1; content.len() + 1];
    assert_eq!(watched.read_at(&mut left, 0).expect("readable"), content.len());
    assert!(left[..content.len()].iter().all(|byte| *byte == 0));
}

#[test]
fn a_link_in_the_place_of_a_blob_is_removed_and_not_followed() {
    let directory = filled();
    let store = open(directory.path());
    let target = directory.path().join("target");
    fs::rename(path(&directory, 1), &target).expect("moved");
    std::os::unix::fs::symlink(&target, path(&directory, 1)).expect("linked");
    keep(&store, vec![drop_blob(1)], &[]).expect("kept");
    assert_eq!(fs::read(&target).expect("still there"), b"one");
    assert_eq!(files(directory.path()), [file(2)]);
}

#[test]
fn who_reads_while_blobs_come_and_go_sees_one_whole_or_none() {
    let directory = tempfile::tempdir().expect("a folder");
    let store = open(directory.path());
    let bytes = 50_000;
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut seen = 0;
                    while !done.load(Ordering::Relaxed) {
                        let read = store.blob(&site("a"), id(1)).expect("never damaged");
                        let is_whole =
                            |read: &Vec<u8>| read.len() == bytes && read.iter().all(|it| *it == read[0]);
                        assert!(read.as_ref().is_none_or(is_whole));
                        seen += usize::from(read.is_some());
                    }
                    seen
                })
            })
            .collect();
        for round in 1..=100 {
            keep(&store, vec![put_blob(1, &vec![round; bytes])], &[]).expect("kept");
            keep(&store, vec![drop_blob(1)], &[]).expect("kept");
        }
        done.store(true, Ordering::Relaxed);
        let seen: usize = readers.into_iter().map(|it| it.join().expect("no reader failed")).sum();
        assert!(seen > 0, "nobody ever saw the blob");
    });
}
