//! What every store must do; each test runs on all of them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use super::*;

contract! {
    a_commit_is_visible_at_once_and_only_at_its_site
    a_batch_is_applied_as_a_whole_or_not_at_all
    the_last_change_of_a_row_wins
    a_removed_row_is_gone
    a_scan_is_in_key_order_and_stays_in_its_table
    a_scan_is_read_in_pages
    a_scan_sees_old_and_new_rows_together
    lines_come_in_order_and_by_site
    lines_are_read_from_any_number_on
    only_sites_with_rows_are_listed
    a_forgotten_site_keeps_its_lines_only
    forgetting_removes_more_rows_than_fit_one_piece
    a_waiter_is_called_exactly_once
    a_waiter_for_an_unknown_sequence_is_told
    sequences_grow
    a_value_of_the_largest_size_is_kept_and_a_larger_one_refused
    names_and_lines_have_limits
    a_refused_write_changes_nothing_and_the_store_recovers
    a_batch_of_another_epoch_is_refused
    a_read_is_not_answered_while_its_line_cannot_be_kept
}

fn scan(held: &Held, table: Table, after: Option<&str>, limit: usize) -> Vec<String> {
    let rows = held.store.view(&site("a")).scan(table, after, limit).expect("readable");
    rows.into_iter()
        .map(|(row, value)| format!("{row}={}", String::from_utf8(value).expect("text")))
        .collect()
}

fn a_commit_is_visible_at_once_and_only_at_its_site(held: &Held) {
    for durability in [Durability::Lazy, Durability::Wait] {
        let value = format!("{durability:?}");
        commit(&*held.store, vec![put(ACCOUNT, "1", &value)], &[], durability).expect("commits");
        assert_eq!(get(&*held.store, ACCOUNT, "1"), Some(value));
    }
    assert_eq!(held.store.view(&site("b")).get(ACCOUNT, "1"), Ok(None));
    assert_eq!(held.store.view(&site("a-b")).get(ACCOUNT, "1"), Ok(None));
    assert_eq!(get(&*held.store, MAILBOX, "1"), None);
}

fn a_batch_is_applied_as_a_whole_or_not_at_all(held: &Held) {
    let too_large = Change::Put(ACCOUNT, "2".to_owned(), vec![0; Batch::VALUE_BYTES_MAX + 1]);
    let outcome = keep(&*held.store, vec![put(ACCOUNT, "1", "x"), too_large], &["line"]);
    assert_eq!(outcome, Err(StoreError::TooLarge { bytes: 4_001 }));
    assert_eq!(get(&*held.store, ACCOUNT, "1"), None);
    assert!(lines(&*held.store, "a").is_empty());
}

fn the_last_change_of_a_row_wins(held: &Held) {
    keep(&*held.store, vec![put(ACCOUNT, "1", "x"), put(ACCOUNT, "1", "y")], &[]).expect("kept");
    assert_eq!(get(&*held.store, ACCOUNT, "1").as_deref(), Some("y"));
    keep(&*held.store, vec![put(ACCOUNT, "1", "z"), delete(ACCOUNT, "1")], &[]).expect("kept");
    assert_eq!(get(&*held.store, ACCOUNT, "1"), None);
}

fn a_removed_row_is_gone(held: &Held) {
    keep(&*held.store, vec![put(ACCOUNT, "1", "x"), put(ACCOUNT, "2", "y")], &[]).expect("kept");
    keep(&*held.store, vec![delete(ACCOUNT, "1"), delete(ACCOUNT, "none")], &[]).expect("kept");
    assert_eq!(get(&*held.store, ACCOUNT, "1"), None);
    assert_eq!(scan(held, ACCOUNT, None, 9), ["2=y"]);
}

fn a_scan_is_in_key_order_and_stays_in_its_table(held: &Held) {
    let changes = ["b", "", "a", "b\0c", "ä"].map(|row| put(ACCOUNT, row, "x"));
    keep(&*held.store, changes.to_vec(), &[]).expect("kept");
    keep(&*held.store, vec![put(Table("accoun"), "t", "-"), put(Table("accounts"), "s", "-")], &[])
        .expect("kept");
    keep_at(&*held.store, "b", vec![put(ACCOUNT, "aa", "-")], &[]).expect("kept");
    assert_eq!(scan(held, ACCOUNT, None, 9), ["=x", "a=x", "b=x", "b\0c=x", "ä=x"]);
}

fn a_scan_is_read_in_pages(held: &Held) {
    keep(&*held.store, ["1", "2", "3", "4"].map(|row| put(ACCOUNT, row, "x")).to_vec(), &[]).expect("kept");
    assert_eq!(scan(held, ACCOUNT, None, 0), [""; 0]);
    assert_eq!(scan(held, ACCOUNT, None, 2), ["1=x", "2=x"]);
    assert_eq!(scan(held, ACCOUNT, Some("2"), 2), ["3=x", "4=x"]);
    assert_eq!(scan(held, ACCOUNT, Some("2z"), 1), ["3=x"]);
    assert_eq!(scan(held, ACCOUNT, Some("4"), 2), [""; 0]);
}

