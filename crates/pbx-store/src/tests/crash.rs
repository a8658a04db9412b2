//! The process dies at each step of writing a group: what is left is the state before it or after it, whole.

use super::*;
use crate::faults::Point;

/// Puts a blob, drops another and changes a row; dies at `point`; opens again. Whether the group counts.
#[track_caller]
fn survives(point: Point) -> bool {
    let directory = tempfile::tempdir().expect("a folder");
    let store = open(directory.path());
    let old = vec![put(ACCOUNT, "1", "old"), put_blob(1, b"dropped"), put_blob(2, b"kept")];
    keep(&store, old, &["first"]).expect("kept");
    store.faults().die_at(point);
    let new = vec![put(ACCOUNT, "1", "new"), drop_blob(1), put_blob(3, b"put")];
    let told = keep(&store, new, &["second"]);
    assert!(told.is_err() || point == Point::BlobRemoval, "{point:?}: {told:?}");
    drop(store);
    let left = files(directory.path());
    let expected = match point {
        Point::BlobWritten => vec![file(1), file(2), format!("{}.new", file(3))],
        _ => [1, 2, 3].map(file).to_vec(),
    };
    assert_eq!(left, expected, "{point:?} left other files than it must have");

    let store = open(directory.path());
    let counts = get(&store, ACCOUNT, "1").as_deref() == Some("new");
    let held: Vec<_> = [1, 2, 3].into_iter().filter_map(|number| blob(&store, number)).collect();
    if counts {
        assert_eq!(held, [b"kept".as_slice(), b"put"], "{point:?}");
        assert_eq!(lines(&store, "a"), ["first", "second"], "{point:?}");
        assert_eq!(files(directory.path()), [file(2), file(3)], "{point:?}");
    } else {
        assert_eq!(held, [b"dropped".as_slice(), b"kept"], "{point:?}");
        assert_eq!(lines(&store, "a"), ["first"], "{point:?}");
        assert_eq!(files(directory.path()), [file(1), file(2)], "{point:?}");
    }
    keep(&store, vec![put_blob(4, b"after")], &["third"]).expect("the store goes on");
    counts
}

#[test]
fn a_group_that_died_before_sled_had_it_never_was() {
    for point in [Point::BlobWritten, Point::BlobNamed, Point::BlobsSynced, Point::TrailWritten] {
        assert!(!survives(point), "{point:?}");
    }
}

#[test]
fn a_group_that_died_while_sled_wrote_it_is_there_or_not() {
    survives(Point::Applied);
}

#[test]
fn a_group_that_died_after_sled_had_it_is_there() {
    for point in [Point::Synced, Point::BlobRemoval] {
        assert!(survives(point), "{point:?}");
    }
}
