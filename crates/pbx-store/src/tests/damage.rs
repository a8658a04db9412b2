//! What a store on the disk keeps, and what it refuses to open.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::OpenStoreError;

/// A store with rows and three finished segments, closed.
fn filled() -> TempDir {
    let directory = tempfile::tempdir().expect("a folder");
    let store = open(directory.path());
    for number in 0..60 {
        keep(&store, vec![put(ACCOUNT, &number.to_string(), "x")], &[&format!("line {number}")])
            .expect("kept");
    }
    drop(store);
    assert!(segment(directory.path(), 3).exists());
    directory
}

fn segment(directory: &Path, number: u64) -> PathBuf {
    directory.join(format!("trail/{number:08}.jsonl"))
}

fn last_number(directory: &Path) -> u64 {
    fs::read_dir(directory.join("trail")).expect("there").count() as u64
}

fn last_segment(directory: &Path) -> PathBuf {
    segment(directory, last_number(directory))
}

fn append(path: &Path, bytes: &[u8]) {
    let mut file = OpenOptions::new().append(true).open(path).expect("opens");
    file.write_all(bytes).expect("written");
}

fn shorten(path: &Path) {
    let file = OpenOptions::new().write(true).open(path).expect("opens");
    file.set_len(file.metadata().expect("there").len() - 1).expect("shortened");
}

#[track_caller]
fn check_damaged(directory: &Path, says: &str) {
    let error = SledStore::open(directory, options()).map(|_| ()).expect_err("must not open");
    assert!(matches!(error, OpenStoreError::Damaged { .. }), "{error:?}");
    assert!(error.to_string().contains(says), "{error}");
}

#[track_caller]
fn check_whole(directory: &Path) {
    let store = open(directory);
    let expected: Vec<String> = (0..60).map(|number| format!("line {number}")).collect();
    assert_eq!(lines(&store, "a"), expected);
    assert_eq!(store.view(&site("a")).scan(ACCOUNT, None, 99).expect("readable").len(), 60);
}

#[test]
fn a_closed_store_opens_with_everything() {
    let directory = filled();
    check_whole(directory.path());
    let store = open(directory.path());
    keep(&store, vec![delete(ACCOUNT, "0")], &["line 60"]).expect("kept");
    assert_eq!(store.lines(&site("a"), 60, 9), Ok(vec![Line(b"line 60".to_vec())]));
}

#[test]
fn sequences_go_on_growing_after_a_restart() {
    let directory = filled();
    let commit = |store: &SledStore| commit(store, vec![], &["l"], Durability::Wait).expect("commits");
    let store = open(directory.path());
    let before = commit(&store);
    drop(store);
    assert!(commit(&open(directory.path())) > before);
}

#[test]
fn what_was_queued_is_written_when_the_store_closes() {
    let directory = tempfile::tempdir().expect("a folder");
    let store = open(directory.path());
    commit(&store, vec![put(ACCOUNT, "1", "x")], &["line"], Durability::Lazy).expect("commits");
    drop(store);
    let store = open(directory.path());
    assert_eq!(get(&store, ACCOUNT, "1").as_deref(), Some("x"));
    assert_eq!(lines(&store, "a"), ["line"]);
}

#[test]
fn lines_that_were_not_acknowledged_are_cut_off() {
    let directory = filled();
    append(&last_segment(directory.path()), b"\t61\na\tnever acknowledged\na\tand to");
    check_whole(directory.path());
    append(&last_segment(directory.path()), &[0; 100]);
    check_whole(directory.path());
}

#[test]
fn a_segment_that_was_not_acknowledged_is_removed() {
    let directory = filled();
    let last = last_number(directory.path());
    fs::write(segment(directory.path(), last + 1), b"\t61\na\tnever acknowledged\n").expect("written");
    check_whole(directory.path());
    assert!(!segment(directory.path(), last + 1).exists());
}

#[test]
fn a_trail_that_is_ahead_by_more_than_one_group_is_damage() {
    let directory = filled();
    append(&last_segment(directory.path()), b"\t61\na\tone\n\t62\na\ttwo\n");
    check_damaged(directory.path(), "holds group 62");
    let directory = filled();
    append(&last_segment(directory.path()), b"\t63\na\tone\n");
    check_damaged(directory.path(), "holds group 63");
}