fn a_scan_sees_old_and_new_rows_together(held: &Held) {
    keep(&*held.store, ["1", "3", "5"].map(|row| put(ACCOUNT, row, "old")).to_vec(), &[]).expect("kept");
    let changes = vec![
        put(ACCOUNT, "2", "new"),
        put(ACCOUNT, "3", "new"),
        delete(ACCOUNT, "5"),
        put(ACCOUNT, "6", "new"),
    ];
    commit(&*held.store, changes, &[], Durability::Lazy).expect("commits");
    assert_eq!(scan(held, ACCOUNT, None, 9), ["1=old", "2=new", "3=new", "6=new"]);
    assert_eq!(scan(held, ACCOUNT, Some("3"), 1), ["6=new"]);
}

fn lines_come_in_order_and_by_site(held: &Held) {
    for number in 0..100 {
        keep_at(&*held.store, "a", vec![], &[&format!("a{number}"), "both\tsites"]).expect("kept");
        keep_at(&*held.store, "b", vec![], &[&format!("b{number}"), ""]).expect("kept");
    }
    let of_a: Vec<String> =
        (0..100).flat_map(|number| [format!("a{number}"), "both\tsites".to_owned()]).collect();
    let of_b: Vec<String> = (0..100).flat_map(|number| [format!("b{number}"), String::new()]).collect();
    assert_eq!(lines(&*held.store, "a"), of_a);
    assert_eq!(lines(&*held.store, "b"), of_b);
    assert!(lines(&*held.store, "c").is_empty());
}

fn lines_are_read_from_any_number_on(held: &Held) {
    let all: Vec<String> = (0..1_000).map(|number| format!("line {number}")).collect();
    let lines: Vec<&str> = all.iter().map(String::as_str).collect();
    for some in lines.chunks(7) {
        keep(&*held.store, vec![], some).expect("kept");
        keep_at(&*held.store, "b", vec![], &["between"]).expect("kept");
    }
    for (from, limit) in [(0, 1), (0, 1_000), (63, 2), (64, 1), (65, 999), (999, 9), (1_000, 1), (9_999, 1)] {
        let expected: Vec<Line> =
            all.iter().skip(from).take(limit).map(|line| Line(line.clone().into_bytes())).collect();
        assert_eq!(
            held.store.lines(&site("a"), from as u64, limit),
            Ok(expected),
            "from {from}, limit {limit}"
        );
    }
}

fn only_sites_with_rows_are_listed(held: &Held) {
    assert_eq!(held.store.sites(), Ok(vec![]));
    for name in ["b", "a", "a-b", "9"] {
        keep_at(&*held.store, name, vec![put(ACCOUNT, "1", "x"), put(MAILBOX, "1", "x")], &[]).expect("kept");
    }
    keep_at(&*held.store, "c", vec![], &["only a line"]).expect("kept");
    keep_at(&*held.store, "b", vec![delete(ACCOUNT, "1"), delete(MAILBOX, "1")], &[]).expect("kept");
    assert_eq!(held.store.sites(), Ok(vec![site("9"), site("a"), site("a-b")]));
}

fn a_forgotten_site_keeps_its_lines_only(held: &Held) {
    for name in ["a", "a-b", "b"] {
        keep_at(&*held.store, name, vec![put(ACCOUNT, "1", "x")], &["line"]).expect("kept");
    }
    commit(&*held.store, vec![put(MAILBOX, "2", "x")], &[], Durability::Lazy).expect("commits");
    held.store.forget(&site("a")).expect("forgotten");
    held.store.forget(&site("never-seen")).expect("nothing to do");
    assert_eq!(held.store.sites(), Ok(vec![site("a-b"), site("b")]));
    assert_eq!(get(&*held.store, MAILBOX, "2"), None);
    assert_eq!(lines(&*held.store, "a"), ["line"]);
}

fn forgetting_removes_more_rows_than_fit_one_piece(held: &Held) {
    let changes = (0..2_049).map(|row| put(ACCOUNT, &row.to_string(), "x")).collect();
    keep(&*held.store, changes, &[]).expect("kept");
    held.store.forget(&site("a")).expect("forgotten");
    assert_eq!(held.store.sites(), Ok(vec![]));
}

fn a_waiter_is_called_exactly_once(held: &Held) {
    let calls = Arc::new(AtomicUsize::new(0));
    let (sender, receiver) = mpsc::channel();
    for number in 0..50 {
        let durability = if number % 3 == 0 { Durability::Lazy } else { Durability::Wait };
        let sequence = commit(&*held.store, vec![], &["line"], durability).expect("commits");
        let (calls, sender) = (Arc::clone(&calls), sender.clone());
        let then = move |outcome| {
            calls.fetch_add(1, Ordering::SeqCst);
            sender.send(outcome).expect("the test waits");
        };
        held.store.when_durable(sequence, Box::new(then));
    }
    drop(sender);
    assert_eq!(receiver.iter().take(50).collect::<Vec<_>>(), vec![Ok(()); 50]);
    keep(&*held.store, vec![], &["later"]).expect("kept");
    assert_eq!(calls.load(Ordering::SeqCst), 50);
}

fn a_waiter_for_an_unknown_sequence_is_told(held: &Held) {
    let (sender, receiver) = mpsc::channel();
    held.store
        .when_durable(Sequence(77), Box::new(move |outcome| sender.send(outcome).expect("the test waits")));
    assert!(receiver.recv().expect("called").is_err());
}

fn sequences_grow(held: &Held) {
    let commit = || commit(&*held.store, vec![], &["line"], Durability::Lazy).expect("commits");
    let (first, second) = (commit(), commit());
    assert!(first < second);
}

fn a_value_of_the_largest_size_is_kept_and_a_larger_one_refused(held: &Held) {
    let of = |bytes| vec![Change::Put(ACCOUNT, "1".to_owned(), vec![7; bytes])];
    assert_eq!(keep(&*held.store, of(4_000), &[]), Ok(()));
    assert_eq!(keep(&*held.store, of(4_001), &[]), Err(StoreError::TooLarge { bytes: 4_001 }));
    assert_eq!(held.store.view(&site("a")).get(ACCOUNT, "1"), Ok(Some(vec![7; 4_000])));
}

fn names_and_lines_have_limits(held: &Held) {
    let check = |change: Change, kept: bool| {
        assert_eq!(keep(&*held.store, vec![change], &[]).is_ok(), kept);
    };
    check(put(ACCOUNT, &"r".repeat(512), "x"), true);
    check(put(ACCOUNT, &"r".repeat(513), "x"), false);
    check(delete(ACCOUNT, &"r".repeat(513)), false);
    check(put(Table(""), "r", "x"), false);
    check(put(Table("a\0b"), "r", "x"), false);
    assert!(keep(&*held.store, vec![], &[&"l".repeat(65_536)]).is_ok());
    assert!(keep(&*held.store, vec![], &[&"l".repeat(65_537)]).is_err());
    assert!(keep(&*held.store, vec![], &["two\nlines"]).is_err());
    let many = vec!["l".repeat(65_536); 129];
    assert!(keep(&*held.store, vec![], &many.iter().map(String::as_str).collect::<Vec<_>>()).is_err());
    assert_eq!(lines(&*held.store, "a"), ["l".repeat(65_536)]);
}

fn a_refused_write_changes_nothing_and_the_store_recovers(held: &Held) {
    keep(&*held.store, vec![put(ACCOUNT, "1", "x")], &["first"]).expect("kept");
    for error in [StoreError::Full, StoreError::ReadOnly] {
        held.faults.refuse_writes(Some(error.clone()));
        assert_eq!(keep(&*held.store, vec![put(ACCOUNT, "1", "y")], &["refused"]), Err(error.clone()));
        assert_eq!(held.store.forget(&site("a")), Err(error));
        assert_eq!(get(&*held.store, ACCOUNT, "1").as_deref(), Some("x"));
    }
    held.faults.refuse_writes(None);
    keep(&*held.store, vec![put(ACCOUNT, "1", "z")], &["second"]).expect("kept");
    assert_eq!(get(&*held.store, ACCOUNT, "1").as_deref(), Some("z"));
    assert_eq!(lines(&*held.store, "a"), ["first", "second"]);
}

fn a_batch_of_another_epoch_is_refused(held: &Held) {
    let epoch = held.store.epoch();
    let at = |epoch| batch(epoch, "a", vec![put(ACCOUNT, "1", "x")], &["line"], Durability::Wait);
    assert_eq!(held.store.commit(at(epoch + 1)), Err(StoreError::Outdated));
    assert_eq!(held.store.commit(at(epoch.wrapping_sub(1))), Err(StoreError::Outdated));
    assert_eq!(get(&*held.store, ACCOUNT, "1"), None);
    held.store.commit(at(epoch)).expect("commits");
    assert_eq!(get(&*held.store, ACCOUNT, "1").as_deref(), Some("x"));
}

fn a_read_is_not_answered_while_its_line_cannot_be_kept(held: &Held) {
    held.faults.refuse_writes(Some(StoreError::Full));
    let read = || commit(&*held.store, vec![], &["read"], Durability::Lazy);
    assert_eq!(keep(&*held.store, vec![], &["write"]), Err(StoreError::Full));
    assert_eq!(read(), Err(StoreError::Full));
    held.faults.refuse_writes(None);
    // The refusal made the store try the disk; this waits behind that.
    keep(&*held.store, vec![], &["write"]).expect("kept");
    assert!(read().is_ok());
}