#[test]
fn a_shortened_segment_is_damage() {
    let directory = filled();
    shorten(&last_segment(directory.path()));
    check_damaged(directory.path(), "were acknowledged");
    let directory = filled();
    shorten(&segment(directory.path(), 1));
    check_damaged(directory.path(), "segment 1 has");
}

#[test]
fn a_finished_segment_that_grew_is_damage() {
    let directory = filled();
    append(&segment(directory.path(), 1), b"a\tforged\n");
    check_damaged(directory.path(), "was finished with");
}

#[test]
fn a_missing_segment_is_damage() {
    let directory = filled();
    fs::remove_file(segment(directory.path(), 2)).expect("removed");
    check_damaged(directory.path(), "segment 2 of");
    let directory = filled();
    fs::remove_dir_all(directory.path().join("trail")).expect("removed");
    check_damaged(directory.path(), "segment 1 of");
}

#[test]
fn a_segment_that_nobody_wrote_is_damage() {
    let directory = filled();
    fs::write(segment(directory.path(), 99), b"").expect("written");
    check_damaged(directory.path(), "there is number 99");
}

#[test]
fn a_segment_with_something_else_than_lines_is_damage() {
    let directory = filled();
    let path = segment(directory.path(), 1);
    let length = fs::metadata(&path).expect("there").len();
    fs::write(&path, vec![b'x'; usize::try_from(length).expect("short")]).expect("written");
    check_damaged(directory.path(), "not a line");
}

#[test]
fn an_emptied_sled_is_damage() {
    let directory = filled();
    fs::remove_dir_all(directory.path().join("store")).expect("removed");
    check_damaged(directory.path(), "no sentinel");
    // And stays so: the failed attempt made a new sled.
    check_damaged(directory.path(), "no sentinel");
}

#[test]
fn an_emptied_sled_is_damage_even_where_no_line_was_ever_written() {
    let directory = tempfile::tempdir().expect("a folder");
    keep(&open(directory.path()), vec![put(ACCOUNT, "1", "x")], &[]).expect("kept");
    fs::remove_dir_all(directory.path().join("store")).expect("removed");
    check_damaged(directory.path(), "no sentinel");
}

#[test]
fn an_overwritten_sled_is_damage() {
    let directory = filled();
    let data = directory.path().join("store/db");
    let length = usize::try_from(fs::metadata(&data).expect("there").len()).expect("short");
    fs::write(&data, vec![0x5a; length]).expect("written");
    let error = SledStore::open(directory.path(), options()).map(|_| ()).expect_err("must not open");
    assert!(matches!(error, OpenStoreError::Damaged { .. }), "{error:?}");
}

#[test]
fn a_directory_is_opened_once_at_a_time() {
    let directory = tempfile::tempdir().expect("a folder");
    let store = open(directory.path());
    let error = SledStore::open(directory.path(), options()).map(|_| ()).expect_err("is in use");
    assert!(matches!(error, OpenStoreError::InUse { .. }), "{error:?}");
    assert!(error.to_string().contains("stop the process"), "{error}");
    drop(store);
    open(directory.path());
}

#[test]
fn only_the_owner_may_enter_and_read() {
    let parent = tempfile::tempdir().expect("a folder");
    let directory = parent.path().join("deep/state");
    let store = open(&directory);
    keep(&store, vec![put(ACCOUNT, "1", "x"), put_blob(7, b"x")], &["line"]).expect("kept");
    let mode = |path: &str| fs::metadata(directory.join(path)).expect("there").permissions().mode() & 0o7777;
    for folder in ["", "store", "store/blobs", "trail", "blobs", "blobs/a", "blobs/a/07"] {
        assert_eq!(mode(folder), 0o700, "{folder}");
    }
    let blob = format!("blobs/{}", file(7));
    for file in ["lock", "store/db", "store/conf", "trail/00000001.jsonl", &blob] {
        assert_eq!(mode(file), 0o600, "{file}");
    }
}
